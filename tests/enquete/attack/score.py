"""How well a clue joins answers to codes, against what chance does."""

from __future__ import annotations

from bisect import bisect, insort
from collections import Counter
from dataclasses import dataclass
from functools import cache
from math import log, sqrt
from typing import TYPE_CHECKING, Final

from tests.enquete.attack.loot import response_class

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tests.enquete.attack.loot import Loot

ALARM: Final = 1e-11
"""Chance that one look finds a join where there is none. An attack looks at most `LOOKS` times, so
that it is wrong less often than once in a million times (union bound)."""
LOOKS: Final = 5_000


@dataclass(frozen=True, kw_only=True)
class Clue:
    """What a technique makes of the loot: pairs, or an order from which pairs follow.

    Attributes
    ----------
    pairs
        Responses by id, and the codes that they are guessed to be of.
    runs
        Ids of responses; each run is in the order in which they are thought to have come. Where
        nothing is known of the order of two, they are in different runs.
    """

    name: str
    pairs: Sequence[tuple[str, str]] = ()
    runs: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How good a clue is.

    Attributes
    ----------
    right
        How many answers were joined to the code they are of.
    right_by_chance
        The most that a clue which knows nothing joins, but for a chance of `ALARM`.
    tau
        Kendall's rank correlation of its order and the true one, over pairs within a run.
    tau_by_chance
        As `right_by_chance`, for the size of `tau`.
    """

    name: str
    right: int
    right_by_chance: int
    tau: float
    tau_by_chance: float

    @property
    def joins(self) -> bool:
        return self.right > self.right_by_chance or abs(self.tau) > self.tau_by_chance


def judge(clue: Clue, loot: Loot, truth: Mapping[str, str]) -> Verdict:
    """Compare a clue with the truth: the code of every response by its id."""
    guesses = [_first(pairs) for pairs in (clue.pairs, *_in_turn(clue.runs, loot))]
    counted = [
        (sum(truth[response] == code for response, code in pairs.items()), _limit(pairs, loot))
        for pairs in guesses
    ]
    right, by_chance = max(counted, key=lambda each: each[0] - each[1])
    place = {code: i for i, code in enumerate(loot.used)}
    tau, tau_by_chance = rank_correlation(
        [place[truth[response]] for response in run] for run in clue.runs
    )
    return Verdict(
        name=clue.name,
        right=right,
        right_by_chance=by_chance,
        tau=tau,
        tau_by_chance=tau_by_chance,
    )


def _first(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Take the first guess for each response, and of each code."""
    guessed: dict[str, str] = {}
    taken: set[str] = set()
    for response, code in pairs:
        if response not in guessed and code not in taken:
            guessed[response] = code
            taken.add(code)
    return guessed


def _in_turn(runs: Sequence[Sequence[str]], loot: Loot) -> Iterator[list[tuple[str, str]]]:
    """Pair the k-th response of a class with its k-th code, forward and backward."""
    order = [response for run in runs for response in run]
    class_of = {row["id"]: response_class(row) for row in loot.responses}
    for directed in (order, order[::-1]):
        codes = {each: iter(codes) for each, (_, codes) in loot.classes().items()}
        yield [(response, next(codes[class_of[response]])) for response in directed]


def _limit(pairs: Mapping[str, str], loot: Loot) -> int:
    sizes = Counter(map(loot.class_of, loot.used))
    guessed = Counter(map(loot.class_of, pairs.values()))
    return most_by_chance(tuple(sorted((guessed[each], sizes[each]) for each in guessed)))


@cache
def most_by_chance(guessed: tuple[tuple[int, int], ...], alarm: float = ALARM) -> int:
    """Give the most right pairs that guessing makes, but for a chance of `alarm`.

    Parameters
    ----------
    guessed
        For each class the number of pairs that are guessed, and the size of the class.

    Which code in a class of n is whose is a random permutation to who does not know, also when he
    chooses whom to pair. So k given pairs are right with a chance of (n - k)!/n!, and the expected
    number of k-sets of right ones among m is C(m, k)·(n - k)!/n!; for all classes it is the
    coefficient of their product. P(k or more are right) is no more than that (Markov). Who pairs
    everybody expects one right pair in each class, however large it is.
    """
    expected = [1.0]
    for pairs, size in guessed:
        of_class = [1.0]
        for k in range(pairs):
            of_class.append(of_class[k] * (pairs - k) / (size - k) / (k + 1))
        longer = [0.0] * (len(expected) + pairs)
        for i, chance in enumerate(expected):
            for k, other in enumerate(of_class):
                longer[i + k] += chance * other
        expected = longer
    return next((k - 1 for k, e in enumerate(expected) if e < alarm), len(expected) - 1)


def rank_correlation(runs: Iterable[Sequence[int]], alarm: float = ALARM) -> tuple[float, float]:
    """Give Kendall's tau of runs of true places, and the most that chance makes of it.

    The inversions of a random permutation of n are a sum of independent uniform numbers on
    0..i-1, for i = 1..n, those of several runs the sum of theirs. Such a uniform number is strictly
    sub-Gaussian (its variance (i² - 1)/12 is its proxy too), hence
    P(|inversions - mean| >= z·sd) <= 2·exp(-z²/2) = alarm, for every n and without approximation.
    """
    pairs, inverted, variance = 0, 0, 0.0
    for run in runs:
        n = len(run)
        pairs += n * (n - 1) // 2
        sooner: list[int] = []
        for place in run:
            inverted += len(sooner) - bisect(sooner, place)
            insort(sooner, place)
        variance += sum((i * i - 1) / 12 for i in range(1, n + 1))
    if not pairs:
        return 0.0, 1.0
    return 1 - 2 * inverted / pairs, min(1.0, 2 * sqrt(2 * log(2 / alarm) * variance) / pairs)


def attack(
    loot: Loot, techniques: Mapping[str, Callable[[Loot], Iterator[Clue]]], truth: Mapping[str, str]
) -> dict[str, list[Verdict]]:
    """Try every technique, and give those that join answers to codes, the best clue first."""
    verdicts = {
        name: [judge(clue, loot, truth) for clue in technique(loot)]
        for name, technique in techniques.items()
    }
    assert 4 * sum(map(len, verdicts.values())) <= LOOKS
    found = {
        name: sorted((v for v in each if v.joins), key=lambda v: (-v.right, -abs(v.tau)))
        for name, each in verdicts.items()
    }
    return {name: each for name, each in found.items() if each}
