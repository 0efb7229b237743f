"""Means of 22 domains with joint covariance, and 11 tests of change: Enquete beside the others.

All of them get the same invented answers, in one run, each in a process of its own. The figures are
for comparing on one machine.
"""

# This program imports nothing heavy: a process that it starts begins with the memory that this has.
import argparse
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import which

HERE = Path(__file__).parent
TITLES = {
    "numpy": "one numpy pass",
    "parquet": "Enquete, Parquet",
    "store": "Enquete, SQLite store",
    "cells": "Enquete, kept cells",
    "pandas": "pandas groupby (means)",
    "svy": "svy",
    "samplics": "samplics (no joint cov.)",
    "r": "R survey",
}
MANY = 10_000_000
NEEDS = {"pandas": "pandas", "svy": "svy", "samplics": "samplics"}


def prepare(answers, cache, *, store):
    """Make the data of a size, unless it is there; give its folder."""
    folder = cache / str(answers)
    folder.mkdir(parents=True, exist_ok=True)
    for what, wanted in (("rows", True), ("store", store)):
        done = folder / f"{what}.done"
        if wanted and not done.exists():
            print(f"making {what} of {answers:,} answers ...", flush=True)
            for left in folder.glob("answers.db*") if what == "store" else ():
                left.unlink()
            command = [sys.executable, HERE / "estimate_data.py", what, str(answers), folder]
            subprocess.run(command, check=True)
            done.touch()
    return folder


def absent(name):
    """Say why a contender cannot run; empty if it can."""
    if name == "r":
        if which("Rscript") is None:
            return "Rscript is not installed"
        asked = ["Rscript", "-e", "library(survey)"]
        failed = subprocess.run(asked, capture_output=True, check=False).returncode
        return "R has no package survey" if failed else ""
    if name in NEEDS and find_spec(NEEDS[name]) is None:
        return f"{NEEDS[name]} is not installed: pip install -e '.[benchmark]'"
    return ""


def run(name, folder, repeat):
    """Run a contender in a process of its own; None, with its last words printed, if it fails."""
    command = [sys.executable, HERE / "estimate_contenders.py", name, folder, str(repeat)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        words = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        print(f"{TITLES[name]:<26} failed: {words}", flush=True)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def difference(found, reference):
    """Give the largest relative difference from the numbers of Enquete, as text."""
    if not found or not reference or len(found) != len(reference):
        return "-"
    return f"{max(abs(a / b - 1) for a, b in zip(found, reference, strict=True)):.0e}"


def ratio(result, to):
    """Give how many times slower a result is, as text."""
    return f"{result['seconds'] / to['seconds']:.2f}" if to else "-"


def compare(names, folder, repeat):
    """Run contenders on one size and print a line for each; give their results."""
    header = ("seconds", "x pass", "x Parquet", "peak MB", "d mean", "d se")
    print(f"{'':<26}" + "".join(f"{title:>11}" for title in header))
    results = {}
    for name in names:
        found = run(name, folder, repeat)
        if found is None:
            continue
        results[name] = found
        own = results.get("parquet", {})
        cells = (
            f"{found['seconds']:.4f}",
            ratio(found, results.get("numpy")),
            ratio(found, own),
            f"{found['peak']:.0f}",
            difference(found["means"], own.get("means")),
            difference(found["errors"], own.get("errors")),
        )
        print(f"{TITLES[name]:<26}" + "".join(f"{cell:>11}" for cell in cells), flush=True)
    return results


def goals(results, answers):
    """Give the goals that these results can be held against: (what, got, whether it is met).

    Those from Parquet are for ten million answers or more; that of kept cells is for any size.
    """
    own, pass_, other = (results.get(name) for name in ("parquet", "numpy", "svy"))
    own = own if answers >= MANY else None
    held = []
    if own and other:
        times = other["seconds"] / own["seconds"]
        held.append(("from Parquet at least 50 x faster than svy", f"{times:.0f} x", times >= 50))
    if own and pass_:
        times = own["seconds"] / pass_["seconds"]
        held.append(("from Parquet within 10 x of one pass", f"{times:.1f} x", times <= 10))
    if own:
        held.append(("from Parquet under 300 MB", f"{own['peak']:.0f} MB", own["peak"] < 300))
    if kept := results.get("cells"):
        ms = 1000 * kept["seconds"]
        held.append(("kept cells under 5 ms", f"{ms:.1f} ms", ms < 5))
    return held


def main():
    """Print a table for each size, and whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1e5,1e6,1e7", help="numbers of answers")
    parser.add_argument("--only", default=",".join(TITLES), help=f"of {','.join(TITLES)}")
    parser.add_argument("--skip", default="", help="as samplics,r: both take minutes at 1e7")
    parser.add_argument("--repeat", type=int, default=3, help="calls whose median is printed")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "enquete-benchmark")
    options = parser.parse_args()
    chosen = [
        n for n in TITLES if n in options.only.split(",") and n not in options.skip.split(",")
    ]
    reasons = {name: absent(name) for name in chosen}
    for name, reason in reasons.items():
        if reason:
            print(f"skipped {TITLES[name]}: {reason}")
    names = [name for name in chosen if not reasons[name]]
    for text in options.sizes.split(","):
        answers = int(float(text))
        folder = prepare(answers, options.cache, store="store" in names)
        print(f"\n{answers:,} answers")
        for what, got, met in goals(compare(names, folder, options.repeat), answers):
            print(f"  {'pass' if met else 'FAIL'}  {what}: {got}")


if __name__ == "__main__":
    main()
