"""The likelihood of proportional odds: its score, its information, and the search for its top."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.model_frame import INTERCEPT
from analysis.regression import refuse_separated, whiten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_MOST_STEPS = 100
_GRADIENT = 1e-13
"""The gradient of the mean log-likelihood at which the search stops, columns scaled to length 1."""


def score_and_information(
    theta: NDArray[np.float64],
    x: NDArray[np.float64],
    place: NDArray[np.intp],
    share: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the score of one answer of each row, shape (c, d), and the observed information (d, d).

    With u and l the logits above and below the level of a row, its log-likelihood is
    log(F(u) - F(l)) and u, l are linear in (b, zeta): five derivatives by u and l make both.

    Parameters
    ----------
    theta
        Shape (d,): slopes, then thresholds.
    place
        Shape (c,): level of each row, 0..K-1.
    share
        Shape (c,): weight of each row.
    """
    from scipy.special import expit

    upper, lower = _edges(theta, x, place)
    apart = -np.expm1(lower - upper)
    by_u = np.exp(np.logaddexp(0, lower) - np.logaddexp(0, upper)) / apart
    by_l = -np.exp(np.logaddexp(0, -upper) - np.logaddexp(0, -lower)) / apart
    by_uu = by_u * (1 - 2 * expit(upper)) - by_u**2
    by_ll = by_l * (1 - 2 * expit(lower)) - by_l**2
    by_ul = -by_u * by_l
    of_u = _gradient_of(x, place, len(theta))
    of_l = _gradient_of(x, place - 1, len(theta))
    score = by_u[:, None] * of_u + by_l[:, None] * of_l
    mixed = of_u.T @ ((share * by_ul)[:, None] * of_l)
    information = -(
        of_u.T @ ((share * by_uu)[:, None] * of_u)
        + of_l.T @ ((share * by_ll)[:, None] * of_l)
        + mixed
        + mixed.T
    )
    return score, information


def information_by_differences(
    theta: NDArray[np.float64],
    x: NDArray[np.float64],
    place: NDArray[np.intp],
    share: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give the information of (b, zeta) by differences in R's parameters, ``optim(hessian=TRUE)``.

    Those are b, zeta_1 and log(zeta_k - zeta_k-1). Parameters as of `score_and_information`.
    """
    p = x.shape[1]

    def back(own: NDArray[np.float64]) -> NDArray[np.float64]:
        zeta = np.cumsum(np.concatenate([own[p : p + 1], np.exp(own[p + 1 :])]))
        return np.concatenate([own[:p], zeta])

    def turn(own: NDArray[np.float64]) -> NDArray[np.float64]:
        matrix = np.eye(len(own))
        gaps = np.concatenate([[1.0], np.exp(own[p + 1 :])])
        matrix[p:, p:] = np.tril(np.broadcast_to(gaps, (len(gaps), len(gaps))))
        return matrix

    def gradient(own: NDArray[np.float64]) -> NDArray[np.float64]:
        return turn(own).T @ (share @ score_and_information(back(own), x, place, share)[0])

    own = np.concatenate([theta[: p + 1], np.log(np.diff(theta[p:]))])
    steps = 1e-3 * np.eye(len(own))
    rows = np.array([gradient(own - step) - gradient(own + step) for step in steps]) / 2e-3
    away = np.linalg.inv(turn(own))
    return np.asarray(away.T @ ((rows + rows.T) / 2) @ away, dtype=np.float64)


def _edges(
    theta: NDArray[np.float64], x: NDArray[np.float64], place: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    p = x.shape[1]
    zeta = np.concatenate([[-np.inf], theta[p:], [np.inf]])
    logit = x @ theta[:p]
    return zeta[place + 1] - logit, zeta[place] - logit


def _gradient_of(
    x: NDArray[np.float64], threshold: NDArray[np.intp], size: int
) -> NDArray[np.float64]:
    """Give the gradient of zeta_threshold - x b; the outermost thresholds do not move."""
    p = x.shape[1]
    gradient = np.zeros((len(x), size))
    gradient[:, :p] = -x
    moves = (threshold >= 0) & (threshold < size - p)
    gradient[np.flatnonzero(moves), p + threshold[moves]] = 1
    return gradient


def _mean_log_likelihood(
    theta: NDArray[np.float64],
    x: NDArray[np.float64],
    place: NDArray[np.intp],
    share: NDArray[np.float64],
) -> float:
    """log(F(u) - F(l)) = log F(u) + log F(-l) + log(1 - exp(l - u)), which loses no digits."""
    upper, lower = _edges(theta, x, place)
    if not (upper > lower).all():
        return -np.inf
    logs = np.log(-np.expm1(lower - upper)) - np.logaddexp(0, -upper) - np.logaddexp(0, lower)
    return float(share @ logs)


def maximise(
    x: NDArray[np.float64],
    place: NDArray[np.intp],
    share: NDArray[np.float64],
    names: Sequence[str],
    levels: int,
) -> tuple[NDArray[np.float64], float, float]:
    """Find the top of the likelihood: theta, the mean log-likelihood, and its largest gradient.

    Newton's method on standardised columns, the step halved while the likelihood falls. The
    log-likelihood is concave: Pratt (1981), J. Am. Stat. Assoc. 76, doi:10.2307/2287052.

    Parameters
    ----------
    x, place
        As in `score_and_information`.
    share
        Shape (c,): weight of each row, 1 in all.
    names
        The columns of `x`, for messages.

    Raises
    ------
    ValueError
        If some combination of columns separates low answers from high ones.
    """
    centre = share @ x
    spread = np.sqrt(share @ (x - centre) ** 2)
    z = (x - centre) / spread
    below = np.cumsum(np.bincount(place, weights=share, minlength=levels))[:-1]
    theta = np.concatenate([np.zeros(x.shape[1]), np.log(below / (1 - below))])
    height = _mean_log_likelihood(theta, z, place, share)
    for _ in range(_MOST_STEPS):
        score, information = score_and_information(theta, z, place, share)
        gradient = share @ score
        if np.max(np.abs(gradient)) < _GRADIENT:
            break
        _refuse_separated(theta, z, place, share, names)
        step = np.linalg.solve(information, gradient)
        while (new := _mean_log_likelihood(theta + step, z, place, share)) < height - 1e-13:
            step = step / 2
        theta, height = theta + step, new
    if np.max(np.abs(gradient)) > 1e-10:
        raise ValueError(f"the likelihood must have a top, got none in {_MOST_STEPS} steps")
    b = theta[: x.shape[1]] / spread
    largest = float(np.max(np.abs(gradient)))
    return np.concatenate([b, theta[x.shape[1] :] + centre @ b]), height, largest


def _refuse_separated(
    theta: NDArray[np.float64],
    x: NDArray[np.float64],
    place: NDArray[np.intp],
    share: NDArray[np.float64],
    names: Sequence[str],
) -> None:
    """Refuse where the information on x b, that is F(1 - F) at u plus at l, vanishes somewhere."""
    from scipy.special import expit

    curvature = np.zeros(len(x))
    for edge in _edges(theta, x, place):
        curvature += expit(edge) * expit(-edge)
    q, half = whiten(np.column_stack([np.ones(len(x)), x]), share)
    information = q.T @ ((share * curvature)[:, None] * q)
    refuse_separated(information, half, [INTERCEPT, *names])
