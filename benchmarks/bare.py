"""The yardstick: a Flask view that does one durable insert, and nothing else."""

import os
import sqlite3
import threading

from flask import Flask, request

LOCAL = threading.local()


def connection():
    """Give this thread's connection, as durable as the store's."""
    if not hasattr(LOCAL, "connection"):
        LOCAL.connection = sqlite3.connect(
            os.environ["BARE_DATABASE"], timeout=30, isolation_level=None
        )
        LOCAL.connection.execute("PRAGMA synchronous = FULL")
    return LOCAL.connection


def create_app():
    """Make the app and its table."""
    app = Flask(__name__)
    connection().execute("PRAGMA journal_mode = WAL")
    connection().execute("CREATE TABLE IF NOT EXISTS answer (mark TEXT)")
    connection().close()
    del LOCAL.connection

    @app.post("/save")
    def save():
        connection().execute("INSERT INTO answer VALUES (?)", (request.form["mark"],))
        return "saved"

    return app
