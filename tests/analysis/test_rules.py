"""What happens where an estimate cannot be had: each rule of docs/statistics.md, and bad input."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import Design, Flag, Survey, read_population
from analysis.rating_table import Verdict


def survey(rows, **design):
    """Make a survey of rows (wave, stratum, area, mark)."""
    names = ("wave", "stratum", "area", "mark")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return Survey(columns, Design(strata="stratum", wave="wave", **design))


def test_a_stratum_with_one_respondent_adds_its_square_about_the_mean_of_all_units():
    # R: options(survey.lonely.psu = "adjust"); SE(svymean(~mark, svydesign(~1, strata = ~stratum)))
    rows = [("1", "a", "x", 6), ("1", "a", "x", 8), ("1", "b", "x", 9)]
    found = survey(rows).mean("mark").total()
    mean = 23 / 3
    influence = [(mark - mean) / 3 for mark in (6, 8, 9)]
    within = 2 * sum((z - sum(influence[:2]) / 2) ** 2 for z in influence[:2])
    lonely = (influence[2] - sum(influence) / 3) ** 2
    assert found.se == pytest.approx((within + lonely) ** 0.5, rel=1e-12)
    assert found.df == 1


def test_certainty_leaves_the_lonely_stratum_out_and_fail_refuses():
    rows = [("1", "a", "x", 6), ("1", "a", "x", 8), ("1", "b", "x", 9)]
    cautious = survey(rows).mean("mark").total().se
    assert survey(rows, lonely="certainty").mean("mark").total().se < cautious
    with pytest.raises(ValueError, match="1 strata have a single sampling unit"):
        survey(rows, lonely="fail").mean("mark")


def test_an_area_with_one_respondent_gets_a_value_and_no_margin():
    rows = [("1", "a", "x", 6), ("1", "a", "x", 8), ("1", "b", "y", 9)]
    found = survey(rows).mean("mark", by="area").row("y")
    assert (found.value, found.n, found.df) == (9, 1, 0)
    assert (found.se, found.low, found.high) == (None, None, None)
    assert found.flag is Flag.NO_MARGIN
    assert "no degrees of freedom" in found.reason


def test_df_zero_has_no_margin_even_with_several_strata():
    rows = [("1", "a", "x", 6), ("1", "b", "x", 8), ("1", "c", "y", 9), ("1", "c", "y", 7)]
    found = survey(rows).mean("mark", by="area").row("x")
    assert (found.df, found.se, found.flag) == (0, None, Flag.NO_MARGIN)


def test_equal_answers_get_no_interval_of_width_zero():
    rows = [("1", "a", "x", 8), ("1", "a", "x", 8), ("1", "a", "y", 6), ("1", "a", "y", 7)]
    found = survey(rows).mean("mark", by="area").row("x")
    assert (found.value, found.low, found.flag) == (8, None, Flag.SAME)
    assert "all answers are the same" in found.reason


def test_a_whole_population_without_sampling_error_is_not_called_all_the_same():
    rows = [("1", "a", "x", mark) for mark in (4, 6, 8)]
    found = survey(rows, population={"a": 3}).mean("mark").total()
    assert (found.se, found.low, found.flag) == (0, None, Flag.NO_MARGIN)
    assert "all of the population answered" in found.reason
    apart = [("1", "a", "x", 6)] * 3 + [("1", "b", "x", 8)] * 3
    assert "no stratum has any spread" in survey(apart).mean("mark").total().reason


def test_waves_that_drew_other_clusters_are_not_corrected_for_their_sum():
    # 8 + 8 clusters of 16: each wave drew half, so the change keeps a margin.
    rows = [(w, "a", "x", 5 + (i + j) % 4) for w in "12" for i in range(8) for j in range(5)]
    names = ("wave", "stratum", "area", "mark")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    columns["complex"] = [f"{w}{i}" for w in "12" for i in range(8) for _ in range(5)]
    columns["units"] = [16] * len(rows)
    design = Design(strata="stratum", wave="wave", clusters="complex", fpc="units")
    found = Survey(columns, design).mean("mark", by="area")
    linked, apart = (found.change("1", "2", overlap=way).total for way in ("stacked", "none"))
    assert linked.se == pytest.approx(apart.se, rel=0.05)


def test_an_area_called_total_is_not_the_total():
    rows = [("1", "a", "total", 2), ("1", "a", "total", 3), ("1", "a", "x", 9), ("1", "a", "x", 10)]
    found = survey(rows).mean("mark", by="area")
    assert found.row("total").value == 2.5
    assert found.total().value == 6


def test_item_nonresponse_counts_in_the_design_and_not_in_the_mean():
    # R: svymean(~mark, design, na.rm = TRUE): units without a mark stay in the design.
    rows = [("1", "a", "x", mark) for mark in (6, 8, "", "NA")]
    found = survey(rows, population={"a": 40}).mean("mark").total()
    assert (found.value, found.n, found.df) == (7, 2, 1)
    influence = np.array([-0.5, 0.5, 0, 0])
    variance = (1 - 4 / 40) * 4 / 3 * float(influence @ influence)
    assert found.se == pytest.approx(variance**0.5, rel=1e-12)


def test_nobody_with_a_mark_is_no_answers():
    rows = [("1", "a", "x", ""), ("1", "a", "y", 7), ("1", "a", "y", 8)]
    found = survey(rows).mean("mark", by="area").row("x")
    assert (found.value, found.n, found.flag) == (None, 0, Flag.EMPTY)


def test_one_respondent_in_all():
    found = survey([("1", "a", "x", 7)]).mean("mark", by="area")
    assert (found.total().value, found.total().flag) == (7, Flag.NO_MARGIN)


def many(wave, area, marks):
    return [(wave, area, area, mark) for mark in marks]


def test_an_area_missing_in_one_wave_has_no_change_and_is_outside_the_family():
    marks = [6, 7, 8] * 20
    rows = many("1", "x", marks) + many("2", "x", marks) + many("2", "y", marks)
    found = survey(rows).mean("mark", by="area").change("1", "2")
    assert found.row("y").value is None
    assert (found.row("y").flag, found.row("y").verdict) == (Flag.EMPTY, Verdict.TOO_FEW)
    assert found.row("y").reason == "no answers in the earlier wave"
    assert found.row("x").p_adjusted == found.row("x").p


def test_few_answers_are_not_tested_and_the_reason_says_so():
    rows = many("1", "x", [6, 7, 8]) + many("2", "x", [8, 9, 10])
    found = survey(rows).mean("mark", by="area").change("1", "2").row("x")
    assert found.value == pytest.approx(2)
    assert (found.flag, found.verdict, found.p_adjusted) == (Flag.NO_TEST, Verdict.TOO_FEW, None)
    assert found.reason == "tested from 30 answers in each wave, got 3 and 3"


def test_one_wave_without_degrees_of_freedom_leaves_no_margin_of_the_change():
    rows = many("1", "x", [6]) + many("2", "x", [6, 7, 8, 9])
    found = survey(rows).mean("mark", by="area").change("1", "2", min_answers=1, min_df=1).row("x")
    assert (found.df, found.se, found.flag) == (0, None, Flag.NO_MARGIN)


@pytest.mark.parametrize(
    ("later", "verdict"),
    [
        ([7, 8, 9] * 40, Verdict.HIGHER),
        ([5, 6, 7] * 40, Verdict.LOWER),
        ([6, 7, 8] * 40, Verdict.UNCHANGED),
        ([6, 7, 8] * 15, Verdict.NO_DIFFERENCE),
    ],
)
def test_the_four_verdicts_of_a_test(later, verdict):
    early = [6, 7, 8] * (40 if len(later) > 100 else 15)
    rows = many("1", "x", early) + many("2", "x", later)
    result = survey(rows).mean("mark", by="area").change("1", "2")
    assert result.row("x").verdict is verdict
    assert result.total.verdict is verdict
    assert result.total.p_adjusted is None


def test_what_can_be_read_of_a_result():
    rows = many("1", "x", [6, 7, 8] * 20) + many("2", "x", [7, 8, 9] * 20)
    result = survey(rows).mean("mark", by="area")
    assert "total" in repr(result)
    assert "7.0000" in repr(result)
    assert "hoger" in repr(result.change("1", "2"))
    frame = result.to_frame()
    assert list(frame["key"]) == ["x", "x", "total", "total"]
    assert frame["value"].tolist() == [7, 8, 7, 8]
    assert result.change("1", "2").to_frame()["value"].tolist() == [1, 1]


def test_a_data_frame_gives_what_its_columns_give():
    rows = [("1", "a", "x", 6), ("1", "a", "x", None), ("1", "a", "y", 9), ("1", "a", "y", 8)]
    frame = pd.DataFrame(rows, columns=["wave", "stratum", "area", "mark"])
    design = Design(strata="stratum", wave="wave")
    found = Survey.from_frame(frame, design).mean("mark", by="area")
    same(numbers(found), numbers(survey(rows).mean("mark", by="area")))


BAD = [
    ({"mark": ["7", "eight"]}, {}, "column 'mark' must be a number or empty, row 2 has 'eight'"),
    ({"mark": ["7", "11"]}, {}, "column 'mark' must be from 1 to 10, row 2 has 11"),
    ({"w": ["1", "-2"]}, {"weights": "w"}, "column 'w' must be above 0, row 2 has '-2'"),
    ({"w": ["1", ""]}, {"weights": "w"}, "column 'w' must be above 0, row 2 has ''"),
    ({}, {"strata": "nowhere"}, "there is no column 'nowhere'; columns: mark, area, stratum"),
    ({"stratum": ["a", ""]}, {"strata": "stratum"}, "must be filled in every row, row 2 has ''"),
    (
        {},
        {"strata": "stratum", "population": {"b": 5}},
        "stratum 'a' has answers but no population count",
    ),
    (
        {},
        {"strata": "stratum", "population": {"a": 1}},
        "population of stratum 'a' must be at least its 2 answers, got 1",
    ),
    (
        {"n": [5, 6]},
        {"strata": "stratum", "fpc": "n"},
        "column 'n' must be one number in stratum 'a', got 5 and 6",
    ),
    ({"mark": ["1_0", "8"]}, {}, "column 'mark' must be a number or empty, row 1 has '1_0'"),
    (
        {"n": [1, 1]},
        {"strata": "stratum", "fpc": "n"},
        "population of stratum 'a' must be at least its 2 sampled units, got 1",
    ),
]


@pytest.mark.parametrize(("columns", "design", "message"), BAD, ids=[row[2] for row in BAD])
def test_bad_input_is_named(columns, design, message):
    good = {"mark": ["7", "8"], "area": ["x", "x"], "stratum": ["a", "a"]}
    with pytest.raises(ValueError, match="^.*" + message.replace("(", r"\(")):
        Survey(good | columns, Design(**design)).mean("mark", by="area", scale=(1, 10))


def test_a_negative_population_is_refused():
    with pytest.raises(ValueError, match="population of stratum 'a' must be 0 or more, got -1"):
        Design(strata="stratum", population={"a": -1})


def test_an_unknown_wave_is_named_with_the_known():
    result = survey([("1", "a", "x", 6), ("1", "a", "x", 8)]).mean("mark")
    with pytest.raises(ValueError, match="there is no wave '3'; waves: 1"):
        result.change("1", "3")
    with pytest.raises(ValueError, match="two different waves"):
        result.change("1", "1")


def test_population_files(tmp_path):
    file = tmp_path / "population.csv"
    file.write_text("jaar;stratum;n_dwellings\n2021;a;40\n2022;a;50\n")
    counts = read_population(file, strata="stratum", wave="jaar")
    assert counts == {("2021", "a"): 40, ("2022", "a"): 50}
    file.write_text("stratum;n_dwellings\na;-4\na;x\n")
    with pytest.raises(ValueError, match=r"line 2.*n_dwellings.*'-4'[\s\S]*line 3"):
        read_population(file, strata="stratum")
    file.write_text("stratum;n_dwellings\na;4\na;5\n")
    with pytest.raises(ValueError, match="each stratum once"):
        read_population(file, strata="stratum")
    with pytest.raises(ValueError, match="no column 'wijk'; columns: stratum, n_dwellings"):
        read_population(file, strata="wijk")


def test_a_stratum_may_be_made_of_several_columns(tmp_path):
    file = tmp_path / "population.csv"
    file.write_text("gemeente;woningtype;woningen\nx;flat;40\nx;huis;50\n")
    strata = ("gemeente", "woningtype")
    population = read_population(file, strata=strata)
    assert population == {"x/flat": 40, "x/huis": 50}
    columns = {"gemeente": ["x"] * 4, "woningtype": ["flat", "flat", "huis", "huis"]}
    columns["mark"] = [6, 8, 7, 9]
    design = Design(strata=strata, population=population)
    found = Survey(columns, design).mean("mark").total()
    assert found.exact == Fraction(7 * 40 + 8 * 50, 90)
    assert found.df == 2


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2"]),
        st.sampled_from("abc"),
        st.sampled_from("xyz"),
        st.one_of(st.integers(1, 10), st.just("")),
    ),
    min_size=1,
    max_size=40,
)


def numbers(result):
    return [
        (row.wave, row.key, row.n, row.df, row.exact, row.value, row.se)
        for row in (*result.rows, *result.totals)
    ]


def same(left, right):
    assert [row[:5] for row in left] == [row[:5] for row in right]
    for one, other in zip(left, right, strict=True):
        for a, b in zip(one[5:], other[5:], strict=True):
            assert (a is None) == (b is None)
            assert a is None or a == pytest.approx(b, rel=1e-9, abs=1e-9)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, random):
    shuffled = rows[:]
    random.shuffle(shuffled)
    one, other = (survey(order).mean("mark", by="area") for order in (rows, shuffled))
    same(numbers(one), numbers(other))


@given(ROWS)
def test_counted_cells_equal_rows(rows):
    counted = {row: rows.count(row) for row in rows}
    columns = dict(
        zip(("wave", "stratum", "area", "mark"), map(list, zip(*counted, strict=True)), strict=True)
    )
    columns["n"] = list(counted.values())
    design = Design(strata="stratum", wave="wave")
    one = Survey(columns, design, count="n").mean("mark", by="area")
    same(numbers(survey(rows).mean("mark", by="area")), numbers(one))


@given(ROWS, st.floats(0.01, 100))
def test_scaling_all_weights_changes_nothing(rows, factor):
    def weighted(weight):
        names = ("wave", "stratum", "area", "mark")
        columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        columns["w"] = [weight * (1 + len(area + stratum)) for _, stratum, area, _ in rows]
        design = Design(strata="stratum", wave="wave", weights="w")
        return Survey(columns, design).mean("mark", by="area")

    same(numbers(weighted(1.0)), numbers(weighted(factor)))


@given(ROWS)
def test_swapping_the_waves_flips_the_sign(rows):
    rows = [*rows, ("1", "a", "x", 5), ("2", "a", "x", 6)]
    result = survey(rows).mean("mark", by="area")
    forth, back = result.change("1", "2"), result.change("2", "1")
    for one, other in zip((*forth.rows, forth.total), (*back.rows, back.total), strict=True):
        assert one.value == (None if other.value is None else pytest.approx(-other.value))
        assert one.p == (None if other.p is None else pytest.approx(other.p))


@given(ROWS)
def test_the_total_is_the_weighted_sum_of_the_areas(rows):
    result = survey(rows).mean("mark", by="area")
    for wave in result.waves:
        areas = [row for row in result.of(wave) if row.n]
        answers = sum(row.n for row in areas)
        if answers:
            total = sum(row.exact * row.n for row in areas) / answers
            assert total == result.total(wave).exact
