"""Invented populations of the coverage benchmark, and draws from them as counted columns.

Sizes are those of the demo: 11 areas of 180 to 5,200 dwellings of three types, of which 31 to 44 %
answer. A mark is a normal number rounded to 1..10; its exact mean is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from enquete.invented import STOCK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MARKS = np.arange(1, 11)
WAVES = ("1", "2")
SPREAD = 1.55
"""Standard deviation of a mark before rounding, as in the demo."""
TYPES = {"eengezinswoning": (0.38, 0.15), "appartement": (0.47, -0.2), "senioren": (0.15, 0.25)}
"""Share of the dwellings, and by how much the mark differs from that of the area."""
WHOLE = 1000
"""An area of fewer dwellings is one stratum where complexes are drawn."""


@dataclass(frozen=True, eq=False)
class Corporation:
    """Strata of dwellings and the mean mark in each, wave by wave.

    Attributes
    ----------
    areas
        Names of the areas.
    area, dwellings, response
        By stratum: its area, how many dwellings, and the share that answers.
    mean
        Shape (2, strata): the mean mark by wave.
    """

    areas: tuple[str, ...]
    area: NDArray[np.intp]
    dwellings: NDArray[np.int64]
    response: NDArray[np.float64]
    mean: NDArray[np.float64]

    @property
    def population(self) -> dict[str, int]:
        """Dwellings by stratum, as a design takes them."""
        return {str(stratum): int(count) for stratum, count in enumerate(self.dwellings)}

    def means(self, of_stratum: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the mean of every area and of all, shape (2, areas + 1), from those of strata."""
        parts = [self.area == area for area in range(len(self.areas))]
        mass = np.vstack([*parts, np.ones(len(self.area))]) * self.dwellings
        return np.asarray(of_stratum @ (mass / mass.sum(axis=1, keepdims=True)).T)

    @property
    def truth(self) -> NDArray[np.float64]:
        """Mean of every area and of all, shape (2, areas + 1)."""
        return self.means(self.mean)


def corporation(
    *, areas: int = len(STOCK), change: float | None = None, whole: int = 0
) -> Corporation:
    """Make the demo's corporation.

    Parameters
    ----------
    areas
        How many of the areas.
    change
        Change of the mean in every stratum; None: as the demo's areas change.
    whole
        An area of fewer dwellings is one stratum.
    """
    rows = []
    for place, stock in enumerate(STOCK[:areas]):
        before, after = stock.marks.values()
        step = after - before if change is None else change
        parts = [(1.0, 0.0)] if stock.dwellings < whole else list(TYPES.values())
        for share, offset in parts:
            mean = before + offset
            rows.append((place, round(stock.dwellings * share), stock.response, mean, mean + step))
    area, dwellings, response, first, second = zip(*rows, strict=True)
    return Corporation(
        areas=tuple(stock.area for stock in STOCK[:areas]),
        area=np.array(area),
        dwellings=np.array(dwellings),
        response=np.array(response),
        mean=np.array([first, second]),
    )


def shares(centre: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the chance of each mark, shape (..., 10), of rounded normal numbers about `centre`."""
    edges = (np.arange(1.5, 10) - np.asarray(centre)[..., None]) / SPREAD
    below = ndtr(edges)
    ends = np.zeros((*below.shape[:-1], 1))
    return np.diff(np.concatenate([ends, below, ends + 1], axis=-1), axis=-1)


_CENTRES = np.linspace(-5, 20, 5001)
_MEANS = shares(_CENTRES) @ MARKS


def centre_of(mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the centre of the normal numbers whose marks have this mean, within 1e-6."""
    return np.interp(mean, _MEANS, _CENTRES)


def rounded(numbers: NDArray[np.float64]) -> NDArray[np.intp]:
    """Round numbers to marks."""
    return np.clip(np.rint(numbers), 1, 10).astype(np.intp)


def tallied(group: NDArray[np.intp], marks: NDArray[np.intp], groups: int) -> NDArray[np.int64]:
    """Count the marks of each group, shape (groups, 10)."""
    return np.bincount(group * 10 + marks - 1, minlength=groups * 10).reshape(groups, 10)


def columns_of(
    groups: Mapping[str, NDArray[np.generic]], counts: NDArray[np.int64]
) -> dict[str, NDArray[np.generic]]:
    """Write groups of answers (a stratum, a complex, a dwelling of a wave) as counted rows.

    A group without answers keeps a row with n = 0: it was sampled.

    Parameters
    ----------
    groups
        Columns of the groups: `wave`, `stratum`, and what the design names beside.
    counts
        Shape (groups, 10): answers by mark.
    """
    shown = counts > 0
    shown[:, 0] |= counts.sum(axis=1) == 0
    group, mark = np.nonzero(shown)
    columns = {name: values[group] for name, values in groups.items()}
    return {**columns, "mark": MARKS[mark], "n": counts[group, mark]}
