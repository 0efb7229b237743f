"""Intervals for a share, from its design-based standard error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

ShareMethod: TypeAlias = Literal["logit", "likelihood", "asin", "beta", "wilson", "mean"]

ROUNDING = 1e-12
"""A share nearer to 0 or 1 than this is there."""

_NO_ERROR = 1e-7
"""A standard error below this would be that of 1e13 answers: it is rounding error, and 0."""


@dataclass(frozen=True)
class _Share:
    """A share as if it came from a simple random sample that is just as precise.

    Attributes
    ----------
    size
        Effective number of answers, p (1 - p) / se²; where that says nothing, the answers.
    n
        Answers; 0 where they are not given.
    """

    value: float
    se: float
    df: float
    size: float
    n: int
    confidence: float

    @property
    def t(self) -> float:
        return t_quantile(self.df, confidence=self.confidence)

    @property
    def degenerate(self) -> bool:
        return _degenerate(self.value, self.se)


def share_interval(
    value: float,
    se: float,
    df: float,
    *,
    method: ShareMethod = "logit",
    confidence: float = 0.95,
    n: int | None = None,
) -> tuple[float, float]:
    """Give an interval for a share that contains it and never leaves [0, 1].

    R: ``survey::svyciprop(~y, design, method = method, df = df)``. With t the quantile of
    Student's t on `df` and m = p (1 - p) / se² the effective number of answers:

    ``logit``
        logit p ± t se / (p (1 - p)), mapped back; R: ``xlogit``, which its ``logit`` equals but
        for the last step of its iterations.
    ``likelihood``
        All q with 2 m KL(p, q) ≤ t², KL = p log(p / q) + (1 - p) log((1 - p) / (1 - q)): the
        binomial deviance scaled as by Rao & Scott (1984), Annals of Statistics 12,
        doi:10.1214/aos/1176346391. With `n`, m is times (n - 1) / n: the dispersion R estimates.
        R interpolates the profile on a grid, which moves its ends by up to 2e-5.
    ``asin``
        arcsin √p ± t / (2 √m), mapped back. What passes the end of the arc is the end of the
        scale; R goes round it and back, so that a larger error can give a shorter interval.
    ``beta``
        Clopper & Pearson (1934) on m (qt(a/2, n - 1) / qt(a/2, df))² answers; Korn & Graubard
        (1998), Survey Methodology 24. Needs `n`.
    ``wilson``
        Wilson (1927), JASA 22, doi:10.1080/01621459.1927.10502953, on m answers, with t for z.
    ``mean``
        p ± t se, cut off at 0 and 1 (R does not cut it off).

    At se 0, and at a share of 0 or 1, the standard error does not tell how many answers there
    were: m is then `n`, which must be given, and ``logit`` at 0 or 1, where there is no logit, is
    ``beta``. Only ``mean`` has no width at se 0, with or without `n`.

    Parameters
    ----------
    value
        The share, in [0, 1].
    se
        Its standard error, 0 or more.
    df
        Degrees of freedom, 1 or more; infinite for the normal distribution.
    n
        Answers: rows of the design with an answer; at least 2.

    Raises
    ------
    ValueError
        If a number is out of its range, the method is unknown, or `n` is needed and not given.
    """
    if method not in _METHODS:
        raise ValueError(f"method must be one of {', '.join(_METHODS)}, got {method!r}")
    if not -ROUNDING <= value <= 1 + ROUNDING:
        raise ValueError(f"value must be a share between 0 and 1, got {value}")
    if not (math.isfinite(se) and se >= 0):
        raise ValueError(f"se must be 0 or more, got {se}")
    if n is not None and n < 2:
        raise ValueError(f"n must be at least 2, got {n}")
    if n is None and (method == "beta" or (method != "mean" and _degenerate(value, se))):
        raise ValueError(f"method {method!r} needs n, the number of answers, at {value} ± {se}")
    p = min(max(value, 0.0), 1.0)
    # Divided twice: the square of a small se would be 0.
    size = float(n or 0) if _degenerate(value, se) else p * (1 - p) / se / se
    low, high = _METHODS[method](_Share(p, se, df, size, n or 0, confidence))
    # The value itself is inside by definition; the way there and back may round past it.
    return max(min(low, p), 0.0), min(max(high, p), 1.0)


def t_quantile(df: float, *, confidence: float) -> float:
    """Give the quantile of Student's t for a two-sided interval. R: ``qt((1 + conf) / 2, df)``.

    Raises
    ------
    ValueError
        If `df` is below 1 or `confidence` is not between 0 and 1.
    """
    from scipy.special import stdtrit

    if not df >= 1:
        raise ValueError(f"df must be at least 1, got {df}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    return float(stdtrit(df, (1 + confidence) / 2))


def _degenerate(value: float, se: float) -> bool:
    return min(value, 1 - value) < ROUNDING or se < _NO_ERROR


def _mean(share: _Share) -> tuple[float, float]:
    half = share.t * share.se
    return share.value - half, share.value + half


def _logit(share: _Share) -> tuple[float, float]:
    from scipy.special import expit

    p = share.value
    if min(p, 1 - p) < ROUNDING:
        return _beta(share)
    # t se / (p (1 - p)), written with m. scipy's expit reaches 0 and 1 without overflow.
    half = share.t / math.sqrt(share.size * p * (1 - p))
    centre = math.log(p) - math.log1p(-p)
    return float(expit(centre - half)), float(expit(centre + half))


def _asin(share: _Share) -> tuple[float, float]:
    centre, half = math.asin(math.sqrt(share.value)), share.t / (2 * math.sqrt(share.size))
    low, high = max(centre - half, 0.0), min(centre + half, math.pi / 2)
    return math.sin(low) ** 2, math.sin(high) ** 2


def _wilson(share: _Share) -> tuple[float, float]:
    p, m, t2 = share.value, share.size, share.t**2
    # Times m: a small effective size then overflows nothing.
    half = share.t * math.sqrt(m * p * (1 - p) + t2 / 4)
    return (m * p + t2 / 2 - half) / (m + t2), (m * p + t2 / 2 + half) / (m + t2)


def _beta(share: _Share) -> tuple[float, float]:
    from scipy.special import betaincinv

    free = t_quantile(share.n - 1, confidence=share.confidence)
    size = share.size * (free / share.t) ** 2
    yes, no, tail = size * share.value, size * (1 - share.value), (1 - share.confidence) / 2
    low = float(betaincinv(yes, no + 1, tail)) if yes > 0 else 0.0
    high = float(betaincinv(yes + 1, no, 1 - tail)) if no > 0 else 1.0
    return low, high


def _likelihood(share: _Share) -> tuple[float, float]:
    dispersion = share.n / (share.n - 1) if share.n and not share.degenerate else 1.0
    limit = share.t**2 * dispersion / (2 * share.size)
    return _below(share.value, limit), 1 - _below(1 - share.value, limit)


def _below(p: float, limit: float) -> float:
    """Solve KL(p, q) = limit for q < p, by Newton's method on x = logit q.

    KL is convex in x. From a start beyond the root the steps go one way, towards it, and end where
    rounding turns one round.
    """
    if p < ROUNDING:
        return 0.0
    if 1 - p < ROUNDING:
        return math.exp(-limit)
    entropy = -p * math.log(p) - (1 - p) * math.log1p(-p)
    x = -(limit + entropy) / p
    while True:
        # p log(1 + 1/e^x) + (1 - p) log(1 + e^x), with no e to a positive power.
        small = math.exp(-abs(x))
        excess = math.log1p(small) + (p * -x if x < 0 else (1 - p) * x) - entropy - limit
        q = 1 / (1 + small) if x >= 0 else small / (1 + small)
        if excess <= 0 or q >= p or x + excess / (p - q) <= x:
            return q
        x += excess / (p - q)


_METHODS: dict[str, Callable[[_Share], tuple[float, float]]] = {
    "logit": _logit,
    "likelihood": _likelihood,
    "asin": _asin,
    "beta": _beta,
    "wilson": _wilson,
    "mean": _mean,
}
