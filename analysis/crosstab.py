"""Two questions crossed: estimated shares, and whether they hang together under the design."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from analysis.display import Shown, Table, Tabular, figures
from analysis.results import Flag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.sample import Sample

_ZERO = 1e-12
"""A design effect below this is rounding error of a table that every sample would repeat."""

_MOST = 2000
"""Cells of a table that is tested: the covariance of their shares is a square matrix."""

_NO_DF = "no degrees of freedom: no stratum has two units with an answer in the table"
_TOO_EMPTY = "empty cells leave part of the interaction unknown: merge levels"
_NO_SPREAD = "the table has no spread between the sampling units"


@dataclass(frozen=True, eq=False, repr=False, slots=True, kw_only=True)
class RaoScott(Tabular):
    """A table of r rows and k columns and its test of independence.

    Attributes
    ----------
    F
        Pearson's statistic over the sum of its generalised design effects; None where `flag` is
        not OK, like `ndf`, `ddf` and `p`.
    ndf, ddf
        Degrees of freedom of the F distribution, not whole: at most (r - 1)(k - 1), and that times
        `df`.
    p
        The chance of an F at least this large when rows and columns are independent.
    rows, columns
        The levels that have answers, as they were numbered in the input.
    count
        Shape (r, k): answers.
    share
        Shape (r, k): estimated share of the population in each cell, of everyone in the table.
    df
        Sampling units with an answer in the table, less strata with one.
    reason
        Why there is no test.
    """

    F: float | None = None
    ndf: float | None = None
    ddf: float | None = None
    p: float | None = None
    rows: tuple[str | int, ...]
    columns: tuple[str | int, ...]
    count: NDArray[np.int64]
    share: NDArray[np.float64]
    df: int
    flag: Flag = Flag.OK
    reason: str = ""

    @property
    def row_share(self) -> NDArray[np.float64]:
        """Shape (r, k): share of each column within its row; rows add to 1."""
        shares: NDArray[np.float64] = self.share / self.share.sum(axis=1, keepdims=True)
        return shares

    @property
    def column_share(self) -> NDArray[np.float64]:
        """Shape (r, k): share of each row within its column; columns add to 1."""
        shares: NDArray[np.float64] = self.share / self.share.sum(axis=0, keepdims=True)
        return shares

    @property
    def cramer_v(self) -> float:
        """How strongly rows and columns hang together, from 0 (not at all) to 1.

        Cramér (1946), Mathematical Methods of Statistics, §21.9, on the estimated shares.
        """
        return float(np.sqrt(_association(self.share) / (min(self.share.shape) - 1)))

    def _records(self) -> list[dict[str, str | int | float]]:
        numbers = ("count", "share", "row_share", "column_share")
        arrays = [getattr(self, name).ravel().tolist() for name in numbers]
        cells = product(self.rows, self.columns)
        return [
            {"row": row, "column": column, **dict(zip(numbers, found, strict=True))}
            for (row, column), *found in zip(cells, *arrays, strict=True)
        ]

    def _shown(self) -> Shown:
        shares, n = self.row_share.tolist(), self.count.sum(axis=1).tolist()
        return Shown(
            title="Two questions crossed: shares within each row, and a test of independence",
            figures={"cramer_v": self.cramer_v, **figures(self, leave=["rows", "columns"])},
            tables=[
                Table(
                    ["row", *map(str, self.columns), "n"],
                    [[str(r), *own, k] for r, own, k in zip(self.rows, shares, n, strict=True)],
                )
            ],
        )


def rao_scott(
    rows: NDArray[np.intp], columns: NDArray[np.intp], weight: NDArray[np.float64], sample: Sample
) -> RaoScott:
    """Test whether two questions are independent in the population.

    Pearson's X² on the estimated shares p, divided by the sum of the design effects, the
    eigenvalues d of ``(C' D⁻¹ C / n)⁻¹ (C' D⁻¹ V D⁻¹ C)``: D the diagonal matrix of p, V their
    covariance under the design, C the contrasts of interaction. Satterthwaite's correction gives
    ``(sum d)² / sum d²`` degrees of freedom, and that times `df` for the denominator. Rao & Scott
    (1984), Annals of Statistics 12, doi:10.1214/aos/1176346391; the F: Thomas & Rao (1987), JASA
    82, 630-636. R: ``svychisq(~a + b, design, statistic = "F")``.

    Answers to one question only stay in the design and out of the table. Without a test the shares
    are still given, with a reason.

    Parameters
    ----------
    rows, columns
        Shape (c,): the level of each cell, 0 or more; below 0 where the question has no answer.
        Levels without answers are dropped.
    weight
        Shape (c,): weight of one answer, above 0.
    sample
        The design of the same cells.

    Raises
    ------
    ValueError
        If fewer than two levels of rows or of columns have answers, or there are too many.
    """
    member = (rows >= 0) & (columns >= 0) & (sample.n > 0)
    row_levels, row = _levels("rows", rows, member)
    column_levels, column = _levels("columns", columns, member)
    shape = (len(row_levels), len(column_levels))
    if shape[0] * shape[1] > _MOST:
        raise ValueError(
            f"rows times columns must be at most {_MOST} cells, got {shape[0]} times {shape[1]}"
        )
    place = row * shape[1] + column
    mass = np.where(member, weight * sample.n, 0.0)
    total = float(mass.sum())
    size = shape[0] * shape[1]
    share = np.bincount(place, weights=mass, minlength=size) / total
    count = np.bincount(place, weights=np.where(member, sample.n, 0), minlength=size)
    found = RaoScott(
        rows=row_levels,
        columns=column_levels,
        count=count.astype(np.int64).reshape(shape),
        share=share.reshape(shape),
        df=sample.df(member),
    )
    return _tested(found, place, np.where(member, weight, 0.0) / total, sample)


def _levels(
    name: str, index: NDArray[np.intp], member: NDArray[np.bool_]
) -> tuple[tuple[int, ...], NDArray[np.intp]]:
    """Give the levels with answers, and the place of each cell among them (0 for who has none)."""
    levels = np.unique(index[member])
    if len(levels) < 2:
        raise ValueError(f"{name} must have answers in at least 2 levels, got {len(levels)}")
    place = np.where(member, np.searchsorted(levels, index), 0).astype(np.intp)
    return tuple(levels.tolist()), place


def _tested(
    table: RaoScott, place: NDArray[np.intp], weight: NDArray[np.float64], sample: Sample
) -> RaoScott:
    """Test a table, given the place of each cell in it and the weight of one answer over all."""
    from scipy.special import fdtrc

    if table.df < 1:
        return replace(table, flag=Flag.NO_TEST, reason=_NO_DF)
    effects = _design_effects(table.share, place, weight, sample)
    if effects is None:
        return replace(table, flag=Flag.NO_TEST, reason=_TOO_EMPTY)
    first, second = float(np.trace(effects)), float(np.sum(effects * effects.T))
    if first <= _ZERO:
        return replace(table, flag=Flag.NO_TEST, reason=_NO_SPREAD)
    f, ndf = _association(table.share) / first, first**2 / second
    ddf = ndf * table.df
    return replace(table, F=f, ndf=ndf, ddf=ddf, p=float(fdtrc(ndf, ddf, f)))


def _design_effects(
    share: NDArray[np.float64],
    place: NDArray[np.intp],
    weight: NDArray[np.float64],
    sample: Sample,
) -> NDArray[np.float64] | None:
    """Give the matrix of generalised design effects over n; None where empty cells forbid it.

    Only the contrasts are linearised, (r - 1)(k - 1) of them: an answer in cell i adds row i of
    D⁻¹C less its mean. Empty cells add nothing, as in R.
    """
    contrast = np.kron(_contrast(share.shape[0]), _contrast(share.shape[1]))
    flat = share.ravel()
    filled = flat > 0
    if np.linalg.matrix_rank(contrast[filled]) < contrast.shape[1]:
        return None
    slope = np.where(filled[:, None], contrast / np.where(filled, flat, 1)[:, None], 0.0)
    influence = weight[:, None] * (slope[place] - flat @ slope)
    return np.linalg.solve(contrast.T @ slope, sample.covariance(influence))


def _contrast(levels: int) -> NDArray[np.float64]:
    """Give orthonormal contrasts between levels, shape (levels, levels - 1)."""
    basis = np.column_stack([np.ones(levels), np.eye(levels)[:, 1:]])
    return np.linalg.qr(basis)[0][:, 1:]


def _association(share: NDArray[np.float64]) -> float:
    """Give Pearson's X² over n: the squared distance from independence."""
    expected = np.outer(share.sum(axis=1), share.sum(axis=0))
    return float(np.sum((share - expected) ** 2 / expected))
