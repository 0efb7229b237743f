"""Linear and logistic models with design-based margins, equal to R ``survey`` 4.5."""

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from analysis.model_frame import design_matrix
from analysis.regression import fit_linear, fit_logistic
from analysis.row_design import row_sample
from analysis.sample import make_sample
from tests.analysis.model_cases import cases, design_of, matrix_of, numbers, read


@pytest.mark.parametrize("case", cases("linear_model"), ids=lambda case: case["id"])
def test_linear_models_equal_r(case):
    # R: svyglm(api00 ~ ell + meals + stype, design); svyglm(rapportcijfer ~ veilig + …, design)
    columns = read(case)
    weight, sample = design_of(case, columns)
    matrix = matrix_of(case, columns)
    y = numbers(columns[case["estimator"]["formula"].split(" ~ ")[0]])
    fit = fit_linear(y, matrix.x, matrix.names, weight, sample)
    expected = case["expected"]
    assert list(fit.names) == expected["terms"]
    assert fit.estimate == pytest.approx(expected["est"], rel=1e-9)
    assert fit.se == pytest.approx(expected["se"], rel=1e-9)
    assert fit.df_resid == expected["df_resid"]
    if "vcov" in expected:
        assert fit.covariance == pytest.approx(np.array(expected["vcov"]), rel=1e-9)


@pytest.mark.parametrize("case", cases("logistic_model"), ids=lambda case: case["id"])
def test_logistic_models_equal_r(case):
    # R: svyglm(sch_wide01 ~ ell + meals + mobility, design, family = quasibinomial())
    columns = read(case)
    weight, sample = design_of(case, columns)
    matrix = matrix_of(case, columns)
    fit = fit_logistic(numbers(columns["sch_wide01"]), matrix.x, matrix.names, weight, sample)
    expected = case["expected"]
    assert list(fit.names) == expected["terms"]
    assert fit.estimate == pytest.approx(expected["est"], rel=1e-7)
    assert fit.se == pytest.approx(expected["se"], rel=1e-7)
    assert fit.df_resid == expected["df_resid"]


def small(rows=40, seed=3):
    rng = np.random.default_rng(seed)
    age = rng.integers(20, 80, rows).astype(float)
    kind = rng.choice(["flat", "huis", "woning"], rows)
    y = 5 + 0.03 * age + (kind == "huis") + rng.normal(size=rows)
    matrix = design_matrix({"age": age.tolist(), "kind": kind.tolist()}, ["age", "kind"])
    return y, matrix, rng.uniform(1, 4, rows)


def test_columns_are_named_and_coded_as_in_r():
    # As R names and codes them: model.matrix(~ age + leeftijd)
    columns = {"age": [30, "41.5", 7, 8], "leeftijd": ["65+", "18-34", "35-54", "65+"]}
    matrix = design_matrix(columns, ["age", "leeftijd"])
    assert matrix.names == ("(Intercept)", "age", "leeftijd35-54", "leeftijd65+")
    assert matrix.x.tolist() == [[1, 30, 0, 1], [1, 41.5, 0, 0], [1, 7, 1, 0], [1, 8, 0, 1]]
    assert matrix.columns_of == {"age": (1,), "leeftijd": (2, 3)}
    assert design_matrix(columns, []).names == ("(Intercept)",)


def test_a_label_with_an_underscore_is_no_number():
    assert design_matrix({"code": ["1_0", "2", "3"]}, ["code"]).names[1:] == ("code2", "code3")


def test_numbers_may_be_codes():
    matrix = design_matrix({"code": [1, 2, 3, 1]}, ["code"], categorical=["code"])
    assert matrix.names == ("(Intercept)", "code2", "code3")


@pytest.mark.parametrize("gone", ["", "NA", None, np.nan])
def test_missing_values_leave_the_row_and_not_the_column_type(gone):
    columns = {"age": [1, gone, 3, 4, 6], "kind": ["a", "b", gone, "b", "a"]}
    matrix = design_matrix(columns, ["age", "kind"])
    assert matrix.names == ("(Intercept)", "age", "kindb")
    assert matrix.complete.tolist() == [True, False, False, True, True]


