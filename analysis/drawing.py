"""Dot plots as SVG: lines of a name, a dot with its margin on one axis, and texts.

Text and lines take the colour of the page (``currentColor``), so that a dark page needs no other
drawing. The same input gives the same bytes.
"""

from __future__ import annotations

import math
import os
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Sequence

_FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_LETTER: Final = 0.58
"""Width of a small letter over the size of the type; fonts differ, so this is on the wide side."""

_CAPITAL: Final = 0.8
_SMALL: Final = 13
_AXIS: Final = 400
_ROW: Final = 30
_GAP: Final = 24
_PAD: Final = 8
_TOP: Final = 72

_PAINT: Final = {
    "ink": {"fill": "currentColor"},
    "muted": {"fill": "currentColor", "fill-opacity": "0.75", "font-size": str(_SMALL)},
    "grid": {"stroke": "currentColor", "stroke-opacity": "0.15"},
    "zero": {"stroke": "currentColor", "stroke-opacity": "0.7"},
    "reference": {"stroke": "#c2593c", "stroke-width": "1.5", "stroke-dasharray": "2 4"},
    "band": {"fill": "currentColor", "fill-opacity": "0.08"},
    "total": {"fill": "#c2593c"},
    "margin": {"stroke": "#2a86a5", "stroke-width": "4", "stroke-opacity": "0.6"},
    "arrow": {"fill": "#2a86a5", "fill-opacity": "0.6"},
    "dot": {"fill": "#2a86a5"},
    "hollow": {"fill": "none", "stroke": "#2a86a5", "stroke-width": "2"},
}


@dataclass(frozen=True)
class Picture:
    """A drawing.

    Attributes
    ----------
    svg
        The text of an ``<svg>`` element, with a title and a description in words.
    """

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: Path | str) -> None:
        """Write the drawing as an ``.svg`` file, whole or not at all.

        Raises
        ------
        ValueError
            If the name does not end in ``.svg``.
        OSError
            If the file cannot be written; one that was there is as it was.
        """
        target = Path(path)
        if target.suffix.lower() != ".svg":
            raise ValueError(f"a picture is saved as .svg, got {target.name!r}")
        fresh = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            fresh.write_bytes(f"{self.svg}\n".encode())
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)


class Line(NamedTuple):
    """One line of a plot.

    Attributes
    ----------
    texts
        What stands at the right, under the heads of the plot.
    sure
        Whether the dot is filled.
    total
        Whether it stands apart, as a diamond.
    """

    name: str
    value: float | None
    ends: tuple[float, float] | None
    texts: tuple[str, ...]
    sure: bool
    total: bool


class Axis(NamedTuple):
    """The numbers that an axis runs over, and the step of its grid."""

    low: float
    high: float
    step: float

    @property
    def ticks(self) -> list[float]:
        """Where its lines are."""
        first, last = (
            math.ceil(self.low / self.step - 1e-9),
            math.floor(self.high / self.step + 1e-9),
        )
        return [tick * self.step for tick in range(first, last + 1)]

    @property
    def decimals(self) -> int:
        """Decimals of the figures: two digits finer than the step."""
        return max(0, 2 - math.floor(math.log10(self.step) + 1e-9))

    def label(self, tick: float) -> str:
        """Write a tick."""
        return f"{tick:.{max(0, -math.floor(math.log10(self.step) + 1e-9))}f}"


def axis_of(values: Sequence[float], scale: tuple[float, float] | None) -> Axis:
    """Give the scale, or nice numbers around the values, in steps of 1, 2 or 5."""
    low, high = scale or (min(values, default=0.0), max(values, default=1.0))
    if high - low <= 1e-9 * abs(high):
        low, high = low - max(abs(low), 1) / 10, high + max(abs(high), 1) / 10
    power = 10.0 ** math.floor(math.log10((high - low) / 9))
    step = next(
        nice * power for nice in (1, 2, 5, 10) if nice * power * 9 >= (high - low) * (1 - 1e-9)
    )
    if scale is None:
        low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    return Axis(low, high, step)


class _Sheet:
    """What is drawn on: the element, and where the axis runs on it."""

    def __init__(self, title: str, rows: Sequence[Line], axis: Axis, heads: Sequence[str]) -> None:
        self.axis, self.heads = axis, heads
        self.left = _PAD + max(_wide(row.name, size=14) for row in rows) + _GAP
        end, self.columns = self.left + _AXIS, []
        for place, head in enumerate(heads):
            texts = (head, *(row.texts[place] for row in rows))
            end += _GAP + max(_wide(text, size=_SMALL + 1) for text in texts)
            self.columns.append(end)
        self.bottom = _TOP + _ROW * len(rows)
        self.width = max(end, _PAD + _wide(title, size=18)) + _PAD
        self.root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img"})

    def x(self, value: float) -> float:
        share = (value - self.axis.low) / (self.axis.high - self.axis.low)
        return self.left + min(max(share, 0.0), 1.0) * _AXIS

    def shape(self, tag: str, paint: str, **attributes: float | str) -> ET.Element:
        written = {
            name.replace("_", "-"): value if isinstance(value, str) else f"{value:g}"
            for name, value in attributes.items()
        }
        return ET.SubElement(self.root, tag, _PAINT[paint] | written)

    def text(self, text: str, paint: str, **attributes: float | str) -> None:
        self.shape("text", paint, **attributes).text = _clean(text)


