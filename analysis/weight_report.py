"""What weighting did: spread of the weights, margins and figure before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.display import Shown, Tabular, figures, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.margins import Margin


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginRow:
    """One label of a margin.

    Attributes
    ----------
    margin, label
        Names.
    population
        The count that the weights should add up to.
    before, after
        What the base weights and the new weights add up to.
    """

    margin: str
    label: str
    population: float
    before: float
    after: float


@dataclass(frozen=True, repr=False, slots=True, kw_only=True)
class WeightReport(Tabular):
    """Diagnostics of weights over answers.

    Attributes
    ----------
    n
        Answers.
    low, high
        Smallest and largest weight.
    ratio_low, ratio_high
        Smallest and largest weight over base weight.
    kish
        ``n sum w² / (sum w)²``, 1 or more: by how much unequal weights multiply the variance of a
        mean that has nothing to do with them. Kish (1965), Survey Sampling, §11.7.
    n_effective
        n / `kish`.
    negative
        Answers with a weight below 0.
    margins
        Labels in the order of the margins.
    figure_before, figure_after
        Weighted mean of the answers with the base weights and with the new, in units of the answer;
        None without values.
    notes
        What a reader must know, in sentences.
    """

    n: int
    low: float
    high: float
    ratio_low: float
    ratio_high: float
    kish: float
    n_effective: float
    negative: int
    margins: tuple[MarginRow, ...]
    figure_before: float | None = None
    figure_after: float | None = None
    notes: tuple[str, ...] = ()

    def _records(self) -> tuple[MarginRow, ...]:
        return self.margins

    def _shown(self) -> Shown:
        columns = ("margin", "label", "population", "before", "after")
        return Shown(
            title="Weights",
            figures=figures(self),
            tables=[table(self.margins, columns)],
            notes=self.notes,
        )


def weight_report(
    base: NDArray[np.float64],
    weights: NDArray[np.float64],
    n: NDArray[np.int64],
    margins: Sequence[Margin] = (),
    y: NDArray[np.float64] | None = None,
) -> WeightReport:
    """Tell what new weights did to the answers.

    Parameters
    ----------
    base, weights
        Shape (c,): weight of one answer of each cell before, above 0, and after.
    n
        Shape (c,): answers in the cell.
    y
        Shape (c,): the answer of each cell, NaN where it is missing; None: no figure.

    Raises
    ------
    ValueError
        If shapes differ, there are no answers, or the weights do not add up to more than 0.
    """
    _check(base, weights, n, y)
    answered = n > 0
    w, count = weights[answered], n[answered]
    ratio = w / base[answered]
    total, answers = float(count @ w), int(count.sum())
    kish = answers * float(count @ w**2) / total**2
    negative = int(count[w < 0].sum())
    notes = []
    if negative:
        notes.append(
            f"{negative} of {answers} answers have a weight below 0: they count against what they "
            "say. Calibrate by raking, or by logit within bounds."
        )
    return WeightReport(
        n=answers,
        low=float(w.min()),
        high=float(w.max()),
        ratio_low=float(ratio.min()),
        ratio_high=float(ratio.max()),
        kish=kish,
        n_effective=answers / kish,
        negative=negative,
        margins=_margin_rows(margins, base * n, weights * n),
        figure_before=_figure(y, base * n),
        figure_after=_figure(y, weights * n),
        notes=tuple(notes),
    )


def _check(
    base: NDArray[np.float64],
    weights: NDArray[np.float64],
    n: NDArray[np.int64],
    y: NDArray[np.float64] | None,
) -> None:
    for name, column in (("base", base), ("weights", weights), ("y", y)):
        if column is not None and len(column) != len(n):
            raise ValueError(
                f"{name} must have a number for each of {len(n)} cells, got {len(column)}"
            )
    if not n.any():
        raise ValueError("weights must be of at least one answer, got none")
    total = float(n @ weights)
    if not total > 0:
        raise ValueError(f"weights must add up to more than 0, got {total:g}")


def _margin_rows(
    margins: Sequence[Margin], before: NDArray[np.float64], after: NDArray[np.float64]
) -> tuple[MarginRow, ...]:
    return tuple(
        MarginRow(margin=m.name, label=label, population=count, before=old, after=new)
        for m in margins
        for label, count, old, new in zip(
            m.labels,
            m.counts.tolist(),
            m.sums(before).tolist(),
            m.sums(after).tolist(),
            strict=True,
        )
    )


def _figure(y: NDArray[np.float64] | None, mass: NDArray[np.float64]) -> float | None:
    if y is None:
        return None
    given = ~np.isnan(y)
    total = float(mass[given].sum())
    return float(mass[given] @ y[given]) / total if total > 0 else None
