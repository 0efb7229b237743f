"""Power and detectable change: equal to R's power.t.test, and what holds whatever the plan."""

import json
import math
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.multiple import adjust
from analysis.power import answers_for_change, detectable_change, power, power_curve
from analysis.results import Flag
from analysis.wave_pair import WavePair

REFERENCE = Path(__file__).parents[1] / "reference"
EXPECTED = json.loads((REFERENCE / "misc_expected.json").read_text())
SIZES = EXPECTED["sample_size"]


def pair(n, sd=1.6, **options):
    return WavePair(answers=(n, n), sd=(sd, sd), **options)


@pytest.mark.parametrize("case", SIZES["two_wave_t"], ids=lambda c: f"{c['sd']}-{c['delta']}")
def test_the_needed_answers_equal_r(case):
    # R: power.t.test(delta = delta, sd = sd, sig.level = .05, power = .8, tol = 1e-12)$n
    found = answers_for_change(
        case["delta"], sd=case["sd"], alpha=case["alpha"], chance=case["power"]
    )
    assert found.exact == pytest.approx(case["n_per_wave"], rel=1e-9)
    assert found.answers == math.ceil(case["n_per_wave"])


@pytest.mark.parametrize("case", SIZES["power"], ids=lambda c: str(c["n"]))
def test_power_and_detectable_change_equal_r(case):
    # R: power.t.test(n = n, delta = .2, sd = sd), the same with strict = TRUE, and
    #    power.t.test(n = n, sd = sd, power = .8, tol = 1e-12)$delta
    waves = pair(case["n"], case["sd"])
    assert power(0.2, waves) == pytest.approx(case["power_at_delta_0.2"], rel=1e-9)
    assert power(0.2, waves, both_tails=True) == pytest.approx(case["power_strict"], rel=1e-9)
    assert detectable_change(waves).value == pytest.approx(case["mdc_80"], rel=1e-9)


@pytest.mark.parametrize("n", [5, 40, 900])
@pytest.mark.parametrize("difference", [0.05, 0.3, 0.6])
def test_power_equals_statsmodels(n, difference):
    from statsmodels.stats.power import TTestIndPower, TTestPower

    theirs = TTestIndPower().power(difference / 1.6, n, 0.05)
    assert power(difference, pair(n), both_tails=True) == pytest.approx(theirs, rel=1e-7)
    # R: power.t.test(type = "paired", strict = TRUE), sd of the differences
    panel = pair(n, overlap=n, correlation=0.6)
    theirs = TTestPower().power(difference / (1.6 * math.sqrt(2 * 0.4)), n, 0.05)
    assert power(difference, panel, both_tails=True) == pytest.approx(theirs, rel=1e-7)


@given(
    st.integers(4, 5000),
    st.floats(0.05, 2),
    st.floats(0, 1),
    st.floats(0, 0.95),
    st.floats(0.5, 3),
)
@settings(deadline=None, max_examples=40)
def test_the_detectable_change_has_the_wanted_power(n, sd, share, correlation, deff):
    waves = pair(n, sd, overlap=share * n, correlation=correlation, deff=deff)
    found = detectable_change(waves, tests=3, chance=0.9)
    assert found.alpha == pytest.approx(0.05 / 3)
    assert power(found.value, waves, tests=3) == pytest.approx(0.9, abs=1e-9)
    needed = answers_for_change(
        found.value,
        sd=sd,
        overlap=share,
        correlation=correlation,
        deff=deff,
        tests=3,
        chance=0.9,
    )
    assert needed.exact == pytest.approx(n, rel=1e-6)


