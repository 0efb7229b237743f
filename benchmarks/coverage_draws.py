"""How answers come to be: each function draws two waves, as columns of counted answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from coverage_population import SPREAD, centre_of, columns_of, rounded, shares, tallied

if TYPE_CHECKING:
    from coverage_population import Corporation
    from numpy.random import Generator
    from numpy.typing import NDArray

Rows: TypeAlias = "dict[str, NDArray[np.generic]]"

WITHIN = 0.08
"""Correlation of two marks of one complex."""
BETWEEN = 0.5
"""Correlation of what a complex, or a dwelling, differs by in one wave and in the other."""
DRAWN = 0.6
"""Share of the complexes that is drawn."""
SIZE = 20
"""Dwellings in a complex, on average; from 6 to about 60."""
RESPONSE_BY_AGE = np.array([0.55, 0.8, 1.1, 1.4])
MARK_BY_AGE = np.array([-0.5, -0.2, 0.2, 0.4])


def area_labels(firm: Corporation, stratum: NDArray[np.intp]) -> NDArray[np.str_]:
    """Give labels of areas that sort in their order."""
    return np.array([f"{area:02}" for area in range(len(firm.areas))])[firm.area[stratum]]


def rows_of(
    firm: Corporation,
    wave: NDArray[np.intp],
    stratum: NDArray[np.intp],
    counts: NDArray[np.int64],
    **others: NDArray[np.generic],
) -> Rows:
    """Write groups of answers as counted rows with the weight N / n of their stratum."""
    groups = {"wave": wave + 1, "stratum": stratum, "area": area_labels(firm, stratum), **others}
    n = np.zeros((2, len(firm.dwellings)))
    np.add.at(n, (wave, stratum), counts.sum(axis=1))
    groups["weight"] = (firm.dwellings / np.maximum(n, 1))[wave, stratum]
    return columns_of(groups, counts)


def _asked(firm: Corporation, random: Generator) -> NDArray[np.int64]:
    """Draw how many answer in each stratum, shape (2, strata): an area's number is given."""
    asked = np.zeros((2, len(firm.dwellings)), dtype=np.int64)
    for area in range(len(firm.areas)):
        here = firm.area == area
        dwellings = firm.dwellings[here]
        size = round(float((dwellings * firm.response[here]).sum()))
        asked[:, here] = random.multivariate_hypergeometric(dwellings, size, size=2)
    return asked


def dwellings(firm: Corporation, random: Generator) -> Rows:
    """Draw dwellings in each area, their marks from an endless population."""
    asked = _asked(firm, random)
    counts = random.multinomial(asked, shares(centre_of(firm.mean)))
    wave, stratum = (place.ravel() for place in np.indices(asked.shape))
    return rows_of(firm, wave, stratum, counts.reshape(-1, 10))


def dwellings_of(firm: Corporation, marks: NDArray[np.int64], random: Generator) -> Rows:
    """Draw dwellings without replacement.

    Parameters
    ----------
    marks
        Shape (2, strata, 10): how many dwellings of the population give each mark.
    """
    asked = _asked(firm, random)
    wave, stratum = (place.ravel() for place in np.indices(asked.shape))
    counts = [
        random.multivariate_hypergeometric(marks[w, s], asked[w, s])
        for w, s in zip(wave, stratum, strict=True)
    ]
    return rows_of(firm, wave, stratum, np.array(counts))


def panel(firm: Corporation, random: Generator, *, kept: float) -> Rows:
    """Draw dwellings of which a share answers in both waves, with marks that are correlated."""
    n = np.rint(firm.dwellings * firm.response).astype(np.int64)
    stratum = np.repeat(np.arange(len(n)), n)
    size = len(stratum)
    centre = centre_of(firm.mean)[:, stratum]
    before = random.standard_normal(size)
    stays = random.random(size) < kept
    link = np.where(stays, BETWEEN, 0.0)
    after = link * before + np.sqrt(1 - link**2) * random.standard_normal(size)
    marks = rounded(centre + SPREAD * np.array([before, after])).ravel()
    name = np.arange(size)
    label = np.concatenate([name, np.where(stays, name, name + size)])
    wave = np.repeat([0, 1], size)
    counts = tallied(np.arange(2 * size), marks, 2 * size)
    return rows_of(firm, wave, np.tile(stratum, 2), counts, dwelling=label)


def sizes(count: int, random: Generator) -> NDArray[np.int64]:
    """Draw the dwellings of some complexes: 6 and more, their spread half their mean."""
    return (6 + np.rint(random.gamma(2.0, (SIZE - 6) / 2, count))).astype(np.int64)


def effects(count: int, random: Generator) -> NDArray[np.float64]:
    """Draw what the mark of some complexes differs by, shape (2, count)."""
    first, second = random.standard_normal((2, count))
    second = BETWEEN * first + np.sqrt(1 - BETWEEN**2) * second
    return np.sqrt(WITHIN) * SPREAD * np.array([first, second])


