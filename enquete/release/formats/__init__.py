"""Every format in which a rating table is published, one writer a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from enquete.release.formats import csv, html, json, svg, xlsx
from enquete.release.formats.wording import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.rating_table import RatingTable


@dataclass(frozen=True, slots=True)
class Writer:
    """A format: its Dutch name, its media type, and the pure function that writes it.

    The same table gives the same bytes, whatever the day or the machine.
    """

    name: str
    media_type: str
    write: Callable[[RatingTable], bytes]


WRITERS: Final[Mapping[str, Writer]] = {
    "html": Writer(N_("Webpagina"), "text/html; charset=utf-8", html.write),
    "xlsx": Writer(
        "Excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        xlsx.write,
    ),
    "csv": Writer("CSV", "text/csv; charset=utf-8; header=present", csv.write),
    "json": Writer("JSON", "application/json", json.write),
    "svg": Writer(N_("Figuur (SVG)"), "image/svg+xml", svg.write),
}
"""The formats by the suffix of their files."""
