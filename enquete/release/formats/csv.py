"""Tidy CSV: UTF-8 without byte order mark, comma, decimal point (RFC 4180)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from enquete.release.formats.tidy import COLUMNS, Value, tidy
from enquete.spreadsheet import as_text

if TYPE_CHECKING:
    from analysis.rating_table import RatingTable


def write(table: RatingTable) -> bytes:
    r"""Write the table as CSV with a header row; lines end in ``\r\n``.

    Text that a spreadsheet would run as a formula gets an apostrophe before it. Numbers are never
    touched: ``-0.2`` stays a number. Missing and hidden values are empty.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in row.values()] for row in tidy(table))
    return text.getvalue().encode()


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return as_text(value, delimiter=",")
        case _:
            return str(value)
