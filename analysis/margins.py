"""What is known of the population, by label and in total, and whether answers can meet it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_AGREE = 1e-9
"""Counts of one population from two sources may differ by this share: rounding, nothing more."""

_DEPENDENT = 1e-9
"""A column of which no more than this share is left, after those before it, adds nothing."""


@dataclass(frozen=True, eq=False)
class Margin:
    """Population counts by label, and the label of each of c cells.

    Attributes
    ----------
    name
        What the labels are of, e.g. ``gemeente``.
    index
        Shape (c,): place of the cell's label in `labels`.
    counts
        Shape (k,): dwellings or persons in the population, 0 or more.
    """

    name: str
    labels: tuple[str, ...]
    index: NDArray[np.intp]
    counts: NDArray[np.float64]

    def sums(self, mass: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up a number of each cell by label; shape (k,)."""
        sums = np.bincount(self.index, weights=mass, minlength=len(self.labels))
        return sums.astype(np.float64)


@dataclass(frozen=True, eq=False)
class Total:
    """The population total of a number that each of c cells has.

    Attributes
    ----------
    values
        Shape (c,): what one answer of the cell adds; not looked at where a cell has no answers.
    total
        Its sum over the population, in the same units.
    """

    name: str
    values: NDArray[np.float64]
    total: float


@dataclass(frozen=True, eq=False)
class DesignColumns:
    """What weights are calibrated on: k linearly independent columns over c cells.

    Attributes
    ----------
    rows
        Shape (r, k): the different rows there are; cells with the same labels and values share one.
    kind
        Shape (c,): which row a cell has.
    totals
        Shape (k,): the population total of each column.
    names
        What each column is, as messages say it.
    """

    rows: NDArray[np.float64]
    kind: NDArray[np.intp]
    totals: NDArray[np.float64]
    names: tuple[str, ...]

    @property
    def x(self) -> NDArray[np.float64]:
        """Shape (c, k), of full column rank over the cells with answers; 0 for cells without."""
        return self.rows[self.kind]


def make_margin(
    name: str,
    values: Sequence[str],
    counts: Mapping[str, float],
    *,
    n: NDArray[np.int64] | None = None,
) -> Margin:
    """Tie population counts to cells by label.

    Parameters
    ----------
    values
        The label of each of c cells.
    counts
        Population count of each label. A label with count 0 that no cell has is left out.
    n
        Shape (c,): answers in each cell; None: every cell has some.

    Raises
    ------
    ValueError
        If a label of a cell has no count, a count is not a number of 0 or more, a label with a
        count has no answers, or a label with answers has count 0.
    """
    for label, count in counts.items():
        if not (isinstance(count, Real) and math.isfinite(count) and count >= 0):
            raise ValueError(f"count of {_level(name, label)} must be 0 or more, got {count}")
    found = set(values)
    for label in sorted(found - set(counts)):
        raise ValueError(f"{_level(name, label)} must have a population count, got none")
    labels = tuple(label for label, count in counts.items() if count > 0 or label in found)
    place = {label: i for i, label in enumerate(labels)}
    index = np.array([place[value] for value in values], dtype=np.intp)
    known = np.array([counts[label] for label in labels], dtype=float)
    margin = Margin(name, labels, index, known)
    check_answers(margin, np.ones(len(index), dtype=np.int64) if n is None else n)
    return margin


def check_answers(margin: Margin, n: NDArray[np.int64]) -> None:
    """Refuse a margin that no weights can meet.

    Parameters
    ----------
    n
        Shape (c,): answers in each cell.

    Raises
    ------
    ValueError
        If the margin is over another number of cells, a label with a count has no answers, or a
        label with answers has count 0.
    """
    if len(margin.index) != len(n):
        raise ValueError(
            f"margin '{margin.name}' must have a label for each of {len(n)} cells, "
            f"got {len(margin.index)}"
        )
    answers = margin.sums(n.astype(float))
    for label, count, got in zip(margin.labels, margin.counts, answers, strict=True):
        if count > 0 and got == 0:
            raise ValueError(
                f"{_level(margin.name, label)} must have answers to stand for its population of "
                f"{count:.10g}, got none: merge it with another label"
            )
        if count == 0 and got > 0:
            raise ValueError(
                f"{_level(margin.name, label)} must have a population count above 0 for its "
                f"{got:.0f} answers, got 0"
            )


def check_agreement(margins: Sequence[Margin]) -> None:
    """Refuse margins that do not count the same population.

    Raises
    ------
    ValueError
        If the sums of two margins differ by more than 1e-9 of the larger.
    """
    for one, other in pairwise(margins):
        a, b = float(one.counts.sum()), float(other.counts.sum())
        if abs(a - b) > _AGREE * max(a, b):
            raise ValueError(
                f"margins '{one.name}' and '{other.name}' must add up to the same population, "
                f"got {a:.10g} and {b:.10g}"
            )


