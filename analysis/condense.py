"""Cells of one sampling unit and domain taken together, where nothing is lost by it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.quantity import Quantity
from analysis.sample import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.cells import Cells
    from analysis.quantity import QuantityOf


def condensed(cells: Cells, quantity_of: QuantityOf) -> tuple[Cells, Quantity]:
    """Give `condense` of the cells; those that are kept keep it too."""
    if quantity_of not in cells.condensed:
        cells.condensed[quantity_of] = condense(cells, quantity_of(cells))
    return cells.condensed[quantity_of]


def condense(cells: Cells, quantity: Quantity) -> tuple[Cells, Quantity]:
    """Give one cell for each unit and domain, with the same weighted sums.

    What a unit adds to a variance is the sum of the linearised values of its answers. These are
    linear in the answers, so that their weighted mean says as much as they do; how they vary within
    the cell is kept for the design effect. A survey of clusters has ten times fewer such cells.

    Left as they are: designs without clusters, with a last stage of single answers, and with
    calibrated weights, whose residuals differ within a unit.
    """
    if not cells.clusters or cells.calibrations or len(cells.sizes) > len(cells.clusters):
        return cells, quantity
    group, first = cells.units_and_domains
    size = len(first)
    n = np.where(quantity.answered, cells.n, 0)
    mass = cells.weight * n
    total = _sums(group, mass, size)
    answered = total > 0
    divisor = np.where(answered, total, 1.0)
    y = _sums(group, mass * quantity.y, size) / divisor
    x = None if quantity.x is None else _sums(group, mass * quantity.x, size) / divisor
    within = _sums(group, mass * (quantity.y - y[group]) ** 2, size) / divisor
    answers = _sums(group, n, size)
    small = replace(
        cells.part_at(first),
        n=answers.astype(np.int64),
        y=np.where(answered, y, np.nan),
        weight=np.where(answered, total / np.maximum(answers, 1), 1.0),
    )
    return small, Quantity(quantity.kind, y, x, answered, quantity.scale, within)


def units_and_domains(cells: Cells) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give the cells of one wave, stratum, unit (at every stage) and domain one number.

    Returns
    -------
    The number of each cell, and the first cell of each number.
    """
    group = number(cells.wave * len(cells.strata) + cells.stratum)[0]
    for labels in (*cells.clusters, cells.domain + 1):
        group = number(group * (int(labels.max(initial=0)) + 1) + labels)[0]
    first = np.zeros(int(group.max(initial=-1)) + 1, dtype=np.intp)
    first[group[::-1]] = np.arange(len(group))[::-1]
    return group, first


def _sums(group: NDArray[np.intp], values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    return np.bincount(group, weights=values, minlength=size).astype(np.float64)
