"""Series of more than two waves: the slope of a line through them, and where they break."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.intervals import equivalence_test, t_interval, t_test
from analysis.multiple import Adjustment
from analysis.multiple import adjust as adjust_p
from analysis.results import Flag
from analysis.trend_results import Breaks, Linearity, Step, Trend
from analysis.wave_series import read_series

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import ArrayLike, NDArray

    from analysis.wave_series import Series

__all__ = ["Breaks", "Linearity", "Step", "Trend", "breaks", "trend"]

_SINGULAR = 1e-9
"""Smallest eigenvalue of a correlation matrix (their mean is 1) that is still solved."""

_ZERO = 1e-12
"""A standard error up to this share of the mark is rounding."""

_NO_DF = "no degrees of freedom: no stratum has two units with an answer here"


@dataclass(frozen=True, eq=False)
class _Fit:
    """Least squares on whitened columns: coefficients, their plain covariance, departures."""

    beta: NDArray[np.float64]
    covariance: NDArray[np.float64]
    chi2: float
    free: int


def trend(
    values: ArrayLike,
    covariance: ArrayLike,
    times: Sequence[str | float],
    df: int,
    *,
    confidence: float = 0.95,
    equivalence: float | None = None,
    new_method: Collection[str] = (),
) -> Trend:
    """Fit a line to the waves by generalised least squares on their joint covariance V.

    ``b = (X'V⁻¹X)⁻¹ X'V⁻¹y``: what waves share counts once; Grizzle, Starmer & Koch (1969),
    Biometrics 25, 489–504, doi:10.2307/2528901; for samples that overlap, Kalton (2009), in
    Handbook of Statistics 29A, ch. 5, and Steel & McLaren (2009), ibid. 29B, ch. 33. V is itself
    estimated, on `df` degrees of freedom f. With q departures and ``Q = (y - Xb)'V⁻¹(y - Xb)``,

    - ``var(b) = (X'V⁻¹X)⁻¹ · f / (f - q) · (1 + Q / f)``, t on f - q: exact where V is Wishart;
      Rao (1967), Proc. 5th Berkeley Symposium 1, 355–372; Grizzle & Allen (1969), Biometrics 25,
      357–381, doi:10.2307/2528794. The plain (X'V⁻¹X)⁻¹ is too small with few clusters.
    - linearity: ``F = Q (f - q + 1) / (f q)`` on q and f - q + 1 (Hotelling); Korn & Graubard
      (1990), The American Statistician 44, 270–276, doi:10.2307/2684345.

    For f → ∞ it equals R: ``lm`` of L⁻¹y on L⁻¹X, ``V = LL'``, with ``cov.unscaled``.

    Parameters
    ----------
    values, covariance
        Shapes (t,) and (t, t), t at least 3: estimates of one area by wave, earliest first.
    times
        The waves: years as numbers or texts. Other texts are equally spaced, with a note.
    df
        Degrees of freedom of `covariance`: units less strata of the area, over all waves together.
    equivalence
        A slope smaller than this per year is no trend to speak of; None: not tested.
    new_method
        Waves from which another method was used: the line may shift there, the slope stays.

    Raises
    ------
    ValueError
        If shapes disagree, there are fewer than 3 waves, a number is not finite, times do not
        increase, `covariance` is not symmetric, or a wave of `new_method` is not after the first.
    """
    series = read_series(values, covariance, times, new_method)
    if equivalence is not None and not equivalence > 0:
        raise ValueError(f"equivalence must be above 0, got {equivalence}")
    x = series.columns
    free = len(series.times) - x.shape[1]
    reason = _withheld(series, x, df=df, free=free)
    if reason:
        return Trend(unit=series.unit, flag=Flag.NO_MARGIN, reason=reason, notes=series.notes)
    found = _line(series, _fitted(series, x), df, confidence=confidence)
    if equivalence is None or found.slope is None or found.se is None:
        return found
    p = equivalence_test(found.slope, found.se, found.df, margin=equivalence)
    return replace(found, p_equivalence=p)


def breaks(
    values: ArrayLike,
    covariance: ArrayLike,
    times: Sequence[str | float],
    df: int | Sequence[int],
    *,
    adjust: Adjustment = "holm",
    confidence: float = 0.95,
    new_method: Collection[str] = (),
) -> Breaks:
    """Test each change from one wave to the next, and name the waves at which the series breaks.

    The variance of a change is that of the contrast under the joint covariance; R:
    ``svycontrast``; t on `df`; Holm over the changes tested. A change of method is no test.

    Parameters
    ----------
    values, covariance, times, new_method
        As for `trend`.
    df
        Degrees of freedom of each change, over its two waves: t - 1 numbers, or one for all.

    Raises
    ------
    ValueError
        As `trend`, or if there is not one `df` a change.
    """
    series = read_series(values, covariance, times, new_method)
    count = len(series.times) - 1
    degrees = np.atleast_1d(df).tolist()
    degrees = degrees * count if len(degrees) == 1 else degrees
    if len(degrees) != count:
        raise ValueError(f"df must be one number, or {count}: one a change, got {len(degrees)}")
    steps = [
        _change(series, i, own, confidence=confidence) for i, own in enumerate(degrees, start=1)
    ]
    adjusted = iter(adjust_p([step.p for step in steps if step.p is not None], method=adjust))
    decided = tuple(
        step if step.p is None else replace(step, p_adjusted=next(adjusted)) for step in steps
    )
    at = tuple(
        step.after
        for step in decided
        if step.p_adjusted is not None and step.p_adjusted < 1 - confidence
    )
    return Breaks(steps=decided, at=at, notes=series.notes)


def _withheld(series: Series, x: NDArray[np.float64], *, df: int, free: int) -> str:
    """Say why there is no trend; empty where there is one."""
    if df < 1:
        return _NO_DF
    flat = _without_spread(series)
    if flat:
        return f"the variance of wave {flat[0]} is 0: its spread cannot be estimated"
    if float(np.linalg.eigvalsh(_correlation(series)).min()) <= _SINGULAR:
        return "the joint covariance of the waves is singular: one follows from the others"
    if np.linalg.matrix_rank(x) < x.shape[1]:
        return "the changes of method leave no two waves to tell the slope by"
    if df - free < 1:
        return f"{df} degrees of freedom cannot weigh {len(series.times)} waves, {free + 1} can"
    return ""


def _without_spread(series: Series) -> list[str]:
    least = _ZERO * np.maximum(np.abs(series.values), 1)
    none = np.sqrt(np.diag(series.covariance)) <= least
    return [name for name, flat in zip(series.names, none.tolist(), strict=True) if flat]


def _correlation(series: Series) -> NDArray[np.float64]:
    se = np.sqrt(np.diag(series.covariance))
    found: NDArray[np.float64] = series.covariance / np.outer(se, se)
    return found


def _fitted(series: Series, x: NDArray[np.float64]) -> _Fit:
    se = np.sqrt(np.diag(series.covariance))
    root = np.linalg.cholesky(_correlation(series))
    white = np.linalg.solve(root, np.column_stack([x, series.values]) / se[:, None])
    q, r = np.linalg.qr(white[:, :-1])
    inverse = np.linalg.inv(r)
    beta = inverse @ (q.T @ white[:, -1])
    rest = white[:, -1] - white[:, :-1] @ beta
    return _Fit(beta, inverse @ inverse.T, float(rest @ rest), len(x) - x.shape[1])


def _line(series: Series, fit: _Fit, df: int, *, confidence: float) -> Trend:
    free = df - fit.free
    se = np.sqrt(np.diag(fit.covariance) * (df / free) * (1 + fit.chi2 / df))
    slope, slope_se = float(fit.beta[1]) / series.span, float(se[1]) / series.span
    low, high = t_interval(slope, slope_se, free, confidence=confidence)
    return Trend(
        slope=slope,
        se=slope_se,
        low=low,
        high=high,
        unit=series.unit,
        df=free,
        p=t_test(slope, slope_se, free),
        linearity=_linearity(fit, df),
        shifts=_shifts(series, fit.beta, se, free, confidence=confidence),
        line=tuple((series.columns @ fit.beta).tolist()),
        notes=series.notes,
    )


def _linearity(fit: _Fit, df: int) -> Linearity | None:
    from scipy.special import fdtrc

    if not fit.free:
        return None
    error = df - fit.free + 1
    f = fit.chi2 * error / (df * fit.free)
    p = float(fdtrc(fit.free, error, f))
    return Linearity(chi2=fit.chi2, f=f, df=fit.free, df_error=error, p=p)


def _shifts(
    series: Series,
    beta: NDArray[np.float64],
    se: NDArray[np.float64],
    df: int,
    *,
    confidence: float,
) -> tuple[Step, ...]:
    found = zip(series.new_method, beta[2:].tolist(), se[2:].tolist(), strict=True)
    return tuple(
        _margin(series.step(i, value, df), error, confidence=confidence)
        for i, value, error in found
    )


def _change(series: Series, i: int, df: int, *, confidence: float) -> Step:
    """Give the change to wave i; without a test where the method changed too."""
    v = series.covariance
    se = math.sqrt(max(float(v[i, i] + v[i - 1, i - 1] - 2 * v[i, i - 1]), 0.0))
    step = series.step(i, float(series.values[i] - series.values[i - 1]), df)
    if df < 1:
        return replace(step, flag=Flag.NO_MARGIN, reason=_NO_DF)
    if se <= _ZERO * max(abs(series.values[i]), 1):
        reason = "the variance of the change is 0: its spread cannot be estimated"
        return replace(step, flag=Flag.NO_MARGIN, reason=reason)
    found = _margin(step, se, confidence=confidence)
    if i not in series.new_method:
        return found
    reason = f"another method from wave {step.after}: the change is also that of the method"
    return replace(found, p=None, flag=Flag.NO_TEST, reason=reason)


def _margin(step: Step, se: float, *, confidence: float) -> Step:
    low, high = t_interval(step.value, se, step.df, confidence=confidence)
    return replace(step, se=se, low=low, high=high, p=t_test(step.value, se, step.df))
