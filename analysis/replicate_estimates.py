"""Estimates with the variance of replicates in place of the linearised one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.estimate import Options, estimate, rows_from
from analysis.influence import Influence
from analysis.quantity import linearise, mean_of, ratio_of, share_name, share_of, total_of
from analysis.results import Estimate, Flag
from analysis.weighting import Trim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.cells import Cells
    from analysis.estimates import Estimates
    from analysis.quantity import Linearised, Quantity, QuantityOf
    from analysis.replicate_weights import Replicates
    from analysis.replicates import ReplicatePlan
    from analysis.survey import Survey
    from analysis.weighting import Adjustment

_NOTHING = 1e-12
"""A share of a domain's weight below this is the rounding error of a domain left empty."""


@dataclass(frozen=True, eq=False)
class ReplicateSurvey:
    """A survey whose standard errors are those of replicates. R: ``as.svrepdesign``.

    Estimates and degrees of freedom are those of the survey itself. Where its weights were
    adjusted, those of every replicate are adjusted anew. R: ``postStratify``, ``rake``,
    ``calibrate`` on a replicate design.

    Parameters
    ----------
    survey
        Answers, design and adjustments.
    plan
        `analysis.replicates.Jackknife`, `Bootstrap` or `Given`.

    Examples
    --------
    >>> from analysis import Design, Survey
    >>> from analysis.replicates import Jackknife
    >>> survey = Survey({"cijfer": [8, 7, 9, 6]}, Design())
    >>> round(ReplicateSurvey(survey, Jackknife()).mean("cijfer").total().se, 4)
    0.6455
    """

    survey: Survey
    plan: ReplicatePlan

    def mean(
        self,
        rating: str,
        *,
        by: str | Sequence[str] = (),
        scale: tuple[float, float] | None = None,
        interval: str | None = None,
        confidence: float = 0.95,
    ) -> Estimates:
        """Estimate the mean answer; see `analysis.survey.Survey.mean`. R: ``svymean``."""
        base = self._base(rating, by=by, scale=scale)
        return self._estimate(
            base, mean_of, name=f"mean of {rating}", interval=interval, confidence=confidence
        )

    def total(
        self, rating: str, *, by: str | Sequence[str] = (), confidence: float = 0.95
    ) -> Estimates:
        """Estimate the total of a number over the population. R: ``svytotal``."""
        base = self._base(rating, by=by)
        return self._estimate(base, total_of, name=f"total of {rating}", confidence=confidence)

    def share(
        self,
        rating: str,
        low: float,
        high: float | None = None,
        *,
        by: str | Sequence[str] = (),
        interval: str = "logit",
        confidence: float = 0.95,
    ) -> Estimates:
        """Estimate the share of answers from `low` to `high`, or of exactly `low`."""
        last = low if high is None else high
        return self._estimate(
            self._base(rating, by=by),
            share_of(low, last),
            name=share_name(rating, low, last),
            interval=interval,
            confidence=confidence,
        )

    def ratio(
        self, rating: str, over: str, *, by: str | Sequence[str] = (), confidence: float = 0.95
    ) -> Estimates:
        """Estimate the total of one column over that of another. R: ``svyratio``."""
        base = self._base(rating, by=by, keep=(over,))
        return self._estimate(
            base, ratio_of(over), name=f"{rating} over {over}", confidence=confidence
        )

    def _base(
        self,
        rating: str,
        *,
        by: str | Sequence[str],
        keep: Sequence[str] = (),
        scale: tuple[float, float] | None = None,
    ) -> Cells:
        """Count to cells with the weights before any adjustment."""
        adjusted = [name for step in self.survey.adjustments for name in step.columns]
        kept = [*keep, *adjusted, *self.plan.columns]
        return replace(self.survey, adjustments=()).cells(rating, by=by, keep=kept, scale=scale)

    def _estimate(
        self,
        base: Cells,
        quantity_of: QuantityOf,
        *,
        name: str,
        confidence: float,
        interval: str | None = None,
    ) -> Estimates:
        cells = _adjust(base, self.survey.adjustments)
        made = estimate(cells, quantity_of, name=name, interval=interval, confidence=confidence)
        return replicate_estimates(made, base, self.plan, self.survey.adjustments)


