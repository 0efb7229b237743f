"""The Rao–Scott test: equal to R ``svychisq``, and what holds whatever the table."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from analysis.crosstab import rao_scott
from analysis.results import Flag
from analysis.row_design import row_sample
from analysis.sample import make_sample

REFERENCE = Path(__file__).parents[1] / "reference"

# The data of R's own packages are not copied: these cases run where the folder lies beside the
# project.
BESIDE = Path(__file__).parents[3] / "shared" / "oracle" / "open"


def beside():
    path = BESIDE / "classic_expected.json"
    cases = json.loads(path.read_text())["cases"] if path.exists() else []
    return [case for case in cases if case["estimator"]["kind"] == "rao_scott_F"]


def columns(path):
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def codes(column):
    """Number labels by their order; -1 for an empty one."""
    levels, index = np.unique(column, return_inverse=True)
    return index - 1 if levels[0] == "" else index


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


@pytest.mark.parametrize("case", beside(), ids=lambda case: case["id"])
def test_equals_r_on_the_api_samples(case):
    # R: svychisq(~stype + sch.wide, design, statistic = "F") on the samples of data(api)
    data, estimator = columns(BESIDE / case["data"]), case["estimator"]
    found = rao_scott(
        codes(data[estimator["rows"]]),
        codes(data[estimator["cols"]]),
        data[case["design"]["weights"]].astype(float),
        sample_of(data, case["design"]),
    )
    expected = case["expected"]
    for name in ("F", "ndf", "ddf", "p"):
        assert getattr(found, name) == pytest.approx(expected[name], rel=1e-9), name


def test_the_cases_beside_the_project_are_all_there():
    if not BESIDE.exists():
        pytest.skip(f"R's own data are not beside the project: {BESIDE}")
    assert len(beside()) == 8


@pytest.fixture(scope="module")
def survey():
    data = columns(REFERENCE / "survey.csv")
    return {name: column[data["wave"] == "2022"] for name, column in data.items()}


DESIGN = {
    "clusters": ["complex_id"],
    "strata": "stratum",
    "weights": "w",
    "fpc": [],
    "lonely_psu": "adjust",
}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        # R 4.2.2, survey 4.1-1, wave 2022: d <- svydesign(~complex_id, strata = ~stratum,
        # weights = ~w, nest = TRUE); svychisq(~leeftijd + tevreden, subset(d, !is.na(tevreden)))
        (
            ("leeftijd", "tevreden"),
            (6.84364233297281, 2.54046336604974, 825.650593966165, 0.00037351809791434),
        ),
        (
            ("geslacht", "tevreden"),
            (0.752086063527053, 1.93478063195973, 628.803705386913, 0.467746944789998),
        ),
        # Laren has 2 answers: some cells are empty
        (
            ("gemeente", "leeftijd"),
            (1.40131982003448, 5.95461699604083, 1935.25052371327, 0.210808577129113),
        ),
    ],
    ids=["leeftijd", "geslacht", "gemeente"],
)
def test_equals_r_on_the_survey(names, expected, survey):
    rows, cols = (codes(survey[name]) for name in names)
    rows = np.where(survey["tevreden"] == "", -1, rows)
    found = rao_scott(rows, cols, survey["w"].astype(float), sample_of(survey, DESIGN))
    assert (found.F, found.ndf, found.ddf, found.p) == pytest.approx(expected, rel=1e-9)


def test_shares_are_those_of_r(survey):
    # R: svymean(~interaction(leeftijd, tevreden), subset(d, !is.na(tevreden)))
    found = rao_scott(
        codes(survey["leeftijd"]),
        codes(survey["tevreden"]),
        survey["w"].astype(float),
        sample_of(survey, DESIGN),
    )
    assert found.share.T.ravel() == pytest.approx(
        [
            0.04196097210242,
            0.07986297644534,
            0.04554320971462,
            0.06255172443906,
            0.10285044373381,
            0.24333966551690,
            0.15153757982754,
            0.27235342822030,
        ],
        abs=1e-14,
    )
    assert found.count.sum() == np.sum(survey["tevreden"] != "")
    assert found.row_share.sum(axis=1) == pytest.approx(1)
    assert found.column_share.sum(axis=0) == pytest.approx(1)
    assert (found.rows, found.columns) == ((0, 1, 2, 3), (0, 1))


@st.composite
def tables(draw):
    """Draw rows of two questions, without empty cells, with clusters and weights."""
    r, k = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    extra = draw(st.integers(20, 80))
    rows = np.concatenate([np.repeat(np.arange(r), k), rng.integers(0, r, extra)])
    cols = np.concatenate([np.tile(np.arange(k), r), rng.integers(0, k, extra)])
    clusters = rng.integers(0, 12, len(rows))
    return rows, cols, rng.uniform(0.5, 3, len(rows)), clusters


def numbers(found):
    return pytest.approx((found.F, found.ndf, found.ddf, found.p, found.cramer_v), rel=1e-7)


def run(rows, cols, weight, clusters):
    found = rao_scott(rows, cols, weight, row_sample(len(rows), clusters=clusters.tolist()))
    return found, (found.F, found.ndf, found.ddf, found.p, found.cramer_v)


@given(tables())
@settings(max_examples=40, deadline=None)
def test_a_simple_random_sample_gives_the_test_of_pearson(table):
    # Rao & Scott (1981), JASA 76, §2: all design effects are 1, here n / (n - 1).
    rows, cols, _, _ = table
    n = len(rows)
    found = rao_scott(rows, cols, np.ones(n), row_sample(n))
    pearson = chi2_contingency(found.count, correction=False)
    assert found.ndf == pytest.approx(pearson.dof, rel=1e-9)
    assert found.F * pearson.dof * n / (n - 1) == pytest.approx(pearson.statistic, rel=1e-9)
    assert found.ddf == pytest.approx(pearson.dof * (n - 1), rel=1e-9)
    assert found.cramer_v**2 * n * (min(found.share.shape) - 1) == pytest.approx(pearson.statistic)


@given(tables(), st.randoms(use_true_random=False), st.floats(0.01, 100))
@settings(max_examples=30, deadline=None)
def test_order_labels_sides_and_scale_change_nothing(table, random, scale):
    rows, cols, weight, clusters = table
    found, _ = run(rows, cols, weight, clusters)
    order = list(range(len(rows)))
    random.shuffle(order)
    relabelled = (7 - 2 * rows)[order]
    _, again = run(cols[order], relabelled, scale * weight[order], clusters[order])
    assert again == numbers(found)


@given(tables())
@settings(max_examples=20, deadline=None)
def test_counted_rows_are_the_same_as_rows(table):
    rows, cols, _, clusters = table
    weight = 1.0 + clusters % 3
    found, _ = run(rows, cols, weight, clusters)
    cells, n = np.unique(np.column_stack([rows, cols, clusters]), axis=0, return_counts=True)
    sample = make_sample(
        n.astype(np.int64), np.zeros(len(n), dtype=np.intp), [cells[:, 2]], [], lonely="adjust"
    )
    counted = rao_scott(cells[:, 0], cells[:, 1], 1.0 + cells[:, 2] % 3, sample)
    assert (counted.F, counted.ndf, counted.ddf, counted.p, counted.cramer_v) == numbers(found)
    assert (counted.count == found.count).all()


def test_the_test_holds_its_level_on_clusters_where_pearson_does_not():
    # 20 clusters of 20, both answers shared within a cluster: seeded, 300 samples of independence.
    rng = np.random.default_rng(19)
    clusters = np.repeat(np.arange(20), 20)
    sample = row_sample(400, clusters=clusters.tolist())
    false, naive = 0, 0
    for _ in range(300):
        rows = (rng.uniform(size=400) < rng.beta(2, 2, 20)[clusters]).astype(np.intp)
        cols = (rng.uniform(size=400) < rng.beta(2, 2, 20)[clusters]).astype(np.intp)
        found = rao_scott(rows, cols, np.ones(400), sample)
        false += found.p < 0.05
        naive += chi2_contingency(found.count, correction=False).pvalue < 0.05
    assert 0.02 <= false / 300 <= 0.085
    assert naive / 300 > 0.1


def test_a_table_of_one_row_is_refused():
    sample = row_sample(4)
    one, two = np.zeros(4, dtype=np.intp), np.array([0, 1, 0, 1])
    with pytest.raises(ValueError, match="rows must have answers in at least 2 levels, got 1"):
        rao_scott(one, two, np.ones(4), sample)
    with pytest.raises(ValueError, match="columns must have answers in at least 2 levels, got 1"):
        rao_scott(two, np.array([0, -1, 0, 0]), np.ones(4), sample)
    with pytest.raises(ValueError, match="rows must have answers in at least 2 levels, got 0"):
        rao_scott(one - 1, two, np.ones(4), sample)


def test_why_there_is_no_test_is_said():
    rows, cols = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    alone = rao_scott(rows, cols, np.ones(4), row_sample(4, clusters=["a"] * 4))
    assert (alone.flag, alone.df, alone.F, alone.p) == (Flag.NO_TEST, 0, None, None)
    assert "no degrees of freedom" in alone.reason
    same = rao_scott(
        np.tile(rows, 3),
        np.tile(cols, 3),
        np.ones(12),
        row_sample(12, clusters=list("aaaabbbbcccc")),
    )
    assert (same.flag, same.p) == (Flag.NO_TEST, None)
    assert "no spread" in same.reason
    assert same.share == pytest.approx(np.full((2, 2), 0.25))


def test_empty_cells_in_a_ring_have_no_test():
    # Rows 0 and 1 never occur with columns 0 and 1: their interaction cannot be known.
    rows = np.array([0, 1, 2, 2, 2, 0, 1, 2, 2, 2])
    cols = np.array([2, 2, 0, 1, 2, 2, 2, 0, 1, 2])
    found = rao_scott(rows, cols, np.ones(10), row_sample(10))
    assert (found.flag, found.F) == (Flag.NO_TEST, None)
    assert "merge levels" in found.reason
