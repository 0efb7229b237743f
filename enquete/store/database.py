"""One database as a whole: its schema, what it knows of itself, and copies of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

from enquete.errors import ConflictError, StoreUnavailableError
from enquete.store import queries
from enquete.store.copy import copy_rows
from enquete.store.migrate import migrate, steps, version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from enquete.store.driver import Driver

_Record = TypeVar("_Record")


class Database:
    """All that is kept, over one driver. Every method raises `StoreError`s only.

    Parameters
    ----------
    driver
        An open SQLite or PostgreSQL driver; see `enquete.store.open_store`.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    @property
    def migrates_itself(self) -> bool:
        """Whether a server may bring the schema up to date without being asked."""
        return self._driver.migrates_itself

    def migrate(self) -> list[int]:
        """Bring the schema up to date and give the numbers of the steps taken."""
        return migrate(self._driver)

    def version(self) -> int:
        """Give the version of the schema; 0 for an empty database."""
        return version(self._driver)

    def require_current(self) -> None:
        """Check that the schema is that of this program.

        Raises
        ------
        StoreUnavailableError
            If it is older or newer.
        """
        if (found := self.version()) != max(steps()):
            raise StoreUnavailableError(
                f"the database is of version {found}, this program of {max(steps())}: "
                "run `enquete migrate` first"
            )

    def is_current(self) -> bool:
        """Say whether the schema is that of this program."""
        return self.version() == max(steps())

    def is_empty(self) -> bool:
        """Say whether there is neither a wave nor a dwelling; areas come with the program."""
        return not (self._driver.rows(queries.ANY_WAVE) or self._driver.rows(queries.ANY_DWELLING))

    def close(self) -> None:
        """Close this thread's connection; the next call opens another."""
        self._driver.close()

    def writing(self) -> AbstractContextManager[None]:
        """Hold a transaction that writes: all of it happens or none of it."""
        return self._driver.writing()

    def fact(self, name: str) -> str | None:
        """Give what is true of the whole installation under a name."""
        rows = self._driver.rows(queries.FACT, {"name": name})
        return rows[0]["content"] if rows else None

    def set_fact(self, name: str, content: str) -> None:
        """Say what is true of the whole installation."""
        with self.writing():
            self._put_fact(name, content)

    def require_key(self, fingerprint: str, *, adopt: bool = False) -> None:
        """Check that this is the key that the codes were made with.

        Parameters
        ----------
        fingerprint
            Of the installation's key; see `enquete.codes.CodeKeys`.
        adopt
            Whether a store that knows no key yet takes this one.

        Raises
        ------
        StoreUnavailableError
            If the store knows another key: no code would be known.
        """
        known = self.fact("key")
        if known is None and adopt:
            self.set_fact("key", fingerprint)
        else:
            _refuse_other_key(known, fingerprint)

    def copy_to(
        self, target: Self, *, replace: bool = False, drafts: bool = True
    ) -> dict[str, int]:
        """Copy every row into another store of the same schema, and give the counts by table.

        Parameters
        ----------
        drafts
            Whether to copy the answers that were not sent yet.

        Raises
        ------
        ConflictError
            If the target has rows and `replace` is False; it is then left as it was.
        """
        with self._driver.reading(), target.writing():
            if not replace and not target.is_empty():
                raise ConflictError("the database is not empty; nothing was changed")
            return copy_rows(self._driver, target._driver, without=() if drafts else ("draft",))

    def _claim_key(self, fingerprint: str) -> None:
        """Check the key as `require_key`, and let nobody change it until the transaction ends."""
        for row in self._driver.rows(queries.CLAIM_FACT, {"name": "key"}):
            _refuse_other_key(row["content"], fingerprint)

    def _put_fact(self, name: str, content: str) -> None:
        self._driver.rows(queries.SET_FACT, {"name": name, "content": content})

    def _records(self, record: Callable[..., _Record], sql: str, **params: str) -> list[_Record]:
        return [record(**row) for row in self._driver.rows(sql, params)]

    def _add(self, sql: str, records: Iterable[object]) -> None:
        self._driver.many(sql, (values(record) for record in records))


def _refuse_other_key(known: str | None, fingerprint: str) -> None:
    if known not in {None, fingerprint}:
        raise StoreUnavailableError(
            "the secret is not the one that this database's codes were made with: put back the "
            "secret.key (or the setting secret) of the installation it comes from; after an "
            "`enquete key rotate` that was cut off, run that again"
        )


def values(record: Any) -> dict[str, Any]:
    """Give the fields of a record by name, as parameters of a statement."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
