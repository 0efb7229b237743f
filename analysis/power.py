"""Power: which change between two waves a plan can show, and how many answers a change needs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.display import Readable
from analysis.planning import MOST
from analysis.results import Flag
from analysis.wave_pair import WavePair

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, repr=False, slots=True, kw_only=True)
class DetectableChange(Readable):
    """The smallest change that a test will show with the wanted chance.

    Attributes
    ----------
    value
        In units of the answer, above 0; None where the standard error is 0.
    se, df
        Of the change.
    alpha
        Level of each test, after division by the number of tests.
    power
        Wanted chance, in (0, 1).
    """

    value: float | None = None
    se: float
    df: float
    alpha: float
    power: float
    flag: Flag = Flag.OK
    reason: str = ""


@dataclass(frozen=True, repr=False, slots=True, kw_only=True)
class NeededAnswers(Readable):
    """Answers in each wave that a change needs.

    Attributes
    ----------
    exact
        Real-valued solution, as R's ``power.t.test`` gives it; None where out of reach.
    answers
        The same, rounded up.
    """

    exact: float | None = None
    answers: int | None = None
    flag: Flag = Flag.OK
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerPoint:
    """One point of a power curve: the chance, in [0, 1], to show a change of `difference`."""

    difference: float
    power: float


def power(
    difference: float,
    waves: WavePair,
    *,
    alpha: float = 0.05,
    tests: int = 1,
    both_tails: bool = False,
) -> float:
    """Compute the chance that a two-sided t test shows a true change.

    ``P(T > t(df, 1 - alpha / 2))``, T noncentral t with df and ``|difference| / SE``. Cohen (1988),
    Statistical Power Analysis, §2.2, doi:10.4324/9780203771587. R: ``power.t.test``; with
    `both_tails` its ``strict = TRUE`` and statsmodels' ``TTestIndPower().power``, which add the
    chance of a significant change in the wrong direction.

    Parameters
    ----------
    difference
        True change, in units of the answer.
    alpha
        Level, in (0, 1); divided by `tests`, the number of areas that are tested (Bonferroni, a
        cautious stand-in for Holm).

    Raises
    ------
    ValueError
        If `alpha` or `tests` is out of its range.
    """
    from scipy.special import stdtrit

    level = _level(alpha, tests)
    if waves.se == 0:
        return 1.0 if difference else 0.0
    df, centre = waves.df, abs(difference) / waves.se
    edge = float(stdtrit(df, 1 - level / 2))
    right = 1 - _noncentral_t(edge, df, centre)
    wrong = _noncentral_t(-edge, df, centre) if both_tails else 0.0
    return min(max(right + wrong, 0.0), 1.0)


def power_curve(
    differences: Sequence[float], waves: WavePair, *, alpha: float = 0.05, tests: int = 1
) -> tuple[PowerPoint, ...]:
    """Compute `power` over a series of changes, in the order given."""
    return tuple(
        PowerPoint(difference=d, power=power(d, waves, alpha=alpha, tests=tests))
        for d in differences
    )


def detectable_change(
    waves: WavePair, *, alpha: float = 0.05, tests: int = 1, chance: float = 0.8
) -> DetectableChange:
    """Find the smallest true change that is shown with the wanted chance.

    The difference at which `power` is `chance`. R: ``power.t.test(n =, sd =, power =)$delta``.

    Raises
    ------
    ValueError
        If `alpha` or `tests` is out of its range, or `chance` is not between `alpha` and 1.
    """
    level = _level(alpha, tests)
    _refuse_chance(chance, alpha)
    found = DetectableChange(se=waves.se, df=waves.df, alpha=level, power=chance)
    if waves.se == 0:
        reason = "the change is known without error: any change shows"
        return replace(found, flag=Flag.NO_MARGIN, reason=reason)

    def short(difference: float) -> bool:
        return power(difference, waves, alpha=alpha, tests=tests) < chance

    return replace(found, value=_turn(short, waves.se))


def answers_for_change(
    difference: float,
    *,
    sd: float,
    overlap: float = 0.0,
    correlation: float = 0.0,
    deff: float = 1.0,
    population: int | None = None,
    alpha: float = 0.05,
    tests: int = 1,
    chance: float = 0.8,
) -> NeededAnswers:
    """Find the answers per wave, equal in both, that show a change with the wanted chance.

    R: ``power.t.test(delta =, sd =, power =)$n``.

    Parameters
    ----------
    difference
        True change, in units of the answer; not 0.
    overlap
        Share of a wave's respondents who are in both, in [0, 1].

    Raises
    ------
    ValueError
        If an option is out of its range.
    """
    if not difference:
        raise ValueError(f"difference must not be 0, got {difference}")
    if not 0 <= overlap <= 1:
        raise ValueError(f"overlap must be a share between 0 and 1, got {overlap}")
    _refuse_chance(chance, alpha)

    def short(n: float) -> bool:
        waves = WavePair(
            answers=(n, n),
            sd=(sd, sd),
            overlap=overlap * n,
            correlation=correlation,
            deff=deff,
            population=population,
        )
        return power(difference, waves, alpha=alpha, tests=tests) < chance

    most = MOST if population is None else population / (2 - overlap)
    if most < 2 or short(most):
        reason = f"even {most:.0f} answers in each wave do not show a change of {difference:g}"
        return NeededAnswers(flag=Flag.NO_MARGIN, reason=reason)
    exact = 2.0 if not short(2.0) else min(_turn(short, 2.0, most=most), most)
    return NeededAnswers(exact=exact, answers=math.ceil(exact - 1e-9))


def _noncentral_t(t: float, df: float, centre: float) -> float:
    """Give P(T <= t). R: ``pt(t, df, centre)``; by the normal distribution where that fails.

    Abramowitz & Stegun (1964), Handbook of Mathematical Functions, 26.7.10.
    """
    from scipy.special import nctdtr, ndtr

    found = float(nctdtr(df, centre, t))
    if math.isnan(found):
        found = (t * (1 - 1 / (4 * df)) - centre) / math.sqrt(1 + t**2 / (2 * df))
        return float(ndtr(found))
    return found


def _level(alpha: float, tests: int) -> float:
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must be between 0 and 1, got {alpha}")
    if tests < 1:
        raise ValueError(f"tests must be at least 1, got {tests}")
    return alpha / tests


def _refuse_chance(chance: float, alpha: float) -> None:
    if not alpha < chance < 1:
        raise ValueError(f"chance must be between alpha ({alpha:g}) and 1, got {chance}")


def _turn(short: Callable[[float], bool], start: float, *, most: float = math.inf) -> float:
    """Give the value from which on `short` is False, by doubling and then halving."""
    low, high = 0.0 if math.isinf(most) else start, start
    while short(high):
        low, high = high, min(2 * high, most)
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if short(middle) else (low, middle)
    return high
