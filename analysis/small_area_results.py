"""What the small-area model gives: frozen records that carry their label."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from analysis.display import Shown, Tabular, figures, table
from analysis.results import Flag

FitMethod: TypeAlias = Literal["REML", "ML", "FH"]

MODEL_BASED: Final = (
    "Model-based (Fay-Herriot): these figures lean on other areas with the same covariates. "
    "They are not survey estimates and are published only with that label."
)


_COLUMNS = (
    *("area", "value", "rmse", "gamma", "direct", "se", "synthetic", "residual"),
    *("basis", "reason"),
)


class Basis(StrEnum):
    """What the figure of an area rests on."""

    DIRECT_AND_MODEL = "direct and model"
    MODEL_ONLY = "model only"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallArea:
    """The model-based mean of one area.

    Attributes
    ----------
    value
        EBLUP, ``gamma · direct + (1 - gamma) · synthetic``, in units of the answer.
    mse
        Estimated mean squared error of `value`, in squared units; above 0, None where its estimate
        is not (ML and FH take a bias off).
    rmse
        Square root of `mse`: what a standard error is for a direct estimate.
    cv
        ``rmse / |value|``; None where `value` is 0 or there is no `rmse`.
    gamma
        Weight of the area's own answers, in [0, 1]; 0 without a direct estimate that has a margin.
    direct
        The direct estimate; None where it has none.
    se
        The standard error that the model took for that of `direct`: the smoothed one of
        `analysis.small_area.smoothed_variances` where variances were smoothed, else its own; None
        outside the fit.
    synthetic
        What the covariates alone say: x'b.
    residual
        ``(direct - synthetic) / sqrt(A + se²)``: about standard normal where the model fits; None
        outside the fit.
    flag, reason
        `Flag.NO_MARGIN` where the area has no direct estimate with a margin and the figure is
        synthetic; `Flag.EMPTY` where no model could be fitted.
    """

    area: str
    value: float | None = None
    mse: float | None = None
    rmse: float | None = None
    cv: float | None = None
    gamma: float | None = None
    direct: float | None = None
    se: float | None = None
    synthetic: float | None = None
    residual: float | None = None
    basis: Basis
    flag: Flag = Flag.OK
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One coefficient of the area model, with its standard error."""

    name: str
    value: float
    se: float


@dataclass(frozen=True, repr=False, kw_only=True)
class SmallAreas(Tabular):
    """Model-based means of all areas.

    Attributes
    ----------
    rows
        One record an area, in the order given.
    method
        How the variance between areas was estimated.
    model_variance
        A: variance of the areas about the model, in squared units; None without a fit.
    clamped
        The estimate of A was not above 0 and was set to 0: every figure is then synthetic.
    coefficients
        Generalised least squares at `model_variance`.
    log_likelihood
        Of the direct estimates at the fit (the full one, for each method, as R's ``eblupFH``).
    fitted
        Areas in the fit.
    label
        The sentence that must stand with the figures wherever they are shown.
    """

    rows: tuple[SmallArea, ...]
    method: FitMethod
    model_variance: float | None = None
    clamped: bool = False
    coefficients: tuple[Coefficient, ...] = ()
    log_likelihood: float | None = None
    fitted: int
    label: str = MODEL_BASED
    notes: tuple[str, ...] = ()

    def __getitem__(self, area: str) -> SmallArea:
        for row in self.rows:
            if row.area == area:
                return row
        raise KeyError(f"there is no area {area!r}")

    def _records(self) -> tuple[SmallArea, ...]:
        return self.rows

    def _shown(self) -> Shown:
        return Shown(
            title="Small areas",
            figures=figures(self, leave=["label"]),
            tables=[table(self.coefficients, ("name", "value", "se")), table(self.rows, _COLUMNS)],
            notes=(self.label, *self.notes),
        )
