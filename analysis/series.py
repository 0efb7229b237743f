"""More than two waves, and the headline between two: estimates put in series."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.contrast import joint
from analysis.overlap import chosen_overlap, joint_covariance, joint_df
from analysis.quantity import linearise
from analysis.results import TOTAL, Flag, read_key, show_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.composition import Composition
    from analysis.estimates import Estimates
    from analysis.overlap import Overlap
    from analysis.quantity import Linearised
    from analysis.results import Estimate
    from analysis.trend_results import Breaks, Trend


def trend_of(
    estimates: Estimates,
    key: str | tuple[str, ...] = TOTAL,
    *,
    overlap: Overlap | None = None,
    equivalence: float | None = None,
    new_method: Sequence[str] = (),
) -> Trend:
    """Fit a line through the waves of one domain; see `analysis.trend.trend`.

    Parameters
    ----------
    overlap
        How the waves hang together; see `analysis.overlap.Overlap`.
    new_method
        Waves from which the question or the way of asking was another: the line has a step there.
    """
    from analysis.trend import trend

    found = _series(estimates, key, overlap=overlap)
    return trend(
        found.value.tolist(),
        found.covariance,
        estimates.waves,
        pair_df(estimates, key, estimates.waves, overlap=overlap) if found.df.min() > 0 else 0,
        confidence=estimates.confidence,
        equivalence=equivalence,
        new_method=new_method,
    )


def breaks_of(
    estimates: Estimates,
    key: str | tuple[str, ...] = TOTAL,
    *,
    overlap: Overlap | None = None,
    new_method: Sequence[str] = (),
) -> Breaks:
    """Test each step from wave to wave of one domain; see `analysis.trend.breaks`."""
    from analysis.trend import breaks

    found = _series(estimates, key, overlap=overlap)
    waves = estimates.waves
    return breaks(
        found.value.tolist(),
        found.covariance,
        waves,
        # A wave without degrees of freedom has no variance to show, whatever the other has.
        [
            pair_df(estimates, key, pair, overlap=overlap) if min(own) > 0 else 0
            for pair, own in zip(pairwise(waves), pairwise(found.df.tolist()), strict=True)
        ],
        confidence=estimates.confidence,
        new_method=new_method,
    )


def composition_of(
    estimates: Estimates,
    before: str | int,
    after: str | int,
    populations: Mapping[Any, Mapping[str, float]],
    *,
    overlap: Overlap | None = None,
) -> Composition:
    """Split the change of the headline into rating and composition.

    See `analysis.composition.decompose`. A mean that gets no margin (no degrees of freedom, answers
    that are all the same) is not known exactly, though its variance comes out as 0: what rests on
    it gets no margin either, and a note says why.

    Parameters
    ----------
    populations
        By wave: dwellings of each area.
    """
    from analysis.composition import decompose

    waves = [str(before), str(after)]
    by_wave = {str(wave): counts for wave, counts in populations.items()}
    for wave in waves:
        if wave not in by_wave:
            raise ValueError(f"populations must have wave {wave!r}, got {', '.join(by_wave)}")
    places, found = joint(estimates, overlap=overlap)
    order = [show_key(key) for key in estimates.cells.domains]
    index = [places.index((wave, key)) for wave in waves for key in estimates.cells.domains]
    values = found.value[index].reshape(2, -1)
    groups = [
        {
            area: (by_wave[wave][area], None if math.isnan(value) else float(value))
            for area, value in zip(order, row, strict=True)
            if area in by_wave[wave]
        }
        for wave, row in zip(waves, values, strict=True)
    ]
    covariance = found.covariance[np.ix_(index, index)]
    rows = [row for wave in waves for row in estimates.of(wave)]
    withheld = [row.flag not in {Flag.OK, Flag.EMPTY} for row in rows]
    covariance[withheld, :] = covariance[:, withheld] = np.nan
    parts = decompose(
        groups[0],
        groups[1],
        covariance=covariance,
        order=order,
        df=pair_df(estimates, TOTAL, waves, overlap=overlap),
        confidence=estimates.confidence,
    )
    notes = _without_margin([row for row, gone in zip(rows, withheld, strict=True) if gone])
    return replace(parts, notes=(*parts.notes, *notes))


def _without_margin(rows: Sequence[Estimate]) -> list[str]:
    """Say of which means there is no margin, and why."""
    where: dict[str, list[str]] = {}
    for row in rows:
        where.setdefault(row.reason, []).append(f"{show_key(row.key)} {row.wave}".rstrip())
    return [f"No margin of {', '.join(names)}: {reason}." for reason, names in where.items()]


def _series(
    estimates: Estimates, key: str | tuple[str, ...], *, overlap: Overlap | None
) -> Linearised:
    """Linearise one domain in every wave: `joint` of all would be made anew for each domain."""
    cells, quantity = estimates.condensed_cells()
    wanted = read_key(key, cells.domains)
    if wanted not in {TOTAL, *cells.domains}:
        known = ", ".join(show_key(domain) for domain in cells.domains)
        raise ValueError(f"there is no domain {show_key(wanted)!r}; domains: {known}")
    inside = np.ones(len(cells.n), dtype=np.bool_)
    if wanted != TOTAL:
        inside = cells.domain == cells.domains.index(wanted)
    way = chosen_overlap(cells, overlap)
    return linearise(
        cells,
        quantity,
        [(np.where(inside, cells.wave, -1), len(cells.waves))],
        cells.sample(),
        covariance=lambda influence: joint_covariance(cells, influence, way),
    )


def pair_df(
    estimates: Estimates,
    key: str | tuple[str, ...],
    waves: Sequence[str],
    *,
    overlap: Overlap | None,
) -> int:
    """Count units less strata with an answer in the domain in any of the waves."""
    cells = estimates.cells
    cells = cells.part(cells.of_waves(*waves))
    here = cells.answered
    wanted = read_key(key, cells.domains)
    if wanted != TOTAL:
        here = here & (cells.domain == cells.domains.index(wanted))
    way = chosen_overlap(cells, overlap)
    return int(joint_df(cells, np.where(here, 0, -1), 1, way)[0])