def design_columns(
    margins: Sequence[Margin], totals: Sequence[Total] = (), *, n: NDArray[np.int64]
) -> DesignColumns:
    """Give the columns that weights are calibrated on, without those that the others imply.

    Each label of each margin is an indicator, each total a column. The indicators of a margin add
    up to one, so an intercept is in them, and every further margin has a column too many (nested
    ones have more). Columns are kept in the order given: a column is dropped when it is a
    combination of those before it. R: the design matrix and `qr` of ``survey::calibrate``.

    Parameters
    ----------
    n
        Shape (c,): answers in each cell; what cells without answers could tell does not count.

    Raises
    ------
    ValueError
        If there is nothing to calibrate on, a margin cannot be met (see `check_answers`), margins
        disagree in their sum, a total is not over the same cells or not a number, or a column
        follows from those before it in these answers while its population count does not.
    """
    if not margins and not totals:
        raise ValueError("weights must be calibrated on at least one margin or total, got none")
    for margin in margins:
        check_answers(margin, n)
    check_agreement(margins)
    answered = n > 0
    values = [_values(total, answered) for total in totals]
    kind, first = _kinds([answered, *(m.index for m in margins), *values])
    columns = [
        (_level(m.name, label), (m.index[first] == i) & answered[first], float(m.counts[i]))
        for m in margins
        for i, label in enumerate(m.labels)
        if m.counts[i] > 0
    ]
    numbers = [
        (f"total '{t.name}'", v[first], t.total) for t, v in zip(totals, values, strict=True)
    ]
    names, different, known = zip(*columns, *numbers, strict=True)
    rows, population = np.column_stack(different).astype(float), np.array(known, dtype=float)
    kept = _independent(rows, population, names)
    return DesignColumns(rows[:, kept], kind, population[kept], tuple(names[i] for i in kept))


def _level(name: str, label: str) -> str:
    return f"margin '{name}', label '{label}'"


def _values(total: Total, answered: NDArray[np.bool_]) -> NDArray[np.float64]:
    values = np.asarray(total.values, dtype=float)
    if len(values) != len(answered):
        raise ValueError(
            f"total '{total.name}' must have a value for each of {len(answered)} cells, "
            f"got {len(values)}"
        )
    wrong = answered & ~np.isfinite(values)
    if wrong.any():
        raise ValueError(
            f"total '{total.name}' must have a number in every cell with answers, "
            f"got {int(wrong.sum())} cells without"
        )
    if not np.isfinite(total.total):
        raise ValueError(f"total '{total.name}' must be a number, got {total.total}")
    return np.where(answered, values, 0.0)


def _kinds(columns: Sequence[NDArray[np.generic]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Group the cells that are alike in all columns; give each its group and each group a cell."""
    kind = np.zeros(len(columns[0]), dtype=np.intp)
    first = kind[:1]
    for column in columns:
        level = np.unique(column, return_inverse=True)[1]
        key = kind * (level.max(initial=0) + 1) + level
        _, first, kind = np.unique(key, return_index=True, return_inverse=True)
    return kind, first


def _independent(
    x: NDArray[np.float64], population: NDArray[np.float64], names: Sequence[str]
) -> list[int]:
    """Choose the columns that are no combination of those before them; refuse contradictions."""
    size = np.abs(x).max(axis=0, initial=0)
    unit = np.where(size > 0, size, 1.0)
    # The triangle has the angles of the columns and few rows: cheap to go through one by one.
    triangle = np.linalg.qr(x / unit)[1]
    basis = np.zeros((len(triangle), 0))
    kept: list[int] = []
    for column, name in enumerate(names):
        vector = triangle[:, column]
        # Twice: what rounding left of the basis in the first remainder goes in the second.
        rest = vector - basis @ (basis.T @ vector)
        rest -= basis @ (basis.T @ rest)
        length = float(np.linalg.norm(rest))
        if length > _DEPENDENT * float(np.linalg.norm(vector)):
            basis = np.column_stack([basis, rest / length])
            kept.append(column)
            continue
        share = np.linalg.lstsq(triangle[:, kept], vector, rcond=None)[0] * unit[column]
        parts = share * population[kept] / unit[kept]
        of = [names[i] for i, s in zip(kept, share, strict=True) if abs(s) > _DEPENDENT]
        _refuse_contradiction(name, float(population[column]), parts, of)
    return kept


def _refuse_contradiction(
    name: str, wanted: float, parts: NDArray[np.float64], of: Sequence[str]
) -> None:
    implied = float(parts.sum())
    if abs(wanted - implied) > _AGREE * max(abs(wanted), float(np.abs(parts).sum())):
        some = "; ".join(of[:3]) + ("; and others" if len(of) > 3 else "")
        raise ValueError(
            f"{name} must be {implied:.10g}, got {wanted:.10g}: in these answers it follows from "
            f"{some or 'nothing, it is 0 in all of them'}"
        )
