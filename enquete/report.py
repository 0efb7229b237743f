"""From the store to the stored report: cells, estimates, table. Never imported by the pages."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from analysis import Design, Survey
from analysis.rating_table import round_half_up
from analysis.tabulate import AreaLabel, tabulate
from enquete import __version__
from enquete.errors import InputError
from enquete.fieldwork.areas import code_on
from enquete.numbers import count
from enquete.store import ReportRow, is_open

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.estimates import Estimates
    from analysis.rating_table import RatingTable
    from enquete.store import Store, Wave

CELL_COLUMNS: Final = ("wave", "area", "stratum", "cluster", "rating", "n")
"""What the store counts answers by, and their number."""

SCALE = (1, 10)
"""The rapportcijfer's scale."""

LONELY_SHARE: Final = 0.1
"""How much of an area may rest on strata where one unit answered, for it to have a margin.

Nothing is known of the spread in such a stratum. Where it holds half of an area, two in
three intervals of 95 percent hold; where it holds a tenth, 95 in 100 (benchmarks/lonely.py).
"""


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
        If a wave has no answers or no population, the two waves were sampled in different units, or
        the one compared with is not the earlier.
    """
    asked = store.wave(wave)
    waves = [asked] if compare is None else [_earlier(store.wave(compare), asked), asked]
    means = estimate(store, waves)
    labels = _labels(store, asked)
    family = [(label.id,) for label in labels if label.published]
    changes = None if compare is None else means.change(compare, wave, family=family)
    table = tabulate(means, labels, wave=wave, changes=changes, computed=today, invented=invented)
    notes = [
        *(["De meting loopt nog. Dit is een tussenstand."] if is_open(asked, today) else []),
        *_response(store, wave, counted=table.headline.n is not None),
        *_more_areas(means, labels, wave),
        *_uncovered(store, wave),
        *_design(asked),
        *(_overlap(waves) if compare is not None else []),
    ]
    return replace(table, notes=(*notes, *table.notes))


def estimate(store: Store, waves: list[Wave]) -> Estimates:
    """Estimate the mean rating by area for some waves, by the design they were sampled with."""
    try:
        return survey_of(store, waves).mean("rating", by="area", scale=SCALE)
    except ValueError as error:
        raise InputError(f"the answers do not fit the population: {error}") from error


def survey_of(store: Store, waves: list[Wave]) -> Survey:
    """Give the stored answers of some waves as a survey, counted to cells.

    The design is what was drawn: strata, clusters where complexes were, and dwellings of the
    population. Columns: wave, area, stratum, cluster, rating.

    Raises
    ------
    InputError
        If the waves were sampled in different units, or one has no answers yet.
    """
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
    columns = {name: [getattr(row, name) for row in rows] for name in CELL_COLUMNS}
    design = Design(
        strata="stratum",
        wave="wave",
        clusters="cluster" if waves[0].sampled_unit == "complex" else None,
        population=population,
        lonely="flag",
        lonely_share=LONELY_SHARE,
    )
    return Survey(columns, design, count="n")


def store_report(store: Store, table: RatingTable, *, now: datetime) -> None:
    """Keep a computed table (the pages show the newest of a wave), and reshuffle the responses.

    Whoever computes has read all of them: a good moment to rewrite them in an order that tells
    nothing.
    """
    store.reshuffle()
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
    in_frame = {row.area for row in store.population(wave.slug)}
    return [
        AreaLabel(
            id=area.id,
            name=area.name,
            code=code_on(codes, area.id, wave.classification_date),
            published=area.published,
        )
        for area in store.areas()
        if area.id in in_frame
    ]


def _earlier(compared: Wave, asked: Wave) -> Wave:
    if compared.opens >= asked.opens:
        raise InputError(
            f"the wave compared with must be earlier than {asked.slug!r} (opened {asked.opens}), "
            f"got {compared.slug!r} (opened {compared.opens})"
        )
    return compared


def _response(store: Store, wave: str, *, counted: bool) -> list[str]:
    """Say how many answered; how many of them gave no mark where all marks may be counted."""
    cells, strata = store.cells(wave), store.invited(wave)
    responses, without = (
        sum(cell.n for cell in some) for some in (cells, [c for c in cells if c.rating is None])
    )
    invited = sum(row["invited"] for row in strata)
    if not invited:
        return []
    answered = sum(row["answered"] for row in strata)
    rate = round_half_up(Fraction(100 * answered, invited), decimals=0)
    told = [
        f"Er zijn {count(invited)} woningen uitgenodigd; {count(answered)} antwoordden ({rate}%)."
    ]
    if responses > answered and counted:
        told.append(f"Daarnaast zijn er {count(responses - answered)} antwoorden ingelezen.")
    if counted:
        told.append(f"Van de antwoorden zijn er {count(without)} zonder cijfer.")
    return [" ".join(told)]


def _more_areas(means: Estimates, labels: list[AreaLabel], wave: str) -> list[str]:
    """Name the areas that are in the headline and have no row of their own.

    Not with the number of their answers: less the others, the total would tell their mark.
    """
    answered = {row.key for row in means.of(wave) if row.n}
    more = [label.name for label in labels if not label.published and (label.id,) in answered]
    return [f"In het gemiddelde van alle gebieden zit ook {', '.join(more)}."] if more else []


def _uncovered(store: Store, wave: str) -> list[str]:
    """Say how much of the frame the mean says nothing of: strata without any mark."""
    answered = {cell.stratum for cell in store.cells(wave) if cell.rating is not None}
    silent = [
        row.dwellings
        for row in store.population(wave)
        if row.stratum not in answered and row.dwellings
    ]
    if not silent:
        return []
    return [
        f"Uit {len(silent)} groepen met samen {count(sum(silent))} woningen kwam geen cijfer. "
        "Zij tellen niet mee in het gemiddelde."
    ]


def _design(wave: Wave) -> list[str]:
    weights = "Elk antwoord telt zo zwaar als het aantal woningen waar het voor staat."
    if wave.sampled_unit == "dwelling":
        return [weights]
    return [f"{weights} Complexen zijn getrokken; de marge houdt daar rekening mee."]


def _overlap(waves: list[Wave]) -> list[str]:
    """Say what the margin of a change makes of those who were in both waves."""
    if waves[0].sampled_unit == "complex":
        return [
            "Een complex is in beide metingen hetzelfde. "
            "De marge van de verandering houdt daar rekening mee."
        ]
    panel = all(wave.anonymity == "panel" for wave in waves)
    return [
        "De metingen gelden als onafhankelijk"
        f"{'' if panel else ', omdat de antwoorden anoniem zijn'}. "
        "Deed een woning twee keer mee, dan is de marge van de verandering voorzichtig."
    ]
