"""More than two waves, and the headline between two: estimates put in series."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.contrast import is_linked, joint
from analysis.results import TOTAL, show_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.composition import Composition
    from analysis.estimates import Estimates
    from analysis.quantity import Linearised
    from analysis.trend_results import Breaks, Trend


def trend_of(
    estimates: Estimates,
    key: str | tuple[str, ...] = TOTAL,
    *,
    linked: bool | None = None,
    equivalence: float | None = None,
    new_method: Sequence[str] = (),
) -> Trend:
    """Fit a line through the waves of one domain; see `analysis.trend.trend`.

    Parameters
    ----------
    linked
        Whether a cluster is the same unit in every wave; see `analysis.contrast.joint`.
    new_method
        Waves from which the question or the way of asking was another: the line has a step there.
    """
    from analysis.trend import trend

    found, places = _series(estimates, key, linked=linked)
    return trend(
        found.value[places].tolist(),
        found.covariance[np.ix_(places, places)],
        estimates.waves,
        pair_df(estimates, key, estimates.waves, linked=linked),
        confidence=estimates.confidence,
        equivalence=equivalence,
        new_method=new_method,
    )


def breaks_of(
    estimates: Estimates,
    key: str | tuple[str, ...] = TOTAL,
    *,
    linked: bool | None = None,
    new_method: Sequence[str] = (),
) -> Breaks:
    """Test each step from wave to wave of one domain; see `analysis.trend.breaks`."""
    from analysis.trend import breaks

    found, places = _series(estimates, key, linked=linked)
    waves = estimates.waves
    return breaks(
        found.value[places].tolist(),
        found.covariance[np.ix_(places, places)],
        waves,
        [pair_df(estimates, key, pair, linked=linked) for pair in pairwise(waves)],
        confidence=estimates.confidence,
        new_method=new_method,
    )


def composition_of(
    estimates: Estimates,
    before: str | int,
    after: str | int,
    populations: Mapping[Any, Mapping[str, float]],
    *,
    linked: bool | None = None,
) -> Composition:
    """Split the change of the headline into rating and composition.

    See `analysis.composition.decompose`.

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
    places, found = joint(estimates, linked=linked)
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
    return decompose(
        groups[0],
        groups[1],
        covariance=found.covariance[np.ix_(index, index)],
        order=order,
        df=pair_df(estimates, TOTAL, waves, linked=linked),
        confidence=estimates.confidence,
    )


def _series(
    estimates: Estimates, key: str | tuple[str, ...], *, linked: bool | None
) -> tuple[Linearised, list[int]]:
    wanted = (key,) if isinstance(key, str) else key
    places, found = joint(estimates, linked=linked)
    if (estimates.waves[0], wanted) not in places:
        known = ", ".join(show_key(domain) for domain in estimates.cells.domains)
        raise ValueError(f"there is no domain {show_key(wanted)!r}; domains: {known}")
    return found, [places.index((wave, wanted)) for wave in estimates.waves]


def pair_df(
    estimates: Estimates,
    key: str | tuple[str, ...],
    waves: Sequence[str],
    *,
    linked: bool | None,
) -> int:
    """Count units less strata with an answer in the domain in any of the waves."""
    cells = estimates.cells
    here: NDArray[np.bool_] = cells.of_waves(*waves) & cells.answered
    if key != TOTAL:
        here &= cells.domain == cells.domains.index((key,) if isinstance(key, str) else key)
    return cells.sample(linked=is_linked(cells, linked=linked)).df(here)
