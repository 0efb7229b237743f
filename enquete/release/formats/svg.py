"""The dot plot: each area's mark and margin, with the headline as a line to compare with.

One drawing for page and download. Its colours are presentation attributes, so that it needs no
stylesheet in a report; on the page the classes of `figures.css` win from them and follow dark mode
and print. No `style` attribute, no script: the page's content security policy blocks both.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from analysis.rating_table import Status
from enquete.release.formats.plot import WIDE, Axis
from enquete.release.formats.shown import shown
from enquete.release.formats.wording import DUTCH, INVENTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.rating_table import RatingRow, RatingTable
    from enquete.release.formats.plot import Layout
    from enquete.release.formats.wording import Wording

_WORD_ROW: Final = 30
_NOTE: Final = 20
_LONGEST_NOTE: Final = 110
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


def write(table: RatingTable) -> bytes:
    """Write the wide drawing as a file of its own, with its title and source in it."""
    return (draw(table, layout=WIDE, titled=True) + "\n").encode()


def draw(
    table: RatingTable,
    *,
    layout: Layout = WIDE,
    titled: bool = False,
    wording: Wording = DUTCH,
) -> str:
    """Draw the table as an ``<svg>`` element.

    Parameters
    ----------
    table
        As computed; hidden figures are not drawn.
    layout
        `WIDE` has the names beside the axis, `NARROW` above it, for a screen of 360 pixels.
    titled
        Whether title, source and the reasons of what is hidden are drawn; on a page they stand
        around the drawing.

    Returns
    -------
    str
        Well-formed XML that is valid inside HTML too. Its ids begin with ``dots-`` and the name of
        the layout, so that one page can hold both.
    """
    table = shown(table)
    rows = [table.headline, *_high_to_low(table.rows)]
    marked = [row for row in rows if row.value is not None]
    words = [row for row in rows if row.value is None]
    notes = [row.note if titled else "" for row in words]
    top = 92 if titled else 36
    bottom = top + layout.row * len(marked)
    root = _root(table, layout, wording)
    sheet = _Sheet(root, layout, Axis.around(marked), wording, top=top, bottom=bottom)
    height = bottom + 56 + _WORD_ROW * len(words) + _NOTE * sum(map(bool, notes)) + 32 * titled
    _paper(sheet, height=height, pad=24 if titled else 0)
    if titled:
        _titles(sheet, table, source_at=height - 4)
    _key(sheet, rows)
    _scale(sheet)
    _reference(sheet, table.headline)
    for index, row in enumerate(marked):
        _row(sheet, row, y=top + layout.row * index, headline=row is table.headline)
    _word_rows(sheet, words, notes, y=bottom + 76)
    return ET.tostring(root, encoding="unicode")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What is drawn on: the element, and where the axis runs on it."""

    root: ET.Element
    layout: Layout
    axis: Axis
    wording: Wording
    top: int
    bottom: int

    def x(self, mark: Decimal) -> float:
        return self.axis.place(mark, self.layout)

    def shape(self, tag: str, paint: str, **attributes: float | str) -> ET.Element:
        written = {
            name.replace("_", "-"): f"{value:.1f}" if isinstance(value, float) else str(value)
            for name, value in attributes.items()
        }
        return ET.SubElement(self.root, tag, {"class": f"dots-{paint}"} | _PAINT[paint] | written)

    def text(self, text: str, paint: str, **attributes: float | str) -> None:
        self.shape("text", paint, **attributes).text = text

    def small(self, text: str, paint: str, **attributes: float | str) -> None:
        self.text(text, paint, font_size=self.layout.small, **attributes)

    def free(self) -> list[tuple[int, int]]:
        """Give the heights between which a vertical line crosses no name."""
        if not self.layout.clear:
            return [(self.top, self.bottom)]
        rows = range(self.top, self.bottom, self.layout.row)
        return [(y + self.layout.clear, y + self.layout.row) for y in rows]


def _high_to_low(rows: Sequence[RatingRow]) -> list[RatingRow]:
    # Sorting is stable: equal marks keep the order of the table, rows without one come last.
    return sorted(rows, key=lambda row: -(row.value or Decimal(0)))


def _root(table: RatingTable, layout: Layout, wording: Wording) -> ET.Element:
    title_id, text_id = f"dots-{layout.name}-title", f"dots-{layout.name}-text"
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": f"dots dots-{layout.name}",
            "role": "img",
            "lang": wording.language,
            "aria-labelledby": title_id,
            "aria-describedby": text_id,
            "font-family": _FONT,
            "font-size": str(layout.font),
        },
    )
    ET.SubElement(root, "title", {"id": title_id}).text = wording.title(table)
    ET.SubElement(root, "desc", {"id": text_id}).text = wording.summary(table)
    return root


