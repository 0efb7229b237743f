"""The yardstick: a Flask view that does one durable insert, and nothing else."""

import os
import sqlite3
import threading

from flask import Flask, request

LOCAL = threading.local()
DATABASE = os.environ.get("BARE_DATABASE", "")
IS_POSTGRES = DATABASE.startswith("postgresql://")
INSERT = "INSERT INTO bare VALUES (%s)" if IS_POSTGRES else "INSERT INTO bare VALUES (?)"


def connection():
    """Give this thread's connection, as durable as the store's."""
    if not hasattr(LOCAL, "connection"):
        LOCAL.connection = _connect()
    return LOCAL.connection


def _connect():
    if IS_POSTGRES:
        import psycopg

        return psycopg.connect(DATABASE, autocommit=True)
    made = sqlite3.connect(DATABASE, timeout=30, isolation_level=None)
    made.execute("PRAGMA synchronous = FULL")
    return made


def create_app():
    """Make the app and its table."""
    app = Flask(__name__)
    if not IS_POSTGRES:
        connection().execute("PRAGMA journal_mode = WAL")
    connection().execute("CREATE TABLE IF NOT EXISTS bare (mark TEXT)")
    connection().close()
    del LOCAL.connection

    @app.post("/save")
    def save():
        connection().execute(INSERT, (request.form["mark"],))
        return "saved"

    @app.get("/health")
    def health():
        return "there"

    return app
