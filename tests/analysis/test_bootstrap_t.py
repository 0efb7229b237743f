"""The bootstrap-t interval: by hand on a small sample, and what holds whatever the answers."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import TOTAL, Design, Survey
from analysis.results import Flag
from analysis.studentised import bootstrap_t

SCALE = (1, 10)


def cells_of(columns, design=None, *, by=(), scale=None):
    return Survey(columns, design or Design()).cells("y", by=by, scale=scale)


def amounts(size, seed=1):
    return np.random.default_rng(seed).lognormal(size=size).tolist()


def ends_by_hand(y, draws, *, replicates, seed, confidence=0.95):
    """The interval of Efron & Tibshirani (1993), §12.5, written out answer by answer."""
    y, n = np.asarray(y, dtype=float), len(y)
    answers, number = np.unique(y, return_counts=True)  # the cells
    rng = np.random.default_rng(seed)
    t = []
    for counts in rng.multinomial(draws, number / n, size=replicates):
        drawn = np.repeat(answers, counts)
        t.append((drawn.mean() - y.mean()) / (drawn.std(ddof=1) / math.sqrt(draws)))
    t = np.sort(t)
    rank = round((replicates + 1) * (1 - confidence) / 2)
    se = y.std(ddof=1) / math.sqrt(n)
    return y.mean() - t[-rank] * se, y.mean() - t[rank - 1] * se


@pytest.mark.parametrize(("confidence", "replicates"), [(0.95, 999), (0.9, 199)])
@pytest.mark.parametrize("y", [amounts(20), [1, 3, *[5] * 3, *[7] * 8, *[8] * 7]])
def test_a_simple_sample_is_as_in_the_book(y, confidence, replicates):
    found = bootstrap_t(cells_of({"y": y}), replicates=replicates, seed=5, confidence=confidence)
    expected = ends_by_hand(y, 19, replicates=replicates, seed=5, confidence=confidence)
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-9)
    assert found.value == pytest.approx(np.mean(y))
    assert found.se == pytest.approx(np.std(y, ddof=1) / math.sqrt(20))


def test_skewed_answers_reach_further_up():
    found = bootstrap_t(cells_of({"y": amounts(40)}), seed=1)
    assert found.high - found.value > 1.3 * (found.value - found.low)


def test_many_answers_give_the_interval_of_student():
    y = np.random.default_rng(2).normal(7, 1.5, 400).tolist()
    survey = Survey({"y": y, "h": ["a", "b"] * 200}, Design(strata="h"))
    row = survey.mean("y").total()
    found = bootstrap_t(survey.cells("y"), replicates=3999, seed=1)
    assert found.low == pytest.approx(row.low, abs=0.15 * row.se)
    assert found.high == pytest.approx(row.high, abs=0.15 * row.se)


ROWS = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.integers(1, 10)),
    min_size=2,
    max_size=25,
)


@given(ROWS, st.booleans())
@settings(max_examples=50, deadline=None)
def test_on_a_scale_the_interval_stays_within(rows, clustered):
    columns = dict(zip(("g", "c", "y"), map(list, zip(*rows, strict=True)), strict=True))
    design = Design(clusters="c" if clustered else None)
    cells = cells_of(columns, design, by="g", scale=SCALE)
    for key in (*cells.domains, TOTAL):
        row = bootstrap_t(cells, key, replicates=99, seed=1)
        if row.flag is Flag.OK:
            assert 1 <= row.low <= row.high <= 10
        else:
            assert (row.low, row.high) == (None, None)


@given(ROWS, st.floats(0.1, 10))
@settings(max_examples=40, deadline=None)
def test_the_scale_of_the_weights_changes_nothing(rows, times):
    y = [mark for _, _, mark in rows] * 3
    scaled = cells_of({"y": y, "w": [times] * len(y)}, Design(weights="w"))
    plain = cells_of({"y": y})
    one, other = (bootstrap_t(cells, replicates=99, seed=1) for cells in (scaled, plain))
    if one.flag is Flag.OK:
        assert (one.low, one.high) == pytest.approx((other.low, other.high), rel=1e-6)


def test_clusters_are_drawn_whole():
    """Six clusters of three equal answers say as much as six answers."""
    y = amounts(6, seed=3)
    columns = {"y": np.repeat(sorted(y), 3).tolist(), "c": np.repeat(range(6), 3).tolist()}
    clustered = bootstrap_t(cells_of(columns, Design(clusters="c")), seed=1, confidence=0.8)
    single = bootstrap_t(cells_of({"y": y}), seed=1, confidence=0.8)
    assert (clustered.low, clustered.high) == pytest.approx((single.low, single.high), rel=1e-9)
    assert clustered.df == single.df == 5


def test_the_finite_population_narrows_the_interval():
    columns = {"y": amounts(30), "N": [40] * 30}
    free = bootstrap_t(cells_of(columns), seed=1)
    near = bootstrap_t(cells_of(columns, Design(fpc="N")), seed=1)
    # Both the errors and the distances of the resamples shrink by sqrt(1 - 30 / 40).
    assert near.high - near.low == pytest.approx((free.high - free.low) / 2, rel=0.1)


def test_a_stratum_with_a_single_unit_stays_as_it_is():
    columns = {"h": ["a"] * 12 + ["b"], "y": [*amounts(12), 2.0]}
    found = bootstrap_t(cells_of(columns, Design(strata="h", lonely="certainty")), seed=1)
    assert found.low < found.value < found.high


def test_too_few_units_give_no_interval_without_a_scale():
    columns = {"y": [6, 8, 9, 7], "c": [1, 1, 2, 2]}
    row = bootstrap_t(cells_of(columns, Design(clusters="c")), seed=1)
    assert (row.low, row.high, row.flag) == (None, None, Flag.NO_MARGIN)
    assert "too few units" in row.reason
    bounded = bootstrap_t(cells_of(columns, Design(clusters="c"), scale=SCALE), seed=1)
    assert (bounded.low, bounded.high) == (1, 10)


@pytest.mark.parametrize(
    ("y", "flag"), [([7], Flag.NO_MARGIN), ([7, 7, 7], Flag.SAME), ([None, None], Flag.EMPTY)]
)
def test_what_has_no_margin_keeps_its_flag(y, flag):
    row = bootstrap_t(cells_of({"y": ["" if one is None else one for one in y]}), seed=1)
    assert (row.flag, row.low, row.high) == (flag, None, None)


def test_a_wave_has_its_own_interval():
    columns = {"y": [*amounts(12), *amounts(15, 2)], "wave": ["1"] * 12 + ["2"] * 15}
    both = cells_of(columns, Design(wave="wave"))
    second = bootstrap_t(cells_of({"y": columns["y"][12:]}), seed=4)
    found = bootstrap_t(both, wave="2", seed=4)
    assert (found.low, found.high) == (second.low, second.high)
    with pytest.raises(ValueError, match="which wave; waves: 1, 2"):
        bootstrap_t(both, seed=4)


def test_the_seed_decides_the_draws():
    cells = cells_of({"y": amounts(12)})
    one, same, other = (bootstrap_t(cells, replicates=99, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one.low != other.low


def test_a_domain_is_no_subset():
    """Units without an answer in the domain are drawn too."""
    columns = {"y": amounts(40), "g": ["a", "b"] * 20, "c": [i % 20 for i in range(40)]}
    cells = cells_of(columns, Design(clusters="c"), by="g")
    row = bootstrap_t(cells, "a", seed=1)
    assert row.low < row.value < row.high
    assert row.df == 9


def test_options_are_checked():
    cells = cells_of({"y": [1, 2, 4]})
    with pytest.raises(ValueError, match="replicates must be at least 39, got 38"):
        bootstrap_t(cells, replicates=38, seed=1)
    with pytest.raises(ValueError, match="confidence must be between 0 and 1, got 1"):
        bootstrap_t(cells, seed=1, confidence=1)
    with pytest.raises(ValueError, match="got adjusted ones"):
        bootstrap_t(replace(cells, adjusted=True), seed=1)
