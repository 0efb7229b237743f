"""Replicate weights of the units of a sample: left out one by one, or by given factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.cells import Cells
    from analysis.sample import Sample

_NOTHING = 1e-12
"""A share of a unit's weight below this is the rounding error of a unit left out."""

_TOLERANCE = 1e-5
"""Weights are linearly dependent when they are this near to it, as in R's ``degf``."""


@dataclass(frozen=True, eq=False)
class FirstStage:
    """The units that are left out or drawn again, over c cells.

    Attributes
    ----------
    unit
        Shape (c,): the unit of each cell, 0..u-1.
    within
        Shape (u,): the stratum of each unit.
    number
        Shape (u,): answers that are each a unit, where there are no clusters; else 1.
    sampled
        Shape (k,): units of the stratum.
    fraction
        Shape (k,): share of the stratum's units that were sampled; 0 where that is not known.
    """

    unit: NDArray[np.intp]
    within: NDArray[np.intp]
    number: NDArray[np.int64]
    sampled: NDArray[np.float64]
    fraction: NDArray[np.float64]

    @classmethod
    def of(cls, sample: Sample) -> FirstStage:
        """Take the first stage of a sample; cells of single answers are units of their own."""
        stage = sample.stages[0]
        sampled = stage.sampled(sample.n)
        fraction = np.minimum(sampled / np.where(stage.size > 0, stage.size, np.inf), 1)
        if stage.unit is None:
            return cls(np.arange(len(sample.n)), stage.within, sample.n, sampled, fraction)
        number = np.ones(stage.units, dtype=np.int64)
        return cls(stage.unit, stage.within_of_unit, number, sampled, fraction)

    @property
    def alone(self) -> NDArray[np.bool_]:
        """Whether a stratum has a single unit, not all of its population; shape (k,)."""
        found: NDArray[np.bool_] = (self.sampled == 1) & (self.fraction < 1)
        return found

    def refuse_alone(self, lonely: str) -> None:
        """Refuse strata with a single unit where the design says so."""
        if lonely == "fail" and self.alone.any():
            raise ValueError(
                f"{int(self.alone.sum())} strata have a single sampling unit: say by `lonely` what "
                "they add"
            )

    def borrowed(self, lonely: str) -> float:
        """Give what a variance is multiplied by for strata with a single unit."""
        if lonely != "average" or not self.alone.any():
            return 1.0
        strata = int((self.sampled > 0).sum())
        others = strata - int(self.alone.sum())
        return strata / others if others else 1.0


