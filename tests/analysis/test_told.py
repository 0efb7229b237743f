"""Results say what they are of: names of shares, the key of all answers, what was not looked at."""

import math

import pytest

from analysis import Design, Survey
from analysis.quantity import share_name
from analysis.replicates import Jackknife

ROWS = [
    *(("1", "A", "a1", 7), ("1", "A", "a2", 8), ("1", "A", "a3", 9), ("1", "B", "b1", 6)),
    *(("1", "B", "b2", 8), ("1", "", "c1", 8), ("2", "A", "a1", 8), ("2", "A", "a2", 9)),
    *(("2", "A", "a3", 9), ("2", "B", "b1", 5), ("2", "B", "b2", 8), ("2", "NA", "c1", 10)),
]


def survey(rows=ROWS, **design):
    columns = dict(zip(("wave", "area", "unit", "mark"), zip(*rows, strict=True), strict=True))
    return Survey(columns, Design(wave="wave", **design))


@pytest.mark.parametrize(
    ("ends", "name", "value"),
    [
        ((8,), "share of mark exactly 8", 2 / 6),
        ((8, 8), "share of mark exactly 8", 2 / 6),
        ((8, math.inf), "share of mark 8 or more", 5 / 6),
        ((-math.inf, 8), "share of mark 8 or less", 3 / 6),
        ((8, 9), "share of mark 8 to 9", 4 / 6),
    ],
)
def test_a_share_is_named_by_what_counts(ends, name, value):
    found = survey().share("mark", *ends)
    assert found.name == name
    assert found.total(2).value == pytest.approx(value)
    plan = Jackknife()
    assert survey(clusters="unit").replicated(plan).share("mark", *ends).name == name


def test_shares_of_each_mark_are_of_exactly_that_mark():
    assert survey().shares("mark")[8.0].name == share_name("mark", 8, 8)


def test_the_total_is_found_by_the_name_it_is_shown_by():
    means = survey().mean("mark", by="area")
    assert means.row("total", 1) == means.total(1)
    assert means.row(("total",), 1) == means.total(1)
    change = means.change(1, 2)
    assert change.row("total") == change.total
    assert means.explain("total", 1) == means.explain((), 1)
    assert change.explain("total") == change.explain(())
    one = means.wave(1)
    assert one.contrast({"A": 1, "total": -1}) == one.contrast({"A": 1, (): -1})
    assert means.contrast({(1, "total"): 1}) == means.contrast({(1, ()): 1})
    again = survey([*ROWS, *(("3", *row) for _, *row in ROWS[:5])]).mean("mark", by="area")
    assert again.breaks("total") == again.breaks(())
    assert again.trend("total") == again.trend(())
    with pytest.raises(ValueError, match="there is no domain 'elsewhere'"):
        means.row("elsewhere", 1)


def test_an_area_that_is_called_total_is_that_area():
    rows = [(wave, "total" if area == "B" else area, *rest) for wave, area, *rest in ROWS]
    means = survey(rows).mean("mark", by="area")
    assert means.row("total", 1).n == 2
    assert means.row((), 1).n == 6


@pytest.mark.parametrize("way", ["mean", "total", "quantile"])
def test_answers_without_an_area_are_told(way):
    note = "Without an area: 2 of 12 answers, whose label is empty. They count in the total, and in"
    found = getattr(survey(), way)("mark", by="area")
    assert found.notes[-1].startswith(note)
    assert note in repr(found)
    whole = [row for row in ROWS if row[1] in {"A", "B"}]
    assert not any("Without" in line for line in getattr(survey(whole), way)("mark").notes)
    assert not any("Without" in line for line in survey().mean("mark").notes)


def test_a_step_to_a_wave_without_degrees_of_freedom_is_not_tested():
    # Of B only one unit answered in wave 2: that wave has no variance of its own.
    rows = [row for row in ROWS if row[:3] != ("2", "B", "b2")]
    rows += [("3", *rest) for _, *rest in ROWS[:5]]
    found = survey([row for row in rows if row[1] in {"A", "B"}], strata="area", clusters="unit")
    breaks = found.mean("mark", by="area").breaks("B")
    assert [step.p for step in breaks.steps] == [None, None]
    assert breaks.told.startswith("not tested whether the series breaks: 1 to 2 (no degrees of")
    assert "Not tested whether the series breaks" in repr(breaks)
    assert found.mean("mark", by="area").trend("B").slope is None
    assert found.mean("mark", by="area").breaks("A").told == (
        "no step from wave to wave is shown to be a break"
    )
