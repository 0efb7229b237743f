"""How often 95 % intervals hold where a stratum with few answers weighs heavily in an area.

Draws without replacement from two strata of an invented population, by `Survey.mean` with the
default `lonely`. One seed gives the same figures.
"""

import argparse

import numpy as np

from analysis import Design, Survey

CASES = [
    (150, 60, 150, 1),
    (100, 20, 400, 1),
    (270, 60, 30, 1),
    (150, 60, 150, 2),
    (150, 60, 150, 3),
]
"""Dwellings and answers of the first stratum, then of the second."""


def covers(rng, truth, first, answers, second, few):
    """Draw once; whether the interval holds the mean of the population."""
    y = [*rng.choice(first, answers, replace=False), *rng.choice(second, few, replace=False)]
    columns = {"s": ["a"] * answers + ["b"] * few, "area": ["x"] * len(y), "y": y}
    design = Design(strata="s", population={"a": len(first), "b": len(second)})
    [row] = Survey(columns, design).mean("y", by="area", scale=(1, 10)).rows
    return row.low <= truth <= row.high


def main(argv=None):
    """Print a line for each case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    rng = np.random.default_rng(options.seed)
    for size, answers, other, few in CASES:
        marks = rng.choice([5, 6, 7, 8, 9], p=[0.1, 0.2, 0.3, 0.25, 0.15], size=size + other)
        parts = marks[:size], answers, marks[size:], few
        held = np.mean([covers(rng, marks.mean(), *parts) for _ in range(options.draws)])
        share = other / (size + other)
        print(f"{few} of {other} ({share:.0%} of the weight): {100 * held:.0f} % hold")


if __name__ == "__main__":
    main()
