"""From the store to the stored report: cells, estimates, table. Never imported by the pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from analysis import Design, Survey
from analysis.tabulate import AreaLabel, tabulate
from enquete import __version__
from enquete.errors import InputError
from enquete.fieldwork.areas import code_on
from enquete.numbers import count
from enquete.store import ReportRow

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.rating_table import RatingTable
    from analysis.results import Means
    from enquete.store import Store, Wave

SCALE = (1, 10)
"""The rapportcijfer's scale."""


def compute(
    store: Store, wave: str, *, compare: str | None = None, today: str, invented: bool = False
) -> RatingTable:
    """Compute the rating table of a wave from the stored answers.

    Parameters
    ----------
    compare
        Slug of an earlier wave to compare with.
    today
        Day of the computation, ISO 8601.

    Raises
    ------
    NotFoundError
        If a wave does not exist.
    InputError
        If a wave has no answers or no population, or the two waves were sampled in different units.
    """
    asked = store.wave(wave)
    waves = [asked] if compare is None else [store.wave(compare), asked]
    means = estimate(store, waves)
    changes = means.change(compare, wave) if compare is not None else None
    notes = [*_response(store, wave), *_uncovered(store, wave), _design(asked)]
    if compare is not None and asked.sampled_unit == "dwelling":
        notes.append(
            "De metingen gelden als onafhankelijk, omdat de antwoorden anoniem zijn. "
            "Deed een woning twee keer mee, dan is de marge van de verandering voorzichtig."
        )
    labels = _labels(store, asked)
    return tabulate(
        means, labels, wave=wave, changes=changes, computed=today, notes=notes, invented=invented
    )


def estimate(store: Store, waves: list[Wave]) -> Means:
    """Estimate the mean rating by area for some waves, by the design they were sampled with."""
    if len({wave.sampled_unit for wave in waves}) > 1:
        units = ", ".join(f"{wave.slug}: {wave.sampled_unit}" for wave in waves)
        raise InputError(f"waves compared must have one sampled unit, got {units}")
    rows = [cell for wave in waves for cell in store.cells(wave.slug)]
    for wave in waves:
        if not any(row.wave == wave.slug and row.rating is not None for row in rows):
            raise InputError(f"wave {wave.slug!r} has no answers to the rating question yet")
    population = {
        (wave.slug, row.stratum): row.dwellings
        for wave in waves
        for row in store.population(wave.slug)
    }
    names = ("wave", "area", "stratum", "cluster", "rating", "n")
    columns = {name: [getattr(row, name) for row in rows] for name in names}
    design = Design(
        strata="stratum",
        wave="wave",
        clusters="cluster" if waves[0].sampled_unit == "complex" else None,
        population=population,
    )
    try:
        return Survey(columns, design, count="n").mean("rating", by="area", scale=SCALE)
    except ValueError as error:
        raise InputError(f"the answers do not fit the population: {error}") from error


def store_report(store: Store, table: RatingTable, *, now: datetime) -> None:
    """Keep a computed table; the pages show the newest of a wave."""
    store.add_report(
        ReportRow(
            wave=table.wave,
            compare=table.compare or "",
            created=f"{now:%Y-%m-%dT%H:%M:%SZ}",
            code_version=__version__,
            figures=json.dumps(table.to_json(), ensure_ascii=False),
        )
    )


def _labels(store: Store, wave: Wave) -> list[AreaLabel]:
    codes = store.area_codes()
    return [
        AreaLabel(
            id=area.id,
            name=area.name,
            code=code_on(codes, area.id, wave.classification_date),
            published=area.published,
        )
        for area in store.areas()
    ]


def _response(store: Store, wave: str) -> list[str]:
    strata = store.invited(wave)
    invited = sum(row["invited"] for row in strata)
    if not invited:
        return []
    answers = store.count_responses(wave)
    return [
        f"Er zijn {count(invited)} woningen uitgenodigd; "
        f"{count(answers)} antwoordden ({100 * answers / invited:.0f}%)."
    ]


def _uncovered(store: Store, wave: str) -> list[str]:
    """Say how much of the frame the mean says nothing of: strata without any answer."""
    answered = {cell.stratum for cell in store.cells(wave)}
    silent = [
        row.dwellings
        for row in store.population(wave)
        if row.stratum not in answered and row.dwellings
    ]
    if not silent:
        return []
    return [
        f"Uit {len(silent)} groepen met samen {count(sum(silent))} woningen kwam geen "
        "antwoord. Zij tellen niet mee in het gemiddelde."
    ]


def _design(wave: Wave) -> str:
    unit = "woningen" if wave.sampled_unit == "dwelling" else "complexen"
    return (
        f"Getrokken zijn {unit}, per gemeente en woningtype. Elk antwoord telt zo zwaar als het "
        "aantal woningen waar het voor staat."
    )
