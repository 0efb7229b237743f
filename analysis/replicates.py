"""Replicates of a sample: units left out or drawn again, for variances without linearisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

import numpy as np

from analysis.replicate_weights import (
    Deletions,
    Factors,
    FirstStage,
    Replicates,
    given_weights,
    rank,
    redraw,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.cells import Cells


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
        weights = np.column_stack([given_weights(cells, self.columns[place]) for place in used])
        return Replicates(
            unit=np.arange(len(cells.n)),
            draws=Factors(weights / cells.weight[:, None]),
            times=np.ones(len(used), dtype=np.int64),
            scale=self.scale,
            rscales=rscales[used],
            mse=self.mse,
            df=min(cells.sample().design_df, rank(weights) - 1),
            of_design=False,
        )


ReplicatePlan: TypeAlias = Jackknife | Bootstrap | Given
