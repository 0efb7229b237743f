"""A town with residents, a service for them, and an attacker who takes all there is."""

from __future__ import annotations

from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from enquete.app import create_app
from enquete.store import open_store
from enquete.store.driver import connect
from tests.enquete.attack import joins, loot, orders, score
from tests.enquete.attack.residents import KEYS, Street, invite, make_residents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from flask import Flask

    from enquete.settings import Settings
    from tests.enquete.attack.residents import Resident

TECHNIQUES = {
    "row order": orders.by_row_order,
    "column": orders.by_column,
    "xmin order": orders.by_xmin,
    "ctid": orders.by_ctid,
    "place in a file": orders.by_place,
    "time": orders.by_time,
    "id or hash": joins.derived,
    "equal values": joins.equal_values,
    "shared xmin": joins.shared_xmin,
    "beside each other": joins.beside,
    "opened draft": joins.opened_drafts,
    "size": joins.by_size,
    "log frames": joins.by_log_frames,
    "difference of copies": joins.by_difference,
}
SEED = 2022


class Town:
    """An installation with an open wave, and residents to play. Close it: it holds connections."""

    def __init__(self, settings: Settings, *, seed: int = SEED, longest: int = 600) -> None:
        self.settings, self.url = settings, settings.database
        self.rng = Random(seed)
        self.residents = make_residents(self.rng, longest=longest)
        self.sent: list[str] = []
        self.store = open_store(self.url)
        invite(self.store, self.residents, self.rng)

    @property
    def file(self) -> Path | None:
        """The database, where it is a file."""
        return Path(self.url.removeprefix("sqlite:///")) if self.url.startswith("sqlite") else None

    def play(
        self,
        visit: Callable[[Resident], Iterator[None]],
        *,
        threads: int = 1,
        together: int = 12,
        at: Mapping[int, Callable[[], object]] | None = None,
    ) -> None:
        """Let all residents answer in the way of `visit`; see `Street`."""
        street = Street(self.residents, visit, self.rng, together=together, at=at or {})
        self.sent = street.sent
        street.play(threads=threads)

    @contextmanager
    def app(self) -> Iterator[Flask]:
        """Give the service in this process."""
        app = create_app(self.settings)
        try:
            yield app
        finally:
            app.extensions["enquete"].store.close()

    def back_up(self, path: Path, *, drafts: bool = False) -> Path:
        """Make a backup as the command does."""
        with closing(open_store(f"sqlite:///{path}")) as copy:
            copy.migrate()
            self.store.copy_to(copy, drafts=drafts)
        return path

    def run(self, statements: Iterable[str]) -> None:
        """Change the database behind the program's back."""
        driver = connect(self.url)
        for statement in statements:
            driver.rows(statement)
        driver.close()

    def plunder(
        self, *, backups: Sequence[Path] = (), files: Mapping[str, bytes] | None = None
    ) -> loot.Loot:
        """Take everything: the database, backups, and these other files."""
        found = dict(files or {})
        copies = {}
        if self.file:
            found |= loot.sqlite_files(self.file)
            copies["database"] = loot.sqlite_tables(self.file)
        else:
            import psycopg

            with closing(psycopg.connect(self.url, autocommit=True)) as connection:
                copies["database"] = loot.postgres_tables(connection)
                found |= loot.postgres_files(connection)
        for backup in backups:
            found |= loot.sqlite_files(backup)
            copies[backup.name] = loot.sqlite_tables(backup)
        letters = {resident.code: resident.dwelling for resident in self.residents}
        used = tuple(self.sent)
        return loot.Loot(letters=letters, used=used, keys=KEYS, copies=copies, files=found)

    def attack(
        self, taken: loot.Loot, techniques: Mapping[str, Any] = TECHNIQUES
    ) -> dict[str, list[score.Verdict]]:
        """Try techniques, and give those that join answers to codes, with how well."""
        code_of = {resident.story: resident.code for resident in self.residents}
        truth = {row["id"]: code_of[loot.said(row)["verhaal"]] for row in taken.responses}
        assert sorted(truth.values()) == sorted(taken.used)
        return score.attack(taken, techniques, truth)

    def close(self) -> None:
        self.store.close()
