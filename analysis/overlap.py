"""What waves share: the covariance of estimates of several waves, and its degrees of freedom."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from analysis.products import gram, sums_by
from analysis.sample import pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.cells import Cells
    from analysis.influence import Influence

Overlap: TypeAlias = Literal["shared", "stacked", "none"]
"""How the waves of one estimate hang together.

``shared``: each wave has the variance of its own design; clusters that are in both, and only these,
give a covariance. ``stacked``: all waves are one sample, a cluster in both counts once; R:
``svydesign(~cluster, strata = ~stratum)`` on the stacked waves. The same where the waves have the
same clusters and no population counts; where clusters were drawn anew, the stacked design has a
degree of freedom and a share of the population too many. ``none``: independent waves.
"""


def chosen_overlap(cells: Cells, overlap: Overlap | None) -> Overlap:
    """Decide how waves hang together: by default by clusters, where the design has them.

    Raises
    ------
    ValueError
        If there is no such way, or the design has no clusters to share.
    """
    if overlap is None:
        return "shared" if cells.clusters else "none"
    if overlap not in get_args(Overlap):
        raise ValueError(f"overlap must be one of {', '.join(get_args(Overlap))}, got {overlap!r}")
    if overlap != "none" and not cells.clusters:
        raise ValueError(f"overlap={overlap!r} needs a design with clusters")
    return overlap


def joint_covariance(cells: Cells, influence: Influence, overlap: Overlap) -> NDArray[np.float64]:
    """Estimate the covariance of estimates of several waves, each of a single wave.

    With ``shared``, over the n₁₂ units of a stratum that are in both waves, n₁ and n₂ in each and
    N in the population, the covariance of two totals is (n₁₂ - n₁ n₂ / N) times that of the
    linearised values of the shared units: Tam (1984), The American Statistician 38, 288-289.

    Parameters
    ----------
    influence
        Linearised values; those of an estimate are 0 in the cells of other waves.

    Returns
    -------
    Shape (d, d).
    """
    if overlap == "stacked":
        return cells.sample(linked=True).covariance(influence)
    matrix = cells.sample().covariance(influence)
    if overlap == "none" or len(_waves(cells)) < 2:
        return matrix
    linked = cells.sample(linked=True)
    stage = linked.stages[0]
    totals = linked.unit_totals(influence)
    present = _present(cells, stage.units)
    size = _sizes(cells, len(stage.size))
    wave_of = np.zeros(influence.width, dtype=np.intp)
    wave_of[influence.column] = cells.wave[influence.cell]
    for first, second in combinations(_waves(cells).tolist(), 2):
        n = [
            np.bincount(stage.within_of_unit[there], minlength=len(size))
            for there in (present[first], present[second])
        ]
        factor = np.where(size > 0, n[0] * n[1] / np.where(size > 0, size, 1), 0.0)
        both = present[first] & present[second]
        columns = wave_of == first, wave_of == second
        block = _shared(totals, both, stage.within_of_unit, factor, columns)
        matrix[np.ix_(*columns)] += block
        matrix[np.ix_(*columns[::-1])] += block.T
    return matrix


def joint_df(
    cells: Cells, label: NDArray[np.intp], size: int, overlap: Overlap
) -> NDArray[np.int64]:
    """Count the degrees of freedom of the domains of a partition, over several waves together.

    Units of all waves, those in more than one counted once, less strata; a stratum whose waves
    share no unit counts once for every wave.

    Parameters
    ----------
    label
        Shape (c,): the domain of each cell; -1: none.

    Returns
    -------
    Shape (size,).
    """
    if overlap != "shared":
        return cells.sample(linked=overlap == "stacked").domain_df(label, size)
    stage = cells.sample(linked=True).stages[0]
    unit = np.zeros(0, dtype=np.intp) if stage.unit is None else stage.unit
    inside = np.flatnonzero(label >= 0)
    waves, strata = int(cells.wave.max(initial=0)) + 1, len(stage.size)
    column = label[inside] * waves + cells.wave[inside]
    seen, of = pairs(unit[inside], column, stage.units, size * waves)
    place = stage.within_of_unit[seen] * (size * waves) + of
    by_wave = np.bincount(place, minlength=strata * size * waves).reshape(strata, size, waves)
    once, domain = pairs(seen, of // waves, stage.units, size)
    place = stage.within_of_unit[once] * size + domain
    units = np.bincount(place, minlength=strata * size).reshape(strata, size)
    groups = np.count_nonzero(by_wave, axis=2)
    # Where no unit is in two waves, every wave has a mean of its own in the stratum.
    shared = by_wave.sum(axis=2) > units
    df: NDArray[np.int64] = (units - np.where(shared, 1, groups)).sum(axis=0).astype(np.int64)
    return df


def _waves(cells: Cells) -> NDArray[np.intp]:
    """Give the waves that have cells."""
    return np.flatnonzero(np.bincount(cells.wave))


def _present(cells: Cells, units: int) -> dict[int, NDArray[np.bool_]]:
    """Say which units each wave sampled, answered or not."""
    unit = cells.sample(linked=True).stages[0].unit
    found = {}
    for wave in _waves(cells).tolist():
        there = np.zeros(units, dtype=np.bool_)
        if unit is not None:
            there[unit[cells.wave == wave]] = True
        found[wave] = there
    return found


def _sizes(cells: Cells, strata: int) -> NDArray[np.float64]:
    """Give the units in the population of each stratum; 0 where not known."""
    size = np.zeros(strata)
    if cells.sizes:
        np.maximum.at(size, cells.sample(linked=True).stages[0].within, cells.sizes[0])
    return size


def _shared(
    totals: NDArray[np.float64],
    both: NDArray[np.bool_],
    stratum: NDArray[np.intp],
    expected: NDArray[np.float64],
    columns: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> NDArray[np.float64]:
    """Give the covariance by the units in both waves; a stratum with one tells nothing of it."""
    shared = np.bincount(stratum[both], minlength=len(expected))
    used = both & (shared[stratum] > 1)
    place = stratum[used]
    factor = np.where(shared > 1, (shared - expected) / np.maximum(shared - 1, 1), 0.0)
    deviations = []
    for there in columns:
        values = totals[np.ix_(used, there)]
        sums = sums_by(place, values, len(expected))
        deviations.append(values - (sums / np.maximum(shared, 1)[:, None])[place])
    return gram(deviations[0], factor[place][:, None] * deviations[1])
