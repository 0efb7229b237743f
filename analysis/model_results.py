"""What the models give: coefficients and drivers, with design-based margins."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from analysis.display import Shown, Tabular, percent, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.ordinal import OrdinalFit

_COLUMNS = ("estimate", "se", "t", "p", "low", "high", "df")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """One coefficient of a model; the numbers are those of `ModelFit`."""

    name: str
    estimate: float
    se: float
    t: float
    p: float
    low: float
    high: float
    df: float


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ModelFit(Tabular):
    """A fitted model with p coefficients.

    Attributes
    ----------
    kind
        What was fitted and how its margins were made, for a reader.
    names
        The coefficients, named as R names them: ``(Intercept)``, variable and level together.
    estimate, se
        Shape (p,). Standard errors are NaN where the design leaves no degrees of freedom.
    covariance
        Shape (p, p): of the estimates, by the sampling design.
    t, p
        Shape (p,): estimate over se, and the two-sided p-value of a coefficient of 0 on `df`; NaN
        where there is no margin.
    low, high
        Shape (p,): ends of the t interval on `df`.
    df
        Shape (p,): degrees of freedom of each coefficient, above 0; `df_resid` except for
        Bell-McCaffrey margins.
    df_resid
        Units less strata with a complete answer, plus 1, less p. R: ``degf(design) + 1 - p``.
    n
        Complete answers.
    confidence
        Coverage of the intervals, between 0 and 1.
    reason
        Why there are no margins; empty where there are.
    """

    kind: str
    names: tuple[str, ...]
    estimate: NDArray[np.float64]
    se: NDArray[np.float64]
    covariance: NDArray[np.float64]
    t: NDArray[np.float64]
    p: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    df: NDArray[np.float64]
    df_resid: int
    n: int
    confidence: float
    reason: str = ""

    def row(self, name: str) -> ModelRow:
        """Give one coefficient.

        Raises
        ------
        ValueError
            If the model has no coefficient of that name.
        """
        if name not in self.names:
            known = ", ".join(self.names)
            raise ValueError(f"there is no coefficient {name!r}; coefficients: {known}")
        place = self.names.index(name)
        return ModelRow(
            name=name, **{column: float(getattr(self, column)[place]) for column in _COLUMNS}
        )

    def _records(self) -> list[ModelRow]:
        return [self.row(name) for name in self.names]

    def _shown(self) -> Shown:
        margins = f"{percent(self.confidence)} intervals"
        return Shown(
            title=f"{self.kind}; {self.n} answers, {margins}",
            tables=[table(self._records(), ("name", *_COLUMNS))],
            notes=[self.reason] if self.reason else [],
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Margins:
    """Standard errors, tests and intervals, each of shape (p,), as in `ModelFit`."""

    se: NDArray[np.float64]
    t: NDArray[np.float64]
    p: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    df: NDArray[np.float64]
    reason: str


def margins(
    estimate: NDArray[np.float64],
    covariance: NDArray[np.float64],
    df: Sequence[float] | NDArray[np.float64],
    *,
    confidence: float,
) -> Margins:
    """Test estimates against 0 and give their intervals, on Student's t.

    R: ``summary(svyglm(…))``, ``confint(svyglm(…))``.

    Raises
    ------
    ValueError
        If `confidence` is not between 0 and 1.
    """
    from scipy.special import stdtr, stdtrit

    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    spread = np.asarray(df, dtype=np.float64)
    known = spread > 0
    se = np.where(known, np.sqrt(np.maximum(np.diag(covariance), 0)), np.nan)
    t = np.full(len(se), np.nan)
    np.divide(estimate, se, out=t, where=known & (se > 0))
    on = np.where(known, spread, 1.0)
    half = np.asarray(stdtrit(on, (1 + confidence) / 2)) * se
    return Margins(
        se=se,
        t=t,
        p=np.asarray(2 * stdtr(on, -np.abs(t)), dtype=np.float64),
        low=estimate - half,
        high=estimate + half,
        df=spread,
        reason="" if known.all() else "no degrees of freedom: too few units for the coefficients",
    )


class Odds(StrEnum):
    """Whether one odds ratio does for a driver at every mark."""

    EQUAL = "no difference between low and high marks shown"
    UNEQUAL = "the odds ratio differs between low and high marks"
    UNTESTED = "not tested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One driver, other drivers and background held the same.

    Attributes
    ----------
    name
        The column.
    effect
        Marks that the expected mark is higher, per point that the driver is higher: the average
        over answers of the slope at each.
    se, low, high, p, df
        Margin of `effect` by the sampling design: t interval and two-sided p-value of 0 on `df`;
        NaN where the design leaves no degrees of freedom.
    log_odds
        The coefficient: log odds of a higher level, per point.
    by_threshold
        The same from a logistic model for each threshold between levels; NaN where it has none.
    p_odds, p_odds_adjusted
        p-value of equal log odds at every threshold, and with Holm's adjustment over the drivers;
        None where not tested.
    odds
        The verdict on that, at 5 % after adjustment.
    """

    name: str
    effect: float
    se: float
    low: float
    high: float
    p: float
    df: float
    log_odds: float
    by_threshold: tuple[float, ...]
    p_odds: float | None
    p_odds_adjusted: float | None
    odds: Odds

    def sentence(self, outcome: str, *, confidence: float = 0.95) -> str:
        """Say in Dutch what goes with a point more, as association; `outcome` with its article.

        The margin tells which confidence it has; `Drivers.sentences` passes its own.
        """
        lower = self.effect < 0
        ends = (-self.high, -self.low) if lower else (self.low, self.high)
        size = f"{_marks(abs(self.effect))} punt {'lager' if lower else 'hoger'} voor {outcome}"
        if np.isnan(self.se):
            return f"Een punt hoger voor {self.name} hangt samen met {size} (geen marge te geven)."
        margin = f"({confidence * 100:.0f}%-marge {_marks(ends[0])} tot {_marks(ends[1])})"
        if ends[0] > 0:
            return f"Een punt hoger voor {self.name} hangt samen met {size} {margin}."
        return (
            f"Voor {self.name} is geen samenhang met {outcome} aangetoond: "
            f"een punt hoger gaat samen met {size} {margin}."
        )


