"""Printing tables: as the width of the terminal allows, plain when piped, never cut off."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_GAP: Final = 3
"""Characters between two columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of ready texts; those of a number stand right and on one line."""

    head: str
    cells: Sequence[str]
    number: bool = False

    @property
    def natural(self) -> int:
        """The width in which every text stands on one line."""
        return _widest((self.head, *self.cells))

    @property
    def least(self) -> int:
        """The width in which no word and no number is broken."""
        if self.number:
            return self.natural
        return _widest(word for text in (self.head, *self.cells) for word in text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One way to show something: tables of a title and columns, and lines under them."""

    tables: Sequence[tuple[str, Sequence[Column]]]
    lines: Sequence[str]


def show(*layouts: Layout, console: Console | None = None) -> None:
    """Print the first layout whose rows fit on a line each, or else the last.

    Names may then wrap between words; numbers never do, and nothing is left out. What is piped has
    the first layout, as wide as it is.
    """
    console = console or Console()
    room = console.width if console.is_terminal else None
    chosen = next((way for way in layouts if room is None or _fits(way, room)), layouts[-1])
    for number, (title, columns) in enumerate(chosen.tables):
        if number:
            console.print()
        _print(title, columns, console, room)
    for line in chosen.lines:
        console.print(_text(line), soft_wrap=room is None, highlight=False)


def _fits(way: Layout, room: int) -> bool:
    return all(_total([column.natural for column in columns]) <= room for _, columns in way.tables)


def _print(title: str, columns: Sequence[Column], console: Console, room: int | None) -> None:
    widths = _widths(columns, room)
    grid = Table(
        title=_text(title),
        title_justify="left",
        box=None if room is None else box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    for column, width in zip(columns, widths, strict=True):
        grid.add_column(
            _text(column.head),
            justify="right" if column.number else "left",
            width=width,
            no_wrap=column.number,
        )
    for row in zip(*(column.cells for column in columns), strict=True):
        grid.add_row(*map(_text, row))
    real = console.width
    # Wider than the terminal if need be: a line that the terminal wraps can still be read.
    console.width = max(real, _total(widths))
    try:
        console.print(grid)
    finally:
        console.width = real


def _widths(columns: Sequence[Column], room: int | None) -> list[int]:
    """Give the columns their widths: names give way, one character at a time, the widest first."""
    widths = [column.natural for column in columns]
    while room is not None and _total(widths) > room:
        spare = [width - column.least for width, column in zip(widths, columns, strict=True)]
        if not any(spare):
            break
        widths[spare.index(max(spare))] -= 1
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _widest(texts: Iterable[str]) -> int:
    return max((_text(text).cell_len for text in texts), default=0)


def _text(text: str) -> Text:
    """Make a text be shown as it is: `[b]` is no markup, and no character steers the terminal."""
    return Text(_CONTROL.sub(" ", text))
