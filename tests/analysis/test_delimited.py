from __future__ import annotations

import csv
import io
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis.delimited import (
    DelimitedError,
    Faults,
    ParseError,
    parse_number,
    parse_whole,
    read_table,
)
from analysis.faults import MOST_FAULTS


def message(data: bytes, **options: object) -> str:
    with pytest.raises(DelimitedError) as caught:
        read_table(data, name="f.csv", **options)
    return str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("gebied;cijfer\nÉénrum;8,5\n".encode(), id="UTF-8"),
        pytest.param("gebied;cijfer\nÉénrum;8,5\n".encode("utf-8-sig"), id="byte order mark"),
        pytest.param("gebied;cijfer\nÉénrum;8,5\n".encode("cp1252"), id="Windows-1252"),
        pytest.param("gebied;cijfer\r\nÉénrum;8,5\r\n\r\n\r\n".encode(), id="CRLF, blank end"),
        pytest.param("gebied;cijfer\rÉénrum;8,5\r".encode(), id="CR"),
        pytest.param('gebied,cijfer\nÉénrum,"8,5"\n'.encode(), id="comma"),
        pytest.param("gebied\tcijfer\nÉénrum\t8,5".encode(), id="tab, no line end"),
        pytest.param('"gebied";"cijfer"\n" Éénrum ";8,5 \n'.encode(), id="quotes and space"),
        pytest.param("\n\ngebied;cijfer\n\nÉénrum;8,5\n;\n;;;\n".encode(), id="rows left behind"),
        pytest.param("sep=|\ngebied|cijfer\nÉénrum|8,5\n".encode(), id="sep line of Excel"),
    ],
)
def test_reads_what_the_field_delivers(data: bytes) -> None:
    table = read_table(data)

    assert table.header == ("gebied", "cijfer")
    assert table.columns == {"gebied": ["Éénrum"], "cijfer": ["8,5"]}


def test_separator_in_quotes_is_none() -> None:
    assert read_table(b'"a;b",c\n1,2\n').header == ("a;b", "c")


def test_one_column_keeps_decimal_commas() -> None:
    assert read_table(b"cijfer\n7,5\n8\n").columns == {"cijfer": ["7,5", "8"]}


def test_empty_cells_of_the_last_row_stay_when_another_column_is_filled() -> None:
    assert read_table(b"id;cijfer\n1;7\n2;\n", columns=["cijfer"]).columns == {"cijfer": ["7", ""]}


def test_rows_of_separators_between_others_stay() -> None:
    assert read_table(b"a;b\n1;2\n;\n3;4\n").lines == [2, 3, 4]


def test_lines_are_those_of_the_file_after_quoted_newlines() -> None:
    data = b'id;toelichting\r\n1;"twee\r\nregels"\r\n\r\n2;een\r\n'
    assert list(read_table(data).rows()) == [(2, ("1", "twee\r\nregels")), (5, ("2", "een"))]


def test_lines_count_the_sep_line() -> None:
    assert read_table(b"sep=;\na;b\n1;2\n").lines == [3]


def test_reads_a_path_under_its_name(tmp_path) -> None:
    path = tmp_path / "woningen.csv"
    path.write_bytes(b"a;b\n1;2\n")

    assert read_table(path).name == "woningen.csv"
    assert read_table(str(path), columns=["b"]).columns == {"b": ["2"]}
    with pytest.raises(FileNotFoundError):
        read_table(tmp_path / "weg.csv")


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"", "f.csv: wanted a header and rows, got an empty file"),
        (b"\r\n \r\n", "f.csv: wanted a header and rows, got an empty file"),
        (b"a;b\n", "f.csv: wanted rows under the header, got a header only"),
        (b"a;b\n;\n", "f.csv: wanted rows under the header, got a header only"),
        (b"a;;b\n1;2;3\n", "f.csv, line 1: wanted a name for column 2 of 3, got none"),
        (
            b"a;b;a\n1;2;3\n",
            "f.csv, line 1, column 'a': wanted a name that no other column has, "
            "got it for columns 1 and 3",
        ),
        (b"a;b\n1\n", "f.csv, line 2: wanted 2 fields as in the header, got 1"),
        (b"a;b\n1;2;3\n", "f.csv, line 2: wanted 2 fields as in the header, got 3"),
        (
            b'a;b\n1;2\n3;"4\n5;6\n',
            "f.csv, line 3: wanted every quote that opens a cell to close it, "
            "got unexpected end of data",
        ),
        (
            b'a;"b\n1;2\n',
            "f.csv, line 1: wanted every quote that opens a cell to close it, "
            "got unexpected end of data",
        ),
        (
            b'a;b\n1;"Jan "de Bult" Pad"\n',
            "f.csv, line 2: wanted every quote that opens a cell to close it, "
            "got ';' expected after '\"'",
        ),
    ],
)
def test_refuses_by_place(data: bytes, wanted: str) -> None:
    assert message(data) == wanted


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ("a;b\n1;2\n".encode("utf-16"), "UTF-16 text"),
        ("a;b\n1;2\n".encode("utf-16-le"), "line 1: wanted a text file"),
        (b"PK\x03\x04\x14\0", "an Excel workbook"),
        (b"a;b\n1;\x002\n", "line 2: wanted a text file"),
        (b"a;b\n1;\x81\n", "line 2: wanted a text file"),
        ("a;b\n1;é\n2;".encode() + "é".encode("cp1252"), "line 3: wanted one encoding throughout"),
        (
            b"\xef\xbb\xbfa;b\n1;2\n3;\xe9\n",
            "line 3: wanted one encoding throughout, got UTF-8 wit",
        ),
    ],
)
def test_refuses_other_encodings(data: bytes, wanted: str) -> None:
    assert wanted in message(data)


