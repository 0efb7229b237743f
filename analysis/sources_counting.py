"""What every source shares: values to columns, and rows of the same values to one with a count."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

Column: TypeAlias = "NDArray[Any] | list[str]"
Counted: TypeAlias = "tuple[Mapping[str, Column], NDArray[np.int64]]"
"""Columns by name, and how many rows each entry stands for."""

Group: TypeAlias = "Callable[[Sequence[str], Collection[str]], Counted]"
"""Counts the rows by some columns; of which the second are wanted as numbers, not as labels."""

_EXACT: Final = 2**53
_LARGEST: Final = 2**63 - 1


def to_column(values: Sequence[Any]) -> NDArray[Any]:
    """Make a column of Python values, None or NaN for missing.

    Numbers become float64 with NaN for missing, or int64 where all are whole numbers of an integer
    type and none is missing; true and false are 1 and 0. Anything else becomes text as Python
    shows it, with None for missing; so do integers that float64 cannot hold.
    """
    missing = [value is None or value != value for value in values]  # noqa: PLR0124 - NaN
    there = [value for value, gone in zip(values, missing, strict=True) if not gone]
    if all(isinstance(value, int) for value in there) and there:
        limit = _EXACT if len(there) < len(values) else _LARGEST
        if max(map(abs, there)) <= limit:
            return _numbers(values, missing, np.int64 if limit == _LARGEST else np.float64)
    elif all(isinstance(value, int | float | Decimal) for value in there):
        return _numbers(values, missing, np.float64)
    column = np.empty(len(values), dtype=object)
    column[:] = [None if gone else str(value) for value, gone in zip(values, missing, strict=True)]
    return column


def _numbers(values: Sequence[Any], missing: Sequence[bool], kind: type[Any]) -> NDArray[Any]:
    plain = [np.nan if gone else value for value, gone in zip(values, missing, strict=True)]
    return np.array(plain, dtype=kind)


def first_of_each(
    columns: Sequence[Column], n: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Give the first entry of every combination of values, and the sum of `n` over it."""
    totals: dict[tuple[Any, ...], int] = {}
    first: list[int] = []
    rows = zip(*map(_comparable, columns), strict=True)
    for place, (row, times) in enumerate(zip(rows, n.tolist(), strict=True)):
        if row not in totals:
            first.append(place)
        totals[row] = totals.get(row, 0) + times
    return np.array(first, dtype=np.intp), np.array(list(totals.values()), dtype=np.int64)


def _comparable(column: Column) -> list[Any]:
    """Give the values with None for NaN, which equals nothing."""
    values = column if isinstance(column, list) else column.tolist()
    return [None if value != value else value for value in values]  # noqa: PLR0124 - NaN


def merged(columns: Mapping[str, Column], n: NDArray[np.int64]) -> Counted:
    """Add up the entries that have the same values."""
    first, totals = first_of_each(list(columns.values()), n)
    return {name: np.asarray(values)[first] for name, values in columns.items()}, totals


def require(module: str, path: Path) -> Any:
    """Import an optional package that a file needs.

    Raises
    ------
    ValueError
        If it is not installed; the message names the extra that has it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise ValueError(
            f"reading {path.name} needs the package {module}, which is not installed: "
            "pip install 'enquete[sources]'"
        ) from None
