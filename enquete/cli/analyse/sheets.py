"""Tables of a verb: plain where they are piped, as wide as the terminal where there is one."""

from __future__ import annotations

import math
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_GAP: Final = 3
"""Characters between two columns in a terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of ready texts; those of a number stand right."""

    head: str
    cells: Sequence[str]
    number: bool = False

    @property
    def width(self) -> int:
        """Characters of its longest text."""
        return max(map(len, (self.head, *self.cells)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table.

    Attributes
    ----------
    columns
        The first `keys` of them say what a row is of.
    reasons
        Why something is missing in a row, one a row; empty where nothing is.
    """

    title: str
    columns: Sequence[Column]
    keys: int = 1
    reasons: Sequence[str] = ()


def texts(head: str, cells: Iterable[object]) -> Column:
    """Make a column of texts."""
    return Column(head=head, cells=[_CONTROL.sub(" ", str(cell)) for cell in cells])


def numbers(head: str, cells: Iterable[float | None]) -> Column:
    """Make a column of numbers: counts as they are, others with four decimals."""
    return Column(head=head, cells=[number(cell) for cell in cells], number=True)


def degrees(head: str, cells: Iterable[float | None]) -> Column:
    """Make a column of degrees of freedom or amounts: one decimal where they are not whole."""
    ready = [
        "-" if cell is None or math.isnan(cell) else f"{cell:.{0 if cell == int(cell) else 1}f}"
        for cell in cells
    ]
    return Column(head=head, cells=ready, number=True)


def shares(head: str, cells: Iterable[float | None]) -> Column:
    """Make a column of shares, in per cent with one decimal."""
    ready = ["-" if cell is None else f"{100 * cell:.1f}%" for cell in cells]
    return Column(head=head, cells=ready, number=True)


def chances(head: str, cells: Iterable[float | None]) -> Column:
    """Make a column of p-values."""
    return Column(head=head, cells=[chance(cell) for cell in cells], number=True)


def number(value: float | None) -> str:
    """Write a number: a count as it is, others with four decimals, from a thousand with one."""
    if value is None or math.isnan(value):
        return "-"
    if isinstance(value, int):
        return str(value)
    return f"{value:.4f}" if abs(value) < 1000 else f"{value:.1f}"


def chance(p: float | None) -> str:
    """Write a p-value with three decimals; a smaller one as such."""
    if p is None or math.isnan(p):
        return "-"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def show(sheets: Sequence[Sheet], lines: Sequence[str], *, console: Console | None = None) -> None:
    """Print tables, and lines under them.

    In a terminal that is too narrow for a table its columns go in more tables, each with what the
    rows are of, and the reasons under them; nothing is left out. What is piped has a line for each
    row, however wide.
    """
    if console is None and not sys.stdout.isatty():
        click.echo("\n".join(_plain(sheets, lines)))
        return
    _show_in(console, sheets, lines)


def _plain(sheets: Sequence[Sheet], lines: Sequence[str]) -> list[str]:
    printed: list[str] = []
    for sheet in sheets:
        columns = _with_reasons(sheet)
        heads = [column.head for column in columns]
        rows = zip(*(column.cells for column in columns), strict=True)
        printed += [sheet.title, *(_line(columns, row) for row in (heads, *rows)), ""]
    return [*printed, *(_CONTROL.sub(" ", line) for line in lines)]


def _line(columns: Sequence[Column], cells: Sequence[str]) -> str:
    padded = (
        cell.rjust(column.width) if column.number else cell.ljust(column.width)
        for column, cell in zip(columns, cells, strict=True)
    )
    return "  ".join(padded).rstrip()


def _with_reasons(sheet: Sheet) -> list[Column]:
    notes = [texts("note", sheet.reasons)] if any(sheet.reasons) else []
    return [*sheet.columns, *notes]


def _show_in(console: Console | None, sheets: Sequence[Sheet], lines: Sequence[str]) -> None:
    from rich.console import Console

    from enquete.cli import terminal

    console = console or Console()
    room = console.width if console.is_terminal else 10**6
    tables: list[tuple[str, list[terminal.Column]]] = []
    below: list[str] = []
    for sheet in sheets:
        whole = _with_reasons(sheet)
        fits = _total(whole) <= room
        for part in [whole] if fits else _parts(sheet, room):
            ready = [terminal.Column(head=c.head, cells=c.cells, number=c.number) for c in part]
            tables.append((sheet.title, ready))
        below += [] if fits else _reasons(sheet)
    terminal.show(terminal.Layout(tables=tables, lines=["", *below, *lines]), console=console)


def _parts(sheet: Sheet, room: int) -> list[list[Column]]:
    """Divide the columns over tables that fit, each with those that say what a row is of."""
    keys = list(sheet.columns[: sheet.keys])
    parts = [keys.copy()]
    for column in sheet.columns[sheet.keys :]:
        if len(parts[-1]) > len(keys) and _total([*parts[-1], column]) > room:
            parts.append(keys.copy())
        parts[-1].append(column)
    return parts


def _reasons(sheet: Sheet) -> list[str]:
    names = zip(*(column.cells for column in sheet.columns[: sheet.keys]), strict=True)
    return [
        f"{' '.join(filter(None, name))}: {reason}"
        for name, reason in zip(
            names, sheet.reasons or [""] * len(sheet.columns[0].cells), strict=True
        )
        if reason
    ]


def _total(columns: Sequence[Column]) -> int:
    return sum(column.width for column in columns) + _GAP * (len(columns) - 1)
