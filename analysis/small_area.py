"""Small areas: direct estimates that borrow strength from a model, always labelled as such."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.area_variance import area_variance, solve
from analysis.results import Flag
from analysis.small_area_results import Basis, Coefficient, SmallArea, SmallAreas

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.area_variance import Solution
    from analysis.small_area_results import FitMethod


def fay_herriot(
    direct: Sequence[float | None],
    se: Sequence[float | None],
    covariates: Mapping[str, Sequence[float]],
    *,
    areas: Sequence[str],
    intercept: bool = True,
    method: FitMethod = "REML",
) -> SmallAreas:
    """Estimate area means by the empirical best linear unbiased predictor of Fay and Herriot.

    ``direct_i = x_i'b + u_i + e_i`` with var(u) = A unknown and var(e_i) = se_i² taken as known.
    Fay & Herriot (1979), JASA 74, §3, doi:10.1080/01621459.1979.10482505. The error:
    ``MSE = g1 + g2 + 2 g3`` (REML), less ``b_A · (1 - gamma)²`` for ML and FH, where b_A is the
    bias of the estimate of A: Prasad & Rao (1990), JASA 85, §5, doi:10.1080/01621459.1990.10475320;
    Datta & Lahiri (2000), Statistica Sinica 10, §3; Rao & Molina (2015), Small Area Estimation,
    §6.2, doi:10.1002/9781118735855. R: ``sae::eblupFH``, ``sae::mseFH``. An area outside the fit
    gets the limit of the same formulas for se → ∞: the synthetic x'b with error
    ``A + x' var(b) x``.

    Parameters
    ----------
    direct, se
        One number an area; None where there are no answers, or no margin (df 0, all answers the
        same): the area is then outside the fit. A standard error on very few degrees of freedom
        is itself unreliable: leave it out too, or use `smoothed_variances`.
    covariates
        Known for all areas, by name: the register, never the survey.
    method
        ``REML`` (default), ``ML``, or ``FH`` for the moment estimate of the paper.

    Raises
    ------
    ValueError
        If lengths disagree, a number is not finite, a standard error is not above 0, or the
        covariates of the fitted areas are linearly dependent.
    """
    if method not in {"REML", "ML", "FH"}:
        raise ValueError(f"method must be 'REML', 'ML' or 'FH', got {method!r}")
    y, v = _known(direct, se, areas)
    x, names = _matrix(covariates, areas, intercept=intercept)
    inside = np.isfinite(v)
    needed = x.shape[1] + 1
    if inside.sum() < needed:
        return _without_fit(areas, direct, se, method, fitted=int(inside.sum()), needed=needed)
    _refuse_dependent(x[inside], names)
    a = area_variance(y[inside], x[inside], v[inside], method=method)
    fit = solve(y[inside], x[inside], v[inside], a)
    rows = _rows(areas, y, v, x, fit, bias=_bias(fit, x[inside], method), method=method)
    spread = np.sqrt(np.diag(fit.covariance))
    return SmallAreas(
        rows=rows,
        method=method,
        model_variance=a,
        clamped=a == 0,
        coefficients=tuple(
            Coefficient(name=name, value=float(b), se=float(s))
            for name, b, s in zip(names, fit.beta, spread, strict=True)
        ),
        log_likelihood=float(
            -0.5 * np.sum(np.log(2 * np.pi * fit.total) + fit.residual**2 / fit.total)
        ),
        fitted=int(inside.sum()),
        notes=_notes(clamped=a == 0, outside=int((~inside).sum())),
    )


def smoothed_variances(
    se: Sequence[float | None], answers: Sequence[int]
) -> tuple[float | None, ...]:
    """Give each area the variance that an area of its size has on average.

    ``v_i = mean(n v) / n_i``, the mean over areas that have a margin: a generalised variance
    function with one parameter; Wolter (2007), Introduction to Variance Estimation, §7.2,
    doi:10.1007/978-0-387-35099-8. An area's own variance on few answers moves the weights of
    `fay_herriot` at random; this one does not.

    Returns
    -------
    Variances, in squared units; None for an area without answers.

    Raises
    ------
    ValueError
        If lengths disagree, no area has a standard error, or one is not above 0.
    """
    labels = [f"row {i}" for i in range(1, len(answers) + 1)]
    _, v = _known([None if s is None else 0.0 for s in se], se, labels)
    n = np.asarray(answers, dtype=float)
    inside = np.isfinite(v) & (n > 0)
    if not inside.any():
        raise ValueError("se must have a standard error of at least one area, got none")
    unit = float(np.mean(v[inside] * n[inside]))
    return tuple(unit / count if count > 0 else None for count in n.tolist())


def _known(
    direct: Sequence[float | None], se: Sequence[float | None], areas: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give estimates and variances; the variance is infinite outside the fit."""
    for name, column in (("direct", direct), ("se", se)):
        if len(column) != len(areas):
            raise ValueError(
                f"{name} must have {len(areas)} numbers, one an area, got {len(column)}"
            )
    for area, estimate, error in zip(areas, direct, se, strict=True):
        if estimate is not None and not np.isfinite(estimate):
            raise ValueError(f"direct of {area!r} must be a number or None, got {estimate}")
        if error is not None and not (np.isfinite(error) and error > 0):
            raise ValueError(f"se of {area!r} must be above 0, or None without one, got {error}")
    y = np.array([np.nan if value is None else value for value in direct])
    v = np.array([np.inf if error is None else error**2 for error in se])
    return y, np.where(np.isfinite(y), v, np.inf)