def test_a_missing_column_names_those_there_are() -> None:
    assert message(b"gebied;rapportcijfer\nx;7\n", columns=["rapportcijfers"]) == (
        "f.csv, line 1: wanted a column 'rapportcijfers' (did you mean 'rapportcijfer'?), "
        "got columns gebied, rapportcijfer"
    )


def test_tells_all_faults_up_to_a_number_and_counts_the_rest() -> None:
    with pytest.raises(DelimitedError) as caught:
        read_table(b"a;b\n" + b"1\n" * 50)
    told = str(caught.value).splitlines()

    assert told[0] == "the file has 50 faults:"
    assert told[1] == "- line 2: wanted 2 fields as in the header, got 1"
    assert len(told) == 1 + MOST_FAULTS + 1
    assert told[-1] == "- and 30 more"
    assert len(caught.value.faults) == 50


def test_parse_tells_each_cell_at_fault() -> None:
    table = read_table(b"x;y\n7,5;1\nacht;2\n7.25;3\nacht;4\n", name="f.csv")

    with pytest.raises(DelimitedError) as caught, Faults(table.name) as faults:
        table.parse("x", parse_number, faults)

    assert [(f.line, f.column, f.got) for f in caught.value.faults] == [
        (3, "x", "'acht'"),
        (5, "x", "'acht'"),
    ]


def test_parse_gives_values_in_the_order_of_rows() -> None:
    table = read_table(b"x\n7,5\n8\nNA\n7,5\n")
    with Faults(table.name) as faults:
        assert table.parse("x", parse_number, faults) == [7.5, 8, None, 7.5]


def test_faults_do_not_hide_another_error() -> None:
    faults = Faults("f")
    faults.add(1, "", "a", "b")
    with pytest.raises(ZeroDivisionError), faults:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7,5", 7.5),
        ("7.5", 7.5),
        (" 8 ", 8),
        ("-0,2", -0.2),
        ("\u22120,2", -0.2),
        ("+1", 1),
        (".5", 0.5),
        ("1.234", 1.234),
        ("1e+05", 100_000),
        ("3,5E-2", 0.035),
        ("", None),
        ("NA", None),
    ],
)
def test_number(text: str, number: float | None) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text",
    ["1.234,5", "1,234.5", "1.000.000", "1 234", "7,", "zeven", "nan", "inf", "1e999", "٧", "1_0"],
)
def test_number_refused(text: str) -> None:
    with pytest.raises(ParseError, match=r"wanted a number such as 7,5 or 7\.5.*got"):
        parse_number(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("7,0", 7), ("7.00", 7), ("-3", -3), ("1e+05", 100_000), ("", None), ("NA", None)],
)
def test_whole(text: str, number: int | None) -> None:
    assert parse_whole(text) == number


@pytest.mark.parametrize("text", ["7,5", "1.000", "1,000", "1.5e3", "1e-2", "x", "9" * 5000])
def test_whole_refused(text: str) -> None:
    with pytest.raises(ParseError, match="wanted a whole number"):
        parse_whole(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_reads_what_python_and_a_dutch_excel_write(value: float) -> None:
    assert parse_number(repr(value)) == value
    assert parse_number(repr(value).replace(".", ",")) == value


@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b'"')
@example(b"sep=\r\n")
@example(b'sep="\na"b\n1"2')
def test_any_bytes_give_a_table_or_its_own_error(data: bytes) -> None:
    try:
        table = read_table(data)
    except DelimitedError:
        return
    assert {len(cells) for cells in table.columns.values()} == {len(table)}
    assert table.lines == sorted(set(table.lines))


CELL = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n";,'), max_size=8
)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1), st.sampled_from(";,\t"))
def test_reads_what_the_csv_module_writes(rows: list[tuple[str, ...]], separator: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b", "c"), *rows, ("end", "", "")])

    table = read_table(text.getvalue().encode())

    read = [cells for _, cells in table.rows()]
    assert read == [tuple(map(str.strip, row)) for row in rows] + [("end", "", "")]


def test_loads_no_statistics() -> None:
    program = "import sys, analysis.delimited; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"
