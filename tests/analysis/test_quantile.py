"""Intervals of quantiles on a grid of marks: none without width because a share is 1."""

import numpy as np
import pytest
from scipy.stats import t as student

from analysis import Design, Survey


def median(marks, p=0.5, **options):
    return Survey({"mark": list(marks)}, Design()).quantile("mark", p, **options).total()


@pytest.mark.parametrize("centre", ["p", "estimate"])
def test_a_median_at_the_highest_answer_is_not_certain(centre):
    # By hand: 8/17 is below 1, its SE is sqrt(8/17 9/17 / 16) = 0.1248; t(16) = 2.12.
    row = median([1] * 9 + [0] * 8, centre=centre)
    assert (row.value, row.low, row.high) == (1, 0, 1)
    assert row.se == pytest.approx(1 / (2 * student.ppf(0.975, 16)), rel=1e-9)
    assert (row.flag, row.reason) == ("ok", "")


@pytest.mark.parametrize("centre", ["p", "estimate"])
def test_a_median_beyond_doubt_stays_on_its_mark(centre):
    row = median([1] * 95 + [0] * 5, centre=centre)
    assert (row.value, row.low, row.high) == (1, 1, 1)


def test_one_answer_above_it_does_not_make_it_certain():
    # Share at or below 1: 0.9995, with an SE of nearly 0; below it: 0.49, with one of 0.011.
    row = median([1] * 1019 + [0] * 980 + [2])
    assert (row.value, row.low, row.high) == (1, 0, 1)


def test_turned_round_it_is_the_same_but_for_the_mark_in_the_middle():
    # The lowest answer has no share below it: that at it tells.
    row = median([0] * 9 + [1] * 8)
    assert (row.value, row.low, row.high) == (0, 0, 1)


def test_its_account_says_which_share_it_rests_on():
    marks = {"top": [1] * 9 + [0] * 8, "larger": [1] * 1019 + [0] * 980 + [2], "own": [0, 0, 1]}
    told = {
        name: Survey({"mark": given}, Design()).quantile("mark").explain()
        for name, given in marks.items()
    }
    text = {name: " ".join(account.split()) for name, account in told.items()}
    assert "of answers below the quantile: no answer is above the quantile." in text["top"]
    assert "of answers below the quantile: it is the larger of the two." in text["larger"]
    assert "of answers at or below the quantile." in text["own"]
    assert all("differ" not in account for account in text.values())


def test_the_interval_of_a_median_covers():
    # 30 answers, 10 % at 8, 45 % at 9 and at 10: with the SE of the share at or below the estimate
    # alone, the interval of 100 samples held the median of the population in 73.
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(300):
        row = median(rng.choice([8, 9, 10], size=30, p=[0.1, 0.45, 0.45]))
        held += row.low <= 9 <= row.high
    assert held / 300 > 0.95
