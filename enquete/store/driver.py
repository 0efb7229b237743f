"""What a database must do for the store, and how a driver is chosen by address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from enquete.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import AbstractContextManager


class Driver(Protocol):
    """One database. SQL is portable, with parameters written ``:name``.

    Every method raises the store's own errors only: `ConflictError`, `StoreBusyError`,
    `StoreUnavailableError`.
    """

    keyed_order: str
    """What a CREATE TABLE ends with so that rows lie in the order of their key, if it can."""

    migrates_itself: bool
    """Whether a server may bring the schema up to date without being asked."""

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run one statement and give its rows."""
        ...

    def many(self, sql: str, params: Iterable[Mapping[str, Any]]) -> None:
        """Run one statement for each set of parameters, inside `writing`."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """Hold a transaction that writes; what is read inside it is read after the lock."""
        ...

    def reading(self) -> AbstractContextManager[None]:
        """Hold a transaction in which all reads see one state."""
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Hold a transaction that no other migrator shares."""
        ...

    def forget(self) -> None:
        """Leave no log behind that holds what one transaction wrote, where that is ours to do."""
        ...

    def reshuffle(self, tables: Mapping[str, str]) -> None:
        """Rewrite tables by their random keys, so that nothing tells the order of arrival."""
        ...

    def has_table(self, name: str) -> bool:
        """Say whether the table exists."""
        ...

    def close(self) -> None:
        """Close this thread's connection; the next call opens another."""
        ...


def connect(url: str) -> Driver:
    """Give the driver of a database address.

    Raises
    ------
    SettingsError
        If the address is neither ``sqlite:///PATH`` nor ``postgresql://…``.
    """
    if url.startswith("sqlite:///"):
        from enquete.store.sqlite import SqliteDriver

        return SqliteDriver(url.removeprefix("sqlite:///"))
    if url.startswith("postgresql://"):
        from enquete.store.postgres import PostgresDriver

        return PostgresDriver(url)
    raise SettingsError(f"database must be sqlite:///PATH or postgresql://…, got {url!r}")
