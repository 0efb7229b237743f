"""The sample behind counted answers: strata, units and sampled shares, at one stage or more."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from analysis.influence import Influence
from analysis.projection import Calibration, fitted
from analysis.variance import Units, covariance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.design import Lonely

_SPARSE = 64
"""Numbering by a table of all codes, while there are at most this many codes an entry."""


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of the draw, over c cells.

    Attributes
    ----------
    within
        Shape (c,): what was drawn from, numbered 0..k-1: the stratum, and at later stages the unit
        of the stage before.
    unit
        Shape (c,): the unit, numbered over the whole stage; None where each answer is one.
    size
        Shape (k,): units in the population of each `within`; 0 where that is not known.
    """

    within: NDArray[np.intp]
    unit: NDArray[np.intp] | None
    size: NDArray[np.float64]

    @cached_property
    def units(self) -> int:
        """How many units were sampled; 0 where each answer is one."""
        return 0 if self.unit is None else int(self.unit.max(initial=-1)) + 1

    @cached_property
    def within_of_unit(self) -> NDArray[np.intp]:
        """What each unit was drawn from, shape (units,)."""
        place = np.zeros(self.units, dtype=np.intp)
        if self.unit is not None:
            place[self.unit] = self.within
        return place

    def sampled(self, n: NDArray[np.int64]) -> NDArray[np.float64]:
        """Count the units of each `within`, given the answers of each cell; shape (k,)."""
        if self.unit is None:
            counts = np.bincount(self.within, weights=n, minlength=len(self.size))
            return counts.astype(np.float64)
        return np.bincount(self.within_of_unit, minlength=len(self.size)).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Sample:
    """Cells with their design.

    Attributes
    ----------
    n
        Shape (c,): answers in the cell; 0 keeps a sampled cluster that nobody answered in.
    stages
        The stages of the draw, the first over strata.
    lonely
        What a stratum with a single unit adds; see `analysis.design.Design`.
    lonely_share
        What such strata may hold of a domain's weight before it gets no margin, with ``flag``.
    lonely_domains
        Whether a stratum with a single unit in a domain is lonely for that domain.
    calibrations
        The adjustments of the weights, in their order.
    """

    n: NDArray[np.int64]
    stages: tuple[Stage, ...]
    lonely: Lonely
    lonely_share: float = 0.0
    lonely_domains: bool = False
    calibrations: tuple[Calibration, ...] = ()

    def covariance(self, influence: Influence | NDArray[np.float64]) -> NDArray[np.float64]:
        """Estimate the covariance of d estimates from their linearised values, shape (c, d).

        Stage by stage: the units of a later stage add their covariance times the share that was
        sampled at the stages before; without population counts only the first stage adds. After
        an adjustment of the weights, the residuals on its variables take the place of the values.
        Särndal, Swensson & Wretman (1992), §4.3 and §6.6; R: ``survey:::svyrecvar``.

        Raises
        ------
        ValueError
            If `lonely` is ``fail`` and a unit is alone.
        """
        values = Influence.dense(influence) if isinstance(influence, np.ndarray) else influence
        coefficients = fitted(self.calibrations, values, self.n)
        total = np.zeros((values.width, values.width))
        share = np.ones(len(self.n))
        for place, stage in enumerate(self.stages):
            units = self._units(stage, values, coefficients, share)
            # A later stage has no other strata to borrow from: a unit alone there adds nothing.
            later: Lonely = "fail" if self.lonely == "fail" else "certainty"
            active = self._active(stage, values) if self.lonely_domains and not place else None
            total += covariance(units, lonely=later if place else self.lonely, active=active)
            share = share * units.fraction[stage.within]
            if not share.any():
                break
        return total

    def df(self, member: NDArray[np.bool_]) -> int:
        """Count first-stage units with an answer in the domain, less strata with one.

        R: ``degf(subset(design, domain))``.
        """
        label = np.where(member, 0, -1).astype(np.intp)
        return int(self.domain_df(label, 1)[0])

    def domain_df(self, label: NDArray[np.intp], size: int) -> NDArray[np.int64]:
        """Give the degrees of freedom of every domain of a partition; shape (size,).

        Parameters
        ----------
        label
            Shape (c,): the domain of each cell; -1: none.
        """
        first = self.stages[0]
        inside = np.flatnonzero(label >= 0)
        place = label[inside]
        if first.unit is None:
            number_of = np.bincount(place, weights=self.n[inside], minlength=size)
            domain = pairs(first.within[inside], place, len(first.size), size)[1]
        else:
            unit, domain = pairs(first.unit[inside], place, first.units, size)
            number_of = np.bincount(domain, minlength=size)
            domain = pairs(first.within_of_unit[unit], domain, len(first.size), size)[1]
        strata = np.bincount(domain, minlength=size)
        return (number_of - strata).astype(np.int64)

    @cached_property
    def design_df(self) -> int:
        """Units less strata of the whole design, answered or not. R: ``degf(design)``."""
        first = self.stages[0]
        units = first.units if first.unit is not None else int(self.n.sum())
        return units - int((first.sampled(self.n) > 0).sum())

    @cached_property
    def alone(self) -> NDArray[np.bool_]:
        """Whether a cell lies in a stratum with a single unit, not all of its population."""
        first = self.stages[0]
        sampled = first.sampled(self.n)
        found: NDArray[np.bool_] = ((sampled == 1) & (first.size != 1))[first.within]
        return found

    def alone_among(self, answered: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Say whether a cell lies in a stratum where a single unit, not all of it, has an answer.

        Parameters
        ----------
        answered
            Shape (c,): the cells with an answer.
        """
        first = self.stages[0]
        if first.unit is None:
            units = np.bincount(first.within, weights=self.n * answered)
        else:
            found = np.unique(first.unit[answered])
            units = np.bincount(first.within_of_unit[found], minlength=len(first.size))
        alone: NDArray[np.bool_] = ((units == 1) & (first.size != 1))[first.within]
        return alone

    def unit_totals(self, influence: Influence) -> NDArray[np.float64]:
        """Sum linearised values over the units of the first stage, calibration taken out.

        Returns
        -------
        Shape (u, d).
        """
        first = self.stages[0]
        if first.unit is None:
            raise ValueError("each answer is a unit of its own: there are no units to sum over")
        coefficients = fitted(self.calibrations, influence, self.n)
        return self._totals(influence, coefficients, first.unit, first.units, self.n)

    def _totals(
        self,
        influence: Influence,
        coefficients: Sequence[NDArray[np.float64]],
        place: NDArray[np.intp],
        size: int,
        times: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        totals = influence.sums(place, size, times)
        for step, found in zip(self.calibrations, coefficients, strict=True):
            x = Influence.dense(step.weight[:, None] * step.x)
            totals -= x.sums(place, size, times) @ found
        return totals

    def _active(self, stage: Stage, influence: Influence) -> NDArray[np.bool_]:
        ones = Influence(
            influence.cell, influence.column, np.ones(len(influence.cell)), influence.width
        )
        place = np.arange(len(self.n)) if stage.unit is None else stage.unit
        seen: NDArray[np.bool_] = ones.sums(place, stage.units or len(self.n), self.n) > 0
        return seen

    def _units(
        self,
        stage: Stage,
        influence: Influence,
        coefficients: Sequence[NDArray[np.float64]],
        share: NDArray[np.float64],
    ) -> Units:
        cells = len(self.n)
        if stage.unit is None:
            place, size, times = np.arange(cells), cells, np.ones(cells, dtype=np.int64)
            number, within = self.n, stage.within
        else:
            place, size, times = stage.unit, stage.units, self.n
            number, within = np.ones(size, dtype=np.int64), stage.within_of_unit
        totals = self._totals(influence, coefficients, place, size, times)
        known = stage.size > 0
        fraction = stage.sampled(self.n) / np.where(known, stage.size, np.inf)
        inherited = np.zeros(len(stage.size))
        inherited[stage.within] = share
        return Units(totals, number, within, np.minimum(fraction, 1), inherited)


def make_sample(
    n: NDArray[np.int64],
    strata: NDArray[np.intp],
    clusters: Sequence[NDArray[np.intp]],
    sizes: Sequence[NDArray[np.float64]],
    *,
    lonely: Lonely,
    lonely_share: float = 0.0,
    lonely_domains: bool = False,
    calibrations: tuple[Calibration, ...] = (),
) -> Sample:
    """Make a sample: strata and units numbered, nested, with the population counts of each stage.

    Parameters
    ----------
    clusters
        Label of the unit at each stage, counted within the unit before; empty: each answer is one.
    sizes
        Units in the population at each stage, one number for each cell; 0 where not known. Where
        cells of one stratum differ (waves stacked), the largest counts: the cautious one.
    """
    stages = []
    within, count = number(strata)
    depth = max(len(clusters), len(sizes), 1)
    for place in range(depth):
        size = np.zeros(count)
        if place < len(sizes):
            np.maximum.at(size, within, sizes[place])
        unit = None
        if place < len(clusters):
            labels = clusters[place].astype(np.int64)
            unit, count = number(within * (int(labels.max(initial=0)) + 1) + labels)
        stages.append(Stage(within, unit, size))
        if unit is None:
            break
        within = unit
    return Sample(n, tuple(stages), lonely, lonely_share, lonely_domains, calibrations)


def number(codes: NDArray[np.intp]) -> tuple[NDArray[np.intp], int]:
    """Give each code (0 or more) its number among the different ones, and how many there are.

    As ``np.unique(codes, return_inverse=True)``, without sorting where the codes are dense.
    """
    bound = int(codes.max(initial=-1)) + 1
    if bound > _SPARSE * len(codes) + 1024:
        levels, index = np.unique(codes, return_inverse=True)
        return index.astype(np.intp), len(levels)
    present = np.zeros(bound, dtype=np.bool_)
    present[codes] = True
    place = np.cumsum(present) - 1
    return place[codes].astype(np.intp), int(present.sum())


def pairs(
    row: NDArray[np.intp], column: NDArray[np.intp], rows: int, columns: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give the different pairs of a row and a column."""
    seen = np.zeros(rows * columns, dtype=np.bool_)
    seen[row * columns + column] = True
    places = np.flatnonzero(seen)
    return places // columns, places % columns
