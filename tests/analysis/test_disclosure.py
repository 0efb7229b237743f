"""What a table hides: by itself, and because the rest of it would tell."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import Design, Survey
from analysis.rating_table import Status
from analysis.tabulate import AreaLabel, Thresholds, tabulate

SHOWN = {Status.SHOWN, Status.INDICATIVE}
MANY = [6, 7, 8, 9] * 10


def table(answers, *, population=None, unpublished=()):
    """Tabulate answers given as {area: marks}."""
    rows = [(area, mark) for area, marks in answers.items() for mark in marks]
    columns = {"area": [area for area, _ in rows], "mark": [mark for _, mark in rows], "w": ["1"]}
    columns["w"] *= len(rows)
    design = Design(strata="area", wave="w", population=population)
    means = Survey(columns, design).mean("mark", by="area", scale=(1, 10))
    labels = [
        AreaLabel(id=area, name=area, code=None, published=area not in unpublished)
        for area in answers
    ]
    return tabulate(means, labels, wave="1", computed="2022-11-01")


def shown(found):
    return "".join(row.area for row in found.rows if row.status in SHOWN)


@pytest.mark.parametrize(
    ("marks", "hidden"),
    [
        ([9] * 10 + [10] * 10, False),
        ([10] * 30 + [9], True),  # the only sum that gives this mean
        ([1] * 30 + [2], True),
        ([10] * 30 + [8], False),
        ([7] * 30, True),
    ],
)
def test_a_mean_that_tells_what_each_gave_is_hidden(marks, hidden):
    found = table({"a": marks, "b": MANY}, population={"a": 40, "b": 9000})
    assert (shown(found) == "b") is hidden


@pytest.mark.parametrize("unpublished", [(), ("b",)])
def test_what_total_and_rows_would_tell_takes_the_lightest_row_along(unpublished):
    """The total less a and c would give b within 0.025 × (240 + 150) / 90 = 0.1 marks."""
    answers = {"a": MANY, "b": [3, 4, 2], "c": MANY[:20]}
    found = table(answers, population={"a": 100, "b": 20, "c": 50}, unpublished=unpublished)
    assert shown(found) == "a"
    assert (found.headline.n, found.headline.value is None) == (None, False)
    assert found.reconciliation.answers_weighted is None


def test_a_row_that_is_too_light_to_hide_another_is_not_hidden_for_it():
    """With c, of 20 dwellings, b would be known to 0.3 marks: a goes, and then c need not."""
    answers = {"a": MANY, "b": [3, 4, 2], "c": MANY[:12]}
    assert shown(table(answers, population={"a": 500, "b": 900, "c": 20})) == "c"


def test_all_the_same_is_found_neither_by_its_words_nor_beside_a_small_area():
    answers = {"a": MANY, "b": [8] * 12, "c": [5]}
    found = table(answers, population={"a": 300, "b": 900, "c": 10})
    assert shown(found) == ""
    assert len({row.note for row in found.rows if row.area in "ab"}) == 1


def test_the_end_of_the_scale_tells_as_much_as_rounding():
    """By rounding alone nine marks of 1 could be up to 2.1; but none is below 1."""
    answers = {"a": MANY, "b": [1] * 9}
    assert shown(table(answers, population={"a": 950, "b": 100})) == ""


def test_rounding_can_hide_enough_by_itself_but_not_the_number():
    found = table({"a": MANY, "b": [3, 4, 2]}, population={"a": 10_000, "b": 90})
    assert shown(found) == "a"
    assert (found.headline.n, found.reconciliation.answers_weighted) == (None, None)


def test_an_area_without_a_row_that_many_answered_in_is_no_secret():
    found = table({"a": MANY, "b": MANY[:12]}, unpublished=["b"])
    assert (shown(found), found.headline.n) == ("a", 52)
    assert found.reconciliation.answers_weighted == Decimal("7.5")


AREA = st.tuples(
    st.lists(st.integers(1, 10), min_size=1, max_size=14),
    st.integers(14, 600),
    st.booleans(),
)


@given(st.lists(AREA, min_size=1, max_size=6))
def test_nobody_works_out_what_is_hidden_from_what_is_printed(areas):
    """Whoever knows the dwellings takes the printed rows off the printed total."""
    names = [f"a{place}" for place in range(len(areas))]
    answers = {name: marks for name, (marks, _, _) in zip(names, areas, strict=True)}
    size = {name: dwellings for name, (_, dwellings, _) in zip(names, areas, strict=True)}
    apart = [name for name, (_, _, unpublished) in zip(names, areas, strict=True) if unpublished]
    found = table(answers, population=size, unpublished=apart)
    rows = [row for row in found.rows if row.status in SHOWN]
    if found.headline.value is None or not rows:
        return
    hidden = size.keys() - {row.area for row in rows}
    secret = [name for name in hidden if not is_fit(answers[name])]
    if secret:
        assert found.headline.n is None
        assert found.reconciliation.answers_weighted is None
    left = sum(size[name] * sum(answers[name]) / len(answers[name]) for name in hidden)
    error = 0.025 * (sum(size.values()) + sum(size[row.area] for row in rows))
    for name in secret:
        others = sum(size[each] for each in hidden) - size[name]
        low = max((left - error - 10 * others) / size[name], 1)
        high = min((left + error - others) / size[name], 10)
        assert high - low >= 2 - 1e-9


def is_fit(marks):
    from_end = min(sum(10 - mark for mark in marks), sum(mark - 1 for mark in marks))
    return len(marks) >= Thresholds().answers and len(set(marks)) > 1 and from_end >= 2
