"""Proportional odds, equal to R ``survey`` 4.5."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.ordinal import fit_ordinal
from analysis.regression import fit_logistic
from analysis.row_design import row_sample
from analysis.sample import make_sample
from tests.analysis.model_cases import cases, design_of, matrix_of, numbers, read

CUTS = {"meals": (25, 50, 75), "rapportcijfer": (5, 6, 7, 8)}


@pytest.mark.parametrize("case", cases("proportional_odds"), ids=lambda case: case["id"])
def test_models_equal_r(case):
    # R: svyolr(cut(meals, c(-1, 25, 50, 75, 101)) ~ avg.ed + mobility + stype, design)
    columns = read(case)
    weight, sample = design_of(case, columns)
    matrix = matrix_of(case, columns)
    outcome = next(name for name in CUTS if name in columns)
    mark = numbers(columns[outcome])
    y = np.where(np.isnan(mark), np.nan, np.searchsorted(CUTS[outcome], mark))
    levels = [str(k) for k in range(len(CUTS[outcome]) + 1)]
    fit = fit_ordinal(y, matrix.x, matrix.names, weight, sample, levels=levels, hessian="svyolr")
    exact = fit_ordinal(y, matrix.x, matrix.names, weight, sample, levels=levels)
    expected = case["expected"]
    slopes = fit.slopes
    assert list(fit.names[:slopes]) == expected["terms"][:slopes]
    assert fit.estimate == pytest.approx(expected["est"], rel=1e-4)
    # R takes its Hessian by differences; the exact one moves a standard error by up to 4e-4.
    assert fit.se == pytest.approx(expected["se"], rel=1e-4)
    assert exact.se == pytest.approx(expected["se"], rel=5e-4)
    assert fit.gradient < 1e-12
    if "loglik_weighted" in expected:
        assert fit.log_likelihood == pytest.approx(expected["loglik_weighted"], rel=1e-9)


def invented(rows=120, seed=1, levels=3):
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(rows), rng.normal(size=rows), rng.integers(0, 2, rows)])
    latent = x @ [0, 1, 0.5] + rng.logistic(size=rows)
    y = np.searchsorted(np.quantile(latent, np.arange(1, levels) / levels), latent).astype(float)
    return y, x, rng.uniform(1, 3, rows)


NAMES = ["(Intercept)", "a", "b"]


def test_two_levels_are_a_logistic_model():
    # R: svyglm(y ~ a + b, design, family = quasibinomial()); the threshold is minus the intercept
    y, x, weight = invented(levels=2)
    sample = row_sample(len(y), clusters=[str(i // 4) for i in range(len(y))])
    ordinal = fit_ordinal(y, x, NAMES, weight, sample, levels=["low", "high"])
    logistic = fit_logistic(y, x, NAMES, weight, sample)
    assert ordinal.names == ("a", "b", "low|high")
    assert ordinal.slope == pytest.approx(logistic.estimate[1:], rel=1e-9)
    assert ordinal.thresholds == pytest.approx([-logistic.estimate[0]], rel=1e-9)
    assert ordinal.se == pytest.approx(logistic.se[[1, 2, 0]], rel=1e-9)
    assert ordinal.df_resid == logistic.df_resid


def test_thresholds_alone_are_the_shares():
    # logit P(Y <= k) of the weighted shares: McCullagh (1980) without covariates
    y = np.array([0, 0, 1, 1, 2.0])
    weight = np.array([1, 1, 2, 2, 4.0])
    fit = fit_ordinal(y, np.ones((5, 1)), ["(Intercept)"], weight, row_sample(5), levels="lmh")
    assert fit.thresholds == pytest.approx(np.log([0.2 / 0.8, 0.6 / 0.4]), rel=1e-12)


def test_an_empty_level_is_named():
    y, x, weight = invented()
    with pytest.raises(ValueError, match="complete answer, got none in 'top': merge it"):
        fit_ordinal(y, x, NAMES, weight, row_sample(120), levels=["a", "b", "c", "top"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"levels": ["a"]}, r"levels must be two or more, got \['a'\]"),
        ({"levels": ["a", "b"]}, "y must be the place of a level, 0 to 1, got 2"),
        ({"hessian": "numeric"}, "hessian must be 'exact' or 'svyolr', got 'numeric'"),
    ],
)
def test_bad_input_is_named(change, message):
    y, x, weight = invented()
    with pytest.raises(ValueError, match=message):
        fit_ordinal(y, x, NAMES, weight, row_sample(120), **({"levels": "abc"} | change))


def test_separated_answers_are_refused():
    y, x, weight = invented()
    x[:, 2] = y
    with pytest.raises(ValueError, match=r"that 'b' .* separates completely"):
        fit_ordinal(y, x, NAMES, weight, row_sample(120), levels="abc")
    x[:, 2] = (y == 2) & (np.arange(120) % 2 == 0)
    with pytest.raises(ValueError, match=r"that 'b' .* separates completely"):
        fit_ordinal(y, x, NAMES, weight, row_sample(120), levels="abc")


def test_an_exact_hessian_does_not_mind_the_unit_of_a_column():
    y, x, weight = invented()
    big = x * [1, 1000, 1]
    one = fit_ordinal(y, x, NAMES, weight, row_sample(120), levels="abc")
    other = fit_ordinal(y, big, NAMES, weight, row_sample(120), levels="abc")
    assert other.t == pytest.approx(one.t, rel=1e-9)


@given(st.integers(0, 10_000), st.floats(0.01, 100))
def test_turning_the_scale_turns_the_signs(seed, factor):
    y, x, weight = invented(seed=seed, levels=4)
    sample = row_sample(120, strata=["a", "b"] * 60)
    one = fit_ordinal(y, x, NAMES, weight, sample, levels="abcd")
    back = fit_ordinal(3 - y, x, NAMES, factor * weight, sample, levels="dcba")
    assert back.slope == pytest.approx(-one.slope, rel=1e-7, abs=1e-10)
    assert back.thresholds[::-1] == pytest.approx(-one.thresholds, rel=1e-7, abs=1e-10)
    assert back.se[:2] == pytest.approx(one.se[:2], rel=1e-7)
    assert back.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-9)


@given(st.integers(0, 10_000))
def test_counted_answers_equal_rows_and_missing_ones_are_a_domain(seed):
    y, x, weight = invented(seed=seed)
    y[:5] = np.nan
    rows = np.repeat(np.arange(120), 2)
    none = np.zeros(120, dtype=np.intp)
    twice = make_sample(np.full(120, 2), none, [], [], lonely="adjust")
    counted = fit_ordinal(y, x, NAMES, weight, twice, levels="abc")
    spelled = fit_ordinal(y[rows], x[rows], NAMES, weight[rows], row_sample(240), levels="abc")
    assert counted.estimate == pytest.approx(spelled.estimate, rel=1e-9)
    assert counted.se == pytest.approx(spelled.se, rel=1e-9)
    assert counted.n == 230
