"""Tables in the terminal: with colour and lines for people, plain when piped."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from analysis.rating_table import Verdict
from enquete.numbers import change as show_change
from enquete.numbers import count, mark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis import ChangeEstimate, Changes, Means
    from analysis.rating_table import Change, RatingRow, RatingTable

_PLAIN_WIDTH = 200


def print_rating_table(table: RatingTable) -> None:
    """Print the rating table with its reconciliation and notes, in Dutch."""
    title = f"Rapportcijfer voor de buurt per gemeente, {table.wave}"
    heads = ["Gebied", "Code", "Cijfer", "Marge", "Antwoorden", "Status"]
    if table.compare:
        heads += [f"Verandering sinds {table.compare}", "Marge ", "p", "p (Holm)", "Oordeel"]
    grid = _grid(title, heads, right={2, 4, 6, 8, 9})
    for row in (*table.rows, table.headline):
        grid.add_row(*_rating_cells(row, compared=table.compare is not None))
    sums = table.reconciliation
    lines = [
        "",
        f"Gewoon gemiddelde van de rijen      {mark(sums.plain_mean)}",
        f"Gewogen naar aantal antwoorden      {mark(sums.answers_weighted)}",
        f"Gewogen naar aantal woningen        {mark(sums.population_weighted)}   "
        "dit is het gemiddelde cijfer",
        "",
        *table.notes,
    ]
    _print(grid, lines)


def print_means(means: Means) -> None:
    """Print estimates with four decimals, and why one has no margin."""
    heads = ["wave", "domain", "n", "mean", "se", "low", "high", "df", "deff", "note"]
    grid = _grid("Means", heads, right=set(range(2, 9)))
    for row in (*means.rows, *means.totals):
        numbers = (row.value, row.se, row.low, row.high)
        grid.add_row(
            row.wave,
            "/".join(row.key),
            str(row.n),
            *map(_four, numbers),
            str(row.df),
            _four(row.deff),
            row.reason,
        )
    _print(grid, means.notes)


def print_changes(changes: Changes) -> None:
    """Print changes with four decimals, p-values, verdicts and why there is no test."""
    heads = ["domain", "n", "change", "se", "low", "high", "df", "p", "p holm", "verdict", "note"]
    grid = _grid(f"Change {changes.before} to {changes.after}", heads, right=set(range(1, 9)))
    for row in (*changes.rows, changes.total):
        grid.add_row(*_change_cells(row))
    _print(grid, changes.notes)


def _rating_cells(row: RatingRow, *, compared: bool) -> list[str]:
    cells = [
        row.name,
        row.code or "",
        mark(row.value) or "–",
        _interval(mark(row.lower), mark(row.upper)),
        count(row.n) or "–",
        row.status,
    ]
    return cells + (_moved_cells(row.change) if compared else [])


def _moved_cells(moved: Change | None) -> list[str]:
    if moved is None:
        return [""] * 5
    return [
        show_change(moved.value) or "–",
        _interval(show_change(moved.lower), show_change(moved.upper)),
        _p(moved.p),
        _p(moved.p_adjusted),
        moved.verdict,
    ]


def _change_cells(row: ChangeEstimate) -> list[str]:
    return [
        "/".join(row.key),
        f"{row.n[0]}+{row.n[1]}",
        *map(_four, (row.value, row.se, row.low, row.high)),
        str(row.df),
        _four(row.p),
        _four(row.p_adjusted),
        "" if row.verdict is Verdict.TOO_FEW else row.verdict,
        row.reason,
    ]


def _interval(low: str, high: str) -> str:
    return f"{low} tot {high}" if low and high else "–"


def _four(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _p(value: float | None) -> str:
    if value is None:
        return ""
    return "<0,001" if value < 0.001 else f"{value:.3f}".replace(".", ",")


def _grid(title: str, heads: Iterable[str], *, right: set[int]) -> Table:
    grid = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for index, head in enumerate(heads):
        grid.add_column(head, justify="right" if index in right else "left")
    return grid


def _print(grid: Table, lines: Iterable[str]) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PLAIN_WIDTH)
    if not console.is_terminal:
        grid.box = None
    console.print(grid)
    for line in lines:
        console.print(line, soft_wrap=True, markup=False)