def replicate_estimates(
    estimates: Estimates,
    base: Cells,
    plan: ReplicatePlan,
    adjustments: Sequence[Adjustment] = (),
) -> Estimates:
    """Give estimates the standard errors and covariances of replicates.

    The estimates, their degrees of freedom and their flags stay as they are; replicates that are
    fewer than the units leave fewer degrees of freedom. An estimate that some replicate lacks, as
    its domain is empty in it, gets no margin. R: ``svyby(design = as.svrepdesign(design))``.

    Parameters
    ----------
    estimates
        Means, shares, totals or ratios.
    base
        The cells of the estimates, with the weights before the adjustments.
    adjustments
        What was done to the weights, and is done to those of every replicate.

    Returns
    -------
    Estimates that `Estimates.change` and `Estimates.contrast` refuse: those would linearise.
    Covariances are NaN where an estimate is lacking.
    """
    quantity_of = estimates._quantity()  # noqa: SLF001 # of the same package
    rows: list[Estimate] = []
    totals: list[Estimate] = []
    matrices, design_df = {}, {}
    for place, wave in enumerate(estimates.waves):
        start = _single_wave(base.by_wave()[place], wave)
        if not start.clusters and any(isinstance(step, Trim) for step in adjustments):
            start = _answer_by_answer(start)
        replicates = plan.make(start, wave=place)
        values, faults = _values(start, quantity_of, replicates, adjustments)
        cells = estimates.cells.by_wave()[place]
        quantity = quantity_of(cells)
        found = _with_replicates(_linearised(cells, quantity), start, replicates, values)
        lacking = (replicates.times @ np.isnan(values)).tolist()
        made = [
            _withheld(row, times, replicates.count, faults)
            for row, times in zip(_rows(estimates, wave, quantity, found), lacking, strict=True)
        ]
        rows += made[:-1]
        totals.append(made[-1])
        matrices[wave], design_df[wave] = found.covariance, replicates.df
    return replace(
        estimates,
        rows=tuple(rows),
        totals=tuple(totals),
        covariance=matrices,
        design_df=design_df,
        notes=(*estimates.notes, *_notes(base, plan)),
        quantity=None,
        condensed=None,
    )


def _rows(estimates: Estimates, wave: str, quantity: Quantity, found: Linearised) -> list[Estimate]:
    """Give the rows of a wave and its total again, with other standard errors."""
    before = (*estimates.of(wave), estimates.total(wave))
    return rows_from(
        quantity,
        found,
        [row.key for row in before],
        wave=wave,
        exact=[row.exact for row in before],
        options=Options(interval=estimates.interval, confidence=estimates.confidence),
        corrected=bool(estimates.cells.sizes),
    )


def _values(
    cells: Cells,
    quantity_of: QuantityOf,
    replicates: Replicates,
    adjustments: Sequence[Adjustment],
) -> tuple[NDArray[np.float64], list[str]]:
    """Estimate from every replicate, shape (r, d), NaN where it cannot be; and say why not."""
    quantity = quantity_of(cells)
    top = quantity.y
    bottom = np.ones_like(top) if quantity.x is None else quantity.x
    wanted = [
        (np.where(quantity.answered, label, -1), column, size)
        for column in (top, bottom, np.ones_like(top))
        for label, size in _partitions(cells)
    ]
    columns = Influence.of_partitions(wanted)
    sums, faults = _sums(cells, columns, replicates, adjustments)
    above, below, mass = np.split(sums, 3, axis=1)
    if quantity.x is None:
        return above, faults
    whole = _weighted(columns, cells.weight).sums(np.zeros_like(cells.domain), 1, cells.n)
    lacking = (mass <= _NOTHING * np.split(whole, 3, axis=1)[2]) | (below == 0) | np.isnan(below)
    return np.where(lacking, np.nan, above / np.where(lacking, 1, below)), faults


