"""The bootstrap-t: an interval whose quantiles come from the sample in place of Student's table."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.estimate import means
from analysis.influence import Influence
from analysis.replicate_weights import FirstStage, redraw
from analysis.results import TOTAL, Estimate, Flag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.cells import Cells

_FLAT = 1e-6
"""A resample's standard error below this share of the sample's is rounding error of 0."""


def bootstrap_t(
    cells: Cells,
    key: str | tuple[str, ...] = TOTAL,
    *,
    wave: str | int | None = None,
    replicates: int = 999,
    seed: int,
    confidence: float = 0.95,
) -> Estimate:
    """Estimate the mean of a domain, with the bootstrap-t interval.

    In each of R resamples t* = (m* - m) / se*, m* the mean and se* its linearised standard error;
    the interval is m - t*(1 - a / 2) se to m - t*(a / 2) se, with the k-th smallest and largest t*,
    k = (R + 1) a / 2. Efron & Tibshirani (1993), An Introduction to the Bootstrap, §12.5. A
    resample draws n_h - 1 first-stage units of each stratum (both of two) with replacement, their
    weights times n_h / (n_h - 1), and is linearised as a sample of so many units; with a finite
    population it moves sqrt(1 - f_h) of the way: Rao & Wu (1988), JASA 83,
    doi:10.1080/01621459.1988.10478591. Strata with a single unit stay as they are.

    With ``cells.scale`` known all of this is on the scale of logit (m - low) / (high - low), and
    the interval stays within. Without, it can reach beyond any answer that there can be: with few
    units, or skewed answers, t* has long tails.

    A resample whose units are all alike has no standard error: its t* counts as infinite, on the
    side it lies. One without an answer in the domain counts as infinite on both.

    Parameters
    ----------
    key
        The domain; `TOTAL` for all answers.
    wave
        Needed where there are more than one.
    replicates
        R; at least 2 / (1 - confidence) - 1.
    seed
        Of the draws: the same seed gives the same interval.

    Returns
    -------
    The estimate with its linearised standard error; ends at the end of the scale, or none without
    a scale, where too many t* are infinite.

    Raises
    ------
    ValueError
        If an option is outside its range, the domain or wave is unknown, or weights were adjusted:
        resamples would have to be adjusted too.
    """
    if cells.adjusted:
        raise ValueError("bootstrap_t needs weights as they were drawn, got adjusted ones")
    rank = _rank(replicates, confidence)
    found = means(cells, interval="t", confidence=confidence)
    row = found.row(key, wave)
    if row.flag is not Flag.OK or row.value is None or row.se is None:
        return row
    here = cells.by_wave()[cells.waves.index(row.wave)]
    inside = here.answered
    if row.key != TOTAL:
        inside = inside & (here.domain == here.domains.index(row.key))
    shift, se = _resampled(
        here, inside, row.value, replicates=replicates, rng=np.random.default_rng(seed)
    )
    if cells.scale is None:
        t = _studentised(shift, shift, se, flat=_FLAT * row.se)
        low, high = (row.value - t_end * row.se for t_end in _ends(t, rank))
        return _checked(row, low, high)
    bottom, top = cells.scale
    width = top - bottom
    middle = (row.value - bottom) / width
    t = _on_logit(middle, shift / width, se / width, flat=_FLAT * row.se / width)
    spread = row.se / width / (middle * (1 - middle))
    ends = (_expit(_logit(middle) - t_end * spread) for t_end in _ends(t, rank))
    low, high = (bottom + width * end for end in ends)
    return _checked(row, low, high)


def _rank(replicates: int, confidence: float) -> int:
    """Give the place of the t* that is taken, from either end."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence:g}")
    rank = math.floor((replicates + 1) * (1 - confidence) / 2 + 1e-9)
    if rank < 1:
        least = math.ceil(2 / (1 - confidence) - 1 - 1e-9)
        raise ValueError(f"replicates must be at least {least}, got {replicates}")
    return rank


