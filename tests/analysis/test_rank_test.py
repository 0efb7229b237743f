"""The rank test: equal to R ``svyranktest``, and what holds whatever the answers."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, norm

from analysis.rank_test import rank_test
from analysis.results import Flag
from analysis.row_design import row_sample
from analysis.sample import make_sample

REFERENCE = Path(__file__).parents[1] / "reference"

# The data of R's own packages are not copied: these cases run where the folder lies beside the
# project.
BESIDE = Path(__file__).parents[3] / "shared" / "oracle" / "open"

NAMES = {"t": "t", "df": "df", "est": "value", "p": "p"}


def beside():
    path = BESIDE / "classic_expected.json"
    cases = json.loads(path.read_text())["cases"] if path.exists() else []
    return [case for case in cases if case["estimator"]["kind"] == "rank_test"]


def columns(path):
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def codes(column):
    return np.unique(column, return_inverse=True)[1]


def sample_of(data, design):
    rows = len(data[design["weights"]])
    strata = codes(data[design["strata"]]) if design["strata"] else np.zeros(rows, dtype=np.intp)
    return make_sample(
        np.ones(rows, dtype=np.int64),
        strata,
        [codes(data[name]) for name in design["clusters"]],
        [data[name].astype(float) for name in design["fpc"]],
        lonely=design["lonely_psu"],
    )


def of_case(case, **options):
    data, estimator = columns(BESIDE / case["data"]), case["estimator"]
    return rank_test(
        data[estimator["y"]].astype(float),
        codes(data[estimator["by"][0]]),
        data[case["design"]["weights"]].astype(float),
        sample_of(data, case["design"]),
        **options,
    )


@pytest.mark.parametrize("case", beside(), ids=lambda case: case["id"])
def test_equals_r_on_the_api_samples(case):
    # R: data(api); svyranktest(api00 ~ sch.wide, design, test = "wilcoxon")
    found = of_case(case, ties="row order")
    for wanted, name in NAMES.items():
        expected = case["expected"][wanted]
        assert getattr(found, name) == pytest.approx(expected, rel=1e-9), name


@pytest.mark.parametrize(
    "case",
    [case for case in beside() if case["id"].startswith(("srs", "clus1"))],
    ids=lambda case: case["id"],
)
def test_midranks_equal_r_where_equal_answers_weigh_the_same(case):
    found = of_case(case)
    for wanted, name in NAMES.items():
        expected = case["expected"][wanted]
        assert getattr(found, name) == pytest.approx(expected, rel=1e-9), name


def test_the_cases_beside_the_project_are_all_there():
    if not BESIDE.exists():
        pytest.skip(f"R's own data are not beside the project: {BESIDE}")
    assert len(beside()) == 8


@pytest.fixture(scope="module")
def survey():
    data = columns(REFERENCE / "survey.csv")
    chosen = {name: column[data["wave"] == "2022"] for name, column in data.items()}
    marks = np.array([float(mark) if mark else np.nan for mark in chosen["rapportcijfer"]])
    group = np.select([chosen["geslacht"] == "m", chosen["geslacht"] == "v"], [0, 1], default=-1)
    design = {
        "clusters": ["complex_id"],
        "strata": "stratum",
        "weights": "w",
        "fpc": [],
        "lonely_psu": "adjust",
    }
    return marks, group, chosen["w"].astype(float), sample_of(chosen, design)


def numbers(found):
    return found.t, found.df, found.value, found.p


def test_equals_r_on_the_survey(survey):
    # R 4.2.2, survey 4.1-1, wave 2022: d <- svydesign(~complex_id, strata = ~stratum,
    # weights = ~w, nest = TRUE)
    # svyranktest(rapportcijfer ~ geslacht, subset(d, geslacht %in% c("m", "v")))
    found = rank_test(*survey, ties="row order")
    r = (0.529702298602222, 324, 0.00454026524795435, 0.596681125600436)
    assert numbers(found) == pytest.approx(r, rel=1e-9)


def test_equals_r_on_the_survey_with_equal_weights(survey):
    # R: as above with weights = ~1: ties have the same rank in both conventions
    marks, group, weight, sample = survey
    r = (-0.64629549197371, 324, -0.00483977374733737, 0.51854552405577)
    for ties in ("midrank", "row order"):
        found = rank_test(marks, group, np.ones(len(weight)), sample, ties=ties)
        assert numbers(found) == pytest.approx(r, rel=1e-9)


def test_r_depends_on_the_order_of_the_rows_and_midranks_do_not(survey):
    # R: on rows in another order, set.seed(1), the same call gave t = 0.527018820226342
    marks, group, weight, _ = survey
    rows = len(marks)
    order = np.argsort(weight)
    found, again, shuffled = (
        rank_test(marks[o], group[o], weight[o], row_sample(rows), ties=ties).t
        for ties, o in (
            ("midrank", np.arange(rows)),
            ("midrank", order),
            ("row order", order),
        )
    )
    assert again == pytest.approx(found, rel=1e-9)
    assert shuffled == pytest.approx(found, abs=0.2)
    assert shuffled != pytest.approx(found, rel=1e-6)


@st.composite
def problems(draw):
    """Draw marks of two groups with weights and clusters."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    rows = draw(st.integers(20, 80))
    group = np.concatenate([[0, 1], rng.integers(0, 2, rows - 2)])
    marks = rng.integers(1, 11, rows).astype(float)
    return marks, group, rng.uniform(0.5, 3, rows), rng.integers(0, 9, rows)


