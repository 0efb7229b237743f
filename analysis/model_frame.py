"""From columns of answers to the matrix of a model: intercept, numbers, and levels as 0 or 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

INTERCEPT = "(Intercept)"
_MISSING = frozenset({"", "NA"})
_PIVOT = 1e-9
"""A column of which less than this share is not told by those before it adds nothing."""


@dataclass(frozen=True, eq=False)
class ModelMatrix:
    """The matrix of a model, over c cells (or rows), with p columns.

    Attributes
    ----------
    x
        Shape (c, p); NaN in the columns of a term that is missing in that row.
    names
        The columns as R names them: ``(Intercept)``, ``age``, ``leeftijd35-54``.
    complete
        Shape (c,): rows without a missing value.
    columns_of
        By term the places of its columns in `x`.
    """

    x: NDArray[np.float64]
    names: tuple[str, ...]
    complete: NDArray[np.bool_]
    columns_of: dict[str, tuple[int, ...]]


def design_matrix(
    columns: Mapping[str, Sequence[object]],
    terms: Sequence[str],
    *,
    categorical: Collection[str] = (),
) -> ModelMatrix:
    """Make the matrix of a model with an intercept and main effects.

    A column of numbers stands as it is; a column of text gets a 0/1 column for every level but the
    first in sorted order (treatment coding). R: ``model.matrix(~ a + b)``. A column is numeric
    if every value that is not missing is a number; missing are ``""``, ``"NA"``, None and NaN.

    Parameters
    ----------
    columns
        By name a value a row, all of one length.
    terms
        The columns to use, in order; none: the intercept alone.
    categorical
        Terms whose numbers are codes, not amounts.

    Raises
    ------
    ValueError
        If a term has no column, a term stands twice, lengths disagree, no row is complete, a
        column has one value only, or a column is told by those before it.
    """
    _refuse_unknown(columns, terms, categorical)
    rows = _rows(columns)
    x, names, columns_of = [np.ones(rows)], [INTERCEPT], {}
    for term in terms:
        coded = _coded(term, columns[term], as_levels=term in categorical)
        columns_of[term] = tuple(range(len(names), len(names) + len(coded)))
        x += coded.values()
        names += coded
    matrix = np.column_stack(x)
    complete = np.asarray(~np.isnan(matrix).any(axis=1))
    if not complete.any():
        raise ValueError(f"no row of {rows} is complete in {', '.join(terms) or 'any column'}")
    _refuse_constant(matrix[complete], columns_of)
    refuse_collinear(matrix[complete], names)
    return ModelMatrix(matrix, tuple(names), complete, columns_of)


def refuse_collinear(x: NDArray[np.float64], names: Sequence[str]) -> None:
    """Refuse a matrix with a column that those before it already tell, and name which.

    Raises
    ------
    ValueError
        If the columns are linearly dependent, or there are fewer rows than columns.
    """
    if len(x) < x.shape[1]:
        raise ValueError(
            f"a model of {x.shape[1]} coefficients must have as many complete rows, got {len(x)}"
        )
    scaled = x / np.maximum(np.linalg.norm(x, axis=0), np.finfo(float).tiny)
    triangle = np.linalg.qr(scaled, mode="r")
    told = np.flatnonzero(np.abs(np.diag(triangle)) < _PIVOT)
    if not len(told):
        return
    last = int(told[0])
    shares = np.linalg.lstsq(scaled[:, :last], scaled[:, last], rcond=None)[0]
    by = [names[place] for place in np.flatnonzero(np.abs(shares) > 1e-6).tolist()]
    raise ValueError(
        f"column {names[last]!r} must add to those before it, got what {by or 'zeros'} already tell"
    )


def _refuse_unknown(
    columns: Mapping[str, Sequence[object]], terms: Sequence[str], categorical: Collection[str]
) -> None:
    known = ", ".join(columns)
    for term in [*terms, *categorical]:
        if term not in columns:
            raise ValueError(f"there is no column {term!r}; columns: {known}")
    for term in categorical:
        if term not in terms:
            raise ValueError(f"categorical must name terms of the model, got {term!r}")
    for place, term in enumerate(terms):
        if term in terms[:place]:
            raise ValueError(f"terms must each stand once, got {term!r} twice")


def _rows(columns: Mapping[str, Sequence[object]]) -> int:
    rows = len(next(iter(columns.values()), ()))
    for name, column in columns.items():
        if len(column) != rows:
            raise ValueError(f"column {name!r} must have {rows} rows, got {len(column)}")
    return rows


def _coded(
    term: str, values: Sequence[object], *, as_levels: bool
) -> dict[str, NDArray[np.float64]]:
    """Give the columns of a term by name; NaN where it is missing."""
    missing = np.array([_is_missing(value) for value in values], dtype=bool)
    numbers = None if as_levels else _numbers(values, missing)
    if numbers is not None:
        return {term: numbers}
    labels = np.array(["" if gone else str(v) for v, gone in zip(values, missing, strict=True)])
    levels = sorted(set(labels[~missing].tolist()))
    if len(levels) == 1:
        raise ValueError(f"column {term!r} must have two values or more, got only {levels[0]!r}")
    return {
        f"{term}{level}": np.where(missing, np.nan, (labels == level).astype(float))
        for level in levels[1:]
    }


def _is_missing(value: object) -> bool:
    if value is None or (isinstance(value, str) and value in _MISSING):
        return True
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def _numbers(values: Sequence[object], missing: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Give the values as numbers; None if one is not."""
    found = np.full(len(values), np.nan)
    for row in np.flatnonzero(~missing).tolist():
        value = values[row]
        if isinstance(value, str) and "_" in value:  # Python reads 1_0 as ten: it is a label
            return None
        try:
            found[row] = float(value)  # type: ignore[arg-type]  # what is no number, raises
        except (TypeError, ValueError):
            return None
    return found if np.isfinite(found[~missing]).all() else None


def _refuse_constant(x: NDArray[np.float64], columns_of: Mapping[str, Sequence[int]]) -> None:
    for term, places in columns_of.items():
        part = x[:, list(places)]
        if (part == part[0]).all():
            raise ValueError(
                f"column {term!r} must have two values or more in the {len(x)} complete rows, "
                "got one"
            )
