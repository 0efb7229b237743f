"""The driver model: effects in marks, the check on one odds ratio, the sentences."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from analysis.drivers import drivers
from analysis.model_frame import design_matrix
from analysis.model_results import Odds
from analysis.ordinal import fit_ordinal
from analysis.row_design import row_sample

REFERENCE = Path(__file__).parents[1] / "reference"
NAMED = ["veilig", "schoon", "onderhoud", "contact"]
CUTS = (5, 6, 7, 8)


@pytest.fixture(scope="module")
def survey():
    with (REFERENCE / "survey.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["wave"] == "2022"]
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    mark = np.array([float(m) if m else np.nan for m in columns["rapportcijfer"]])
    weight = np.array(columns["w"], dtype=float)
    sample = row_sample(len(mark), strata=columns["stratum"], clusters=columns["complex_id"])
    return mark, columns, weight, sample


@pytest.fixture(scope="module")
def found(survey):
    return drivers(*survey, of=NAMED, background=["leeftijd"], cuts=CUTS)


def expected_mark(theta, x, marks):
    slopes = x.shape[1]
    below = expit(theta[slopes:] - (x @ theta[:slopes])[:, None])
    edges = np.column_stack([np.zeros(len(x)), below, np.ones(len(x))])
    return np.diff(edges, axis=1) @ marks


def test_the_model_is_that_of_r(found):
    # R: svyolr(cut(rapportcijfer, c(0, 5, 6, 7, 8, 10)) ~ veilig + … + leeftijd, design), 2022
    slopes = [0.645967798192405, 0.37464324467711, 0.234383700021069, 0.617639221465218]
    assert [row.log_odds for row in found.rows] == pytest.approx(slopes, rel=1e-6)
    assert found.fit.levels == ("1-5", "6", "7", "8", "9-10")
    assert found.level_marks[1:4] == (6, 7, 8)
    assert found.fit.names[-4:] == ("1-5|6", "6|7", "7|8", "8|9-10")


def test_an_effect_is_the_slope_of_the_expected_mark_and_its_margin_the_delta_method(found, survey):
    # Differences of the expected mark itself; R: marginaleffects::avg_slopes on such a model
    mark, columns, weight, _ = survey
    matrix = design_matrix(columns, [*NAMED, "leeftijd"])
    known = matrix.complete & ~np.isnan(mark)
    x, share = matrix.x[known, 1:], weight[known] / weight[known].sum()
    theta, marks, step = found.fit.estimate, np.array(found.level_marks), 1e-4

    def effect(theta, j):
        up, down = x.copy(), x.copy()
        up[:, j] += step
        down[:, j] -= step
        apart = expected_mark(theta, up, marks) - expected_mark(theta, down, marks)
        return float(share @ apart) / (2 * step)

    moves = 1e-4 * np.eye(len(theta))
    for j, row in enumerate(found.rows):
        assert row.effect == pytest.approx(effect(theta, j), rel=1e-6)
        gradient = np.array([effect(theta + m, j) - effect(theta - m, j) for m in moves]) / 2e-4
        variance = gradient @ found.fit.covariance @ gradient
        assert row.se == pytest.approx(variance**0.5, rel=1e-4)
        assert row.low < row.effect < row.high


def test_a_board_member_reads_marks_and_no_cause(found):
    assert found.sentences("de buurt")[1] == (
        "Een punt hoger voor schoon hangt samen met 0,22 punt hoger voor de buurt "
        "(95%-marge 0,20 tot 0,24)."
    )
    assert "Samenhang is geen oorzaak" in repr(found)
    assert list(found.to_frame()["name"]) == NAMED
    assert found.row("schoon").name == "schoon"
    with pytest.raises(ValueError, match="there is no driver 'groen'; drivers: veilig, schoon"):
        found.row("groen")


def test_each_mark_may_be_a_level_and_the_thin_ends_are_told(survey):
    result = drivers(*survey, of=NAMED, background=["leeftijd"])
    assert result.level_marks == tuple(range(1, 11))
    assert "1|2, 2|3" in result.notes[-1]
    assert np.isnan(result.rows[0].by_threshold[:2]).all()
    assert all(row.odds is Odds.EQUAL for row in result.rows)


def invented(rows=600, seed=2, bend=0.0):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(1, 11, rows).astype(float), rng.integers(1, 11, rows).astype(float)
    noise = rng.logistic(size=rows) * np.exp(bend * (a - 5.5))
    mark = np.clip(np.round(6 + 0.4 * (a - 5.5) + noise), 4, 8)
    return mark, {"a": a.tolist(), "b": b.tolist()}, np.ones(rows), row_sample(rows)


def test_nothing_found_is_said_so():
    result = drivers(*invented(), of=["a", "b"])
    assert result.sentences("de buurt")[1].startswith(
        "Voor b is geen samenhang met de buurt aangetoond: een punt hoger gaat samen met 0,0"
    )
    assert [row.odds for row in result.rows] == [Odds.EQUAL, Odds.EQUAL]


def test_a_lower_mark_is_said_so():
    mark, columns, weight, sample = invented()
    columns["a"] = [11 - a for a in columns["a"]]
    row = drivers(mark, columns, weight, sample, of=["a"], confidence=0.9).rows[0]
    assert row.effect < 0
    assert " punt lager voor de wijk (90%-marge 0," in row.sentence("de wijk", confidence=0.9)


def test_odds_that_differ_between_low_and_high_marks_are_found():
    result = drivers(*invented(rows=1500, bend=0.25), of=["a", "b"])
    assert result.row("a").odds is Odds.UNEQUAL
    assert result.row("b").odds is Odds.EQUAL
    assert result.row("a").p_odds_adjusted >= result.row("a").p_odds
    assert "Bij a verschilt de samenhang tussen lage en hoge cijfers" in result.notes[2]


def test_two_levels_leave_nothing_to_compare():
    result = drivers(*invented(), of=["a"], cuts=[6])
    assert result.rows[0].odds is Odds.UNTESTED
    assert result.rows[0].p_odds is None


def test_few_clusters_leave_no_margin_and_no_check():
    mark, columns, weight, _ = invented()
    sample = row_sample(600, clusters=["x"] * 300 + ["y"] * 300)
    row = drivers(mark, columns, weight, sample, of=["a", "b"]).rows[0]
    assert np.isnan(row.se)
    assert row.odds is Odds.UNTESTED
    assert "(geen marge te geven)" in row.sentence("de buurt")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"of": []}, "of must name at least one driver, got none"),
        ({"of": ["c"]}, "driver 'c' must be a column of numbers, got text"),
        ({"of": ["a"], "cuts": [6, 5]}, r"cuts must be one or more numbers, rising, got \[6, 5\]"),
        ({"of": ["a"], "cuts": []}, r"cuts must be one or more numbers, rising, got \[\]"),
        ({"of": ["a"], "cuts": [5, 9]}, "got none with a mark above 9 up to inf: merge it"),
        ({"of": ["groen"]}, "there is no column 'groen'"),
    ],
)
def test_bad_input_is_named(change, message):
    mark, columns, weight, sample = invented()
    columns["c"] = ["x", "y"] * 300
    with pytest.raises(ValueError, match=message):
        drivers(mark, columns, weight, sample, **change)


def test_marks_without_end_need_cuts():
    mark, columns, weight, sample = invented()
    with pytest.raises(ValueError, match="2 to 10 values when there are no cuts, got 600"):
        drivers(mark + np.arange(600) / 1000, columns, weight, sample, of=["a"])
    with pytest.raises(ValueError, match="no answer of 600 cells has a mark and all columns"):
        drivers(np.full(600, np.nan), columns, weight, sample, of=["a"])


@given(st.integers(0, 1000), st.floats(0.5, 20))
def test_a_point_of_another_size_scales_the_effect(seed, factor):
    mark, columns, weight, sample = invented(rows=200, seed=seed)
    one = drivers(mark, columns, weight, sample, of=["a", "b"], cuts=[5, 6, 7]).row("a")
    scaled = columns | {"a": [a * factor for a in columns["a"]]}
    other = drivers(mark, scaled, weight, sample, of=["a", "b"], cuts=[5, 6, 7]).row("a")
    assert other.effect * factor == pytest.approx(one.effect, rel=1e-6)
    assert other.se * factor == pytest.approx(one.se, rel=1e-6)
    assert other.p_odds == pytest.approx(one.p_odds, rel=1e-4, abs=1e-9)


def test_marks_as_levels_are_the_ordinal_model():
    mark, columns, weight, sample = invented()
    result = drivers(mark, columns, weight, sample, of=["a"], background=["b"])
    matrix = design_matrix(columns, ["a", "b"])
    fit = fit_ordinal(mark - 4, matrix.x, matrix.names, weight, sample, levels="45678")
    assert result.fit.estimate == pytest.approx(fit.estimate, rel=1e-12)
