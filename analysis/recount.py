"""Estimates and changes computed again from the cells, stratum by stratum, for their accounts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from analysis.influence import Influence
from analysis.overlap import joint_covariance, joint_df
from analysis.projection import fitted
from analysis.quantile import marks_about
from analysis.quantity import linearise, share_of
from analysis.results import TOTAL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.cells import Cells
    from analysis.estimates import Changes, Estimates
    from analysis.quantity import Linearised, Quantity
    from analysis.results import ChangeEstimate, Estimate
    from analysis.sample import Sample, Stage

Group: TypeAlias = "tuple[str, NDArray[np.bool_]]"
"""Some strata of a table under one name."""

LISTED = 12
"""Strata listed one by one, those that add most to the variance; the others are one line."""


@dataclass(frozen=True, eq=False)
class Recount:
    """One estimate over the cells of its wave; `inside` marks the cells with an answer in it.

    Of a quantile it is the share of answers up to `mark` that its interval rests on.
    """

    cells: Cells
    quantity: Quantity
    sample: Sample
    inside: NDArray[np.bool_]
    mark: float | None = None

    @property
    def first(self) -> Stage:
        """The first stage: its `within` are the strata, the lines of every table."""
        return self.sample.stages[0]

    @cached_property
    def answers(self) -> NDArray[np.int64]:
        """Answers of each cell that count here."""
        return np.where(self.inside, self.cells.n, 0)

    @cached_property
    def weight(self) -> float:
        """Sum of the weights of these answers."""
        return float(self.cells.weight @ self.answers)

    @cached_property
    def sums(self) -> tuple[float, float]:
        """Numerator and denominator; the denominator of a total is 1."""
        mass, x = self.cells.weight * self.answers, self.quantity.x
        return float(mass @ self.quantity.y), 1.0 if x is None else float(mass @ x)

    @cached_property
    def value(self) -> float:
        """The estimate; NaN without a denominator."""
        return self.sums[0] / self.sums[1] if self.sums[1] else math.nan

    @cached_property
    def residual(self) -> NDArray[np.float64]:
        """What one answer of each cell adds, less what its calibration variables explain."""
        x = 0.0 if self.quantity.x is None else self.quantity.x
        z = self.cells.weight * (self.quantity.y - self.value * x) / self.sums[1]
        z = np.where(self.inside, z, 0.0)
        steps = self.sample.calibrations
        coefficients = fitted(steps, Influence.dense(z[:, None]), self.cells.n)
        for step, found in zip(steps, coefficients, strict=True):
            z = z - step.weight * (step.x @ found)[:, 0]
        return z

    @cached_property
    def parts(self) -> NDArray[np.float64]:
        """What each stage (row) adds to the variance, by stratum of the first (column)."""
        found, share = [], np.ones(len(self.cells.n))
        for place, stage in enumerate(self.sample.stages):
            stratum = np.zeros(len(stage.size), dtype=np.intp)
            stratum[stage.within] = self.first.within
            before = np.zeros(len(stage.size))
            before[stage.within] = share
            lonely = "certainty" if place else self.sample.lonely
            added = before * self._within(stage, lonely=lonely)
            found.append(np.bincount(stratum, weights=added, minlength=len(self.first.size)))
            share = share * fraction(stage, self.cells.n)[stage.within]
        return np.array(found)

    @cached_property
    def variance(self) -> float:
        """The sum of the parts."""
        return float(self.parts.sum())

    def _within(self, stage: Stage, *, lonely: str) -> NDArray[np.float64]:
        """Give (1 - f) m / (m - 1) sum((t - mean t)²) of all that is drawn from."""
        n, size = self.cells.n, len(stage.size)
        t: NDArray[np.float64] = self.residual
        number, within, seen = n, stage.within, self.inside
        if stage.unit is not None:
            mass = n * self.residual
            t = np.bincount(stage.unit, weights=mass, minlength=stage.units).astype(np.float64)
            number, within = np.ones(stage.units, dtype=np.int64), stage.within_of_unit
            seen = np.bincount(stage.unit, weights=self.answers, minlength=stage.units) > 0
        m, f = stage.sampled(n), fraction(stage, n)
        sums = np.bincount(within, weights=number * t, minlength=size)
        centre = sums / np.maximum(m, 1)
        alone = (m == 1) & (f < 1)
        if lonely in {"adjust", "flag"}:
            here = np.bincount(within, weights=number * seen, minlength=size)
            single = (here == 1) & (m > 1) & self.sample.lonely_domains
            centre[alone | single] = (number @ t) / max(number.sum(), 1)
        squares = np.bincount(within, weights=number * (t - centre[within]) ** 2, minlength=size)
        added = (1 - f) * np.where(m > 1, m / np.maximum(m - 1, 1), 1.0) * squares
        if lonely == "average":
            others = int((m > 0).sum() - alone.sum())
            added = added * (1 + alone.sum() / max(others, 1))
        return np.asarray(added, dtype=np.float64)

    def of(self, strata: NDArray[np.bool_]) -> Recount:
        """Give the same of some strata only."""
        return replace(self, inside=self.inside & strata[self.first.within])

    @cached_property
    def units(self) -> int:
        """How many units have an answer here."""
        if self.first.unit is None:
            return int(self.answers.sum())
        return len(np.unique(self.first.unit[self.inside]))

    @cached_property
    def sampled(self) -> NDArray[np.bool_]:
        """Which strata have a unit, with an answer here or without."""
        return self.first.sampled(self.cells.n) > 0

    @property
    def all_units(self) -> int:
        """How many units the whole design has."""
        return self.sample.design_df + int(self.sampled.sum())

    @cached_property
    def members(self) -> NDArray[np.bool_]:
        """Which strata have an answer here."""
        return np.bincount(self.first.within[self.inside], minlength=len(self.first.size)) > 0

    @cached_property
    def names(self) -> list[str]:
        """The name of each stratum; all names where strata were taken together."""
        found: list[list[str]] = [[] for _ in self.first.size]
        pairs = zip(self.first.within.tolist(), self.cells.stratum.tolist(), strict=True)
        for place, label in sorted(set(pairs)):
            found[place].append(self.cells.strata[label] or "(one)")
        return [" + ".join(names) for names in found]

    @cached_property
    def groups(self) -> list[Group]:
        """The strata with answers here, as lines of a table; the last may take many together."""
        places = np.flatnonzero(self.members)
        order = np.argsort(-np.nan_to_num(self.parts.sum(axis=0)[places]), kind="stable")
        numbered, most = np.arange(len(self.members)), places[order]
        shown = sorted(most[:LISTED].tolist(), key=self.names.__getitem__)
        lines = [(self.names[place], numbered == place) for place in shown]
        if len(most) > LISTED:
            name = f"{len(most) - LISTED} more with answers here"
            lines.append((name, np.isin(numbered, most[LISTED:])))
        return lines

    @cached_property
    def distribution(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The different answers, and the weighted share at or below each."""
        here, cells = self.inside, self.cells
        answers, index = np.unique(cells.y[here], return_inverse=True)
        mass = np.bincount(index, weights=cells.weight[here] * cells.n[here])
        return answers, np.cumsum(mass) / mass.sum()

    def reaching(self, p: float) -> int:
        """Give the place of the lowest answer with a share of `p` or more at or below it."""
        reached = self.distribution[1]
        # A cumulated share is a sum of rounded weights.
        return min(int(np.searchsorted(reached, p - 1e-12)), len(reached) - 1)


