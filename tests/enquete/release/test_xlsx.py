from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest

from enquete.release.formats.xlsx import write

COLUMNS = (
    *("Gemeente", "CBS-code", "Cijfer", "Marge van", "Marge tot", "Antwoorden", "Status"),
    *("Opmerking", "Verandering", "Verandering van", "Verandering tot", "Oordeel"),
    *("p-waarde", "p-waarde (Holm)", "Opmerking bij verandering"),
)
HEADER = 4


def book(table):
    return openpyxl.load_workbook(io.BytesIO(write(table)))


def rows(table):
    sheet = book(table)["Rapportcijfer"]
    lines = sheet.iter_rows(min_row=HEADER + 1)
    return [dict(zip(COLUMNS, line, strict=True)) for line in lines]


def test_it_is_a_real_table_with_the_headline_first(published):
    sheet = book(published)["Rapportcijfer"]
    table = sheet.tables["Rapportcijfer"]
    assert table.ref == "A4:O15"
    assert tuple(table.column_names) == COLUMNS
    assert sheet.freeze_panes == "B5"
    assert sheet["A1"].value == "Rapportcijfer voor de buurt per gemeente, 2022"
    assert sheet["A2"].value == "Enquete, berekend op 1 februari 2023. Verandering sinds 2021."
    names = [row["Gemeente"].value for row in rows(published)]
    assert names == ["Alle gebieden samen", *(row.name for row in published.rows)]


def test_marks_are_numbers_that_a_dutch_excel_prints_with_a_comma(published):
    for cells, row in zip(rows(published), (published.headline, *published.rows), strict=True):
        for name, value in (
            ("Cijfer", row.value),
            ("Marge van", row.lower),
            ("Marge tot", row.upper),
        ):
            assert cells[name].data_type == "n"
            assert cells[name].value == float(value)
            assert cells[name].number_format == "0.0"
        assert cells["Antwoorden"].value == row.n
        assert cells["Verandering"].value == float(row.change.value)


def test_a_hidden_figure_is_a_word(mixed):
    cells = rows(mixed)[-1]
    figures = [name for name in COLUMNS if name not in {"Gemeente", "CBS-code"}]
    assert [name for name in figures if cells[name].data_type == "n" and cells[name].value] == []
    assert cells["Cijfer"].value == "te weinig antwoorden"
    assert cells["Marge van"].value == cells["Antwoorden"].value == "niet getoond"
    assert cells["Oordeel"].value == "te weinig antwoorden"


def test_a_margin_that_rounds_to_nothing_stays_a_number(telling):
    blaricum = next(row for row in rows(telling) if row["Gemeente"].value == "Blaricum")
    assert (blaricum["Marge van"].value, blaricum["Marge tot"].value) == (8.3, 8.3)


def test_an_indicative_figure_says_so(mixed):
    laren = next(row for row in rows(mixed) if row["Gemeente"].value == "Laren")
    assert laren["Cijfer"].value == 8
    assert (laren["Status"].value, laren["Opmerking"].value) == ("indicatief", "ruime marge")


def test_without_comparison_there_are_no_columns_for_it(published):
    plain = tuple(replace(row, change=None) for row in published.rows)
    headline = replace(published.headline, change=None)
    table = replace(published, compare=None, headline=headline, rows=plain)
    sheet = book(table)["Rapportcijfer"]
    assert tuple(sheet.tables["Rapportcijfer"].column_names) == COLUMNS[:8]


def test_no_name_is_a_formula_or_a_link(hostile):
    sheet = book(hostile)["Rapportcijfer"]
    cells = [line[0] for line in sheet.iter_rows(min_row=HEADER + 2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell for cell in cells if cell.hyperlink] == []
    assert cells[0].value == "=1+1"


def test_the_second_sheet_explains(mixed):
    sheet = book(mixed)["Toelichting"]
    said = {left: right for left, right in sheet.iter_rows(values_only=True) if left}
    for heading in ("Drie gemiddelden", "Verklaring van tekens", "Toelichting"):
        assert said[heading] is None
    assert said["Gemiddelde van de gemeenten. Elke gemeente telt even zwaar."] == 7.7
    assert said["Hoofdcijfer. Elke woning telt even zwaar."] == 7.4
    assert {"indicatief", "te weinig antwoorden", "niet getoond", "lager"} <= set(said)
    assert said["2"] == "De marge is van 95 procent."


def test_the_workbook_is_dated_on_the_day_of_the_computation(published):
    assert book(published).properties.created == datetime(2023, 2, 1)  # noqa: DTZ001 - as read
    with pytest.raises(ValueError, match="isoformat"):
        write(replace(published, computed="gisteren"))