def draw(
    title: str,
    rows: Sequence[Line],
    axis: Axis,
    *,
    heads: Sequence[str],
    reference: float | None = None,
    band: float | None = None,
) -> Picture:
    """Draw lines with their dots and margins on an axis.

    Parameters
    ----------
    heads
        One above each of the texts of the lines.
    reference
        Where a dotted line stands.
    band
        Half the width of a shaded band about 0.
    """
    sheet = _Sheet(title, rows, axis, heads)
    height = sheet.bottom + 36
    sheet.root.set("viewBox", f"0 0 {sheet.width} {height}")
    sheet.root.set("width", str(sheet.width))
    sheet.root.set("height", str(height))
    sheet.root.set("font-family", _FONT)
    sheet.root.set("font-size", "14")
    _told(sheet, title, rows)
    sheet.text(title, "ink", x=_PAD, y=24, font_size="17", font_weight="bold")
    for head, end in zip(heads, sheet.columns, strict=True):
        sheet.text(head, "muted", x=end, y=_TOP - 12, text_anchor="end")
    _scale_of(sheet, band=band)
    if reference is not None:
        x = sheet.x(reference)
        sheet.shape("line", "reference", x1=x, x2=x, y1=_TOP, y2=sheet.bottom)
    for place, row in enumerate(rows):
        _row(sheet, row, y=_TOP + _ROW * place)
    return Picture(ET.tostring(sheet.root, encoding="unicode"))


def _told(sheet: _Sheet, title: str, rows: Sequence[Line]) -> None:
    """Tell the drawing in words: a title, and every figure."""
    sentences = []
    for row in rows:
        heads = zip(sheet.heads, row.texts, strict=True)
        figures = [
            f"{head} {text}" if any(map(str.isdigit, text)) else text
            for head, text in heads
            if text
        ]
        sentences.append(_clean(f"{row.name}: {', '.join(figures)}."))
    told = " ".join(sentences)
    # Ids of its own: a notebook holds more drawings than one.
    number = zlib.crc32(f"{title}{told}".encode())
    for tag, text in (("title", _clean(title)), ("desc", told)):
        ET.SubElement(sheet.root, tag, {"id": f"{tag}-{number:08x}"}).text = text
    sheet.root.set("aria-labelledby", f"title-{number:08x}")
    sheet.root.set("aria-describedby", f"desc-{number:08x}")


def _scale_of(sheet: _Sheet, *, band: float | None) -> None:
    if band:
        left, right = sheet.x(-band), sheet.x(band)
        size = {"width": right - left, "height": float(sheet.bottom - _TOP)}
        sheet.shape("rect", "band", x=left, y=_TOP, **size)
    labels = [sheet.axis.label(tick) for tick in sheet.axis.ticks]
    widest = max(_wide(label, size=_SMALL) for label in labels) + _PAD
    every = math.ceil(widest * (sheet.axis.high - sheet.axis.low) / sheet.axis.step / _AXIS)
    for tick, label in zip(sheet.axis.ticks, labels, strict=True):
        x = sheet.x(tick)
        paint = "zero" if band is not None and tick == 0 else "grid"
        sheet.shape("line", paint, x1=x, x2=x, y1=_TOP, y2=sheet.bottom)
        if round(tick / sheet.axis.step) % every == 0:
            sheet.text(label, "muted", x=x, y=sheet.bottom + 19, text_anchor="middle")


def _row(sheet: _Sheet, row: Line, *, y: int) -> None:
    middle, base = y + _ROW / 2, y + _ROW / 2 + 5
    if row.total:
        sheet.shape("line", "zero", x1=_PAD, x2=sheet.width - _PAD, y1=y, y2=y)
    weight = "bold" if row.total else "normal"
    sheet.text(row.name, "ink", x=_PAD, y=base, font_weight=weight)
    for place, (text, end) in enumerate(zip(row.texts, sheet.columns, strict=True)):
        paint = "muted" if place else "ink"
        weight = "normal" if place else "bold"
        sheet.text(text, paint, x=end, y=base, text_anchor="end", font_weight=weight)
    if row.value is None:
        return
    if row.ends:
        _margin(sheet, *row.ends, y=middle)
    x = sheet.x(row.value)
    if row.total and row.sure:
        points = (
            f"{x:g},{middle - 8:g} {x + 8:g},{middle:g} {x:g},{middle + 8:g} {x - 8:g},{middle:g}"
        )
        sheet.shape("polygon", "total", points=points)
    else:
        sheet.shape("circle", "dot" if row.sure else "hollow", cx=x, cy=middle, r=5.5)


def _margin(sheet: _Sheet, low: float, high: float, *, y: float) -> None:
    left, right = sheet.x(low), sheet.x(high)
    sheet.shape("line", "margin", x1=left, x2=right, y1=y, y2=y)
    ways = ((low < sheet.axis.low, left, -1), (high > sheet.axis.high, right, 1))
    for beyond, x, way in ways:
        if beyond:
            points = f"{x:g},{y - 6:g} {x + 9 * way:g},{y:g} {x:g},{y + 6:g}"
            sheet.shape("polygon", "arrow", points=points)


def _wide(text: str, *, size: int) -> int:
    """Estimate the width of a text: a drawing cannot measure, and names are never cut."""
    capitals = sum(letter.isupper() for letter in text)
    return math.ceil(size * (_LETTER * (len(text) - capitals) + _CAPITAL * capitals))


def _clean(text: str) -> str:
    """Replace what XML cannot hold."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
