"""Planning: the margin that a sample will have, and the sample that a margin needs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.display import Readable, Shown, figures
from analysis.results import Flag

MOST = 10**9
"""Largest number of dwellings that a plan looks for."""


@dataclass(frozen=True, repr=False, slots=True, kw_only=True)
class ExpectedMargin(Readable):
    """The margin that a mean will have.

    Attributes
    ----------
    invited
        Dwellings that are asked.
    answers
        Expected number of answers, ``invited · response``; need not be whole.
    se
        Expected standard error, in units of the answer; None below two answers.
    df
        Degrees of freedom of the interval.
    half_width
        Half the width of the interval, in units of the answer; 0 where everyone answers.
    low, high
        Ends of the interval about the expected mean; None where no mean was given.
    flag, reason
        `Flag.NO_MARGIN` where there are too few answers for one.
    """

    invited: int
    answers: float
    se: float | None = None
    df: float
    half_width: float | None = None
    low: float | None = None
    high: float | None = None
    flag: Flag = Flag.OK
    reason: str = ""


@dataclass(frozen=True, repr=False, slots=True, kw_only=True)
class NeededSample(Readable):
    """The smallest sample whose expected margin is narrow enough.

    Attributes
    ----------
    invited
        Dwellings to ask; None where even all of them are too few.
    margin
        What that sample gives; at all dwellings where they are too few, None without a limit.
    flag, reason
        `Flag.NO_MARGIN` where the margin is out of reach.
    """

    invited: int | None
    margin: ExpectedMargin | None
    flag: Flag = Flag.OK
    reason: str = ""

    def _shown(self) -> Shown:
        margin = {} if self.margin is None else figures(self.margin)
        return Shown(title="Needed sample", figures={**margin, **figures(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What is expected of the answers in one area, for a plan.

    Attributes
    ----------
    sd
        Standard deviation of the answers, above 0; 1,6 is usual for a mark of 1 to 10.
    response
        Share of the invited that answers, in (0, 1].
    deff
        Design effect, above 0: of clusters and unequal weights, not of the fpc. Kish (1965), Survey
        Sampling, §8.2.
    population
        Dwellings in the area; None: far more than are asked (no fpc).
    mean
        Expected mean, strictly inside the scale: gives the interval of Enquete's figures, logit-t
        on the scale. None: the plain t interval.
    low, high
        Ends of the scale.
    df
        Degrees of freedom; None: answers − 1. Give units less strata where clusters are drawn.
    confidence
        In (0, 1).
    """

    sd: float
    response: float = 1.0
    deff: float = 1.0
    population: int | None = None
    mean: float | None = None
    low: float = 1.0
    high: float = 10.0
    df: float | None = None
    confidence: float = 0.95

    def __post_init__(self) -> None:
        for name, value, most in (
            ("sd", self.sd, math.inf),
            ("response", self.response, 1.0),
            ("deff", self.deff, math.inf),
            ("population", math.inf if self.population is None else self.population, math.inf),
            ("df", 1.0 if self.df is None else self.df, math.inf),
        ):
            if not 0 < value <= most:
                limit = f" and at most {most:g}" if most < math.inf else ""
                raise ValueError(f"{name} must be above 0{limit}, got {value}")
        if not 0 < self.confidence < 1:
            raise ValueError(f"confidence must be between 0 and 1, got {self.confidence}")
        if self.mean is not None:
            self._refuse_impossible(self.mean)

    def _refuse_impossible(self, mean: float) -> None:
        if not self.low < mean < self.high:
            raise ValueError(f"mean must be between {self.low:g} and {self.high:g}, got {mean}")
        most = math.sqrt((mean - self.low) * (self.high - mean))
        if self.sd > most:
            raise ValueError(
                f"sd must be at most {most:.2f} for a mean of {mean:g} "
                f"on {self.low:g} to {self.high:g}, got {self.sd}"
            )


def expected_margin(invited: int, spread: Spread) -> ExpectedMargin:
    """Compute the margin that asking `invited` dwellings is expected to give.

    ``SE = sd sqrt(deff (1 - n / N) / n)`` with n = invited · response; Cochran (1977), Sampling
    Techniques, §2.6 and §4.6; Kish (1965), Survey Sampling, §8.2. The plain interval is
    ``mean ± t(df) SE``, R: ``qt(0.975, n - 1) * sd * sqrt(deff * (1 - n / N) / n)``. The logit-t
    is that of p = (mean - low) / (high - low): ``expit(logit p ± t(df) SE / ((high - low) p
    (1 - p)))``, R: ``svyciprop(method = "logit")``. Its prior answer of variance is the expected
    sd itself and changes nothing here.

    Raises
    ------
    ValueError
        If `invited` is below 0 or above the population.
    """
    if invited < 0:
        raise ValueError(f"invited must be 0 or more, got {invited}")
    if spread.population is not None and invited > spread.population:
        raise ValueError(
            f"invited must be at most the {spread.population} dwellings, got {invited}"
        )
    n = invited * spread.response
    df = n - 1 if spread.df is None else spread.df
    if n < 2:
        reason = f"{n:g} answers are expected, a margin needs 2"
        return ExpectedMargin(
            invited=invited, answers=n, df=max(df, 0.0), flag=Flag.NO_MARGIN, reason=reason
        )
    f = 0.0 if spread.population is None else n / spread.population
    se = spread.sd * math.sqrt(spread.deff * max(1 - f, 0.0) / n)
    low, high, half = _interval(se, df, spread)
    return ExpectedMargin(
        invited=invited, answers=n, se=se, df=df, half_width=half, low=low, high=high
    )


def needed_sample(half_width: float, spread: Spread) -> NeededSample:
    """Find the fewest dwellings to ask for a margin of ± `half_width` or less.

    The margin narrows with every dwelling, so halving finds the smallest whole number. Without a
    population and by the normal distribution this is ``deff (z sd / half_width)²``, Cochran (1977),
    Sampling Techniques, §4.6; t on n − 1 needs a few more.

    Parameters
    ----------
    half_width
        In units of the answer, above 0.

    Raises
    ------
    ValueError
        If `half_width` is not above 0.
    """
    if not half_width > 0:
        raise ValueError(f"half_width must be above 0, got {half_width}")

    def enough(invited: int) -> bool:
        found = expected_margin(invited, spread).half_width
        return found is not None and found <= half_width

    most = MOST if spread.population is None else spread.population
    if not enough(most):
        return NeededSample(
            invited=None,
            margin=None if spread.population is None else expected_margin(most, spread),
            flag=Flag.NO_MARGIN,
            reason=f"asking all {most} dwellings gives no margin of ±{half_width:g}",
        )
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return NeededSample(invited=high, margin=expected_margin(high, spread))


def _interval(se: float, df: float, spread: Spread) -> tuple[float | None, float | None, float]:
    from scipy.special import expit, logit, stdtrit

    reach = float(stdtrit(df, (1 + spread.confidence) / 2)) * se
    if spread.mean is None:
        return None, None, reach
    width = spread.high - spread.low
    p = (spread.mean - spread.low) / width
    step = reach / (width * p * (1 - p))
    low, high = (spread.low + width * float(expit(logit(p) + s)) for s in (-step, step))
    return low, high, (high - low) / 2
