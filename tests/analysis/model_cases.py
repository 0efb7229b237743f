"""Cases of the oracle on models: their data, design and matrix, as the fits take them."""

import csv
import json
from pathlib import Path

import numpy as np

from analysis.model_frame import design_matrix
from analysis.sample import make_sample

REFERENCE = Path(__file__).parents[1] / "reference"
# The data of R's own packages are not copied: these cases run where the folder lies beside the
# project.
BESIDE = Path(__file__).parents[3] / "shared" / "oracle" / "open"


def cases(kind):
    found = []
    for path in (REFERENCE / "synth_expected.json", BESIDE / "classic_expected.json"):
        if path.exists():
            found += json.loads(path.read_text())["cases"]
    return [case for case in found if case["estimator"]["kind"] == kind]


def read(case):
    name = Path(case["data"]).name
    own = REFERENCE / name
    with (own if own.exists() else BESIDE / "data" / name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    wave = case["design"].get("where_wave")
    rows = [row for row in rows if wave is None or row["wave"] == str(wave)]
    return {key: [row[key] for row in rows] for key in rows[0]}


def numbers(column):
    return np.array([np.nan if value in {"", "NA"} else float(value) for value in column])


def design_of(case, columns):
    design = case["design"]
    weight = numbers(columns[design["weights"]])

    def codes(name):
        return np.unique(columns[name], return_inverse=True)[1]

    sample = make_sample(
        np.ones(len(weight), dtype=np.int64),
        codes(design["strata"]) if design["strata"] else np.zeros(len(weight), dtype=np.intp),
        [codes(name) for name in design["clusters"]],
        [numbers(columns[name]) for name in design["fpc"]],
        lonely=design["lonely_psu"],
    )
    return weight, sample


def matrix_of(case, columns):
    terms = case["estimator"]["formula"].split("~")[1].split("+")
    return design_matrix(columns, [term.strip() for term in terms if term.strip() != "1"])
