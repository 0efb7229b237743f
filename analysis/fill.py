"""Whole numbers in proportion to sizes, between bounds, up to a total or a cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_ROUNDING = 1e-9


def fill_to_total(
    size: NDArray[np.float64], low: NDArray[np.int64], high: NDArray[np.int64], total: int
) -> tuple[NDArray[np.int64], str]:
    """Divide a total in proportion to sizes, ``min(high, max(low, k size))`` with one k for all.

    Whole numbers by the largest remainder (Hare): rounded down, and one more for the largest
    fractions; the first in the order given where fractions are equal.

    Parameters
    ----------
    size, low, high
        Shape (h,): sizes above 0, whole bounds with ``0 <= low <= high``.

    Returns
    -------
    The numbers, shape (h,), and why they do not add up to `total`: a bound in the way, else "".
    """
    if total < low.sum():
        return low.copy(), f"the lower bounds ask {int(low.sum())} answers, more than {total}"
    if total > high.sum():
        return high.copy(), f"asking everyone gives {int(high.sum())} answers, fewer than {total}"
    exact = _proportional(size, low, high, float(total), np.ones(len(size)))
    n, order = _rounded_down(exact)
    n[order[: total - int(n.sum())]] += 1
    return n, ""


def fill_to_cost(
    size: NDArray[np.float64],
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    price: NDArray[np.float64],
    *,
    cost: Callable[[NDArray[np.int64]], float],
    budget: float,
) -> tuple[NDArray[np.int64], str]:
    """As `fill_to_total`, for as many as a budget pays for.

    ``sum of price · n = budget`` in real numbers, rounded down; then, while the true cost is over
    the budget, one off where the fraction was smallest; then one more for the largest fractions, as
    far as the budget allows.

    Parameters
    ----------
    price
        Shape (h,): of one more, above 0.
    cost
        True cost of whole numbers; may be above ``price · n`` by what is bought in whole pieces.
    """
    allowed = budget * (1 + _ROUNDING)
    if cost(low) > allowed:
        return low.copy(), f"the lower bounds cost {cost(low):g}, more than {budget:g}"
    if cost(high) <= allowed:
        return high.copy(), ""
    goal = min(max(budget, float(price @ low)), float(price @ high))
    n, order = _rounded_down(_proportional(size, low, high, goal, price))
    for h in order[::-1]:
        while n[h] > low[h] and cost(n) > allowed:
            n[h] -= 1
    for h in order:
        more = n.copy()
        more[h] += 1
        if more[h] <= high[h] and cost(more) <= allowed:
            n = more
    return n, ""


def _proportional(
    size: NDArray[np.float64],
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    goal: float,
    price: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Find k by halving, then exactly from those between their bounds."""

    def filled(k: float) -> NDArray[np.float64]:
        return np.clip(k * size, low, high)

    left, right = 0.0, float(np.max(high / size))
    while left < (middle := (left + right) / 2) < right:
        left, right = (middle, right) if price @ filled(middle) < goal else (left, middle)
    exact = filled(right)
    free = (exact > low) & (exact < high)
    if free.any():
        rest = goal - price[~free] @ exact[~free]
        exact[free] = np.clip(rest / (price[free] @ size[free]) * size, low, high)[free]
    return exact


def _rounded_down(exact: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Give whole parts, and the places by fraction, the largest first."""
    n = np.floor(exact + _ROUNDING).astype(np.int64)
    fraction = np.round(np.maximum(exact - n, 0), 9)
    return n, np.argsort(-fraction, kind="stable")