def _matrix(
    covariates: Mapping[str, Sequence[float]], areas: Sequence[str], *, intercept: bool
) -> tuple[NDArray[np.float64], list[str]]:
    columns = {"(intercept)": np.ones(len(areas))} if intercept else {}
    for name, values in covariates.items():
        column = np.asarray(values, dtype=float)
        if len(column) != len(areas):
            raise ValueError(
                f"covariate {name!r} must have {len(areas)} numbers, got {len(column)}"
            )
        for area, value in zip(areas, column.tolist(), strict=True):
            if not np.isfinite(value):
                raise ValueError(f"covariate {name!r} of {area!r} must be a number, got {value}")
        columns[name] = column
    if not columns:
        raise ValueError("covariates must have at least one column when there is no intercept")
    return np.column_stack(list(columns.values())), list(columns)


def _refuse_dependent(x: NDArray[np.float64], names: Sequence[str]) -> None:
    scaled = x / np.maximum(np.abs(x).max(axis=0), np.finfo(float).tiny)
    for count in range(1, len(names) + 1):
        if np.linalg.matrix_rank(scaled[:, :count]) < count:
            raise ValueError(
                f"covariate {names[count - 1]!r} must add to those before it, "
                "got a column that they already tell"
            )


def _bias(fit: Solution, x: NDArray[np.float64], method: FitMethod) -> float:
    """Give the bias of the estimate of A, to the first order."""
    d = fit.total
    if method == "ML":
        return float(-np.trace(fit.covariance @ (x.T / d**2) @ x) / np.sum(d**-2.0))
    if method == "FH":
        s1, s2 = float(np.sum(1 / d)), float(np.sum(d**-2.0))
        return 2 * (len(d) * s2 - s1**2) / s1**3
    return 0.0


def _rows(
    areas: Sequence[str],
    y: NDArray[np.float64],
    v: NDArray[np.float64],
    x: NDArray[np.float64],
    fit: Solution,
    *,
    bias: float,
    method: FitMethod,
) -> tuple[SmallArea, ...]:
    d, a = fit.total, fit.variance
    of_a = 2 * len(d) / np.sum(1 / d) ** 2 if method == "FH" else 2 / np.sum(d**-2.0)
    gamma, rest = a / (a + v), 1 / (1 + a / v)
    synthetic = x @ fit.beta
    g2 = rest**2 * np.einsum("ij,jk,ik->i", x, fit.covariance, x)
    mse = a * rest + g2 + 2 * rest**2 * of_a / (a + v) - bias * rest**2
    inside = np.isfinite(v)
    value = synthetic + gamma * np.where(inside, y - synthetic, 0.0)
    return tuple(
        _row(
            area,
            value=float(value[i]),
            mse=float(mse[i]),
            gamma=float(gamma[i]),
            direct=float(y[i]) if np.isfinite(y[i]) else None,
            se=float(np.sqrt(v[i])) if inside[i] else None,
            synthetic=float(synthetic[i]),
            residual=float((y[i] - synthetic[i]) / np.sqrt(a + v[i])) if inside[i] else None,
        )
        for i, area in enumerate(areas)
    )


def _row(
    area: str, *, value: float, mse: float, se: float | None, **numbers: float | None
) -> SmallArea:
    reasons = []
    if se is None:
        reasons.append("no direct estimate with a margin: the figure is synthetic")
    if mse <= 0:
        reasons.append("the estimated error is not above 0 after its bias was taken off")
    rmse = mse**0.5 if mse > 0 else None
    return SmallArea(
        area=area,
        value=value,
        mse=mse if mse > 0 else None,
        rmse=rmse,
        cv=rmse / abs(value) if rmse and value else None,
        se=se,
        basis=Basis.MODEL_ONLY if se is None else Basis.DIRECT_AND_MODEL,
        flag=Flag.NO_MARGIN if reasons else Flag.OK,
        reason="; ".join(reasons),
        **numbers,
    )


def _without_fit(
    areas: Sequence[str],
    direct: Sequence[float | None],
    se: Sequence[float | None],
    method: FitMethod,
    *,
    fitted: int,
    needed: int,
) -> SmallAreas:
    reason = f"the model needs {needed} areas with a margin, there are {fitted}"
    rows = tuple(
        SmallArea(area=area, direct=y, se=s, basis=Basis.MODEL_ONLY, flag=Flag.EMPTY, reason=reason)
        for area, y, s in zip(areas, direct, se, strict=True)
    )
    return SmallAreas(rows=rows, method=method, fitted=fitted, notes=(reason,))


def _notes(*, clamped: bool, outside: int) -> tuple[str, ...]:
    notes = []
    if clamped:
        notes.append(
            "The variance between areas is estimated as 0: the areas differ no more than their "
            "margins, every figure is synthetic and its error is a lower bound."
        )
    if outside:
        notes.append(f"{outside} areas have no direct estimate with a margin: they are synthetic.")
    return tuple(notes)
