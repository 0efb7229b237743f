"""What may not be printed: figures that tell somebody's answer, by themselves or with the others.

Hidden are few answers, answers that are all the same, and a mean so close to an end of the scale
that nearly all of them must be. What is hidden could be found again by taking the printed rows off
the total: where that would give a mark, another row is hidden with it. Primary and secondary
suppression: Hundepool et al. (2012), *Statistical Disclosure Control*, ch. 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from analysis.cells import Cells

    Key = tuple[str, ...]

ROUNDED: Final = 0.05
"""How far a printed mean can be from the mean."""

BLUR: Final = 1.0
"""Marks to each side within which nobody may work out a hidden mean from the printed ones."""


class Limits(Protocol):
    """What is asked of a figure: the fewest answers, and the ends of the scale."""

    @property
    def answers(self) -> int:
        """Fewest answers behind a mean that is shown."""

    @property
    def low(self) -> int:
        """Lowest answer there can be."""

    @property
    def high(self) -> int:
        """Highest answer there can be."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of some people: how many, their sum, the outer two, and their weight together."""

    n: int
    total: Fraction
    lowest: float
    highest: float
    weight: float

    def __add__(self, other: Answers) -> Answers:
        return Answers(
            self.n + other.n,
            self.total + other.total,
            min(self.lowest, other.lowest),
            max(self.highest, other.highest),
            self.weight + other.weight,
        )

    def are_told(self, limits: Limits) -> bool:
        """Say whether their mean tells single answers, however many there are."""
        same = self.lowest == self.highest
        # One answer beside the end, and all others on it: who knows the mean knows them all.
        from_end = min(limits.high * self.n - self.total, self.total - limits.low * self.n)
        return self.n > 1 and (same or from_end < 2)

    def may_show(self, limits: Limits) -> bool:
        """Say whether their mean may be printed, as far as disclosure goes."""
        return self.n >= limits.answers and not self.are_told(limits)


def answers_of(cells: Cells, wave: str) -> dict[Key | None, Answers]:
    """Take together the answers of a wave by domain; None holds those of no domain."""
    found: dict[Key | None, Answers] = {}
    for place in np.flatnonzero(cells.of_waves(wave) & cells.answered).tolist():
        y, n, domain = float(cells.y[place]), int(cells.n[place]), int(cells.domain[place])
        key = None if domain < 0 else cells.domains[domain]
        one = Answers(n, Fraction(repr(y)) * n, y, y, abs(float(cells.weight[place])) * n)
        found[key] = found[key] + one if key in found else one
    return found


def together(answers: Iterable[Answers]) -> Answers | None:
    """Take answers of several domains together; None without any."""
    each = list(answers)
    return reduce(add, each) if each else None


def hidden_with(
    answers: dict[Key | None, Answers], shown: Collection[Key], limits: Limits
) -> frozenset[Key]:
    """Name the rows to hide because the total less the others would tell what is hidden.

    The smallest row goes first, until what is hidden may be shown as one row, or rounding alone
    leaves more than `BLUR` marks to each side.

    Parameters
    ----------
    answers
        Of each domain, of those that have no row too.
    shown
        Domains that may be printed by themselves.
    """
    left = sorted(
        (key for key in shown if key in answers),
        key=lambda key: (answers[key].n, key),
        reverse=True,
    )
    gone: set[Key] = set()
    while left:
        hidden = together(told for key, told in answers.items() if key not in left)
        if hidden is None or hidden.may_show(limits):
            break
        seen = sum(answers[key].weight for key in left)
        if ROUNDED * (hidden.weight + 2 * seen) >= BLUR * hidden.weight:
            break
        gone.add(left.pop())
    return frozenset(gone)
