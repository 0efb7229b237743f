"""Rating and composition: equal to R's contrasts, exact sums, and no origin of the scale.

The expected numbers, in R 4.2.2 with survey on survey.csv; w0 and w1 are the shares of STOCK::

    r <- svyby(~rapportcijfer, ~gemeente + wave, design, svymean, covmat = TRUE)
    k <- (w0 + w1) / 2; g <- w1 - w0
    svycontrast(r, list(rating = c(-k, k), composition = c(g / 2, g / 2), change = c(-w0, w1)))
    2 * pt(-0.09288259062426585 / 0.04823165991928182, 150)
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Design, Survey
from analysis.composition import decompose

REFERENCE = Path(__file__).parents[1] / "reference"
CHANGE = json.loads((REFERENCE / "synth_expected.json").read_text())["change"]["complex"]

GROUPS = ["Almere", "Amersfoort", "Hilversum", "Weesp"]
STOCK = {"2021": [6900, 8800, 5200, 1500], "2022": [7400, 8500, 5200, 2100]}
PLACES = [CHANGE["labels"].index(f"{group}:{wave}") for wave in STOCK for group in GROUPS]
V = np.array(CHANGE["vcov"])[np.ix_(PLACES, PLACES)]


def wave_of(wave, groups=GROUPS):
    means = [CHANGE["est"][CHANGE["labels"].index(f"{group}:{wave}")] for group in GROUPS]
    found = dict(zip(GROUPS, zip(STOCK[wave], means, strict=True), strict=True))
    return {group: found[group] for group in groups}


BEFORE, AFTER = wave_of("2021"), wave_of("2022")


def parts(found):
    return (found.rating, found.composition, found.entering, found.leaving)


def test_equals_contrasts_of_r():
    found = decompose(BEFORE, AFTER, covariance=V, order=GROUPS, df=150)
    for part, value, se in (
        (found.rating, 0.09092270439344197, 0.04809248204488888),
        (found.composition, 0.00195988623082204, 0.00411287481580873),
        (found.change, 0.09288259062426585, 0.04823165991928182),
    ):
        assert part.value == pytest.approx(value, rel=1e-9)
        assert part.se == pytest.approx(se, rel=1e-9)
        assert part.low < value < part.high
    assert found.change.p == pytest.approx(0.0560260744654, rel=1e-9)
    assert (found.entering.value, found.leaving.value) == (0, 0)
    assert found.change.value == pytest.approx(found.headline[1] - found.headline[0], rel=1e-12)


def test_moved_stock_alone_is_all_composition():
    # By hand: 70/30 to 50/50 at marks 8 and 6: 7.4 to 7.0.
    before, after = {"A": (70, 8.0), "B": (30, 6.0)}, {"A": (50, 8.0), "B": (50, 6.0)}
    found = decompose(before, after, covariance=np.eye(4) / 100, order=["A", "B"])
    assert found.headline == pytest.approx((7.4, 7.0))
    assert found.rating.value == pytest.approx(0, abs=1e-12)
    assert found.composition.value == pytest.approx(-0.4)
    # A at 0.8 above the mean headline 7.2 loses 0.2; B at 1.2 below it gains 0.2.
    assert [row.composition.value for row in found.rows] == pytest.approx([-0.16, -0.24])
    # k = 0.6, 0.4 twice over: sqrt(2 (0.36 + 0.16) / 100)
    assert found.rating.se == pytest.approx(math.sqrt(0.0104))
    assert (found.rating.low, found.rating.p) == (None, None)


def test_groups_that_come_and_go_are_parts_of_their_own():
    before = {"A": (60, 7.0), "gone": (40, 5.0)}
    after = {"A": (80, 7.5), "new": (20, 9.0)}
    covariance = np.diag([0.04, 0.09, np.nan, 0.04, np.nan, 0.16])
    found = decompose(before, after, covariance=covariance, order=["A", "gone", "new"], df=40)
    assert found.headline == pytest.approx((6.2, 7.8))
    # By hand: 0.5; 0.2 (9 - 7.5); 0.4 (7 - 5).
    assert [part.value for part in parts(found)] == pytest.approx([0.5, 0, 0.3, 0.8], abs=1e-12)
    assert found.leaving.se == pytest.approx(0.4 * math.sqrt(0.04 + 0.09))
    assert found.entering.se == pytest.approx(0.2 * math.sqrt(0.04 + 0.16))
    rows = {row.group: row for row in found.rows}
    assert rows["new"].entering.value == pytest.approx(0.3)
    assert rows["gone"].leaving.value == pytest.approx(0.8)
    assert (rows["new"].rating.value, rows["new"].rating.se) == (0, 0)
    assert rows["gone"].share == (0.4, 0)
    assert found.notes[1:] == ("Not in the first wave: new.", "Not in the second wave: gone.")


def test_a_mean_without_a_margin_leaves_out_only_what_rests_on_it():
    covariance = V.copy()
    covariance[3, :] = covariance[:, 3] = np.nan
    found = decompose(BEFORE, AFTER, covariance=covariance, order=GROUPS, df=150)
    whole = decompose(BEFORE, AFTER, covariance=V, order=GROUPS, df=150)
    assert (found.change.se, found.change.low) == (None, None)
    assert found.change.reason == "the mean of 'Weesp' has no margin"
    assert found.change.value == whole.change.value
    assert found.rows[0].rating == whole.rows[0].rating


def test_no_degrees_of_freedom_no_margin():
    found = decompose(BEFORE, AFTER, covariance=V, order=GROUPS, df=0)
    assert (found.rating.se, found.rating.p) == (None, None)
    assert found.rating.reason == "no degrees of freedom"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"order": GROUPS[:3]}, "order must name each of"),
        ({"order": [*GROUPS, "Weesp"]}, "order must name each of"),
        ({"covariance": V[:4, :4]}, r"covariance must be 8 square, got shape \(4, 4\)"),
        ({"covariance": V + np.triu(V, 1)}, "covariance must be symmetric"),
        ({"before": BEFORE | {"Weesp": (0, 7)}}, "population of 'Weesp' before must be above 0"),
        ({"after": AFTER | {"Weesp": (9, None)}}, "mean of 'Weesp' after must be a number"),
        (
            {
                "before": wave_of("2021", GROUPS[:2]),
                "after": wave_of("2022", GROUPS[2:]),
            },
            "must share a group",
        ),
    ],
)
def test_what_is_wrong_is_named(changed, message):
    options = {"before": BEFORE, "after": AFTER, "covariance": V, "order": GROUPS} | changed
    with pytest.raises(ValueError, match=message):
        decompose(options.pop("before"), options.pop("after"), **options)


cell = st.tuples(st.integers(1, 9000), st.floats(1, 10))
waves = st.tuples(
    st.dictionaries(st.sampled_from("ABCDE"), cell),
    st.dictionaries(st.sampled_from("ABCDE"), cell),
    st.tuples(cell, cell),
)


def both(drawn):
    before, after, (first, last) = drawn
    before, after = before | {"Z": first}, after | {"Z": last}
    order = sorted({*before, *after})
    rng = np.random.default_rng(len(order))
    root = rng.normal(size=(2 * len(order), 2 * len(order))) / 10
    return before, after, root @ root.T, order


@settings(max_examples=60, deadline=None)
@given(waves)
def test_the_parts_and_the_rows_add_up_to_the_change(drawn):
    before, after, covariance, order = both(drawn)
    found = decompose(before, after, covariance=covariance, order=order)
    assert sum(part.value for part in parts(found)) == pytest.approx(found.change.value, abs=1e-11)
    for name in ("rating", "composition", "entering", "leaving"):
        rows = sum(getattr(row, name).value for row in found.rows)
        assert rows == pytest.approx(getattr(found, name).value, abs=1e-11)


@settings(max_examples=60, deadline=None)
@given(waves, st.floats(-20, 20))
def test_no_part_depends_on_where_the_scale_begins(drawn, origin):
    before, after, covariance, order = both(drawn)
    moved = [
        {group: (n, mean + origin) for group, (n, mean) in wave.items()} for wave in (before, after)
    ]
    found = decompose(before, after, covariance=covariance, order=order)
    other = decompose(*moved, covariance=covariance, order=order)
    for one, two in zip([found, *found.rows], [other, *other.rows], strict=True):
        for a, b in zip(parts(one), parts(two), strict=True):
            assert b.value == pytest.approx(a.value, abs=1e-10)
            assert b.se == pytest.approx(a.se, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(waves)
def test_time_turned_round_turns_every_part_round(drawn):
    before, after, covariance, order = both(drawn)
    half = len(order)
    turned = np.roll(np.roll(covariance, half, axis=0), half, axis=1)
    found = decompose(before, after, covariance=covariance, order=order)
    other = decompose(after, before, covariance=turned, order=order)
    for a, b in (
        (found.rating, other.rating),
        (found.composition, other.composition),
        (found.entering, other.leaving),
        (found.leaving, other.entering),
    ):
        assert b.value == pytest.approx(-a.value, abs=1e-11)
        assert b.se == pytest.approx(a.se, abs=1e-11)


def test_two_halves_with_the_same_marks_are_the_group():
    # Two halves with the same marks are the group: parts stay, whatever the split.
    halves = [{"A1": wave["A"], "A2": wave["A"], "B": wave["B"]} for wave in two_groups()]
    spread = np.array([[1, 0], [1, 0], [0, 1]])
    wide = np.kron(np.eye(2), spread)
    joint = np.diag([0.04, 0.01, 0.09, 0.02])
    whole = [{"A": (2 * wave["A"][0], wave["A"][1]), "B": wave["B"]} for wave in two_groups()]
    one = decompose(*whole, covariance=joint, order=["A", "B"])
    two = decompose(*halves, covariance=wide @ joint @ wide.T, order=["A1", "A2", "B"])
    for a, b in zip(parts(one), parts(two), strict=True):
        assert b.value == pytest.approx(a.value, abs=1e-12)
        assert b.se == pytest.approx(a.se, abs=1e-12)


def two_groups():
    return {"A": (30, 7.0), "B": (50, 8.0)}, {"A": (20, 7.5), "B": (60, 7.9)}


def survey_of(**marks):
    """Two waves of areas; a mark a unit, but the marks of `one` all of one unit in both."""
    rows = [
        (str(wave), area, area if area == "one" else f"{area}{number}", mark + wave * number % 2)
        for wave in (1, 2)
        for area, given in marks.items()
        for number, mark in enumerate(given)
    ]
    columns = dict(zip(("wave", "area", "unit", "mark"), zip(*rows, strict=True), strict=True))
    return Survey(columns, Design(wave="wave", strata="area", clusters="unit"))


STOCKS = {"A": [6000, 5000], "B": [3000, 4000], "one": [900, 1200]}


def composition_of(survey, stocks=None):
    stock = {str(t + 1): {k: n[t] for k, n in (stocks or STOCKS).items()} for t in (0, 1)}
    return survey.mean("mark", by="area", scale=(1, 10)).composition("1", "2", stock)


@pytest.mark.parametrize("lonely", ["adjust", "certainty"])
def test_an_area_without_degrees_of_freedom_is_not_known_exactly(lonely):
    survey = survey_of(A=[7, 8, 9, 6], B=[5, 6, 8, 7], one=[9, 4, 2])
    survey = Survey(
        survey.columns, Design(wave="wave", strata="area", clusters="unit", lonely=lonely)
    )
    found = composition_of(survey)
    for part in (found.change, found.rating, found.composition):
        assert part.value != 0
        assert (part.se, part.low, part.high, part.p) == (None, None, None, None)
        assert (part.flag, part.reason) == ("no margin", "the mean of 'one' has no margin")
    rows = {row.group: row for row in found.rows}
    assert rows["A"].rating.se > 0
    assert rows["A"].rating.flag == "ok"
    assert rows["one"].rating.flag == "no margin"
    assert rows["A"].composition.reason == "the mean of 'one' has no margin"
    assert found.entering.se == 0  # there is none: that is known
    assert any(note.startswith("No margin of one 1, one 2: no degrees") for note in found.notes)


def test_an_area_whose_answers_are_all_the_same_is_not_known_exactly():
    survey = survey_of(A=[7, 8, 9, 6], B=[5, 6, 8, 7], same=[3, 2, 3, 2])
    means = survey.mean("mark", by="area")
    assert [means.row("same", wave).flag for wave in "12"] == ["all answers the same", "ok"]
    found = composition_of(survey, {"A": [60, 50], "B": [30, 40], "same": [9, 12]})
    assert found.change.reason == "the mean of 'same' has no margin"
    assert "No margin of same 1: all answers are the same" in found.notes[-1]


def test_with_margins_in_every_area_all_parts_have_one():
    survey = survey_of(A=[7, 8, 9, 6], B=[5, 6, 8, 7])
    found = composition_of(survey, {"A": [60, 50], "B": [30, 40]})
    assert all(part.flag == "ok" for part in (found.change, *parts(found)))
    assert found.change.p is not None
    assert len(found.notes) == 1
