"""From rows, or counted rows, to cells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.cells import Cells, Kept
from analysis.columns import (
    check_lengths,
    check_scale,
    column_of,
    read_counts,
    read_domains,
    read_kept,
    read_labels,
    read_numbers,
    read_positive,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.columns import Columns
    from analysis.design import Design


def count_cells(
    columns: Columns,
    design: Design,
    *,
    rating: str | None,
    by: Sequence[str] = (),
    keep: Sequence[str] = (),
    count: str | None = None,
    scale: tuple[float, float] | None = None,
) -> Cells:
    """Count rows (or counted rows, by the column `count`) to cells.

    Parameters
    ----------
    columns
        Equally long columns of texts or numbers.
    rating
        Column of the answer; empty and ``NA`` are no answer. None: what is kept is all that counts.
    by
        Columns whose combinations are the domains; a row with an empty label is in no domain.
    keep
        Other columns that cells may not mix, as the margins of the weights.
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
    name = rating or next(iter(keep))
    size = len(column_of(columns, name))
    if not size:
        raise ValueError(f"there are no rows: column {name!r} is empty")
    named = filter(None, [rating, *by, *keep, *design.columns, count])
    check_lengths(columns, named, size)
    waves, wave = read_labels(columns, [design.wave] if design.wave else [], size)
    strata, stratum = read_labels(columns, design.strata_columns, size)
    clusters = [read_labels(columns, [name], size)[1] for name in design.cluster_columns]
    domains, domain = read_domains(columns, by, size)
    y = np.zeros(size) if rating is None else read_numbers(columns, rating)
    if rating is not None:
        check_scale(columns, rating, y, scale)
    n = read_counts(columns, count, size)
    given = read_positive(columns, design.weights) if design.weights else np.ones(size)
    sizes = [read_positive(columns, name) for name in design.fpc_columns]
    others = dict.fromkeys([*keep, *([design.collapse] if design.collapse else [])])
    kept = {name: read_kept(columns, name) for name in others}
    codes = [_codes(column) for column in (y, given, *sizes)]
    keys = [wave, stratum, domain, *clusters, *codes, *(index for _, index in kept.values())]
    first, total = _group(keys, n)
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
        scale=scale,
        kept={name: Kept(labels, index[first]) for name, (labels, index) in kept.items()},
    )
    if not design.nest:
        _check_nested(cells, columns)
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


def _check_nested(cells: Cells, columns: Columns) -> None:
    """Check that a cluster lies in one stratum of its wave."""
    if not cells.clusters or not cells.design.strata_columns:
        return
    unit = cells.wave * (int(cells.clusters[0].max(initial=0)) + 1) + cells.clusters[0]
    home = np.zeros(int(unit.max(initial=-1)) + 1, dtype=np.intp)
    home[unit] = cells.stratum
    astray = np.flatnonzero(home[unit] != cells.stratum)
    if not astray.size:
        return
    cell = int(astray[0])
    name = cells.design.cluster_columns[0]
    labels, _ = read_labels(columns, [name], len(columns[name]))
    pair = sorted({cells.strata[cells.stratum[cell]], cells.strata[home[unit[cell]]]})
    cluster = labels[cells.clusters[0][cell]]
    raise ValueError(
        f"column {name!r} must have each cluster in one stratum, {cluster!r} "
        f"is in {pair[0]!r} and {pair[1]!r}; where labels count within strata, say nest=True"
    )


def _check_sizes(cells: Cells) -> None:
    """Check that population counts are one number for each stratum, and not below the sample."""
    # Before strata are taken together: each has a count of its own.
    apart = replace(cells, design=replace(cells.design, lonely="certainty", collapse=None))
    for place, stage in enumerate(apart.sample().stages[: len(cells.sizes)]):
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
