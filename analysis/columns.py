"""Columns of texts or numbers, read for counting: labels, marks, weights; each fault by its row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from analysis.delimited import ParseError, parse_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Columns: TypeAlias = "Mapping[str, Sequence[Any] | NDArray[Any]]"
"""Equally long columns by name."""

_MISSING = {"", "NA", "NaN", "nan", "None", "<NA>"}


def column_of(columns: Columns, name: str) -> Sequence[Any] | NDArray[Any]:
    """Give a column, or say which there are."""
    if name not in columns:
        raise ValueError(f"there is no column {name!r}; columns: {', '.join(columns)}")
    return columns[name]


def read_labels(
    columns: Columns, name: str | None, size: int
) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Give the sorted labels of a column and each row's index into them."""
    if name is None:
        return ("",), np.zeros(size, dtype=np.intp)
    labels = np.asarray(column_of(columns, name)).astype(str)
    levels, index = np.unique(labels, return_inverse=True)
    for empty in _MISSING.intersection(levels.tolist()):
        row = int(np.flatnonzero(labels == empty)[0]) + 1
        raise ValueError(f"column {name!r} must be filled in every row, row {row} has {empty!r}")
    return tuple(levels.tolist()), index


def read_domains(
    columns: Columns, by: Sequence[str], size: int
) -> tuple[tuple[tuple[str, ...], ...], NDArray[np.intp]]:
    """Give the combinations of labels, and each row's place among them; -1 for an empty label."""
    if not by:
        return (), np.full(size, -1, dtype=np.intp)
    rows = np.column_stack([np.asarray(column_of(columns, name)).astype(str) for name in by])
    levels, index = np.unique(rows, axis=0, return_inverse=True)
    named = ~np.isin(levels, list(_MISSING)).any(axis=1)
    place = np.where(named, np.cumsum(named) - 1, -1)
    return tuple(tuple(level) for level in levels[named].tolist()), place[index.reshape(-1)]


def read_numbers(columns: Columns, name: str) -> NDArray[np.float64]:
    """Read numbers; empty cells and ``NA`` are NaN."""
    values = column_of(columns, name)
    if isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
        return values.astype(np.float64)
    try:
        return np.asarray(["nan" if v in _MISSING else v for v in values], dtype=np.float64)
    except (TypeError, ValueError):
        return np.array([_number(name, row, v) for row, v in enumerate(values, start=1)])


def _number(name: str, row: int, value: Any) -> float:
    text = str(value)
    try:
        number = np.nan if text in _MISSING else parse_number(text)
    except ParseError:
        number = None
    if number is None:
        raise ValueError(f"column {name!r} must be a number or empty, row {row} has {text!r}")
    return number


def read_positive(columns: Columns, name: str) -> NDArray[np.float64]:
    """Read numbers above 0; none may be empty."""
    numbers = read_numbers(columns, name)
    wrong = np.flatnonzero(~(np.isfinite(numbers) & (numbers > 0)))
    if wrong.size:
        row = int(wrong[0])
        raise ValueError(
            f"column {name!r} must be above 0, row {row + 1} has {columns[name][row]!r}"
        )
    return numbers


def read_counts(columns: Columns, name: str | None, size: int) -> NDArray[np.int64]:
    """Read how many answers each row stands for; one where no column says so."""
    if name is None:
        return np.ones(size, dtype=np.int64)
    numbers = read_numbers(columns, name)
    wrong = np.flatnonzero(~((numbers >= 0) & (numbers == np.floor(numbers))))
    if wrong.size:
        row = int(wrong[0])
        raise ValueError(
            f"column {name!r} must be a whole number of 0 or more, "
            f"row {row + 1} has {columns[name][row]!r}"
        )
    return numbers.astype(np.int64)


def check_scale(y: NDArray[np.float64], name: str, scale: tuple[float, float] | None) -> None:
    """Check that every number is finite and on the scale."""
    low, high = scale or (-np.inf, np.inf)
    outside = np.flatnonzero((y < low) | (y > high) | np.isinf(y))
    if outside.size:
        row = int(outside[0])
        wanted = f"from {low:g} to {high:g}" if scale else "a finite number"
        raise ValueError(f"column {name!r} must be {wanted}, row {row + 1} has {y[row]:g}")
