"""The store: every read and write of the chain, over either database."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from enquete.errors import ConflictError, NotFoundError, StoreError
from enquete.store import queries
from enquete.store.database import values
from enquete.store.driver import connect
from enquete.store.figures import Figures
from enquete.store.records import (
    Area,
    AreaCode,
    Dwelling,
    Entry,
    Invitee,
    PopulationRow,
    Response,
    Wave,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


class Outcome(StrEnum):
    """What became of answers that were sent."""

    STORED = "stored"
    ALREADY = "already"
    NOT_OPEN = "not open"


class Store(Figures):
    """What the chain reads and writes, from areas to reports."""

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
                (values(area) | {"published": int(area.published)} for area in areas),
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

    def waves(self, *, texts: bool = True) -> list[Wave]:
        """Give all waves by slug; without `texts` their questionnaires are left empty."""
        return self._records(Wave, queries.WAVES if texts else queries.WAVES_WITHOUT_TEXT)

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
        self,
        wave: str,
        invitees: Iterable[Invitee],
        population: Iterable[PopulationRow],
        *,
        fingerprint: str = "",
    ) -> None:
        """Store who is asked, and freeze the population that their answers stand for.

        `fingerprint` is of the key that the codes were made with; "" is not looked at.

        Raises
        ------
        ConflictError
            If the wave was invited or filled before.
        StoreUnavailableError
            If the key was changed meanwhile.
        """
        with self.writing():
            if fingerprint:
                self._claim_key(fingerprint)
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

    def entry(self, code_hash: str, draft_key: str) -> Entry | None:
        """Give what a code opens, by its two keys; None where no such code was given out."""
        found = self._records(Entry, queries.ENTRY, code_hash=code_hash, draft_key=draft_key)
        return found[0] if found else None

    def draft(self, key: str) -> str | None:
        """Give the sealed answers kept under a key."""
        rows = self._driver.rows(queries.DRAFT, {"key": key})
        return rows[0]["sealed"] if rows else None

    def replace_draft(self, key: str, sealed: str, *, version: int) -> bool:
        """Replace a draft that is still of this version, and say whether it was."""
        params = {"key": key, "sealed": sealed, "version": version}
        return bool(self._driver.rows(queries.REPLACE_DRAFT, params))

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
            entry = self.entry(code_hash, draft_key)
            if entry is None or not is_open(entry, today):
                return Outcome.NOT_OPEN
            sealed = self._take_draft(draft_key, entry.wave)
            if not self._driver.rows(queries.CLAIM_INVITEE, {"code_hash": code_hash}):
                return Outcome.ALREADY
            self._driver.rows(queries.ADD_RESPONSE, values(respond(sealed)))
        with suppress(StoreError):  # they are in, and whoever sent them is told so
            self._driver.forget()
        return Outcome.STORED

    def _take_draft(self, key: str, wave: str) -> str | None:
        """Delete a draft and give it. Nobody begins another before the transaction ends."""
        draft = {"key": key}
        taken = self._driver.rows(queries.TAKE_DRAFT, draft)
        if not taken:
            self._driver.rows(queries.CLAIM_DRAFT, draft | {"wave": wave})
            taken = self._driver.rows(queries.TAKE_DRAFT, draft)
        return taken[0]["sealed"] or None

    def _set_population(self, wave: str, population: Iterable[PopulationRow]) -> None:
        if self.population(wave):
            raise ConflictError(
                f"wave {wave!r} has its population already: it was invited or imported before"
            )
        rows = (values(row) | {"wave": wave} for row in population)
        self._driver.many(queries.ADD_POPULATION, rows)


def open_store(url: str) -> Store:
    """Open the store at a database address; see `enquete.store.driver.connect`."""
    return Store(connect(url))


def is_open(wave: Wave | Entry, today: str) -> bool:
    """Say whether residents can answer on this day (ISO date)."""
    return wave.opens <= today and (not wave.closes or today <= wave.closes)
