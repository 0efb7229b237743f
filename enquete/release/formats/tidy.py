"""The table for machines: one row a figure, the same columns in every format."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from enquete.release.formats.shown import shown

if TYPE_CHECKING:
    from analysis.rating_table import Change, RatingRow, RatingTable

Value: TypeAlias = str | int | Decimal | bool | None

COLUMNS: Final = (
    "wave",
    "area",
    "name",
    "code",
    "value",
    "lower",
    "upper",
    "n",
    "status",
    "note",
    "compare",
    "change",
    "change_lower",
    "change_upper",
    "p",
    "p_adjusted",
    "verdict",
    "change_note",
    "invented",
)


def tidy(table: RatingTable) -> list[dict[str, Value]]:
    """Give the rows under `COLUMNS`: the headline first (area ``"total"``), then the areas.

    Returns
    -------
    list of dict
        Figures are `Decimal` with the decimals that are printed, p-values with four digits; None
        where there is none or it is hidden.
    """
    table = shown(table)
    return [_tidy_row(table, row) for row in (table.headline, *table.rows)]


def _tidy_row(table: RatingTable, row: RatingRow) -> dict[str, Value]:
    values: tuple[Value, ...] = (
        table.wave,
        row.area,
        row.name,
        row.code,
        row.value,
        row.lower,
        row.upper,
        row.n,
        str(row.status),
        row.note or None,
        table.compare,
        *_change_values(row.change),
        table.invented,
    )
    return dict(zip(COLUMNS, values, strict=True))


def _change_values(change: Change | None) -> tuple[Value, ...]:
    if change is None:
        return (None,) * 7
    return (
        change.value,
        change.lower,
        change.upper,
        _p(change.p),
        _p(change.p_adjusted),
        str(change.verdict),
        change.note or None,
    )


def _p(value: float | None) -> Decimal | None:
    """Keep four digits: nobody reads more, and the last bits differ between machines."""
    return None if value is None else Decimal(f"{value:.4g}")
