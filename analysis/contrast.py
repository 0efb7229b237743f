"""The joint covariance of domains and waves, and linear combinations of estimates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from analysis.columns import MOST_DOMAINS
from analysis.display import Readable
from analysis.estimate import ZERO
from analysis.intervals import t_interval, t_test
from analysis.overlap import chosen_overlap, joint_covariance, joint_df
from analysis.quantity import linearise
from analysis.results import TOTAL, read_key, show_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.cells import Cells
    from analysis.estimates import Estimates
    from analysis.overlap import Overlap
    from analysis.quantity import Linearised

Place: TypeAlias = tuple[str, tuple[str, ...]]
"""A wave and the key of a domain."""


@dataclass(frozen=True, repr=False, slots=True, kw_only=True)
class Contrast(Readable):
    """A linear combination of estimates.

    Attributes
    ----------
    value, se
        Of the combination; the SE from the joint covariance.
    df
        Units less strata with an answer in any of the domains combined; None as SE where 0.
    low, high, p
        t interval and two-sided p-value of 0 on `df`.
    """

    value: float
    se: float | None
    df: int
    low: float | None = None
    high: float | None = None
    p: float | None = None
    reason: str = ""


def joint(
    estimates: Estimates, *, waves: Sequence[str] | None = None, overlap: Overlap | None = None
) -> tuple[list[Place], Linearised]:
    """Linearise all domains of some waves together.

    R, with ``overlap="stacked"``: ``svyby(~y, ~wave + by, design, svymean, covmat = TRUE)`` over
    all waves.

    Parameters
    ----------
    waves
        None: all of them. One wave has the design of that wave.
    overlap
        How the waves hang together; see `analysis.overlap.Overlap`.

    Returns
    -------
    The wave and domain of each estimate, wave by wave, each wave's total last; and the estimates.

    Raises
    ------
    ValueError
        If there are too many of them for a matrix.
    """
    cells, quantity = estimates.condensed_cells()
    chosen = list(cells.waves) if waves is None else list(waves)
    here = cells.of_waves(*chosen)
    cells, quantity = cells.part(here), quantity.part(here)
    if len(chosen) * len(cells.domains) > 2 * MOST_DOMAINS:
        raise ValueError(
            f"domains times waves must be at most {2 * MOST_DOMAINS} for a covariance of all, got "
            f"{len(cells.domains)} times {len(chosen)}"
        )
    places, label = _places(cells, chosen)
    number = np.array([chosen.index(wave) if wave in chosen else -1 for wave in cells.waves])
    way = chosen_overlap(cells, overlap)
    count, domains = len(chosen), len(cells.domains)
    partitions = [(label, count * domains), (number[cells.wave], count)]
    found = linearise(
        cells,
        quantity,
        partitions,
        cells.sample(),
        covariance=lambda influence: joint_covariance(cells, influence, way),
    )
    order = [
        place
        for wave in range(count)
        for place in (*range(wave * domains, (wave + 1) * domains), count * domains + wave)
    ]
    return places, _reordered(found, np.array(order))


def contrast(
    estimates: Estimates,
    coefficients: Mapping[Any, float],
    *,
    overlap: Overlap | None = None,
    df: int | None = None,
) -> Contrast:
    """Combine estimates linearly, as a difference of two domains. R: ``svycontrast``.

    The SE is that of the sum of the linearised values. Degrees of freedom are those of the domains
    combined, unless given.

    Parameters
    ----------
    coefficients
        By domain (its label or labels; `TOTAL` or ``total`` for all answers), or by (wave, domain)
        where there are more waves than one: what the estimate is multiplied with.
    overlap
        How the waves hang together; see `analysis.overlap.Overlap`.
    df
        Degrees of freedom to use instead. R's ``svyttest`` takes ``degf(design) - 1``.

    Raises
    ------
    ValueError
        If a domain or wave is unknown, or has no answers.

    Examples
    --------
    >>> from analysis import Design, Survey
    >>> survey = Survey({"g": ["A", "A", "B", "B"], "y": [7, 8, 6, 9]}, Design())
    >>> survey.mean("y", by="g").contrast({"A": 1, "B": -1}).value
    0.0
    """
    cells = estimates.cells
    wanted = [(_place(key, cells), coefficient) for key, coefficient in coefficients.items()]
    waves = [wave for wave in cells.waves if any(place[0] == wave for place, _ in wanted)]
    if not waves:
        raise ValueError("there must be an estimate to combine, got none")
    places, found = joint(estimates, waves=waves, overlap=overlap)
    row = np.zeros(len(places))
    for where, coefficient in wanted:
        place = places.index(where)
        if not math.isfinite(coefficient):
            raise ValueError(f"a coefficient must be a number, got {coefficient}")
        if math.isnan(found.value[place]):
            raise ValueError(f"{show_key(places[place][1])} has no answers: it cannot be combined")
        row[place] += coefficient
    if df is None:
        here = cells.part(cells.of_waves(*waves))
        used = [places[i] for i in np.flatnonzero(row)]
        answered = estimates._quantity()(here).answered  # noqa: SLF001 # of the same package
        label = np.where(_members(here, used) & answered, 0, -1)
        df = int(joint_df(here, label, 1, chosen_overlap(here, overlap))[0])
    return _combined(found, row, df, confidence=estimates.confidence)


def _combined(
    found: Linearised, row: NDArray[np.float64], df: int, *, confidence: float
) -> Contrast:
    used = row != 0
    value = float(row[used] @ found.value[used])
    se = math.sqrt(max(float(row @ found.covariance @ row), 0.0))
    # The residuals of a domain add up to zero in its only unit: that is no variance of 0.
    if df < 1 or (found.df[used] < 1).any():
        return Contrast(value=value, se=None, df=df, reason="no degrees of freedom")
    if found.lonely[used].any():
        reason = "a stratum with answers here has a single unit: no variance is known of it"
        return Contrast(value=value, se=se, df=df, reason=reason)
    if se <= ZERO * float(np.abs(row[used]) @ np.maximum(np.abs(found.value[used]), 1.0)):
        return Contrast(value=value, se=se, df=df, reason="the combination has no spread")
    low, high = t_interval(value, se, df, confidence=confidence)
    return Contrast(value=value, se=se, df=df, low=low, high=high, p=t_test(value, se, df))


def _places(cells: Cells, waves: Sequence[str]) -> tuple[list[Place], NDArray[np.intp]]:
    """Name the estimates of some waves, and give the domain and wave of each cell."""
    domains = len(cells.domains)
    number = np.array([list(waves).index(wave) if wave in waves else -1 for wave in cells.waves])
    label = np.where(cells.domain >= 0, number[cells.wave] * domains + cells.domain, -1)
    return [(wave, key) for wave in waves for key in (*cells.domains, TOTAL)], label


def _reordered(found: Linearised, order: NDArray[np.intp]) -> Linearised:
    return type(found)(
        value=found.value[order],
        n=found.n[order],
        df=found.df[order],
        spread=found.spread[order],
        covariance=found.covariance[np.ix_(order, order)],
        lonely=found.lonely[order],
    )


def _place(key: Any, cells: Cells) -> Place:
    """Read what is to be combined: a domain, a wave, or a wave and a domain."""
    known = [(wave, domain) for wave in cells.waves for domain in (*cells.domains, TOTAL)]
    tries = []
    if len(cells.waves) == 1:
        tries.append((cells.waves[0], _domain(key, cells)))
    if isinstance(key, tuple) and len(key) == 2:
        tries.append((str(key[0]), _domain(key[1], cells)))
    tries.append((str(key), TOTAL))
    for place in tries:
        if place in known:
            return place
    listed = ", ".join(f"{wave} {show_key(domain)}".strip() for wave, domain in known)
    raise ValueError(f"there is no estimate {key!r} to combine; estimates: {listed}")


def _domain(key: Any, cells: Cells) -> tuple[str, ...]:
    return read_key(tuple(key) if isinstance(key, tuple | list) else str(key), cells.domains)


def _members(cells: Cells, places: list[Place]) -> NDArray[np.bool_]:
    inside = np.zeros(len(cells.n), dtype=np.bool_)
    for wave, key in places:
        here = cells.wave == cells.waves.index(wave)
        if key != TOTAL:
            here &= cells.domain == cells.domains.index(key)
        inside |= here
    return inside
