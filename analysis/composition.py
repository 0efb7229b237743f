"""The change of a headline in parts: other marks, other shares of the stock, groups come and go."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.composition_results import Composition, Contribution, Part
from analysis.intervals import t_interval, t_test
from analysis.results import Flag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["Composition", "Contribution", "Part", "decompose"]

_ZERO = 1e-12
"""A standard error up to this size, in units of the answer, is rounding: no test rests on it."""


@dataclass(frozen=True, eq=False)
class _Means:
    """Means of a groups in two waves, and the names; shapes (2, a), 0 where a group is absent."""

    groups: tuple[str, ...]
    population: NDArray[np.float64]
    value: NDArray[np.float64]
    covariance: NDArray[np.float64]
    df: int | None
    confidence: float

    @property
    def share(self) -> NDArray[np.float64]:
        found: NDArray[np.float64] = self.population / self.population.sum(axis=1, keepdims=True)
        return found

    def part(self, factor: NDArray[np.float64]) -> Part:
        """Give the sum of `factor`, shape (2, a), times the means."""
        value = float((factor * self.value).sum())
        flat = factor.ravel()
        used = np.flatnonzero(flat)
        covariance = self.covariance[np.ix_(used, used)]
        unknown = used[np.isnan(np.diag(covariance))]
        if unknown.size:
            names = dict.fromkeys(repr(self.groups[i % len(self.groups)]) for i in unknown.tolist())
            reason = f"the mean of {', '.join(names)} has no margin"
            return Part(value=value, flag=Flag.NO_MARGIN, reason=reason)
        if not np.isfinite(covariance).all():
            raise ValueError("covariance must be finite between means that have a variance")
        se = math.sqrt(max(float(flat[used] @ covariance @ flat[used]), 0.0))
        if self.df is None or se <= _ZERO:
            return Part(value=value, se=se)
        if self.df < 1:
            return Part(value=value, flag=Flag.NO_MARGIN, reason="no degrees of freedom")
        low, high = t_interval(value, se, self.df, confidence=self.confidence)
        return Part(value=value, se=se, low=low, high=high, p=t_test(value, se, self.df))


def decompose(
    before: Mapping[str, tuple[float, float | None]],
    after: Mapping[str, tuple[float, float | None]],
    *,
    covariance: ArrayLike,
    order: Sequence[str],
    df: int | None = None,
    confidence: float = 0.95,
) -> Composition:
    """Split the change of ``H_t = Σ W_ta m_ta`` into rating and composition, exactly.

    Over the groups of both waves, shares w within them and H their headline::

        rating      = Σ ½ (w0 + w1) (m1 - m0)
        composition = Σ ½ (m0 + m1) (w1 - w0) = Σ (½ (m0 + m1) - ½ (H0 + H1)) (w1 - w0)

    Kitagawa (1955), JASA 50, 1168–1194, doi:10.1080/01621459.1955.10501299; the two-fold split of
    Oaxaca (1973) and Blinder (1973) at mean coefficients. The second form gives each group a part
    that does not depend on where the scale begins: its own share of the sum only. Groups of one
    wave add ``W1 (m1 - H1)`` when they enter and ``-W0 (m0 - H0)`` when they leave: Melitz &
    Polanec (2015), RAND Journal of Economics 46, §2, doi:10.1111/1756-2171.12088.

    Every part is linear in the means, so its standard error is that of a contrast; the shares are
    counts of the register. R: ``svycontrast`` on ``svyby(..., covmat = TRUE)``.

    Parameters
    ----------
    before, after
        For each group of the wave its dwellings and its mean. Groups are areas, or strata where
        weights differ within areas: the headline of the survey is ``Σ W m`` only over groups
        whose own mean is what the survey weighs; over coarser ones it differs from it.
    covariance
        Shape (2a, 2a): of the earlier means in `order`, then the later; NaN for a mean without a
        margin. One without degrees of freedom is such a mean: its variance comes out as 0 and says
        nothing. What stands at a group that a wave does not have is not read.
    order
        The a groups of either wave.
    df
        Degrees of freedom of the covariance; None: no intervals and tests.

    Raises
    ------
    ValueError
        If no group is in both waves, `order` is not the groups, the covariance has another shape
        or is not symmetric, a population is not above 0, or a mean is not a number.
    """
    means = _read(before, after, covariance, order, df=df, confidence=confidence)
    rating, composition, entering, leaving = _factors(means)
    share = means.share
    rows = tuple(
        Contribution(
            group=group,
            share=(float(share[0, i]), float(share[1, i])),
            rating=means.part(rating[i]),
            composition=means.part(composition[i]),
            entering=means.part(entering[i]),
            leaving=means.part(leaving[i]),
        )
        for i, group in enumerate(means.groups)
    )
    first, last = (share * means.value).sum(axis=1).tolist()
    return Composition(
        headline=(first, last),
        change=means.part(share * np.array([[-1.0], [1.0]])),
        rating=means.part(rating.sum(axis=0)),
        composition=means.part(composition.sum(axis=0)),
        entering=means.part(entering.sum(axis=0)),
        leaving=means.part(leaving.sum(axis=0)),
        rows=rows,
        df=df,
        notes=_notes(means),
    )


def _read(
    before: Mapping[str, tuple[float, float | None]],
    after: Mapping[str, tuple[float, float | None]],
    covariance: ArrayLike,
    order: Sequence[str],
    *,
    df: int | None,
    confidence: float,
) -> _Means:
    groups = tuple(order)
    known = {*before, *after}
    if len(set(groups)) < len(groups) or set(groups) != known:
        raise ValueError(f"order must name each of {sorted(known)} once, got {list(groups)}")
    if not set(before) & set(after):
        raise ValueError("before and after must share a group: without one nothing is compared")
    v = np.asarray(covariance, dtype=float)
    if v.shape != (2 * len(groups), 2 * len(groups)):
        raise ValueError(f"covariance must be {2 * len(groups)} square, got shape {v.shape}")
    numbers = np.zeros((2, 2, len(groups)))
    for wave, rows in enumerate((before, after)):
        for group, (population, mean) in rows.items():
            name = f"{group!r} {'after' if wave else 'before'}"
            numbers[:, wave, groups.index(group)] = _checked(name, population, mean)
    present = numbers[0].ravel() > 0
    there = np.nan_to_num(v[np.ix_(present, present)])
    if np.abs(there - there.T).max() > 1e-9 * np.abs(there).max():
        raise ValueError("covariance must be symmetric")
    return _Means(groups, numbers[0], numbers[1], v, df, confidence)


def _checked(name: str, population: float, mean: float | None) -> tuple[float, float]:
    if not (np.isfinite(population) and population > 0):
        raise ValueError(f"population of {name} must be above 0, got {population}")
    if mean is None or not np.isfinite(mean):
        raise ValueError(f"mean of {name} must be a number, got {mean}: join it to another group")
    return population, mean


def _factors(means: _Means) -> tuple[NDArray[np.float64], ...]:
    """Give what multiplies each mean in each part of each group; shapes (a, 2, a).

    Rating, composition, entering, leaving.
    """
    both = np.min(means.population, axis=0) > 0
    size = len(means.groups)
    kept = np.where(both, means.population, 0)
    w = kept / kept.sum(axis=1, keepdims=True)
    own = np.eye(size)
    gain, middle = w[1] - w[0], w.sum(axis=0) / 2
    rating = np.stack([-own * middle, own * middle], axis=1)
    composition = np.stack([(own - w[wave]) * gain[:, None] / 2 for wave in (0, 1)], axis=1)
    alone = np.where(both, 0, means.share)
    entering, leaving = np.zeros((2, size, 2, size))
    entering[:, 1] = (own - w[1]) * alone[1][:, None]
    leaving[:, 0] = (w[0] - own) * alone[0][:, None]
    return rating, composition, entering, leaving


def _notes(means: _Means) -> tuple[str, ...]:
    notes = [
        "The headline here is the sum of share times mean over the groups; a published one that "
        "weighs answers inside groups otherwise differs from it, and that is in no part.",
    ]
    for wave, word in ((1, "first wave"), (0, "second wave")):
        absent = means.population[1 - wave] == 0
        names = [g for g, gone in zip(means.groups, absent.tolist(), strict=True) if gone]
        if names:
            notes.append(f"Not in the {word}: {', '.join(names)}.")
    return tuple(notes)
