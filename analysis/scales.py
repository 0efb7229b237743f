"""Batteries of items: a score per respondent from 0 to 10, and how reliable it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.display import Shown, Tabular, figures, table
from analysis.intervals import t_interval
from analysis.results import Flag

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from analysis.sample import Sample

_ZERO = 1e-12
"""A variance or standard error below this share of what it is made of is rounding error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a scale.

    Attributes
    ----------
    mean
        Weighted mean over complete answers, in units of the answer.
    rest_correlation
        Correlation with the sum of the other items, in [-1, 1]; below 0 the item has probably to
        be reversed. None where the item or the rest does not vary.
        R: ``psych::alpha(x)$item.stats$r.drop``.
    alpha_without
        Alpha of the scale without this item; None where one item is left, or the rest does not
        vary. R: ``psych::alpha(x)$alpha.drop$raw_alpha``.
    """

    name: str
    mean: float
    rest_correlation: float | None
    alpha_without: float | None


@dataclass(frozen=True, repr=False, slots=True, kw_only=True)
class Alpha(Tabular):
    """Cronbach's alpha of a scale.

    Attributes
    ----------
    value
        At most 1, below 0 when items contradict each other; None where the sum of the items does
        not vary.
    se, low, high
        Linearised standard error and the ends of the interval, both below 1; None where `flag` is
        not OK.
    df
        Sampling units with a complete answer, less strata with one.
    n
        Answers with all items answered: the others are outside the domain.
    items
        In the order of the columns.
    reason
        Why something is None.
    """

    value: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    df: int
    n: int
    items: tuple[Item, ...]
    flag: Flag = Flag.OK
    reason: str = ""

    def _records(self) -> tuple[Item, ...]:
        return self.items

    def _shown(self) -> Shown:
        columns = ("name", "mean", "rest_correlation", "alpha_without")
        return Shown(
            title="Cronbach's alpha", figures=figures(self), tables=[table(self.items, columns)]
        )


def rescale(
    items: NDArray[np.float64], *, low: float, high: float, reverse: Collection[int] = ()
) -> NDArray[np.float64]:
    """Put items on 0 to 10, those of `reverse` the other way round.

    Parameters
    ----------
    items
        Shape (c, k): an answer from `low` to `high`, NaN where there is none.
    reverse
        Columns in which a high answer means a low score, counted from 0.

    Returns
    -------
    Shape (c, k), in [0, 10], NaN where there is no answer.

    Raises
    ------
    ValueError
        If an answer lies outside `low` to `high`, these are no interval, or a column to reverse
        does not exist.
    """
    if not low < high:
        raise ValueError(f"low must be below high, got {low} and {high}")
    width = items.shape[1]
    unknown = [column for column in reverse if not 0 <= column < width]
    if unknown:
        raise ValueError(f"reverse must name columns 0 to {width - 1}, got {unknown[0]}")
    outside = (items < low) | (items > high)
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise ValueError(
            f"item {column + 1} of row {row + 1} must be {low} to {high} or missing, "
            f"got {items[row, column]}"
        )
    flipped = np.isin(np.arange(width), list(reverse))
    scaled: NDArray[np.float64] = 10 * np.where(flipped, high - items, items - low) / (high - low)
    return scaled


def scale_score(
    items: NDArray[np.float64],
    *,
    low: float,
    high: float,
    reverse: Collection[int] = (),
    least_answered: int | None = None,
) -> NDArray[np.float64]:
    """Give each row its score from 0 to 10: the mean of the items it answered, rescaled.

    Missing items count as the mean of the answered ones of the same person, as long as the answered
    ones are the most: the half rule of Fayers et al. (2001), EORTC QLQ-C30 Scoring Manual, 3rd ed.

    Parameters
    ----------
    items, low, high, reverse
        As for `rescale`.
    least_answered
        Items that must be answered, 1 to k; None: more than half of them.

    Returns
    -------
    Shape (c,), in [0, 10]; NaN where fewer items were answered.

    Raises
    ------
    ValueError
        As `rescale`, and if `least_answered` is not from 1 to k.

    Examples
    --------
    Social cohesion, on 1 (helemaal mee oneens) to 5 (helemaal mee eens), higher is more cohesion:

    >>> import numpy as np
    >>> from analysis.scales import scale_score
    >>> battery = [
    ...     "De mensen in deze buurt kennen elkaar nauwelijks",
    ...     "De mensen in deze buurt gaan op een prettige manier met elkaar om",
    ...     "Ik woon in een gezellige buurt, waar mensen elkaar helpen",
    ...     "Ik voel me thuis bij de mensen die in deze buurt wonen",
    ... ]
    >>> answers = np.array([[2, 4, 4, 5], [5, 1, np.nan, 1], [3, np.nan, np.nan, 4]])
    >>> scale_score(answers, low=1, high=5, reverse=[0]).tolist()
    [8.125, 0.0, nan]

    The first item tells of little cohesion and is reversed. A questionnaire that counts from
    1 (helemaal mee eens) reverses the three others. Nuisance, on 1 (vaak), 2 (soms),
    3 (bijna) nooit: all are reversed, and higher is more nuisance:

    >>> battery = ["Rommel op straat", "Overlast van buurtbewoners", "Te hard rijden"]
    >>> scale_score(np.array([[1, 3, 2]]), low=1, high=3, reverse=range(3)).tolist()
    [5.0]
    """
    width = items.shape[1]
    least = width // 2 + 1 if least_answered is None else least_answered
    if not 1 <= least <= width:
        raise ValueError(f"least_answered must be from 1 to the {width} items, got {least}")
    scaled = rescale(items, low=low, high=high, reverse=reverse)
    answered = ~np.isnan(scaled)
    count = answered.sum(axis=1)
    total = np.where(answered, scaled, 0.0).sum(axis=1)
    return np.where(count >= least, total / np.maximum(count, 1), np.nan)


def cronbach_alpha(
    items: NDArray[np.float64],
    weight: NDArray[np.float64],
    sample: Sample,
    *,
    names: Sequence[str] | None = None,
    confidence: float = 0.95,
) -> Alpha:
    """Estimate Cronbach's alpha of the population: how consistent the items of a scale are.

    ``alpha = k / (k - 1) (1 - T / Q)``, T the sum of the variances of the k items and Q the
    variance of their sum, from the weighted covariance matrix. Cronbach (1951), Psychometrika 16,
    doi:10.1007/BF02310555. R: ``svycralpha(~a + b + c, design)``. One answer changes it by
    ``w / W · k / (k - 1) · (T q / Q² - t / Q)``, t its sum of squared deviations and q its squared
    sum of deviations: Taylor linearisation, Särndal, Swensson & Wretman (1992), §5.5. R:
    ``svycontrast(svyvar(~a + b + c, design), quote(…))``. The interval is t(df) on log(1 - alpha),
    so that it stays below 1: Bonett (2002), J. Educ. Behav. Stat. 27,
    doi:10.3102/10769986027004335.

    The answers with all items are a domain: the others stay in the design. Alpha does not change
    when all items are rescaled alike; reverse items first (`rescale`).

    Parameters
    ----------
    items
        Shape (c, k), k at least 2: the answers, NaN where there is none.
    weight
        Shape (c,): weight of one answer, above 0.
    sample
        The design of the same cells.
    names
        Names of the k items; None: ``item 1`` and so on.
    confidence
        Coverage of the interval, between 0 and 1.

    Raises
    ------
    ValueError
        If there are fewer than two items, their names are not as many, or no answer is complete.
    """
    k = items.shape[1]
    if k < 2:
        raise ValueError(f"items must have at least 2 columns, got {k}")
    labels = [f"item {i}" for i in range(1, k + 1)] if names is None else list(names)
    if len(labels) != k:
        raise ValueError(f"names must have {k} entries, one an item, got {len(labels)}")
    member = ~np.isnan(items).any(axis=1) & (sample.n > 0)
    if not member.any():
        raise ValueError("items must have at least one answer with all of them, got none")
    share = np.where(member, weight, 0.0)
    share /= (share * sample.n).sum()
    mass = share * sample.n
    x = np.where(member[:, None], items, 0.0)
    mean = mass @ x
    deviation = np.where(member[:, None], x - mean, 0.0)
    matrix: NDArray[np.float64] = deviation.T @ (mass[:, None] * deviation)
    matrix[np.abs(matrix) <= _ZERO * float(np.square(x).max())] = 0.0
    found = Alpha(
        value=_alpha(matrix),
        df=sample.df(member),
        n=int(sample.n[member].sum()),
        items=tuple(_item(i, labels[i], float(mean[i]), matrix) for i in range(k)),
    )
    variance = sample.covariance(share[:, None] * _slopes(deviation, matrix))
    return _with_interval(found, float(variance[0, 0]), confidence=confidence)


def _alpha(matrix: NDArray[np.float64]) -> float | None:
    """Give alpha of a covariance matrix; None for one item, or items whose sum does not vary."""
    k, own, total = len(matrix), float(np.trace(matrix)), float(matrix.sum())
    return k / (k - 1) * (1 - own / total) if k > 1 and total > _ZERO * own else None


def _slopes(deviation: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give how alpha moves with the weight of each answer, over its share; shape (c, 1)."""
    k, own, total = len(matrix), float(np.trace(matrix)), float(matrix.sum())
    if total <= _ZERO * own:
        return np.zeros((len(deviation), 1))
    of_own = np.square(deviation).sum(axis=1, keepdims=True)
    of_total = np.square(deviation.sum(axis=1, keepdims=True))
    slopes: NDArray[np.float64] = k / (k - 1) * (own * of_total / total - of_own) / total
    return slopes


