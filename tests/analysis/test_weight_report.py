"""The weight report: numbers by hand, and R's weights on the invented survey."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.calibration import post_stratify
from analysis.margins import make_margin
from analysis.weight_report import MarginRow, weight_report

REFERENCE = Path(__file__).parents[1] / "reference"
EXPECTED = {
    case["id"]: case
    for case in json.loads((REFERENCE / "synth_expected.json").read_text())["cases"]
}


def test_a_report_by_hand():
    base, n = np.array([1.0, 1.0, 2.0]), np.array([3, 1, 0])
    margin = make_margin("type", ["a", "b", "b"], {"a": 3, "b": 3}, n=n)
    weights = post_stratify(base, n, margin)
    report = weight_report(base, weights, n, [margin], y=np.array([6.0, 8.0, np.nan]))
    assert (report.n, report.low, report.high) == (4, 1.0, 3.0)
    assert (report.ratio_low, report.ratio_high) == (1.0, 3.0)
    # Kish (1965), §11.7: 4 (3 · 1² + 3²) / (3 · 1 + 3)² = 48 / 36
    assert report.kish == pytest.approx(4 / 3, rel=1e-12)
    assert report.n_effective == pytest.approx(3.0, rel=1e-12)
    assert report.margins == (
        MarginRow(margin="type", label="a", population=3.0, before=3.0, after=3.0),
        MarginRow(margin="type", label="b", population=3.0, before=1.0, after=3.0),
    )
    assert (report.figure_before, report.figure_after) == (6.5, 7.0)
    assert (report.negative, report.notes) == (0, ())


def test_weights_below_zero_are_counted_and_said():
    report = weight_report(np.ones(2), np.array([2.0, -0.5]), np.array([3, 2]))
    assert report.negative == 2
    assert report.notes[0].startswith("2 of 5 answers have a weight below 0")
    assert report.figure_after is None


def test_answers_that_are_missing_are_not_in_the_figure():
    y = np.array([np.nan, 8.0])
    report = weight_report(np.ones(2), np.array([1.0, 3.0]), np.array([1, 1]), y=y)
    assert (report.figure_before, report.figure_after) == (8.0, 8.0)
    none = weight_report(np.ones(2), np.ones(2), np.array([1, 1]), y=np.full(2, np.nan))
    assert none.figure_before is None


@pytest.mark.parametrize("wave", ["2021", "2022"])
def test_the_report_of_the_invented_survey_equals_r(wave):
    # R: d <- postStratify(svydesign(~complex_id, strata = ~stratum, weights = ~w, ...), ~gemeente,
    # pg); svymean(~rapportcijfer, d, na.rm = TRUE); sum, sum of squares and range of weights(d)
    mean = EXPECTED[f"complex+post_gemeente.{wave}.mean"]
    weights = EXPECTED[f"complex+post_gemeente.{wave}.weights_summary"]["expected"]
    with (REFERENCE / "survey.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["wave"] == wave]
    base, n = np.array([float(row["w"]) for row in rows]), np.ones(len(rows), dtype=np.int64)
    y = np.array([float(row["rapportcijfer"] or "nan") for row in rows])
    margin = make_margin(
        "gemeente", [row["gemeente"] for row in rows], mean["design"]["adjustment"]["counts"]
    )
    report = weight_report(base, post_stratify(base, n, margin), n, [margin], y)
    assert report.figure_after == pytest.approx(mean["expected"]["rows"][0]["est"], rel=1e-10)
    kish = len(rows) * weights["sumsq"] / weights["sum"] ** 2
    assert report.kish == pytest.approx(kish, rel=1e-10)
    assert (report.low, report.high) == pytest.approx((weights["min"], weights["max"]), rel=1e-10)
    for row in report.margins:
        assert row.after == pytest.approx(row.population, rel=1e-10)


@pytest.mark.parametrize(
    ("base", "weights", "n", "message"),
    [
        ([1.0], [1.0, 1.0], [1, 1], "base must have a number for each of 2 cells, got 1"),
        ([1.0, 1.0], [1.0], [1, 1], "weights must have a number for each of 2 cells, got 1"),
        ([1.0, 1.0], [1.0, 1.0], [0, 0], "at least one answer, got none"),
        ([1.0, 1.0], [1.0, -1.0], [1, 1], "must add up to more than 0, got 0"),
    ],
)
def test_wrong_weights_are_refused(base, weights, n, message):
    with pytest.raises(ValueError, match=message):
        weight_report(np.array(base), np.array(weights), np.array(n))


@given(st.lists(st.tuples(st.floats(0.1, 50), st.integers(1, 9)), min_size=1), st.floats(0.01, 100))
@settings(max_examples=50)
def test_the_effect_is_at_least_one_and_free_of_scale_and_counting(drawn, scale):
    weights, n = np.array([w for w, _ in drawn]), np.array([count for _, count in drawn])
    report = weight_report(weights, scale * weights, n)
    assert report.kish >= 1 - 1e-12
    rows = np.repeat(weights, n)
    again = weight_report(rows, rows, np.ones(len(rows), dtype=np.int64))
    assert report.kish == pytest.approx(again.kish, rel=1e-9)
    assert (report.ratio_low, report.ratio_high) == pytest.approx((scale, scale), rel=1e-12)
