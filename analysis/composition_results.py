"""What the change of a headline is made of: its parts, with their margins, and those of a group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analysis.display import Shown, Table, Tabular
from analysis.results import Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the change of the headline, in units of the answer.

    Attributes
    ----------
    se
        From the joint covariance of the means; the shares are known. None where `flag` is not OK:
        a mean that the part rests on has no margin, and `reason` names it.
    low, high, p
        t interval and two-sided test of 0; None without degrees of freedom or without spread.
    """

    value: float
    se: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    flag: Flag = Flag.OK
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one group adds to each part; a part that the group has none of is 0, known exactly.

    Attributes
    ----------
    share
        Share of the stock in the earlier and in the later wave, in [0, 1].
    rating
        Its own change, at its mean share.
    composition
        Its gain in share, times how far it stands above the headline.
    entering, leaving
        Its share, times how far it stands above (entering) or below (leaving) the headline of the
        groups of both waves.
    """

    group: str
    share: tuple[float, float]
    rating: Part
    composition: Part
    entering: Part
    leaving: Part


_PARTS = ("rating", "composition", "entering", "leaving")
_PART = ("value", "se", "low", "high", "p", "reason")


@dataclass(frozen=True, repr=False, slots=True, kw_only=True)
class Composition(Tabular):
    """The change of the headline: ``change = rating + composition + entering + leaving``."""

    headline: tuple[float, float]
    change: Part
    rating: Part
    composition: Part
    entering: Part
    leaving: Part
    rows: tuple[Contribution, ...]
    df: int | None
    notes: tuple[str, ...]

    def _records(self) -> list[dict[str, Any]]:
        """Give each group with its shares, and each number of each part as ``rating_se``."""
        return [
            {
                "group": row.group,
                "share_before": row.share[0],
                "share_after": row.share[1],
                **{
                    f"{part}_{name}": getattr(getattr(row, part), name)
                    for part in _PARTS
                    for name in _PART
                },
            }
            for row in self.rows
        ]

    def _shown(self) -> Shown:
        parts = {name: getattr(self, name) for name in ("change", *_PARTS)}
        own = [
            [row.group, *row.share, *(getattr(row, part).value for part in _PARTS)]
            for row in self.rows
        ]
        return Shown(
            title="The change of the headline in parts",
            figures={"headline": self.headline, "df": self.df},
            tables=[
                Table(
                    ["part", *_PART],
                    [[name, *(getattr(part, n) for n in _PART)] for name, part in parts.items()],
                ),
                Table(["group", "share before", "share after", *_PARTS], own),
            ],
            notes=self.notes,
        )
