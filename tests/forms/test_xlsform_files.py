"""Files that are no XLSForm: refused whole, with what was wanted and what was got."""

import io
import sys
import zipfile

import pytest

from forms.definition import builtin
from forms.xlsform import XlsformError, read_xlsform
from forms.xlsform_sheets import MAX_BYTES
from forms.xlsform_write import write_xlsform
from tests.forms.spreadsheets import form, spreadsheet

GOOD = write_xlsform(builtin("buurt"))


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("readme.txt", "no workbook")
    return file.getvalue()


COLUMNS = {"a": "1"} | {f"c{n}": "1" for n in range(120)}
REFUSED = {
    "empty": (b"", "an .xlsx spreadsheet, got a file of another kind"),
    "text": (b"type;name;label\n", "an .xlsx spreadsheet, got a file of another kind"),
    "cut off": (GOOD[:3000], "an .xlsx spreadsheet, got a file of another kind"),
    "another archive": (archive(), "an .xlsx spreadsheet, got KeyError"),
    "too large": (GOOD + bytes(MAX_BYTES), "at most 5,000,000 bytes, got 5,"),
    "no survey": (spreadsheet(choices=[]), "a sheet called survey, with a question on each row"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_form_is_refused(name: str) -> None:
    content, message = REFUSED[name]
    with pytest.raises(XlsformError, match=f"^wanted {message}"):
        read_xlsform(content)


def test_a_sheet_without_its_columns_is_refused() -> None:
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet("survey")
    sheet.write_row(0, 0, ["soort", "name", "label"])
    book.close()
    with pytest.raises(XlsformError) as told:
        read_xlsform(file.getvalue())
    assert str(told.value) == "wanted a column type in the sheet survey, got soort, name, label"


def test_a_column_that_stands_twice_is_refused() -> None:
    twice = form({"type": "text", "name": "a", "label": "A", "Label": "B"})
    with pytest.raises(XlsformError, match="each column once in the sheet survey, got label twice"):
        read_xlsform(twice)


def test_more_columns_and_rows_than_anyone_reads_are_refused() -> None:
    with pytest.raises(XlsformError, match="at most 100 columns in the sheet survey, got more"):
        read_xlsform(form({"type": "text", "name": "a", "label": "A", **COLUMNS}))
    rows = [{"list_name": "l", "name": f"n{n}", "label": "N"} for n in range(5_000)]
    with pytest.raises(XlsformError, match="at most 5,000 rows in the sheet choices, got more"):
        read_xlsform(form(choices=rows))


def test_a_form_without_a_question_gives_none() -> None:
    assert read_xlsform(spreadsheet(survey=[])).questions == 0


def test_cells_are_read_as_people_see_them() -> None:
    from openpyxl import Workbook

    book = Workbook()
    survey = book.active
    assert survey is not None
    survey.title = " Survey "
    for row in (
        ["Type", "name ", "label", "required"],
        ["select one mark", "mark", "Mark?", True],
        ["text", "story", "Tell\r\nus", False],
    ):
        survey.append(row)
    choices = book.create_sheet("choices")
    choices.append(["list name", "name", "label"])
    for mark in range(1, 11):
        choices.append(["mark", mark, float(mark)])
    file = io.BytesIO()
    book.save(file)
    read = read_xlsform(file.getvalue())
    assert read.questions == 2
    assert 'kind = "rating"' in read.text
    assert "required = true" in read.text
    assert '"Tell\\nus"' in read.text


def test_without_the_extra_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(XlsformError, match=r"pip install 'enquete\[xlsform\]'"):
        read_xlsform(GOOD)
