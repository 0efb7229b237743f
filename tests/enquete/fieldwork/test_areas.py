from __future__ import annotations

import csv
from pathlib import Path

import pytest

from analysis.delimited import ParseError
from enquete.errors import InputError
from enquete.fieldwork.areas import area_parser, builtin_areas, code_on, read_areas

PUBLISHED = Path(__file__).parents[2] / "reference" / "published-2022.csv"
HEADER = "area;name;published;position;code;valid_from;valid_until;change\n"


def read(rows: str) -> object:
    return read_areas((HEADER + rows).encode())


def test_the_shipped_list_prints_the_published_table() -> None:
    areas, codes = builtin_areas()
    with PUBLISHED.open(encoding="utf-8") as file:
        wanted = [(row["gebied"], row["cbs_code"]) for row in csv.DictReader(file)]

    assert [
        (area.name, code_on(codes, area.id, "2022-01-01")) for area in areas if area.published
    ] == wanted
    assert [area.id for area in areas if not area.published] == ["amersfoort", "eemnes"]


@pytest.mark.parametrize(
    ("area", "on", "code"),
    [
        ("weesp", "2022-01-01", "GM0457"),
        ("weesp", "2022-03-23", "GM0457"),
        ("weesp", "2022-03-24", None),
        ("amsterdam", "2023-01-01", "GM0363"),
        ("gooise-meren", "2015-12-31", None),
        ("gooise-meren", "2016-01-01", "GM1942"),
        ("wijdemeren", "2026-12-31", "GM1696"),
        ("wijdemeren", "2027-01-01", None),
        ("hilversum", "2027-01-01", "GM0402"),
        ("utrecht", "2022-01-01", None),
    ],
)
def test_code_in_force(area: str, on: str, code: str | None) -> None:
    assert code_on(builtin_areas()[1], area, on) == code


def test_code_on_a_day_that_is_none() -> None:
    with pytest.raises(ValueError, match="1-1-2022"):
        code_on([], "weesp", "1-1-2022")


def test_an_area_may_have_several_codes() -> None:
    areas, codes = read(
        "b;B;nee;2;;;;\n"
        "a;A;ja;1;GM0002;2020-01-01;;hernoemd\n"
        "a;A;ja;1;GM0001;;2020-01-01;\n"
        "c;C;ja;3;GM0001;2020-01-01;;\n"
    )

    assert [(area.id, area.published) for area in areas] == [("a", True), ("b", False), ("c", True)]
    assert [(code.area, code.code, code.change) for code in codes] == [
        ("a", "GM0001", ""),
        ("a", "GM0002", "hernoemd"),
        ("c", "GM0001", ""),
    ]


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ("A b;A;ja;1;;;;", "line 2, column 'area': wanted an id of small letters"),
        ("a;;ja;1;;;;", "line 2, column 'name': wanted a name, got ''"),
        ("a;A;misschien;1;;;;", "line 2, column 'published': wanted yes or no, got 'misschien'"),
        ("a;A;ja;eerst;;;;", "line 2, column 'position': wanted a whole number"),
        ("a;A;ja;1;0363;;;", "line 2, column 'code': wanted a CBS code such as GM0363, got '0363'"),
        ("a;A;ja;1;GM0001;24-3-2022;;", "line 2, column 'valid_from': wanted a date such as"),
        ("a;A;ja;1;GM0001;2022-01-01;2022-01-01;", "wanted a day after valid_from (2022-01-01)"),
        ("a;A;ja;1;;2022-01-01;;", "line 2, column 'code': wanted a code for the dates"),
        ("a;A;ja;1;;;;\na;A;ja;2;;;;", "line 3, column 'area': wanted the name, published and"),
        ("a;A;ja;1;;;;\nb;a;ja;2;;;;", "line 3, column 'name': wanted another than 'a' has"),
        ("a;A;ja;1;;;;\nb;B;ja;1;;;;", "line 3, column 'position': wanted another than 'a' has"),
        (
            "a;A;ja;1;GM0001;;;\na;A;ja;1;GM0002;2020-01-01;;",
            "line 3, column 'code': wanted one code of an area at a time, "
            "got GM0002 while GM0001 is in force too",
        ),
        (
            "a;A;ja;1;GM0001;;2022-03-24;\nb;B;ja;2;GM0001;2022-03-23;;",
            "line 3, column 'code': wanted one area of a code at a time, got GM0001, which 'a' has",
        ),
    ],
)
def test_refuses(rows: str, wanted: str) -> None:
    with pytest.raises(InputError) as caught:
        read(rows)
    assert wanted in str(caught.value)


def test_tells_the_faults_of_all_columns_at_once() -> None:
    with pytest.raises(InputError, match="areas has 2 faults"):
        read("A;A;ja;1;x;;;")


def test_names_areas_by_id_or_name_in_any_case() -> None:
    parse = area_parser(builtin_areas()[0])

    assert parse("gooise-meren") == parse("GOOISE  meren") == "gooise-meren"
    assert parse("Weesp / stadsgebied Amsterdam") == parse("Weesp") == "weesp"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Almerre", "did you mean Almere"),
        ("Hilversumm", "did you mean Hilversum"),
        ("zzz", "known are Almere"),
        ("", "known are Almere"),
    ],
)
def test_an_unknown_area_names_those_alike(text: str, wanted: str) -> None:
    with pytest.raises(ParseError) as caught:
        area_parser(builtin_areas()[0])(text)
    assert wanted in str(caught.value)
