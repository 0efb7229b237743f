"""Cells: counts of answers that share all that an estimate looks at.

A mark is one of ten values, so the counts by wave, stratum, cluster, domain, weight and mark are
an exact sufficient statistic for weighted means and their linearised variances. Rows are the
special case n = 1, and go the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.columns import (
    check_scale,
    column_of,
    read_counts,
    read_domains,
    read_labels,
    read_numbers,
    read_positive,
)
from analysis.sample import make_sample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.columns import Columns
    from analysis.design import Design
    from analysis.sample import Sample


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
        Weight of each single answer, > 0.
    sizes
        Sampling units in the population at each stage, for the finite population correction; 0
        where not known.
    population
        By (wave, stratum): N, where the weights are N / n.
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
        return np.isin(self.wave, [self.waves.index(wave) for wave in waves])

    def part(self, here: NDArray[np.bool_]) -> Cells:
        """Give the cells marked, with the design that they have by themselves."""
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
        )

    def sample(self, *, linked: bool = False) -> Sample:
        """Give the design of these cells.

        Parameters
        ----------
        linked
            Whether a unit is the same in every wave, so that strata run across waves.
        """
        if not linked:
            strata = self.wave * len(self.strata) + self.stratum
            return make_sample(self.n, strata, self.clusters, self.sizes, lonely=self.design.lonely)
        sizes = self.sizes
        if sizes:
            sizes = (sizes[0] * self._union_over_wave(), *sizes[1:])
        return make_sample(self.n, self.stratum, self.clusters, sizes, lonely=self.design.lonely)

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


def count_cells(
    columns: Columns,
    design: Design,
    *,
    rating: str,
    by: Sequence[str] = (),
    count: str | None = None,
    scale: tuple[float, float] | None = None,
) -> Cells:
    """Count rows (or counted rows, by the column `count`) to cells.

    Parameters
    ----------
    columns
        Equally long columns of texts or numbers.
    rating
        Column of the answer; empty and ``NA`` are no answer.
    by
        Columns whose combinations are the domains; a row with an empty label is in no domain.
    count
        Column that says how many answers a row stands for. None: one.
    scale
        Lowest and highest answer allowed; None: any number.

    Raises
    ------
    ValueError
        If a column is missing or empty where it may not be, an answer is no number or outside the
        scale, a weight is not above 0, or the population does not fit the answers.
    """
    size = len(column_of(columns, rating))
    waves, wave = read_labels(columns, [design.wave] if design.wave else [], size)
    strata, stratum = read_labels(columns, design.strata_columns, size)
    clusters = [read_labels(columns, [name], size)[1] for name in design.cluster_columns]
    domains, domain = read_domains(columns, by, size)
    y = read_numbers(columns, rating)
    check_scale(columns, rating, y, scale)
    n = read_counts(columns, count, size)
    given = read_positive(columns, design.weights) if design.weights else np.ones(size)
    sizes = [read_positive(columns, name) for name in design.fpc_columns]
    codes = (_codes(column) for column in (y, given, *sizes))
    first, total = _group([wave, stratum, domain, *clusters, *codes], n)
    where = [(waves[w], strata[s]) for w, s in zip(wave[first], stratum[first], strict=True)]
    population = _population(design, where, total)
    cells = Cells(
        design=design,
        waves=waves,
        strata=strata,
        domains=domains,
        wave=wave[first],
        stratum=stratum[first],
        clusters=tuple(labels[first] for labels in clusters),
        domain=domain[first],
        y=y[first],
        n=total,
        weight=_weights(design, population, where, total, given[first]),
        sizes=_sizes(design, population, where, [size[first] for size in sizes]),
        population={} if design.weights else population,
    )
    _check_sizes(cells)
    return cells


def _group(
    keys: Sequence[NDArray[np.intp]], n: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Give the first row of every combination of keys, and the sum of `n` over it."""
    code = np.zeros(len(n), dtype=np.int64)
    for key in keys:
        shifted = key - key.min(initial=0)
        # Renumbered at each step: the product of the numbers of levels could overflow.
        code = np.unique(code * (shifted.max(initial=0) + 1) + shifted, return_inverse=True)[1]
    _, first, index = np.unique(code, return_index=True, return_inverse=True)
    total = np.zeros(len(first), dtype=np.int64)
    np.add.at(total, index, n)
    return first, total


def _population(
    design: Design, where: Sequence[tuple[str, str]], n: NDArray[np.int64]
) -> dict[tuple[str, str], int]:
    if design.population is None:
        return {}
    answers: dict[tuple[str, str], int] = {}
    for key, count in zip(where, n.tolist(), strict=True):
        answers[key] = answers.get(key, 0) + count
    population = {key: design.population_of(*key) for key in answers}
    for (wave, stratum), count in answers.items():
        if population[wave, stratum] < count:
            raise ValueError(
                f"population of stratum {stratum!r}{f' in wave {wave!r}' if wave else ''} must be "
                f"at least its {count} answers, got {population[wave, stratum]}"
            )
    return population


def _weights(
    design: Design,
    population: Mapping[tuple[str, str], int],
    where: Sequence[tuple[str, str]],
    n: NDArray[np.int64],
    given: NDArray[np.float64],
) -> NDArray[np.float64]:
    if design.weights or not population:
        return given
    answers: dict[tuple[str, str], int] = dict.fromkeys(population, 0)
    for key, count in zip(where, n.tolist(), strict=True):
        answers[key] += count
    weight = {key: population[key] / max(answers[key], 1) for key in population}
    return np.array([weight[key] for key in where], dtype=np.float64)


def _sizes(
    design: Design,
    population: Mapping[tuple[str, str], int],
    where: Sequence[tuple[str, str]],
    given: Sequence[NDArray[np.float64]],
) -> tuple[NDArray[np.float64], ...]:
    """Give the sampling units in the population: as given, or the dwellings where those are."""
    if given or design.cluster_columns or not population:
        return tuple(given)
    return (np.array([population[key] for key in where], dtype=np.float64),)


def _check_sizes(cells: Cells) -> None:
    """Check that population counts are one number for each stratum, and not below the sample."""
    for place, stage in enumerate(cells.sample().stages[: len(cells.sizes)]):
        given = cells.sizes[place]
        uneven = np.flatnonzero(given != stage.size[stage.within])
        if uneven.size:
            cell = int(uneven[0])
            raise ValueError(
                f"column {cells.design.fpc_columns[place]!r} must be one number in "
                f"{_place(cells, cell, place)}, got {given[cell]:g} and "
                f"{stage.size[stage.within[cell]]:g}"
            )
        short = np.flatnonzero(stage.sampled(cells.n) > stage.size)
        if short.size:
            cell = int(np.flatnonzero(stage.within == short[0])[0])
            raise ValueError(
                f"population of {_place(cells, cell, place)} must be at least its "
                f"{stage.sampled(cells.n)[short[0]]:g} sampled units, got {stage.size[short[0]]:g}"
            )


def _place(cells: Cells, cell: int, place: int) -> str:
    stratum = f"stratum {cells.strata[cells.stratum[cell]]!r}"
    return f"a unit of {stratum}" if place else stratum


def _codes(values: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.unique(values, return_inverse=True)[1]
