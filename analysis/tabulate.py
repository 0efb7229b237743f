"""From estimates to the rating table: rounded once, with what may not be shown left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from analysis.disclosure import answers_of, hidden_with, together
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

    from analysis.disclosure import Answers
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
    """
    limits = thresholds or Thresholds()
    keys = [(label.id,) for label in areas if label.published]
    this = _Wave.of(means, wave, keys, limits)
    earlier = _Wave.of(means, changes.before, keys, limits) if changes else None

    def row(label: AreaLabel, key: tuple[str, ...]) -> RatingRow:
        change = None
        if changes and earlier:
            change = _change(_moved(changes, key), key, this, earlier)
        return _row(label, this, key, change)

    rows = tuple(row(label, (label.id,)) for label in areas if label.published)
    headline = row(AreaLabel(id="total", name="Alle gebieden samen", code=None), TOTAL)
    return RatingTable(
        wave=wave,
        compare=changes.before if changes else None,
        computed=computed,
        headline=headline,
        rows=rows,
        reconciliation=_reconcile(this, rows, headline),
        notes=_method(limits, tested=_tested(changes)),
        invented=invented,
    )


def _moved(changes: Changes, key: tuple[str, ...]) -> ChangeEstimate | None:
    return next((row for row in (*changes.rows, changes.total) if row.key == key), None)


@dataclass(frozen=True, slots=True)
class _Wave:
    """The estimates of a wave, and what may be shown of them.

    Attributes
    ----------
    keys
        The areas that have a row.
    besides
        Those of them that are hidden because others are.
    """

    means: Estimates
    name: str
    keys: Sequence[tuple[str, ...]]
    limits: Thresholds
    answers: dict[tuple[str, ...] | None, Answers]
    besides: frozenset[tuple[str, ...]] = frozenset()

    @classmethod
    def of(
        cls, means: Estimates, name: str, keys: Sequence[tuple[str, ...]], limits: Thresholds
    ) -> _Wave:
        alone = cls(means, name, keys, limits, answers_of(means.cells, name))
        return replace(alone, besides=hidden_with(alone.answers, alone.shown, limits))

    @property
    def shown(self) -> list[tuple[str, ...]]:
        """The areas that have a figure."""
        return [key for key in self.keys if self.is_shown(key)]

    def estimate(self, key: tuple[str, ...]) -> Estimate | None:
        if key == TOTAL:
            return self.means.total(self.name)
        return next((row for row in self.means.of(self.name) if row.key == key), None)

    def status(self, key: tuple[str, ...]) -> tuple[Status, str]:
        """Say whether the figure of an area is shown, and why not or with what reserve."""
        estimate = self.estimate(key)
        answers = together(self.answers.values()) if key == TOTAL else self.answers.get(key)
        if estimate is None or answers is None or estimate.value is None:
            return Status.EMPTY, "Niemand gaf hier een cijfer."
        if answers.n < self.limits.answers:
            return Status.SUPPRESSED, f"Minder dan {self.limits.answers} antwoorden."
        if answers.are_told(self.limits) or key in self.besides:
            # The same words for both: that all answers are the same would tell them too.
            return Status.SUPPRESSED, "Niet getoond: het cijfer zou losse antwoorden verraden."
        reserve = _reserve(estimate, self.limits)
        return (Status.INDICATIVE, reserve) if reserve else (Status.SHOWN, "")

    def is_shown(self, key: tuple[str, ...]) -> bool:
        return self.status(key)[0] in {Status.SHOWN, Status.INDICATIVE}

    def tells_the_rest(self) -> bool:
        """Say whether the number of all answers, or their plain mean, tells of what is hidden."""
        return not all(answers.may_show(self.limits) for answers in self.answers.values())


def _reserve(estimate: Estimate, limits: Thresholds) -> str:
    """Say why a mean is an indication only; empty text where it is not."""
    if estimate.low is None or estimate.high is None:
        return "Zonder marge: te weinig eenheden om die te berekenen."
    if (estimate.high - estimate.low) / 2 > limits.half_width:
        return "De marge is ruim: het cijfer geeft een indicatie."
    return "De marge rust op weinig eenheden." if estimate.df < limits.df else ""


def _row(label: AreaLabel, wave: _Wave, key: tuple[str, ...], change: Change | None) -> RatingRow:
    status, note = wave.status(key)
    shown = wave.estimate(key) if wave.is_shown(key) else None
    return RatingRow(
        area=label.id,
        name=label.name,
        code=label.code,
        status=status,
        value=_mark(shown),
        lower=_end(shown.low, wave.limits) if shown else None,
        upper=_end(shown.high, wave.limits) if shown else None,
        n=shown.n if shown and not (key == TOTAL and wave.tells_the_rest()) else None,
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
    moved: ChangeEstimate | None, key: tuple[str, ...], this: _Wave, earlier: _Wave
) -> Change:
    """Give the change where it was tested, and where neither mean behind it is hidden."""
    now, before = this.estimate(key), earlier.estimate(key)
    if moved is None or moved.value is None or now is None or before is None:
        return Change(verdict=Verdict.TOO_FEW, note="Niet in beide metingen beantwoord.")
    hidden = not (this.is_shown(key) and earlier.is_shown(key))
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


def _reconcile(wave: _Wave, rows: Sequence[RatingRow], headline: RatingRow) -> Reconciliation:
    printed = [Fraction(row.value) for row in rows if row.value is not None]
    answers = together(wave.answers.values())
    shown = answers if headline.n is not None else None
    return Reconciliation(
        plain_mean=round_half_up(sum(printed) / Fraction(len(printed))) if printed else None,
        answers_weighted=round_half_up(shown.total / shown.n) if shown else None,
        population_weighted=headline.value,
    )


def _tested(changes: Changes | None) -> int:
    """Count the family of tests."""
    return sum(row.p_adjusted is not None for row in changes.rows) if changes else 0


def _method(limits: Thresholds, *, tested: int) -> tuple[str, ...]:
    width = f"{limits.half_width:g}".replace(".", ",")
    notes = [
        "Niet alle bewoners gaven antwoord. Daarom heeft elk cijfer een marge. "
        "Met 95 procent zekerheid ligt het echte cijfer binnen de marge.",
        f"Een cijfer staat in de tabel vanaf {limits.answers} antwoorden. "
        f"Het heet indicatief bij een marge van meer dan {width} naar elke kant.",
    ]
    if tested:
        several = f"Wij toetsten {tested} gebieden tegelijk en hielden daar rekening mee (Holm)."
        notes.append(
            "Een verandering heet hoger of lager als toeval die niet goed verklaart."
            + (f" {several}" if tested > 1 else "")
        )
    return tuple(notes)
