"""What is estimated, as a ratio of two weighted sums, and its linearisation."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from analysis.influence import Influence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from analysis.cells import Cells
    from analysis.sample import Sample

Kind: TypeAlias = Literal["mean", "share", "total", "ratio"]


@dataclass(frozen=True, eq=False)
class Quantity:
    """A weighted sum, or the ratio of two, over c cells.

    Attributes
    ----------
    kind
        ``mean``: of y; ``share``: of answers with y = 1; ``total``: of y over the population;
        ``ratio``: the total of y over that of x.
    y
        Shape (c,): what is summed; 0 where not `answered`.
    x
        Shape (c,): what it is divided by; None for a total.
    answered
        Shape (c,): whether the cell has what is needed.
    scale
        Lowest and highest value there can be, where that is known.
    within
        Shape (c,): weighted variance of y inside the cell, where cells were condensed.
    """

    kind: Kind
    y: NDArray[np.float64]
    x: NDArray[np.float64] | None
    answered: NDArray[np.bool_]
    scale: tuple[float, float] | None = None
    within: NDArray[np.float64] | None = None

    def part(self, here: NDArray[np.bool_]) -> Quantity:
        """Give the cells marked."""
        if here.all():
            return self
        return replace(
            self,
            y=self.y[here],
            x=None if self.x is None else self.x[here],
            answered=self.answered[here],
            within=None if self.within is None else self.within[here],
        )


Covariance: TypeAlias = "Callable[[Influence], NDArray[np.float64]]"

QuantityOf: TypeAlias = "Callable[[Cells], Quantity]"
"""How to get the quantity from some cells: those of a wave, or of two."""


@dataclass(frozen=True, eq=False)
class Linearised:
    """Estimates of d domains over the same units, and what their variance is made of.

    Attributes
    ----------
    value
        Shape (d,): NaN where a domain has no answers.
    n, df
        Shape (d,): answers in the domain; degrees of freedom of the domain's own.
    spread
        Shape (d,): weighted variance of y about the value (a total: about the mean).
    covariance
        Shape (d, d).
    lonely
        Shape (d,): whether strata with a single unit hold more of the domain's weight than the
        design allows, with ``flag``.
    """

    value: NDArray[np.float64]
    n: NDArray[np.int64]
    df: NDArray[np.int64]
    spread: NDArray[np.float64]
    covariance: NDArray[np.float64]
    lonely: NDArray[np.bool_]


def mean_of(cells: Cells) -> Quantity:
    """Take the mean answer."""
    return _quantity("mean", cells, cells.y, np.ones(len(cells.y)), scale=cells.scale)


def total_of(cells: Cells) -> Quantity:
    """Take the total of the answers over the population."""
    return _quantity("total", cells, cells.y, None)


def share_of(low: float, high: float) -> QuantityOf:
    """Take the share of answers from `low` to `high`, ends included."""

    def quantity(cells: Cells) -> Quantity:
        inside = ((cells.y >= low) & (cells.y <= high)).astype(np.float64)
        return _quantity("share", cells, inside, np.ones(len(inside)), scale=(0, 1))

    return quantity


def share_name(rating: str, low: float, high: float) -> str:
    """Name the share of answers from `low` to `high`, so that 8 is not taken for 8 or more."""
    if low == high:
        return f"share of {rating} exactly {low:g}"
    if high == math.inf:
        return f"share of {rating} {low:g} or more"
    if low == -math.inf:
        return f"share of {rating} {high:g} or less"
    return f"share of {rating} {low:g} to {high:g}"


def ratio_of(name: str) -> QuantityOf:
    """Take the total of the answers over the total of another column, kept by the cells."""

    def quantity(cells: Cells) -> Quantity:
        return _quantity("ratio", cells, cells.y, cells.numbers(name))

    return quantity


def _quantity(
    kind: Kind,
    cells: Cells,
    y: NDArray[np.float64],
    x: NDArray[np.float64] | None,
    *,
    scale: tuple[float, float] | None = None,
) -> Quantity:
    answered = cells.answered if x is None else cells.answered & ~np.isnan(x)
    return Quantity(
        kind,
        np.where(answered, y, 0.0),
        None if x is None else np.where(answered, x, 0.0),
        answered,
        scale,
    )


def linearise(
    cells: Cells,
    quantity: Quantity,
    partitions: Sequence[tuple[NDArray[np.intp], int]],
    sample: Sample,
    *,
    covariance: Covariance | None = None,
) -> Linearised:
    """Linearise a quantity in every domain of some partitions of the cells.

    A ratio R = sum(w n y) / sum(w n x) has the linearised value w (y - R x) / sum(w n x) inside
    the domain and 0 outside; a total w y. Särndal, Swensson & Wretman (1992), §5.5-5.8; R:
    ``svymean``, ``svyratio``, ``svytotal``, ``svyby(covmat = TRUE)``.

    Parameters
    ----------
    partitions
        The domain of each cell (-1: none) and the number of domains; the estimates follow each
        other in the order of the partitions.
    sample
        The design of the same cells.
    covariance
        How to estimate the covariance of the linearised values; None: as one sample.
    """
    parts, rows = [], []
    for label, size in partitions:
        inside = np.where(quantity.answered, label, -1)
        value, influence, spread, n = _ratio(cells, quantity, inside, size)
        parts.append((inside, influence, size))
        lonely = _lonely(cells, quantity.answered, sample, inside, size)
        rows.append((value, n, sample.domain_df(inside, size), spread, lonely))
    value, n, df, spread, lonely = (np.concatenate(found) for found in zip(*rows, strict=True))
    matrix = (covariance or sample.covariance)(Influence.of_partitions(parts))
    return Linearised(value, n, df, spread, matrix, lonely)


def _lonely(
    cells: Cells,
    answered: NDArray[np.bool_],
    sample: Sample,
    label: NDArray[np.intp],
    size: int,
) -> NDArray[np.bool_]:
    """Say of which domains strata with a single unit hold too much weight; shape (size,).

    A unit without an answer says nothing of the spread: only those with one count.
    """
    if sample.lonely != "flag":
        return np.zeros(size, dtype=np.bool_)
    alone = sample.alone_among(answered)

    def weight(member: NDArray[np.bool_]) -> NDArray[np.float64]:
        mass = np.abs(cells.weight[member]) * cells.n[member]
        return np.bincount(label[member], weights=mass, minlength=size).astype(np.float64)

    inside = label >= 0
    return weight(inside & alone) > sample.lonely_share * weight(inside)


def _ratio(
    cells: Cells, quantity: Quantity, label: NDArray[np.intp], size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Give the value of each domain, the linearised value of each cell, the spread and n."""
    inside = np.flatnonzero(label >= 0)
    place = label[inside]
    weight, n = cells.weight[inside], cells.n[inside]
    mass, y = weight * n, quantity.y[inside]

    def sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(place, weights=values, minlength=size).astype(np.float64)

    top, answers = sums(mass * y), sums(n.astype(np.float64))
    weights = sums(mass)
    x = None if quantity.x is None else quantity.x[inside]
    bottom = np.ones(size) if x is None else sums(mass * x)
    empty = (answers == 0) | (bottom == 0)
    value = top / np.where(empty, 1, bottom)
    value[empty] = np.nan
    centre = top / np.where(weights == 0, 1, weights) if x is None else value
    residual = y if x is None else y - value[place] * x
    influence = np.zeros(len(label))
    influence[inside] = weight * residual / np.where(empty, 1, bottom)[place]
    influence[inside[empty[place]]] = 0.0
    squares = (y - centre[place]) ** 2
    if quantity.within is not None:
        squares += quantity.within[inside]
    spread = sums(mass * squares) / np.where(weights == 0, 1, weights)
    return value, influence, spread, answers.astype(np.int64)
