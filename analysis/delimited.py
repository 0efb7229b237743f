"""Delimited text as the field delivers it, read by column, with every fault told by its place.

A file is UTF-8 (with or without a byte order mark) or Windows-1252; its separator is the first of
tab, semicolon and comma that stands in the header line outside quotes (or the one that Excel's
``sep=;`` line names). White space around a cell is no data. Blank lines are passed over, and so are
rows of separators only at the end, which spreadsheets leave behind; every other row must have as
many fields as the header, because a row that has not may have lost any of them.

It stands on the standard library alone, so that the service can read its frames with it without
loading a statistics library.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from difflib import get_close_matches
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from analysis.encoding import decode
from analysis.faults import DelimitedError, Fault, Faults, ParseError, shown
from analysis.parse import parse_number, parse_whole

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = [
    "DelimitedError",
    "Fault",
    "Faults",
    "ParseError",
    "Source",
    "Table",
    "listed",
    "parse_number",
    "parse_whole",
    "read_table",
    "shown",
]

T = TypeVar("T")
Source: TypeAlias = "str | os.PathLike[str] | bytes"

_MOST_NAMES: Final = 40

_EXCEL_SEPARATOR: Final = re.compile(r"sep=(.)(?:\r\n|\r|\n)", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"[^"]*(?:"|$)')


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, by column.

    Attributes
    ----------
    name
        What the file is called in messages.
    header
        All column names of the file, in its order.
    columns
        The cells of each column that was read, white space around them removed; all of one length.
    lines
        For each row the line of the file where it begins, from 1.
    """

    name: str
    header: tuple[str, ...]
    columns: dict[str, list[str]]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.lines)

    def rows(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Give each row as its line number and its cells, in the order of `columns`."""
        return zip(self.lines, zip(*self.columns.values(), strict=True), strict=True)

    def parse(self, column: str, parse: Callable[[str], T], faults: Faults) -> list[T]:
        """Read every cell of a column with `parse`, which is called once for each different text.

        Parameters
        ----------
        column
            Name of a column that was read.
        parse
            Turns a cell into a value, or raises `ParseError`.
        faults
            Gets a fault for each cell that could not be read. Such cells are left out of the
            result: use it only after `faults` had its chance to raise.

        Returns
        -------
        list
            The values, in the order of the rows.
        """
        cells = self.columns[column]
        values: dict[str, T] = {}
        wanted: dict[str, str] = {}
        for text in set(cells):
            try:
                values[text] = parse(text)
            except ParseError as error:
                wanted[text] = error.wanted
        for line, text in zip(self.lines, cells, strict=True) if wanted else ():
            if text in wanted:
                faults.add(line, column, wanted[text], shown(text))
        return [values[text] for text in cells if text in values]


def read_table(
    source: Source, *, name: str | None = None, columns: Sequence[str] | None = None
) -> Table:
    r"""Read a delimited file.

    Parameters
    ----------
    source
        A path, or the bytes of a file.
    name
        What to call it in messages; by default the last part of the path, or "the file".
    columns
        The columns to keep, by their exact names; by default all. Fewer take less memory and time.

    Returns
    -------
    Table
        At least one row.

    Raises
    ------
    DelimitedError
        If the file is empty, is not text in one of the two encodings, has a header only, a column
        name that is empty or occurs twice, no column of a wanted name, or a row with more or fewer
        fields than the header; all such rows are told at once.
    OSError
        If the path cannot be read.

    Examples
    --------
    >>> table = read_table(b"gemeente;cijfer\nDiemen;8,5\n")
    >>> table.columns
    {'gemeente': ['Diemen'], 'cijfer': ['8,5']}
    """
    name = name or ("the file" if isinstance(source, bytes) else Path(source).name)
    text = decode(source if isinstance(source, bytes) else Path(source).read_bytes(), name)
    with Faults(name) as faults:
        records = _records(text, faults)
        line, header = _header(records, faults)
        kept = tuple(dict.fromkeys(columns or header))
        _refuse_missing(line, header, kept, faults)
        lines, rows = _rows(records, [header.index(column) for column in kept], len(header), faults)
        faults.raise_any()
        if not rows:
            faults.add(0, "", "rows under the header", "a header only")
    cells = (list(map(str.strip, column)) for column in zip(*rows, strict=True))
    return Table(name, header, dict(zip(kept, cells, strict=True)), lines)


def _separator(text: str) -> str:
    first = re.search(r"[^\r\n]+", text)
    header = _QUOTED.sub("", first[0]) if first else ""
    return next((sign for sign in "\t;," if sign in header), ";")


def _records(text: str, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """Give each row that is not blank with the line where it begins."""
    named = _EXCEL_SEPARATOR.match(text)
    before = 1 if named else 0
    body = text[named.end() :] if named else text
    separator = named[1] if named else _separator(body)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    line = before + 1
    try:
        for row in reader:
            if len(row) > 1 or (row and row[0].strip()):
                yield line, row
            line = before + reader.line_num + 1
    except csv.Error as error:
        faults.add(line, "", "every quote that opens a cell to close it", str(error))


def _header(
    records: Iterator[tuple[int, list[str]]], faults: Faults
) -> tuple[int, tuple[str, ...]]:
    line, names = next(records, (0, []))
    faults.raise_any()
    header = tuple(map(str.strip, names))
    if not header:
        faults.add(0, "", "a header and rows", "an empty file")
    for place, column in enumerate(header, start=1):
        if not column:
            faults.add(line, "", f"a name for column {place} of {len(header)}", "none")
        elif (first := header.index(column) + 1) < place:
            places = f"it for columns {first} and {place}"
            faults.add(line, column, "a name that no other column has", places)
    faults.raise_any()
    return line, header


def _refuse_missing(
    line: int, header: Sequence[str], wanted: Iterable[str], faults: Faults
) -> None:
    for column in wanted:
        if column not in header:
            alike = get_close_matches(column, header, n=1)
            hint = f" (did you mean {alike[0]!r}?)" if alike else ""
            faults.add(line, "", f"a column {column!r}{hint}", listed(header))
    faults.raise_any()


def listed(header: Sequence[str]) -> str:
    """Name the columns that there are, for a message about one that is not."""
    more = f" and {len(header) - _MOST_NAMES} more" if len(header) > _MOST_NAMES else ""
    return f"columns {', '.join(header[:_MOST_NAMES])}{more}"


def _rows(
    records: Iterator[tuple[int, list[str]]], places: Sequence[int], width: int, faults: Faults
) -> tuple[list[int], list[Sequence[str]]]:
    pick = _picker(places)
    lines, rows, filled = [], [], 0
    for line, row in records:
        blank = not any(map(str.strip, row))
        if len(row) == width:
            lines.append(line)
            rows.append(pick(row))
            filled = filled if blank else len(rows)
        elif not blank:
            faults.add(line, "", f"{width} fields as in the header", f"{len(row)}")
    return lines[:filled], rows[:filled]


def _picker(places: Sequence[int]) -> Callable[[list[str]], Sequence[str]]:
    """Give the quickest function that takes the cells at `places` from a row."""
    if len(places) == 1:
        return lambda row: (row[places[0]],)
    return itemgetter(*places)
