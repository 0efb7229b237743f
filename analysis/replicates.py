"""Replicates of a sample: units left out or drawn again, for variances without linearisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        return np.array([_rank(matrix[label == place]) - 1 for place in range(size)], np.int64)


@dataclass(frozen=True, kw_only=True)
class Jackknife:
    """Every first-stage unit left out once, the others of its stratum weighing more instead.

    Weights of the others are multiplied by n_h / (n_h - 1); the variance is the sum over replicates
    of (1 - f_h) (n_h - 1) / n_h times the squared deviation, f_h the share of units sampled. Wolter
    (2007), Introduction to Variance Estimation, §4.5, doi:10.1007/978-0-387-35099-8. R:
    ``as.svrepdesign(type = "JKn")``, and ``"JK1"``, the same with one stratum.

    The lonely unit of a stratum is never left out with ``certainty`` and ``average`` (which
    multiplies the variance by strata over strata with more units; R: by units over replicates).
    With ``adjust``, ``flag`` and ``collapse`` all other units take its weight over.

    Parameters
    ----------
    mse
        See `Replicates`.
    lonely_among
        What the lonely unit is one of when others take over. ``units``: of the n units, so that
        totals vary exactly as their linearised variance says. ``strata``: of the strata, as R has
        it, which sets a unit's total against those of whole strata: the SE of a total can be far
        too large. Means hardly differ.
    """

    mse: bool = False
    lonely_among: Literal["units", "strata"] = "units"
    columns: ClassVar[tuple[str, ...]] = ()
    note: ClassVar[str] = (
        "Standard errors are of the jackknife: each first-stage unit was left out once."
    )

    def make(self, cells: Cells, *, wave: int) -> Replicates:
        """Leave out every unit once, those of strata that were sampled whole excepted.

        Raises
        ------
        ValueError
            If a stratum has a single unit and the design's `lonely` is ``fail``.
        """
        sample, lonely = cells.sample(), cells.design.lonely
        first = FirstStage.of(sample)
        first.refuse_alone(lonely)
        kept = (first.fraction < 1) & ~(first.alone & (lonely in {"certainty", "average"}))
        unit = np.flatnonzero(kept[first.within] & (first.number > 0))
        stratum = first.within[unit]
        alone, of_strata = first.alone[stratum], self.lonely_among == "strata"
        others = (first.sampled > 0).sum() if of_strata else first.sampled.sum()
        n = np.where(alone, others, first.sampled[stratum])
        gain = n / np.maximum(n - 1, 1)
        squared = alone & (not of_strata)
        return Replicates(
            unit=first.unit,
            draws=Deletions(
                first.within,
                unit,
                everyone=np.where(alone, gain, 1.0),
                stratum=np.where(alone, 0.0, gain - 1),
                own=-gain / first.number[unit],
            ),
            times=first.number[unit],
            scale=first.borrowed(lonely),
            rscales=(1 - first.fraction[stratum]) / np.where(squared, gain**2, gain),
            mse=self.mse,
            df=sample.design_df,
        )


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """First-stage units drawn again within strata, n_h - 1 of n_h, with replacement.

    A unit drawn m times has its weight multiplied by 1 - l + l m n_h / (n_h - 1) with l =
    sqrt(1 - f_h), f_h the share of units sampled; the variance is that of the replicates, over
    R - 1. Rao & Wu (1988), JASA 83, doi:10.1080/01621459.1988.10478591; Rao, Wu & Yue (1992),
    Survey Methodology 18, §2. R: ``as.svrepdesign(type = "subbootstrap")``, which leaves f_h out.

    The lonely unit of a stratum is left alone with ``certainty`` and ``average``; otherwise it is
    drawn twice or not at all, with equal chances, so that it adds its square: a multiplier of mean
    and variance 1, Beaumont & Patak (2012), International Statistical Review 80,
    doi:10.1111/j.1751-5823.2011.00166.x. R gives it no finite weight.

    Parameters
    ----------
    replicates
        R, 2 or more.
    seed
        Of the draws: the same seed gives the same replicates.
    mse
        See `Replicates`.
    """

    replicates: int = 500
    seed: int
    mse: bool = False
    columns: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        if self.replicates < 2:
            raise ValueError(f"replicates must be 2 or more, got {self.replicates}")

    @property
    def note(self) -> str:
        """What is done, in a sentence."""
        return (
            f"Standard errors are of {self.replicates} bootstrap samples of first-stage units "
            f"(Rao & Wu, seed {self.seed})."
        )

    def make(self, cells: Cells, *, wave: int) -> Replicates:
        """Draw the units again.

        Raises
        ------
        ValueError
            If a stratum has a single unit and the design's `lonely` is ``fail``.
        """
        sample, lonely = cells.sample(), cells.design.lonely
        first = FirstStage.of(sample)
        first.refuse_alone(lonely)
        rng = np.random.default_rng([self.seed, wave])
        matrix = np.ones((len(first.within), self.replicates))
        for stratum, n in enumerate(first.sampled):
            here = np.flatnonzero((first.within == stratum) & (first.number > 0))
            if n > 1:
                share = np.sqrt(1 - first.fraction[stratum])
                drawn = redraw(rng, first.number[here], int(n) - 1, self.replicates)
                gain = drawn.T * (n / (n - 1)) / first.number[here][:, None]
                matrix[here] = 1 - share + share * gain
            elif first.alone[stratum] and lonely not in {"certainty", "average"}:
                matrix[here] = 2.0 * rng.integers(0, 2, self.replicates)
        return Replicates(
            unit=first.unit,
            draws=Factors(matrix),
            times=np.ones(self.replicates, dtype=np.int64),
            scale=first.borrowed(lonely) / (self.replicates - 1),
            rscales=np.ones(self.replicates),
            mse=self.mse,
            df=min(sample.design_df, self.replicates - 1),
        )


@dataclass(frozen=True, kw_only=True)
class Given:
    """Replicate weights that came with the file. R: ``svrepdesign(combined.weights = TRUE)``.

    Parameters
    ----------
    columns
        Columns of the replicate weights, 0 or more: already multiplied with the weight. Degrees of
        freedom are one less than their rank, also within a domain.
    scale, rscales, mse
        See `Replicates`; `rscales` one for all, or one for each column.
    """

    columns: tuple[str, ...]
    scale: float
    rscales: float | Sequence[float] = 1.0
    mse: bool = False

    def __post_init__(self) -> None:
        for name, value in (("scale", self.scale), ("rscales", self.rscales)):
            if not (np.isfinite(value).all() and (np.asarray(value) >= 0).all()):
                raise ValueError(f"{name} must be 0 or more, got {value}")
        if np.ndim(self.rscales) and np.size(self.rscales) != len(self.columns):
            raise ValueError(
                f"rscales must be one number, or one for each of {len(self.columns)} columns, got "
                f"{np.size(self.rscales)}"
            )
        if len(self.columns) < 2:
            raise ValueError(f"replicate weights must be 2 columns or more, got {self.columns}")

    @property
    def note(self) -> str:
        """What is done, in a sentence."""
        return f"Standard errors are of {len(self.columns)} replicate weights given with the file."

    def make(self, cells: Cells, *, wave: int) -> Replicates:
        """Take the weights of the cells, which keep the columns.

        Raises
        ------
        ValueError
            If a replicate weight is empty, no number or below 0.
        """
        rscales = np.broadcast_to(np.asarray(self.rscales, dtype=float), (len(self.columns),))
        used = np.flatnonzero(rscales > 0)
        weights = np.column_stack([_weights(cells, self.columns[place]) for place in used])
        return Replicates(
            unit=np.arange(len(cells.n)),
            draws=Factors(weights / cells.weight[:, None]),
            times=np.ones(len(used), dtype=np.int64),
            scale=self.scale,
            rscales=rscales[used],
            mse=self.mse,
            df=min(cells.sample().design_df, _rank(weights) - 1),
            of_design=False,
        )


ReplicatePlan: TypeAlias = Jackknife | Bootstrap | Given


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


def _weights(cells: Cells, name: str) -> NDArray[np.float64]:
    found = cells.numbers(name)
    wrong = ~(found >= 0)
    if wrong.any():
        got = "nothing" if np.isnan(found[wrong][0]) else f"{found[wrong][0]:g}"
        raise ValueError(f"replicate weights in column {name!r} must be 0 or more, got {got}")
    return found


def _rank(matrix: NDArray[np.float64]) -> int:
    """Count the independent columns; rows of one unit are proportional and need no second look."""
    if not matrix.size:
        return 1
    return int(np.linalg.matrix_rank(np.unique(matrix, axis=0), rtol=_TOLERANCE))