def _sums(
    cells: Cells,
    columns: Influence,
    replicates: Replicates,
    adjustments: Sequence[Adjustment],
) -> tuple[NDArray[np.float64], list[str]]:
    """Give weighted sums from every replicate, and why a replicate could not be adjusted."""
    if not adjustments:
        units = int(replicates.unit.max(initial=-1)) + 1
        weighted = _weighted(columns, cells.weight)
        return replicates.draws.sums(weighted.sums(replicates.unit, units, cells.n)), []
    everywhere = np.zeros_like(cells.domain)
    found = np.full((len(replicates.times), columns.width), np.nan)
    faults: list[str] = []
    for place in range(len(found)):
        factor = replicates.draws.factors(place)[replicates.unit]
        drawn = replace(
            cells,
            # Without answers a cell keeps its weight: weights are above 0.
            n=np.where(factor > 0, cells.n, 0),
            weight=np.where(factor > 0, factor, 1) * cells.weight,
        )
        try:
            adjusted = _adjust(drawn, adjustments)
        except ValueError as error:
            faults.append(str(error))
            continue
        found[place] = _weighted(columns, adjusted.weight).sums(everywhere, 1, adjusted.n)[0]
    return found, faults


def _with_replicates(
    found: Linearised, cells: Cells, replicates: Replicates, values: NDArray[np.float64]
) -> Linearised:
    """Put the covariance of the replicates, and what df they leave, in place of the linearised."""
    most = [
        replicates.domain_df(np.where(cells.answered, label, -1), size)
        for label, size in _partitions(cells)
    ]
    return replace(
        found,
        covariance=replicates.covariance(values, found.value),
        df=np.minimum(found.df, np.concatenate(most)),
    )


def _withheld(row: Estimate, times: int, count: int, faults: Sequence[str]) -> Estimate:
    """Take the margin from an estimate that some replicates lack."""
    if not times or row.value is None or row.df < 1:
        return row
    why = f"the weights cannot be adjusted: {faults[0]}" if faults else "no answers are left"
    return Estimate(
        wave=row.wave,
        key=row.key,
        value=row.value,
        df=row.df,
        n=row.n,
        exact=row.exact,
        flag=Flag.NO_MARGIN,
        reason=f"{times} of {count} replicates give no estimate: {why}",
    )


def _adjust(cells: Cells, adjustments: Sequence[Adjustment]) -> Cells:
    for step in adjustments:
        cells = step.apply(cells)
    return cells


def _partitions(cells: Cells) -> list[tuple[NDArray[np.intp], int]]:
    """Give the domains, and all answers."""
    return [(cells.domain, len(cells.domains)), (np.zeros_like(cells.domain), 1)]


def _linearised(cells: Cells, quantity: Quantity) -> Linearised:
    return linearise(cells, quantity, _partitions(cells), cells.sample())


def _weighted(columns: Influence, weight: NDArray[np.float64]) -> Influence:
    return replace(columns, value=columns.value * weight[columns.cell])


def _single_wave(cells: Cells, wave: str) -> Cells:
    """Leave the other waves out: they are not adjusted again."""
    return replace(cells, waves=(wave,), wave=np.zeros_like(cells.wave))


def _answer_by_answer(cells: Cells) -> Cells:
    """Give each answer a cell: when units are single answers, those of a cell come to differ."""
    place = np.repeat(np.arange(len(cells.n)), cells.n)
    return replace(cells.part_at(place), n=np.ones(len(place), dtype=np.int64))


def _notes(base: Cells, plan: ReplicatePlan) -> tuple[str, ...]:
    if len(base.sizes) < 2:
        return (plan.note,)
    later = "What later stages add to the variance is left out: only first-stage units replicate."
    return plan.note, later