BAD = [
    ({"a": [1, 2]}, ["b"], "there is no column 'b'; columns: a"),
    ({"a": [1, 2, 3]}, ["a", "a"], "terms must each stand once, got 'a' twice"),
    ({"a": [1, 2], "b": [1]}, ["a"], "column 'b' must have 2 rows, got 1"),
    ({"a": [1, 1, 1]}, ["a"], "column 'a' must have two values or more in the 3 complete rows"),
    ({"a": ["x", "x", ""]}, ["a"], "column 'a' must have two values or more, got only 'x'"),
    ({"a": [1, ""], "b": ["", 2]}, ["a", "b"], "no row of 2 is complete in a, b"),
    ({"a": ["", ""]}, ["a"], "no row of 2 is complete in a"),
    (
        {"a": [1, 2, 3, 5], "b": [3, 5, 7, 11]},
        ["a", "b"],
        r"column 'b' must add to those before it, got what \['\(Intercept\)', 'a'\] already tell",
    ),
    ({"a": [1, 2], "b": [5, 9], "c": [1, 4]}, ["a", "b"], "3 coefficients .* rows, got 2"),
]


@pytest.mark.parametrize(("columns", "terms", "message"), BAD, ids=[row[2] for row in BAD])
def test_bad_columns_are_named(columns, terms, message):
    with pytest.raises(ValueError, match=message):
        design_matrix(columns, terms)


def test_codes_must_be_terms():
    with pytest.raises(ValueError, match="categorical must name terms of the model, got 'b'"):
        design_matrix({"a": [1, 2], "b": [1, 2]}, ["a"], categorical=["b"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": np.ones(3)}, r"y must have shape \(40,\), got \(3,\)"),
        ({"names": ["(Intercept)"]}, r"x must have shape \(40, 1\), got \(40, 4\)"),
        ({"y": np.full(40, np.nan)}, "at least one answer must be complete, got none in 40 cells"),
        ({"weight": np.zeros(40)}, "weight must be above 0 for every complete answer, got 0"),
        ({"confidence": 95}, "confidence must be between 0 and 1, got 95"),
    ],
)
def test_a_bad_fit_is_named(change, message):
    y, matrix, weight = small()
    given_ = {"y": y, "x": matrix.x, "names": matrix.names, "weight": weight} | change
    with pytest.raises(ValueError, match=message):
        fit_linear(**given_, sample=row_sample(40))


def test_what_can_be_read_of_a_model():
    y, matrix, weight = small()
    fit = fit_linear(y, matrix.x, matrix.names, weight, row_sample(40))
    row = fit.row("age")
    assert (row.estimate, row.se) == (fit.estimate[1], fit.se[1])
    assert row.low < row.estimate < row.high
    assert list(fit.to_frame()["name"]) == list(fit.names)
    title, *lines = repr(fit).splitlines()
    assert title.lower().startswith(f"{fit.kind}; 40 answers")
    assert len({len(line) for line in lines}) == 1
    with pytest.raises(ValueError, match="there is no coefficient 'agee'; coefficients: "):
        fit.row("agee")


def test_missing_rows_are_a_domain_and_not_left_out():
    # R: svyglm(y ~ age + kind, design) where y has NA: as subset(design, !is.na(y))
    y, matrix, weight = small()
    strata = ["a", "b"] * 20
    whole = row_sample(40, strata=strata)
    y[:6] = np.nan
    fit = fit_linear(y, matrix.x, matrix.names, weight, whole)
    kept = row_sample(34, strata=strata[6:])
    cut = fit_linear(y[6:], matrix.x[6:], matrix.names, weight[6:], kept)
    assert fit.estimate == pytest.approx(cut.estimate, rel=1e-12)
    assert fit.n == cut.n == 34
    assert fit.df_resid == cut.df_resid
    assert fit.se != pytest.approx(cut.se, rel=1e-6)


