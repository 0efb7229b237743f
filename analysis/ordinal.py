"""Proportional odds for ordered answers, with design-based standard errors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from analysis.linear_model import complete_cells, model_fit, refuse_separated, whiten
from analysis.model_frame import INTERCEPT
from analysis.model_results import ModelFit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.sample import Sample

_MOST_STEPS = 100
_GRADIENT = 1e-13
"""The gradient of the mean log-likelihood at which the search stops, columns scaled to length 1."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class OrdinalFit(ModelFit):
    """A proportional odds model: slopes, then thresholds: ``coef(m, intercepts = TRUE)`` of R.

    Attributes
    ----------
    levels
        The K ordered levels.
    slopes
        How many of the coefficients are slopes; the other K - 1 are thresholds.
    log_likelihood
        Weighted, the weights scaled to a mean of 1 over the complete answers. R: ``-deviance / 2``.
    gradient
        Largest absolute gradient of the mean log-likelihood where the search stopped.
    """

    levels: tuple[str, ...]
    slopes: int
    log_likelihood: float
    gradient: float

    @property
    def slope(self) -> NDArray[np.float64]:
        """The slopes b."""
        return self.estimate[: self.slopes]

    @property
    def thresholds(self) -> NDArray[np.float64]:
        """The thresholds zeta, rising."""
        return self.estimate[self.slopes :]


def fit_ordinal(
    y: NDArray[np.float64],
    x: NDArray[np.float64],
    names: Sequence[str],
    weight: NDArray[np.float64],
    sample: Sample,
    *,
    levels: Sequence[str],
    hessian: Literal["exact", "svyolr"] = "exact",
    confidence: float = 0.95,
) -> OrdinalFit:
    """Fit ``logit P(Y <= k) = zeta_k - x b`` by weighted maximum likelihood.

    McCullagh (1980), J. R. Stat. Soc. B 42, §2, doi:10.1111/j.2517-6161.1980.tb01109.x, by
    Newton's method. The covariance is the sandwich of the design: the linearised value of one
    answer is A⁻¹ w u, with u its score in (b, zeta) and A the observed information, the sum of
    -w du/d(b, zeta); Binder (1983), Int. Stat. Rev. 51, §4, doi:10.2307/1402588. Answers with a
    missing value stay in the sample with a linearised value of 0. R: ``svyolr(y ~ x, design)``,
    whose estimates stop some 1e-5 earlier.

    Tests are on units less strata less slopes, as those of a logistic model with as many columns.

    Parameters
    ----------
    y
        Shape (c,): place of the answer among `levels`, 0..K-1; NaN where missing.
    x
        Shape (c, p); a column named ``(Intercept)`` is left out, the thresholds take its place.
    weight
        Shape (c,): of one answer, above 0.
    levels
        Labels from low to high, at least two.
    hessian
        ``exact``: A by its formula. ``svyolr``: A as R has it, by differences of the gradient 0.001
        each way in b, the first threshold and the logarithms of the gaps between thresholds. That
        error grows with the square of the unit of `x` (4e-4 of a standard error for a percentage)
        and is no property of the method: for comparison with R only.

    Raises
    ------
    ValueError
        As `fit_linear`; if `hessian` is neither, a level has no complete answer, or some
        combination of columns separates low answers from high ones.
    """
    if hessian not in {"exact", "svyolr"}:
        raise ValueError(f"hessian must be 'exact' or 'svyolr', got {hessian!r}")
    with_one = np.column_stack([np.ones(len(y)), x[:, [n != INTERCEPT for n in names]]])
    slopes = [name for name in names if name != INTERCEPT]
    complete = complete_cells(y, with_one, [INTERCEPT, *slopes], weight, sample)
    place = _places(y[complete], levels)
    x_in = with_one[complete, 1:]
    share = (weight * sample.n)[complete]
    share = share / share.sum()
    theta, likelihood, gradient = _maximise(x_in, place, share, slopes, len(levels))
    score, information = score_and_information(theta, x_in, place, share)
    if hessian == "svyolr":
        information = _by_differences(theta, x_in, place, share)
    size = np.sqrt(np.outer(np.diag(information), np.diag(information)))
    inverse = np.linalg.inv(information / size) / size
    influence = np.zeros((len(y), len(theta)))
    mass = weight[complete] / (weight * sample.n)[complete].sum()
    influence[complete] = mass[:, None] * score @ inverse
    terms = [*slopes, *(f"{a}|{b}" for a, b in pairwise(levels))]
    fit = model_fit(
        "proportional odds",
        terms,
        theta,
        influence,
        complete,
        sample,
        spent=len(slopes) + 1,
        confidence=confidence,
    )
    return OrdinalFit(
        **vars(fit),
        levels=tuple(levels),
        slopes=len(slopes),
        log_likelihood=likelihood * fit.n,
        gradient=gradient,
    )


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


def _by_differences(
    theta: NDArray[np.float64],
    x: NDArray[np.float64],
    place: NDArray[np.intp],
    share: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give the information of (b, zeta) by differences in R's parameters, ``optim(hessian=TRUE)``.

    Those are b, zeta_1 and log(zeta_k - zeta_k-1).
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


def _maximise(
    x: NDArray[np.float64],
    place: NDArray[np.intp],
    share: NDArray[np.float64],
    names: Sequence[str],
    levels: int,
) -> tuple[NDArray[np.float64], float, float]:
    """Newton's method on standardised columns, the step halved while the likelihood falls.

    The log-likelihood is concave: Pratt (1981), J. Am. Stat. Assoc. 76, doi:10.2307/2287052.
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


def _places(y: NDArray[np.float64], levels: Sequence[str]) -> NDArray[np.intp]:
    if len(levels) < 2:
        raise ValueError(f"levels must be two or more, got {list(levels)}")
    known = np.isin(y, np.arange(len(levels)))
    if not known.all():
        raise ValueError(
            f"y must be the place of a level, 0 to {len(levels) - 1}, got {y[~known][0]}"
        )
    place = y.astype(np.intp)
    empty = np.flatnonzero(np.bincount(place, minlength=len(levels)) == 0)
    if len(empty):
        names = ", ".join(repr(levels[k]) for k in empty.tolist())
        raise ValueError(f"every level must have a complete answer, got none in {names}: merge it")
    return place
