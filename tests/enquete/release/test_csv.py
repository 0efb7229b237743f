from __future__ import annotations

import csv
import io
from decimal import Decimal

from enquete.release.formats.csv import write

HEADER = [
    *("wave", "area", "name", "code", "value", "lower", "upper", "n", "status", "note"),
    *("compare", "change", "change_lower", "change_upper", "p", "p_adjusted", "verdict"),
    *("change_note", "invented"),
]


def read(content: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter))


def records(content: bytes) -> list[dict[str, str]]:
    header, *lines = read(content)
    return [dict(zip(header, line, strict=True)) for line in lines]


def test_the_headline_comes_first_and_the_areas_in_the_order_of_the_table(published):
    content = write(published)
    assert read(content)[0] == HEADER
    rows = records(content)
    assert [row["area"] for row in rows] == ["total", *(row.area for row in published.rows)]
    assert rows[0]["code"] == ""


def test_the_figures_read_back_are_those_of_the_table(published):
    for line, row in zip(
        records(write(published)), (published.headline, *published.rows), strict=True
    ):
        assert Decimal(line["value"]) == row.value
        assert (line["lower"], line["upper"]) == (str(row.lower), str(row.upper))
        assert int(line["n"]) == row.n
        assert line["change"] == str(row.change.value)
        assert line["verdict"] == row.change.verdict


def test_numbers_are_for_machines(published):
    laren = next(row for row in records(write(published)) if row["name"] == "Laren")
    assert laren["value"] == "8.0"
    assert laren["change"] == "-0.2"
    assert (laren["p"], laren["p_adjusted"]) == ("0.3333", "0.6667")
    total = records(write(published))[0]
    assert float(total["p"]) == 1.5e-9
    assert total["p_adjusted"] == ""


def test_lines_end_as_rfc_4180_says(published):
    content = write(published)
    assert content.count(b"\r\n") == content.count(b"\n") == len(published.rows) + 2
    assert not content.startswith(b"\xef\xbb\xbf")


def test_no_text_is_a_formula(hostile):
    begins = [row["name"][:2] for row in records(write(hostile))[1:]]
    assert begins == ["'=", "'+", "'-", "'@", "' ", "' ", "Oo", "<s", "Zu", "ht"]
    assert records(write(hostile))[9]["name"] == "Zuid, \"West\" en Noord & 'Meer' "


def test_no_text_is_a_formula_where_a_dutch_excel_splits(hostile):
    for line in read(write(hostile), delimiter=";"):
        for cell in line:
            assert not cell.strip().strip('"').startswith(("=", "+", "-", "@"))


def test_hidden_figures_are_empty(mixed):
    row = records(write(mixed))[-1]
    assert row["status"] == "te weinig antwoorden"
    hidden = ("value", "lower", "upper", "n", "change", "change_lower", "change_upper", "p")
    assert {row[name] for name in hidden} == {""}
    assert row["verdict"] == "te weinig antwoorden"