def test_no_degrees_of_freedom_is_no_margin():
    y, matrix, weight = small()
    clusters = ["a"] * 20 + ["b"] * 20
    fit = fit_linear(y, matrix.x, matrix.names, weight, row_sample(40, clusters=clusters))
    assert fit.df_resid == -2
    assert np.isnan([fit.se, fit.t, fit.p, fit.low, fit.high]).all()
    assert fit.reason.startswith("no degrees of freedom")
    assert fit.reason in repr(fit)


def test_separated_answers_have_no_odds():
    x = np.column_stack([np.ones(8), np.arange(8.0), [0, 1] * 4])
    y = (np.arange(8) > 3).astype(float)
    with pytest.raises(ValueError, match=r"that 'age' .* separates completely"):
        fit_logistic(y, x, ["(Intercept)", "age", "other"], np.ones(8), row_sample(8))


def test_a_level_where_everyone_agrees_has_no_odds():
    x = np.column_stack([np.ones(9), [1, 1, 1, 0, 0, 0, 0, 0, 0]])
    y = np.array([1, 1, 1, 0, 1, 0, 1, 0, 1.0])
    with pytest.raises(ValueError, match=r"that 'kindflat' .* separates completely"):
        fit_logistic(y, x, ["(Intercept)", "kindflat"], np.ones(9), row_sample(9))


def test_a_steep_slope_is_not_separation():
    x = np.column_stack([np.ones(400), np.linspace(-100, 100, 400)])
    y = (x[:, 1] > 0).astype(float)
    y[195:205] = [1, 0, 1, 0, 1, 0, 1, 0, 0, 1]
    fit = fit_logistic(y, x, ["(Intercept)", "x"], np.ones(400), row_sample(400))
    assert fit.estimate[1] > 0.3


@pytest.mark.parametrize(
    ("y", "message"),
    [([0, 1, 2, 1], "y must be 0 or 1, got 2"), ([1, 1, 1, 1], "zeros and ones, got only 1")],
)
def test_logistic_answers_are_zero_or_one(y, message):
    with pytest.raises(ValueError, match=message):
        fit_logistic(
            np.array(y, float), np.ones((4, 1)), ["(Intercept)"], np.ones(4), row_sample(4)
        )


@pytest.mark.parametrize("fit", [fit_linear, fit_logistic])
@given(seed=st.integers(0, 10_000), factor=st.floats(0.01, 100))
def test_order_scale_and_counting_change_nothing(fit, seed, factor):
    y, matrix, weight = small(seed=seed)
    weight = np.round(weight)
    if fit is fit_logistic:
        y = (np.argsort(np.argsort(y + 9 * np.sin(np.arange(40)))) > 19).astype(float)
    try:
        one = fit(y, matrix.x, matrix.names, weight, row_sample(40))
    except ValueError:  # a draw that happens to be separated has no odds in any order
        reject()
    order = np.random.default_rng(seed).permutation(40)
    other = fit(y[order], matrix.x[order], matrix.names, factor * weight[order], row_sample(40))
    assert other.estimate == pytest.approx(one.estimate, rel=1e-7, abs=1e-9)
    assert other.se == pytest.approx(one.se, rel=1e-7)
    none = np.zeros(40, dtype=np.intp)
    twice = make_sample(np.full(40, 2), none, [], [], lonely="adjust")
    rows = np.repeat(np.arange(40), 2)
    counted = fit(y, matrix.x, matrix.names, weight, twice)
    spelled = fit(y[rows], matrix.x[rows], matrix.names, weight[rows], row_sample(80))
    assert counted.se == pytest.approx(spelled.se, rel=1e-9)
    assert (counted.n, counted.df_resid) == (spelled.n, spelled.df_resid) == (80, 76)


@given(st.floats(-50, 50), st.floats(0.1, 50))
def test_another_unit_of_the_answer_scales_the_slopes(shift, factor):
    y, matrix, weight = small()
    one = fit_linear(y, matrix.x, matrix.names, weight, row_sample(40))
    other = fit_linear(shift + factor * y, matrix.x, matrix.names, weight, row_sample(40))
    assert other.estimate[1:] == pytest.approx(factor * one.estimate[1:], rel=1e-7)
    assert other.se == pytest.approx(factor * one.se, rel=1e-7)
