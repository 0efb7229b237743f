"""From cells to the rating table, for ever more answers: the time depends on the cells alone."""

import argparse
import time

import numpy as np

from analysis import Design, Survey
from analysis.tabulate import AreaLabel, tabulate

AREAS, TYPES, WAVES = 11, 2, ("2021", "2022")


def cells_of(answers, random):
    """Draw answers and count them: columns of wave, area, stratum, mark and n."""
    strata = AREAS * TYPES
    columns = {name: [] for name in ("wave", "area", "stratum", "mark", "n")}
    for wave in WAVES:
        stratum = random.integers(0, strata, answers // len(WAVES))
        mark = np.clip(np.rint(random.normal(7.4, 1.6, len(stratum))), 1, 10).astype(int)
        counts = np.bincount(stratum * 11 + mark, minlength=strata * 11).reshape(strata, 11)
        for s, m in zip(*np.nonzero(counts), strict=True):
            row = (wave, f"area {s // TYPES}", f"stratum {s}", int(m), int(counts[s, m]))
            for name, value in zip(columns, row, strict=True):
                columns[name].append(value)
    return columns


def table_of(columns, population):
    """Estimate, compare and tabulate: what `enquete report` does once it has the cells."""
    design = Design(strata="stratum", wave="wave", population=population)
    means = Survey(columns, design, count="n").mean("mark", by="area", scale=(1, 10))
    labels = [AreaLabel(id=f"area {i}", name=f"Area {i}", code=None) for i in range(AREAS)]
    return tabulate(means, labels, wave="2022", changes=means.change(*WAVES), computed="2022-11-01")


def main():
    """Print a line for each size, and the ratio of the largest to the smallest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000, 10_000_000])
    parser.add_argument("--repeat", type=int, default=20)
    options = parser.parse_args()
    random = np.random.default_rng(2022)
    population = {f"stratum {s}": 10**7 for s in range(AREAS * TYPES)}
    medians = {}
    print(f"{'answers':>12} {'cells':>8} {'count s':>9} {'table ms':>9}")
    for answers in options.sizes:
        start = time.perf_counter()
        columns = cells_of(answers, random)
        counted = time.perf_counter() - start
        table_of(columns, population)  # imports and caches are no part of it
        times = []
        for _ in range(options.repeat):
            start = time.perf_counter()
            table_of(columns, population)
            times.append(time.perf_counter() - start)
        medians[answers] = float(np.median(times))
        rows = len(columns["n"])
        print(f"{answers:>12,} {rows:>8,} {counted:>9.2f} {1000 * medians[answers]:>9.1f}")
    first, last = options.sizes[0], options.sizes[-1]
    print(f"ratio {last:,} to {first:,} answers: {medians[last] / medians[first]:.2f}")


if __name__ == "__main__":
    main()
