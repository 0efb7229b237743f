"""What the estimators give: frozen records of named numbers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from analysis.rating_table import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection
    from fractions import Fraction

TOTAL: tuple[str, ...] = ()
"""Key of the estimate over all answers of a wave: of all domains, none in particular."""


class Flag(StrEnum):
    """Whether a result is complete, and if not, what is withheld."""

    OK = "ok"
    EMPTY = "no answers"
    SAME = "all answers the same"
    NO_MARGIN = "no margin"
    NO_TEST = "no test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean, share, total, ratio or quantile of one domain in one wave.

    Attributes
    ----------
    key
        Levels of the domain, in the order of `by`; `TOTAL` for all answers.
    value
        In units of the answer (a share: from 0 to 1); None without answers.
    se
        Linearised standard error; None where the design leaves no degrees of freedom.
    low, high
        Ends of the interval on `df`; None where it would rest on nothing: see `flag`.
    df
        Degrees of freedom of the domain's own: units with an answer in it, less strata with one.
    n
        Answers in the domain that have a value.
    deff
        Variance over that of a simple random sample of `n` drawn with replacement; None where that
        is 0, and for other figures than means and shares. R: ``svymean(deff = "replace")``.
    n_effective
        n / deff.
    exact
        `value` as an exact fraction, where weights are whole numbers over whole numbers.
    reason
        Why something is None.
    """

    wave: str
    key: tuple[str, ...]
    value: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    df: int
    n: int
    deff: float | None = None
    n_effective: float | None = None
    exact: Fraction | None = None
    flag: Flag = Flag.OK
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEstimate:
    """The difference of a domain's means between two waves: later less earlier.

    Attributes
    ----------
    value, se, low, high, df
        As in `Estimate`, for the difference; `df` counts units and strata with an answer in the
        domain in either wave.
    p
        Two-sided p-value of no change, t on `df`; None where there is no margin.
    p_adjusted
        `p` adjusted over the family of testable domains; None outside the family.
    p_equivalence
        p-value of the hypothesis that the change is as large as the equivalence margin or larger
        (two one-sided tests).
    effect_size
        The difference over the standard deviation of the answers of both waves together (Cohen's
        d); None where there is no spread.
    detectable
        Smallest difference that a test with this margin finds in 80 of 100 such pairs of waves,
        (t(1 - alpha / 2) + t(0.8)) × SE, before the adjustment for the number of tests.
    n
        Answers with a value in the earlier and in the later wave.
    flag
        `Flag.NO_TEST` where the domain is outside the family; `reason` says why.
    """

    key: tuple[str, ...]
    value: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    df: int
    n: tuple[int, int]
    p: float | None = None
    p_adjusted: float | None = None
    p_equivalence: float | None = None
    effect_size: float | None = None
    detectable: float | None = None
    verdict: Verdict = Verdict.TOO_FEW
    flag: Flag = Flag.OK
    reason: str = ""


def read_key(key: str | tuple[str, ...], domains: Collection[tuple[str, ...]]) -> tuple[str, ...]:
    """Read the key of a domain: its label or labels, or as `show_key` writes that of all answers.

    A domain that is itself called ``total`` goes before all answers, which are `TOTAL` then.
    """
    wanted = (key,) if isinstance(key, str) else key
    return TOTAL if wanted == ("total",) and wanted not in domains else wanted


def show_key(key: tuple[str, ...]) -> str:
    """Write the key of a domain for people; that of all answers is ``total``."""
    return "/".join(key) if key else "total"
