"""The rating table in a terminal: what stands in which column, wide and narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enquete.cli.terminal import Column, Layout, show
from enquete.numbers import change as show_change
from enquete.numbers import count, mark
from enquete.release.formats.wording import DUTCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from analysis.rating_table import RatingRow, RatingTable


def print_rating_table(table: RatingTable, *, console: Console | None = None) -> None:
    """Print the rating table with its reconciliation and notes, in Dutch."""
    title = DUTCH.title(table)
    rows = (*table.rows, table.headline)
    level, lines = _level(rows), [*_reconciliation(table), *table.notes]
    if table.compare is None:
        show(Layout(tables=[(title, level)], lines=lines), console=console)
        return
    since, tests = f"Verandering sinds {table.compare}", _tests(rows)
    narrow = [level[0], _moved(rows, "Verandering"), *tests]
    show(
        Layout(tables=[(title, [*level, _moved(rows, since), *tests])], lines=lines),
        Layout(tables=[(title, level), (since, narrow)], lines=lines),
        console=console,
    )


def _level(rows: Sequence[RatingRow]) -> list[Column]:
    return [
        _column("Gebied", (row.name for row in rows)),
        _column("Code", (row.code or "" for row in rows)),
        _numbers("Cijfer", (mark(row.value) or "–" for row in rows)),
        _numbers("Marge", (_interval(mark(row.lower), mark(row.upper)) for row in rows)),
        _numbers("Antwoorden", (count(row.n) or "–" for row in rows)),
        _column("Status", (row.status for row in rows)),
    ]


def _moved(rows: Sequence[RatingRow], head: str) -> Column:
    found = (row.change for row in rows)
    return _numbers(head, ((show_change(c.value) or "–") if c else "" for c in found))


def _tests(rows: Sequence[RatingRow]) -> list[Column]:
    found = [row.change for row in rows]
    margins = (_interval(show_change(c.lower), show_change(c.upper)) if c else "" for c in found)
    return [
        _numbers("Marge", margins),
        _numbers("p", (_p(c.p) if c else "" for c in found)),
        _numbers("p (Holm)", (_p(c.p_adjusted) if c else "" for c in found)),
        _column("Oordeel", (c.verdict if c else "" for c in found)),
    ]


def _reconciliation(table: RatingTable) -> list[str]:
    """Write the three averages side by side, as the page does."""
    averages = [
        f"{name:<28} {mark(value) or '–':>4}   {explanation}"
        for name, explanation, value in DUTCH.averages(table)
    ]
    return ["", *averages, ""]


def _column(head: str, cells: Iterable[str]) -> Column:
    return Column(head=head, cells=list(cells))


def _numbers(head: str, cells: Iterable[str]) -> Column:
    return Column(head=head, cells=list(cells), number=True)


def _interval(low: str, high: str) -> str:
    return f"{low} tot {high}" if low and high else "–"


def _p(value: float | None) -> str:
    if value is None:
        return ""
    return "<0,001" if value < 0.001 else f"{value:.3f}".replace(".", ",")
