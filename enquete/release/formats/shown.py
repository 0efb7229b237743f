"""The last gate before a file or page: a figure whose status hides it does not pass.

`analysis` leaves such figures out already. Every writer passes its table through here all the same,
so that one mistake upstream cannot publish what a few residents answered.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from analysis.rating_table import Change, Reconciliation, Status, Verdict

if TYPE_CHECKING:
    from analysis.rating_table import RatingRow, RatingTable

_HAS_FIGURES: Final = frozenset({Status.SHOWN, Status.INDICATIVE})

# What XML 1.0 and HTML forbid: controls, halves of a surrogate pair, non-characters. Names of areas
# come from a file, and a line break in one would also start a new line of a CSV.
_NOT_TEXT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+")


def shown(table: RatingTable) -> RatingTable:
    """Give the table without hidden figures and with clean text.

    Parameters
    ----------
    table
        As computed.

    Returns
    -------
    RatingTable
        The same, where a suppressed row has no value, margin, number of answers or change, an
        empty row no value, margin or change, and no text has control characters. With a hidden
        headline the averages beside it are hidden too.
    """
    headline = _row(table.headline)
    return replace(
        table,
        wave=_text(table.wave),
        compare=None if table.compare is None else _text(table.compare),
        headline=headline,
        rows=tuple(_row(row) for row in table.rows),
        reconciliation=table.reconciliation
        if has_figures(headline.status)
        else Reconciliation(plain_mean=None, answers_weighted=None, population_weighted=None),
        notes=tuple(_text(note) for note in table.notes),
    )


def has_figures(status: Status) -> bool:
    """Tell whether figures of this status may be seen."""
    return status in _HAS_FIGURES


def _row(row: RatingRow) -> RatingRow:
    row = replace(
        row,
        area=_text(row.area),
        name=_text(row.name),
        code=None if row.code is None else _text(row.code),
        note=_text(row.note),
        change=row.change and _change(row.change),
    )
    if has_figures(row.status):
        return row
    return replace(
        row,
        value=None,
        lower=None,
        upper=None,
        n=row.n if row.status is Status.EMPTY else None,
        change=row.change and _without_figures(row.change),
    )


def _change(change: Change) -> Change:
    if change.verdict is Verdict.TOO_FEW:
        return _without_figures(change)
    return replace(change, note=_text(change.note))


def _without_figures(change: Change) -> Change:
    # The verdict goes too: "hoger" tells something of a mark that is hidden.
    return Change(verdict=Verdict.TOO_FEW, note=_text(change.note))


def _text(text: str) -> str:
    return _NOT_TEXT.sub(" ", text)
