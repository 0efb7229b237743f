"""Trimming: what R's repetition ends in, and what holds whatever the weights."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.trimming import trim


def once(weights, low, high):
    """Trim one row for each answer once, as ``survey::trimWeights`` is documented to do."""
    outside = (weights < low) | (weights > high)
    new = np.clip(weights, low, high)
    if outside.any() and not outside.all():
        new[~outside] += (weights - new).sum() / (~outside).sum()
    return new


def test_one_pass_by_hand():
    # 10 is 4 too much: the other four answers get 1 each, which pushes the 6 over.
    weights, n = np.array([1.0, 2.0, 6.0, 10.0]), np.array([1, 2, 1, 1])
    assert trim(weights, n, high=6, strict=False).tolist() == [2.0, 3.0, 7.0, 6.0]


def test_strict_goes_on_until_none_is_outside():
    # The 1 too much of the third answer goes to the first three: 1/3 each.
    weights, n = np.array([1.0, 2.0, 6.0, 10.0]), np.array([1, 2, 1, 1])
    found = trim(weights, n, high=6)
    assert found == pytest.approx([2 + 1 / 3, 3 + 1 / 3, 6, 6], rel=1e-12)


def test_low_weights_are_raised_at_the_cost_of_the_others():
    weights, n = np.array([0.0, 2.0, 4.0]), np.array([1, 1, 1])
    assert trim(weights, n, low=1).tolist() == [1.0, 1.5, 3.5]


def test_where_all_are_outside_those_with_room_share():
    # R: NaN, there is no weight inside to spread over.
    assert trim(np.array([1.0, 10.0]), np.array([1, 1]), low=4, high=6).tolist() == [5.0, 6.0]


def test_weights_inside_the_limits_and_cells_without_answers_are_left_alone():
    weights = np.array([2.0, 3.0, 50.0])
    assert trim(weights, np.array([1, 4, 0]), low=1, high=5).tolist() == [2.0, 3.0, 50.0]
    assert trim(weights, np.array([0, 0, 0]), high=5).tolist() == [2.0, 3.0, 50.0]


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({}, "must have a limit"),
        ({"low": 3, "high": 2}, "low must be at most high, got 3 and 2"),
        ({"low": 2.5}, r"low must be at most the mean weight of 2 .* got 2\.5"),
        ({"high": 1.5}, r"high must be at least the mean weight of 2 .* got 1\.5"),
        ({"high": float("nan")}, "high must be a number or None, got nan"),
    ],
)
def test_impossible_limits_are_refused(limits, message):
    with pytest.raises(ValueError, match=message):
        trim(np.array([1.0, 3.0]), np.array([1, 1]), **limits)


def test_weights_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="weights must be numbers"):
        trim(np.array([1.0, np.nan]), np.array([1, 1]), high=3)


weights_of_answers = st.lists(st.floats(0.01, 100), min_size=3, max_size=20).map(np.array)


@given(weights_of_answers, st.floats(0, 0.95), st.floats(1.05, 4))
@settings(max_examples=150)
def test_strict_trimming_is_the_end_of_repeated_trimming(weights, down, up):
    # R: trimWeights(strict = TRUE) repeats itself until no weight is outside.
    low, high = down * weights.mean(), up * weights.mean()
    found = trim(weights, np.ones(len(weights), dtype=np.int64), low=low, high=high)
    assert found.sum() == pytest.approx(weights.sum(), rel=1e-12)
    assert found.min() >= low
    assert found.max() <= high
    repeated = weights
    for _ in range(2000):
        repeated = once(repeated, low, high)
    if repeated.sum() == pytest.approx(weights.sum(), rel=1e-12):
        assert found == pytest.approx(repeated, rel=1e-9)


@given(weights_of_answers, st.floats(1.05, 4))
@settings(max_examples=60)
def test_counted_cells_trim_as_their_rows_do(weights, up):
    n = np.arange(len(weights)) % 3 + 1
    rows = np.repeat(weights, n)
    high = up * rows.mean()
    found = trim(weights, n, high=high)
    by_row = trim(rows, np.ones(len(rows), dtype=np.int64), high=high)
    assert np.repeat(found, n) == pytest.approx(by_row, rel=1e-10)