def complexes(firm: Corporation, random: Generator, *, anew: bool, alike: bool = False) -> Rows:
    """Draw complexes from an endless population, and answers in them.

    Parameters
    ----------
    anew
        Whether the second wave has other complexes; else the same.
    alike
        Whether all complexes of a stratum have as many answers; else they differ in size.
    """
    drawn = np.maximum(np.rint(DRAWN * firm.dwellings / SIZE), 2).astype(np.int64)
    stratum = np.repeat(np.arange(len(drawn)), drawn)
    count = len(stratum)
    both = [
        (np.arange(count), sizes(count, random), effects(count, random)) for _ in range(1 + anew)
    ]
    wave, marks, unit = [], [], []
    for place in (0, 1):
        name, dwellings, effect = both[place * anew]
        answers = random.binomial(dwellings, firm.response[stratum])
        if alike:
            answers = np.rint(SIZE * firm.response[stratum]).astype(np.int64)
        centre = centre_of(firm.mean[place])[stratum] + effect[place]
        noise = np.sqrt(1 - WITHIN) * SPREAD * random.standard_normal(int(answers.sum()))
        group = np.repeat(name, answers)
        marks.append(tallied(group, rounded(centre[group] + noise), count))
        wave.append(np.full(count, place))
        unit.append(name + place * anew * count)
    return rows_of(
        firm,
        np.concatenate(wave),
        np.tile(stratum, 2),
        np.concatenate(marks),
        complex=np.concatenate(unit),
    )


@dataclass(frozen=True, eq=False)
class Estate:
    """A population of complexes: the stratum and the dwellings of each.

    Attributes
    ----------
    home
        Complex of each dwelling.
    mark
        Shape (2, dwellings): the mark that each gives in each wave.
    """

    stratum: NDArray[np.intp]
    size: NDArray[np.int64]
    home: NDArray[np.intp]
    mark: NDArray[np.intp]


def estate(firm: Corporation, random: Generator) -> Estate:
    """Build complexes for the strata of a corporation."""
    number = np.maximum(np.rint(firm.dwellings / SIZE), 2).astype(np.int64)
    stratum = np.repeat(np.arange(len(number)), number)
    size = sizes(len(stratum), random)
    centre = centre_of(firm.mean)[:, stratum] + effects(len(stratum), random)
    home = np.repeat(np.arange(len(stratum)), size)
    noise = np.sqrt(1 - WITHIN) * SPREAD * random.standard_normal((2, len(home)))
    return Estate(stratum, size, home, rounded(centre[:, home] + noise))


def complexes_of(firm: Corporation, stock: Estate, random: Generator, *, anew: bool) -> Rows:
    """Draw complexes without replacement, and dwellings within them; see `complexes`."""
    number = np.bincount(stock.stratum)
    wave, unit, counts = [], [], []
    first = _some(stock, random)
    for place, chosen in enumerate((first, _some(stock, random) if anew else first)):
        # Who answers in a complex is a simple random sample of it, given how many do.
        answers = random.random(len(stock.home)) < firm.response[stock.stratum[stock.home]]
        marks = tallied(stock.home[answers], stock.mark[place, answers], len(stock.size))
        counts.append(marks[chosen])
        wave.append(np.full(len(chosen), place))
        unit.append(chosen)
    label = np.concatenate(unit)
    stratum = stock.stratum[label]
    return rows_of(
        firm,
        np.concatenate(wave),
        stratum,
        np.concatenate(counts),
        complex=label,
        complexes=number[stratum],
        size=stock.size[label],
    )


def _some(stock: Estate, random: Generator) -> NDArray[np.intp]:
    """Draw complexes of each stratum, without replacement."""
    chosen = []
    for stratum in range(int(stock.stratum.max()) + 1):
        here = np.flatnonzero(stock.stratum == stratum)
        number = max(round(DRAWN * len(here)), 2)
        chosen.append(random.choice(here, number, replace=False))
    return np.sort(np.concatenate(chosen))


def ages(firm: Corporation) -> NDArray[np.int64]:
    """Give the dwellings by stratum and age class, shape (strata, 4); areas differ."""
    lean = np.linspace(-0.06, 0.06, len(firm.areas))[firm.area]
    part = np.array([0.2, 0.3, 0.3, 0.2]) + lean[:, None] * np.array([-1, -0.5, 0.5, 1])
    return np.rint(part * firm.dwellings[:, None]).astype(np.int64)


def means_by_age(firm: Corporation) -> NDArray[np.float64]:
    """Give the mean mark by wave, stratum and age class, shape (2, strata, 4)."""
    return firm.mean[:, :, None] + MARK_BY_AGE


def by_age(firm: Corporation, people: NDArray[np.int64], random: Generator) -> Rows:
    """Draw answers where the old answer more often, and give other marks, than the young."""
    chance = firm.response[:, None] * RESPONSE_BY_AGE
    asked = random.binomial(people, chance, size=(2, *people.shape))
    counts = random.multinomial(asked, shares(centre_of(means_by_age(firm))))
    wave, stratum, age = (place.ravel() for place in np.indices(asked.shape))
    return rows_of(firm, wave, stratum, counts.reshape(-1, 10), age=age)
