"""The store: every read and write of the chain, over either database."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from enquete.errors import ConflictError, NotFoundError, StoreUnavailableError
from enquete.store import queries
from enquete.store.copy import copy_rows
from enquete.store.driver import connect
from enquete.store.migrate import migrate, steps, version
from enquete.store.records import (
    Area,
    AreaCode,
    CellRow,
    Dwelling,
    Invitee,
    PopulationRow,
    ReportRow,
    Response,
    Wave,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager

    from enquete.store.driver import Driver

_Record = TypeVar("_Record")


class Outcome(StrEnum):
    """What became of answers that were sent."""

    STORED = "stored"
    ALREADY = "already"
    NOT_OPEN = "not open"


class Store:
    """All that is kept, over one driver. Every method raises `StoreError`s only.

    Parameters
    ----------
    driver
        An open SQLite or PostgreSQL driver; see `open_store`.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    # --- the database itself -----------------------------------------------------------------

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
            self._driver.rows(queries.SET_FACT, {"name": name, "content": content})

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
        elif known not in {None, fingerprint}:
            raise StoreUnavailableError(
                "the secret is not the one that this database's codes were made with: put back the "
                "secret.key (or the setting secret) of the installation it comes from"
            )

    # --- areas and frame ---------------------------------------------------------------------

    def areas(self) -> list[Area]:
        """Give the reporting areas in printing order."""
        rows = self._driver.rows(queries.AREAS)
        return [Area(**row | {"published": bool(row["published"])}) for row in rows]

    def area_codes(self) -> list[AreaCode]:
        """Give the CBS codes of all areas with their validity."""
        return self._records(AreaCode, queries.AREA_CODES)

    def replace_areas(self, areas: Sequence[Area], codes: Iterable[AreaCode]) -> None:
        """Make these the reporting areas.

        Raises
        ------
        ConflictError
            If an area that is left out still has dwellings or a population.
        """
        kept = {area.id for area in areas}
        with self.writing():
            gone = [area.id for area in self.areas() if area.id not in kept]
            used = {row["area"] for row in self._driver.rows(queries.AREAS_IN_USE)}
            if still := sorted(used.intersection(gone)):
                raise ConflictError(
                    f"area {still[0]!r} cannot go: it has dwellings or the population of a wave"
                )
            self._driver.rows(queries.DELETE_AREA_CODES)
            self._driver.many(queries.DELETE_AREA, ({"id": area} for area in gone))
            self._driver.many(
                queries.PUT_AREA,
                (_values(area) | {"published": int(area.published)} for area in areas),
            )
            self._add(queries.ADD_AREA_CODE, codes)

    def dwellings(self) -> list[Dwelling]:
        """Give the frame."""
        return self._records(Dwelling, queries.DWELLINGS)

    def replace_frame(self, dwellings: Iterable[Dwelling]) -> None:
        """Make these dwellings the frame; waves already invited keep the frame they had."""
        with self.writing():
            self._driver.rows(queries.DELETE_DWELLINGS)
            self._add(queries.ADD_DWELLING, dwellings)

    # --- waves and fieldwork -----------------------------------------------------------------

    def waves(self) -> list[Wave]:
        """Give all waves by slug."""
        return self._records(Wave, queries.WAVES)

    def wave(self, slug: str) -> Wave:
        """Give one wave.

        Raises
        ------
        NotFoundError
            If there is no such wave; the message names those there are.
        """
        found = self._records(Wave, queries.WAVE, slug=slug)
        if not found:
            known = ", ".join(wave.slug for wave in self.waves()) or "none"
            raise NotFoundError(f"there is no wave {slug!r}; waves: {known}")
        return found[0]

    def add_wave(self, wave: Wave) -> None:
        """Add a wave.

        Raises
        ------
        ConflictError
            If there is a wave of that name.
        """
        with self.writing():
            if self._driver.rows(queries.WAVE, {"slug": wave.slug}):
                raise ConflictError(f"wave {wave.slug!r} exists already")
            self._add(queries.ADD_WAVE, [wave])

    def set_wave_dates(self, slug: str, *, opens: str, closes: str) -> None:
        """Set the first and last day of a wave (ISO dates; `closes` "" for no last day)."""
        params = {"slug": slug, "opens": opens, "closes": closes}
        with self.writing():
            if not self._driver.rows(queries.SET_WAVE_DATES, params):
                raise NotFoundError(f"there is no wave {slug!r}")

    def invite(
        self, wave: str, invitees: Iterable[Invitee], population: Iterable[PopulationRow]
    ) -> None:
        """Store who is asked, and freeze the population that their answers stand for.

        Raises
        ------
        ConflictError
            If the wave was invited or filled before.
        """
        with self.writing():
            self._set_population(wave, population)
            self._add(queries.ADD_INVITEE, invitees)

    def add_answers(
        self,
        wave: str,
        responses: Iterable[Response],
        population: Iterable[PopulationRow] | None = None,
        *,
        answered: Iterable[str] = (),
        first: bool = False,
    ) -> None:
        """Add answers collected elsewhere, all or none.

        Parameters
        ----------
        first
            Whether these must be the first of the wave.
        population
            Dwellings by stratum, for a wave that was not invited from this installation.
        answered
            Hashes of the codes that these answers used up, in any order.

        Raises
        ------
        ConflictError
            If the wave has its population already, or answers where these must be the first.
        """
        with self.writing():
            if first and (already := self.count_responses(wave)):
                raise ConflictError(f"wave {wave!r} has {already} answers already")
            if population is not None:
                self._set_population(wave, population)
            self._driver.many(queries.CLAIM_INVITEE, ({"code_hash": code} for code in answered))
            # In the order of their random ids: the order of arrival must not survive.
            shuffled = sorted(responses, key=lambda response: response.id)
            self._add(queries.ADD_RESPONSE, shuffled)

    def population(self, wave: str) -> list[PopulationRow]:
        """Give the frozen numbers of dwellings by stratum."""
        return self._records(PopulationRow, queries.POPULATION, wave=wave)

    def invited(self, wave: str) -> list[dict[str, Any]]:
        """Give for each stratum: stratum, area, and how many were invited and have answered."""
        return self._driver.rows(queries.INVITED, {"wave": wave})

    # --- answering ---------------------------------------------------------------------------

    def invitee(self, code_hash: str) -> Invitee | None:
        """Give the invitee of a code, by the code's keyed hash."""
        found = self._records(Invitee, queries.INVITEE, code_hash=code_hash)
        return found[0] if found else None

    def draft(self, key: str) -> str | None:
        """Give the sealed answers kept under a key."""
        rows = self._driver.rows(queries.DRAFT, {"key": key})
        return rows[0]["sealed"] if rows else None

    def change_draft(self, key: str, wave: str, change: Callable[[str | None], str]) -> str:
        """Replace the draft by what `change` makes of it, under the lock.

        Two tabs that save at once both keep what they saved. `change` gets None for no draft yet.
        """
        with self.writing():
            before = self._driver.rows(queries.CLAIM_DRAFT, {"key": key, "wave": wave})
            after = change(before[0]["sealed"] or None)
            self._driver.rows(queries.SET_DRAFT, {"key": key, "sealed": after})
        return after

    def submit(
        self,
        *,
        code_hash: str,
        draft_key: str,
        today: str,
        respond: Callable[[str | None], Response],
    ) -> Outcome:
        """Cut the answers loose from the code, in one transaction, at most once a code.

        The answers get in under their random id, the code is marked used without a time, the draft
        goes. No key, time or log leads from one to the other; the order in which a page of the file
        was filled does until `reshuffle`.

        Parameters
        ----------
        respond
            Makes the response of the sealed draft (None: there is none), which is read under the
            lock: what another tab saved a moment ago is sent too. What it raises undoes all.
        """
        with self.writing():
            draft = {"key": draft_key}
            invitee = self.invitee(code_hash)
            if invitee is None or not is_open(self.wave(invitee.wave), today):
                return Outcome.NOT_OPEN
            claimed = self._driver.rows(queries.CLAIM_DRAFT, draft | {"wave": invitee.wave})
            self._driver.rows(queries.DELETE_DRAFT, draft)
            if not self._driver.rows(queries.CLAIM_INVITEE, {"code_hash": code_hash}):
                return Outcome.ALREADY
            self._add(queries.ADD_RESPONSE, [respond(claimed[0]["sealed"] or None)])
        self._driver.forget()
        return Outcome.STORED

    def reshuffle(self) -> None:
        """Rewrite the responses, so that nothing tells in which order they came."""
        self._driver.reshuffle("response")

    # --- estimates ---------------------------------------------------------------------------

    def cells(self, wave: str) -> list[CellRow]:
        """Count the responses of a wave that share all that the estimates look at."""
        return self._records(CellRow, queries.CELLS, wave=wave)

    def count_responses(self, wave: str) -> int:
        """Count the responses of a wave."""
        return int(self._driver.rows(queries.COUNT_RESPONSES, {"wave": wave})[0]["n"])

    def reports(self) -> list[ReportRow]:
        """Give all stored reports, the newest first."""
        return self._records(ReportRow, queries.REPORTS)

    def report(self, wave: str, compare: str | None = None) -> ReportRow:
        """Give the newest report of a wave, or the newest that compares it with `compare`.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        params = {"wave": wave, "compare": compare or "", "any": int(compare is None)}
        rows = self._driver.rows(queries.REPORT, params)
        if not rows:
            raise NotFoundError(f"there is no report of wave {wave!r} yet")
        return ReportRow(**rows[0])

    def add_report(self, report: ReportRow) -> None:
        """Store a computed table; one of the same second replaces it."""
        with self.writing():
            self._add(queries.ADD_REPORT, [report])

    # --- copies ------------------------------------------------------------------------------

    def copy_to(self, target: Store, *, replace: bool = False) -> dict[str, int]:
        """Copy every row into another store of the same schema, and give the counts by table.

        Raises
        ------
        ConflictError
            If the target has rows and `replace` is False; it is then left as it was.
        """
        with self._driver.reading(), target.writing():
            if not replace and not target.is_empty():
                raise ConflictError("the database is not empty; nothing was changed")
            return copy_rows(self._driver, target._driver)

    # --- helpers -----------------------------------------------------------------------------

    def _records(self, record: Callable[..., _Record], sql: str, **params: str) -> list[_Record]:
        return [record(**row) for row in self._driver.rows(sql, params)]

    def _add(self, sql: str, records: Iterable[object]) -> None:
        self._driver.many(sql, (_values(record) for record in records))

    def _set_population(self, wave: str, population: Iterable[PopulationRow]) -> None:
        if self.population(wave):
            raise ConflictError(
                f"wave {wave!r} has its population already: it was invited or imported before"
            )
        rows = (_values(row) | {"wave": wave} for row in population)
        self._driver.many(queries.ADD_POPULATION, rows)


def open_store(url: str) -> Store:
    """Open the store at a database address; see `enquete.store.driver.connect`."""
    return Store(connect(url))


def is_open(wave: Wave, today: str) -> bool:
    """Say whether residents can answer on this day (ISO date)."""
    return wave.opens <= today and (not wave.closes or today <= wave.closes)


def _values(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
