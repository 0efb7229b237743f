"""The line through a series and its breaks: equal to R, and what holds whatever the numbers.

The expected numbers, in R 4.2.2::

    y <- c(7.31, 7.42, 7.38, 7.61, 7.70); t <- c(2017, 2019, 2021, 2022, 2024)
    s <- c(.060, .055, .050, .058, .062); V <- toeplitz(c(1, .45, .30, .20, .10)) * outer(s, s)
    gls: X <- cbind(1, t - 2017); L <- t(chol(V)); m <- lm.fit(solve(L, X), solve(L, y))
         b <- m$coefficients; se <- sqrt(diag(solve(crossprod(solve(L, X))))); Q <- sum(m$resid^2)
    few: f <- 24; q <- 5 - ncol(X); se2 <- se * sqrt(f / (f - q) * (1 + Q / f))
         2 * pt(-abs(b / se2), f - q); b - qt(.975, f - q) * se2
         F <- Q * (f - q + 1) / (f * q); pf(F, q, f - q + 1, lower.tail = FALSE)
    new: gls and few with X <- cbind(1, t - 2017, t >= 2022)
    steps: d <- diff(y); C <- rbind(c(-1, 1, 0, 0, 0), ...); se <- sqrt(diag(C %*% V %*% t(C)))
           p <- 2 * pt(-abs(d / se), 24); p.adjust(p, "holm"); p.adjust(p[-3], "holm")
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.results import Flag
from analysis.trend import breaks, trend

Y = [7.31, 7.42, 7.38, 7.61, 7.70]
WAVES = ["2017", "2019", "2021", "2022", "2024"]
S = np.array([0.060, 0.055, 0.050, 0.058, 0.062])
RHO = np.array([1, 0.45, 0.30, 0.20, 0.10])
V = RHO[np.abs(np.subtract.outer(range(5), range(5)))] * np.outer(S, S)
MANY = 10**9


def exact(expected):
    return pytest.approx(expected, rel=1e-9)


def test_plain_generalised_least_squares_equals_r_when_the_covariance_is_known():
    # `gls` of the R script above
    found = trend(Y, V, WAVES, MANY)
    assert found.slope == exact(0.0503225705680336)
    assert found.se == pytest.approx(0.0112897634165927, rel=1e-7)
    assert found.linearity.chi2 == exact(13.7383227137011)
    assert found.line[0] == exact(7.2902947403877487)
    assert found.line[-1] - found.line[0] == exact(7 * found.slope)


def test_few_degrees_of_freedom_widen_the_margin_as_rao_says():
    # `few` of the R script above
    found = trend(Y, V, WAVES, 24)
    assert (found.unit, found.df, found.flag) == ("year", 21, Flag.OK)
    assert found.se == exact(0.0151344446972728)
    assert found.p == exact(3.21609087975289e-03)
    assert found.low == exact(0.0188487698433197)
    assert found.high == exact(2 * found.slope - found.low)
    assert found.linearity.f == exact(4.19782082918645)
    assert found.linearity.p == exact(0.0171647011683639)
    assert (found.linearity.df, found.linearity.df_error) == (3, 22)


def test_a_new_method_shifts_the_line_and_leaves_the_slope():
    # `new` of the R script above
    found = trend(Y, V, WAVES, 24, new_method=["2022"])
    assert found.slope == exact(0.0211936641470477)
    assert found.se == exact(0.0159879651102511)
    assert found.p == exact(0.198573228913982)
    assert found.linearity.f == exact(1.49468936777571)
    assert found.linearity.p == exact(0.245311149248297)
    (shift,) = found.shifts
    assert (shift.before, shift.after, shift.df) == ("2021", "2022", 22)
    assert shift.value == exact(0.2047318351580207)
    assert shift.se == exact(0.0697545391218619)
    assert shift.p == exact(7.66265001616092e-03)
    assert shift.low == exact(0.0600697751091335)
    assert found.notes == ("From wave 2022 on another method was used.",)


def test_breaks_equal_r():
    # `steps` of the R script above
    found = breaks(Y, V, WAVES, 24)
    assert [step.value for step in found.steps] == exact([0.11, -0.04, 0.23, 0.09])
    assert [step.se for step in found.steps] == exact(
        [0.0604565960007674, 0.0552268050859363, 0.0570438427878066, 0.0630206315423767]
    )
    assert [step.p for step in found.steps] == exact(
        [0.0813350906373752, 0.4758920775161889, 0.0004859804817471, 0.1661467740338483]
    )
    assert [step.p_adjusted for step in found.steps] == exact(
        [0.2440052719121257, 0.4758920775161889, 0.0019439219269884, 0.3322935480676967]
    )
    assert found.at == ("2022",)


def test_a_change_over_a_new_method_is_outside_the_family():
    # `steps` of the R script above
    found = breaks(Y, V, WAVES, 24, new_method=["2022"])
    step = found.steps[2]
    assert (step.p, step.p_adjusted, step.flag) == (None, None, Flag.NO_TEST)
    assert "another method from wave 2022" in step.reason
    assert step.low < 0.23 < step.high
    assert found.steps[0].p_adjusted == exact(3 * 0.0813350906373752)
    assert found.at == ()


def test_each_change_has_its_own_degrees_of_freedom_and_none_means_no_test():
    found = breaks(Y, V, WAVES, [24, 24, 0, 3])
    assert [step.df for step in found.steps] == [24, 24, 0, 3]
    assert (found.steps[2].se, found.steps[2].p, found.steps[2].flag) == (
        None,
        None,
        Flag.NO_MARGIN,
    )
    assert found.steps[3].p > breaks(Y, V, WAVES, 24).steps[3].p


def test_equivalence_is_on_the_slope_a_year():
    near, far = (trend(Y, V, WAVES, 24, equivalence=margin) for margin in (0.5, 0.051))
    assert near.p_equivalence < 1e-9
    assert 0.4 < far.p_equivalence < 0.5
    assert trend(Y, V, WAVES, 24).p_equivalence is None


def test_waves_that_are_no_numbers_are_equally_spaced_and_said_so():
    named = trend(Y, V, ["voorjaar 2021", "najaar 2021", "a", "b", "2023_1"], 24)
    counted = trend(Y, V, [1, 2, 3, 4, 5], 24)
    assert (named.slope, named.se) == (counted.slope, counted.se)
    assert (named.unit, counted.unit) == ("wave", "year")
    assert "equally spaced" in named.notes[0]
    assert counted.notes == ()


def withheld(values, covariance, times, df, **options):
    found = trend(values, covariance, times, df, **options)
    assert (found.slope, found.se, found.p, found.df, found.line) == (None, None, None, 0, ())
    assert found.flag is Flag.NO_MARGIN
    return found.reason


def test_what_cannot_be_fitted_has_a_reason():
    assert "no degrees of freedom" in withheld(Y, V, WAVES, 0)
    assert withheld(Y, V, WAVES, 3) == "3 degrees of freedom cannot weigh 5 waves, 4 can"
    assert "singular" in withheld(Y[:3], np.full((3, 3), 0.01), WAVES[:3], 20)
    assert "variance of wave 2019 is 0" in withheld(Y[:3], np.diag([0.1, 0, 0.1]), WAVES[:3], 20)
    every = withheld(Y, V, WAVES, 24, new_method=WAVES[1:])
    assert "leave no two waves" in every
    same = breaks(Y[:3], np.full((3, 3), 0.01), WAVES[:3], 20)
    assert {step.flag for step in same.steps} == {Flag.NO_MARGIN}
    assert same.at == ()


def test_a_line_through_all_waves_by_construction_is_not_tested_for_linearity():
    found = trend(Y[:3], V[:3, :3], WAVES[:3], 20, new_method=["2021"])
    assert found.linearity is None
    assert found.slope == exact(0.11 / 2)
    assert found.line == exact(Y[:3])
    assert found.df == 20


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"times": WAVES[:2], "values": Y[:2]}, "times must be at least 3 waves, got 2"),
        ({"values": Y[:4]}, r"values must have shape \(5,\)"),
        ({"covariance": V[:4]}, r"covariance must have shape \(5, 5\)"),
        ({"values": [*Y[:4], math.nan]}, "leave out a wave without an estimate"),
        ({"covariance": V + np.triu(V, 1)}, "must be symmetric"),
        ({"times": WAVES[::-1]}, "times must increase"),
        ({"times": ["a", "b", "a", "c", "d"]}, "times must increase"),
        ({"new_method": ["2017"]}, "new_method must be waves of 2019.*got '2017'"),
        ({"equivalence": 0}, "equivalence must be above 0, got 0"),
        ({"confidence": 95}, "confidence must be between 0 and 1"),
    ],
)
def test_what_is_wrong_is_named(changed, message):
    given_ = {"values": Y, "covariance": V, "times": WAVES, "df": 24} | changed
    with pytest.raises(ValueError, match=message):
        trend(**given_)


def test_breaks_wants_one_df_a_change():
    with pytest.raises(ValueError, match="df must be one number, or 4"):
        breaks(Y, V, WAVES, [24, 24])


def test_the_margin_covers_with_few_clusters_where_the_plain_one_does_not():
    # 8 degrees of freedom, 4 waves, nominal 95 %; plain: t(8) on (X'V⁻¹X)⁻¹ alone.
    rng = np.random.default_rng(3)
    root = np.linalg.cholesky(V[:4, :4])
    inside, plain, draws = 0, 0, 1200
    for _ in range(draws):
        y = 7 + root @ rng.normal(size=4)
        e = rng.normal(size=(8, 4)) @ root.T
        found = trend(y, e.T @ e / 8, WAVES[:4], 8)
        inside += found.low < 0 < found.high
        se = found.se / math.sqrt(8 / 6 * (1 + found.linearity.chi2 / 8))
        plain += abs(found.slope) < 2.306 * se
    assert inside / draws == pytest.approx(0.95, abs=0.02)
    assert plain / draws < 0.9


waves_of = st.integers(3, 7).flatmap(
    lambda t: st.tuples(
        st.lists(st.floats(1, 10), min_size=t, max_size=t),
        st.lists(st.floats(0.01, 1), min_size=t, max_size=t),
        st.floats(-0.1, 0.9),
        st.lists(st.integers(1, 4), min_size=t, max_size=t),
    )
)


@settings(max_examples=50, deadline=None)
@given(waves_of, st.floats(-50, 50), st.floats(0.1, 10))
def test_the_origin_moves_nothing_and_the_unit_scales(series, origin, unit):
    y, s, rho, gaps = series
    covariance = (np.full((len(s), len(s)), rho) + (1 - rho) * np.eye(len(s))) * np.outer(s, s)
    times = np.cumsum(gaps).tolist()
    plain = trend(y, covariance, times, 40)
    moved = trend(unit * (np.array(y) + origin), unit**2 * covariance, times, 40)
    if plain.flag is not Flag.OK:
        assert moved.flag is plain.flag
        return
    assert moved.slope == pytest.approx(unit * plain.slope, rel=1e-6, abs=1e-9 * unit)
    assert moved.se == pytest.approx(unit * plain.se, rel=1e-6)
    assert moved.linearity.p == pytest.approx(plain.linearity.p, rel=1e-5, abs=1e-9)
    shifted = trend(y, covariance, [time + 2000 for time in times], 40)
    assert shifted.slope == pytest.approx(plain.slope, rel=1e-9, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(waves_of, st.floats(-1, 1))
def test_a_series_on_a_line_gives_the_line_back(series, slope):
    _, s, rho, gaps = series
    covariance = (np.full((len(s), len(s)), rho) + (1 - rho) * np.eye(len(s))) * np.outer(s, s)
    times = np.cumsum(gaps).tolist()
    y = 5 + slope * np.array(times)
    found = trend(y, covariance, times, 40)
    assert found.slope == pytest.approx(slope, abs=1e-9)
    assert found.line == pytest.approx(y.tolist(), abs=1e-9)
    assert found.linearity.p == pytest.approx(1, abs=1e-6)
