"""Planning: margins equal to the textbook's, and the document's examples."""

import math
import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.planning import Spread, expected_margin, needed_sample
from analysis.results import Flag

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "statistics-response-planning.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("n", [2, 30, 1000])
@pytest.mark.parametrize(("deff", "population"), [(1.0, None), (1.7, 1200)])
def test_the_plain_margin_equals_the_textbook(n, deff, population):
    """R: ``qt(0.975, n - 1) * 1.6 * sqrt(deff * (1 - n / N) / n)``."""
    found = expected_margin(n, Spread(sd=1.6, deff=deff, population=population))
    f = n / population if population else 0
    se = 1.6 * math.sqrt(deff * (1 - f) / n)
    assert found.se == pytest.approx(se, rel=1e-12)
    assert found.half_width == pytest.approx(stats.t.ppf(0.975, n - 1) * se, rel=1e-9)
    assert (found.low, found.high) == (None, None)


def test_the_margin_on_the_scale_equals_the_logit_interval():
    """R: ``plogis(qlogis(p) + c(-1, 1) * qt(0.975, 11) * se / (9 * p * (1 - p))) * 9 + 1``."""
    found = expected_margin(40, Spread(sd=1.6, response=0.3, mean=8.5))
    p, se = 7.5 / 9, 1.6 / math.sqrt(12)
    step = stats.t.ppf(0.975, 11) * se / (9 * p * (1 - p))
    low, high = (1 + 9 / (1 + math.exp(-(math.log(p / (1 - p)) + s))) for s in (-step, step))
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)
    assert found.half_width == pytest.approx((high - low) / 2)
    assert found.answers == pytest.approx(12)


@pytest.mark.parametrize(("n", "half"), [(300, 0.18), (1000, 0.10)])
def test_the_margins_of_the_facts(n, half):
    assert expected_margin(n, Spread(sd=1.6)).half_width == pytest.approx(half, abs=0.005)


spreads = st.builds(
    Spread,
    sd=st.floats(0.2, 2.5),
    response=st.floats(0.05, 1),
    deff=st.floats(0.5, 4),
    population=st.none() | st.integers(50, 20_000),
    mean=st.none() | st.floats(5, 7),
)


@given(spreads, st.floats(0.02, 1.5))
@settings(deadline=None)
def test_the_needed_sample_is_the_smallest_that_is_narrow_enough(spread, half):
    found = needed_sample(half, spread)
    if found.invited is None:
        assert found.flag is Flag.NO_MARGIN
        assert "gives no margin" in found.reason
        everyone = expected_margin(spread.population, spread).half_width
        assert everyone is None or everyone > half
        return
    assert found.margin.half_width <= half
    less = expected_margin(found.invited - 1, spread).half_width
    assert less is None or less > half


@given(spreads, st.integers(2, 49), st.floats(1.01, 3))
def test_margins_narrow_with_size_and_widen_with_spread(spread, invited, factor):
    one = expected_margin(invited, spread)
    assume(one.half_width is not None)
    assert one.half_width <= 9 / 2 or spread.mean is None
    assert expected_margin(invited + 1, spread).half_width < one.half_width
    if spread.mean is not None:
        assert 1 <= one.low < spread.mean < one.high <= 10
    looser = Spread(sd=spread.sd, deff=spread.deff * factor, response=spread.response)
    tighter = Spread(sd=spread.sd, deff=spread.deff, response=spread.response)
    wide, narrow = (expected_margin(invited, s).half_width for s in (looser, tighter))
    assert wide == pytest.approx(narrow * math.sqrt(factor))


def test_everyone_leaves_no_margin_and_one_answer_has_none():
    whole = expected_margin(80, Spread(sd=1.6, population=80))
    assert (whole.se, whole.half_width) == (0, 0)
    single = expected_margin(4, Spread(sd=1.6, response=0.25))
    assert (single.half_width, single.flag) == (None, Flag.NO_MARGIN)
    assert "1 answers are expected" in single.reason


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Spread(sd=0), "sd must be above 0, got 0"),
        (lambda: Spread(sd=1, response=1.2), "response must be above 0 and at most 1, got 1.2"),
        (lambda: Spread(sd=1, deff=math.nan), "deff must be above 0"),
        (lambda: Spread(sd=1, mean=10), "mean must be between 1 and 10, got 10"),
        (lambda: Spread(sd=4, mean=9), "sd must be at most 2.83 for a mean of 9 on 1 to 10, got 4"),
        (lambda: Spread(sd=1, confidence=1), "confidence must be between 0 and 1"),
        (lambda: expected_margin(-1, Spread(sd=1)), "invited must be 0 or more"),
        (lambda: expected_margin(9, Spread(sd=1, population=8)), "at most the 8 dwellings, got 9"),
        (lambda: needed_sample(0, Spread(sd=1)), "half_width must be above 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_the_examples_of_the_document_run():
    space = {}
    examples = re.findall(r"```python\n(.*?)```", DOCUMENT, flags=re.DOTALL)
    assert len(examples) == 8
    for code in examples:
        exec(code, space)  # noqa: S102 - the document's own lines
    assert space["plan"].reached
    assert space["answers_for_change"](0.2, sd=1.6).answers == 1006


@pytest.mark.parametrize(
    "name",
    ["eblupFH", "mseFH", "svyglm", "postStratify", "t.test", "power.t.test", "p.adjust", "qt"],
)
def test_each_r_function_is_found_in_the_document(name):
    assert re.search(rf"^\|.*`[^`]*{re.escape(name)}", DOCUMENT, flags=re.MULTILINE)
