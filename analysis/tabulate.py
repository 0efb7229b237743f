"""From estimates to the rating table: rounded once, with what may not be shown left out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from analysis.rating_table import (
    Change,
    RatingRow,
    RatingTable,
    Reconciliation,
    Status,
    Verdict,
    round_half_up,
)
from analysis.results import TOTAL, Flag

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from analysis.cells import Cells
    from analysis.estimates import Changes, Estimates
    from analysis.results import ChangeEstimate, Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From where a figure is shown, and shown without reserve.

    Attributes
    ----------
    answers
        Fewest answers behind a mean that is shown (disclosure).
    half_width
        Widest half interval, in marks, of a mean that is not called indicative.
    df
        Fewest degrees of freedom of a mean that is not called indicative.
    low, high
        Ends of the scale; intervals are cut there.
    """

    answers: int = 10
    half_width: float = 0.5
    df: int = 4
    low: int = 1
    high: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaLabel:
    """How an area is named in the table; unpublished areas count in the headline only."""

    id: str
    name: str
    code: str | None
    published: bool = True


def tabulate(
    means: Estimates,
    areas: Sequence[AreaLabel],
    *,
    wave: str,
    changes: Changes | None = None,
    computed: str,
    notes: Sequence[str] = (),
    thresholds: Thresholds | None = None,
    invented: bool = False,
) -> RatingTable:
    """Make the table of one wave.

    Parameters
    ----------
    means
        Estimates by area (key: the area's id), of this wave and, with `changes`, of the earlier.
    computed
        Day of the computation, ISO 8601.
    notes
        Sentences to put before those of the thresholds.
    """
    limits = thresholds or Thresholds()

    def row(label: AreaLabel, key: tuple[str, ...]) -> RatingRow:
        now = _estimate(means, wave, key)
        before = _estimate(means, changes.before, key) if changes else None
        moved = _moved(changes, key) if changes else None
        change = _change(moved, now, before, limits) if changes else None
        return _row(label, now, limits, change)

    rows = tuple(row(label, (label.id,)) for label in areas if label.published)
    headline = row(AreaLabel(id="total", name="Alle gebieden samen", code=None), TOTAL)
    return RatingTable(
        wave=wave,
        compare=changes.before if changes else None,
        computed=computed,
        headline=headline,
        rows=rows,
        reconciliation=_reconcile(means, wave, rows, headline),
        notes=(*notes, *_method(limits, tested=_tested(changes))),
        invented=invented,
    )


def _estimate(means: Estimates, wave: str, key: tuple[str, ...]) -> Estimate | None:
    if key == TOTAL:
        return means.total(wave)
    return next((row for row in means.of(wave) if row.key == key), None)


def _moved(changes: Changes, key: tuple[str, ...]) -> ChangeEstimate | None:
    return next((row for row in (*changes.rows, changes.total) if row.key == key), None)


def _status(estimate: Estimate | None, limits: Thresholds) -> tuple[Status, str]:
    if estimate is None or estimate.n == 0:
        return Status.EMPTY, "Niemand gaf hier een cijfer."
    if estimate.n < limits.answers:
        return Status.SUPPRESSED, f"Minder dan {limits.answers} antwoorden."
    if estimate.flag is Flag.SAME:
        return Status.SUPPRESSED, "Niet getoond: het cijfer zou losse antwoorden verraden."
    reserve = _reserve(estimate, limits)
    return (Status.INDICATIVE, reserve) if reserve else (Status.SHOWN, "")


def _reserve(estimate: Estimate, limits: Thresholds) -> str:
    """Say why a mean is an indication only; empty text where it is not."""
    if estimate.low is None or estimate.high is None:
        return "Zonder marge: te weinig eenheden om die te berekenen."
    if (estimate.high - estimate.low) / 2 > limits.half_width:
        return "De marge is ruim: het cijfer geeft een indicatie."
    return "De marge rust op weinig eenheden." if estimate.df < limits.df else ""


def _is_shown(estimate: Estimate | None, limits: Thresholds) -> bool:
    return _status(estimate, limits)[0] in {Status.SHOWN, Status.INDICATIVE}