def recount_of(estimates: Estimates, row: Estimate) -> Recount:
    """Count one of the rows or totals of `estimates` again; a quantile as the share up to it."""
    cells = estimates.cells.by_wave()[estimates.cells.waves.index(row.wave)]
    if estimates.quantity is None:
        return _of_quantile(cells, row, estimates.centre)
    quantity = estimates.quantity(cells)
    inside = in_domain(cells, row.key) & quantity.answered & cells.answered
    return Recount(cells, quantity, cells.sample(), inside)


def _of_quantile(cells: Cells, row: Estimate, centre: str) -> Recount:
    inside = in_domain(cells, row.key) & cells.answered
    value = math.nan if row.value is None else row.value
    figures = [
        Recount(cells, share_of(-math.inf, mark)(cells), cells.sample(), inside, mark)
        for mark in marks_about(np.unique(cells.y[inside]), value, centre)
    ]
    return max(figures, key=lambda figure: figure.variance)


@dataclass(frozen=True, eq=False)
class PairRecount:
    """Both waves of one domain together, computed again."""

    changes: Changes
    row: ChangeEstimate

    @cached_property
    def cells(self) -> Cells:
        """The cells of both waves."""
        cells = self.changes.estimates.cells
        return cells.part(cells.of_waves(self.changes.before, self.changes.after))

    @cached_property
    def quantity(self) -> Quantity:
        """What is estimated of these cells."""
        return self.changes.estimates._quantity()(self.cells)  # noqa: SLF001 # of the same package

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """Which cells have an answer in the domain."""
        return in_domain(self.cells, self.row.key) & self.quantity.answered & self.cells.answered

    @cached_property
    def later(self) -> NDArray[np.bool_]:
        """Which cells are of the later wave."""
        return self.cells.of_waves(self.changes.after)

    @cached_property
    def found(self) -> Linearised:
        """Both estimates, the earlier first, with their covariance."""
        label = np.where(self.inside, self.later.astype(np.intp), -1)
        overlap = self.changes.overlap
        return linearise(
            self.cells,
            self.quantity,
            [(label, 2)],
            self.cells.sample(),
            covariance=lambda influence: joint_covariance(self.cells, influence, overlap),
        )

    @cached_property
    def df(self) -> int:
        """Degrees of freedom of both waves together."""
        label = np.where(self.inside, 0, -1)
        return int(joint_df(self.cells, label, 1, self.changes.overlap)[0])

    @cached_property
    def value(self) -> float:
        """The change."""
        return float(self.found.value[1] - self.found.value[0])

    @cached_property
    def variance(self) -> float:
        """Variance of the change."""
        v = self.found.covariance
        return max(float(v[0, 0] + v[1, 1] - 2 * v[0, 1]), 0.0)

    @cached_property
    def se(self) -> float:
        """Standard error of the change."""
        return math.sqrt(self.variance)


def in_domain(cells: Cells, key: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell which cells are of a domain."""
    if key == TOTAL:
        return np.ones(len(cells.n), dtype=np.bool_)
    here: NDArray[np.bool_] = cells.domain == cells.domains.index(key)
    return here


def fraction(stage: Stage, n: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the share of each stratum's units that were sampled; 0 where that is not known."""
    size = np.where(stage.size > 0, stage.size, np.inf)
    return np.minimum(stage.sampled(n) / size, 1.0)
