"""PostgreSQL through psycopg: for several web hosts that share one database."""

from __future__ import annotations

import re
import threading
import time
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from enquete.errors import (
    ConflictError,
    SettingsError,
    StoreBusyError,
    StoreError,
    StoreUnavailableError,
)

try:
    import psycopg
    from psycopg import errors
    from psycopg.rows import dict_row
except ImportError as missing:
    raise SettingsError(
        f"a postgresql:// database needs psycopg ({missing}): install the extra `postgres`"
    ) from missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_PARAMETER = re.compile(r":([a-z_]+)")
_MIGRATION_LOCK = 7420221  # any number, the same for every enquete
BUSY_SECONDS = 10.0
# The names in these are of our own tables and their keys.
_REWRITE = (
    "WITH old AS (DELETE FROM {table} RETURNING *) INSERT INTO {table} SELECT * FROM old "
    "ORDER BY {key}"
)
_OLD_ROWS = """
WITH places AS (SELECT CAST(CAST(ctid AS text) AS point) AS place FROM {table}),
pages AS (SELECT place[0] AS page, max(place[1]) - count(*) AS gaps FROM places GROUP BY place[0])
SELECT 1 FROM pages HAVING sum(gaps) > 0 OR max(page) + 1 > count(*)
"""
"""Gives a row when places between those of rows are taken by rows that are gone."""
_BUSY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)


class PostgresDriver:
    """A server, connected once in each thread; a broken connection is replaced at the next call."""

    keyed_order = ""
    migrates_itself = False

    def __init__(self, url: str) -> None:
        self._url = url
        self._local = threading.local()

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run one statement and give its rows."""
        with self._translated():
            try:
                return self._run(sql, params)
            except psycopg.OperationalError:
                if not self._lost_outside_transaction():
                    raise
                return self._run(sql, params)

    def many(self, sql: str, params: Iterable[Mapping[str, Any]]) -> None:
        """Run one statement for each set of parameters, inside `writing`."""
        with self._translated(), self._connection().cursor() as cursor:
            cursor.executemany(_translate(sql), params)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold a transaction; a statement that claims a row waits for others that hold it."""
        with self._translated(), ExitStack() as stack:
            try:
                stack.enter_context(self._connection().transaction())
            except psycopg.OperationalError:
                if not self._lost_outside_transaction():
                    raise
                stack.enter_context(self._connection().transaction())
            outer, self._local.writing = getattr(self._local, "writing", False), True
            try:
                yield
            finally:
                self._local.writing = outer

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold one state of the database to read from."""
        with self.writing():
            self.rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold a transaction and the lock that every migrator asks for."""
        with self.writing():
            self.rows("SELECT pg_advisory_xact_lock(:key)", {"key": _MIGRATION_LOCK})
            yield

    def forget(self) -> None:
        """Do nothing: the server's log is its administrator's to keep."""

    def reshuffle(self, tables: Mapping[str, str]) -> None:
        """Write every row anew, in the order of its key, and give the old places back.

        Rows then share one transaction, and their places tell the key, not the order of arrival.
        """
        with self.writing():
            # In the order in which a submit takes them, so that neither waits for the other.
            for table in sorted(tables):
                self.rows(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
            for table, key in tables.items():
                self.rows(_REWRITE.format(table=table, key=key))
        deadline = time.monotonic() + BUSY_SECONDS
        first, *others = tables
        self._vacuum(first)
        while self.rows(_OLD_ROWS.format(table=first)):
            if time.monotonic() > deadline:
                raise StoreBusyError(
                    "the database is busy: another session reads an older state, which keeps the "
                    "order of arrival; try again"
                )
            time.sleep(BUSY_SECONDS / 100)
            self._vacuum(first)
        # Nobody needed the old rows of the first any more, so nobody needs those of the others.
        for table in others:
            self._vacuum(table)

    def has_table(self, name: str) -> bool:
        """Say whether the table exists."""
        sql = "SELECT to_regclass(:name) IS NOT NULL AS found"
        return bool(self.rows(sql, {"name": name})[0]["found"])

    def close(self) -> None:
        """Close this thread's connection; the next call opens another."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _vacuum(self, table: str) -> None:
        """Give back the places of old rows; all wait meanwhile, so it does not wait long itself."""
        self.rows(f"SET lock_timeout = '{int(BUSY_SECONDS)}s'")
        try:
            self.rows(f"VACUUM FULL {table}")
        finally:
            self.rows("RESET lock_timeout")

    def _run(self, sql: str, params: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        cursor = self._connection().execute(_translate(sql), params or {})
        # Not `cursor.description`, which makes an object for each column.
        return cursor.fetchall() if cursor.pgresult and cursor.pgresult.nfields else []

    def _lost_outside_transaction(self) -> bool:
        """Say whether the server dropped the connection while nothing was being written."""
        connection = getattr(self._local, "connection", None)
        lost = connection is not None and connection.closed
        return bool(lost and not getattr(self._local, "writing", False))

    def _connection(self) -> psycopg.Connection[dict[str, Any]]:
        connection: psycopg.Connection[dict[str, Any]] | None
        connection = getattr(self._local, "connection", None)
        if connection is None or connection.closed:
            connection = psycopg.connect(
                self._url, autocommit=True, row_factory=dict_row, connect_timeout=10
            )
            self._local.connection = connection
        return connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise self._domain_error(error) from error

    def _domain_error(self, error: psycopg.Error) -> StoreError:
        if isinstance(error, psycopg.IntegrityError):
            return ConflictError(f"the database refused it: {error.diag.message_primary}")
        if isinstance(error, _BUSY):
            return StoreBusyError("the database is busy: another process is writing; try again")
        first_line = str(error).partition("\n")[0]
        return StoreUnavailableError(f"the PostgreSQL database failed: {first_line}")


@cache
def _translate(sql: str) -> str:
    return _PARAMETER.sub(r"%(\1)s", sql)