def _resampled(
    cells: Cells,
    inside: NDArray[np.bool_],
    centre: float,
    *,
    replicates: int,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give m* - m and se* of every resample; NaN for one without an answer in the domain.

    Sums of a unit are those of w (y - m) and of w, so that m* - m is the ratio of theirs, and the
    variance a polynomial in it: no t* is the small difference of large sums.
    """
    sample = cells.sample()
    first = FirstStage.of(sample)
    units = _unit_sums(cells, inside, centre, first)
    sums = np.zeros((replicates, 2))
    squares = np.zeros((replicates, 3))
    for stratum, size in enumerate(first.sampled):
        here = (first.within == stratum) & (first.number > 0)
        a, b = units[here].T
        number, n = first.number[here], int(size)
        moved = math.sqrt(1 - first.fraction[stratum]) if n > 1 else 0.0
        whole = number @ units[here]
        sums += (1 - moved) * whole
        if not moved or not b.any():
            sums += moved * whole
            continue
        draws = max(n - 1, 2)
        counts = redraw(rng, number, draws, replicates)
        drawn = counts @ np.column_stack([a, b, a * a, a * b, b * b]) * moved * n / draws
        sums += drawn[:, :2]
        first_two = drawn[:, [0, 0, 1]] * drawn[:, [0, 1, 1]] / draws
        squares += (drawn[:, 2:] * (moved * n / draws) - first_two) * draws / (draws - 1)
    empty = sums[:, 1] <= 1e-12 * (first.number @ units)[1]
    mass = np.where(empty, np.nan, sums[:, 1])
    shift = sums[:, 0] / mass
    variance = squares[:, 0] - 2 * shift * squares[:, 1] + shift**2 * squares[:, 2]
    return shift, np.sqrt(np.maximum(variance, 0)) / mass


def _unit_sums(
    cells: Cells, inside: NDArray[np.bool_], centre: float, first: FirstStage
) -> NDArray[np.float64]:
    """Sum w (y - m) and w over the domain's answers in each unit, shape (u, 2)."""
    label = np.where(inside, 0, -1)
    residual = np.where(inside, cells.weight * (cells.y - centre), 0.0)
    columns = Influence.of_partitions([(label, residual, 1), (label, cells.weight, 1)])
    # Where answers are units, those of a cell are as many, not one with their sum.
    times = cells.n if cells.clusters else np.ones_like(cells.n)
    return columns.sums(first.unit, len(first.within), times)


def _studentised(
    shift: NDArray[np.float64],
    change: NDArray[np.float64],
    se: NDArray[np.float64],
    *,
    flat: float,
) -> NDArray[np.float64]:
    """Give change / se; infinite where the error of the mean is none, and NaN without a mean."""
    none = np.isnan(change) | np.isinf(change) | (se <= flat)
    t = np.where(none, 0.0, change) / np.where(none, 1.0, se)
    sided = np.where(np.abs(shift) <= flat, 0.0, np.copysign(np.inf, shift))
    return np.where(np.isnan(shift), np.nan, np.where(none, sided, t))


def _on_logit(
    middle: float, shift: NDArray[np.float64], se: NDArray[np.float64], *, flat: float
) -> NDArray[np.float64]:
    """Give t* on the logit scale; a mean at an end of the scale counts as without error."""
    mean = middle + shift
    within = (mean > 0) & (mean < 1)
    safe = np.where(within, mean, middle)
    change = np.where(within, np.log(safe / (1 - safe)) - _logit(middle), np.inf)
    spread = np.where(within, se, 0.0) / (safe * (1 - safe))
    return _studentised(shift, change, np.where(se <= flat, 0.0, spread), flat=0.0)


def _ends(t: NDArray[np.float64], rank: int) -> tuple[float, float]:
    """Give the t* for the lower and the upper end: the one from above, and the one from below."""
    above = np.sort(np.where(np.isnan(t), np.inf, t))[-rank]
    below = np.sort(np.where(np.isnan(t), -np.inf, t))[rank - 1]
    return float(above), float(below)


def _checked(row: Estimate, low: float, high: float) -> Estimate:
    if math.isfinite(low) and math.isfinite(high):
        return replace(row, low=low, high=high)
    reason = "too many resamples have no standard error: the domain has too few units"
    return replace(row, low=None, high=None, flag=Flag.NO_MARGIN, reason=reason)


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


def _expit(value: float) -> float:
    from scipy.special import expit

    return float(expit(value))
