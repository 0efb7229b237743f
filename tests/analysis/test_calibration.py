"""Weighting: equal to R ``survey`` 4.5, and what holds whatever the answers."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.calibration import calibrate, post_stratify, rake
from analysis.margins import Total, check_agreement, design_columns, make_margin

REFERENCE = Path(__file__).parents[1] / "reference"
EXPECTED = json.loads((REFERENCE / "synth_expected.json").read_text())
WEIGHTS = [case for case in EXPECTED["cases"] if case["estimator"]["kind"] == "weights"]

# The data of R's own packages are not copied: these cases run where the folder lies beside the
# project.
BESIDE = Path(__file__).parents[3] / "shared" / "oracle" / "open"

STYPE = {"E": 4421, "H": 755, "M": 1018}
SCH_WIDE = {"No": 1072, "Yes": 5122}
API99 = 3914069


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(rows, name):
    return np.array([float(row[name]) for row in rows])


def margins_of(rows, counts):
    return [
        make_margin(name, [":".join(row[part] for part in name.split(":")) for row in rows], known)
        for name, known in counts.items()
    ]


def weigh(adjustment, rows, base):
    n = np.ones(len(rows), dtype=np.int64)
    if adjustment["kind"] == "poststratify":
        (cell,) = adjustment["cells"]
        return post_stratify(base, n, *margins_of(rows, {cell: adjustment["counts"]}))
    if adjustment["kind"] == "rake":
        return rake(base, n, margins_of(rows, adjustment["margins"]))
    totals = adjustment.get("totals", {})
    stype = {"stype": STYPE} if totals else {}
    return calibrate(
        base,
        n,
        margins_of(rows, adjustment.get("margins", stype)),
        [Total("api99", column(rows, "api99"), totals["api99"])] if totals else [],
        method=adjustment["method"],
        bounds=tuple(adjustment["bounds"]) if "bounds" in adjustment else None,
    )


@pytest.fixture(scope="module")
def survey():
    return read(REFERENCE / "survey.csv")


def test_the_cases_of_r_are_there():
    assert len(WEIGHTS) == 8
    assert not BESIDE.exists() or len(api_means()) == 29


@pytest.mark.parametrize("case", WEIGHTS, ids=lambda case: case["id"])
def test_weights_of_the_invented_survey_equal_r(case, survey):
    # R: weights(postStratify(d, ~gemeente, pg)), rake(d, ..., epsilon = 1e-13), calibrate(d, ...)
    design, expected = case["design"], case["expected"]
    rows = [row for row in survey if int(row["wave"]) == design["where_wave"]]
    weights = weigh(design["adjustment"], rows, column(rows, design["weights"]))
    found = [weights.sum(), (weights**2).sum(), weights.min(), weights.max()]
    assert found == pytest.approx(
        [expected[name] for name in ("sum", "sumsq", "min", "max")], rel=1e-10
    )


def test_two_waves_raked_together_equal_r(survey):
    # R: rake(d, list(~wave_gemeente, ~wave_leeftijd), ...), means by svyby(~rapportcijfer, ...)
    expected = EXPECTED["change"]["complex_raked"]
    weights = weigh(expected["design"]["adjustment"], survey, column(survey, "w"))
    answered = np.array([row["rapportcijfer"] != "" for row in survey])
    y = np.array([float(row["rapportcijfer"] or 0) for row in survey])
    for row in expected["per_gemeente"]:
        for wave, name in (("2021", "mean_1"), ("2022", "mean_2")):
            here = answered & np.array(
                [r["gemeente"] == row["gemeente"] and r["wave"] == wave for r in survey]
            )
            mean = np.average(y[here], weights=weights[here])
            assert mean == pytest.approx(row[name], rel=1e-10), row["gemeente"]


def api_means():
    path = BESIDE / "classic_expected.json"
    cases = json.loads(path.read_text())["cases"] if path.exists() else []
    return [
        case
        for case in cases
        if case["design"].get("adjustment")
        and case["estimator"] == {"kind": "mean", "y": "api00", "by": []}
    ]


@pytest.mark.parametrize("case", api_means(), ids=lambda case: case["id"])
def test_means_of_the_api_samples_equal_r(case):
    # R: svymean(~api00, rake(d, ...)), svymean(~api00, calibrate(d, ~stype + api99, ...))
    rows = read(BESIDE / case["data"])
    weights = weigh(case["design"]["adjustment"], rows, column(rows, "pw"))
    (expected,) = case["expected"]["rows"]
    assert np.average(column(rows, "api00"), weights=weights) == pytest.approx(
        expected["est"], rel=1e-10
    )


@pytest.mark.skipif(not BESIDE.exists(), reason="the api data lie beside the project or nowhere")
@pytest.mark.parametrize("name", ["post", "rake", "cal_linear", "cal_raking"])
def test_each_weight_of_apiclus1_equals_r(name):
    # R: weights(postStratify(d, ~stype, pop)), weights(rake(d, list(~stype, ~sch.wide), ...)),
    # weights(calibrate(d, ~stype + api99, totals[, calfun = "raking"]))
    rows = read(BESIDE / "data" / "apiclus1.csv")
    totals = {"api99": API99}
    adjustment = {
        "post": {"kind": "poststratify", "cells": ["stype"], "counts": STYPE},
        "rake": {"kind": "rake", "margins": {"stype": STYPE, "sch.wide": SCH_WIDE}},
        "cal_linear": {"kind": "calibrate", "method": "linear", "totals": totals},
        "cal_raking": {"kind": "calibrate", "method": "raking", "totals": totals},
    }[name]
    expected = column(read(BESIDE / "data" / "apiclus1_adjusted_weights.csv"), name)
    found = weigh(adjustment, rows, column(rows, "pw"))
    assert found == pytest.approx(expected, rel=1e-10)


def cells(*columns, n):
    """Make margins over cells from texts, one letter a cell, with their counts."""
    return [
        make_margin(name, list(labels), counts, n=np.array(n)) for name, labels, counts in columns
    ]


def test_post_stratification_by_hand():
    # 2 answers of weight 3 stand for 12, 1 of 4 and 2 of 2 for 4: factors 2 and 1/2.
    (margin,) = cells(("type", "abb", {"a": 12, "b": 4}), n=[2, 1, 2])
    found = post_stratify(np.array([3.0, 4.0, 2.0]), np.array([2, 1, 2]), margin)
    assert found.tolist() == [6.0, 2.0, 1.0]


def test_linear_calibration_by_hand():
    # Särndal, Swensson & Wretman (1992), §6.5: g = 1 + (X - x) x_k / sum(d x²) on one total.
    found = calibrate(
        np.array([1.0, 2.0]),
        np.array([2, 1]),
        [],
        [Total("rooms", np.array([1.0, 2.0]), 11.0)],
    )
    assert found == pytest.approx([1 + 5 / 10, 2 * (1 + 5 * 2 / 10)], rel=1e-12)


def test_weights_below_zero_are_given_as_r_gives_them():
    # The answers of 20 and 60 must average 16: linear weights extrapolate, raking cannot.
    n = np.array([5, 3])
    margins = cells(("type", "aa", {"a": 10}), n=n)
    age = Total("age", np.array([20.0, 60.0]), 160.0)
    found = calibrate(np.ones(2), n, margins, [age])
    assert found == pytest.approx([2.2, -1 / 3], rel=1e-12)
    with pytest.raises(ValueError, match=r"not meet total 'age' together .* wanted 160, got"):
        calibrate(np.ones(2), n, margins, [age], method="raking")


def test_cells_without_answers_keep_their_weight_and_tell_nothing():
    n = np.array([2, 0, 1])
    base = np.array([1.0, 7.0, 1.0])
    (margin,) = cells(("type", "aab", {"a": 6, "b": 3}), n=n)
    unknown = Total("age", np.array([20.0, np.nan, 40.0]), 240.0)
    for found in (
        post_stratify(base, n, margin),
        rake(base, n, [margin]),
        calibrate(base, n, [margin], [unknown], method="raking"),
    ):
        assert found == pytest.approx([3.0, 7.0, 3.0], rel=1e-12)
    assert design_columns([margin], [unknown], n=n).x[1].tolist() == [0, 0]


def test_columns_are_independent_and_in_the_order_given():
    n = np.ones(6, dtype=np.int64)
    margins = cells(
        ("area", "aabbcc", {"a": 3, "b": 4, "c": 5}),
        ("age", "xyxyxy", {"x": 5, "y": 7}),
        ("wide", "pppqqq", {"p": 5, "q": 7}),
        n=n,
    )
    size = Total("size", np.array([1.0, 2, 3, 4, 5, 7]), 50.0)
    found = design_columns(margins, [size, Total("ones", np.ones(6), 12.0)], n=n)
    assert found.names == (
        "margin 'area', label 'a'",
        "margin 'area', label 'b'",
        "margin 'area', label 'c'",
        "margin 'age', label 'x'",
        "margin 'wide', label 'p'",
        "total 'size'",
    )
    assert found.totals.tolist() == [3, 4, 5, 5, 5, 50]
    assert np.linalg.matrix_rank(found.x) == found.x.shape[1]


def test_units_and_means_of_a_total_do_not_matter():
    rng = np.random.default_rng(3)
    n = np.ones(60, dtype=np.int64)
    labels = rng.choice(["a", "b"], 60).tolist()
    margins = [make_margin("type", labels, {"a": 70, "b": 80})]
    age = rng.normal(50, 5, 60)
    one = calibrate(np.ones(60), n, margins, [Total("age", age, 7600.0)], method="raking")
    moved = Total("age", 1e-6 * (age + 1e5), 1e-6 * (7600 + 150e5))
    assert calibrate(np.ones(60), n, margins, [moved], method="raking") == pytest.approx(
        one, rel=1e-7
    )


@pytest.mark.parametrize(
    ("labels", "counts", "n", "message"),
    [
        ("ab", {"a": 1}, [1, 1], "margin 'm', label 'b' must have a population count, got none"),
        ("ab", {"a": 1, "b": -1}, [1, 1], "count of margin 'm', label 'b' must be 0 or more"),
        ("ab", {"a": 1, "b": float("nan")}, [1, 1], "label 'b' must be 0 or more, got nan"),
        ("ab", {"a": 1, "b": 2, "c": 3}, [1, 1], "label 'c' must have answers .* of 3, got none"),
        ("ab", {"a": 1, "b": 2}, [1, 0], "label 'b' must have answers .* merge it"),
        ("ab", {"a": 1, "b": 0}, [1, 4], "label 'b' must have a .* above 0 for its 4 answers"),
        ("ab", {"a": 1, "b": 2}, [1, 1, 1], "must have a label for each of 3 cells, got 2"),
    ],
)
def test_a_margin_that_cannot_be_met_is_refused(labels, counts, n, message):
    with pytest.raises(ValueError, match=message):
        cells(("m", labels, counts), n=n)


def test_a_label_of_nobody_without_a_count_is_no_problem():
    (margin,) = cells(("m", "ab", {"a": 1, "b": 0, "c": 0}), n=[1, 0])
    assert margin.labels == ("a", "b")


def test_margins_of_different_populations_are_refused():
    margins = cells(("area", "ab", {"a": 6, "b": 4}), ("age", "xy", {"x": 6, "y": 5}), n=[1, 1])
    with pytest.raises(ValueError, match=r"'area' and 'age' must add up .* got 10 and 11"):
        check_agreement(margins)
    with pytest.raises(ValueError, match="'area' and 'age' must add up"):
        rake(np.ones(2), np.ones(2, dtype=np.int64), margins)


def test_nested_margins_that_contradict_are_refused():
    n = [1, 1, 1]
    margins = cells(
        ("area", "aab", {"a": 6, "b": 4}), ("part", "pqr", {"p": 3, "q": 2, "r": 5}), n=n
    )
    message = r"margin 'part', label 'q' must be 3, got 2: .* follows from margin 'area', label 'a'"
    with pytest.raises(ValueError, match=message):
        rake(np.ones(3), np.array(n), margins)


@pytest.mark.parametrize(
    ("values", "total", "message"),
    [
        ([1.0, 1, 1], 15, "total 'x' must be 14, got 15: .* margin 'r', label 'a'"),
        ([0.0, 0, 0], 15, "total 'x' must be 0, got 15: .* 0 in all of them"),
        ([1.0, 1], 15, "total 'x' must have a value for each of 3 cells, got 2"),
        ([1.0, float("inf"), 1], 15, "total 'x' must have a number in every cell"),
        ([1.0, 2, 1], float("nan"), "total 'x' must be a number, got nan"),
    ],
)
def test_a_total_that_cannot_be_met_is_refused(values, total, message):
    n = np.array([5, 3, 4])
    margins = cells(("r", "aab", {"a": 10, "b": 4}), n=n)
    with pytest.raises(ValueError, match=message):
        calibrate(np.ones(3), n, margins, [Total("x", np.array(values), total)])


def test_cells_that_are_never_together_end_in_a_named_error():
    # All of b is y: y cannot be less than the 4 of b.
    n = np.array([5, 3, 4])
    margins = cells(("r", "aab", {"a": 10, "b": 4}), ("c", "xyy", {"x": 11, "y": 3}), n=n)
    with pytest.raises(
        ValueError, match=r"'c', label 'x' together .* wanted 11, got 6\.25 \(-43 %\)"
    ):
        rake(np.ones(3), n, margins)


def test_weights_that_would_go_to_zero_end_in_a_named_error():
    # b fills y: the three answers a, y would have to weigh nothing.
    n = np.array([5, 3, 4])
    margins = cells(("r", "aab", {"a": 10, "b": 4}), ("c", "xyy", {"x": 10, "y": 4}), n=n)
    with pytest.raises(ValueError, match="still falling for r 'a', c 'y': merge labels"):
        rake(np.ones(3), n, margins)
    # Nearly so is a solution: a, y weighs 1e-6 / 3.
    near = cells(("r", "aab", {"a": 10, "b": 4}), ("c", "xyy", {"x": 9.999999, "y": 4.000001}), n=n)
    assert rake(np.ones(3), n, near)[1] == pytest.approx(1e-6 / 3, rel=1e-6)


def test_logit_keeps_to_its_bounds_or_says_what_cannot_be_met():
    n = np.array([5, 5, 5, 5])
    margins = cells(("r", "aabb", {"a": 10, "b": 12}), n=n)
    age = Total("age", np.array([20.0, 60, 30, 50]), 940.0)
    found = calibrate(np.ones(4), n, margins, [age], method="logit", bounds=(0.6, 2.0))
    assert (found > 0.6).all()
    assert (found < 2.0).all()
    assert found @ (n * age.values) == pytest.approx(940, rel=1e-10)
    out_of_reach = Total("age", age.values, 1200.0)
    with pytest.raises(
        ValueError, match=r"logit calibration within 0\.6 to 2 does not meet total 'age'"
    ):
        calibrate(np.ones(4), n, margins, [out_of_reach], method="logit", bounds=(0.6, 2.0))


def test_logit_finds_its_way_back_from_a_bound():
    # The first Newton step lands where F no longer moves: only short steps lead back.
    n = np.array([5, 3])
    margins = cells(("r", "ab", {"a": 0.4, "b": 3}), n=n)
    found = calibrate(np.ones(2), n, margins, method="logit", bounds=(0.035, 1.02))
    assert found == pytest.approx([0.08, 1], rel=1e-10)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "logit"}, "bounds of logit must be low < 1 < high"),
        ({"method": "logit", "bounds": (1.1, 2)}, r"got \(1\.1, 2\)"),
        ({"method": "linear", "bounds": (0.5, 2)}, "bounds must go with method 'logit'"),
        ({"method": "sinh"}, "method must be 'linear', 'raking' or 'logit', got 'sinh'"),
    ],
)
def test_wrong_options_are_refused(options, message):
    n = np.array([1, 1])
    with pytest.raises(ValueError, match=message):
        calibrate(np.ones(2), n, cells(("r", "ab", {"a": 1, "b": 4}), n=n), **options)


@pytest.mark.parametrize(
    ("base", "n", "message"),
    [
        ([1.0, 0.0], [1, 1], "base weights must be above 0, got 0"),
        ([1.0, float("nan")], [1, 1], "base weights must be above 0, got nan"),
        ([1.0], [1, 1], "base must have a weight for each of 2 cells, got 1"),
        ([1.0, 1.0], [0, 0], "some at least one, got 0"),
    ],
)
def test_wrong_cells_are_refused(base, n, message):
    (margin,) = cells(("r", "ab", {"a": 1, "b": 4}), n=[1, 1])
    with pytest.raises(ValueError, match=message):
        post_stratify(np.array(base), np.array(n), margin)
    with pytest.raises(ValueError, match=message):
        rake(np.array(base), np.array(n), [margin])


def test_nothing_to_calibrate_on_is_refused():
    with pytest.raises(ValueError, match="at least one margin or total, got none"):
        calibrate(np.ones(2), np.ones(2, dtype=np.int64), [])


@st.composite
def answers(draw):
    """Answers over a full table of area by age by type, and counts that some weights meet."""
    shape = draw(st.tuples(st.integers(2, 4), st.integers(2, 3), st.integers(1, 2)))
    labels = [tuple(map(str, place)) for place in np.ndindex(*shape)]
    size = len(labels)
    n = np.array(draw(st.lists(st.integers(1, 30), min_size=size, max_size=size)))
    weight = st.floats(0.2, 20)
    base = np.array(draw(st.lists(weight, min_size=size, max_size=size)))
    true = np.array(draw(st.lists(weight, min_size=size, max_size=size)))
    margins = []
    for axis, name in enumerate(("area", "age", "type")):
        values = [label[axis] for label in labels]
        counts = {v: float((n * true)[np.array(values) == v].sum()) for v in sorted(set(values))}
        margins.append(make_margin(name, values, counts))
    return base, n, margins


@given(answers())
@settings(max_examples=60)
def test_raked_weights_meet_all_margins_as_fitting_in_turn_does(drawn):
    base, n, margins = drawn
    found = rake(base, n, margins)
    for margin in margins:
        assert margin.sums(found * n) == pytest.approx(margin.counts, rel=1e-10)
    fitted = base
    for _ in range(400):
        for margin in margins:
            fitted = fitted * (margin.counts / margin.sums(fitted * n))[margin.index]
    slow = max(np.abs(m.sums(fitted * n) / m.counts - 1).max() for m in margins) > 1e-13
    assume(not slow)
    assert found == pytest.approx(fitted, rel=1e-9)


@given(answers(), st.floats(1e-6, 1e6))
@settings(max_examples=40)
def test_raking_on_one_margin_is_post_stratification_whatever_the_scale(drawn, scale):
    base, n, (margin, *_) = drawn
    expected = post_stratify(base, n, margin)
    assert post_stratify(scale * base, n, margin) == pytest.approx(expected, rel=1e-12)
    assert rake(scale * base, n, [margin]) == pytest.approx(expected, rel=1e-9)
    assert calibrate(scale * base, n, [margin]) == pytest.approx(expected, rel=1e-9)


@given(answers(), st.sampled_from(["linear", "raking"]))
@settings(max_examples=40)
def test_order_of_margins_and_splitting_of_cells_do_not_matter(drawn, method):
    base, n, margins = drawn
    found = calibrate(base, n, margins, method=method)
    again = calibrate(base, n, margins[::-1], method=method)
    size = float(np.abs(found).max())
    assert again == pytest.approx(found, rel=1e-9, abs=1e-9 * size)
    split = [
        make_margin(
            m.name,
            [m.labels[i] for i in m.index] * 2,
            dict(zip(m.labels, m.counts.tolist(), strict=True)),
        )
        for m in margins
    ]
    part = n // 2
    twice = calibrate(np.tile(base, 2), np.concatenate([part, n - part]), split, method=method)
    assert twice[len(n) :] == pytest.approx(found, rel=1e-9, abs=1e-9 * size)
