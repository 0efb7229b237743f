"""Columns of texts or numbers, read for counting: labels, marks, weights; each fault by its row."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from analysis import parse
from analysis.delimited import ParseError, parse_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.delimited import Table

Columns: TypeAlias = "Mapping[str, Sequence[Any] | NDArray[Any]]"
"""Equally long columns by name."""

MISSING = parse.MISSING | {"NaN", "nan", "None", "<NA>"}
"""No value, in a file or as a data frame writes it."""


MOST_DOMAINS = 2000
"""Domains that get figures: their covariance is a square matrix, and 2.000 take 2 GB for a change.

A column with more values is one of persons or addresses, not of areas.
"""


class FileColumns(dict[str, list[str]]):
    """The columns of a file, which know the line of each row."""

    def __init__(self, table: Table) -> None:
        super().__init__(table.columns)
        self.name, self.lines = table.name, table.lines

    def beside(self, name: str, values: Any) -> FileColumns:
        """Give the same columns with one more."""
        more = copy(self)
        more[name] = values
        return more


def row_of(columns: Columns, row: int) -> str:
    """Name a row for a message: by its line in the file, or by its number."""
    if isinstance(columns, FileColumns):
        return f"line {columns.lines[row]} of {columns.name}"
    return f"row {row + 1}"


def column_of(columns: Columns, name: str) -> Sequence[Any] | NDArray[Any]:
    """Give a column, or say which there are."""
    if name not in columns:
        raise ValueError(f"there is no column {name!r}; columns: {', '.join(columns)}")
    return columns[name]


def check_lengths(columns: Columns, names: Iterable[str], size: int) -> None:
    """Check that columns are equally long: numpy would repeat a column of one row for all."""
    for name in names:
        rows = len(column_of(columns, name))
        if rows != size:
            raise ValueError(f"column {name!r} must have {size} rows, got {rows}")


def read_labels(
    columns: Columns, names: Sequence[str], size: int
) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Give the sorted labels of a column (of several: joined with "/") and each row's index."""
    if not names:
        return ("",), np.zeros(size, dtype=np.intp)
    parts = [_filled(columns, name) for name in names]
    labels = parts[0] if len(parts) == 1 else ["/".join(row) for row in zip(*parts, strict=True)]
    levels, index = np.unique(labels, return_inverse=True)
    return tuple(levels.tolist()), index


def read_kept(columns: Columns, name: str) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Give the sorted labels of a column that may have gaps (an empty label), and their index."""
    labels = as_text(columns, name)
    labels = np.where(np.isin(labels, list(MISSING)), "", labels)
    levels, index = np.unique(labels, return_inverse=True)
    return tuple(levels.tolist()), index


def as_text(columns: Columns, name: str) -> NDArray[np.str_]:
    """Give a column as texts; whole numbers without a decimal point."""
    values = np.asarray(column_of(columns, name))
    if values.dtype.kind == "f" and (np.isnan(values) | (values == np.rint(values))).all():
        texts = np.where(np.isnan(values), 0, values).astype(np.int64).astype(str)
        return np.where(np.isnan(values), "nan", texts)
    return values.astype(str)


def _filled(columns: Columns, name: str) -> NDArray[np.str_]:
    labels = as_text(columns, name)
    missing = np.flatnonzero(np.isin(labels, list(MISSING)))
    if missing.size:
        row = row_of(columns, int(missing[0]))
        got = str(labels[missing[0]])
        raise ValueError(f"column {name!r} must be filled in every row, {row} has {got!r}")
    return labels


def read_domains(
    columns: Columns, by: Sequence[str], size: int
) -> tuple[tuple[tuple[str, ...], ...], NDArray[np.intp]]:
    """Give the combinations of labels, and each row's place among them; -1 for an empty label.

    Raises
    ------
    ValueError
        If there are more than `MOST_DOMAINS`.
    """
    if not by:
        return (), np.full(size, -1, dtype=np.intp)
    levels, codes = zip(*(read_kept(columns, name) for name in by), strict=True)
    code = np.zeros(size, dtype=np.int64)
    for labels, index in zip(levels, codes, strict=True):
        code = code * len(labels) + index
    found, place = np.unique(code, return_inverse=True)
    if len(found) > MOST_DOMAINS + 1:
        many = "different values" if len(by) == 1 else "different combinations"
        raise ValueError(
            f"column {' by '.join(map(repr, by))} must have at most {MOST_DOMAINS} {many} to get a "
            f"figure for each, got {len(found)}: is it one of areas?"
        )
    keys = [
        tuple(labels[i] for labels, i in zip(levels, places, strict=True))
        for places in zip(*np.unravel_index(found, [len(labels) for labels in levels]), strict=True)
    ]
    named = np.array(["" not in key for key in keys])
    number = np.where(named, np.cumsum(named) - 1, -1)
    return tuple(key for key in keys if "" not in key), number[place]


def read_numbers(columns: Columns, name: str) -> NDArray[np.float64]:
    """Read numbers; empty cells and ``NA`` are NaN."""
    values = column_of(columns, name)
    if isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
        return values.astype(np.float64)
    # Each different text is read once: a column of marks has eleven.
    found = {value: _number(columns, name, value) for value in dict.fromkeys(values)}
    return np.array([found[value] for value in values], dtype=np.float64)


def _number(columns: Columns, name: str, value: Any) -> float:
    text = str(value)
    if text in MISSING:
        return np.nan
    try:
        number = parse_number(text)
    except ParseError:
        row = row_of(columns, list(columns[name]).index(value))
        wanted = f"column {name!r} must be a number or empty"
        raise ValueError(f"{wanted}, {row} has {text!r}") from None
    return np.nan if number is None else number


def read_positive(columns: Columns, name: str) -> NDArray[np.float64]:
    """Read numbers above 0; none may be empty."""
    numbers = read_numbers(columns, name)
    wrong = np.flatnonzero(~(np.isfinite(numbers) & (numbers > 0)))
    if wrong.size:
        row = int(wrong[0])
        raise ValueError(
            f"column {name!r} must be above 0, {row_of(columns, row)} has {columns[name][row]!r}"
        )
    return numbers


def read_counts(columns: Columns, name: str | None, size: int) -> NDArray[np.int64]:
    """Read how many answers each row stands for; one where no column says so."""
    if name is None:
        return np.ones(size, dtype=np.int64)
    numbers = read_numbers(columns, name)
    wrong = np.flatnonzero(~((numbers >= 0) & (numbers < 2**53) & (numbers == np.floor(numbers))))
    if wrong.size:
        row = int(wrong[0])
        raise ValueError(
            f"column {name!r} must be a whole number of 0 or more, "
            f"{row_of(columns, row)} has {columns[name][row]!r}"
        )
    return numbers.astype(np.int64)


def check_scale(
    columns: Columns, name: str, y: NDArray[np.float64], scale: tuple[float, float] | None
) -> None:
    """Check that every number is finite and on the scale."""
    low, high = scale or (-np.inf, np.inf)
    if not low < high:
        raise ValueError(f"scale must be a lower and a higher number, got {low:g} and {high:g}")
    outside = np.flatnonzero((y < low) | (y > high) | np.isinf(y))
    if outside.size:
        row = int(outside[0])
        wanted = f"from {low:g} to {high:g}" if scale else "a finite number"
        raise ValueError(f"column {name!r} must be {wanted}, {row_of(columns, row)} has {y[row]:g}")
