"""SQLite through sqlite-utils: the embedded default, one file in the instance."""

from __future__ import annotations

import sqlite3
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enquete.errors import ConflictError, StoreBusyError, StoreError, StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@contextmanager
def _not_loading(*modules: str) -> Iterator[None]:
    """Make an import inside the block do without some optional modules."""
    absent = [module for module in modules if module not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type] # None: not to be found
    try:
        yield
    finally:
        for module in absent:
            del sys.modules[module]


# It loads pandas and numpy where they are installed, for column types that the store does not use:
# half a second and 35 MB in every command and every server process.
with _not_loading("numpy", "pandas"):
    import sqlite_utils

BUSY_SECONDS = 30.0
LOOK_SECONDS = 0.001
"""How often a lock is looked at. SQLite itself looks ever less often, up to ten times a second:
with many writers at once some would wait a hundred times as long as a transaction takes."""

_PRAGMAS = (
    "foreign_keys = ON",
    "synchronous = FULL",
    "secure_delete = ON",
    "busy_timeout = 0",  # `rows` looks by itself
)


class SqliteDriver:
    """A file, opened once in each thread. Commits are durable, deleted content is overwritten."""

    keyed_order = "WITHOUT ROWID"
    migrates_itself = True

    def __init__(self, path: str) -> None:
        self._path = path
        self._local = threading.local()

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run one statement and give its rows, when no lock is in its way."""
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                with self._translated():
                    cursor = self._database().execute(sql, dict(params or {}))
                    names = [column[0] for column in cursor.description or ()]
                    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            except StoreBusyError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(LOOK_SECONDS)

    def many(self, sql: str, params: Iterable[Mapping[str, Any]]) -> None:
        """Run one statement for each set of parameters, inside `writing`."""
        with self._translated():
            self._database().conn.executemany(sql, params)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock from the first statement on (`BEGIN IMMEDIATE`)."""
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold one state of the file to read from."""
        with self._transaction("BEGIN"):
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the write lock on a file that keeps its log beside it."""
        self._use_wal()
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    def forget(self) -> None:
        """Empty the log: it holds, side by side, what the last transactions wrote.

        Others may be reading or writing just then: nobody waits for that, the next call empties it.
        """
        self._empty_log()

    def reshuffle(self, tables: Mapping[str, str]) -> None:
        """Rewrite the whole file, so that every row lies in the order of its key.

        The old pages are overwritten when the log is emptied, so that has to succeed here.
        """
        self.rows("VACUUM")
        deadline = time.monotonic() + BUSY_SECONDS
        while not self._empty_log():
            if time.monotonic() > deadline:
                raise StoreBusyError(
                    f"{Path(self._path).absolute()} is busy: another process is reading an older "
                    "state, which keeps the order of arrival; try again"
                )
            time.sleep(0.02)

    def has_table(self, name: str) -> bool:
        """Say whether the table exists."""
        sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name"
        return bool(self.rows(sql, {"name": name}))

    def close(self) -> None:
        """Close this thread's connection; the next call opens another."""
        database = getattr(self._local, "database", None)
        if database is not None:
            database.close()
            self._local.database = None

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self.rows(begin)
        try:
            yield
            self.rows("COMMIT")
        except BaseException:
            # A full disk may have rolled back by itself.
            if self._database().conn.in_transaction:
                self.rows("ROLLBACK")
            raise

    def _empty_log(self) -> bool:
        [told] = self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        return not told["busy"]

    def _database(self) -> sqlite_utils.Database:
        database: sqlite_utils.Database | None = getattr(self._local, "database", None)
        if database is None:
            with suppress(OSError):  # what cannot be made is told when it is opened
                Path(self._path).touch(mode=0o600)
            # Autocommit, so that BEGIN and COMMIT are ours alone.
            connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
            database = sqlite_utils.Database(connection, execute_plugins=False)
            for pragma in _PRAGMAS:
                database.execute(f"PRAGMA {pragma}")
            self._local.database = database
        return database

    def _use_wal(self) -> None:
        """Set the log mode once, when the file is new."""
        if self.rows("PRAGMA journal_mode")[0]["journal_mode"] != "wal":
            self.rows("PRAGMA journal_mode = WAL")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise ConflictError(f"the database refused it: {error}") from error
        except sqlite3.Error as error:
            raise self._domain_error(error) from error

    def _domain_error(self, error: sqlite3.Error) -> StoreError:
        name = getattr(error, "sqlite_errorname", "")
        where = Path(self._path).absolute()
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return StoreBusyError(f"{where} is busy: another process is writing; try again")
        reasons = {
            "SQLITE_CANTOPEN": "cannot be opened: does its folder exist, and may you write there?",
            "SQLITE_READONLY": "cannot be written: check the rights of the file and its folder",
            "SQLITE_NOTADB": "is not a database",
            "SQLITE_CORRUPT": "is damaged: restore a backup",
            "SQLITE_FULL": "cannot grow: the disk is full",
            "SQLITE_IOERR_SHMSIZE": "cannot grow: the disk is full",
        }
        for prefix, reason in reasons.items():
            if name.startswith(prefix):
                return StoreUnavailableError(f"{where} {reason}")
        # Not the text of the error: that of a damaged file can quote what is stored.
        return StoreUnavailableError(f"{where} failed: {name or type(error).__name__}")
