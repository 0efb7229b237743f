"""Cells: counts of answers that share all that an estimate looks at.

A mark is one of ten values, so the counts by wave, stratum, cluster, domain, weight and mark are
an exact sufficient statistic for weighted means and their linearised variances. Rows are the
special case n = 1, and go the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from analysis.delimited import ParseError, parse_number
from analysis.sample import make_sample, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from analysis.design import Design
    from analysis.projection import Calibration
    from analysis.quantity import Quantity, QuantityOf
    from analysis.sample import Sample


@dataclass(frozen=True, eq=False)
class Kept:
    """A column beside the design: its labels, and the index of each cell."""

    labels: tuple[str, ...]
    index: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Cells:
    """Columns of equal length, one entry a cell; integers index the tuples of labels.

    Attributes
    ----------
    wave, stratum, domain
        Index into `waves`, `strata` and `domains`. A domain of -1 is none: the answer counts in the
        total only.
    clusters
        Number of the sampling unit at each stage, labels as they stood in the column; none where
        each answer is a unit of its own.
    y
        The answer; NaN where there is none.
    n
        Number of answers in the cell, 0 or more; 0 keeps a sampled cluster that nobody answered in.
    weight
        Weight of each single answer.
    sizes
        Sampling units in the population at each stage, for the finite population correction; 0
        where not known.
    population
        By (wave, stratum): N, where the weights are N / n.
    scale
        Lowest and highest answer there can be; None: not known.
    kept
        Other columns by name, that cells do not mix.
    calibrations
        How the weights were adjusted.
    adjusted
        Whether the weights were adjusted (calibrated or trimmed).
    notes
        What was done to the weights, in sentences.
    """

    design: Design
    waves: tuple[str, ...]
    strata: tuple[str, ...]
    domains: tuple[tuple[str, ...], ...]
    wave: NDArray[np.intp]
    stratum: NDArray[np.intp]
    clusters: tuple[NDArray[np.intp], ...]
    domain: NDArray[np.intp]
    y: NDArray[np.float64]
    n: NDArray[np.int64]
    weight: NDArray[np.float64]
    sizes: tuple[NDArray[np.float64], ...]
    population: Mapping[tuple[str, str], int]
    scale: tuple[float, float] | None = None
    kept: Mapping[str, Kept] = field(default_factory=dict)
    calibrations: tuple[Calibration, ...] = ()
    adjusted: bool = False
    notes: tuple[str, ...] = ()

    @cached_property
    def answered(self) -> NDArray[np.bool_]:
        """Whether a cell has answers with a value."""
        return ~np.isnan(self.y) & (self.n > 0)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Give a kept column as numbers; NaN where empty.

        Raises
        ------
        ValueError
            If a label is no number.
        """
        kept = self.kept[name]
        levels = np.full(len(kept.labels), np.nan)
        for place, label in enumerate(kept.labels):
            if not label:
                continue
            try:
                levels[place] = parse_number(label)
            except ParseError:
                raise ValueError(f"column {name!r} must be numbers, got {label!r}") from None
        return levels[kept.index]

    def of_waves(self, *waves: str) -> NDArray[np.bool_]:
        """Mark the cells of these waves.

        Raises
        ------
        ValueError
            If a wave has no cells.
        """
        for wave in waves:
            if wave not in self.waves:
                raise ValueError(f"there is no wave {wave!r}; waves: {', '.join(self.waves)}")
        marked = np.zeros(len(self.n), dtype=np.bool_)
        for wave in waves:
            marked |= self.waves_at[self.waves.index(wave)]
        return marked

    def part(self, here: NDArray[np.bool_]) -> Cells:
        """Give the cells marked, with the design that they have by themselves."""
        return self if here.all() else self.part_at(np.flatnonzero(here))

    def part_at(self, here: NDArray[np.intp]) -> Cells:
        """Give the cells at these places, in this order."""
        return replace(
            self,
            wave=self.wave[here],
            stratum=self.stratum[here],
            clusters=tuple(labels[here] for labels in self.clusters),
            domain=self.domain[here],
            y=self.y[here],
            n=self.n[here],
            weight=self.weight[here],
            sizes=tuple(size[here] for size in self.sizes),
            kept={name: Kept(kept.labels, kept.index[here]) for name, kept in self.kept.items()},
            calibrations=tuple(step.part(here) for step in self.calibrations),
        )

    def by_wave(self) -> list[Cells]:
        """Give the cells of each wave, in their order."""
        return self._by_wave

    @cached_property
    def _by_wave(self) -> list[Cells]:
        return [self.part(here) for here in self.waves_at]

    @cached_property
    def condensed(self) -> dict[QuantityOf, tuple[Cells, Quantity]]:
        """What `analysis.condense.condense` gave before, by what was estimated."""
        return {}

    @cached_property
    def waves_at(self) -> list[NDArray[np.bool_]]:
        """Mark the cells of each wave, in their order."""
        return [self.wave == index for index in range(len(self.waves))]

    @cached_property
    def units_and_domains(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Cells of one unit and domain; see `analysis.condense.units_and_domains`."""
        from analysis.condense import units_and_domains

        return units_and_domains(self)

    def with_units(self, clusters: str | None) -> Cells:
        """Take another column that is kept as the sampling unit; None: each answer."""
        units: tuple[NDArray[np.intp], ...] = ()
        if clusters is not None:
            if clusters not in self.kept:
                known = ", ".join(self.kept) or "none"
                raise ValueError(f"column {clusters!r} is not kept by these cells; kept: {known}")
            kept = self.kept[clusters]
            if "" in kept.labels:
                raise ValueError(f"column {clusters!r} must be filled in every row to be a unit")
            units = (kept.index,)
        design = replace(self.design, clusters=clusters, fpc=None)
        # Counts of the population are of the units of the design, not of these.
        return replace(self, design=design, clusters=units, sizes=())

    def sample(self, *, linked: bool = False) -> Sample:
        """Give the design of these cells.

        Parameters
        ----------
        linked
            Whether a unit is the same in every wave, so that strata run across waves.
        """
        return self._linked if linked else self._unlinked

    @cached_property
    def _unlinked(self) -> Sample:
        return self._sample(self.wave * len(self.strata) + self.stratum, self.sizes)

    @cached_property
    def _linked(self) -> Sample:
        sizes = self.sizes
        if sizes:
            sizes = (sizes[0] * self._union_over_wave(), *sizes[1:])
        return self._sample(self.stratum, sizes)

    def _sample(self, strata: NDArray[np.intp], sizes: tuple[NDArray[np.float64], ...]) -> Sample:
        sample = make_sample(
            self.n,
            strata,
            self.clusters,
            sizes,
            lonely=self.design.lonely,
            lonely_share=self.design.lonely_share,
            lonely_domains=self.design.lonely_domains,
            calibrations=self.calibrations,
        )
        if self.design.collapse is None or not sample.alone.any():
            return sample
        merged = _collapsed(strata, sample.alone, self.kept[self.design.collapse], self.wave)
        clusters = self.clusters
        if clusters:
            # A cluster of a stratum that was merged stays a unit of its own.
            first = number(strata * (int(clusters[0].max(initial=0)) + 1) + clusters[0])[0]
            clusters = (first, *clusters[1:])
        return make_sample(
            self.n,
            merged,
            clusters,
            _added(sizes, strata, merged),
            lonely="flag",
            lonely_domains=self.design.lonely_domains,
            calibrations=self.calibrations,
        )

    def _union_over_wave(self) -> NDArray[np.float64]:
        """Give, for each cell, by how much to widen the population when waves are stacked.

        Where the waves sampled the same clusters, the clusters of both waves together are one
        sample from the population (1: nothing to widen). Where they share less than half, each is a
        sample of its own: the correction is then that of the larger one, not of their sum.
        """
        factor = np.ones(len(self.n))
        for stratum in np.unique(self.stratum):
            here = self.stratum == stratum
            waves = [
                set(self.clusters[0][here & (self.wave == wave)].tolist())
                for wave in np.unique(self.wave[here])
            ]
            union, shared = set.union(*waves), set.intersection(*waves)
            if 2 * len(shared) < min(len(wave) for wave in waves):
                factor[here] = len(union) / max(len(wave) for wave in waves)
        return factor


def _collapsed(
    strata: NDArray[np.intp], alone: NDArray[np.bool_], within: Kept, wave: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Take each lonely stratum together with the next one of the same area and wave.

    The last of an area joins the one before it; the only one stays alone.
    """
    merged = strata.copy()
    area = number(wave * len(within.labels) + within.index)[0]
    for stratum in np.unique(strata[alone]):
        here = strata == stratum
        neighbours = np.unique(strata[(area == area[here][0]) & ~here])
        if neighbours.size:
            later = neighbours[neighbours > stratum]
            target = later[0] if later.size else neighbours[-1]
            merged[merged == stratum] = merged[strata == target][0]
    return merged


def _added(
    sizes: tuple[NDArray[np.float64], ...], strata: NDArray[np.intp], merged: NDArray[np.intp]
) -> tuple[NDArray[np.float64], ...]:
    """Give strata that were taken together the units of all of them."""
    if not sizes:
        return sizes
    largest, together = np.zeros(strata.max() + 1), np.zeros(strata.max() + 1)
    np.maximum.at(largest, strata, sizes[0])
    home = np.zeros(strata.max() + 1, dtype=np.intp)
    home[strata] = merged
    np.add.at(together, home, largest)
    return (together[merged], *sizes[1:])
