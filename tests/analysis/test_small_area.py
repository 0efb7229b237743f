"""Fay–Herriot: equal to R ``sae`` 1.3, and what holds whatever the areas."""

import csv
import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.results import Flag
from analysis.small_area import fay_herriot, smoothed_variances
from analysis.small_area_results import MODEL_BASED, Basis

REFERENCE = Path(__file__).parents[1] / "reference"
EXPECTED = json.loads((REFERENCE / "misc_expected.json").read_text())["fay_herriot"]

# The milk data belong to the R package sae and are not copied.
BESIDE = Path(__file__).parents[3] / "shared" / "oracle" / "open"

METHODS = ("REML", "ML", "FH")


def rows(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def compare(found, expected):
    fitted = [row for row in found.rows if row.basis is Basis.DIRECT_AND_MODEL]
    for numbers, name in (
        ([row.value for row in fitted], "eblup"),
        ([row.mse for row in fitted], "mse"),
        ([row.gamma for row in fitted], "gamma"),
        ([c.value for c in found.coefficients], "beta"),
        ([c.se for c in found.coefficients], "beta_se"),
        ([found.model_variance], "A"),
        ([found.log_likelihood], "loglike"),
    ):
        wanted = expected[name]
        wanted = wanted if isinstance(wanted, list) else [wanted]
        assert numbers == pytest.approx(wanted, rel=1e-9), name


def of_wijken(variance, method):
    areas = rows(REFERENCE / "fh_wijk.csv")
    return fay_herriot(
        [float(a["direct"]) for a in areas],
        [math.sqrt(float(a[variance])) if a["in_fit"] == "1" else None for a in areas],
        {name: [float(a[name]) for a in areas] for name in ("flat", "oud")},
        areas=[a["wijk"] for a in areas],
        method=method,
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("column", "name"), [("vardir", "direct_variance"), ("vardir_smooth", "smoothed_variance")]
)
def test_equals_r_on_the_wijken(column, name, method):
    # R: mseFH(direct ~ flat + oud, v, method = method, MAXITER = 1000, PRECISION = 1e-14)
    compare(of_wijken(column, method), EXPECTED["wijk"][name][method])


def test_areas_outside_the_fit_are_synthetic_as_r_says():
    # R: X[out, ] %*% mseFH(…)$est$fit$estcoef$beta
    found, expected = of_wijken("vardir", "REML"), EXPECTED["wijk"]["out_of_fit"]
    for area, value in zip(expected["areas"], expected["synthetic_REML"], strict=True):
        row = found[area]
        assert row.value == pytest.approx(value, rel=1e-9)
        assert (row.gamma, row.basis, row.flag) == (0, Basis.MODEL_ONLY, Flag.NO_MARGIN)
        assert "synthetic" in row.reason
        assert row.mse > found.model_variance
    outside = [row.area for row in found.rows if row.basis is Basis.MODEL_ONLY]
    assert outside == expected["areas"]


@pytest.mark.parametrize("method", METHODS)
def test_equals_r_on_the_milk_beside_the_project(method):
    # R: data(milk); mseFH(yi ~ factor(MajorArea), SD^2, method = method)
    path = BESIDE / "data" / "milk.csv"
    if not path.exists():
        pytest.skip(f"the milk data of R's sae are not beside the project: {path}")
    areas = rows(path)
    found = fay_herriot(
        [float(a["yi"]) for a in areas],
        [float(a["SD"]) for a in areas],
        {f"major {m}": [float(a["MajorArea"] == m) for a in areas] for m in "234"},
        areas=[a["SmallArea"] for a in areas],
        method=method,
    )
    expected = json.loads((BESIDE / "misc_expected.json").read_text())
    compare(found, expected["fay_herriot"]["milk"][method])


def test_smoothed_variances_equal_the_column_of_the_oracle():
    # R: with(a[a$in_fit == 1, ], sum(vardir * n) / sum(in_fit)) / a$n
    areas = rows(REFERENCE / "fh_wijk.csv")
    found = smoothed_variances(
        [math.sqrt(float(a["vardir"])) if a["in_fit"] == "1" else None for a in areas],
        [int(a["n"]) for a in areas],
    )
    assert found == pytest.approx([float(a["vardir_smooth"]) for a in areas], rel=1e-9)


@st.composite
def problems(draw):
    """Draw areas with a covariate, well off from each other."""
    seed, m = draw(st.integers(0, 10**6)), draw(st.integers(6, 20))
    rng = np.random.default_rng(seed)
    x = rng.normal(size=m)
    se = rng.uniform(0.1, 0.8, m)
    between = draw(st.sampled_from([0.0, 0.1, 1.0]))
    y = 7 + 0.4 * x + rng.normal(size=m) * between + rng.normal(size=m) * se
    return y.tolist(), se.tolist(), x.tolist()


def run(y, se, x, **options):
    return fay_herriot(y, se, {"x": x}, areas=[f"a{i}" for i in range(len(y))], **options)


@given(problems(), st.sampled_from(METHODS))
@settings(max_examples=40, deadline=None)
def test_a_figure_lies_between_the_direct_and_the_synthetic(problem, method):
    found = run(*problem, method=method)
    assert found.clamped == (found.model_variance == 0)
    for row in found.rows:
        ends = sorted([row.direct, row.synthetic])
        assert ends[0] - 1e-9 <= row.value <= ends[1] + 1e-9
        assert 0 <= row.gamma < 1
        if found.clamped:
            assert row.value == pytest.approx(row.synthetic, rel=1e-12)
    by_se = sorted(found.rows, key=lambda row: row.se)
    assert all(a.gamma >= b.gamma for a, b in itertools.pairwise(by_se))


@given(problems(), st.sampled_from(METHODS), st.floats(0.01, 100), st.floats(-50, 50))
@settings(max_examples=30, deadline=None)
def test_another_scale_and_order_change_nothing(problem, method, scale, shift):
    y, se, x = problem
    one = run(y, se, x, method=method)
    y2 = [scale * value + shift for value in reversed(y)]
    two = run(y2, [scale * s for s in reversed(se)], list(reversed(x)), method=method)
    size = abs(shift) + scale * 10
    for a, b in zip(one.rows, reversed(two.rows), strict=True):
        assert b.value == pytest.approx(scale * a.value + shift, abs=1e-6 * size)
        if one.model_variance > 1e-6 and a.mse is not None:
            assert b.mse == pytest.approx(scale**2 * a.mse, rel=1e-4)


def restricted(a, y, se, x):
    """Write the restricted log-likelihood out with inverses and determinants."""
    v, design = np.diag(a + np.square(se)), np.column_stack([np.ones(len(x)), x])
    inner = design.T @ np.linalg.inv(v) @ design
    p = np.linalg.inv(v) - np.linalg.inv(v) @ design @ np.linalg.inv(inner) @ (
        design.T @ np.linalg.inv(v)
    )
    of_v, of_inner = np.linalg.slogdet(v)[1], np.linalg.slogdet(inner)[1]
    return -0.5 * (of_v + of_inner + np.asarray(y) @ p @ np.asarray(y))


@given(problems())
@settings(max_examples=30, deadline=None)
def test_no_other_variance_is_more_likely(problem):
    best = restricted(run(*problem).model_variance, *problem)
    for other in np.geomspace(1e-5, 20, 60):
        assert restricted(other, *problem) <= best + 1e-7


@pytest.mark.parametrize(
    ("y", "top"),
    [
        # Three precise areas that agree and three vague ones far apart: tops at 0 and near 40,
        # heights -14.79 and -14.71; and at 0 and near 33, heights -13.48 and -14.19.
        ([0.15, 0.2, 0.18, 13.15, 3.57, -12.08], 40.0),
        ([0.01, -0.01, 0.02, 6.94, -7.58, 14.21], 0.0),
    ],
)
def test_the_higher_of_two_tops_is_found(y, top):
    se = [0.1, 0.1, 0.1, 3.0, 3.0, 3.0]
    found = fay_herriot(y, se, {}, areas=list("abcdef"), method="ML")
    assert found.model_variance == pytest.approx(top, abs=0.2)
    assert found.clamped == (top == 0)


def test_an_area_without_a_direct_estimate_is_the_limit_of_a_very_vague_one():
    y, se, x = [7.1, 7.9, 7.4, 8.2, 6.8, 7.7], [0.2] * 6, [0, 1, 0.5, 1.2, -0.3, 0.7]
    limit = run([*y, 5.0], [*se, 1e6], [*x, 2.0])
    found = run([*y, None], [*se, None], [*x, 2.0])
    assert found["a6"].value == pytest.approx(limit["a6"].value, rel=1e-6)
    assert found["a6"].mse == pytest.approx(limit["a6"].mse, rel=1e-6)
    assert found["a6"].mse > max(row.mse for row in found.rows[:-1])


def test_a_variance_below_zero_is_clamped_and_said():
    y = [7.5, 7.51, 7.49, 7.5, 7.52, 7.48]
    found = fay_herriot(y, [0.5] * 6, {}, areas=list("abcdef"))
    assert (found.model_variance, found.clamped) == (0, True)
    assert all(row.value == pytest.approx(7.5) and row.gamma == 0 for row in found.rows)
    assert any("estimated as 0" in note for note in found.notes)
    # g1 = 0, g2 = v / m, 2 g3 = 4 / (m v⁻¹ …): Prasad & Rao at A = 0 with equal v
    assert found.rows[0].mse == pytest.approx(0.25 / 6 + 2 * (2 / (6 / 0.25**2)) / 0.25)


def test_an_error_that_is_not_above_zero_is_withheld():
    # The moment estimate's bias is larger than the rest of the error of the fourth area.
    y = [7.8093, 7.3528, 7.6972, 6.7608, 6.9091, 7.22]
    se = [0.6146, 0.389, 0.5515, 0.6769, 0.1464, 0.4768]
    x = [0.5621, 0.5602, -0.6225, -0.0098, 0.0005, 0.0574]
    found = run(y, se, x, method="FH")["a3"]
    assert found.value is not None
    assert (found.mse, found.rmse, found.cv, found.flag) == (None, None, None, Flag.NO_MARGIN)
    assert "not above 0" in found.reason


def test_the_label_goes_with_the_figures():
    assert of_wijken("vardir", "REML").label == MODEL_BASED
    assert "not survey estimates" in MODEL_BASED


def test_too_few_areas_give_a_reason_and_no_figure():
    found = fay_herriot([7.0, 8.0, None], [0.2, 0.3, None], {"x": [1, 2, 3]}, areas=list("abc"))
    assert found.model_variance is None
    assert {row.flag for row in found.rows} == {Flag.EMPTY}
    assert found["a"].value is None
    assert found["a"].direct == 7.0
    assert "needs 3 areas with a margin, there are 2" in found.rows[0].reason


GOOD = {"direct": [7.0, 7.5, 8.0, 7.2], "se": [0.2] * 4, "covariates": {"x": [1, 2, 3, 5]}}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"se": [0.2, 0.2, 0, 0.2]}, "se of 'c' must be above 0"),
        ({"se": [0.2, 0.2, float("nan"), 0.2]}, "se of 'c' must be above 0"),
        ({"direct": [7.0, float("inf"), 8.0, 7.2]}, "direct of 'b' must be a number"),
        ({"direct": [7.0]}, "direct must have 4 numbers"),
        ({"covariates": {"x": [1, 2, 3]}}, "covariate 'x' must have 4 numbers"),
        ({"covariates": {"x": [1, 2, float("nan"), 4]}}, "covariate 'x' of 'c' must be a number"),
        ({"covariates": {"x": [1, 1, 1, 1]}}, "covariate 'x' must add"),
        ({"covariates": {}, "intercept": False}, "at least one column"),
        ({"method": "OLS"}, "method must be"),
    ],
)
def test_bad_input_is_named(wrong, message):
    arguments = {**GOOD, **wrong}
    with pytest.raises(ValueError, match=message):
        fay_herriot(
            arguments.pop("direct"),
            arguments.pop("se"),
            arguments.pop("covariates"),
            areas=list("abcd"),
            **arguments,
        )


def test_smoothing_needs_a_standard_error():
    assert smoothed_variances([0.5, None, None], [4, 0, 2]) == (0.25, None, 0.5)
    with pytest.raises(ValueError, match="se must have a standard error"):
        smoothed_variances([None], [3])