def _paper(sheet: _Sheet, *, height: int, pad: int) -> None:
    width, height = sheet.layout.width + 2 * pad, height + 2 * pad
    sheet.root.set("viewBox", f"{-pad} {-pad} {width} {height}")
    sheet.root.set("width", str(width))
    sheet.root.set("height", str(height))
    sheet.shape("rect", "paper", x=-pad, y=-pad, width=width, height=height)


def _titles(sheet: _Sheet, table: RatingTable, *, source_at: int) -> None:
    sheet.text(sheet.wording.title(table), "ink", x=0, y=20, font_size=20, font_weight="bold")
    if table.invented:
        sheet.text(sheet.wording.gettext(INVENTED), "headline", x=0, y=46, font_weight="bold")
    source = f"Enquete, berekend op {sheet.wording.day(table.computed)}."
    sheet.small(source, "muted", x=0, y=source_at)


def _key(sheet: _Sheet, rows: Sequence[RatingRow]) -> None:
    left, base = sheet.layout.left, sheet.top - 16
    sheet.shape("line", "margin", x1=left, x2=left + 28, y1=base - 5, y2=base - 5)
    sheet.shape("circle", "dot", cx=left + 14, cy=base - 5, r=6)
    sheet.small(sheet.wording.gettext("cijfer met marge"), "muted", x=left + 38, y=base)
    if any(row.status is Status.INDICATIVE for row in rows):
        sheet.shape("circle", "hollow", cx=left + 182, cy=base - 5, r=5.5)
        indicative = sheet.wording.gettext(str(Status.INDICATIVE))
        sheet.small(indicative, "muted", x=left + 196, y=base)


def _scale(sheet: _Sheet) -> None:
    labels = [sheet.wording.mark(tick) for tick in sheet.axis.ticks()]
    for tick, label in zip(sheet.axis.ticks(), labels, strict=True):
        x = sheet.x(tick)
        for start, end in sheet.free():
            sheet.shape("line", "grid", x1=x, x2=x, y1=start, y2=end)
        sheet.small(label, "muted", x=x, y=sheet.bottom + 19, text_anchor="middle")
    part = sheet.wording.gettext("Bewoners geven 1 tot 10. De as toont %(low)s tot %(high)s.")
    part %= {"low": labels[0], "high": labels[-1]}
    sheet.small(part, "muted", x=sheet.layout.left, y=sheet.bottom + 43)


def _reference(sheet: _Sheet, headline: RatingRow) -> None:
    if headline.value is None:
        return
    x = sheet.x(headline.value)
    low, high = (sheet.x(end or headline.value) for end in (headline.lower, headline.upper))
    for start, end in sheet.free():
        sheet.shape("rect", "band", x=low, y=start, width=high - low, height=end - start)
        sheet.shape("line", "reference", x1=x, x2=x, y1=start, y2=end)


def _row(sheet: _Sheet, row: RatingRow, *, y: int, headline: bool) -> None:
    base, right = y + sheet.layout.label, sheet.layout.width
    weight = "bold" if headline else "normal"
    name = _cut(sheet.wording.name(row), sheet.layout.longest_name)
    sheet.text(name, "ink", x=0, y=base, font_weight=weight)
    value = sheet.wording.value(row)
    sheet.text(value, "ink", x=right, y=base, text_anchor="end", font_weight="bold")
    _dot(sheet, row, y=y + sheet.layout.track, headline=headline)


def _word_rows(sheet: _Sheet, rows: Sequence[RatingRow], notes: Sequence[str], *, y: int) -> None:
    # Below the axis: a word among the dots would look like a place on the scale.
    for row, note in zip(rows, notes, strict=True):
        name = _cut(sheet.wording.name(row), sheet.layout.longest_beside)
        word = sheet.wording.value(row)
        sheet.text(name, "ink", x=0, y=y)
        sheet.small(word, "muted", x=sheet.layout.width, y=y, text_anchor="end")
        if note:
            sheet.small(_cut(note, _LONGEST_NOTE), "muted", x=0, y=y + _NOTE)
            y += _NOTE
        y += _WORD_ROW


def _dot(sheet: _Sheet, row: RatingRow, *, y: int, headline: bool) -> None:
    if row.value is None:
        return
    if row.lower is not None and row.upper is not None:
        low, high = sheet.x(row.lower), sheet.x(row.upper)
        sheet.shape("line", "margin", x1=low, x2=high, y1=y, y2=y)
    x = sheet.x(row.value)
    if headline:
        points = f"{x:.1f},{y - 8} {x + 8:.1f},{y} {x:.1f},{y + 8} {x - 8:.1f},{y}"
        sheet.shape("polygon", "headline", points=points)
    elif row.status is Status.INDICATIVE:
        sheet.shape("circle", "hollow", cx=x, cy=y, r=5.5)
    else:
        sheet.shape("circle", "dot", cx=x, cy=y, r=6)


def _cut(name: str, longest: int) -> str:
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"