@dataclass(frozen=True, eq=False)
class Deletions:
    """One unit left out at a time, as coefficients: there are as many replicates as units.

    The total of a replicate is ``everyone`` times that of the sample, plus ``stratum`` times that
    of the unit's stratum, plus ``own`` times that of the unit.

    Attributes
    ----------
    within
        Shape (u,): the stratum of each unit.
    unit, everyone, stratum, own
        Shape (r,): the unit that each replicate goes without, and the coefficients.
    """

    within: NDArray[np.intp]
    unit: NDArray[np.intp]
    everyone: NDArray[np.float64]
    stratum: NDArray[np.float64]
    own: NDArray[np.float64]

    def sums(self, totals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the totals of every replicate, shape (r, d), from those of the units, (u, d)."""
        strata = np.zeros((int(self.within.max(initial=-1)) + 1, totals.shape[1]))
        np.add.at(strata, self.within, totals)
        found: NDArray[np.float64] = (
            self.everyone[:, None] * totals.sum(axis=0)
            + self.stratum[:, None] * strata[self.within[self.unit]]
            + self.own[:, None] * totals[self.unit]
        )
        return found

    def factors(self, replicate: int) -> NDArray[np.float64]:
        """Give what the weight of each unit is multiplied by, shape (u,)."""
        unit = self.unit[replicate]
        factor = np.full(len(self.within), self.everyone[replicate])
        factor[self.within == self.within[unit]] += self.stratum[replicate]
        factor[unit] += self.own[replicate]
        return np.where(factor < _NOTHING, 0.0, factor)


@dataclass(frozen=True, eq=False)
class Factors:
    """What the weight of each unit is multiplied by in each replicate, shape (u, r)."""

    matrix: NDArray[np.float64]

    def sums(self, totals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the totals of every replicate, shape (r, d), from those of the units, (u, d)."""
        return self.matrix.T @ totals

    def factors(self, replicate: int) -> NDArray[np.float64]:
        """Give what the weight of each unit is multiplied by, shape (u,)."""
        return self.matrix[:, replicate]


@dataclass(frozen=True, eq=False, kw_only=True)
class Replicates:
    """r replicates of the weights of c cells, and how their spread becomes a variance.

    Attributes
    ----------
    unit
        Shape (c,): the unit of each cell.
    draws
        What the weights of the units are multiplied by.
    times
        Shape (r,): how many equal replicates each one stands for: a cell of n single answers gives
        n times the same.
    scale, rscales
        The variance is ``scale`` times the sum of ``rscales`` (shape (r,)) times squared
        deviations.
    mse
        Whether deviations are from the estimate of the whole sample; else from the mean of the
        replicates. R: ``options(survey.replicates.mse)``.
    df
        Degrees of freedom of the whole design.
    of_design
        Whether the units are those of the design. If not, degrees of freedom are read off the
        weights.
    """

    unit: NDArray[np.intp]
    draws: Deletions | Factors
    times: NDArray[np.int64]
    scale: float
    rscales: NDArray[np.float64]
    mse: bool
    df: int
    of_design: bool = True

    @property
    def count(self) -> int:
        """How many replicates there are, equal ones counted each."""
        return int(self.times.sum())

    def covariance(
        self, found: NDArray[np.float64], whole: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Estimate the covariance matrix of d estimates from those of the replicates.

        Parameters
        ----------
        found
            Shape (r, d): NaN where a replicate has no estimate.
        whole
            Shape (d,): the estimates from the whole sample.

        Returns
        -------
        Shape (d, d); NaN for an estimate that a replicate lacks. R: ``svrVar``, which drops the
        replicate for all estimates.
        """
        if not len(self.times):
            return np.zeros((len(whole), len(whole)))
        centre = whole if self.mse else self.times @ found / self.times.sum()
        deviation = found - centre
        lacking = np.isnan(deviation).any(axis=0)
        deviation[:, lacking] = 0.0
        mass = (self.scale * self.rscales * self.times)[:, None]
        matrix: NDArray[np.float64] = deviation.T @ (mass * deviation)
        matrix[lacking, :] = np.nan
        matrix[:, lacking] = np.nan
        return matrix

    def domain_df(self, label: NDArray[np.intp], size: int) -> NDArray[np.int64]:
        """Give the most degrees of freedom that the replicates leave each domain; shape (size,).

        Those of the whole design; where weights were given, one less than the rank of the weights
        of the domain's cells. R: ``degf(subset(design, domain))``.
        """
        if self.of_design or not isinstance(self.draws, Factors):
            return np.full(size, self.df, dtype=np.int64)
        matrix = self.draws.matrix
        return np.array([rank(matrix[label == place]) - 1 for place in range(size)], np.int64)


def redraw(
    rng: np.random.Generator, number: NDArray[np.int64], draws: int, replicates: int
) -> NDArray[np.int64]:
    """Draw units with replacement, each with the same chance.

    Parameters
    ----------
    number
        Shape (u,): how many units there are of each kind.
    draws
        How many are drawn.

    Returns
    -------
    Shape (replicates, u): how many times units of each kind were drawn.
    """
    return rng.multinomial(draws, number / number.sum(), size=replicates)


def given_weights(cells: Cells, name: str) -> NDArray[np.float64]:
    """Read a column of replicate weights; none may be empty or below 0."""
    found = cells.numbers(name)
    wrong = ~(found >= 0)
    if wrong.any():
        got = "nothing" if np.isnan(found[wrong][0]) else f"{found[wrong][0]:g}"
        raise ValueError(f"replicate weights in column {name!r} must be 0 or more, got {got}")
    return found


def rank(matrix: NDArray[np.float64]) -> int:
    """Count the independent columns; rows of one unit are proportional and need no second look."""
    if not matrix.size:
        return 1
    return int(np.linalg.matrix_rank(np.unique(matrix, axis=0), rtol=_TOLERANCE))
