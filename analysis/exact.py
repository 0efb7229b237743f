"""Means as exact fractions: what rounding starts from."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.cells import Cells


def exact_mean(cells: Cells, members: NDArray[np.bool_]) -> Fraction | None:
    """Give the weighted mean of some answered cells as an exact fraction.

    None without answers, and where nothing exact is known: weights or answers that are decimals.
    """
    y, n = cells.y[members], cells.n[members]
    if cells.design.weights or not n.sum() or (y != np.rint(y)).any():
        return None
    # Sums of whole numbers below 2**53 are exact in floating point.
    code = cells.wave * len(cells.strata) + cells.stratum
    answers = np.bincount(code, weights=cells.n)
    strata, index = np.unique(code[members], return_inverse=True)
    sums, counts = np.bincount(index, weights=y * n), np.bincount(index, weights=n)
    top, bottom = Fraction(0), Fraction(0)
    for place, total, count in zip(strata.tolist(), sums.tolist(), counts.tolist(), strict=True):
        wave, stratum = divmod(place, len(cells.strata))
        size = cells.population.get((cells.waves[wave], cells.strata[stratum]))
        weight = Fraction(1) if size is None else Fraction(size, int(answers[place]))
        top += weight * int(total)
        bottom += weight * int(count)
    return top / bottom if bottom else None
