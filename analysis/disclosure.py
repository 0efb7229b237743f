"""What may not be printed: figures that tell somebody's answer, by themselves or with the others.

Hidden are few answers, answers that are all the same, and a mean so close to an end of the scale
that nearly all of them must be. What is hidden could be found again by taking the printed rows off
the total: where that would give a mark, another row is hidden with it. Primary and secondary
suppression: Hundepool et al. (2012), *Statistical Disclosure Control*, ch. 4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from analysis.cells import Cells
    from analysis.tabulate import Thresholds

    Key = tuple[str, ...]

ROUNDED: Final = 0.025
"""Marks that a mean can be from what is printed: half of its rounding, for the margin tells too."""

NARROW: Final = 2.0
"""Marks from end to end within which nobody may work out a hidden mean from the printed ones."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of some people.

    Attributes
    ----------
    n, total
        How many, and their sum.
    lowest, highest
        The outer two.
    weight, weighted
        Sum of their weights (dwellings, say), and of weight times answer.
    """

    n: int
    total: Fraction
    lowest: float
    highest: float
    weight: float
    weighted: float

    def __add__(self, other: Answers) -> Answers:
        return Answers(
            self.n + other.n,
            self.total + other.total,
            min(self.lowest, other.lowest),
            max(self.highest, other.highest),
            self.weight + other.weight,
            self.weighted + other.weighted,
        )

    def are_told(self, limits: Thresholds) -> bool:
        """Say whether their mean tells single answers, however many there are."""
        same = self.lowest == self.highest
        # One answer beside the end, and all others on it: who knows the mean knows them all.
        from_end = min(limits.high * self.n - self.total, self.total - limits.low * self.n)
        return self.n > 1 and (same or from_end < 2)

    def may_show(self, limits: Thresholds) -> bool:
        """Say whether their mean may be printed, as far as disclosure goes."""
        return self.n >= limits.answers and not self.are_told(limits)


def answers_of(cells: Cells, wave: str) -> dict[Key | None, Answers]:
    """Take together the answers of a wave by domain; None holds those of no domain."""
    found: dict[Key | None, Answers] = {}
    for place in np.flatnonzero(cells.of_waves(wave) & cells.answered).tolist():
        y, n, domain = float(cells.y[place]), int(cells.n[place]), int(cells.domain[place])
        key = None if domain < 0 else cells.domains[domain]
        weight = abs(float(cells.weight[place])) * n
        one = Answers(n, Fraction(repr(y)) * n, y, y, weight, weight * y)
        found[key] = found[key] + one if key in found else one
    return found


def together(answers: Iterable[Answers]) -> Answers | None:
    """Take answers of several domains together; None without any."""
    each = list(answers)
    return reduce(add, each) if each else None


def hidden_with(
    answers: dict[Key | None, Answers], shown: Collection[Key], limits: Thresholds
) -> frozenset[Key]:
    """Name the rows to hide because the total less the others would tell what is hidden.

    Rows go in the order of their weight, the lightest first, until each hidden mean that may not be
    told can be anything within `NARROW` marks; then what can be shown again is.

    Parameters
    ----------
    answers
        Of each domain with answers, of those that have no row too.
    shown
        Domains that may be printed by themselves.

    Returns
    -------
    frozenset
        Some of `shown`.
    """
    light = sorted((key for key in shown if key in answers), key=lambda k: (answers[k].weight, k))

    def safe(gone: Collection[Key]) -> bool:
        seen = [key for key in light if key not in gone]
        hidden = [key for key in answers if key not in seen]
        secret = [key for key in hidden if not answers[key].may_show(limits)]
        return not seen or all(
            _width(key, hidden, seen, answers, limits) >= NARROW for key in secret
        )

    gone: list[Key] = []
    while not safe(gone):
        gone.append(light[len(gone)])
    for key in reversed(gone[:-1]):
        if safe([each for each in gone if each != key]):
            gone.remove(key)
    return frozenset(gone)


def _width(
    key: Key | None,
    hidden: Sequence[Key | None],
    seen: Sequence[Key],
    answers: dict[Key | None, Answers],
    limits: Thresholds,
) -> float:
    """Give how many marks wide a hidden mean is to who knows the rows and all weights.

    The weighted sum of what is hidden follows from the total and the rows, but for their rounding;
    the other hidden domains can have any mean.
    """
    weight, seen_weight = answers[key].weight, sum(answers[each].weight for each in seen)
    others = sum(answers[each].weight for each in hidden) - weight
    total = sum(answers[each].weighted for each in hidden)
    if not weight:  # it is not in the total
        return math.inf
    rounding = ROUNDED * (weight + others + 2 * seen_weight)
    low = max((total - rounding - limits.high * others) / weight, limits.low)
    high = min((total + rounding - limits.low * others) / weight, limits.high)
    return high - low
