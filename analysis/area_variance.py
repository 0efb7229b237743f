"""The variance between areas in the model of Fay and Herriot, by three methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_GRID = 80


@dataclass(frozen=True, eq=False, slots=True)
class Solution:
    """Generalised least squares at one variance between areas.

    Attributes
    ----------
    variance
        A, the variance between areas.
    total
        Shape (m,): A plus the variance of each direct estimate.
    beta, covariance
        Coefficients, shape (p,), and their covariance, shape (p, p).
    residual
        Shape (m,): direct estimate less x'b.
    """

    variance: float
    total: NDArray[np.float64]
    beta: NDArray[np.float64]
    covariance: NDArray[np.float64]
    residual: NDArray[np.float64]


def solve(
    y: NDArray[np.float64], x: NDArray[np.float64], v: NDArray[np.float64], variance: float
) -> Solution:
    """Regress y, shape (m,), on x, shape (m, p), with variances ``variance + v``."""
    total = variance + v
    orthogonal, triangle = np.linalg.qr(x / np.sqrt(total)[:, None])
    inverse = np.linalg.solve(triangle, np.eye(x.shape[1]))
    beta = inverse @ (orthogonal.T @ (y / np.sqrt(total)))
    return Solution(variance, total, beta, inverse @ inverse.T, y - x @ beta)


def area_variance(
    y: NDArray[np.float64],
    x: NDArray[np.float64],
    v: NDArray[np.float64],
    *,
    method: Literal["REML", "ML", "FH"],
) -> float:
    """Estimate A >= 0: the global maximum of the (restricted) likelihood, or the moment equation.

    ``REML``, ``ML``: Rao & Molina (2015), Small Area Estimation, §6.1.2,
    doi:10.1002/9781118735855. The likelihood is scanned over a grid first, because it can have two
    tops and scoring from a start finds either; its derivative is then halved to machine precision
    between the neighbours of the best point. ``FH``: the root of
    ``sum (y - x'b)² / (A + v) = m - p``, Fay & Herriot (1979), JASA 74, §3,
    doi:10.1080/01621459.1979.10482505. R: ``sae::eblupFH(…)$fit$refvar``.

    Returns
    -------
    A in squared units of y; exactly 0 where the estimate is not above 0.
    """
    rank = len(y) - x.shape[1]
    top = float(np.sum(solve(y, x, v, 0.0).residual ** 2) / rank + np.max(v))

    def at(a: float) -> Solution:
        return solve(y, x, v, a)

    if method == "FH":
        return _root(lambda a: _moment(at(a), rank), 0.0, _beyond(at, rank, top))

    restricted = method == "REML"
    grid = [0.0, *np.geomspace(top * 1e-9, top * 1e3, _GRID).tolist()]
    heights = [_likelihood(at(a), restricted=restricted) for a in grid]
    best = int(np.argmax(heights))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, _GRID)]
    return _root(lambda a: _score(at(a), x, restricted=restricted), low, high)


def _likelihood(fit: Solution, *, restricted: bool) -> float:
    value = -0.5 * np.sum(np.log(fit.total) + fit.residual**2 / fit.total)
    if restricted:
        value += 0.5 * np.linalg.slogdet(fit.covariance)[1]
    return float(value)


def _score(fit: Solution, x: NDArray[np.float64], *, restricted: bool) -> float:
    """Derive the (restricted) log-likelihood to A."""
    trace = np.sum(1 / fit.total)
    if restricted:
        trace -= np.trace(fit.covariance @ (x.T / fit.total**2) @ x)
    return float(0.5 * (np.sum((fit.residual / fit.total) ** 2) - trace))


def _moment(fit: Solution, rank: int) -> float:
    return float(np.sum(fit.residual**2 / fit.total)) - rank


def _beyond(at: Callable[[float], Solution], rank: int, start: float) -> float:
    """Give a variance at which the moment equation is negative."""
    while _moment(at(start), rank) > 0:
        start *= 2
    return start


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Halve to where a function turns from above 0 to below; `low` where it is never above."""
    if low == 0 and falling(0.0) <= 0:
        return 0.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return middle
