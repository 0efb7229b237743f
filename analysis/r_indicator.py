"""How much alike were those who answered and those who did not: R-indicators."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.display import Shown, Table, Tabular, figures, table
from analysis.results import Flag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.response_model import ResponseModel


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelIndicator:
    """Whether a level of a variable is over- or under-represented among the answers.

    Attributes
    ----------
    share
        Of the level in the population asked, in (0, 1].
    propensity
        Mean propensity in the level, which is its weighted response rate.
    value
        ``sqrt(share) · (propensity - mean propensity)``, in [-0.5, 0.5]: below 0 where too few
        answered.
    se
        Linearised standard error of `value`; None where the model has none.
    """

    level: str
    share: float
    propensity: float
    value: float
    se: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableIndicator:
    """How much the propensities differ between the levels of one variable.

    Attributes
    ----------
    value
        Root of the sum of squares of the levels' values, in [0, 0.5]; 0 where response does not
        depend on the variable.
    se
        Standard error of `value`; None where the model has none, or `value` is 0.
    """

    variable: str
    value: float
    se: float | None = None
    levels: tuple[LevelIndicator, ...]


@dataclass(frozen=True, repr=False, slots=True, kw_only=True)
class Representativity(Tabular):
    """The R-indicator of a response and its parts.

    Attributes
    ----------
    n
        Rows: everyone asked and eligible.
    mean_propensity
        Weighted mean, in [0, 1].
    sd_propensity
        S, ``S² = sum w (rho - mean)² / (sum w - 1)``; about 0.5 at most.
    r
        ``1 - 2 S``, in [0, 1]: 1 where all were as likely to answer. None where nobody or everybody
        answered.
    se
        Standard error of `r`.
    r_adjusted
        `r` with the first-order bias taken off S²: with few answers the noise in the fitted
        propensities looks like a difference. In [0, 1].
    cv
        S / mean propensity: no mean of the answers can be further off, by the variables of the
        model, than this many standard deviations of the answer.
    variables
        Unconditional partial indicators, in the order of the model.
    flag, reason
        Why a number is None.
    """

    n: int
    mean_propensity: float
    sd_propensity: float | None = None
    r: float | None = None
    se: float | None = None
    r_adjusted: float | None = None
    cv: float | None = None
    variables: tuple[VariableIndicator, ...] = ()
    flag: Flag = Flag.OK
    reason: str = ""

    def _records(self) -> list[dict[str, Any]]:
        return [
            {"variable": variable.variable, **asdict(level)}
            for variable in self.variables
            for level in variable.levels
        ]

    def _shown(self) -> Shown:
        levels = self._records()
        head = ["variable", "level", "share", "propensity", "value", "se"]
        return Shown(
            title="Representativity",
            figures=figures(self),
            tables=[
                table(self.variables, ("variable", "value", "se")),
                Table(head, [[level[name] for name in head] for level in levels]),
            ],
        )


def representativity(model: ResponseModel) -> Representativity:
    """Compute R-indicator and unconditional partial R-indicators from a model of response.

    ``R = 1 - 2 S(rho)``: Schouten, Cobben & Bethlehem (2009), Survey Methodology 35, §3 (Statistics
    Canada 12-001-X). With z = rho (1 - rho) x, J the information, A = cov(z, rho), B = cov(z, z)
    and V the covariance of the coefficients, ``var(S²) = var(sum of u) + 2 tr(B V B V)``, where
    ``u = w ((rho - mean)² - S²) / sum w + 2 A' J⁻¹ w x (r - rho)``, and ``var(R) = var(S²) / S²``:
    Shlomo, Skinner & Schouten (2012), J. Stat. Plan. Inference 142, §4,
    doi:10.1016/j.jspi.2011.07.008, their terms 4 A'VA and var of the squares taken together so that
    strata and clusters of the sample count. The bias of S² taken off in `r_adjusted` is
    ``tr(B V) - var(mean rho)``. Partial indicators: Schouten, Shlomo & Skinner (2011), J. Official
    Statistics 27, §3; theirs have the sign and root of the share as here. No R package on CRAN has
    the standard errors with clusters; the RISQ scripts (``getRIndicator``) have them without.

    Conditional on the model: variables that were not in it are not judged.
    """
    w, rho = model.weights, model.propensity
    n, total = len(w), float(w.sum())
    mean = float(w @ rho) / total
    if model.responded.all() or not model.responded.any():
        who = "everybody" if model.responded.any() else "nobody"
        reason = f"{who} answered: there is nothing to compare"
        return Representativity(n=n, mean_propensity=mean, flag=Flag.EMPTY, reason=reason)
    if total <= 1:
        raise ValueError(f"weights must add up to more than 1, got {total:g}")
    variance = float(w @ (rho - mean) ** 2) / (total - 1)
    s = variance**0.5
    se, r_adjusted = _margin(model, mean, variance)
    reason = model.reason or ("the propensities do not differ" if se is None else "")
    return Representativity(
        n=n,
        mean_propensity=mean,
        sd_propensity=s,
        r=1 - 2 * s,
        se=se,
        r_adjusted=r_adjusted,
        cv=s / mean,
        variables=tuple(_variable(model, name, mean) for name in model.levels),
        flag=Flag.NO_MARGIN if reason else Flag.OK,
        reason=reason,
    )


def _margin(
    model: ResponseModel, mean: float, variance: float
) -> tuple[float | None, float | None]:
    """Give the standard error of R, and R with the bias of S² taken off."""
    if model.covariance is None:
        return None, None
    w, rho, x = model.weights, model.propensity, model.design
    total = w.sum()
    z = (rho * (1 - rho))[:, None] * x
    a = (w * (rho - mean)) @ z / total
    centred = z - (w @ z) / total
    spread = (centred.T * w) @ centred / total @ model.covariance
    scores = (w * (model.responded - rho))[:, None] * x
    u = w * ((rho - mean) ** 2 - variance) / total
    u = u + 2 * scores @ np.linalg.solve(model.information, a)
    of_mean = w * (rho - mean) / total
    (of_square, _), (_, of_mean_rho) = model.sample.covariance(np.column_stack([u, of_mean]))
    of_square += 2 * np.trace(spread @ spread)
    adjusted = max(variance + float(of_mean_rho) - float(np.trace(spread)), 0.0)
    r_adjusted = max(1 - 2 * adjusted**0.5, 0.0)
    negligible = variance <= 1e-20
    return None if negligible else float(np.sqrt(of_square / variance)), r_adjusted


def _variable(model: ResponseModel, name: str, mean: float) -> VariableIndicator:
    """Give the partial indicators of one variable; the linearised values carry shares and rates."""
    w, rho, index = model.weights, model.propensity, model.index[name]
    total = float(w.sum())
    count = np.bincount(index, weights=w)
    share, rate = count / total, np.bincount(index, weights=w * rho) / count
    gap = rate - mean
    value = float(np.sqrt(share @ gap**2))
    level_se, se = _partial_errors(model, index, share, rate, mean)
    levels = tuple(
        LevelIndicator(
            level=level,
            share=float(share[k]),
            propensity=float(rate[k]),
            value=float(np.sqrt(share[k]) * gap[k]),
            se=None if level_se is None else float(level_se[k]),
        )
        for k, level in enumerate(model.levels[name])
    )
    return VariableIndicator(variable=name, value=value, se=se, levels=levels)


def _partial_errors(
    model: ResponseModel,
    index: NDArray[np.intp],
    share: NDArray[np.float64],
    rate: NDArray[np.float64],
    mean: float,
) -> tuple[NDArray[np.float64] | None, float | None]:
    """Give standard errors of the levels' values and of the variable's.

    The model holds every level, so that its score equations make the mean propensity of a level
    its response rate, and the linearised value of that rate ``w 1_k (r - rate_k) / sum w 1_k``.
    """
    if model.covariance is None or len(share) == 1:
        return None, None
    w, r = model.weights, model.responded
    total, gap = w.sum(), rate - mean
    member = np.eye(len(share))[index]
    of_rate = w[:, None] * member * (r[:, None] - rate) / (total * share)
    of_mean = w * (r - mean) / total
    of_share = w[:, None] * (member - share) / total
    root = np.sqrt(share)
    of_level = root * (of_rate - of_mean[:, None]) + gap / (2 * root) * of_share
    square = share @ gap**2
    of_square = w * (gap[index] ** 2 - square) / total
    of_square = of_square + 2 * gap[index] * w * (r - rate[index]) / total
    k = len(share)
    v = model.sample.covariance(np.column_stack([of_level, of_rate - of_mean[:, None], of_square]))
    spread = share[:, None] * v[k : 2 * k, k : 2 * k]
    of_square_variance = v[2 * k, 2 * k] + 2 * float(np.trace(spread @ spread))
    se = float(np.sqrt(of_square_variance / square)) / 2 if square > 1e-20 else None
    return np.sqrt(np.diag(v)[:k]), se
