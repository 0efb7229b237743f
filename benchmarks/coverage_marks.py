"""Part d: intervals of means of few marks, by the shape that the marks have."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from coverage_population import MARKS, centre_of, columns_of, shares
from coverage_tally import Goal, Rate, show

from analysis import Design, Survey
from analysis.intervals import mean_interval

if TYPE_CHECKING:
    from coverage_tally import Runner
    from numpy.random import Generator
    from numpy.typing import NDArray

SIZES = (3, 4, 5, 8, 12, 30)
METHODS = ("logit", "t", "wilson")
BATCH = 100
"""Samples in one survey: each is an area, and its own stratum."""
GOAL = Goal(0.92, math.inf)
SCALE = (1, 10)


def _humps() -> NDArray[np.float64]:
    low, high = shares(centre_of(np.array([3.0, 8.3])))
    return 0.5 * low + 0.5 * high


SHAPES = {
    "typical": shares(centre_of(np.array(7.5))),
    "skewed": np.array([4, 3, 4, 5, 8, 10, 15, 26, 17, 8]) / 100,
    "two humps": _humps(),
    "near the top": np.array([0, 0, 0, 0, 0, 1, 3, 12, 33, 51]) / 100,
    "uniform": np.full(10, 0.1),
}


def intervals(name: str, random: Generator) -> NDArray[np.float64]:
    """Draw a survey of many small areas; shape (areas, methods): whether the interval covers.

    The default is what the survey gives; the others are made of its estimates. An interval without
    width, where all marks are the same, covers nothing but itself.
    """
    shape, size = name.rsplit(maxsplit=1)
    chance = SHAPES[shape]
    counts = random.multinomial(int(size), chance, size=BATCH)
    rows = columns_of({"area": np.arange(BATCH)}, counts)
    means = Survey(rows, Design(strata="area"), count="n").mean("mark", by="area", scale=SCALE)
    truth = float(chance @ MARKS)
    found = []
    for row in means.rows:
        others = (
            mean_interval(row.value, row.se, row.df, n=row.n, scale=SCALE, method=method)
            for method in METHODS[1:]
        )
        ends = [(row.low, row.high), *others]
        found.append([low <= truth <= high for low, high in ends])
    return np.array(found, dtype=np.float64)


def part(run: Runner) -> None:
    """Print part d."""
    rates = {
        (shape, size): run.repeat(intervals, f"{shape} {size}", 40)
        for shape in SHAPES
        for size in SIZES
    }
    rows = []
    for place, method in enumerate(METHODS):
        by_shape = {
            shape: [Rate.of(rates[shape, size][:, :, place]) for size in SIZES] for shape in SHAPES
        }
        every = [rate for some in by_shape.values() for rate in some]
        least = min(every, key=lambda rate: rate.value)
        goal = GOAL.judge(least, among=len(every)) if method == METHODS[0] else "-"
        rows += [[method, shape, *map(str, some), "", ""] for shape, some in by_shape.items()]
        rows.append([method, "worst", *[""] * len(SIZES), str(least), goal])
    header = ["interval", "marks", *(f"n = {size}" for size in SIZES), "worst %", "goal"]
    show("d. How often 95 % intervals of few marks cover (goal: at least 92 %)", header, rows)
