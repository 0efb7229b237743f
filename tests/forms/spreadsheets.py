"""XLSForm spreadsheets as other tools write them."""

import io
from collections.abc import Mapping, Sequence

import xlsxwriter

Rows = Sequence[Mapping[str, str]]

COLUMNS = {"survey": ("type", "name", "label"), "choices": ("list_name", "name", "label")}
MARK = {"type": "select_one marks", "name": "mark", "label": "Mark?", "enquete": "headline"}
MARKS = [
    {
        "list_name": "marks",
        "name": str(n),
        "label": {1: "1 – bad", 10: "10 – good"}.get(n, str(n)),
    }
    for n in range(1, 11)
]


def spreadsheet(**sheets: Rows) -> bytes:
    """Write rows of named cells to sheets; those that a form needs have their columns always."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        columns = dict.fromkeys([*COLUMNS.get(name, ()), *(key for row in rows for key in row)])
        for column, head in enumerate(columns):
            sheet.write_string(0, column, head)
            for number, row in enumerate(rows, start=1):
                if text := row.get(head, ""):
                    sheet.write_string(number, column, text)
    book.close()
    return file.getvalue()


def form(*rows: Mapping[str, str], choices: Rows = (), **sheets: Rows) -> bytes:
    """A form that asks for the headline mark, and then what these rows ask."""
    sheets = {"settings": [{"form_title": "A survey"}], **sheets}
    return spreadsheet(survey=[MARK, *rows], choices=[*MARKS, *choices], **sheets)
