import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enquete.spreadsheet import as_text

RUNS = tuple("=+-@＝＋－＠")
texts = st.text(st.sampled_from("=+-@＝＠\t\n\r \"',;ab1\x00")) | st.text()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Kerkstraat 1-2", "Kerkstraat 1-2"),
        ("=1+1", "'=1+1"),
        ("＝1", "'＝1"),
        (" @SUM(A1)", "' @SUM(A1)"),
        ("\t-2", "' -2"),
        ("Oost\r\nWest", "Oost West"),
    ],
)
def test_what_would_run_gets_an_apostrophe(text: str, written: str) -> None:
    assert as_text(text, delimiter=",") == as_text(text, delimiter=";") == written


def test_what_another_country_would_cut_off_gets_one_too() -> None:
    assert as_text("Oost;=1", delimiter=",") == "Oost;'=1"
    assert as_text("Oost,=1", delimiter=";") == "Oost,'=1"
    assert as_text("Dorpsstraat 1, Laren", delimiter=";") == "Dorpsstraat 1, Laren"


@given(st.lists(texts, min_size=1, max_size=3), st.permutations([",", ";"]))
def test_no_cell_runs_wherever_the_file_is_cut(cells: list[str], delimiters: list[str]) -> None:
    own, _other = delimiters
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=own).writerow([as_text(cell, delimiter=own) for cell in cells])
    for delimiter in delimiters:
        rows = list(csv.reader(io.StringIO(file.getvalue(), newline=""), delimiter=delimiter))
        assert len(rows) == 1
        assert not [cell for row in rows for cell in row if cell.lstrip().startswith(RUNS)]
