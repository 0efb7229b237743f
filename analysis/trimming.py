"""Trimmed weights: none outside the limits, the sum kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def trim(
    weights: NDArray[np.float64],
    n: NDArray[np.int64],
    *,
    low: float | None = None,
    high: float | None = None,
    strict: bool = True,
) -> NDArray[np.float64]:
    """Set weights outside the limits to the limit and spread the difference over the others.

    Every answer that was not trimmed gets the same amount more or less, so the sum is kept. Potter
    (1990), Proceedings of the Survey Research Methods Section (ASA), pp. 225-230; R:
    ``survey::trimWeights(design, upper, lower, strict)``. Trimming gives up what the weights met:
    report it, or calibrate within bounds instead.

    Parameters
    ----------
    weights
        Shape (c,): weight of one answer of each cell.
    n
        Shape (c,): answers in the cell; a cell without keeps its weight.
    low, high
        Smallest and largest weight allowed; None: no limit.
    strict
        Whether to go on until no weight is outside; if not, the amounts spread may push some over.
        The end of R's repetition is computed at once. Where every weight is outside, nothing is
        left to spread over and R gives NaN: those with room share.

    Returns
    -------
    Shape (c,): weight of one answer, with the same sum over answers.

    Raises
    ------
    ValueError
        If no limit is given, a limit is not a number, low is above high, or no weights within the
        limits have the sum of these.
    """
    floor, ceiling = _limits(low, high)
    answered = n > 0
    given, number = np.asarray(weights, dtype=float)[answered], n[answered].astype(float)
    _refuse_impossible(given, number, floor, ceiling)
    within = (given >= floor) & (given <= ceiling)
    if within.all():
        return np.array(weights, dtype=float)
    new = np.clip(given, floor, ceiling)
    if within.any():
        new[within] += float(number @ (given - new)) / number[within].sum()
    if not within.any() or (strict and ((new < floor) | (new > ceiling)).any()):
        new = _fill(np.clip(new, floor, ceiling), number, float(number @ given), floor, ceiling)
    trimmed = np.array(weights, dtype=float)
    trimmed[answered] = new
    return trimmed


def _limits(low: float | None, high: float | None) -> tuple[float, float]:
    if low is None and high is None:
        raise ValueError("trimming must have a limit: low, high or both, got none")
    for name, limit in (("low", low), ("high", high)):
        if limit is not None and not np.isfinite(limit):
            raise ValueError(f"{name} must be a number or None, got {limit}")
    floor, ceiling = -np.inf if low is None else low, np.inf if high is None else high
    if floor > ceiling:
        raise ValueError(f"low must be at most high, got {low:g} and {high:g}")
    return floor, ceiling


def _refuse_impossible(
    given: NDArray[np.float64], number: NDArray[np.float64], floor: float, ceiling: float
) -> None:
    if not np.isfinite(given).all():
        raise ValueError("weights must be numbers, got some that are not")
    mean = float(number @ given / number.sum()) if len(number) else 0.0
    for name, limit, possible in (
        ("low must be at most", floor, floor <= mean),
        ("high must be at least", ceiling, ceiling >= mean),
    ):
        if len(number) and not possible:
            raise ValueError(
                f"{name} the mean weight of {mean:.10g} or the sum cannot be kept, got {limit:.10g}"
            )


def _fill(
    weights: NDArray[np.float64],
    number: NDArray[np.float64],
    total: float,
    floor: float,
    ceiling: float,
) -> NDArray[np.float64]:
    """Add to all weights, or take from them, the same amount up to their limit until they add up.

    With the k weights that have the least room at their limit, the others share what remains; the
    right k is the first where that share fits in the room of the next.
    """
    lacking = total - float(number @ weights)
    room = ceiling - weights if lacking > 0 else weights - floor
    order = np.argsort(room, kind="stable")
    full = np.concatenate([[0.0], np.cumsum(number[order] * room[order])[:-1]])
    sharing = np.cumsum(number[order][::-1])[::-1]
    share = (abs(lacking) - full) / sharing
    fits = np.flatnonzero(share <= room[order])
    # None fits when rounding alone asks for more room than there is: then all are at their limit.
    step = np.minimum(room, share[fits[0]] if len(fits) else room.max())
    filled: NDArray[np.float64] = np.clip(weights + np.copysign(step, lacking), floor, ceiling)
    return filled
