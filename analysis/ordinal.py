"""Proportional odds for ordered answers, with design-based standard errors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from analysis.model_frame import INTERCEPT
from analysis.model_results import ModelFit
from analysis.ordinal_likelihood import (
    information_by_differences,
    maximise,
    score_and_information,
)
from analysis.regression import complete_cells, model_fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.sample import Sample


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
    theta, likelihood, gradient = maximise(x_in, place, share, slopes, len(levels))
    score, inverse = _score_and_inverse(theta, x_in, place, share, hessian=hessian)
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


def _score_and_inverse(
    theta: NDArray[np.float64],
    x: NDArray[np.float64],
    place: NDArray[np.intp],
    share: NDArray[np.float64],
    *,
    hessian: Literal["exact", "svyolr"],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the score of one answer of each row, and the inverse of the information."""
    score, information = score_and_information(theta, x, place, share)
    if hessian == "svyolr":
        information = information_by_differences(theta, x, place, share)
    size = np.sqrt(np.outer(np.diag(information), np.diag(information)))
    return score, np.linalg.inv(information / size) / size


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
