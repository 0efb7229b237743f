"""The contenders of `estimate.py`, each run in a process of its own, so that its memory is too.

Each is a function of the folder with the data that returns what is timed: a function of nothing
that gives the 22 means by wave and area, in that order, and their standard errors where it has
them. What it imports, and what it is allowed to keep, comes before and is not timed.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
import warnings
from pathlib import Path
from statistics import median

WAVES = ("2021", "2022")
AREAS, STRATA = 11, 44
COMPLEXES = 2_200
SCALE = (1, 10)


def numbers(estimates):
    """Compare the waves, and give the means and standard errors."""
    changes = estimates.change(*WAVES)
    if len(changes.rows) != AREAS:
        raise AssertionError(f"{AREAS} changes were wanted, got {len(changes.rows)}")
    rows = [row for wave in WAVES for row in estimates.of(wave)]
    return [row.value for row in rows], [row.se for row in rows]


def survey_of(folder):
    """Give the survey of the Parquet file."""
    from analysis import Design, Survey

    design = Design(strata="stratum", clusters="complex", wave="wave", weights="w")
    return Survey.read(folder / "answers.parquet", design)


def enquete_parquet(folder):
    """Enquete from a Parquet file: count, estimate, 11 tests of change in the joint design."""
    warm(folder)
    return lambda: numbers(survey_of(folder).mean("mark", by="area", scale=SCALE))


def enquete_store(folder):
    """Enquete from its own SQLite store, as `enquete report` does."""
    from enquete.report import estimate
    from enquete.store import open_store

    warm(folder)
    store = open_store(f"sqlite:///{folder / 'answers.db'}")
    waves = [store.wave(wave) for wave in WAVES]
    return lambda: numbers(estimate(store, waves))


def enquete_cells(folder):
    """Enquete from cells that were kept: the second question about the same answers."""
    from analysis.estimate import means

    cells = survey_of(folder).cells("mark", by="area", scale=SCALE)
    numbers(means(cells))
    return lambda: numbers(means(cells))


def warm(folder):
    """Load what is imported at first use, on three answers that are not those of the benchmark."""
    import duckdb

    from analysis import Design, Survey

    path = folder / "warm.parquet"
    duckdb.sql("SELECT unnest([7, 8, 9]) AS mark, 'x' AS area").write_parquet(str(path))
    Survey.read(path, Design()).mean("mark", by="area")


def svy(folder):
    """Use svy: the same means, joint covariance and changes from the same Parquet file."""
    import polars
    import svy as package

    def run():
        data = polars.read_parquet(folder / "answers.parquet")
        design = package.Design(stratum="stratum", psu="complex", wgt="w")
        found = package.Sample(data, design).estimation.mean("mark", by=["wave", "area"])
        before, after = WAVES
        areas = sorted({area for _, area in found.keys()})  # noqa: SIM118 - no mapping
        found.contrast({area: {(after, area): 1, (before, area): -1} for area in areas})
        rows = found.to_polars().sort("wave", "area")
        return rows["est"].to_list(), rows["se"].to_list()

    return run


def samplics(folder):
    """Use samplics: the same means and standard errors; it has no joint covariance."""
    import polars

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from samplics import PopParam, TaylorEstimator

    def run():
        data = polars.read_parquet(folder / "answers.parquet")
        domain = (data["wave"] + "/" + data["area"]).to_numpy()
        estimator = TaylorEstimator(PopParam.mean)
        estimator.estimate(
            y=data["mark"].to_numpy(),
            samp_weight=data["w"].to_numpy(),
            stratum=data["stratum"].to_numpy(),
            psu=data["complex"].to_numpy(),
            domain=domain,
        )
        keys = sorted(estimator.point_est)
        return [estimator.point_est[k] for k in keys], [estimator.stderror[k] for k in keys]

    return run


def pandas(folder):
    """Use a plain groupby of pandas: weighted means only."""
    import pandas as package

    def run():
        data = package.read_parquet(
            folder / "answers.parquet", columns=["wave", "area", "mark", "w"]
        )
        data["wy"] = data["w"] * data["mark"]
        sums = data.groupby(["wave", "area"])[["w", "wy"]].sum()
        return (sums["wy"] / sums["w"]).tolist(), []

    return run


def numpy_pass(folder):
    """One pass of numpy over the columns as whole numbers in memory: the floor of counting cells.

    It reads no file, no text and no weight, and it estimates nothing.
    """
    import numpy as np

    kinds = {"domain": np.int8, "complex": np.int16, "mark": np.int8}
    domain, cluster, mark = (np.fromfile(folder / f"{n}.bin", kind) for n, kind in kinds.items())

    def run():
        code = (domain * np.int32(COMPLEXES) + cluster) * np.int32(11) + mark
        np.bincount(code, minlength=len(WAVES) * AREAS * COMPLEXES * 11)
        return [], []

    return run


R_PROGRAM = """
suppressMessages(library(survey))
folder <- commandArgs(TRUE)[1]
size <- as.numeric(commandArgs(TRUE)[2])
weight <- as.numeric(strsplit(commandArgs(TRUE)[3], ",")[[1]])
column <- function(name, bytes)
  readBin(file.path(folder, paste0(name, ".bin")), "integer", size, size = bytes)
data <- data.frame(domain = column("domain", 1), complex = column("complex", 2),
                   mark = as.numeric(column("mark", 1)))
data$stratum <- data$complex %% 44L
data$w <- weight[data$stratum + 1L]
start <- proc.time()[["elapsed"]]
design <- svydesign(ids = ~complex, strata = ~stratum, weights = ~w, data = data)
found <- svyby(~mark, ~domain, design, svymean, covmat = TRUE)
changes <- lapply(1:11, function(area)
  svycontrast(found, replace(numeric(22), c(area, area + 11), c(-1, 1))))
seconds <- proc.time()[["elapsed"]] - start
cat(format(c(seconds, coef(found), SE(found)), digits = 15), sep = "\\n")
"""


def r_survey(folder):
    """R's survey, from columns that it has in memory already; its start-up is not counted."""
    sys.path.insert(0, str(Path(__file__).parent))
    from estimate_data import weights

    answers = (folder / "mark.bin").stat().st_size
    given = ",".join(map(repr, weights(answers).tolist()))
    command = ["Rscript", "-e", R_PROGRAM, str(folder), str(answers), given]

    def run():
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        seconds, *found = map(float, out)
        half = len(found) // 2
        return found[:half], found[half:], seconds

    return run


CONTENDERS = {
    "numpy": numpy_pass,
    "parquet": enquete_parquet,
    "store": enquete_store,
    "cells": enquete_cells,
    "pandas": pandas,
    "svy": svy,
    "samplics": samplics,
    "r": r_survey,
}
QUICK = {"numpy", "cells"}
"""Answered within milliseconds: the median of many calls."""


def measure(name, folder, repeat):
    """Run a contender; give seconds (the median), the most memory it ever had, and its numbers."""
    run = CONTENDERS[name](folder)
    taken = []
    for _ in range(max(repeat, 20) if name in QUICK else repeat):
        start = time.perf_counter()
        means, errors, *own = run()
        taken.append(own[0] if own else time.perf_counter() - start)
    who = resource.RUSAGE_CHILDREN if name == "r" else resource.RUSAGE_SELF
    peak = resource.getrusage(who).ru_maxrss / 1024
    return {"seconds": median(taken), "peak": peak, "means": means, "errors": errors}


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
