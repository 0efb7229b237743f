"""Cells: counts of answers that share all that an estimate looks at.

A mark is one of ten values, so the counts by wave, stratum, cluster, domain, weight and mark are
an exact sufficient statistic for weighted means and their linearised variances. Rows are the
special case n = 1, and go the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
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

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.columns import Columns
    from analysis.design import Design


@dataclass(frozen=True, eq=False)
class Cells:
    """Columns of equal length, one entry a cell; integers index the tuples of labels.

    Attributes
    ----------
    wave, stratum, cluster, domain
        Index into `waves`, `strata`, `clusters` and `domains`. A domain of -1 is none: the answer
        counts in the total only. `cluster` is None where each answer is a unit of its own.
    y
        The answer; NaN where there is none.
    n
        Number of answers in the cell, 0 or more; 0 keeps a sampled cluster that nobody answered in.
    weight
        Weight of each single answer, > 0.
    units
        By (wave, stratum): sampling units in the population, for the finite population correction.
    population
        By (wave, stratum): N, where the weights are N / n.
    """

    design: Design
    waves: tuple[str, ...]
    strata: tuple[str, ...]
    domains: tuple[tuple[str, ...], ...]
    wave: NDArray[np.intp]
    stratum: NDArray[np.intp]
    cluster: NDArray[np.intp] | None
    domain: NDArray[np.intp]
    y: NDArray[np.float64]
    n: NDArray[np.int64]
    weight: NDArray[np.float64]
    units: Mapping[tuple[str, str], int]
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
    waves, wave = read_labels(columns, design.wave, size)
    strata, stratum = read_labels(columns, design.strata, size)
    cluster = read_labels(columns, design.clusters, size)[1] if design.clusters else None
    domains, domain = read_domains(columns, by, size)
    y = read_numbers(columns, rating)
    check_scale(y, rating, scale)
    n = read_counts(columns, count, size)
    given = read_positive(columns, design.weights) if design.weights else np.ones(size)
    units = read_positive(columns, design.fpc) if design.fpc else np.ones(size)
    keys = [wave, stratum, domain, *([] if cluster is None else [cluster])]
    first, total = _group([*keys, *(_codes(column) for column in (y, given, units))], n)
    where = [(waves[w], strata[s]) for w, s in zip(wave[first], stratum[first], strict=True)]
    population = _population(design, where, total)
    cells = Cells(
        design=design,
        waves=waves,
        strata=strata,
        domains=domains,
        wave=wave[first],
        stratum=stratum[first],
        cluster=None if cluster is None else cluster[first],
        domain=domain[first],
        y=y[first],
        n=total,
        weight=_weights(design, population, where, total, given[first]),
        units=_units(design, population, where, units[first]),
        population={} if design.weights else population,
    )
    _check_units(cells)
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


def _units(
    design: Design,
    population: Mapping[tuple[str, str], int],
    where: Sequence[tuple[str, str]],
    units: NDArray[np.float64],
) -> dict[tuple[str, str], int]:
    """Give the sampling units in the population by stratum: given, or dwellings when those are."""
    if not design.fpc:
        return {} if design.clusters else dict(population)
    found: dict[tuple[str, str], int] = {}
    for key, count in zip(where, units.tolist(), strict=True):
        if found.setdefault(key, int(count)) != count:
            raise ValueError(
                f"column {design.fpc!r} must be one number in stratum {key[1]!r}, "
                f"got {found[key]} and {count:g}"
            )
    return found


def _check_units(cells: Cells) -> None:
    for (wave, stratum), units in cells.units.items():
        here = (cells.wave == cells.waves.index(wave)) & (
            cells.stratum == cells.strata.index(stratum)
        )
        sampled = int(
            cells.n[here].sum() if cells.cluster is None else len(np.unique(cells.cluster[here]))
        )
        if units < sampled:
            raise ValueError(
                f"population of stratum {stratum!r} must be at least its {sampled} sampled units, "
                f"got {units}"
            )


def exact_mean(cells: Cells, members: NDArray[np.bool_]) -> Fraction | None:
    """Give the weighted mean of some answered cells as an exact fraction.

    None without answers, and where nothing exact is known: weights or answers that are decimals.
    """
    y, n = cells.y[members], cells.n[members]
    if cells.design.weights or not n.sum() or (y != np.rint(y)).any():
        return None
    # Sums of whole numbers below 2**53 are exact in floating point.
    code = cells.wave * len(cells.strata) + cells.stratum
    answers = np.bincount(code, weights=cells.n)
    strata, index = np.unique(code[members], return_inverse=True)
    sums, counts = np.bincount(index, weights=y * n), np.bincount(index, weights=n)
    top, bottom = Fraction(0), Fraction(0)
    for place, total, count in zip(strata.tolist(), sums.tolist(), counts.tolist(), strict=True):
        wave, stratum = divmod(place, len(cells.strata))
        size = cells.population.get((cells.waves[wave], cells.strata[stratum]))
        weight = Fraction(1) if size is None else Fraction(size, int(answers[place]))
        top += weight * int(total)
        bottom += weight * int(count)
    return top / bottom if bottom else None


def _codes(values: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.unique(values, return_inverse=True)[1]
