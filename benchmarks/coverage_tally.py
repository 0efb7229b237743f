"""Repetitions over processes, what they come to, and tables that say whether a goal was met."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, TypeAlias
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

Task: TypeAlias = "Callable[[str, np.random.Generator], NDArray[np.float64]]"


@dataclass(frozen=True)
class Runner:
    """Repeats a task with a seed of its own each time, so that no number of processes matters.

    Attributes
    ----------
    seed
        Of the whole benchmark.
    share
        Of the repetitions asked for that are made.
    run
        ``map``, or that of a pool of processes.
    """

    seed: int
    share: float
    run: Callable[..., Any]

    def repeat(self, task: Task, name: str, repetitions: int) -> NDArray[np.float64]:
        """Give the results of all repetitions of a named case; the first axis is the repetition."""
        times = max(round(repetitions * self.share), 2)
        return np.stack(list(self.run(partial(_once, task, name, self.seed), range(times))))


def _once(task: Task, name: str, seed: int, repetition: int) -> NDArray[np.float64]:
    words = [seed, crc32(f"{task.__name__} {name}".encode()), repetition]
    return task(name, np.random.default_rng(words))


@contextmanager
def runner(*, seed: int, share: float, processes: int) -> Iterator[Runner]:
    """Open a runner over some processes; one is this process itself."""
    if processes == 1:
        yield Runner(seed, share, map)
        return
    with get_context("spawn").Pool(processes) as pool:
        yield Runner(seed, share, partial(pool.map, chunksize=5))


@dataclass(frozen=True)
class Rate:
    """A share of repetitions, with its Monte Carlo standard error."""

    value: float
    error: float

    @classmethod
    def of(cls, outcomes: NDArray[np.float64]) -> Rate:
        """Take the mean of outcomes (NaN: none), whose first axis are independent repetitions."""
        seen = ~np.isnan(outcomes)
        if not seen.any():
            return cls(np.nan, np.nan)
        value = float(np.nansum(outcomes) / seen.sum())
        # As a ratio of two sums over repetitions: outcomes of one repetition may go together.
        left = np.where(seen, outcomes - value, 0.0).reshape(len(outcomes), -1).sum(axis=1)
        return cls(value, float(np.sqrt((left**2).sum()) / seen.sum()))

    def __str__(self) -> str:
        if np.isnan(self.value):
            return "none"
        return f"{100 * self.value:.1f} ±{100 * self.error:.1f}"


@dataclass(frozen=True)
class Goal:
    """A range that a rate is to lie in."""

    low: float
    high: float

    def judge(self, rate: Rate, *, among: int = 1) -> str:
        """Say whether a rate lies in the range, or out of it by no more than chance would.

        Parameters
        ----------
        among
            Of how many rates this is the worst.
        """
        from scipy.special import ndtri

        if self.low <= rate.value <= self.high:
            return "yes"
        slack = float(-ndtri(0.025 / among)) * rate.error
        near = self.low - slack <= rate.value <= self.high + slack
        return "within error" if near else "NO"


def worst(rates: Sequence[Rate], goal: Goal) -> int:
    """Give the place of the rate that is nearest to leaving its goal, or furthest out of it."""
    return int(np.nanargmax([max(goal.low - rate.value, rate.value - goal.high) for rate in rates]))


def average(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the mean of each column of the last axis; NaN is no value, and none at all gives NaN."""
    columns = values.reshape(-1, values.shape[-1])
    seen = (~np.isnan(columns)).sum(axis=0)
    return np.where(seen > 0, np.nansum(columns, axis=0) / np.maximum(seen, 1), np.nan)


def show(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table that is Markdown as well."""
    print(f"\n### {title}\n")
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for row in (header, ["-" * width for width in widths], *rows):
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        print(f"| {' | '.join(cells)} |", flush=True)
