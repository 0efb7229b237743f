"""What the readers of areas, frames and answers share: column names, cells, and the error."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from analysis.delimited import (
    DelimitedError,
    Faults,
    ParseError,
    Source,
    Table,
    listed,
    parse_whole,
    read_table,
    shown,
)
from enquete.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

T = TypeVar("T")

_BETWEEN_WORDS: Final = re.compile(r"[\s_-]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file whose columns go by our names, with the faults found in it so far.

    Attributes
    ----------
    table
        The rows.
    headers
        Our name of a column → its name in the file, for the columns that are there.
    faults
        Collects what is wrong; raised when the sheet is closed.
    """

    table: Table
    headers: Mapping[str, str]
    faults: Faults

    def parse(self, column: str, parse: Callable[[str], T]) -> list[T]:
        """Read the cells of a column, all as if empty when the file has no such column.

        Cells at fault are left out, so the result is for use after `faults.raise_any()`.
        """
        if column in self.headers:
            return self.table.parse(self.headers[column], parse, self.faults)
        return [parse("")] * len(self.table)

    def fault(self, row: int, column: str, wanted: str, got: str) -> None:
        """Note that the cell in `row` (an index of `table.lines`) is not what was wanted."""
        header = self.headers.get(column, column)
        self.faults.add(self.table.lines[row], header, wanted, got)

    def refuse_repeats(self, column: str, values: Sequence[str], wanted: str) -> None:
        """Note a fault, with both lines, for each value that an earlier row has already."""
        first: dict[str, int] = {}
        for row, value in enumerate(values):
            earlier = first.setdefault(value, row)
            if earlier != row:
                line = self.table.lines[earlier]
                self.fault(row, column, wanted, f"{shown(value)}, also on line {line}")


@contextmanager
def open_sheet(
    source: Source,
    *,
    what: str,
    columns: Mapping[str, Sequence[str]],
    required: Sequence[Sequence[str]],
) -> Iterator[Sheet]:
    """Open a delimited file; leaving the block raises all faults that were noted in it.

    Parameters
    ----------
    source
        A path, or the bytes of a file.
    what
        What the file holds: its name in messages when it is bytes.
    columns
        Our name of each column → the other names by which it is known. Capitals do not matter, nor
        whether words are parted by a space, a hyphen or an underscore.
    required
        Of each group of our names the file must have at least one.

    Raises
    ------
    InputError
        If the file cannot be read or has a fault; the message has all of them.
    """
    name = what if isinstance(source, bytes) else None
    try:
        table = read_table(source, name=name)
        with Faults(table.name) as faults:
            yield Sheet(table, _found(table, columns, required, faults), faults)
    except DelimitedError as error:
        raise InputError(str(error)) from None
    except OSError as error:
        path = "" if isinstance(source, bytes) else os.fspath(source)
        raise InputError(f"{what}: cannot read {path}: {error.strerror}") from None


def header_key(header: str) -> str:
    """Give the form in which column names are compared."""
    return _BETWEEN_WORDS.sub("_", header.casefold())


def plain(text: str) -> str:
    """Read a text: white space, line ends included, becomes single spaces.

    Raises
    ------
    ParseError
        If a control character is left.
    """
    words = " ".join(text.split())
    if _CONTROL.search(words):
        raise ParseError("text without control characters", text)
    return words


def filled(wanted: str) -> Callable[[str], str]:
    """Make a reader of texts that refuses an empty one; `wanted` says what should stand there."""

    def parse(text: str) -> str:
        words = plain(text)
        if not words:
            raise ParseError(wanted, text)
        return words

    return parse


def dwelling_type(text: str) -> str:
    """Read a dwelling type, in small letters, so that two files spell one stratum in one way.

    Raises
    ------
    ParseError
        If it is empty.
    """
    return _dwelling_type(text).lower()


_dwelling_type = filled("a dwelling type")


def language(text: str) -> str:
    """Read a language code of two letters; empty is Dutch.

    Raises
    ------
    ParseError
        If it is something else.
    """
    code = text.lower() or "nl"
    if not re.fullmatch("[a-z]{2}", code):
        raise ParseError("a language code of two letters, such as nl or en", text)
    return code


def count(text: str) -> int:
    """Read a number of things: whole and not negative.

    Raises
    ------
    ParseError
        If it is empty or something else.
    """
    try:
        number = parse_whole(text)
    except ParseError:
        number = None
    if number is None or number < 0:
        raise ParseError("a whole number from 0, without separators of thousands", text)
    return number


def _found(
    table: Table,
    columns: Mapping[str, Sequence[str]],
    required: Sequence[Sequence[str]],
    faults: Faults,
) -> dict[str, str]:
    ours = {key: column for column, also in columns.items() for key in (column, *also)}
    headers: dict[str, str] = {}
    for header in table.header:
        column = ours.get(header_key(header))
        if column is not None and headers.setdefault(column, header) != header:
            got = f"{headers[column]!r} and {header!r}"
            faults.add(0, "", f"one column for {column}", got)
    for group in required:
        if not headers.keys() & set(group):
            names = " or ".join(_with_others(column, columns[column]) for column in group)
            faults.add(0, "", f"a column {names}", listed(table.header))
    faults.raise_any()
    return headers


def _with_others(column: str, also: Sequence[str]) -> str:
    return f"{column} ({', '.join(also)})" if also else column
