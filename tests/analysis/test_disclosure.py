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
    assert (shown(table({"a": marks, "b": MANY * 10})) == "b") is hidden


@pytest.mark.parametrize("unpublished", [(), ("b",)])
def test_what_total_and_rows_would_tell_takes_the_smallest_row_along(unpublished):
    """The total less a and c would give b within 0.05 × (240 + 150) / 90 = 0.2 marks."""
    answers = {"a": MANY, "b": [3, 4, 2], "c": MANY[:20]}
    size = {"a": 100, "b": 90, "c": 50}
    found = table(answers, population=size, unpublished=unpublished)
    assert shown(found) == "a"
    assert "ander gebied" in next(row for row in found.rows if row.area == "c").note
    assert (found.headline.n, found.headline.value is None) == (63, False)


def test_rounding_can_hide_enough_by_itself_but_not_the_number():
    found = table({"a": MANY, "b": [3, 4, 2]}, population={"a": 10_000, "b": 90})
    assert shown(found) == "a"
    assert (found.headline.n, found.reconciliation.answers_weighted) == (None, None)


def test_hidden_areas_that_are_many_together_cost_nothing():
    answers = {"a": MANY, "b": [3, 4, 2, 5, 6], "c": [6, 7, 8, 5, 4]}
    found = table(answers, population={"a": 100, "b": 90, "c": 90})
    assert (shown(found), found.headline.n) == ("a", 50)
    assert found.reconciliation.answers_weighted == Decimal("7.0")


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
    rest = [name for name in names if name not in {row.area for row in rows}]
    marks = [mark for name in rest for mark in answers[name]]
    if found.headline.value is None or not rows or not rest or is_fit(marks):
        return
    assert found.headline.n is None
    assert found.reconciliation.answers_weighted is None
    whole, seen = sum(size.values()), sum(size[row.area] for row in rows)
    assert 0.05 * (whole + seen) / (whole - seen) >= 1 - 1e-9


def is_fit(marks):
    from_end = min(sum(10 - mark for mark in marks), sum(mark - 1 for mark in marks))
    return len(marks) >= Thresholds().answers and len(set(marks)) > 1 and from_end >= 2
