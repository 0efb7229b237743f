"""From differences to verdicts: who is tested, adjusted for how many, and what may be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.intervals import equivalence_test, t_test
from analysis.multiple import Adjustment
from analysis.multiple import adjust as adjust_p
from analysis.rating_table import Verdict
from analysis.results import TOTAL, ChangeEstimate, Flag

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Margin:
    """A change with its margin; the attributes are those of `ChangeEstimate`."""

    value: float
    se: float
    low: float
    high: float
    effect_size: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A change before it is judged: without a margin where `flag` is not OK.

    Attributes
    ----------
    wave_df
        Degrees of freedom of each wave by itself.
    """

    key: tuple[str, ...]
    n: tuple[int, int]
    df: int
    flag: Flag
    reason: str
    value: float | None = None
    se: float | None = None
    margin: Margin | None = None
    wave_df: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who is tested and how; the attributes are the options of `analysis.change.change`."""

    adjust: Adjustment
    alpha: float
    equivalence: float | None
    min_answers: int
    min_df: int
    family: frozenset[tuple[str, ...]] | None


def decide(differences: Sequence[Difference], rules: Rules) -> list[ChangeEstimate]:
    """Test the differences that may be tested, adjust over them and give each its verdict.

    The total is tested by itself: it is no member of the family.
    """
    judged = [_testable(one, rules) for one in differences]
    raw = [
        t_test(one.margin.value, one.margin.se, one.df) if one.margin else None
        for one in differences
    ]
    inside = [
        flag is Flag.OK and one.key != TOTAL
        for one, (flag, _) in zip(differences, judged, strict=True)
    ]
    family = [p for p, chosen in zip(raw, inside, strict=True) if chosen and p is not None]
    adjusted = iter(adjust_p(family, method=rules.adjust))
    return [
        _judged(one, flag, reason, p=p, p_adjusted=next(adjusted) if chosen else None, rules=rules)
        for one, (flag, reason), p, chosen in zip(differences, judged, raw, inside, strict=True)
    ]


def _judged(
    one: Difference,
    flag: Flag,
    reason: str,
    *,
    p: float | None,
    p_adjusted: float | None,
    rules: Rules,
) -> ChangeEstimate:
    margin = one.margin
    if margin is None:
        return ChangeEstimate(
            key=one.key, value=one.value, se=one.se, df=one.df, n=one.n, flag=flag, reason=reason
        )
    p_equivalence = None
    if rules.equivalence is not None:
        p_equivalence = equivalence_test(margin.value, margin.se, one.df, margin=rules.equivalence)
    verdict = Verdict.TOO_FEW
    if flag is Flag.OK:
        decisive = p if one.key == TOTAL else p_adjusted
        verdict = _verdict(margin.value, decisive, p_equivalence, rules.alpha)
    return ChangeEstimate(
        key=one.key,
        value=margin.value,
        se=margin.se,
        low=margin.low,
        high=margin.high,
        df=one.df,
        n=one.n,
        p=p,
        p_adjusted=p_adjusted,
        p_equivalence=p_equivalence,
        effect_size=margin.effect_size,
        detectable=detectable(margin.se, one.df, alpha=rules.alpha),
        verdict=verdict,
        flag=flag,
        reason=reason,
    )


def detectable(se: float, df: int, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Give the smallest difference that a two-sided t test finds with this power.

    (t(1 - alpha / 2) + t(power)) × SE on `df`: Bloom (1995), Evaluation Review 19(5).
    """
    from scipy.special import stdtrit

    return float((stdtrit(df, 1 - alpha / 2) + stdtrit(df, power)) * se)


def balanced_df(first: int, second: int) -> float:
    """Give the degrees of freedom that a difference of two waves has, whatever their answers.

    Those of Satterthwaite (1946) for variances as units are many, (1/m + 1/k)² / (1/(m² (m - 1)) +
    1/(k² (k - 1))) with m and k units: of 3 and 3 units 4, but of 2 and 40 units 1. The variance
    is then that of the 2, and a t test on 40 degrees of freedom finds a change in one of four
    areas where there is none.
    """
    if min(first, second) < 1:
        return 0.0
    shares = [1 / (df + 1) for df in (first, second)]
    spread = sum(share**2 / df for share, df in zip(shares, (first, second), strict=True))
    return sum(shares) ** 2 / spread


def _testable(one: Difference, rules: Rules) -> tuple[Flag, str]:
    if one.margin is None:
        return one.flag, one.reason
    if min(one.n) < rules.min_answers:
        wanted = f"tested from {rules.min_answers} answers in each wave"
        return Flag.NO_TEST, f"{wanted}, got {one.n[0]} and {one.n[1]}"
    df = min(one.df, balanced_df(*one.wave_df))
    if df < rules.min_df:
        return Flag.NO_TEST, f"tested from {rules.min_df} degrees of freedom, got {df:.2g}"
    if rules.family is not None and one.key != TOTAL and one.key not in rules.family:
        return Flag.NO_TEST, "not in the family of tests"
    return Flag.OK, ""


def _verdict(value: float, p: float | None, p_equivalence: float | None, alpha: float) -> Verdict:
    if p is not None and p < alpha:
        return Verdict.HIGHER if value > 0 else Verdict.LOWER
    if p_equivalence is not None and p_equivalence < alpha:
        return Verdict.UNCHANGED
    return Verdict.NO_DIFFERENCE
