"""Excel for people: a real table with Dutch headings, and a sheet that explains it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from analysis.rating_table import Status
from enquete import numbers
from enquete.release.formats import wording
from enquete.release.formats.shown import has_figures, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.rating_table import Change, RatingRow, RatingTable

Cell: TypeAlias = Decimal | int | str

# Text stays text: an area called "=1+1" must not be computed, nor one with "http" become a link.
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_HEADER: Final = 3
_NOT_TESTED: Final = "niet getoetst"


@dataclass(frozen=True, slots=True)
class _Column:
    """Heading, width in characters, number format ("" for text) and the cell of a row."""

    heading: str
    width: int
    number: str
    cell: Callable[[RatingRow], Cell]


def _figure(number: Callable[[RatingRow], Decimal | int | None]) -> Callable[[RatingRow], Cell]:
    def cell(row: RatingRow) -> Cell:
        value = number(row)
        if value is not None:
            return value
        return wording.UNKNOWN if has_figures(row) else wording.WITHHELD

    return cell


def _of_change(part: Callable[[Change], Cell | float | None], *, missing: str) -> Any:
    def cell(row: RatingRow) -> Cell | float:
        value = None if row.change is None else part(row.change)
        return missing if value is None else value

    return cell


_FIGURES: Final = (
    _Column("Gemeente", 32, "", lambda row: row.name),
    _Column("CBS-code", 11, "", lambda row: row.code or "geen"),
    _Column("Cijfer", 22, "0.0", lambda row: wording.value(row) if row.value is None else row.value),
    _Column("Marge van", 13, "0.0", _figure(lambda row: row.lower)),
    _Column("Marge tot", 13, "0.0", _figure(lambda row: row.upper)),
    _Column("Antwoorden", 13, "#,##0", _figure(lambda row: row.n)),
    _Column("Status", 22, "", lambda row: str(row.status)),
    _Column("Opmerking", 44, "", lambda row: row.note),
)
_SIGNED: Final = "+0.0;-0.0;0.0"
_CHANGES: Final = (
    _Column("Verandering", 15, _SIGNED, _of_change(lambda c: c.value, missing=wording.UNKNOWN)),
    _Column("Verandering van", 15, _SIGNED, _of_change(lambda c: c.lower, missing=wording.UNKNOWN)),
    _Column("Verandering tot", 15, _SIGNED, _of_change(lambda c: c.upper, missing=wording.UNKNOWN)),
    _Column("Oordeel", 26, "", _of_change(lambda c: str(c.verdict), missing=_NOT_TESTED)),
    _Column("p-waarde", 14, "0.0000", _of_change(lambda c: c.p, missing=_NOT_TESTED)),
    _Column("p-waarde (Holm)", 14, "0.0000", _of_change(lambda c: c.p_adjusted, missing=_NOT_TESTED)),
    _Column("Opmerking bij verandering", 44, "", _of_change(lambda c: c.note, missing="")),
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
        book.set_properties({"title": wording.title(table), "created": created})
        _marks(book, table)
        _explanation(book, table)
    return target.getvalue()


def _marks(book: Any, table: RatingTable) -> None:
    sheet = book.add_worksheet("Rapportcijfer")
    sheet.write(0, 0, wording.title(table), book.add_format({"bold": True, "font_size": 16}))
    sheet.write(1, 0, _source(table), book.add_format({"bold": table.invented}))
    columns = _FIGURES + (_CHANGES if table.compare is not None else ())
    rows = (table.headline, *table.rows)
    place = {
        "name": "Rapportcijfer",
        "style": "Table Style Light 1",
        "first_column": True,
        "data": [[column.cell(row) for column in columns] for row in rows],
        "columns": _headings(book, columns),
    }
    sheet.add_table(_HEADER, 0, _HEADER + len(rows), len(columns) - 1, place)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
    sheet.set_row(_HEADER, 32)
    sheet.freeze_panes(_HEADER + 1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _headings(book: Any, columns: tuple[_Column, ...]) -> list[dict[str, Any]]:
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    numbers_like = {
        pattern: book.add_format({"num_format": pattern, "align": "right", "valign": "top"})
        for pattern in dict.fromkeys(column.number for column in columns if column.number)
    }
    return [
        {
            "header": column.heading,
            "header_format": heading,
            "format": numbers_like.get(column.number, text),
        }
        for column in columns
    ]


def _source(table: RatingTable) -> str:
    since = f" Verandering sinds {table.compare}." if table.compare is not None else ""
    source = f"Enquete, berekend op {numbers.day(table.computed)}.{since}"
    return f"{wording.INVENTED} {source}" if table.invented else source


def _explanation(book: Any, table: RatingTable) -> None:
    sheet = book.add_worksheet("Toelichting")
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 1, 80)
    bold = book.add_format({"bold": True, "valign": "top"})
    text = book.add_format({"text_wrap": True, "valign": "top", "align": "left"})
    mark = book.add_format({"num_format": "0.0", "valign": "top", "align": "left"})
    row = 0
    for heading, lines in _sections(table).items():
        sheet.write(row, 0, heading, book.add_format({"bold": True, "font_size": 14}))
        for row, (left, right) in enumerate(lines, start=row + 1):
            sheet.write(row, 0, left, bold)
            sheet.write(row, 1, right, mark if isinstance(right, Decimal) else text)
        row += 2


def _sections(table: RatingTable) -> dict[str, list[tuple[str, Cell]]]:
    averages = [
        (f"{name}. {weighing}", wording.UNKNOWN if mark is None else mark)
        for name, weighing, mark in wording.averages(table)
    ]
    return {
        wording.title(table): [("Bron", _source(table))],
        "Drie gemiddelden": [*averages, ("Waarom verschillen ze?", wording.WHY_AVERAGES_DIFFER)],
        "Verklaring van tekens": [
            *wording.legend(table).items(),
            (str(Status.SHOWN), wording.STATUSES[Status.SHOWN]),
            (_NOT_TESTED, "Deze toets is hier niet gedaan."),
        ],
        "Toelichting": [(str(i), note) for i, note in enumerate(table.notes, start=1)],
    }
