"""Scales: scores of batteries, and Cronbach's alpha with an error that knows the design."""

import csv
import doctest
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f as f_distribution

import analysis.scales
from analysis.results import Flag
from analysis.row_design import row_sample
from analysis.sample import make_sample
from analysis.scales import cronbach_alpha, rescale, scale_score

REFERENCE = Path(__file__).parents[1] / "reference"
BATTERY = ("veilig", "schoon", "onderhoud", "contact")


@pytest.fixture(scope="module")
def survey():
    """Read the four driver marks of 2022, with the weights, the strata and the complexes."""
    with (REFERENCE / "survey.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["wave"] == "2022"]
    marks = [[float(row[name]) if row[name] else np.nan for name in BATTERY] for row in rows]
    return (
        np.array(marks),
        np.array([float(row["w"]) for row in rows]),
        [row["stratum"] for row in rows],
        [row["complex_id"] for row in rows],
    )


def test_alpha_equals_r(survey):
    # R 4.2.2, survey 4.1-1, wave 2022: d <- svydesign(~complex_id, strata = ~stratum,
    # weights = ~w, nest = TRUE), s <- subset(d, complete.cases(veilig, schoon, onderhoud,
    # contact)), f <- ~veilig + schoon + onderhoud + contact: svycralpha(f, s), degf(s),
    # svymean(f, s); with v <- svyvar(f, s), m <- as.matrix(v)[1:4, 1:4], T <- sum(diag(m)),
    # Q <- sum(m), g <- as.vector(4/3 * (T/Q^2 - diag(4)/Q)): se is
    # sqrt(t(g) %*% attr(v, "var") %*% g);
    # item i with r <- m[-i, -i]: correlation sum(m[i, -i]) / sqrt(m[i, i] * sum(r)) and alpha
    # without it 3/2 * (1 - sum(diag(r)) / sum(r))
    items, weight, strata, clusters = survey
    sample = row_sample(len(weight), strata=strata, clusters=clusters)
    found = cronbach_alpha(items, weight, sample, names=BATTERY)
    assert (found.n, found.df, found.flag) == (5244, 325, Flag.OK)
    assert found.value == pytest.approx(0.390123481914569, rel=1e-9)
    assert found.se == pytest.approx(0.0147889308664636, rel=1e-9)
    expected = {
        "veilig": (7.11723696306984, 0.285501477342256, 0.23767327053777),
        "schoon": (7.08059951953090, 0.221863262424626, 0.313993958610895),
        "onderhoud": (6.99171095322836, 0.140891217913791, 0.411209846362546),
        "contact": (3.02842971348884, 0.234046756812727, 0.325473233469634),
    }
    for item in found.items:
        assert (item.mean, item.rest_correlation, item.alpha_without) == pytest.approx(
            expected[item.name], rel=1e-9
        )


def test_the_error_is_that_of_the_jackknife_over_complexes(survey):
    # Rust & Rao (1996), Statistical Methods in Medical Research 5: JKn on the strata with more
    # than one complex; the others are left out of both.
    items, weight, strata, clusters = (np.asarray(column) for column in survey)
    units = {s: np.unique(clusters[strata == s]) for s in np.unique(strata)}
    keep = np.array([len(units[s]) > 1 for s in strata])
    items, weight, strata, clusters = (c[keep] for c in (items, weight, strata, clusters))
    sample = row_sample(len(weight), strata=strata.tolist(), clusters=clusters.tolist())
    found = cronbach_alpha(items, weight, sample)
    variance = 0.0
    for stratum, names in units.items():
        m = len(names)
        for name in names if m > 1 else ():
            inside = strata == stratum
            left = np.where(inside, m / (m - 1), 1.0) * ~(inside & (clusters == name))
            variance += (m - 1) / m * (plain_alpha(items, weight * left) - found.value) ** 2
    assert found.se == pytest.approx(variance**0.5, rel=0.03)


def plain_alpha(items, weight):
    """Write alpha out with numpy's weighted covariance over the complete answers."""
    whole = ~np.isnan(items).any(axis=1)
    matrix = np.cov(items[whole].T, aweights=weight[whole])
    k = len(matrix)
    return k / (k - 1) * (1 - np.trace(matrix) / matrix.sum())


def normal_battery(rng, rows, *, k=4, loading=0.7):
    common = rng.normal(size=(rows, 1))
    return 6 + loading * common + np.sqrt(1 - loading**2) * rng.normal(size=(rows, k))


def test_the_error_is_that_of_normal_theory_on_normal_answers():
    # Van Zyl, Neudecker & Nel (2000), Psychometrika 65, doi:10.1007/BF02296146: n var(alpha) =
    # 2 k² / ((k - 1)² (1'S1)³) · ((1'S1)(tr S² + tr² S) - 2 tr S · 1'S²1)
    items = normal_battery(np.random.default_rng(3), 20000)
    s, n, k = np.cov(items.T), len(items), 4
    total, trace = s.sum(), np.trace(s)
    inner = total * (np.trace(s @ s) + trace**2) - 2 * trace * (s @ s).sum()
    variance = 2 * k**2 / ((k - 1) ** 2 * total**3) * inner / n
    found = cronbach_alpha(items, np.ones(n), row_sample(n))
    assert found.se == pytest.approx(variance**0.5, rel=0.03)


def test_the_interval_is_near_that_of_feldt_on_parallel_normal_answers():
    # Feldt (1965), Psychometrika 30, doi:10.1007/BF02289499: (1 - alpha) / (1 - estimate) is F on
    # n - 1 and (n - 1)(k - 1) degrees of freedom
    items = normal_battery(np.random.default_rng(5), 1000)
    n, k = items.shape
    found = cronbach_alpha(items, np.ones(n), row_sample(n))
    gap, df = 1 - found.value, (n - 1, (n - 1) * (k - 1))
    low = 1 - gap * f_distribution.ppf(0.975, *df)
    high = 1 - gap * f_distribution.ppf(0.025, *df)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.1 * (high - low))


