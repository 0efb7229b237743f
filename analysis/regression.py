"""Linear and logistic regression with design-based standard errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.model_frame import INTERCEPT, refuse_collinear
from analysis.model_results import ModelFit, margins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.sample import Sample

_MOST_STEPS = 60
_FLAT = 1e-8
"""An information below this share of what the data could tell means that it is still falling."""


def fit_linear(
    y: NDArray[np.float64],
    x: NDArray[np.float64],
    names: Sequence[str],
    weight: NDArray[np.float64],
    sample: Sample,
    *,
    confidence: float = 0.95,
) -> ModelFit:
    """Fit ``E(y) = x b`` by weighted least squares, with the sandwich of the sampling design.

    b solves sum(w n x (y - x b)) = 0; its linearised value of one answer is
    A⁻¹ x w (y - x b) with A = sum(w n x x'): Binder (1983), Int. Stat. Rev. 51, §4,
    doi:10.2307/1402588. R: ``svyglm(y ~ x, design)``. Cells with a missing value, or without
    answers, stay in the sample with a linearised value of 0.

    Parameters
    ----------
    y
        Shape (c,); NaN where missing.
    x
        Shape (c, p), intercept included; NaN where missing.
    weight
        Shape (c,): of one answer, above 0.
    sample
        The design of the same cells.
    confidence
        Coverage of the intervals, between 0 and 1.

    Raises
    ------
    ValueError
        If shapes disagree, a weight is not above 0, no answer is complete, or a column of `x` is
        told by the others.
    """
    complete = complete_cells(y, x, names, weight, sample)
    mass = (weight * sample.n)[complete]
    inverse, b = least_squares(x[complete], y[complete], mass)
    influence = np.zeros(x.shape)
    residual = y[complete] - x[complete] @ b
    influence[complete] = (weight[complete] * residual)[:, None] * x[complete] @ inverse
    return model_fit(
        "linear regression",
        names,
        b,
        influence,
        complete,
        sample,
        spent=len(names),
        confidence=confidence,
    )


def fit_logistic(
    y: NDArray[np.float64],
    x: NDArray[np.float64],
    names: Sequence[str],
    weight: NDArray[np.float64],
    sample: Sample,
    *,
    confidence: float = 0.95,
) -> ModelFit:
    """Fit ``logit P(y = 1) = x b`` by weighted maximum likelihood, with the design's sandwich.

    Newton's method, McCullagh & Nelder (1989), Generalized Linear Models, §4.4,
    doi:10.1007/978-1-4899-3242-6; linearised values as in `fit_linear` with
    A = sum(w n mu (1 - mu) x x'). R: ``svyglm(y ~ x, design, family = quasibinomial())``.

    Parameters
    ----------
    y
        Shape (c,): 0 or 1; NaN where missing. The other parameters: `fit_linear`.

    Raises
    ------
    ValueError
        As `fit_linear`; if `y` has another value than 0 or 1, or one of them only; or if some
        combination of columns separates the zeros from the ones: then there is no estimate.
    """
    b, influence, complete = logistic_influence(y, x, names, weight, sample)
    return model_fit(
        "logistic regression",
        names,
        b,
        influence,
        complete,
        sample,
        spent=len(names),
        confidence=confidence,
    )


def logistic_influence(
    y: NDArray[np.float64],
    x: NDArray[np.float64],
    names: Sequence[str],
    weight: NDArray[np.float64],
    sample: Sample,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Give the estimates of `fit_logistic`, (p,), their linearised values, (c, p), and the domain.

    Raises
    ------
    ValueError
        As `fit_logistic`.
    """
    complete = complete_cells(y, x, names, weight, sample)
    _refuse_other_than_two(y[complete])
    mass = (weight * sample.n)[complete]
    b, mu = _maximise(x[complete], y[complete], mass, names)
    inverse, _ = least_squares(x[complete], y[complete], mass * mu * (1 - mu))
    influence = np.zeros(x.shape)
    score = weight[complete] * (y[complete] - mu)
    influence[complete] = score[:, None] * x[complete] @ inverse
    return b, influence, complete


def complete_cells(
    y: NDArray[np.float64],
    x: NDArray[np.float64],
    names: Sequence[str],
    weight: NDArray[np.float64],
    sample: Sample,
) -> NDArray[np.bool_]:
    """Say which cells have answers without a missing value; shape (c,).

    Raises
    ------
    ValueError
        As `fit_linear`.
    """
    cells = len(sample.n)
    for name, found, wanted in (
        ("y", y.shape, (cells,)),
        ("x", x.shape, (cells, len(names))),
        ("weight", weight.shape, (cells,)),
    ):
        if found != wanted:
            raise ValueError(f"{name} must have shape {wanted}, got {found}")
    complete = np.asarray(~np.isnan(y) & ~np.isnan(x).any(axis=1) & (sample.n > 0))
    if not complete.any():
        raise ValueError(f"at least one answer must be complete, got none in {cells} cells")
    used = weight[complete]
    if not (np.isfinite(used) & (used > 0)).all():
        raise ValueError(f"weight must be above 0 for every complete answer, got {used.min()}")
    refuse_collinear(x[complete], names)
    return complete


def least_squares(
    x: NDArray[np.float64], y: NDArray[np.float64], mass: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the inverse of X'WX, shape (p, p), and the weighted least squares b, shape (p,)."""
    q, half = whiten(x, mass)
    return half @ half.T, np.asarray(half @ (q.T @ (mass * y)), dtype=np.float64)


def whiten(
    x: NDArray[np.float64], mass: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give Q = X H with Q'WQ = I, shape (c, p), and H, shape (p, p).

    By QR of the columns scaled to one length: columns of unlike units lose no digits.
    """
    root = np.sqrt(mass)[:, None]
    scale = np.linalg.norm(root * x, axis=0)
    triangle = np.linalg.qr(root * x / scale, mode="r")
    half = np.linalg.solve(triangle, np.eye(len(scale))) / scale[:, None]
    return x @ half, half


def model_fit(
    kind: str,
    names: Sequence[str],
    estimate: NDArray[np.float64],
    influence: NDArray[np.float64],
    complete: NDArray[np.bool_],
    sample: Sample,
    *,
    spent: int,
    confidence: float,
) -> ModelFit:
    """Make the record of a model from the linearised values of its estimates, shape (c, p).

    Parameters
    ----------
    spent
        Degrees of freedom that the columns take, the intercept included.
    """
    df_resid = sample.df(complete) + 1 - spent
    covariance = sample.covariance(influence)
    found = margins(estimate, covariance, np.full(len(names), df_resid), confidence=confidence)
    return ModelFit(
        kind=kind,
        names=tuple(names),
        estimate=estimate,
        covariance=covariance,
        df_resid=df_resid,
        n=int(sample.n[complete].sum()),
        confidence=confidence,
        **vars(found),
    )


def _refuse_other_than_two(y: NDArray[np.float64]) -> None:
    values = np.unique(y)
    if not np.isin(values, (0.0, 1.0)).all():
        raise ValueError(f"y must be 0 or 1, got {values[~np.isin(values, (0.0, 1.0))][0]}")
    if len(values) == 1:
        raise ValueError(f"y must have zeros and ones, got only {values[0]:.0f}")


def _maximise(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    mass: NDArray[np.float64],
    names: Sequence[str],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Newton's method from 0, the step halved while the likelihood falls."""
    from scipy.special import expit

    share = mass / mass.sum()
    q, half = whiten(x, share)

    def height(b: NDArray[np.float64]) -> float:
        logit = q @ b
        return float(share @ (y * logit - np.logaddexp(0, logit)))

    b = np.zeros(x.shape[1])
    for _ in range(_MOST_STEPS):
        mu = expit(q @ b)
        information = q.T @ ((share * mu * (1 - mu))[:, None] * q)
        refuse_separated(information, half * np.abs(x).max(axis=0)[:, None], names)
        step = np.linalg.solve(information, q.T @ (share * (y - mu)))
        before = height(b)
        while height(b + step) < before - 1e-13:
            step = step / 2
        b = b + step
        if np.max(np.abs(q @ step)) < 1e-11:
            break
    return half @ b, np.asarray(expit(q @ b), dtype=np.float64)


def refuse_separated(
    information: NDArray[np.float64], half: NDArray[np.float64], names: Sequence[str]
) -> None:
    """Refuse a likelihood that keeps rising along some direction: its information vanishes there.

    Albert & Anderson (1984), Biometrika 71, §2, doi:10.1093/biomet/71.1.1.

    Parameters
    ----------
    information
        Shape (p, p): in columns of `whiten`, so that chances of one half give I / 4.
    half
        Shape (p, p): those columns in terms of the named ones, each times its largest value.

    Raises
    ------
    ValueError
        If there is such a direction; it names the coefficient that has most of it.
    """
    values, vectors = np.linalg.eigh(information)
    if values[0] < _FLAT:
        reach = np.abs(half @ vectors[:, 0])
        slopes = [place for place, name in enumerate(names) if name != INTERCEPT] or [0]
        name = names[slopes[int(np.argmax(reach[slopes]))]]
        raise ValueError(
            f"the answers must overlap, got some that {name!r} (with the others) separates "
            "completely: merge levels or leave it out"
        )
