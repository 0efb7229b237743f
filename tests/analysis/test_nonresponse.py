"""Weighting classes and early against late: by hand, against R's Welch, and what always holds."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Design, Survey
from analysis.late_answers import early_late
from analysis.propensity_classes import propensity_classes, weighting_classes
from analysis.response_model import fit_response
from analysis.results import Flag


def sample(seed, n, *, effect=0.6):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 4, n), rng.integers(0, 3, n)
    rho = 1 / (1 + np.exp(-(-0.4 + effect * (a - 1.5) / 1.5 + effect / 2 * (b - 1))))
    responded = (rng.random(n) < rho).astype(int)
    return responded, {"a": [f"a{i}" for i in a], "b": [f"b{i}" for i in b]}


def test_propensity_classes_by_hand():
    rho = [0.1, 0.2, 0.3, 0.4]
    assert propensity_classes(rho, classes=2) == ["01", "01", "02", "02"]
    # half of the weight lies below the last: it stands alone, the others share the first
    assert propensity_classes(rho, classes=2, weights=[1, 1, 1, 3]) == ["01", "01", "01", "02"]
    assert propensity_classes([0.3, 0.3, 0.3], classes=5) == ["01"] * 3


def test_weighting_classes_by_hand():
    found = weighting_classes(
        [1, 1, 0, 1, 0, 0], list("aaabbb"), values=[6, 8, None, 9, None, None]
    )
    assert found.weights.tolist() == pytest.approx([1.5, 1.5, 0, 3, 0, 0])
    assert (found.mean_before, found.mean_after) == pytest.approx((23 / 3, 8.0))
    assert found.shift == pytest.approx(1 / 3)
    assert found.kish_before == 1
    assert found.kish_after == pytest.approx(3 * (2.25 + 2.25 + 9) / 36)
    assert found.n_effective == pytest.approx(3 / found.kish_after)
    assert [(row.asked, row.answered) for row in found.classes] == [(3, 2), (3, 1)]


@given(st.integers(0, 10**6), st.integers(1, 8))
@settings(max_examples=30, deadline=None)
def test_respondents_stand_for_all_who_were_asked(seed, classes):
    responded, variables = sample(seed, 300)
    rng = np.random.default_rng(seed)
    weights = rng.uniform(1, 3, 300)
    model = fit_response(responded, variables, weights=weights)
    labels = propensity_classes(model.propensity, classes=classes, weights=weights)
    assert len(set(labels)) <= classes
    # a class holds no propensity above one of the next, and equal ones stay together
    rho = np.round(model.propensity, 12)
    pairs = sorted(zip(rho.tolist(), labels, strict=True))
    assert [label for _, label in pairs] == sorted(labels)
    assert len(dict(pairs)) == len(set(pairs))
    found = weighting_classes(responded, labels, weights=weights, values=rng.normal(7, 1, 300))
    for row in found.classes:
        inside = np.asarray(labels) == row.label
        assert found.weights[inside].sum() == pytest.approx(weights[inside].sum())
    assert found.kish_after >= 1 - 1e-12
    assert (found.weights > 0).tolist() == [r == 1 for r in responded]
    if classes == 1:
        assert found.shift == pytest.approx(0, abs=1e-12)


def test_weighting_brings_the_mean_nearer_to_that_of_all():
    responded, variables = sample(11, 6000, effect=1.0)
    y = [7 + 0.5 * int(level[1]) for level in variables["a"]]
    model = fit_response(responded, variables)
    found = weighting_classes(responded, propensity_classes(model.propensity), values=y)
    assert found.mean_before > np.mean(y) + 0.05
    assert found.mean_after == pytest.approx(np.mean(y), abs=0.03)


def test_a_class_without_respondents_is_a_reason():
    found = weighting_classes([1, 0], ["a", "b"])
    assert (found.weights, found.flag) == (None, Flag.EMPTY)
    assert "nobody answered in class 'b'" in found.reason


def test_bad_classes_are_named():
    with pytest.raises(ValueError, match="classes must be 1 to 99, got 0"):
        propensity_classes([0.5], classes=0)
    with pytest.raises(ValueError, match="propensity must be between 0 and 1"):
        propensity_classes([1.5])
    with pytest.raises(ValueError, match="values must have 2 entries"):
        weighting_classes([1, 0], ["a", "a"], values=[7])


def test_late_less_early_equals_welch():
    """R: ``t.test(y[late == 1], y[late == 0])``."""
    from scipy import stats

    rng = np.random.default_rng(4)
    y, late = rng.normal(7, 1.5, 60).round(), (rng.random(60) < 0.3).astype(int)
    y[late == 1] -= 0.5
    found = early_late([*y, None], [*late, 1])
    test = stats.ttest_ind(y[late == 1], y[late == 0], equal_var=False)
    ends = test.confidence_interval(0.95)
    assert (found.p, found.df) == pytest.approx((test.pvalue, test.df), rel=1e-9)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), rel=1e-9)
    assert found.n == ((late == 0).sum(), (late == 1).sum())
    assert found.value == pytest.approx(found.late - found.early)


def test_late_less_early_in_a_design_equals_the_contrast_of_two_domains():
    # R: svycontrast(svyby(~y, ~late, svydesign(~c, strata = ~s, weights = ~w, nest = TRUE), …))
    rng = np.random.default_rng(6)
    cluster = rng.integers(0, 24, 200)
    columns = {
        "c": [f"c{i}" for i in cluster],
        "s": [f"s{i % 3}" for i in cluster],
        "w": rng.uniform(1, 3, 200).tolist(),
        "y": rng.integers(1, 11, 200).tolist(),
        "late": [f"{i}" for i in rng.integers(0, 2, 200)],
    }
    design = Design(strata="s", clusters="c", weights="w")
    means = Survey(columns, design).mean("y", by="late")
    v = means.covariance[""]
    found = early_late(
        columns["y"],
        [int(i) for i in columns["late"]],
        weights=columns["w"],
        strata=columns["s"],
        clusters=columns["c"],
    )
    assert found.value == pytest.approx(means.row("1").value - means.row("0").value, rel=1e-12)
    assert found.se == pytest.approx(math.sqrt(v[0, 0] + v[1, 1] - 2 * v[0, 1]), rel=1e-9)
    assert 0 < found.df <= means.row("0").df + means.row("1").df


@given(st.lists(st.tuples(st.integers(1, 10), st.booleans()), min_size=8, max_size=40))
@settings(deadline=None)
def test_swapping_early_and_late_flips_the_sign(rows):
    y, late = [float(a) for a, _ in rows], [int(b) for _, b in rows]
    one, two = early_late(y, late), early_late(y, [1 - b for b in late])
    assert one.flag is two.flag
    if one.flag is Flag.OK:
        assert (two.value, two.low) == pytest.approx((-one.value, -one.high))
        assert (two.se, two.p, two.df) == pytest.approx((one.se, one.p, one.df))


@pytest.mark.parametrize(
    ("values", "late", "reason"),
    [
        ([7, 8, None], [0, 0, 1], "no answers of one of the two groups"),
        ([7, 8, 9], [0, 0, 1], "no degrees of freedom"),
        ([7, 7, 9, 9], [0, 0, 1, 1], "all answers are the same"),
    ],
)
def test_no_margin_of_late_less_early_has_a_reason(values, late, reason):
    found = early_late(values, late)
    assert (found.se, found.p) == (None, None)
    assert reason in found.reason
    assert found.flag is not Flag.OK


def test_bad_values_are_named():
    with pytest.raises(ValueError, match="value of row 2 must be finite"):
        early_late([7, math.inf], [0, 1])
    with pytest.raises(ValueError, match="confidence must be between 0 and 1"):
        early_late([7, 8], [0, 1], confidence=1)