def _item(index: int, name: str, mean: float, matrix: NDArray[np.float64]) -> Item:
    rest = np.delete(np.delete(matrix, index, axis=0), index, axis=1)
    own, others = float(matrix[index, index]), float(rest.sum())
    shared = float(matrix[index].sum()) - own
    varies = own > 0 and others > _ZERO * float(np.trace(rest))
    return Item(
        name=name,
        mean=mean,
        rest_correlation=shared / float(np.sqrt(own * others)) if varies else None,
        alpha_without=_alpha(rest),
    )


def _with_interval(found: Alpha, variance: float, *, confidence: float) -> Alpha:
    if found.value is None:
        reason = "the sum of the items is the same in all answers"
        return replace(found, flag=Flag.SAME, reason=reason)
    if found.df < 1:
        reason = "no degrees of freedom: no stratum has two units with a complete answer"
        return replace(found, flag=Flag.NO_MARGIN, reason=reason)
    gap, se = 1 - found.value, float(np.sqrt(max(variance, 0.0)))
    if se <= _ZERO * max(gap, 1.0):
        return replace(found, flag=Flag.NO_MARGIN, reason="no spread between the sampling units")
    ends = t_interval(float(np.log(gap)), se / gap, found.df, confidence=confidence)
    low, high = (1 - float(np.exp(end)) for end in reversed(ends))
    return replace(found, se=se, low=low, high=high)
