"""What the estimators give: frozen records of named numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from analysis.rating_table import Verdict

if TYPE_CHECKING:
    from fractions import Fraction

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from analysis.cells import Cells

_Row = TypeVar("_Row", "Estimate", "ChangeEstimate")

TOTAL: tuple[str, ...] = ()
"""Key of the estimate over all answers of a wave: of all domains, none in particular."""


class Flag(StrEnum):
    """Whether a result is complete, and if not, what is withheld."""

    OK = "ok"
    EMPTY = "no answers"
    SAME = "all answers the same"
    NO_MARGIN = "no margin"
    NO_TEST = "no test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over one domain in one wave.

    Attributes
    ----------
    key
        Levels of the domain, in the order of `by`; `TOTAL` for all answers.
    value
        Weighted mean, in units of the answer; None without answers.
    se
        Linearised standard error; None where the design leaves no degrees of freedom.
    low, high
        Ends of the t interval on `df`; None where `flag` is not OK.
    df
        Degrees of freedom of the domain's own: units with an answer in it, less strata with one.
    n
        Answers in the domain that have a value.
    deff
        Variance over that of a simple random sample of `n` drawn with replacement; None where that
        is 0. R: ``svymean(deff = "replace")``.
    n_effective
        n / deff.
    exact
        `value` as an exact fraction, where weights are whole numbers over whole numbers.
    reason
        Why something is None.
    """

    wave: str
    key: tuple[str, ...]
    value: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    df: int
    n: int
    deff: float | None = None
    n_effective: float | None = None
    exact: Fraction | None = None
    flag: Flag = Flag.OK
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEstimate:
    """The difference of a domain's means between two waves: later less earlier.

    Attributes
    ----------
    value, se, low, high, df
        As in `Estimate`, for the difference; `df` counts units and strata with an answer in the
        domain in either wave.
    p
        Two-sided p-value of no change, t on `df`; None where there is no margin.
    p_adjusted
        `p` adjusted over the family of testable domains; None outside the family.
    p_equivalence
        p-value of the hypothesis that the change is as large as the equivalence margin or larger
        (two one-sided tests).
    n
        Answers with a value in the earlier and in the later wave.
    flag
        `Flag.NO_TEST` where the domain is outside the family; `reason` says why.
    """

    key: tuple[str, ...]
    value: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    df: int
    n: tuple[int, int]
    p: float | None = None
    p_adjusted: float | None = None
    p_equivalence: float | None = None
    verdict: Verdict = Verdict.TOO_FEW
    flag: Flag = Flag.OK
    reason: str = ""


@dataclass(frozen=True, repr=False)
class Changes:
    """Changes between two waves: a row a domain, and the total."""

    before: str
    after: str
    rows: tuple[ChangeEstimate, ...]
    total: ChangeEstimate
    notes: tuple[str, ...] = ()

    def row(self, key: str | tuple[str, ...]) -> ChangeEstimate:
        """Give the change of one domain."""
        return _find(self.rows, key)

    def to_frame(self) -> pd.DataFrame:
        """Give the rows and the total as a data frame."""
        return _frame((*self.rows, self.total))

    def __repr__(self) -> str:
        columns = ("value", "se", "low", "high", "df", "p", "p_adjusted")
        title = f"Change {self.before} to {self.after}"
        return "\n".join([title, *_lines((*self.rows, self.total), columns, last="verdict")])


@dataclass(frozen=True, repr=False)
class Means:
    """Means by domain and wave, with the covariance of each wave's domains.

    Attributes
    ----------
    rows
        An estimate for every wave and domain, waves in order and domains sorted within.
    totals
        An estimate over all answers for every wave.
    covariance
        By wave: square matrix over that wave's `rows` and then its total.
    notes
        What a reader must know of the method, in sentences.
    """

    rows: tuple[Estimate, ...]
    totals: tuple[Estimate, ...]
    covariance: dict[str, NDArray[np.float64]] = field(compare=False)
    notes: tuple[str, ...] = ()
    cells: Cells | None = field(default=None, compare=False)
    """The cells behind the estimates: what `change` compares."""

    @property
    def waves(self) -> tuple[str, ...]:
        """The waves, in order."""
        return tuple(total.wave for total in self.totals)

    def total(self, wave: str | int | None = None) -> Estimate:
        """Give the estimate over all answers of a wave; without a wave, of the only one."""
        return self._of_wave(self.totals, wave)[0]

    def of(self, wave: str | int | None = None) -> tuple[Estimate, ...]:
        """Give the rows of a wave; without a wave, of the only one."""
        return self._of_wave(self.rows, wave)

    def row(self, key: str | tuple[str, ...], wave: str | int | None = None) -> Estimate:
        """Give one estimate, by its domain and wave; without a wave, of the only one."""
        return _find(self.of(wave), key)

    def change(self, before: str | int, after: str | int, **options: Any) -> Changes:
        """Compare two waves; see `analysis.change.change` for the options."""
        from analysis.change import change

        if self.cells is None:
            raise ValueError("these means were made without their cells: they cannot be compared")
        return change(self.cells, str(before), str(after), **options)

    def to_frame(self) -> pd.DataFrame:
        """Give rows and totals as a data frame."""
        return _frame((*self.rows, *self.totals))

    def __repr__(self) -> str:
        columns = ("value", "se", "low", "high", "df", "n")
        return "\n".join(_lines((*self.rows, *self.totals), columns, last="reason"))

    def _of_wave(self, rows: tuple[Estimate, ...], wave: str | int | None) -> tuple[Estimate, ...]:
        if wave is None and len(self.waves) == 1:
            return rows
        if str(wave) not in self.waves:
            asked = "which wave" if wave is None else f"there is no wave {str(wave)!r}"
            raise ValueError(f"{asked}; waves: {', '.join(self.waves)}")
        return tuple(row for row in rows if row.wave == str(wave))


def show_key(key: tuple[str, ...]) -> str:
    """Write the key of a domain for people; that of all answers is ``total``."""
    return "/".join(key) if key else "total"


def _find(rows: tuple[_Row, ...], key: str | tuple[str, ...]) -> _Row:
    wanted = (key,) if isinstance(key, str) else key
    for row in rows:
        if row.key == wanted:
            return row
    known = ", ".join(dict.fromkeys(show_key(row.key) for row in rows))
    raise KeyError(f"there is no domain {show_key(wanted)!r}; domains: {known}")


def _frame(rows: tuple[Any, ...]) -> pd.DataFrame:
    import pandas as pd

    records = [asdict(row) for row in rows]
    for record in records:
        record["key"] = show_key(record["key"])
    return pd.DataFrame.from_records(records)


def _lines(rows: tuple[Any, ...], columns: tuple[str, ...], *, last: str) -> list[str]:
    head = ["wave", "domain", *columns, last]
    body = [
        [getattr(row, "wave", ""), show_key(row.key)]
        + [_cell(getattr(row, column)) for column in columns]
        + [str(getattr(row, last))]
        for row in rows
    ]
    widths = [max(len(line[i]) for line in [head, *body]) for i in range(len(head) - 1)]
    aligned = (
        "  ".join(
            text.ljust(width) if i < 2 else text.rjust(width)
            for i, (text, width) in enumerate(zip(line[:-1], widths, strict=True))
        )
        + f"  {line[-1]}"
        for line in [head, *body]
    )
    return [line.rstrip() for line in aligned]


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
