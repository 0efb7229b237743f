"""R-indicators: equal to the oracle, their errors to the published formula and the jackknife."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.r_indicator import representativity
from analysis.response_model import fit_response
from analysis.results import Flag

REFERENCE = Path(__file__).parents[1] / "reference"
EXPECTED = json.loads((REFERENCE / "misc_expected.json").read_text())["nonresponse"]
TINY = {"Diemen", "Blaricum", "Laren", "Wijdemeren"}
WAVES = pytest.mark.parametrize("expected", EXPECTED, ids=lambda wave: str(wave["wave"]))


@pytest.fixture(scope="module")
def gross():
    with (REFERENCE / "gross_sample.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {wave["wave"]: [r for r in rows if r["wave"] == str(wave["wave"])] for wave in EXPECTED}


def column(rows, name):
    return [row[name] for row in rows]


@pytest.fixture(scope="module")
def asked(gross):
    """Give everyone who was asked and eligible, as the columns of the model."""

    def columns(wave):
        rows = [row for row in gross[wave] if row["disposition"] != "NE"]
        merged = ["klein" if row["gemeente"] in TINY else row["gemeente"] for row in rows]
        names = ("woningtype", "leeftijd")
        variables = {"gemeente_r": merged, **{name: column(rows, name) for name in names}}
        weights = [float(w) for w in column(rows, "d_weight")]
        return [int(row["responded"]) for row in rows], variables, weights, rows

    return columns


@WAVES
def test_the_r_indicator_equals_the_oracle(asked, expected):
    # R: glm(responded ~ gemeente_r + woningtype + leeftijd, quasibinomial(), s, weights = dn)
    wanted = expected["r_indicator"]
    responded, variables, weights, _ = asked(expected["wave"])
    model = fit_response(responded, variables, weights=weights)
    fitted = dict(zip(model.terms, model.coefficients.tolist(), strict=True))
    assert fitted == pytest.approx(wanted["coef"], rel=1e-7)
    found = representativity(model)
    assert found.n == wanted["n"]
    for name, number in (
        ("mean_propensity", wanted["mean_propensity"]),
        ("sd_propensity", wanted["sd_propensity"]),
        ("r", wanted["R"]),
        ("cv", wanted["cv"]),
        ("cv", wanted["max_abs_bias_standardised"]),
    ):
        assert getattr(found, name) == pytest.approx(number, rel=1e-9), name
    values = {row.variable: row.value for row in found.variables}
    assert values == pytest.approx(wanted["partial_unconditional"], rel=1e-9)
    for variable, levels in wanted["partial_unconditional_category"].items():
        (row,) = (row for row in found.variables if row.variable == variable)
        assert {x.level: x.value for x in row.levels} == pytest.approx(levels, rel=1e-9, abs=1e-12)


def test_a_household_asked_twice_is_one_unit(asked):
    """Two equal rows of half the weight in one cluster say no more than the one row did."""
    responded, variables, weights, rows = asked(2022)
    strata = column(rows, "stratum")
    one = representativity(fit_response(responded, variables, weights=weights, strata=strata))
    two = representativity(
        fit_response(
            responded * 2,
            {name: levels * 2 for name, levels in variables.items()},
            weights=[w / 2 for w in weights * 2],
            strata=strata * 2,
            clusters=[str(i) for i in range(len(rows))] * 2,
        )
    )
    assert (two.r, two.se, two.r_adjusted) == pytest.approx((one.r, one.se, one.r_adjusted))
    assert [row.se for row in two.variables] == pytest.approx([row.se for row in one.variables])


def sample(seed, n, *, effect=0.6):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 4, n), rng.integers(0, 3, n)
    rho = 1 / (1 + np.exp(-(-0.4 + effect * (a - 1.5) / 1.5 + effect / 2 * (b - 1))))
    responded = (rng.random(n) < rho).astype(int)
    return responded, {"a": [f"a{i}" for i in a], "b": [f"b{i}" for i in b]}


def test_the_model_equals_statsmodels_with_its_robust_covariance():
    # R: vcov(svyglm(responded ~ a + b, svydesign(~1, weights = ~w), quasibinomial()))
    import statsmodels.api as sm

    responded, variables = sample(1, 800)
    weights = np.random.default_rng(2).uniform(0.5, 4, 800)
    model = fit_response(responded, variables, weights=weights)
    fit = sm.GLM(responded, model.design, family=sm.families.Binomial(), freq_weights=weights).fit(
        tol=1e-14
    )
    assert model.coefficients == pytest.approx(fit.params, rel=1e-9)
    scores = (weights * (responded - fit.fittedvalues))[:, None] * model.design
    bread = np.linalg.inv(model.information)
    robust = 800 / 799 * bread @ (scores.T @ scores) @ bread
    assert model.covariance == pytest.approx(robust, rel=1e-6)


@pytest.mark.parametrize("seed", [151, 258, 404])
def test_very_unequal_weights_still_reach_the_maximum(seed):
    """Newton's full steps overshoot on these; at the maximum every level's rate is met."""
    rng = np.random.default_rng(seed)
    sizes = [range(rng.integers(2, 4)) for _ in range(rng.integers(2, 5))]
    codes = np.array(np.meshgrid(*sizes)).reshape(len(sizes), -1).T
    asked = rng.choice([1e-3, 1, 50, 1e4], len(codes))
    share = rng.choice([0.001, 0.5, 0.999], len(codes))
    model = fit_response(
        [1] * len(codes) + [0] * len(codes),
        {f"v{i}": [str(c) for c in column] * 2 for i, column in enumerate(codes.T)},
        weights=np.r_[asked * share, asked * (1 - share)],
    )
    score = model.design.T @ (model.weights * (model.responded - model.propensity))
    assert np.abs(score).max() < 1e-12 * asked.sum()


def test_the_errors_of_the_levels_equal_a_delta_method_by_difference():
    """Numerical derivatives of sqrt(p_k) (r_k - r) to the means of 1_k, 1_k r and r."""
    responded, variables = sample(8, 400, effect=1.5)
    model = fit_response(responded, {"a": variables["a"]})
    (found,) = representativity(model).variables
    for level in found.levels:
        member = np.asarray(variables["a"]) == level.level
        parts = np.column_stack([member, member * responded, responded]).astype(float)
        means, step = parts.mean(axis=0), 1e-6

        def value(m):
            return math.sqrt(m[0]) * (m[1] / m[0] - m[2])

        slope = [(value(means + e) - value(means - e)) / (2 * step) for e in step * np.eye(3)]
        variance = slope @ np.cov(parts.T) @ slope / 400
        assert level.value == pytest.approx(value(means), rel=1e-9)
        assert level.se == pytest.approx(math.sqrt(variance), rel=1e-6)


def test_the_standard_error_equals_the_published_formula_and_the_jackknife():
    # Shlomo, Skinner & Schouten (2012), §4: 4 A'VA + 2 tr(BVBV) + var of the squares, over S²
    responded, variables = sample(3, 1500)
    model = fit_response(responded, variables)
    found = representativity(model)
    rho, x = model.propensity, model.design
    z = (rho * (1 - rho))[:, None] * x
    v, square = np.linalg.inv(model.information), (rho - rho.mean()) ** 2
    a = (rho - rho.mean()) @ z / 1500
    b = np.cov(z.T, bias=True) @ v
    of_square = 4 * a @ v @ a + 2 * np.trace(b @ b) + square.var() / 1500
    assert found.se == pytest.approx(math.sqrt(of_square / square.mean()), rel=0.03)

    group = np.arange(1500) % 50
    without = [
        representativity(
            fit_response(
                responded[group != g],
                {name: np.asarray(c)[group != g].tolist() for name, c in variables.items()},
            )
        )
        for g in range(50)
    ]
    spread = np.array(
        [[w.r, w.variables[0].value, w.variables[0].levels[0].value] for w in without]
    )
    jackknife = np.sqrt(49 / 50 * np.sum((spread - spread.mean(axis=0)) ** 2, axis=0))
    first = found.variables[0]
    assert (found.se, first.se, first.levels[0].se) == pytest.approx(jackknife, rel=0.25)


def test_the_bias_is_taken_off():
    # 120 samples of 300; the indicator itself is too low by what the fitted noise adds.
    truth = representativity(fit_response(*sample(0, 200_000, effect=1.0))).r
    runs = [representativity(fit_response(*sample(seed, 300, effect=1.0))) for seed in range(120)]
    assert np.mean([run.r for run in runs]) < truth - 0.01
    assert np.mean([run.r_adjusted for run in runs]) == pytest.approx(truth, abs=0.01)


@given(st.integers(0, 10**6), st.floats(0.1, 50))
@settings(max_examples=20, deadline=None)
def test_order_and_a_scale_of_the_weights_change_nothing(seed, scale):
    responded, variables = sample(seed, 200)
    weights = np.random.default_rng(seed).uniform(5, 9, 200)
    one = representativity(fit_response(responded, variables, weights=weights))
    turned = {name: c[::-1] for name, c in reversed(variables.items())}
    two = representativity(fit_response(responded[::-1], turned, weights=weights[::-1]))
    assert two.r == pytest.approx(one.r, abs=1e-9)
    assert two.variables[1].value == pytest.approx(one.variables[0].value, abs=1e-9)
    if one.se is not None:
        assert two.se == pytest.approx(one.se, rel=1e-6)
    more = representativity(fit_response(responded, variables, weights=scale * weights))
    # only the "less 1" of the variance's divisor knows of the scale
    assert more.cv == pytest.approx(one.cv, rel=1e-2)
    assert 0 <= one.r <= 1
    for row in one.variables:
        values = [level.value for level in row.levels]
        assert row.value == pytest.approx(math.hypot(*values), rel=1e-9)
        assert sum(math.sqrt(x.share) * x.value for x in row.levels) == pytest.approx(0, abs=1e-9)


def test_a_level_in_which_everyone_answered_is_named_and_takes_the_margin_away():
    responded, variables = sample(5, 200)
    variables["a"][:3], responded[:3] = ["klein"] * 3, 1
    found = representativity(fit_response(responded, variables))
    assert found.flag is Flag.NO_MARGIN
    assert "everyone in a 'klein' answered" in found.reason
    assert (found.se, found.r_adjusted) == (None, None)
    assert 0 < found.r < 1
    (klein,) = (x for x in found.variables[0].levels if x.level == "klein")
    assert klein.propensity == pytest.approx(1)


@pytest.mark.parametrize(("answer", "who"), [(1, "everybody"), (0, "nobody")])
def test_nothing_to_compare_is_a_reason(answer, who):
    found = representativity(fit_response([answer] * 4, {"a": list("xxyy")}))
    assert (found.r, found.flag) == (None, Flag.EMPTY)
    assert who in found.reason


def test_equal_propensities_are_representative_without_a_margin():
    found = representativity(fit_response([1, 0, 1, 0], {"a": list("xxyy")}))
    assert found.r == pytest.approx(1)
    assert (found.se, found.flag) == (None, Flag.NO_MARGIN)
    assert "do not differ" in found.reason


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], {"a": ["x", "y"]}), "responded of row 2 must be 0 or 1, got 2"),
        (([], {"a": []}), "responded must have at least one row"),
        (([1, 0], {"a": ["x"]}), "a must have 2 labels"),
        (([1, 0], {}), "variables must name at least one column"),
        (([1, 0, 1, 0], {"a": list("xxyy"), "b": list("ppqq")}), "got 'bq', which the others"),
        (([1, 0], {"a": ["x", "y"]}, [1, 0]), "weight of row 2 must be above 0, got 0"),
        (([1, 0], {"a": ["x", "y"]}, [1, math.nan]), "weight of row 2 must be above 0, got nan"),
    ],
)
def test_bad_input_of_the_model_is_named(arguments, message):
    responded, variables, *weights = arguments
    with pytest.raises(ValueError, match=message):
        fit_response(responded, variables, weights=weights[0] if weights else None)
