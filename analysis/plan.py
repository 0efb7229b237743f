"""What a plan is made of: strata of the frame, and what is asked of each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.display import Shown, Tabular, figures, table

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A stratum of the frame, for a plan.

    Attributes
    ----------
    name, area
        Its name, unique in the plan, and the reporting area it lies in.
    population
        Dwellings, 1 or more.
    sd
        Standard deviation of the answers expected in it, above 0.
    response
        Share of the invited expected to answer, in (0, 1].
    cost
        Of inviting one dwelling, in any currency, above 0.
    deff
        Design effect within the stratum, above 0.
    """

    name: str
    area: str
    population: int
    sd: float
    response: float = 1.0
    cost: float = 1.0
    deff: float = 1.0

    def __post_init__(self) -> None:
        for name in ("population", "sd", "response", "cost", "deff"):
            value = getattr(self, name)
            if not (0 < value < math.inf):
                raise ValueError(f"{name} of stratum {self.name!r} must be above 0, got {value}")
        if self.response > 1:
            raise ValueError(
                f"response of stratum {self.name!r} must be at most 1, got {self.response}"
            )

    @property
    def most(self) -> int:
        """Answers expected when every dwelling is asked, rounded down."""
        return int(self.population * self.response + 1e-9)

    def invited(self, answers: int) -> int:
        """Dwellings to ask for a number of answers, rounded up."""
        return min(math.ceil(answers / self.response - 1e-9), self.population)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocated:
    """What is asked of one stratum: wanted answers, dwellings to invite, and their cost."""

    stratum: str
    area: str
    answers: int
    invited: int
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMargin:
    """The margin expected of the mean of one area, or of all.

    Attributes
    ----------
    answers
        Whole number of answers wanted.
    se, half_width
        Expected standard error and half width of the t interval, in units of the answer; None where
        a stratum gets no answers or there are no degrees of freedom.
    df
        Answers less strata, 0 or more.
    """

    area: str
    answers: int
    se: float | None = None
    df: int
    half_width: float | None = None


@dataclass(frozen=True, repr=False, kw_only=True)
class Allocation(Tabular):
    """A plan.

    Attributes
    ----------
    rows
        A record a stratum, in the order given.
    areas
        Expected margins, sorted by area.
    total
        Expected margin of the mean over all dwellings.
    invited, cost
        Sums over strata.
    reached
        Whether the total, the margins or the budget could be met; `reason` says what could not, and
        the plan is then the nearest one within the bounds.
    """

    rows: tuple[Allocated, ...]
    areas: tuple[PlannedMargin, ...]
    total: PlannedMargin
    invited: int
    cost: float
    reached: bool = True
    reason: str = ""

    def _records(self) -> tuple[Allocated, ...]:
        return self.rows

    def _shown(self) -> Shown:
        margins = ("area", "answers", "se", "df", "half_width")
        return Shown(
            title="Allocation",
            figures=figures(self),
            tables=[
                table(self.rows, ("stratum", "area", "answers", "invited", "cost")),
                table([*self.areas, self.total], margins),
            ],
        )


def planned_margin(
    area: str, strata: Sequence[Stratum], answers: Sequence[int], *, confidence: float = 0.95
) -> PlannedMargin:
    """Compute the margin of a stratified mean.

    ``SE² = sum (N_h / N)² deff_h S_h² (1 - n_h / N_h) / n_h``, t on sum of n_h less strata: Cochran
    (1977), Sampling Techniques, §5.3. R: ``svymean`` with ``fpc``, in expectation.

    Raises
    ------
    ValueError
        If `confidence` is not between 0 and 1 or lengths disagree.
    """
    from scipy.special import stdtrit

    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    pairs = list(zip(strata, answers, strict=True))
    total, everyone = sum(answers), sum(s.population for s in strata)
    df = max(total - len(strata), 0)
    if min(answers) < 1 or df == 0:
        return PlannedMargin(area=area, answers=total, df=df)
    variance = sum(
        (s.population / everyone) ** 2 * s.deff * s.sd**2 * (1 - n / s.population) / n
        for s, n in pairs
    )
    se = math.sqrt(max(variance, 0.0))
    half = float(stdtrit(df, (1 + confidence) / 2)) * se
    return PlannedMargin(area=area, answers=total, se=se, df=df, half_width=half)
