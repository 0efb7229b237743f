"""Means as exact fractions: what rounding starts from."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.cells import Cells


def exact_means(cells: Cells, label: NDArray[np.intp], size: int) -> list[Fraction | None]:
    """Give the weighted mean of each domain of one wave as an exact fraction.

    For weights that are N / n or 1. None without answers, and where an answer is a decimal.

    Parameters
    ----------
    label
        Shape (c,): the domain of each cell; -1: none.
    size
        How many domains there are.
    """
    y = np.where(cells.answered, cells.y, 0.0)
    if (y != np.rint(y)).any():
        return [None] * size
    strata = len(cells.strata)
    inside = np.flatnonzero(cells.answered & (label >= 0))
    place = label[inside] * strata + cells.stratum[inside]
    # Sums of whole numbers below 2**53 are exact in floating point.
    sums = np.bincount(place, weights=y[inside] * cells.n[inside], minlength=size * strata)
    counts = np.bincount(place, weights=cells.n[inside], minlength=size * strata)
    weight = _weights(cells)
    top, bottom = [Fraction(0)] * size, [Fraction(0)] * size
    for found in np.flatnonzero(counts).tolist():
        domain, stratum = divmod(found, strata)
        top[domain] += weight[stratum] * int(sums[found])
        bottom[domain] += weight[stratum] * int(counts[found])
    return [t / b if b else None for t, b in zip(top, bottom, strict=True)]


def _weights(cells: Cells) -> list[Fraction]:
    """Give N / n of each stratum; 1 without population counts."""
    answers = np.bincount(cells.stratum, weights=cells.n, minlength=len(cells.strata)).tolist()
    wave = cells.waves[int(cells.wave[0])]
    sizes = (cells.population.get((wave, stratum)) for stratum in cells.strata)
    return [
        Fraction(1) if size is None or not n else Fraction(size, int(n))
        for size, n in zip(sizes, answers, strict=True)
    ]
