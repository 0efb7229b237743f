"""The sample behind counted answers: strata, units and sampled shares, at one stage or more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.variance import Units, covariance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.design import Lonely


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

    def sampled(self, n: NDArray[np.int64]) -> NDArray[np.float64]:
        """Count the units of each `within`, given the answers of each cell; shape (k,)."""
        if self.unit is None:
            within, number = self.within, n
        else:
            within = self.within[np.unique(self.unit, return_index=True)[1]]
            number = np.ones(len(within), dtype=np.int64)
        sampled = np.zeros(len(self.size))
        np.add.at(sampled, within, number)
        return sampled


@dataclass(frozen=True, eq=False)
class Sample:
    """Cells with their design.

    Attributes
    ----------
    n
        Shape (c,): answers in the cell; 0 keeps a sampled cluster that nobody answered in.
    stages
        The stages of the draw, the first over strata.
    """

    n: NDArray[np.int64]
    stages: tuple[Stage, ...]
    lonely: Lonely

    def covariance(self, influence: NDArray[np.float64]) -> NDArray[np.float64]:
        """Estimate the covariance of d estimates from their linearised values, shape (c, d).

        Stage by stage: the units of a later stage add their covariance times the share that was
        sampled at the stages before; without population counts only the first stage adds.
        Särndal, Swensson & Wretman (1992), §4.3; R: ``survey:::svyrecvar``.

        Raises
        ------
        ValueError
            If `lonely` is ``fail`` and a unit is alone.
        """
        d = influence.shape[1]
        total = np.zeros((d, d))
        share = np.ones(len(self.n))
        for place, stage in enumerate(self.stages):
            units = self._units(stage, influence, share)
            # A later stage has no other strata to borrow from: a unit alone there adds nothing.
            later: Lonely = "fail" if self.lonely == "fail" else "certainty"
            total += covariance(units, lonely=later if place else self.lonely)
            share = share * units.fraction[stage.within]
            if not share.any():
                break
        return total

    def df(self, member: NDArray[np.bool_]) -> int:
        """Count first-stage units with an answer in the domain, less strata with one.

        R: ``degf(subset(design, domain))``.
        """
        first = self.stages[0]
        strata = len(np.unique(first.within[member]))
        if first.unit is None:
            return int(self.n[member].sum()) - strata
        return len(np.unique(first.unit[member])) - strata

    def _units(
        self, stage: Stage, influence: NDArray[np.float64], share: NDArray[np.float64]
    ) -> Units:
        if stage.unit is None:
            totals, number, within = influence, self.n, stage.within
        else:
            units, first, place = np.unique(stage.unit, return_index=True, return_inverse=True)
            totals = np.zeros((len(units), influence.shape[1]))
            np.add.at(totals, place, self.n[:, None] * influence)
            number, within = np.ones(len(units), dtype=np.int64), stage.within[first]
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
    _, within = np.unique(strata, return_inverse=True)
    depth = max(len(clusters), len(sizes), 1)
    for place in range(depth):
        size = np.zeros(within.max(initial=-1) + 1)
        if place < len(sizes):
            np.maximum.at(size, within, sizes[place])
        unit = None
        if place < len(clusters):
            labels = clusters[place].astype(np.int64)
            unit = np.unique(within * (labels.max(initial=0) + 1) + labels, return_inverse=True)[1]
        stages.append(Stage(within, unit, size))
        if unit is None:
            break
        within = unit
    return Sample(n, tuple(stages), lonely)