@given(st.integers(3, 3000), st.floats(0, 0.9))
@settings(deadline=None)
def test_power_grows_with_the_change_the_answers_and_the_overlap(n, correlation):
    curve = power_curve([0, 0.1, 0.2, 0.5, 1, 5, 100], pair(n))
    chances = [point.power for point in curve]
    assert chances == sorted(chances)
    assert chances[0] == pytest.approx(0.025)
    assert chances[-1] == pytest.approx(1)
    assert power(-0.3, pair(n)) == power(0.3, pair(n))
    assert power(0.3, pair(2 * n)) >= power(0.3, pair(n))
    overlapping = pair(n, overlap=n, correlation=correlation)
    assert overlapping.se <= pair(n).se * (1 + 1e-12)
    assert power(0.3, pair(n), tests=10) <= power(0.3, pair(n))


@pytest.mark.parametrize(
    ("waves", "se", "df"),
    [
        (WavePair(answers=(100, 400), sd=(1.5, 1.2)), math.sqrt(2.25 / 100 + 1.44 / 400), 498),
        (pair(100, 1.5, overlap=100, correlation=0.6), 1.5 * math.sqrt(0.8 / 100), 99),
        (pair(100, 1.5, overlap=40, correlation=0.5), 1.5 * math.sqrt(0.02 - 0.004), 159),
        (pair(100, 1.5, population=200), 1.5 * math.sqrt(0.01), 198),
        # overlap as chance would have it, 100 · 100 / 200: the correlation says nothing
        (
            pair(100, 1.5, population=200, overlap=50, correlation=0.9),
            1.5 * math.sqrt(0.01),
            149,
        ),
        (pair(100, 1.5, deff=4), 3 * math.sqrt(0.02), 198),
        (pair(100, 1.5, degrees=7), 1.5 * math.sqrt(0.02), 7),
    ],
)
def test_the_standard_error_of_a_change_by_hand(waves, se, df):
    assert (waves.se, waves.df) == (pytest.approx(se, rel=1e-12), df)


def test_the_whole_population_twice_leaves_no_error():
    waves = pair(150, overlap=150, correlation=0.3, population=150)
    assert waves.se == 0
    found = detectable_change(waves)
    assert (found.value, found.flag) == (None, Flag.NO_MARGIN)
    assert power(0.1, waves) == 1


def test_a_change_out_of_reach_is_a_reason():
    found = answers_for_change(0.05, sd=1.6, population=500)
    assert (found.exact, found.answers, found.flag) == (None, None, Flag.NO_MARGIN)
    assert "even 250 answers in each wave" in found.reason
    assert answers_for_change(20, sd=0.1).answers == 2


def test_power_far_out_is_one_where_statsmodels_has_no_number():
    from statsmodels.stats.power import TTestIndPower

    assert math.isnan(TTestIndPower().power(1 / 1.6, 900, 0.05))
    assert power(1, pair(900)) == pytest.approx(1)
    assert power(100, pair(10_000)) == 1
    assert power(6, pair(200), alpha=1e-9) == pytest.approx(1)


def test_holm_equals_r_on_the_vector_of_the_oracle():
    """R: ``p.adjust(pv, "holm")``."""
    expected = EXPECTED["p_adjust"]
    assert adjust(expected["raw"]) == pytest.approx(expected["holm"], rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pair(1), "answers must be at least 2 in each wave"),
        (lambda: pair(9, -1), "sd and deff must be above 0"),
        (lambda: pair(9, overlap=10), "overlap must be 0 to 9, got 10"),
        (lambda: pair(9, correlation=2), "correlation must be between -1 and 1, got 2"),
        (lambda: pair(9, population=17), "population must be at least the 18 that answer, got 17"),
        (lambda: pair(9, degrees=0), "degrees must be above 0"),
        (lambda: power(1, pair(9), alpha=0), "alpha must be between 0 and 1, got 0"),
        (lambda: power(1, pair(9), tests=0), "tests must be at least 1, got 0"),
        (lambda: detectable_change(pair(9), chance=1), "chance must be between alpha"),
        (lambda: answers_for_change(0, sd=1), "difference must not be 0"),
        (lambda: answers_for_change(1, sd=1, overlap=2), "overlap must be a share"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()
