"""The tables of the commands: what stands in which column, wide and narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.rating_table import Verdict
from analysis.results import show_key
from enquete.cli.terminal import Column, Layout, show
from enquete.numbers import change as show_change
from enquete.numbers import count, mark
from enquete.release.formats.wording import DUTCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from analysis import ChangeEstimate, Changes, Estimate, Means
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


def print_means(means: Means, *, console: Console | None = None) -> None:
    """Print estimates with four decimals, and why one has no margin."""
    rows = (*means.rows, *means.totals)
    columns = _mean_columns(rows)
    reasons = [f"{row.wave} {show_key(row.key)}: {row.reason}" for row in rows if row.reason]
    notes = _column("note", (row.reason for row in rows))
    show(
        Layout(tables=[("Means", [*columns, notes])], lines=means.notes),
        Layout(tables=[("Means", columns)], lines=[*reasons, *means.notes]),
        console=console,
    )


def print_changes(changes: Changes, *, console: Console | None = None) -> None:
    """Print changes with four decimals, p-values, verdicts and why there is no test."""
    title = f"Change {changes.before} to {changes.after}"
    rows = (*changes.rows, changes.total)
    moved, tested = _change_columns(rows), _test_columns(rows)
    reasons = [f"{show_key(row.key)}: {row.reason}" for row in rows if row.reason]
    notes = _column("note", (row.reason for row in rows))
    show(
        Layout(tables=[(title, [*moved, *tested, notes])], lines=changes.notes),
        Layout(
            tables=[(title, moved), (f"{title}: tests", [moved[0], *tested])],
            lines=[*reasons, *changes.notes],
        ),
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


def _mean_columns(rows: Sequence[Estimate]) -> list[Column]:
    return [
        _column("wave", (row.wave for row in rows)),
        _column("domain", (show_key(row.key) for row in rows)),
        _numbers("n", (str(row.n) for row in rows)),
        _numbers("mean", (_four(row.value) for row in rows)),
        *_spread(rows),
        _numbers("deff", (_four(row.deff) for row in rows)),
    ]


def _change_columns(rows: Sequence[ChangeEstimate]) -> list[Column]:
    return [
        _column("domain", (show_key(row.key) for row in rows)),
        _numbers("n", (f"{row.n[0]}+{row.n[1]}" for row in rows)),
        _numbers("change", (_four(row.value) for row in rows)),
        *_spread(rows),
    ]


def _test_columns(rows: Sequence[ChangeEstimate]) -> list[Column]:
    verdicts = ("" if row.verdict is Verdict.TOO_FEW else row.verdict for row in rows)
    return [
        _numbers("p", (_four(row.p) for row in rows)),
        _numbers("p holm", (_four(row.p_adjusted) for row in rows)),
        _column("verdict", verdicts),
    ]


def _spread(rows: Sequence[Estimate] | Sequence[ChangeEstimate]) -> list[Column]:
    return [
        _numbers("se", (_four(row.se) for row in rows)),
        _numbers("low", (_four(row.low) for row in rows)),
        _numbers("high", (_four(row.high) for row in rows)),
        _numbers("df", (str(row.df) for row in rows)),
    ]


def _column(head: str, cells: Iterable[str]) -> Column:
    return Column(head=head, cells=list(cells))


def _numbers(head: str, cells: Iterable[str]) -> Column:
    return Column(head=head, cells=list(cells), number=True)


def _interval(low: str, high: str) -> str:
    return f"{low} tot {high}" if low and high else "–"


def _four(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _p(value: float | None) -> str:
    if value is None:
        return ""
    return "<0,001" if value < 0.001 else f"{value:.3f}".replace(".", ",")
