"""Sums and products of tall, narrow matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ALONE = 200_000
"""Multiplications up to which BLAS works on one thread (OpenBLAS: 262144)."""

_FEWEST = 64
"""Rows of a piece from which going piece by piece pays."""


def gram(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give ``left.T @ right`` for shapes (u, d) and (u, e), piece by piece.

    On a machine with work for all its cores, threads of BLAS wait for each other: a product of a
    tenth of a millisecond was seen to take thirty. Pieces small enough for one thread do not.
    """
    rows = _ALONE // max(left.shape[1] * right.shape[1], 1)
    if rows < _FEWEST or rows >= len(left):
        return np.asarray(left.T @ right)
    total = np.zeros((left.shape[1], right.shape[1]))
    for start in range(0, len(left), rows):
        total += left[start : start + rows].T @ right[start : start + rows]
    return total


def sums_by(group: NDArray[np.intp], values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Sum the rows of each group; shape (size, d).

    Parameters
    ----------
    group
        Shape (u,): the group of each row, in 0..size-1; quickest where groups lie together.
    values
        Shape (u, d).
    """
    width = values.shape[1]
    sums = np.zeros((size, width))
    if not len(group):
        return sums
    if (group[1:] >= group[:-1]).all():
        start = np.concatenate([[0], np.flatnonzero(group[1:] != group[:-1]) + 1])
        sums[group[start]] = np.add.reduceat(values, start, axis=0)
        return sums
    place = group[:, None] * width + np.arange(width)
    added = np.bincount(place.ravel(), weights=values.ravel(), minlength=size * width)
    return added.reshape(size, width).astype(np.float64)
