"""Intervals and tests: equal to R where R is right, and sound at the ends of the scale."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.intervals import (
    default_prior_variance,
    equivalence_test,
    logit_interval,
    mean_interval,
    t_interval,
    t_test,
)
from analysis.share_intervals import share_interval

REFERENCE = Path(__file__).parents[1] / "reference"
EXPECTED = json.loads((REFERENCE / "synth_expected.json").read_text())
# The data of R's own packages are not copied: these cases run where the folder lies beside the
# project.
BESIDE = Path(__file__).parents[3] / "shared" / "oracle" / "open"
METHODS = ["logit", "likelihood", "asin", "beta", "wilson", "mean"]
MARKS = (1.0, 10.0)
# By R: qt(0.975, df) for 1, 3 and 11 degrees of freedom
T1, T3, T11 = 12.7062047361747, 3.18244630528371, 2.20098516009164


def read(path):
    return list(csv.DictReader(path.read_text().splitlines()))


def of_shares(path):
    cases = json.loads(path.read_text())["cases"] if path.exists() else []
    return [case for case in cases if case["estimator"]["kind"] == "proportion_ci"]


SYNTH = of_shares(REFERENCE / "synth_expected.json")
CLASSIC = of_shares(BESIDE / "classic_expected.json")
BOUNDED = [row for row in EXPECTED["bounded_ci"]["rows"] if "ci" in row]


def count(rows, design):
    """Count rows, and degf(design): first-stage units less strata."""
    stratum = [row[design["strata"]] if design["strata"] else "" for row in rows]
    unit = [row[design["clusters"][0]] for row in rows] if design["clusters"] else range(len(rows))
    return len(rows), len(set(zip(stratum, unit, strict=True))) - len(set(stratum))


@pytest.fixture(scope="module")
def survey():
    return read(REFERENCE / "survey.csv")


def compare(case, rows, method, *, r, rel):
    n, df = count(rows, case["design"])
    expected = case["expected"]
    found = share_interval(expected["est"], expected["se"], df, method=method, n=n)
    assert found == pytest.approx(expected["ci"][r], rel=rel)


def test_the_oracle_has_the_cases():
    assert len(SYNTH) == 12
    assert len(BOUNDED) == 20
    assert not BESIDE.exists() or len(CLASSIC) == 8


# R: svyciprop(~sch_wide01, design, method = r, df = degf(design)) on data(api). R's logit stops its
# iterations at 5e-10; its likelihood interpolates the profile.
@pytest.mark.parametrize(
    ("method", "r", "rel"),
    [
        ("logit", "xlogit", 1e-12),
        ("logit", "logit", 1e-9),
        ("likelihood", "likelihood", 2e-5),
        ("asin", "asin", 1e-12),
        ("beta", "beta", 1e-12),
        ("wilson", "wilson", 1e-12),
        ("mean", "mean", 1e-12),
    ],
)
@pytest.mark.parametrize("case", CLASSIC, ids=lambda case: case["id"])
def test_shares_equal_r_on_the_api_samples(case, method, r, rel):
    rows = read(BESIDE / case["data"])
    compare(case, rows, method, r=r, rel=rel)


@pytest.mark.parametrize(("method", "rel"), [("logit", 1e-9), ("likelihood", 2e-5)])
@pytest.mark.parametrize("case", SYNTH, ids=lambda case: case["id"])
def test_shares_equal_r_on_the_survey(case, survey, method, rel):
    # R: svyciprop(~tevreden, design, method = method, df = degf(design)); others stop at the
    # missing answers
    rows = [row for row in survey if int(row["wave"]) == case["design"]["where_wave"]]
    compare(case, rows, method, r=method, rel=rel)


@pytest.mark.parametrize(
    ("row", "r"),
    # On 1 degree of freedom R has no logit interval: see the next test.
    [(row, r) for row in BOUNDED for r, ends in row["ci"].items() if None not in ends],
    ids=lambda value: value if isinstance(value, str) else f"{value['gemeente']}-{value['wave']}",
)
def test_means_on_the_scale_equal_r(row, r):
    # As svyciprop(~y01, domain, method = r, df = degf(domain)), mapped by 1 + 9 y
    low, high = mean_interval(
        row["est"],
        row["se"],
        row["df_domain"],
        n=row["n"],
        scale=MARKS,
        method="t" if r == "mean" else r,
        prior_variance=0.0,
    )
    expected_low, expected_high = row["ci"][r]
    if r == "asin" and past_the_arc(row):  # R goes round the end of the arc, and back
        assert expected_high < 10
        expected_high = 10.0
    assert (low, high) == pytest.approx((expected_low, expected_high), rel=1e-9)


def past_the_arc(row):
    p = (row["est"] - 1) / 9
    half = T1 * row["se"] / 9 / (2 * math.sqrt(p * (1 - p)))
    return row["df_domain"] == 1 and math.asin(math.sqrt(p)) + half > math.pi / 2


def test_a_logit_interval_on_one_degree_of_freedom():
    # Diemen 2021. R's svyciprop turns t into a level that rounds to 1, and gives 1 and NaN; by its
    # formula, 1 + 9 * plogis(qlogis(p) + c(-1, 1) * qt(0.975, 1) * se / (p * (1 - p))), R gives:
    row = next(row for row in BOUNDED if (row["gemeente"], row["wave"]) == ("Diemen", 2021))
    ends = mean_interval(row["est"], row["se"], 1, n=12, scale=MARKS, prior_variance=0.0)
    assert ends == pytest.approx((1.70896957169760, 9.80083640082595), rel=1e-12)


def test_no_answers_of_one_kind_in_twelve():
    # As R: binom.test(0, 12)$conf.int
    assert share_interval(0, 0, 11, method="beta", n=12) == (0, pytest.approx(0.264648469397051))
    assert share_interval(1, 0, 11, method="beta", n=12) == (pytest.approx(0.735351530602949), 1)
    t2 = T11**2
    for method, high in (
        ("logit", 0.264648469397051),
        ("wilson", t2 / (12 + t2)),
        ("likelihood", -math.expm1(-t2 / 24)),
        ("asin", math.sin(math.sqrt(t2 / 48)) ** 2),
        ("mean", 0),
    ):
        found = share_interval(0, 0, 11, method=method, n=12)
        assert found == (0, pytest.approx(high, rel=1e-9)), method
        mirrored = share_interval(1, 0, 11, method=method, n=12)
        assert mirrored == (pytest.approx(1 - high, rel=1e-9), 1), method


@pytest.mark.parametrize("method", METHODS)
def test_a_share_without_spread_is_as_of_a_simple_sample(method):
    found = share_interval(0.25, 0, 11, method=method, n=12)
    if method == "mean":
        assert found == (0.25, 0.25)
        return
    # likelihood: without n the deviance has no dispersion, as at se 0
    n = None if method == "likelihood" else 12
    se = math.sqrt(0.25 * 0.75 / 12)
    assert found == pytest.approx(share_interval(0.25, se, 11, method=method, n=n), rel=1e-12)


@settings(deadline=None)
@given(
    value=st.floats(0, 1),
    se=st.floats(0, 2),
    df=st.integers(1, 10_000) | st.just(math.inf),
    n=st.integers(2, 100_000),
    method=st.sampled_from(METHODS),
    confidence=st.floats(0.5, 0.999),
)
@example(value=2e-12, se=1e-11, df=1, n=2, method="likelihood", confidence=0.95)
@example(value=1e-9, se=2.0, df=1, n=2, method="beta", confidence=0.999)
def test_a_share_is_in_its_interval_and_that_in_zero_to_one(value, se, df, n, method, confidence):
    low, high = share_interval(value, se, df, n=n, method=method, confidence=confidence)
    assert 0 <= low <= value <= high <= 1


@settings(deadline=None)
@given(
    value=st.integers(0, 1000),
    se=st.floats(0, 1),
    df=st.integers(1, 1000),
    method=st.sampled_from(METHODS),
)
@example(value=1, se=1e-12, df=1, method="beta")
@example(value=400, se=1e-7, df=1, method="beta")
def test_the_share_of_the_others_has_the_mirrored_interval(value, se, df, method):
    low, high = share_interval(value / 1000, se, df, n=df + 1, method=method)
    others = share_interval((1000 - value) / 1000, se, df, n=df + 1, method=method)
    assert (1 - others[1], 1 - others[0]) == pytest.approx((low, high), abs=1e-9)


@settings(deadline=None)
@given(
    value=st.floats(0.01, 0.99),
    se=st.floats(1e-4, 0.5),
    df=st.integers(1, 200),
    method=st.sampled_from(METHODS),
)
def test_more_error_or_confidence_never_gives_a_shorter_interval(value, se, df, method):
    def width(se, confidence):
        low, high = share_interval(value, se, df, n=300, method=method, confidence=confidence)
        return high - low

    assert width(se, 0.95) <= width(1.5 * se, 0.95) + 1e-9
    assert width(se, 0.95) <= width(se, 0.99) + 1e-9


def test_all_methods_agree_on_a_large_sample():
    ends = [share_interval(0.4, 0.001, 5000, method=method, n=240_000) for method in METHODS]
    assert np.ptp(ends, axis=0) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": 1.2}, "value must be a share between 0 and 1, got 1.2"),
        ({"value": math.nan}, "value must be"),
        ({"se": -0.1}, "se must be 0 or more"),
        ({"se": math.nan}, "se must be 0 or more"),
        ({"df": 0}, "df must be at least 1, got 0"),
        ({"df": math.nan}, "df must be at least 1"),
        ({"n": 1}, "n must be at least 2, got 1"),
        ({"confidence": 95}, "confidence must be between 0 and 1, got 95"),
        ({"method": "wald"}, "method must be one of logit, .*, got 'wald'"),
        ({"method": "beta"}, "method 'beta' needs n"),
        ({"value": 0.0}, "method 'logit' needs n"),
        ({"se": 0.0}, "method 'logit' needs n"),
    ],
)
def test_a_share_out_of_range_is_refused(change, message):
    options = {"value": 0.4, "se": 0.1, "df": 9, **change}
    with pytest.raises(ValueError, match=message):
        share_interval(**options)


def test_one_prior_answer_is_one_more_answer_in_the_spread():
    # n = 4, marks 6 7 7 8: mean 7, s² = 2/3; s*² = (3 · 2/3 + 1.8²) / 4 = 1.31; p = 2/3
    # As 1 + 9 * plogis(qlogis(2/3) + c(-1, 1) * qt(0.975, 3) * sqrt(1.31 / 4) / 9 / (2/9)) in R
    ends = (5.01260762981705, 8.49289701425105)
    se = math.sqrt(2 / 3 / 4)
    assert mean_interval(7, se, 3, n=4, scale=MARKS) == pytest.approx(ends, rel=1e-12)
    given_by_name = mean_interval(7, se, 3, n=4, scale=MARKS, prior_variance="scale")
    assert given_by_name == mean_interval(7, se, 3, n=4, scale=MARKS, prior_variance=1.8**2)
    assert default_prior_variance(MARKS) == pytest.approx(1.8**2)


def test_without_a_scale_a_mean_has_the_interval_of_t():
    ends = (7 - T3 / 2, 7 + T3 / 2)
    assert mean_interval(7, 0.5, 3, n=4) == pytest.approx(ends, rel=1e-12)
    assert t_interval(7, 0.5, 3) == pytest.approx(ends, rel=1e-12)
    assert mean_interval(9, 0.9, 3, n=4, scale=MARKS, method="t")[1] > 10


def test_a_mean_at_the_end_has_an_interval_to_that_end():
    previous = 1.0
    for n in (2, 3, 5, 12, 30, 100, 1000):
        low, high = mean_interval(10, 0, n - 1, n=n, scale=MARKS)
        assert high == 10
        assert previous < low < 10
        previous = low
        mirrored = mean_interval(1, 0, n - 1, n=n, scale=MARKS)
        assert mirrored == (1, pytest.approx(11 - low, rel=1e-12))


def test_one_other_answer_changes_the_interval_little():
    # twelve tens; eleven tens and a nine
    same = mean_interval(10, 0, 11, n=12, scale=MARKS)
    other = mean_interval(10 - 1 / 12, 1 / 12, 11, n=12, scale=MARKS)
    assert other[1] == same[1] == 10
    assert same[0] - 0.3 < other[0] < same[0]


def test_where_there_is_no_interval():
    assert mean_interval(7, 0.5, 0, n=4, scale=MARKS) is None
    assert mean_interval(7, 0.5, 0, n=4) is None
    assert mean_interval(10, 0, 3, n=4, scale=MARKS, prior_variance=0.0) is None


@settings(deadline=None)
@given(
    value=st.floats(1, 10),
    se=st.floats(0, 9),
    df=st.integers(1, 1000),
    n=st.integers(2, 10_000),
    prior=st.just("scale") | st.floats(0.01, 20),
)
@example(value=10.0, se=0.0, df=1, n=2, prior="scale")
@example(value=10.0, se=9.0, df=1, n=10_000, prior=20.0)
@example(value=1 + 1e-9, se=0.0, df=1, n=2, prior=0.01)
def test_the_logit_interval_contains_the_mean_and_stays_on_the_scale(value, se, df, n, prior):
    low, high = mean_interval(value, se, df, n=n, scale=MARKS, prior_variance=prior)
    assert 1 <= low <= value <= high <= 10
    assert low < high
    wider = mean_interval(value, se + 0.1, df, n=n, scale=MARKS, prior_variance=prior)
    assert wider[0] <= low
    assert high <= wider[1]


@settings(deadline=None)
@given(
    value=st.integers(10, 100).map(lambda tenths: tenths / 10),
    se=st.floats(0, 3),
    df=st.integers(1, 100),
    method=st.sampled_from(["logit", "likelihood", "asin", "beta", "wilson"]),
)
def test_turning_the_scale_round_turns_the_interval_round(value, se, df, method):
    low, high = mean_interval(value, se, df, n=df + 1, scale=MARKS, method=method)
    turned = mean_interval(11 - value, se, df, n=df + 1, scale=MARKS, method=method)
    assert 1 <= low <= value <= high <= 10
    assert (11 - turned[1], 11 - turned[0]) == pytest.approx((low, high), abs=1e-5)


def test_many_means_at_once_are_as_one_by_one():
    value, se, n = np.array([[1.0], [5.5], [9.9]]), np.array([0.0, 0.4]), np.array([5, 40])
    low, high = logit_interval(value, se, n - 1, n=n, scale=MARKS)
    assert low.shape == high.shape == (3, 2)
    for i, j in np.ndindex(3, 2):
        one = mean_interval(value[i, 0], se[j], n[j] - 1, n=n[j], scale=MARKS)
        assert one == (low[i, j], high[i, j])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": 10.5}, "value must be on the scale 1.0 to 10.0, got 10.5"),
        ({"value": math.nan}, "value must be on the scale"),
        ({"se": -1}, "se must be 0 or more, got -1"),
        ({"n": 0}, "n must be at least 1, got 0"),
        ({"scale": (10, 1)}, r"scale must go up .*, got \(10, 1\)"),
        ({"scale": (1, math.inf)}, "scale must go up"),
        ({"prior_variance": -1.0}, "prior_variance must be 'scale', or 0 or more, got -1.0"),
        ({"confidence": 1.0}, "confidence must be between 0 and 1, got 1.0"),
        ({"method": "mean"}, "method must be t, logit, .*, got 'mean'"),
        ({"method": "beta", "scale": None}, "method 'beta' needs the scale of the answers"),
    ],
)
def test_a_mean_out_of_range_is_refused(change, message):
    options = {"value": 7, "se": 0.4, "df": 9, "n": 10, "scale": MARKS, **change}
    with pytest.raises(ValueError, match=message):
        mean_interval(**options)


def test_the_array_form_refuses_what_has_no_degrees_of_freedom():
    with pytest.raises(ValueError, match="df must be at least 1, got 0"):
        logit_interval([7, 8], 0.4, [3, 0], n=4, scale=MARKS)


def test_tests_equal_r():
    # As 2 * pt(-abs(0.5 / 0.2), 11) in R
    assert t_test(0.5, 0.2, 11) == pytest.approx(0.0295063740873641, rel=1e-12)
    assert t_test(-0.5, 0.2, 11) == t_test(0.5, 0.2, 11)
    # As max(pt((0.1 - 0.3) / 0.08, 40), pt(-(0.1 + 0.3) / 0.08, 40)) in R
    found = equivalence_test(0.1, 0.08, 40, margin=0.3)
    assert found == pytest.approx(0.00831017641548961, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: t_test(0.5, 0, 11), "se must be above 0 for a test, got 0"),
        (lambda: t_test(0.5, 0.2, 0), "df must be at least 1, got 0"),
        (lambda: equivalence_test(0.5, 0, 11, margin=0.2), "se must be above 0"),
        (lambda: equivalence_test(0.5, 0.2, 11, margin=0), "margin must be above 0, got 0"),
    ],
)
def test_a_test_that_cannot_be_done_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