@dataclass(frozen=True, repr=False, kw_only=True)
class Drivers(Tabular):
    """The drivers of a mark, in the order they were named.

    Attributes
    ----------
    rows
        One driver each.
    fit
        The proportional odds model behind them, drivers and background.
    level_marks
        The mark of each level: the weighted mean of the marks in it.
    notes
        What a reader must know, in Dutch.
    """

    rows: tuple[Driver, ...]
    fit: OrdinalFit
    level_marks: tuple[float, ...]
    notes: tuple[str, ...]

    def row(self, name: str) -> Driver:
        """Give one driver.

        Raises
        ------
        ValueError
            If there is no such driver.
        """
        for row in self.rows:
            if row.name == name:
                return row
        known = ", ".join(row.name for row in self.rows)
        raise ValueError(f"there is no driver {name!r}; drivers: {known}")

    def sentences(self, outcome: str) -> tuple[str, ...]:
        """Say of each driver what goes with a point more; `outcome` with its article."""
        return tuple(row.sentence(outcome, confidence=self.fit.confidence) for row in self.rows)

    def _records(self) -> tuple[Driver, ...]:
        return self.rows

    def _shown(self) -> Shown:
        columns = ("name", "effect", "se", "low", "high", "df", "p", "log_odds", "odds")
        return Shown(
            title=f"Drivers: marks a point ({percent(self.fit.confidence)} intervals)",
            figures={"n": self.fit.n},
            tables=[table(self.rows, columns)],
            notes=self.notes,
        )


def _marks(value: float) -> str:
    """Write marks as they are read: two decimals, a comma."""
    number = Decimal(repr(value)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return f"{abs(number) if number == 0 else number}".replace(".", ",").replace("-", "−")
