"""Tables in a terminal of 80 columns, and data that looks like mark-up."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from rich.console import Console

from analysis.rating_table import Change, RatingRow, RatingTable, Reconciliation, Status, Verdict
from enquete.cli.tables import print_rating_table
from enquete.cli.terminal import Column, Layout, show

NAME = "Weesp / stadsgebied Amsterdam"
ROW = RatingRow(
    area="weesp",
    name=NAME,
    code="GM0457",
    status=Status.SUPPRESSED,
    value=Decimal("8.0"),
    lower=Decimal("7.8"),
    upper=Decimal("8.2"),
    n=12345,
    change=Change(
        verdict=Verdict.NO_DIFFERENCE,
        value=Decimal("-0.2"),
        lower=Decimal("-0.3"),
        upper=Decimal("-0.1"),
        p=0.0001,
        p_adjusted=0.5,
    ),
)
TABLE = RatingTable(
    wave="2022",
    compare="2021",
    computed="2022-11-01",
    headline=replace(ROW, area="total", name="Alle gebieden samen", code=None),
    rows=(ROW,),
    reconciliation=Reconciliation(
        plain_mean=Decimal("7.7"),
        answers_weighted=Decimal("7.4"),
        population_weighted=Decimal("7.4"),
    ),
    notes=("Een cijfer staat in de tabel vanaf 10 antwoorden, [b]en niet eerder[/b].",),
)
NUMBERS = ["8,0", "7,8 tot 8,2", "12.345", "−0,2", "−0,3 tot −0,1", "<0,001", "0,500", "GM0457"]


def terminal(width):
    return Console(width=width, file=io.StringIO(), force_terminal=True, color_system=None)


def printed(print_it, *things, width):
    console = terminal(width)
    print_it(*things, console=console)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 100, 200])
def test_the_rating_table_fits_and_nothing_is_cut_off(width):
    text = printed(print_rating_table, TABLE, width=width)
    assert "…" not in text
    assert all(len(line) <= width for line in text.splitlines())
    words = text.split()
    for name in (NAME, ROW.status, ROW.change.verdict, TABLE.headline.name):
        assert set(name.split()) <= set(words), name
    assert not [number for number in NUMBERS if number not in text]


def test_a_narrow_terminal_gets_level_and_change_apart_a_wide_one_a_single_table():
    assert "\nVerandering sinds 2021" in printed(print_rating_table, TABLE, width=80)
    (row,) = [
        line for line in printed(print_rating_table, TABLE, width=200).splitlines() if NAME in line
    ]
    assert not [number for number in NUMBERS if number not in row]


def test_even_a_terminal_that_is_too_narrow_loses_no_number():
    text = printed(print_rating_table, TABLE, width=30)
    assert not [number for number in NUMBERS if number not in text]


def test_a_wave_without_comparison_has_no_change():
    text = printed(print_rating_table, replace(TABLE, compare=None), width=80)
    assert "Verandering" not in text
    assert "7,8 tot 8,2" in text


@pytest.mark.parametrize("name", ["[/b] dorp", "[bold]dorp[/bold]", "[red]", ":house:", "a\\[b]"])
@pytest.mark.parametrize("width", [80, 200])
def test_data_that_looks_like_mark_up_is_shown_as_it_is(name, width):
    table = replace(TABLE, wave=name, compare=name, rows=(replace(ROW, name=name),), notes=(name,))
    text = printed(print_rating_table, table, width=width)
    # In the title, over the change, in the row (twice if there are two tables) and as a note.
    assert text.count(name) == (5 if width == 80 else 4)


def test_a_name_cannot_steer_the_terminal():
    text = printed(print_rating_table, replace(TABLE, wave="\x1b[2J\n2022"), width=80)
    assert "\x1b[2J" not in text
    assert " [2J 2022" in text


def test_what_is_piped_has_a_line_for_each_row_however_wide():
    cells = ["word " * 100, "short"]
    column = Column(head="name", cells=cells)
    number = Column(head="n", cells=["1", "2"], number=True)
    console = Console(file=io.StringIO(), width=80)
    show(Layout(tables=[("Title", [column, number])], lines=["line " * 100]), console=console)
    lines = console.file.getvalue().splitlines()
    assert len(lines) == 5
    assert lines[2].split() == [*cells[0].split(), "1"]
