"""What a series of waves gives: the line through it, its test, and the steps between waves."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.display import Readable, Shown, Tabular, figures, table
from analysis.results import Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Linearity:
    """The test that the waves lie on the line.

    Attributes
    ----------
    chi2
        Weighted sum of squares of the departures.
    f, df, df_error
        Its F form and degrees of freedom.
    p
        Chance of departures as large or larger when the line is true.
    """

    chi2: float
    f: float
    df: int
    df_error: int
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From one wave to the next: a change, or in a trend how far a new method moved the level.

    In units of the answer, later less earlier; None where it is withheld. `p_adjusted` is over the
    changes of the series that are tested.
    """

    before: str
    after: str
    value: float
    se: float | None = None
    low: float | None = None
    high: float | None = None
    df: int
    p: float | None = None
    p_adjusted: float | None = None
    flag: Flag = Flag.OK
    reason: str = ""


_COLUMNS = ("before", "after", "value", "se", "low", "high", "df", "p", "p_adjusted", "reason")


@dataclass(frozen=True, repr=False, slots=True, kw_only=True)
class Trend(Readable):
    """The line through a series.

    Attributes
    ----------
    slope, se, low, high
        Units of the answer per `unit`; None where `flag` is not OK.
    unit
        ``year`` where the waves are numbers, else ``wave``.
    df
        Degrees of freedom of the interval and the test; 0 where there is none.
    p
        Two-sided p-value of slope 0.
    p_equivalence
        p-value of the hypothesis that the slope is as large as the equivalence margin or larger.
    linearity
        None where the line passes through all waves by construction.
    shifts
        One for each declared change of method.
    line
        The line at each wave, in units of the answer.
    """

    slope: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str
    df: int = 0
    p: float | None = None
    p_equivalence: float | None = None
    linearity: Linearity | None = None
    shifts: tuple[Step, ...] = ()
    line: tuple[float, ...] = ()
    flag: Flag = Flag.OK
    reason: str = ""
    notes: tuple[str, ...] = ()

    def _shown(self) -> Shown:
        straight = None if self.linearity is None else self.linearity.p
        own = figures(self, leave=["linearity", "line"])
        return Shown(
            title="Trend",
            figures={**own, "p_linearity": straight, "line": self.line},
            tables=[table(self.shifts, _COLUMNS)],
            notes=self.notes,
        )


@dataclass(frozen=True, repr=False, slots=True, kw_only=True)
class Breaks(Tabular):
    """Every step of a series, and the waves at which it breaks."""

    steps: tuple[Step, ...]
    at: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """What was found, and what was not looked at: a step without a test is no unbroken one."""
        untested = "; ".join(
            f"{step.before} to {step.after} ({step.reason})"
            for step in self.steps
            if step.p is None
        )
        if self.at:
            found = f"the series breaks at {', '.join(self.at)}"
        elif any(step.p is not None for step in self.steps):
            found = "no step from wave to wave is shown to be a break"
        else:
            return f"not tested whether the series breaks: {untested}"
        return f"{found}; not tested: {untested}" if untested else found

    def _records(self) -> tuple[Step, ...]:
        return self.steps

    def _shown(self) -> Shown:
        return Shown(
            title="Steps from wave to wave",
            figures={"breaks at": self.at},
            tables=[table(self.steps, _COLUMNS)],
            notes=(f"{self.told[:1].upper()}{self.told[1:]}.", *self.notes),
        )
