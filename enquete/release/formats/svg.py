"""The dot plot: each area's mark and margin, with the headline as a line to compare with.

One drawing for page and download. Its colours are presentation attributes, so that it needs no
stylesheet in a report; on the page the classes of `figures.css` win from them and follow dark mode
and print. No `style` attribute, no script: the page's content security policy blocks both.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from analysis.rating_table import RatingRow, Status
from enquete import numbers
from enquete.release.formats import wording
from enquete.release.formats.shown import has_figures, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.rating_table import RatingTable

_LEAST, _MOST = Decimal(1), Decimal(10)
_NARROWEST_AXIS = Decimal(3)

_FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_PAINT: Final = {
    "paper": {"fill": "#ffffff"},
    "ink": {"fill": "#16262e"},
    "muted": {"fill": "#55646c"},
    "grid": {"stroke": "#dfe5e8", "stroke-width": "1"},
    "reference": {"stroke": "#a8442a", "stroke-width": "1.5", "stroke-dasharray": "2 4"},
    "band": {"fill": "#a8442a", "fill-opacity": "0.09"},
    "headline": {"fill": "#a8442a"},
    "margin": {"stroke": "#8fb3c2", "stroke-width": "4", "stroke-linecap": "round"},
    "dot": {"fill": "#0d5c75"},
    "hollow": {"fill": "#ffffff", "stroke": "#0d5c75", "stroke-width": "2"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where things go, in units that are about a pixel where the layout is meant to be seen.

    Attributes
    ----------
    left, right
        Ends of the axis.
    row
        Height of a row; `label` and `track` are the baseline of its name and the height of its dot
        in it.
    longest_name
        Characters of a name that fit; a longer one is cut (the table has it whole).
    """

    name: str
    width: int
    left: int
    right: int
    row: int
    label: int
    track: int
    font: int
    longest_name: int


WIDE: Final = Layout(
    name="wide",
    width=760,
    left=268,
    right=690,
    row=36,
    label=23,
    track=18,
    font=15,
    longest_name=32,
)
NARROW: Final = Layout(
    name="narrow",
    width=340,
    left=8,
    right=332,
    row=52,
    label=19,
    track=35,
    font=14,
    longest_name=36,
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


def write(table: RatingTable) -> bytes:
    """Write the wide drawing as a file of its own, with its title and source in it."""
    return (draw(table, layout=WIDE, titled=True) + "\n").encode()


def draw(table: RatingTable, *, layout: Layout = WIDE, titled: bool = False) -> str:
    """Draw the table as an ``<svg>`` element.

    Parameters
    ----------
    table
        As computed; hidden figures are not drawn.
    layout
        `WIDE` has the names beside the axis, `NARROW` above it, for a screen of 360 pixels.
    titled
        Whether title and source are drawn; on a page they stand around the drawing.

    Returns
    -------
    str
        Well-formed XML that is valid inside HTML too. Its ids begin with ``dots-`` and the name of
        the layout, so that one page can hold both.
    """
    table = shown(table)
    rows = [table.headline, *_high_to_low(table.rows)]
    axis = Axis.around(rows)
    top = 92 if titled else 36
    bottom = top + layout.row * len(rows)
    root = _root(table, layout, height=bottom + (76 if titled else 52))
    if titled:
        _titles(root, table, bottom)
    _key(root, rows, layout, y=top - 16)
    _scale(root, axis, layout, top=top, bottom=bottom)
    _reference(root, table.headline, axis, layout, top=top, bottom=bottom)
    for index, row in enumerate(rows):
        _row(root, row, axis, layout, y=top + layout.row * index, headline=index == 0)
    return ET.tostring(root, encoding="unicode")


def _high_to_low(rows: Sequence[RatingRow]) -> list[RatingRow]:
    # Sorting is stable: equal marks keep the order of the table, rows without one come last.
    return sorted(rows, key=lambda row: -(row.value or Decimal(0)))


def _root(table: RatingTable, layout: Layout, *, height: int) -> ET.Element:
    title_id, text_id = f"dots-{layout.name}-title", f"dots-{layout.name}-text"
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": f"dots dots-{layout.name}",
            "viewBox": f"0 0 {layout.width} {height}",
            "width": str(layout.width),
            "height": str(height),
            "role": "img",
            "lang": "nl",
            "aria-labelledby": title_id,
            "aria-describedby": text_id,
            "font-family": _FONT,
            "font-size": str(layout.font),
        },
    )
    ET.SubElement(root, "title", {"id": title_id}).text = wording.title(table)
    ET.SubElement(root, "desc", {"id": text_id}).text = wording.summary(table)
    _shape(root, "rect", "paper", width=layout.width, height=height)
    return root


