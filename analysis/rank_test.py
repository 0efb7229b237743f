"""Whether one group answers higher than another, by ranks: no distance between marks is assumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from analysis.display import Readable, Shown, figures
from analysis.intervals import t_test
from analysis.results import Flag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.sample import Sample

Ties = Literal["midrank", "row order"]
"""How equal answers share their ranks; see `rank_test`."""

_ZERO = 1e-12
"""Rank scores lie in [0, 1]: a standard error below this is rounding error."""


@dataclass(frozen=True, repr=False, slots=True, kw_only=True)
class RankTest(Readable):
    """The difference in mean rank score between two groups: the higher level less the lower.

    Attributes
    ----------
    value
        Difference of the mean rank scores, in [-0.5, 0.5].
    se
        Standard error of `value` when the groups do not differ: for the test, not for an interval.
        None where `flag` is not OK, like `t` and `p`.
    t, df, p
        value / se; its degrees of freedom: sampling units with an answer here, less strata with
        one, less 1; the two-sided p-value.
    levels
        The two groups, as they were numbered in the input.
    n
        Answers in each group.
    reason
        Why there is no test.
    """

    value: float
    se: float | None = None
    t: float | None = None
    df: int
    p: float | None = None
    levels: tuple[str | int, str | int]
    n: tuple[int, int]
    flag: Flag = Flag.OK
    reason: str = ""

    @property
    def superiority(self) -> float:
        """The chance that someone of the second group answers higher than one of the first.

        Equal answers count half; 0.5 when neither group answers higher. Exact for midranks:
        E₂F - E₁F = P(y₂ > y₁) + P(y₂ = y₁) / 2 - 1/2 for F the distribution of both together.
        """
        return 0.5 + self.value

    def _shown(self) -> Shown:
        title = f"Rank test: {self.levels[1]} against {self.levels[0]}"
        return Shown(title=title, figures={"superiority": self.superiority, **figures(self)})


def rank_test(
    y: NDArray[np.float64],
    group: NDArray[np.intp],
    weight: NDArray[np.float64],
    sample: Sample,
    *,
    ties: Ties = "midrank",
) -> RankTest:
    """Compare two groups by a Wilcoxon rank test under the design.

    Each answer scores its rank in the estimated population, as a share: F(y) - f(y) / 2, F the
    estimated distribution of both groups together. The mean scores differ by d, and t = d / se
    with the linearised variance of d at given scores. That the ranks are estimated adds nothing
    when both groups have the same distribution, which is what is tested: Lumley & Scott (2013),
    Two-sample rank tests under complex sampling, Biometrika 100 (4), 831-842.
    R: ``svyranktest(y ~ g, design, test = "wilcoxon")``.

    Answers outside both groups, or without a value, stay in the design and out of the ranks.

    Parameters
    ----------
    y
        Shape (c,): the answer, in any unit that can be ordered; NaN for none.
    group
        Shape (c,): the group of each cell, 0 or more; below 0 for neither.
    weight
        Shape (c,): weight of one answer, above 0.
    sample
        The design of the same cells.
    ties
        ``midrank``: equal answers get the middle of their ranks in the population, whatever the
        order of the rows. ``row order``: the mean over the rows of the rank that each has in the
        order of the input, as R has it. They differ only where equal answers weigh differently,
        and then R's test changes when its rows are sorted in another way.

    Raises
    ------
    ValueError
        If the answers are not of exactly two groups, or `ties` is unknown.
    """
    if ties not in {"midrank", "row order"}:
        raise ValueError(f"ties must be 'midrank' or 'row order', got {ties!r}")
    member = (group >= 0) & ~np.isnan(y) & (sample.n > 0)
    levels = np.unique(group[member])
    if len(levels) != 2:
        raise ValueError(f"group must have answers in exactly 2 levels, got {len(levels)}")
    n = np.where(member, sample.n, 0)
    mass = n * np.where(member, weight, 0.0)
    score = np.zeros(len(y))
    share = mass if ties == "midrank" else n.astype(np.float64)
    score[member] = _rank_scores(y[member], mass[member], share[member])
    second = (group == levels[1]).astype(np.intp)
    size = np.bincount(second, weights=mass, minlength=2)
    means = np.bincount(second, weights=mass * score, minlength=2) / size
    # Zero outside both groups; the first group counts against the second.
    per_answer = np.where(member, weight, 0.0) * (2 * second - 1) / size[second]
    influence = per_answer * (score - means[second])
    return _tested(
        float(means[1] - means[0]),
        se=float(np.sqrt(max(sample.covariance(influence[:, None])[0, 0], 0.0))),
        df=sample.df(member) - 1,
        levels=(int(levels[0]), int(levels[1])),
        n=(int(n[second == 0].sum()), int(n[second == 1].sum())),
    )


def _rank_scores(
    y: NDArray[np.float64], mass: NDArray[np.float64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give each answer its rank in the population, as a share in [0, 1].

    Each row has the middle of its own mass; equal answers get the mean of theirs, each row
    counting for its `share`.
    """
    order = np.argsort(y, kind="stable")
    middle = np.empty(len(y))
    middle[order] = np.cumsum(mass[order]) - mass[order] / 2
    tied = np.unique(y, return_inverse=True)[1]
    mean = np.bincount(tied, weights=share * middle) / np.bincount(tied, weights=share)
    scores: NDArray[np.float64] = mean[tied] / mass.sum()
    return scores


def _tested(
    value: float, *, se: float, df: int, levels: tuple[int, int], n: tuple[int, int]
) -> RankTest:
    reason = ""
    if df < 1:
        reason = "no degrees of freedom: too few units with an answer in the two groups"
    elif se <= _ZERO:
        reason = "no spread within the groups between the sampling units"
    if reason:
        return RankTest(value=value, df=df, levels=levels, n=n, flag=Flag.NO_TEST, reason=reason)
    p = t_test(value, se, df)
    return RankTest(value=value, se=se, t=value / se, df=df, p=p, levels=levels, n=n)
