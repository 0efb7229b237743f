"""Where things go in the dot plot: two layouts, and the part of the scale that is shown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.rating_table import RatingRow

_LEAST: Final = Decimal(1)
_MOST: Final = Decimal(10)
_NARROWEST_AXIS: Final = Decimal(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where things go, in units that are about a pixel where the layout is meant to be seen.

    Attributes
    ----------
    left, right
        Ends of the axis.
    font, small
        Sizes of letters.
    row
        Height of a row; `label` and `track` are the baseline of its name and the height of its dot
        in it, `clear` the part above that no line may cross, because the name stands there.
    longest_name
        Characters of a name that fit; a longer one is cut (the table has it whole).
    longest_beside
        The same where a word stands beside the name instead of a mark.
    """

    name: str
    width: int
    left: int
    right: int
    row: int
    label: int
    track: int
    clear: int
    font: int
    small: int
    longest_name: int
    longest_beside: int


WIDE: Final = Layout(
    name="wide",
    width=880,
    left=272,
    right=806,
    row=36,
    label=23,
    track=18,
    clear=0,
    font=15,
    small=14,
    longest_name=34,
    longest_beside=60,
)
NARROW: Final = Layout(
    name="narrow",
    width=340,
    left=16,
    right=324,
    row=54,
    label=19,
    track=37,
    clear=27,
    font=14,
    small=13,
    longest_name=36,
    longest_beside=22,
)


@dataclass(frozen=True, slots=True)
class Axis:
    """A part of the scale of marks, and the step between its labels."""

    low: Decimal
    high: Decimal
    step: Decimal

    @classmethod
    def around(cls, rows: Sequence[RatingRow]) -> Axis:
        """Give the whole marks around all figures of the rows, at least three marks wide."""
        ends = [v for row in rows for v in (row.lower, row.value, row.upper) if v is not None]
        low = min(ends, default=_LEAST).to_integral_value(ROUND_FLOOR)
        high = max(ends, default=_MOST).to_integral_value(ROUND_CEILING)
        low = max(_LEAST, min(low, high - _NARROWEST_AXIS))
        high = min(_MOST, max(high, low + _NARROWEST_AXIS))
        return cls(low, high, Decimal("0.5") if high - low <= 4 else Decimal("1.0"))

    def ticks(self) -> list[Decimal]:
        """Give the marks that get a label."""
        steps = int((self.high - self.low) / self.step)
        return [self.low + self.step * i for i in range(steps + 1)]

    def place(self, mark: Decimal, layout: Layout) -> float:
        """Give the horizontal place of a mark in a layout."""
        share = float((mark - self.low) / (self.high - self.low))
        return layout.left + share * (layout.right - layout.left)