def _titles(root: ET.Element, table: RatingTable, bottom: int) -> None:
    _text(root, wording.title(table), "ink", x=0, y=26, font_size=20, font_weight="bold")
    source = f"Enquete, berekend op {numbers.day(table.computed)}."
    _text(root, source, "muted", x=0, y=bottom + 68, font_size=13)
    if table.invented:
        _text(root, wording.INVENTED, "headline", x=0, y=48, font_weight="bold")


def _key(root: ET.Element, rows: Sequence[RatingRow], layout: Layout, *, y: int) -> None:
    left = layout.left
    _shape(root, "line", "margin", x1=left, x2=left + 28, y1=y - 5, y2=y - 5)
    _shape(root, "circle", "dot", cx=left + 14, cy=y - 5, r=6)
    _text(root, "cijfer met marge", "muted", x=left + 38, y=y, font_size=13)
    if any(row.status is Status.INDICATIVE for row in rows):
        _shape(root, "circle", "hollow", cx=left + 176, cy=y - 5, r=5.5)
        _text(root, str(Status.INDICATIVE), "muted", x=left + 190, y=y, font_size=13)


def _scale(root: ET.Element, axis: Axis, layout: Layout, *, top: int, bottom: int) -> None:
    for tick in axis.ticks():
        x = axis.place(tick, layout)
        _shape(root, "line", "grid", x1=x, x2=x, y1=top, y2=bottom)
        label = numbers.mark(tick.quantize(Decimal("0.1")))
        _text(root, label, "muted", x=x, y=bottom + 19, font_size=13, text_anchor="middle")
    low, high = (numbers.mark(end.quantize(Decimal("0.1"))) for end in (axis.low, axis.high))
    part = f"Bewoners geven 1 tot 10. De as toont {low} tot {high}."
    _text(root, part, "muted", x=layout.left, y=bottom + 43, font_size=13)


def _reference(
    root: ET.Element, headline: RatingRow, axis: Axis, layout: Layout, *, top: int, bottom: int
) -> None:
    if headline.value is None:
        return
    start = top + layout.track
    if headline.lower is not None and headline.upper is not None:
        low, high = axis.place(headline.lower, layout), axis.place(headline.upper, layout)
        height = bottom - start
        _shape(root, "rect", "band", x=low, y=start, width=high - low, height=height)
    x = axis.place(headline.value, layout)
    _shape(root, "line", "reference", x1=x, x2=x, y1=start, y2=bottom)


def _row(
    root: ET.Element, row: RatingRow, axis: Axis, layout: Layout, *, y: int, headline: bool
) -> None:
    weight = "bold" if headline else "normal"
    name = _cut(row.name, layout.longest_name)
    _text(root, name, "ink", x=0, y=y + layout.label, font_weight=weight)
    mark = numbers.mark(row.value) if has_figures(row) else ""
    end = {"x": layout.width, "y": y + layout.label, "text_anchor": "end"}
    if mark:
        _text(root, mark, "ink", **end, font_weight="bold")
        _dot(root, row, axis, layout, y=y + layout.track, headline=headline)
    else:
        _text(root, wording.value(row), "muted", **end, font_size=13)


def _dot(
    root: ET.Element, row: RatingRow, axis: Axis, layout: Layout, *, y: int, headline: bool
) -> None:
    if row.value is None:
        return
    if row.lower is not None and row.upper is not None:
        low, high = axis.place(row.lower, layout), axis.place(row.upper, layout)
        _shape(root, "line", "margin", x1=low, x2=high, y1=y, y2=y)
    x = axis.place(row.value, layout)
    if headline:
        points = f"{x:.1f},{y - 8} {x + 8:.1f},{y} {x:.1f},{y + 8} {x - 8:.1f},{y}"
        _shape(root, "polygon", "headline", points=points)
    elif row.status is Status.INDICATIVE:
        _shape(root, "circle", "hollow", cx=x, cy=y, r=5.5)
    else:
        _shape(root, "circle", "dot", cx=x, cy=y, r=6)


def _cut(name: str, longest: int) -> str:
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


def _shape(parent: ET.Element, tag: str, paint: str, **attributes: float | str) -> ET.Element:
    written = {
        name.replace("_", "-"): f"{value:.1f}" if isinstance(value, float) else str(value)
        for name, value in attributes.items()
    }
    return ET.SubElement(parent, tag, {"class": f"dots-{paint}"} | _PAINT[paint] | written)


def _text(parent: ET.Element, text: str, paint: str, **attributes: float | str) -> None:
    _shape(parent, "text", paint, **attributes).text = text