def _row(
    label: AreaLabel, estimate: Estimate | None, limits: Thresholds, change: Change | None
) -> RatingRow:
    status, note = _status(estimate, limits)
    shown = _is_shown(estimate, limits)
    return RatingRow(
        area=label.id,
        name=label.name,
        code=label.code,
        status=status,
        value=_mark(estimate) if shown else None,
        lower=_end(estimate.low, limits) if shown and estimate else None,
        upper=_end(estimate.high, limits) if shown and estimate else None,
        n=estimate.n if shown and estimate else None,
        note=note,
        change=change,
    )


def _mark(estimate: Estimate | None) -> Decimal | None:
    if estimate is None or estimate.value is None:
        return None
    return round_half_up(estimate.value if estimate.exact is None else estimate.exact)


def _end(end: float | None, limits: Thresholds) -> Decimal | None:
    return None if end is None else round_half_up(min(max(end, limits.low), limits.high))


def _change(
    moved: ChangeEstimate | None,
    now: Estimate | None,
    before: Estimate | None,
    limits: Thresholds,
) -> Change:
    """Give the change where it was tested, and where neither mean behind it is hidden."""
    if moved is None or moved.value is None or now is None or before is None:
        return Change(verdict=Verdict.TOO_FEW, note="Niet in beide metingen beantwoord.")
    hidden = not (_is_shown(now, limits) and _is_shown(before, limits))
    if hidden or moved.flag is not Flag.OK:
        return Change(verdict=Verdict.TOO_FEW, note="Te weinig antwoorden om te toetsen.")
    exact = now.exact - before.exact if now.exact is not None and before.exact is not None else None
    value = round_half_up(moved.value if exact is None else exact)
    printed = (_mark(now) or 0) - (_mark(before) or 0)
    return Change(
        verdict=moved.verdict,
        value=value,
        lower=None if moved.low is None else round_half_up(moved.low),
        upper=None if moved.high is None else round_half_up(moved.high),
        p=moved.p,
        p_adjusted=moved.p_adjusted,
        note="" if printed == value else "Wijkt door afronding af van de twee cijfers.",
    )


def _reconcile(
    means: Estimates, wave: str, rows: Sequence[RatingRow], headline: RatingRow
) -> Reconciliation:
    printed = [Fraction(row.value) for row in rows if row.value is not None]
    answers = None if means.cells is None else _plain_mean(means.cells, wave)
    return Reconciliation(
        plain_mean=round_half_up(sum(printed) / Fraction(len(printed))) if printed else None,
        answers_weighted=(
            None if answers is None or headline.value is None else round_half_up(answers)
        ),
        population_weighted=headline.value,
    )


def _plain_mean(cells: Cells, wave: str) -> Fraction | None:
    """Give the mean of all answers of a wave, each counted once."""
    here = cells.of_waves(wave) & ~np.isnan(cells.y)
    pairs = zip(cells.y[here].tolist(), cells.n[here].tolist(), strict=True)
    total = sum((Fraction(repr(y)) * n for y, n in pairs), Fraction(0))
    answers = int(cells.n[here].sum())
    return total / answers if answers else None


def _tested(changes: Changes | None) -> int | None:
    """Count the family of tests."""
    return sum(row.p_adjusted is not None for row in changes.rows) if changes else None


def _method(limits: Thresholds, *, tested: int | None) -> tuple[str, ...]:
    width = f"{limits.half_width:g}".replace(".", ",")
    notes = [
        "Niet alle bewoners gaven antwoord. Daarom heeft elk cijfer een marge. "
        "Met 95 procent zekerheid ligt het echte cijfer binnen de marge.",
        f"Een cijfer staat in de tabel vanaf {limits.answers} antwoorden. "
        f"Het heet indicatief bij een marge van meer dan {width} naar elke kant.",
    ]
    if tested is not None:
        notes.append(
            "Een verandering heet hoger of lager als toeval die niet goed verklaart. "
            f"Wij toetsten {tested} gebieden tegelijk en hielden daar rekening mee (Holm)."
        )
    return tuple(notes)
