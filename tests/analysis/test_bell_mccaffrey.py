"""Bias-reduced margins, equal to R ``survey`` 4.5, and what they are for: few clusters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.bell_mccaffrey import fit_bell_mccaffrey
from analysis.bias_reduced_mean import bell_mccaffrey_mean
from analysis.regression import fit_linear
from analysis.row_design import row_sample
from analysis.sample import make_sample
from tests.analysis.model_cases import cases, design_of, matrix_of, numbers, read


@pytest.mark.parametrize("case", cases("linear_model_bell_mccaffrey"), ids=lambda case: case["id"])
def test_margins_equal_r(case):
    # R 4.5: svyglm(formula, design, std.errors = "Bell-McCaffrey", degf = TRUE)
    columns = read(case)
    weight, sample = design_of(case, columns)
    matrix = matrix_of(case, columns)
    fit = fit_bell_mccaffrey(numbers(columns["api00"]), matrix.x, matrix.names, weight, sample)
    expected = {key: np.atleast_1d(value) for key, value in case["expected"].items()}
    assert fit.estimate == pytest.approx(expected["est"], rel=1e-9)
    assert fit.se == pytest.approx(expected["se"], rel=1e-9)
    assert fit.df == pytest.approx(expected["df"], rel=1e-9)
    linear = fit_linear(numbers(columns["api00"]), matrix.x, matrix.names, weight, sample)
    assert linear.se == pytest.approx(expected["se_linearized"], rel=1e-9)


def clustered(seed=5, units=8, *, weights=True):
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), rng.integers(2, 7, units))
    rows = len(unit)
    x = np.column_stack([np.ones(rows), rng.normal(size=rows), rng.normal(size=units)[unit]])
    y = x @ [7, 0.5, 0.2] + rng.normal(size=rows) + 0.5 * rng.normal(size=units)[unit]
    weight = rng.uniform(1, 3, rows) if weights else np.ones(rows)
    return y, x, weight, [str(u) for u in unit]


NAMES = ["(Intercept)", "a", "b"]


def root(matrix):
    value, vector = np.linalg.eigh(matrix)
    return (vector * np.where(value > 1e-9, np.maximum(value, 1e-9), np.inf) ** -0.5) @ vector.T


@pytest.mark.parametrize("leverage", ["unweighted", "weighted"])
@pytest.mark.parametrize("as_units", ["clusters", "answers"])
def test_small_matrices_give_what_the_hat_matrix_of_all_answers_gives(leverage, as_units):
    # Bell & McCaffrey (2002) §3-4 and Pustejovsky & Tipton (2018) §2.2 written out, n x n
    y, x, weight, unit = clustered()
    unit = unit if as_units == "clusters" else [str(i) for i in range(len(y))]
    sample = row_sample(len(y), clusters=unit if as_units == "clusters" else None)
    fit = fit_bell_mccaffrey(y, x, NAMES, weight, sample, leverage=leverage)
    w = weight if leverage == "weighted" else np.ones(len(y))
    hat = x @ np.linalg.solve(x.T @ (w[:, None] * x), x.T * w)
    rest = np.eye(len(y)) - hat
    spread = rest @ rest.T
    bread = np.linalg.inv(x.T @ (weight[:, None] * x))
    slope = np.linalg.inv(x.T @ (w[:, None] * x))
    residual = y - x @ (bread @ x.T @ (weight * y))
    scores, parts = [], []
    for u in dict.fromkeys(unit):
        at = np.flatnonzero(np.array(unit) == u)
        half = root(spread[np.ix_(at, at)])
        scores.append(bread @ x[at].T @ (weight[at] * (half @ residual[at])))
        parts.append(rest[at].T @ half @ (w[at][:, None] * x[at]) @ slope)
    m = len(parts)
    deviation = np.array(scores) - np.mean(scores, axis=0)
    assert fit.covariance == pytest.approx(m / (m - 1) * deviation.T @ deviation, rel=1e-9)
    for j in range(3):
        gram = np.array([[a[:, j] @ b[:, j] for b in parts] for a in parts])
        assert fit.df[j] == pytest.approx(np.trace(gram) ** 2 / (gram**2).sum(), rel=1e-9)


def test_without_weights_both_leverages_are_one():
    y, x, weight, unit = clustered(weights=False)
    sample = row_sample(len(y), clusters=unit)
    one, other = (
        fit_bell_mccaffrey(y, x, NAMES, weight, sample, leverage=way)
        for way in ("unweighted", "weighted")
    )
    assert one.se == pytest.approx(other.se, rel=1e-10)
    assert one.df == pytest.approx(other.df, rel=1e-10)


def test_a_column_of_one_cluster_has_no_degrees_of_freedom():
    y, x, weight, unit = clustered()
    x[:, 2] = np.array(unit) == "0"
    fit = fit_bell_mccaffrey(y, x, NAMES, weight, row_sample(len(y), clusters=unit))
    assert fit.df[2] == 0
    assert np.isnan([fit.se[2], fit.p[2], fit.low[2]]).all()
    assert fit.se[1] > 0
    assert fit.reason.startswith("no degrees of freedom")


def test_an_unknown_leverage_is_named():
    y, x, weight, _ = clustered()
    with pytest.raises(ValueError, match="must be 'unweighted' or 'weighted', got 'hat'"):
        fit_bell_mccaffrey(y, x, NAMES, weight, row_sample(len(y)), leverage="hat")


@given(st.integers(0, 10_000))
def test_counted_answers_equal_rows(seed):
    y, x, weight, unit = clustered(seed)
    rows = np.repeat(np.arange(len(y)), 3)
    code = np.array(unit, dtype=np.intp)
    none = np.zeros(len(y), dtype=np.intp)
    counted = make_sample(np.full(len(y), 3), none, [code], [], lonely="adjust")
    spelled = row_sample(len(rows), clusters=code[rows].astype(str).tolist())
    for leverage in ("unweighted", "weighted"):
        one = fit_bell_mccaffrey(y, x, NAMES, weight, counted, leverage=leverage)
        other = fit_bell_mccaffrey(
            y[rows], x[rows], NAMES, weight[rows], spelled, leverage=leverage
        )
        assert one.se == pytest.approx(other.se, rel=1e-9)
        assert one.df == pytest.approx(other.df, rel=1e-9)
    one = bell_mccaffrey_mean(y, weight, counted)
    other = bell_mccaffrey_mean(y[rows], weight[rows], spelled)
    assert (one.se, one.df) == (pytest.approx(other.se), pytest.approx(other.df))


def test_the_mean_of_equal_answers_apart_is_the_textbook_one():
    y = np.array([6, 7, 9, 8, 8.0])
    found = bell_mccaffrey_mean(y, np.ones(5), row_sample(5))
    assert found.value == pytest.approx(y.mean())
    assert found.se == pytest.approx(y.std(ddof=1) / 5**0.5, rel=1e-12)
    assert found.df == pytest.approx(4, rel=1e-12)
    part = np.array([True, True, True, False, False])
    inside = bell_mccaffrey_mean(y, np.ones(5), row_sample(5), domain=part)
    assert inside.se == pytest.approx(y[:3].std(ddof=1) / 3**0.5, rel=1e-12)
    assert (inside.n, inside.df) == (3, pytest.approx(2, rel=1e-12))


@pytest.mark.parametrize("strata", [None, ["a", "b"]])
def test_the_mean_corrects_by_true_over_expected_variance(strata):
    # The quadratic form and the covariance of the totals written out, m x m
    y, _, weight, unit = clustered()
    code = np.array(unit, dtype=np.intp)
    label = None if strata is None else [strata[u % 2] for u in code]
    sample = row_sample(len(y), strata=label, clusters=unit)
    found = bell_mccaffrey_mean(y, weight, sample)
    share = weight / weight.sum()
    member = (code[:, None] == np.arange(8)).astype(float)
    of_units = (member * share[:, None]).T - (member.T @ share)[:, None] * share
    covariance = of_units @ of_units.T
    group = np.zeros(8) if strata is None else np.arange(8) % 2
    same = group[:, None] == group
    m = same.sum(axis=1)[0]
    form = (np.eye(8) - same / m) * m / (m - 1)
    product = form @ covariance
    ratio = (share**2).sum() / np.trace(product)
    assert found.se**2 == pytest.approx(found.se_linearised**2 * ratio, rel=1e-10)
    df = np.trace(product) ** 2 / np.trace(product @ product)
    assert found.df == pytest.approx(df, rel=1e-10)


def test_a_domain_in_one_cluster_has_no_margin():
    y, _, weight, unit = clustered()
    sample = row_sample(len(y), clusters=unit)
    found = bell_mccaffrey_mean(y, weight, sample, domain=np.array(unit) == "3")
    assert (found.se, found.low, found.high, found.df) == (None, None, None, 0)
    with pytest.raises(ValueError, match="the domain must have at least one answer, got none"):
        bell_mccaffrey_mean(y, weight, sample, domain=np.zeros(len(y), dtype=bool))


def test_few_clusters_are_covered_where_the_common_interval_is_not():
    # 400 draws of 6 clusters of 2 to 20 answers, weights that differ: nominal 95 %
    rng = np.random.default_rng(11)
    hits = np.zeros(2)
    for _ in range(400):
        unit = np.repeat(np.arange(6), rng.choice([2, 4, 8, 20], 6))
        weight = np.exp(0.5 * rng.normal(size=6))[unit]
        y = 0.3 * rng.normal(size=6)[unit] + rng.normal(size=len(unit))
        found = bell_mccaffrey_mean(y, weight, row_sample(len(y), clusters=unit.astype(str)))
        # 2.5706 = qt(0.975, 5)
        hits += [found.low < 0 < found.high, abs(found.value) < 2.5706 * found.se_linearised]
    good, common = hits / 400
    assert good >= 0.94
    assert common < 0.92
