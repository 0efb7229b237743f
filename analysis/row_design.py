"""Rows of a gross sample as a design: their columns checked, their strata and units numbered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.sample import Sample, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def row_sample(
    rows: int, *, strata: Sequence[str] | None = None, clusters: Sequence[str] | None = None
) -> Sample:
    """Make the design of rows drawn with replacement.

    R: ``svydesign(~c, strata = ~s, nest = TRUE)``.

    Parameters
    ----------
    strata, clusters
        A label a row; None: one stratum, each row a unit. Cluster labels count within their
        stratum. A stratum with one unit adds its square about the mean of all units.

    Raises
    ------
    ValueError
        If a column has another length.
    """
    within = np.zeros(rows, dtype=np.intp) if strata is None else labels("strata", strata, rows)[1]
    unit = None
    if clusters is not None:
        inner = labels("clusters", clusters, rows)[1]
        pairs = within * (int(inner.max(initial=0)) + 1) + inner
        unit = np.unique(pairs, return_inverse=True)[1].astype(np.intp)
    size = np.zeros(int(within.max(initial=0)) + 1)
    stage = Stage(within=within, unit=unit, size=size)
    return Sample(n=np.ones(rows, dtype=np.int64), stages=(stage,), lonely="adjust")


def labels(name: str, column: Sequence[str], rows: int) -> tuple[list[str], NDArray[np.intp]]:
    """Give the levels of a column of labels, sorted, and the place of each row among them.

    Raises
    ------
    ValueError
        If the column has another length than `rows`.
    """
    if len(column) != rows:
        raise ValueError(f"{name} must have {rows} labels, one a row, got {len(column)}")
    levels, index = np.unique(np.asarray(column, dtype=str), return_inverse=True)
    return [str(level) for level in levels], index.astype(np.intp)


def row_weights(weights: Sequence[float] | None, rows: int) -> NDArray[np.float64]:
    """Give the weights of rows; ones where there are none.

    Raises
    ------
    ValueError
        If the length differs from `rows`, or a weight is not a number above 0.
    """
    if weights is None:
        return np.ones(rows)
    w = np.asarray(weights, dtype=float)
    if w.shape != (rows,):
        raise ValueError(f"weights must have {rows} numbers, one a row, got {len(w)}")
    wrong = ~(np.isfinite(w) & (w > 0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"weight of row {row + 1} must be above 0, got {w[row]}")
    return w


def yes_or_no(name: str, column: Sequence[bool] | Sequence[int]) -> NDArray[np.bool_]:
    """Give a column of yes and no.

    Raises
    ------
    ValueError
        If it is empty, or holds something else than True, False, 1 or 0.
    """
    values = np.asarray(column)
    if values.size == 0:
        raise ValueError(f"{name} must have at least one row, got none")
    wrong = ~np.isin(values, (0, 1))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"{name} of row {row + 1} must be 0 or 1, got {values[row]!s}")
    return values.astype(bool)


def row_values(values: Sequence[float | None], rows: int) -> NDArray[np.float64]:
    """Give values as floats, NaN for None.

    Raises
    ------
    ValueError
        If the length differs from `rows`, or a value is infinite.
    """
    if len(values) != rows:
        raise ValueError(f"values must have {rows} entries, one a row, got {len(values)}")
    y = np.array([np.nan if value is None else value for value in values], dtype=float)
    if np.isinf(y).any():
        raise ValueError(f"value of row {int(np.argmax(np.isinf(y))) + 1} must be finite, got inf")
    return y
