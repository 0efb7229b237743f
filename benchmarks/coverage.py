"""How often intervals cover and tests are wrong, on draws from invented populations.

Every figure comes by the way an analyst goes: rows, `Survey.mean`, `Estimates.change`. One seed
gives the same figures on any number of processes. "±" is the Monte Carlo standard error; "within
error" is out of the goal by no more than chance explains.
"""

import argparse
import os
import sys
import time
from pathlib import Path


def main(argv=None):
    """Print a table for each part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="a,b,c,d,e", help="parts, e.g. a,b")
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions")
    parser.add_argument("--share", type=float, default=1.0, help="share of the repetitions")
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    options = parser.parse_args(argv)
    # One thread for each process: the matrices are small. Before numpy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import coverage_alarms as alarms
    import coverage_designs as designs
    import coverage_marks as marks
    from coverage_tally import runner

    parts = {
        "a": designs.part,
        "b": alarms.few_clusters,
        "c": alarms.family,
        "d": marks.part,
        "e": alarms.no_change,
    }
    wanted = options.only.split(",")
    if unknown := set(wanted) - set(parts):
        parser.error(f"--only takes {','.join(parts)}, got {','.join(sorted(unknown))}")
    share = options.share * (0.1 if options.quick else 1)
    start = time.perf_counter()
    with runner(seed=options.seed, share=share, processes=options.processes) as run:
        for name in wanted:
            parts[name](run)
    print(f"\n{time.perf_counter() - start:.0f} s, seed {options.seed}", file=sys.stderr)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main()