def run(marks, group, weight, clusters):
    sample = row_sample(len(marks), clusters=clusters.tolist())
    return rank_test(marks, group, weight, sample)


@given(problems())
@settings(max_examples=40, deadline=None)
def test_the_difference_is_that_of_mann_and_whitney(problem):
    marks, group, _, clusters = problem
    found = run(marks, group, np.ones(len(marks)), clusters)
    u = mannwhitneyu(marks[group == 1], marks[group == 0]).statistic
    assert found.superiority == pytest.approx(u / (found.n[0] * found.n[1]), rel=1e-9)


@given(problems())
@settings(max_examples=40, deadline=None)
def test_superiority_is_the_weighted_share_of_pairs(problem):
    marks, group, weight, _ = problem
    found = run(*problem)
    one, two = group == 0, group == 1
    higher = np.sign(marks[two][:, None] - marks[one]) / 2 + 0.5
    share = weight[two] @ higher @ weight[one] / (weight[two].sum() * weight[one].sum())
    assert found.superiority == pytest.approx(share, rel=1e-9)


@given(problems(), st.randoms(use_true_random=False), st.floats(0.01, 100))
@settings(max_examples=30, deadline=None)
def test_order_scale_and_any_rising_transformation_change_nothing(problem, random, scale):
    marks, group, weight, clusters = problem
    found = run(*problem)
    order = list(range(len(marks)))
    random.shuffle(order)
    again = run(np.exp(marks)[order], group[order], scale * weight[order], clusters[order])
    assert numbers(again) == pytest.approx(numbers(found), rel=1e-7, abs=1e-9)
    swapped = run(marks, 1 - group, weight, clusters)
    assert (swapped.t, swapped.p) == pytest.approx((-found.t, found.p), rel=1e-7, abs=1e-9)


@given(problems())
@settings(max_examples=20, deadline=None)
def test_counted_rows_are_the_same_as_rows(problem):
    marks, group, _, clusters = problem
    found = run(marks, group, 1.0 + clusters % 3, clusters)
    cells, n = np.unique(np.column_stack([marks, group, clusters]), axis=0, return_counts=True)
    unit = cells[:, 2].astype(np.intp)
    sample = make_sample(
        n.astype(np.int64), np.zeros(len(n), dtype=np.intp), [unit], [], lonely="adjust"
    )
    counted = rank_test(cells[:, 0], cells[:, 1].astype(np.intp), 1.0 + unit % 3, sample)
    assert numbers(counted) == pytest.approx(numbers(found), rel=1e-9)
    assert counted.n == found.n


def test_the_normal_approximation_of_wilcoxon_is_met_on_many_answers():
    # Simple random sample, many answers: t² is near the tie-corrected z² of the rank-sum test.
    rng = np.random.default_rng(7)
    marks = rng.integers(1, 11, 4000).astype(float)
    group = rng.integers(0, 2, 4000)
    found = rank_test(marks, group, np.ones(4000), row_sample(4000))
    p = mannwhitneyu(marks[group == 1], marks[group == 0], use_continuity=False).pvalue
    assert abs(found.t) == pytest.approx(norm.isf(p / 2), rel=2e-3)


def test_a_group_too_many_or_too_few_is_refused():
    marks, sample = np.array([1.0, 2.0, 3.0, np.nan]), row_sample(4)
    for group, got in (([0, 1, 2, 0], 3), ([0, 0, 0, 1], 1), ([-1, -1, -1, 1], 0)):
        with pytest.raises(ValueError, match=f"exactly 2 levels, got {got}"):
            rank_test(marks, np.array(group), np.ones(4), sample)
    with pytest.raises(ValueError, match="ties must be 'midrank' or 'row order', got 'max'"):
        rank_test(marks, np.array([0, 1, 0, 1]), np.ones(4), sample, ties="max")


def test_why_there_is_no_test_is_said():
    group = np.array([0, 1, 0, 1])
    few = rank_test(np.array([1.0, 2, 3, 4]), group, np.ones(4), row_sample(4, clusters=[*"aabb"]))
    assert (few.flag, few.df, few.t, few.p) == (Flag.NO_TEST, 0, None, None)
    assert "no degrees of freedom" in few.reason
    same = rank_test(np.full(4, 8.0), group, np.ones(4), row_sample(4))
    assert (same.flag, same.value, same.superiority, same.p) == (Flag.NO_TEST, 0, 0.5, None)
    assert "no spread" in same.reason
