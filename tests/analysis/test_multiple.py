"""Adjusted p-values: equal to R and to statsmodels."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from analysis.multiple import adjust

REFERENCE = Path(__file__).parents[1] / "reference"
EXPECTED = json.loads((REFERENCE / "misc_expected.json").read_text())["p_adjust"]
METHODS = ["holm", "bh", "none"]
FAMILIES = st.lists(st.floats(0, 1), max_size=30)


@pytest.mark.parametrize(
    ("method", "r"),
    [(name, name) for name in ("holm", "none", "bonferroni", "hochberg", "hommel")]
    + [("bh", "BH"), ("by", "BY")],
)
def test_adjustments_equal_r(method, r):
    # As p.adjust(raw, r) in R
    assert adjust(EXPECTED["raw"], method=method) == pytest.approx(EXPECTED[r], rel=1e-12)
    backwards = adjust(EXPECTED["raw"][::-1], method=method)
    assert backwards == pytest.approx(EXPECTED[r][::-1], rel=1e-12)


@pytest.mark.parametrize(("method", "name"), [("holm", "holm"), ("bh", "fdr_bh")])
@settings(deadline=None)
@given(family=FAMILIES.filter(bool))
def test_adjustments_equal_statsmodels(method, name, family):
    expected = multipletests(family, method=name)[1].tolist()
    assert adjust(family, method=method) == pytest.approx(expected, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None)
@given(family=FAMILIES)
def test_an_adjustment_raises_p_keeps_the_order_and_stays_below_one(method, family):
    adjusted = adjust(family, method=method)
    assert len(adjusted) == len(family)
    assert all(p <= q <= 1 for p, q in zip(family, adjusted, strict=True))
    by_p = [q for _, q in sorted(zip(family, adjusted, strict=True))]
    assert by_p == sorted(adjusted)


@settings(deadline=None)
@given(family=FAMILIES, data=st.data())
def test_a_smaller_p_never_gives_a_larger_adjusted_one(family, data):
    smaller = [data.draw(st.floats(0, p)) for p in family]
    for method in METHODS:
        pairs = zip(adjust(smaller, method=method), adjust(family, method=method), strict=True)
        assert all(less <= more * (1 + 1e-12) for less, more in pairs)


@settings(deadline=None)
@given(family=FAMILIES)
def test_holm_is_never_bolder_than_benjamini_hochberg(family):
    pairs = zip(adjust(family, method="bh"), adjust(family, method="holm"), strict=True)
    assert all(bh <= holm * (1 + 1e-12) for bh, holm in pairs)


@pytest.mark.parametrize("method", METHODS)
def test_a_family_of_none_and_of_one_is_as_it_was(method):
    assert adjust([], method=method) == []
    assert adjust((0.03,), method=method) == [0.03]


def test_holm_is_the_default():
    assert adjust([0.01, 0.04]) == [0.02, 0.04]


@pytest.mark.parametrize(
    ("family", "method", "message"),
    [
        ([0.1], "sidak", "adjust must be one of holm, bh, none, .*got 'sidak'"),
        ([0.1, 1.2], "holm", "p-values must be between 0 and 1, got 1.2"),
        ([math.nan], "none", "p-values must be between 0 and 1, got nan"),
    ],
)
def test_what_is_no_family_is_refused(family, method, message):
    with pytest.raises(ValueError, match=message):
        adjust(family, method=method)
