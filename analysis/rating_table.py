"""The rating table: what is printed, and nothing that is not.

A frozen record of rounded figures. Every format (page, CSV, XLSX, JSON, SVG) is written from it and
none from answers, so a figure that is hidden here is hidden everywhere. Imports neither numpy nor
scipy: the pages that show a table stay light.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any


class Status(StrEnum):
    """How far a figure may be trusted; the values are the terms that staff and readers see."""

    SHOWN = "betrouwbaar"
    INDICATIVE = "indicatief"
    SUPPRESSED = "te weinig antwoorden"
    EMPTY = "geen antwoorden"


class Verdict(StrEnum):
    """What may be said of the change since the wave compared with."""

    HIGHER = "hoger"
    LOWER = "lager"
    UNCHANGED = "gelijk gebleven"
    NO_DIFFERENCE = "geen aantoonbaar verschil"
    TOO_FEW = "te weinig antwoorden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The change of one row since the wave compared with, in marks.

    Attributes
    ----------
    value, lower, upper
        Difference of the unrounded means, rounded once, and the ends of its 95 % interval;
        None where the verdict is `Verdict.TOO_FEW`.
    p, p_adjusted
        Two-sided p-value of no change on the domain's own degrees of freedom, in [0, 1], and the
        same after Holm's adjustment over the areas that may be tested. The total is not in the
        family: its `p_adjusted` is None.
    note
        Why there is no test, or that the rounded difference disagrees with the printed means.
    """

    verdict: Verdict
    value: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    p: float | None = None
    p_adjusted: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRow:
    """One row: a reporting area, or the headline over all of them.

    Attributes
    ----------
    area
        Stable id of the reporting area; ``"total"`` for the headline.
    code
        CBS code valid at the wave's classification date (``"GM0363"``), or None.
    value, lower, upper
        Mean mark and the ends of its 95 % interval, each rounded half up once, on the scale
        1..10; None where `status` says that they may not be shown.
    n
        Number of answers to the rating question; None where a suppressed cell hides it.
    """

    area: str
    name: str
    code: str | None
    status: Status
    value: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    n: int | None = None
    note: str = ""
    change: Change | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Why the headline is not the mean of the printed rows: three averages side by side.

    Attributes
    ----------
    plain_mean
        Unweighted mean of the printed values of the table's rows.
    answers_weighted
        Mean over all answers, each counted once.
    population_weighted
        Mean over the dwellings of the frame: the headline.
    """

    plain_mean: Decimal | None
    answers_weighted: Decimal | None
    population_weighted: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingTable:
    """One edition of the table *Rapportcijfer voor de buurt per gemeente*.

    Attributes
    ----------
    wave, compare
        Slug of the wave, and of the wave compared with (None without comparison).
    computed
        Day of the computation, ISO 8601.
    rows
        The areas that the table prints, in printing order; `headline` is not among them.
    notes
        Method, in sentences for readers: design, intervals, tests, thresholds, what is not covered.
    invented
        True for a demonstration: every page and file made from it must say so.
    """

    wave: str
    compare: str | None
    computed: str
    headline: RatingRow
    rows: tuple[RatingRow, ...]
    reconciliation: Reconciliation
    notes: tuple[str, ...] = ()
    invented: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give the table as plain JSON values; decimals as text, so that nothing is lost."""
        return dict(_plain(asdict(self)))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> RatingTable:
        """Make the table that `to_json` gave."""
        return cls(
            wave=data["wave"],
            compare=data["compare"],
            computed=data["computed"],
            headline=_row(data["headline"]),
            rows=tuple(_row(row) for row in data["rows"]),
            reconciliation=Reconciliation(
                **{name: _decimal(value) for name, value in data["reconciliation"].items()}
            ),
            notes=tuple(data["notes"]),
            invented=data["invented"],
        )


def round_half_up(value: Fraction | float, *, decimals: int = 1) -> Decimal:
    """Round once, half away from zero, as schools teach and readers expect.

    Parameters
    ----------
    value
        An exact fraction where there is one (7.25 is then a true half), else a float, taken as the
        shortest decimal that names it.
    decimals
        Digits after the point, 0 or more.

    Raises
    ------
    ValueError
        If `value` is not finite.
    """
    exact = value if isinstance(value, Fraction) else Fraction(repr(float(value)))
    scaled = abs(exact) * 10**decimals
    whole = int(scaled + Fraction(1, 2))
    rounded = Decimal(whole).scaleb(-decimals)
    return -rounded if exact < 0 and whole else rounded


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal | StrEnum):
        return str(value)
    return value


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _numbers(data: dict[str, Any]) -> dict[str, Any]:
    return data | {name: _decimal(data[name]) for name in ("value", "lower", "upper")}


def _row(data: dict[str, Any]) -> RatingRow:
    change = data["change"]
    return RatingRow(
        **_numbers(data)
        | {
            "status": Status(data["status"]),
            "change": change
            and Change(**_numbers(change) | {"verdict": Verdict(change["verdict"])}),
        }
    )
