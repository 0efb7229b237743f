"""What the words and signs in a table mean (*Verklaring van tekens*)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.rating_table import Status, Verdict
from enquete.release.formats.wording import (
    DUTCH,
    STATUSES,
    UNKNOWN,
    UNKNOWN_MEANS,
    VERDICTS,
    WITHHELD,
    Wording,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.rating_table import RatingRow, RatingTable


def legend(table: RatingTable, wording: Wording = DUTCH) -> dict[str, str]:
    """Explain what stands for a number or says how good it is, where it occurs.

    "te weinig antwoorden" is said of marks and of changes; where both occur it is explained for
    both.

    Parameters
    ----------
    table
        As `shown` gave it.
    """
    rows = (table.headline, *table.rows)
    words: dict[str, str] = {}
    for word, meaning in (
        *_margins(rows, wording),
        *_marks(rows, wording),
        *_unknown(rows, wording, compared=table.compare is not None),
        *_changes(rows, wording),
    ):
        words[word] = f"{words.get(word, '')} {meaning}".strip()
    return words


def _margins(rows: tuple[RatingRow, ...], wording: Wording) -> Iterator[tuple[str, str]]:
    yield (
        wording.gettext("marge"),
        wording.gettext(
            "Met 95 procent zekerheid ligt het echte cijfer tussen deze twee getallen."
        ),
    )
    for row in rows:
        if row.lower is not None and row.lower == row.upper:
            meaning = wording.gettext(
                "Met 95 procent zekerheid ligt het echte cijfer zo dicht bij dit cijfer."
            )
            yield wording.margin(row), meaning
            return


def _marks(rows: tuple[RatingRow, ...], wording: Wording) -> Iterator[tuple[str, str]]:
    for status in Status:
        if status is not Status.SHOWN and any(row.status is status for row in rows):
            yield wording.gettext(str(status)), wording.gettext(STATUSES[status])
    withheld = wording.gettext(WITHHELD)
    if any(wording.margin(row) == withheld for row in rows):
        yield withheld, wording.gettext("Dit getal hoort bij een cijfer dat we niet tonen.")


def _unknown(
    rows: tuple[RatingRow, ...], wording: Wording, *, compared: bool
) -> Iterator[tuple[str, str]]:
    unknown = wording.gettext(UNKNOWN)
    if any(
        unknown in {wording.value(row), wording.margin(row)} or (compared and row.change is None)
        for row in rows
    ):
        yield unknown, wording.gettext(UNKNOWN_MEANS)


def _changes(rows: tuple[RatingRow, ...], wording: Wording) -> Iterator[tuple[str, str]]:
    changes = [row.change for row in rows if row.change is not None]
    if any(change.value for change in changes):
        yield wording.gettext("+ en −"), wording.gettext("Het cijfer ging omhoog of omlaag.")
    for verdict in Verdict:
        if any(change.verdict is verdict for change in changes):
            yield wording.gettext(str(verdict)), wording.gettext(VERDICTS[verdict])