def test_intervals_hold_alpha_as_often_as_they_say_on_clusters():
    # Alpha of the population is k r / (1 + (k - 1) r) with r = 0.3 + 0.19: 40 complexes of 8, a
    # part of the common mood shared within the complex; seeded.
    rng = np.random.default_rng(11)
    r = 0.49
    truth = 4 * r / (1 + 3 * r)
    clusters = np.repeat(np.arange(40), 8)
    sample = row_sample(320, clusters=clusters.tolist())
    held = 0
    for _ in range(300):
        mood = np.sqrt(0.3) * rng.normal(size=40)[clusters] + np.sqrt(0.19) * rng.normal(size=320)
        items = 6 + mood[:, None] + np.sqrt(1 - r) * rng.normal(size=(320, 4))
        found = cronbach_alpha(items, np.ones(320), sample)
        held += found.low <= truth <= found.high
    assert 0.90 <= held / 300 <= 0.98


@st.composite
def batteries(draw):
    """Draw marks of a battery with gaps, weights and clusters."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    rows, k = draw(st.integers(20, 60)), draw(st.integers(2, 5))
    marks = np.clip(np.rint(normal_battery(rng, rows, k=k)), 1, 10)
    marks[rng.uniform(size=marks.shape) < 0.1] = np.nan
    marks[:2] = [[1.0] * k, [10.0] * k]
    return marks, rng.uniform(0.5, 3, rows), rng.integers(0, 9, rows)


def run(marks, weight, clusters):
    found = cronbach_alpha(marks, weight, row_sample(len(weight), clusters=clusters.tolist()))
    return found, (found.value, found.se, found.low, found.high, found.df, found.n)


@given(batteries(), st.randoms(use_true_random=False), st.floats(0.01, 100))
@settings(max_examples=30, deadline=None)
def test_order_weights_and_the_scale_of_the_marks_change_nothing(battery, random, scale):
    marks, weight, clusters = battery
    _, found = run(*battery)
    order = list(range(len(weight)))
    random.shuffle(order)
    scaled = rescale(marks, low=1, high=10, reverse=range(marks.shape[1]))
    _, again = run(scaled[order][:, ::-1], scale * weight[order], clusters[order])
    assert again == pytest.approx(found, rel=1e-7)


@given(batteries())
@settings(max_examples=30, deadline=None)
def test_alpha_is_that_of_numpy_and_its_interval_stays_below_one(battery):
    marks, weight, _ = battery
    found, _ = run(*battery)
    assert found.value == pytest.approx(plain_alpha(marks, weight), rel=1e-9)
    assert found.low < found.value < found.high < 1
    for index, item in enumerate(found.items):
        if len(found.items) > 2:
            rest = np.delete(marks, index, axis=1)
            rest[np.isnan(marks[:, index])] = np.nan
            assert item.alpha_without == pytest.approx(plain_alpha(rest, weight), rel=1e-9)
        else:
            assert item.alpha_without is None


def test_counted_rows_are_the_same_as_rows():
    rng = np.random.default_rng(2)
    marks, clusters = rng.integers(1, 4, (200, 3)).astype(float), rng.integers(0, 9, 200)
    _, found = run(marks, 1.0 + clusters % 3, clusters)
    cells, n = np.unique(np.column_stack([marks, clusters]), axis=0, return_counts=True)
    unit = cells[:, 3].astype(np.intp)
    sample = make_sample(
        n.astype(np.int64), np.zeros(len(n), dtype=np.intp), [unit], [], lonely="adjust"
    )
    counted = cronbach_alpha(cells[:, :3], 1.0 + unit % 3, sample)
    numbers = (counted.value, counted.se, counted.low, counted.high, counted.df, counted.n)
    assert numbers == pytest.approx(found, rel=1e-9)


def test_why_there_is_no_interval_is_said():
    same = cronbach_alpha(np.full((4, 3), 7.3), np.ones(4), row_sample(4))
    assert (same.flag, same.value, same.se) == (Flag.SAME, None, None)
    assert [item.rest_correlation for item in same.items] == [None] * 3
    marks = np.array([[1.0, 2], [3, 3], [4, 5], [2, 2]])
    alone = cronbach_alpha(marks, np.ones(4), row_sample(4, clusters=["a"] * 4))
    assert (alone.flag, alone.df, alone.se) == (Flag.NO_MARGIN, 0, None)
    assert alone.value == pytest.approx(plain_alpha(marks, np.ones(4)))
    perfect = cronbach_alpha(np.repeat(marks[:, :1], 3, axis=1), np.ones(4), row_sample(4))
    assert (perfect.flag, perfect.se) == (Flag.NO_MARGIN, None)
    assert perfect.value == pytest.approx(1)
    contrary = cronbach_alpha(
        np.column_stack([marks[:, 0], -marks[:, 0]]), np.ones(4), row_sample(4)
    )
    assert (contrary.flag, contrary.value) == (Flag.SAME, None)


def test_an_item_that_is_not_reversed_shows():
    items = normal_battery(np.random.default_rng(4), 200)
    items[:, 0] *= -1
    found = cronbach_alpha(items, np.ones(200), row_sample(200))
    assert found.items[0].rest_correlation < 0 < found.items[1].rest_correlation
    assert found.items[0].alpha_without > found.value


@pytest.mark.parametrize(
    ("items", "names", "message"),
    [
        ([[1.0], [2.0]], None, "at least 2 columns, got 1"),
        ([[1.0, 2.0], [2.0, 3.0]], ["a"], "names must have 2 entries, one an item, got 1"),
        ([[np.nan, 2.0], [2.0, np.nan]], None, "at least one answer with all of them, got none"),
    ],
)
def test_a_battery_without_alpha_is_named(items, names, message):
    with pytest.raises(ValueError, match=message):
        cronbach_alpha(np.array(items), np.ones(2), row_sample(2), names=names)


def test_the_examples_are_true():
    assert doctest.testmod(analysis.scales).failed == 0


def test_a_score_lies_between_the_ends_of_the_scale():
    ends = np.array([[1.0, 5, 5, 5], [5, 1, 1, 1], [3, 3, 3, 3]])
    assert scale_score(ends, low=1, high=5, reverse=[0]).tolist() == [10, 0, 5]


@pytest.mark.parametrize(
    ("least", "scored"),
    [
        (None, [True, True, False, False]),
        (4, [True, False, False, False]),
        (1, [True] * 3 + [False]),
    ],
)
def test_a_score_needs_enough_answers(least, scored):
    nan = np.nan
    items = np.array([[4.0, 4, 4, 4], [4, 4, 4, nan], [4, 4, nan, nan], [nan] * 4])
    found = scale_score(items, low=1, high=5, least_answered=least)
    assert (~np.isnan(found)).tolist() == scored
    assert found[np.array(scored)] == pytest.approx(7.5)


@given(batteries())
@settings(max_examples=20, deadline=None)
def test_reversing_all_items_mirrors_the_score(battery):
    marks = battery[0]
    score = scale_score(marks, low=1, high=10)
    mirrored = scale_score(marks, low=1, high=10, reverse=range(marks.shape[1]))
    assert mirrored == pytest.approx(10 - score, nan_ok=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"low": 1, "high": 4}, "item 2 of row 1 must be 1 to 4 or missing, got 5.0"),
        ({"low": 2, "high": 5}, "item 1 of row 2 must be 2 to 5 or missing, got 1.0"),
        ({"low": 5, "high": 1}, "low must be below high, got 5 and 1"),
        ({"low": 1, "high": 5, "reverse": [2]}, "reverse must name columns 0 to 1, got 2"),
        ({"low": 1, "high": 5, "least_answered": 0}, "from 1 to the 2 items, got 0"),
        ({"low": 1, "high": 5, "least_answered": 3}, "from 1 to the 2 items, got 3"),
    ],
)
def test_bad_input_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        scale_score(np.array([[2.0, 5.0], [1.0, np.nan]]), **options)
