"""From stored answers to the table: designs, notes, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from analysis.rating_table import Status
from enquete.errors import InputError, NotFoundError
from enquete.report import compute, store_report
from enquete.store import PopulationRow
from tests.conftest import AREAS, CODES, population, wave
from tests.enquete.store.test_store import invitee, response

MARKS = [6, 7, 8, 9] * 10


def answers(slug, marks=MARKS, *, area="laren", complexes=0):
    return [
        response(
            f"{slug}{area}{i}",
            wave=slug,
            area=area,
            stratum=f"{area}/flat",
            cluster=f"c{i % complexes}" if complexes else "",
            rating=mark,
        )
        for i, mark in enumerate(marks)
    ]


@pytest.fixture
def filled(store):
    """Two waves of 40 answers in Laren, 20 in Weesp and none in the third stratum of the frame."""
    store.replace_areas(AREAS, CODES)
    rows = [*population(100), PopulationRow(stratum="eemnes/flat", area="eemnes", dwellings=7)]
    for slug in ("2021", "2022"):
        dates = {"opens": f"{slug}-10-01", "closes": f"{slug}-10-31"}
        store.add_wave(wave(slug, **dates))
        marks = [5, 6] * 10 if slug == "2021" else [7, 8] * 10
        given = [*answers(slug), *answers(slug, marks, area="weesp")]
        store.add_answers(slug, given, rows)
    return store


def test_the_table_of_a_wave(filled):
    table = compute(filled, "2022", compare="2021", today="2022-11-01")
    laren, weesp = table.rows
    assert (laren.value, laren.n, laren.code) == (Decimal("7.5"), 40, "GM0417")
    assert (weesp.value, weesp.n, weesp.code) == (Decimal("7.5"), 20, None)
    # Both strata stand for 100 dwellings, whatever their number of answers.
    assert table.headline.value == Decimal("7.5")
    assert (laren.change.value, laren.change.verdict) == (
        Decimal("0.0"),
        "geen aantoonbaar verschil",
    )
    assert weesp.change.verdict == "te weinig antwoorden"
    assert any("1 groepen met samen 7 woningen" in note for note in table.notes)
    assert any("onafhankelijk" in note for note in table.notes)


def test_what_was_invited_and_answered_is_told(store):
    store.replace_areas(AREAS, [])
    store.add_wave(wave())
    store.invite("2022", [invitee(i) for i in range(8)], population(100))
    store.add_answers("2022", answers("2022", [*MARKS, None]), answered=["h0", "h3", "h5"])
    table = compute(store, "2022", today="2022-11-01")
    assert table.notes[0] == (
        "Er zijn 8 woningen uitgenodigd; 3 antwoordden (38%). "
        "Daarnaast zijn er 38 antwoorden ingelezen. Van de antwoorden zijn er 1 zonder cijfer."
    )


def test_an_open_wave_is_an_interim_result(filled):
    note = "De meting loopt nog. Dit is een tussenstand."
    assert note in compute(filled, "2022", today="2022-10-31").notes
    assert note not in compute(filled, "2022", today="2022-11-01").notes


def test_areas_without_a_row_are_named_and_not_tested(filled):
    filled.add_answers("2022", answers("2022", [7] * 3 + [8] * 2, area="eemnes"))
    table = compute(filled, "2022", today="2022-11-01")
    assert [row.area for row in table.rows] == ["laren", "weesp"]
    assert "In het gemiddelde van alle gebieden zit ook Eemnes." in table.notes
    # With their number and the plain mean, the sum of their five marks would follow.
    assert (table.headline.n, table.reconciliation.answers_weighted) == (None, None)
    assert table.headline.value is not None


def test_a_stratum_without_marks_is_told_also_where_somebody_answered(filled):
    before = compute(filled, "2022", today="2022-11-01").notes
    silent = "Uit 1 groepen met samen 7 woningen kwam geen cijfer."
    assert any(silent in note for note in before)
    left_out = answers("2022", [None, None], area="eemnes")
    filled.add_answers("2022", left_out)
    after = compute(filled, "2022", today="2022-11-01").notes
    assert any(silent in note for note in after)


@pytest.mark.parametrize("without_a_mark", [0, 4])
def test_an_area_that_rests_on_one_mark_has_no_margin(store, without_a_mark):
    store.replace_areas(AREAS, [])
    store.add_wave(wave())
    many = answers("2022", [7, 8] * 10)
    one = replace(many[0], id="one", stratum="laren/huis")
    others = [replace(one, id=f"none{i}", rating=None) for i in range(without_a_mark)]
    house = PopulationRow(stratum="laren/huis", area="laren", dwellings=400)
    store.add_answers("2022", [*many, one, *others], [*population(100), house])
    laren = compute(store, "2022", today="2022-11-01").rows[0]
    assert (laren.status, laren.lower) == (Status.INDICATIVE, None)


def test_complexes_drawn_are_the_units_of_the_margin(store):
    store.replace_areas(AREAS, [])
    for slug in ("2021", "2022"):
        made = wave(slug, opens=f"{slug}-10-01", closes=f"{slug}-10-31", sampled_unit="complex")
        store.add_wave(made)
        store.add_answers(slug, answers(slug, complexes=5), population(100))
    table = compute(store, "2022", compare="2021", today="2022-11-01")
    assert any("complex is in beide metingen hetzelfde" in note for note in table.notes)
    assert table.rows[0].value == Decimal("7.5")


def test_waves_sampled_in_other_units_are_not_compared(filled):
    filled.add_wave(wave("2023", opens="2023-10-01", closes="", sampled_unit="complex"))
    filled.add_answers("2023", answers("2023", complexes=5), population(100))
    with pytest.raises(InputError, match="one sampled unit, got 2022: dwelling, 2023: complex"):
        compute(filled, "2023", compare="2022", today="2023-11-01")


@pytest.mark.parametrize(("asked", "compared"), [("2022", "2022"), ("2021", "2022")])
def test_only_an_earlier_wave_is_compared_with(filled, asked, compared):
    with pytest.raises(InputError, match=f"must be earlier than '{asked}'"):
        compute(filled, asked, compare=compared, today="2022-11-01")


def test_a_wave_without_marks_or_without_being_is_told(filled):
    filled.add_wave(wave("2023"))
    with pytest.raises(InputError, match="'2023' has no answers to the rating question yet"):
        compute(filled, "2023", today="2023-11-01")
    with pytest.raises(NotFoundError, match="no wave '1999'"):
        compute(filled, "1999", today="2023-11-01")


def test_a_stored_report_is_the_table(filled):
    table = replace(compute(filled, "2022", today="2022-11-01"), invented=True)
    store_report(filled, table, now=datetime(2022, 11, 1, 12, tzinfo=UTC))
    assert filled.report("2022").created == "2022-11-01T12:00:00Z"
    assert filled.count_responses("2022") == 60
