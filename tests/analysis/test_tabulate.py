"""What the rating table shows, what it hides, and how it rounds."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import Design, Survey
from analysis.rating_table import RatingTable, Status, Verdict, round_half_up
from analysis.tabulate import AreaLabel, tabulate

LABELS = [
    AreaLabel(id="x", name="Ixdorp", code="GM0001"),
    AreaLabel(id="y", name="Ypsilonveen", code=None),
    AreaLabel(id="z", name="Zetstad", code=None, published=False),
]


def table(answers, *, compare=None, **design):
    """Tabulate answers given as {(wave, area): marks}."""
    rows = [(wave, area, mark) for (wave, area), marks in answers.items() for mark in marks]
    names = ("wave", "area", "mark")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    means = Survey(columns, Design(strata="area", wave="wave", **design)).mean("mark", by="area")
    changes = means.change(compare, "2022") if compare else None
    return tabulate(means, LABELS, wave="2022", changes=changes, computed="2022-11-01")


def row(found, area):
    return next(row for row in found.rows if row.area == area)


def test_a_shown_row_is_rounded_once_with_its_margin():
    found = row(table({("2022", "x"): [7, 8] * 40, ("2022", "y"): [6]}), "x")
    assert (found.value, found.n, found.status) == (Decimal("7.5"), 80, Status.SHOWN)
    assert (found.lower, found.upper) == (Decimal("7.4"), Decimal("7.6"))
    assert found.code == "GM0001"


@pytest.mark.parametrize(("n", "status"), [(9, Status.SUPPRESSED), (10, Status.INDICATIVE)])
def test_a_mean_is_shown_from_ten_answers(n, status):
    found = row(table({("2022", "x"): [4, 9, *[7] * (n - 2)]}), "x")
    assert found.status is status
    hidden = (found.value, found.lower, found.upper, found.n) == (None, None, None, None)
    assert hidden == (status is Status.SUPPRESSED)


def test_a_wide_margin_is_indicative():
    wide = row(table({("2022", "x"): [1, 10] * 10}), "x")
    assert (wide.status, "ruim" in wide.note) == (Status.INDICATIVE, True)


def test_a_mean_of_equal_answers_would_tell_every_answer():
    same = {("2022", "x"): [7] * 20}
    found = row(table(same), "x")
    assert (found.status, found.value, found.n) == (Status.SUPPRESSED, None, None)
    assert "losse antwoorden" in found.note
    moved = row(table({**same, ("2021", "x"): [6, 7, 8] * 40}, compare="2021"), "x").change
    assert (moved.value, moved.verdict) == (None, Verdict.TOO_FEW)


def test_an_interval_is_cut_at_the_ends_of_the_scale():
    found = row(table({("2022", "x"): [10] * 19 + [1]}), "x")
    assert found.upper == Decimal("10.0")


def test_an_area_without_answers_keeps_its_row():
    found = row(table({("2022", "x"): [7, 8]}), "y")
    assert (found.status, found.value) == (Status.EMPTY, None)


def test_the_headline_counts_unpublished_areas_and_the_population():
    found = table(
        {("2022", "x"): [8] * 10 + [9] * 10, ("2022", "z"): [5] * 10 + [6] * 10},
        population={"x": 100, "z": 300},
    )
    assert [shown.area for shown in found.rows] == ["x", "y"]
    assert found.headline.value == round_half_up(Fraction(85 * 100 + 55 * 300, 4000))
    assert found.reconciliation.plain_mean == Decimal("8.5")
    assert found.reconciliation.answers_weighted == Decimal("7.0")
    assert found.reconciliation.population_weighted == Decimal("6.3")


def test_a_change_is_shown_where_it_is_tested():
    answers = {("2021", "x"): [6, 7] * 50, ("2022", "x"): [7, 8] * 50, ("2022", "y"): [6, 8] * 20}
    found = table(answers, compare="2021")
    change = row(found, "x").change
    assert (change.verdict, change.value) == (Verdict.HIGHER, Decimal("1.0"))
    assert change.p_adjusted == change.p < 0.001
    missing = row(found, "y").change
    assert (missing.verdict, missing.value) == (Verdict.TOO_FEW, None)


def test_a_change_never_tells_a_mean_that_is_hidden():
    answers = {("2021", "x"): [6, 7] * 3, ("2022", "x"): [7, 8] * 50}
    assert row(table(answers, compare="2021"), "x").change.value is None


def test_a_change_that_disagrees_with_the_printed_marks_says_so():
    # 7,24 → 7,26: printed 7,2 and 7,3, the difference 0,02 is printed 0,0.
    early, late = [7] * 76 + [8] * 24, [7] * 74 + [8] * 26
    change = row(table({("2021", "x"): early, ("2022", "x"): late}, compare="2021"), "x").change
    assert change.value == Decimal("0.0")
    assert "afronding" in change.note


def test_json_gives_the_same_table_back():
    answers = {("2021", "x"): [6, 7] * 50, ("2022", "x"): [7, 8] * 50, ("2022", "y"): [7]}
    found = table(answers, compare="2021")
    assert RatingTable.from_json(found.to_json()) == found


# Sum, n and the half-up result of R's misc.R, "rounding".
@pytest.mark.parametrize(
    ("total", "n", "expected"),
    [(145, 20, "7.3"), (29, 4, "7.3"), (147, 20, "7.4"), (149, 20, "7.5"), (149999, 20000, "7.5")],
)
def test_halves_round_up_on_exact_sums(total, n, expected):
    assert round_half_up(Fraction(total, n)) == Decimal(expected)


@given(st.fractions(min_value=-10, max_value=10), st.integers(0, 4))
def test_rounding_is_symmetric_and_within_half_a_unit(value, decimals):
    rounded = round_half_up(value, decimals=decimals)
    assert abs(Fraction(rounded) - value) <= Fraction(1, 2 * 10**decimals)
    assert round_half_up(-value, decimals=decimals) == -rounded
    assert -rounded.as_tuple().exponent == decimals


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6))
def test_a_float_is_the_shortest_decimal_that_names_it(value):
    assert round_half_up(value) == round_half_up(Fraction(repr(value)))
