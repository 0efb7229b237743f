"""Excel for people: a real table with Dutch headings, and a sheet that explains it."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from analysis.rating_table import Status
from enquete.release.formats import wording
from enquete.release.formats.legend import legend
from enquete.release.formats.shown import has_figures, shown
from enquete.release.formats.tidy import Value, tidy
from enquete.release.formats.wording import DUTCH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.rating_table import RatingTable

# Text stays text: an area called "=1+1" must not be computed, nor one with "http" become a link.
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_HEADER: Final = 3
_NOT_TESTED: Final = "niet getoetst"
_LEFT: Final = 46
_RIGHT: Final = 80
_LINE_HEIGHT: Final = 16


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of `tidy`: heading, width in characters, number format, word where it is empty."""

    name: str
    heading: str
    width: int
    number: str = ""
    empty: str = ""


_FIGURES: Final = (
    _Column("name", "Gemeente", 32),
    _Column("code", "CBS-code", 11, empty="geen"),
    _Column("value", "Cijfer", 20, "0.0", wording.UNKNOWN),
    _Column("lower", "Marge van", 10, "0.0", wording.UNKNOWN),
    _Column("upper", "Marge tot", 10, "0.0", wording.UNKNOWN),
    _Column("n", "Antwoorden", 12, "#,##0", wording.UNKNOWN),
    _Column("status", "Status", 20),
    _Column("note", "Opmerking", 44),
)
_SIGNED: Final = "+0.0;-0.0;0.0"
_CHANGES: Final = (
    _Column("change", "Verandering", 12, _SIGNED, wording.UNKNOWN),
    _Column("change_lower", "Verandering van", 12, _SIGNED, wording.UNKNOWN),
    _Column("change_upper", "Verandering tot", 12, _SIGNED, wording.UNKNOWN),
    _Column("verdict", "Oordeel", 26, empty=_NOT_TESTED),
    _Column("p", "p-waarde", 12, "0.0000", _NOT_TESTED),
    _Column("p_adjusted", "p-waarde (Holm)", 12, "0.0000", _NOT_TESTED),
    _Column("change_note", "Opmerking bij verandering", 44),
)


def write(table: RatingTable) -> bytes:
    """Write the workbook: sheets *Rapportcijfer* and *Toelichting*.

    The same table gives the same bytes: the workbook is dated on the day of the computation. A
    hidden figure is a word, so that no formula can count with it.
    """
    from xlsxwriter import Workbook

    table = shown(table)
    target = io.BytesIO()
    with Workbook(target, _OPTIONS) as book:
        created = datetime.combine(date.fromisoformat(table.computed[:10]), time(), UTC)
        book.set_properties({"title": DUTCH.title(table), "created": created})
        _marks(book, table)
        _explanation(book, table)
    return target.getvalue()


def _marks(book: Any, table: RatingTable) -> None:
    sheet = book.add_worksheet("Rapportcijfer")
    sheet.write(0, 0, DUTCH.title(table), book.add_format({"bold": True, "font_size": 16}))
    sheet.write(1, 0, _source(table), book.add_format({"bold": table.invented}))
    columns = _FIGURES + (_CHANGES if table.compare is not None else ())
    rows = tidy(table)
    place = {
        "name": "Rapportcijfer",
        "style": "Table Style Light 1",
        "first_column": True,
        "data": [[_cell(row, column) for column in columns] for row in rows],
        "columns": _headings(book, columns),
    }
    sheet.add_table(_HEADER, 0, _HEADER + len(rows), len(columns) - 1, place)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, _width(column, rows))
    sheet.set_row(_HEADER, 32)
    sheet.set_margins(left=0.3, right=0.3)
    sheet.freeze_panes(_HEADER + 1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _width(column: _Column, rows: Sequence[Mapping[str, Value]]) -> int:
    """Give the width of a column; one of notes is narrow when there are none, for the print."""
    if column.name.endswith("note") and not any(row[column.name] for row in rows):
        return 13
    return column.width


def _cell(row: Mapping[str, Value], column: _Column) -> Value:
    value, status = row[column.name], Status(str(row["status"]))
    if value is not None:
        return value
    if column.number and not has_figures(status):
        return str(status) if column.name == "value" else DUTCH.missing(status)
    return column.empty


def _headings(book: Any, columns: tuple[_Column, ...]) -> list[dict[str, Any]]:
    heading = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "align": "left", "indent": 1}
    )
    over_numbers = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "align": "right"}
    )
    text = book.add_format({"text_wrap": True, "valign": "top", "align": "left", "indent": 1})
    numbers_like = {
        pattern: book.add_format({"num_format": pattern, "align": "right", "valign": "top"})
        for pattern in dict.fromkeys(column.number for column in columns if column.number)
    }
    return [
        {
            "header": column.heading,
            "header_format": over_numbers if column.number else heading,
            "format": numbers_like.get(column.number, text),
        }
        for column in columns
    ]


def _source(table: RatingTable) -> str:
    since = f" Verandering sinds {table.compare}." if table.compare is not None else ""
    source = f"Enquete, berekend op {DUTCH.day(table.computed)}.{since}"
    return f"{wording.INVENTED} {source}" if table.invented else source


def _explanation(book: Any, table: RatingTable) -> None:
    sheet = book.add_worksheet("Toelichting")
    sheet.set_column(0, 0, _LEFT)
    sheet.set_column(1, 1, _RIGHT)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    text = book.add_format({"text_wrap": True, "valign": "top", "align": "left"})
    mark = book.add_format({"num_format": "0.0", "valign": "top", "align": "left"})
    heading = book.add_format({"bold": True, "font_size": 14})
    top = 0
    for name, lines in _sections(table).items():
        sheet.write(top, 0, name, heading)
        for row, (left, right) in enumerate(lines, start=top + 1):
            sheet.write(row, 0, left, bold)
            sheet.write(row, 1, right, mark if isinstance(right, Decimal) else text)
            # Not every program makes room for wrapped lines by itself.
            needed = max(len(left) / _LEFT, len(str(right)) / _RIGHT)
            sheet.set_row(row, _LINE_HEIGHT * math.ceil(needed))
        top += len(lines) + 2


def _sections(table: RatingTable) -> dict[str, list[tuple[str, Decimal | str]]]:
    averages = [
        (f"{name}. {weighing}", wording.UNKNOWN if mark is None else mark)
        for name, weighing, mark in DUTCH.averages(table)
    ]
    return {
        DUTCH.title(table): [("Bron", _source(table))],
        "Drie gemiddelden": [*averages, ("Waarom verschillen ze?", wording.WHY_AVERAGES_DIFFER)],
        "Verklaring van tekens": [
            *(legend(table) | {wording.UNKNOWN: wording.UNKNOWN_MEANS}).items(),
            (str(Status.SHOWN), wording.STATUSES[Status.SHOWN]),
            (_NOT_TESTED, "Deze toets is hier niet gedaan."),
        ],
        "Toelichting": [(str(i), note) for i, note in enumerate(table.notes, start=1)],
    }
