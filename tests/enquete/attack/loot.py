"""What the attacker holds: all files, both sides of the cut, the secret, and who came when."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.enquete.attack import sqlite_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import psycopg

    from enquete.codes import CodeKeys
    from enquete.store import Dwelling

Row: TypeAlias = dict[str, Any]
Tables: TypeAlias = dict[str, list[Row]]
Class: TypeAlias = tuple[str, str]
"""Stratum and language: what a response keeps of the dwelling, so what anybody may know."""

TABLES = ("response", "invitee", "draft")
ISO_SECONDS = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True, kw_only=True)
class Loot:
    """All there is to attack with, and nothing of what anybody answered.

    Attributes
    ----------
    letters
        The dwelling of every code: the file that went to the printer.
    used
        The codes in the order in which answers were sent: the attacker watched, or has the web
        server's log. That there are answers of a code is no secret; which ones, is.
    keys
        What the stolen secret makes of a code.
    copies
        The tables by the copy they are from (the database, a backup), rows as they lie.
    files
        Everything else by name, byte by byte: files, log, what the server prints.
    """

    letters: Mapping[str, Dwelling]
    used: tuple[str, ...]
    keys: CodeKeys
    copies: Mapping[str, Tables]
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def responses(self) -> list[Row]:
        return self.copies["database"]["response"]

    def class_of(self, code: str) -> Class:
        dwelling = self.letters[code]
        return f"{dwelling.area}/{dwelling.type}", dwelling.language

    def classes(self) -> dict[Class, tuple[list[Row], list[str]]]:
        """Give the responses as they lie, and the codes as they were used, of each class."""
        found: dict[Class, tuple[list[Row], list[str]]] = {}
        for code in self.used:
            found.setdefault(self.class_of(code), ([], []))[1].append(code)
        for row in self.responses:
            found[response_class(row)][0].append(row)
        return found

    def traces(self) -> dict[str, str]:
        """Give every text that stands for a used code somewhere, and that code."""
        made = (str, self.keys.code_hash, self.keys.draft_key, self.keys.form_mark)
        return {make(code): code for code in self.used for make in made}


def response_class(row: Row) -> Class:
    return row["stratum"], row["language"]


def said(row: Row) -> dict[str, Any]:
    """Give the answers of a response."""
    answers: dict[str, Any] = json.loads(row["answers"])
    return answers


def sqlite_tables(path: Path) -> Tables:
    """Read the tables of a file in the order in which rows lie, with the rowid if there is one."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        tables = {}
        for table in TABLES:
            query = f"SELECT * FROM {table}"  # noqa: S608 - our own names
            tables[table] = [dict(row) for row in connection.execute(query)]
            with suppress(sqlite3.OperationalError):  # WITHOUT ROWID
                query = query.replace("*", "*, rowid AS rowid")
                tables[table] = [dict(row) for row in connection.execute(query)]
    return tables


def sqlite_files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Read the file, its log and the log's index; of the file also each table, and free pages."""
    for each in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        if each.exists():
            yield each.name, each.read_bytes()
    content = path.read_bytes()
    yield f"{path.name} free pages", sqlite_file.free_pages(content)
    with closing(sqlite3.connect(path)) as connection:
        roots = connection.execute(
            "SELECT name, rootpage FROM sqlite_master "
            "WHERE tbl_name IN ('response', 'invitee', 'draft')"
        ).fetchall()
    for name, root in roots:
        # Without the log, which may hold newer pages, a tree can be broken.
        with suppress(struct.error, IndexError):
            yield f"{path.name} {name}", sqlite_file.tree(content, root)


def postgres_tables(connection: psycopg.Connection[Any]) -> Tables:
    """Read the tables in the order in which rows lie, with all that the server keeps of a row."""
    from psycopg.rows import dict_row

    query = """
    SELECT *, age(xmin) AS age, xmin::text::bigint AS xmin, xmax::text::bigint AS xmax,
        cmin::text::bigint AS cmin,
        (ctid::text::point)[0] * 1000 + (ctid::text::point)[1] AS ctid
    FROM {}
    """
    cursor = connection.cursor(row_factory=dict_row)
    return {table: cursor.execute(query.format(table)).fetchall() for table in TABLES}


def postgres_files(connection: psycopg.Connection[Any]) -> Iterator[tuple[str, bytes]]:
    """Read what a superuser can: the files of tables and indexes, activity and statistics."""
    connection.execute("CHECKPOINT")
    relations = connection.execute(
        "SELECT relname, pg_relation_filepath(oid) FROM pg_class "
        "WHERE relfilenode <> 0 AND oid >= 16384 AND relkind IN ('r', 'i', 't')"
    ).fetchall()
    for name, path in relations:
        [content] = connection.execute("SELECT pg_read_binary_file(%s)", [path]).fetchone() or [b""]
        yield name, content
    for view in ("pg_stat_activity", "pg_stats", "pg_locks", "pg_stat_user_tables"):
        rows = connection.execute(f"SELECT t::text FROM {view} t").fetchall()  # noqa: S608 - ours
        yield view, "\n".join(text for (text,) in rows).encode()


def server_log(connection: psycopg.Connection[Any], since: str) -> Iterator[tuple[str, bytes]]:
    """Read the write-ahead log of a PostgreSQL server from a position on, in the order written."""
    names: Iterable[tuple[str]] = connection.execute(
        "SELECT name FROM pg_ls_waldir() WHERE name >= pg_walfile_name(%s) "
        "AND name ~ '^[0-9A-F]{24}$' ORDER BY name",
        [since],
    ).fetchall()
    parts = [
        connection.execute("SELECT pg_read_binary_file('pg_wal/' || %s)", [name]).fetchone()
        for (name,) in names
    ]
    yield "pg_wal", b"".join(part[0] for part in parts if part).rstrip(b"\0")
