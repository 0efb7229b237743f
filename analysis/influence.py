"""Linearised values: what each answer adds to each estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Influence:
    """A sparse c × d matrix, for c cells and d estimates.

    A cell adds to its own domain and to the total, whatever the number of domains: only those
    values are kept.

    Attributes
    ----------
    cell, column, value
        Shape (m,): the places that are not 0, and the linearised value of one answer there, with
        its weight in it.
    width
        d.
    """

    cell: NDArray[np.intp]
    column: NDArray[np.intp]
    value: NDArray[np.float64]
    width: int

    @classmethod
    def dense(cls, matrix: NDArray[np.float64]) -> Influence:
        """Take a matrix of shape (c, d)."""
        cell, column = np.nonzero(matrix)
        return cls(cell, column, matrix[cell, column], matrix.shape[1])

    @classmethod
    def of_partitions(
        cls, parts: Sequence[tuple[NDArray[np.intp], NDArray[np.float64], int]]
    ) -> Influence:
        """Put partitions of the cells beside each other.

        Parameters
        ----------
        parts
            The domain of each cell (-1: none), its linearised value there, and how many domains
            there are.
        """
        cells, columns, values, width = [], [], [], 0
        for label, value, size in parts:
            inside = np.flatnonzero(label >= 0)
            cells.append(inside)
            columns.append(label[inside] + width)
            values.append(value[inside])
            width += size
        return cls(np.concatenate(cells), np.concatenate(columns), np.concatenate(values), width)

    def sums(self, group: NDArray[np.intp], size: int, n: NDArray[np.int64]) -> NDArray[np.float64]:
        """Sum the values of the answers over groups of cells; shape (size, d)."""
        place = group[self.cell] * self.width + self.column
        added = np.bincount(place, weights=n[self.cell] * self.value, minlength=size * self.width)
        return added.reshape(size, self.width).astype(np.float64)

    def matrix(self, cells: int) -> NDArray[np.float64]:
        """Give the whole matrix, shape (c, d)."""
        return self.sums(np.arange(cells), cells, np.ones(cells, dtype=np.int64))
