"""Text for spreadsheets: what came from elsewhere must not run as a formula."""

from __future__ import annotations

import re
from typing import Final, Literal

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# What makes a formula of a cell that begins with it, full-width forms included; see
# https://owasp.org/www-community/attacks/CSV_Injection
_BEGINS: Final = r'(?=[\s"]*[=+\-@＝＋－＠])'
# A Dutch spreadsheet cuts a file at ";", an English one at ",": in a file made for the one, a cell
# may begin for the other behind a sign that is not quoted.
_FORMULA: Final = {
    ",": re.compile(f"(^|;){_BEGINS}"),
    ";": re.compile(f"(^|,){_BEGINS}"),
}


def as_text(text: str, *, delimiter: Literal[",", ";"]) -> str:
    """Give a text as a cell of a delimited file: one line that no spreadsheet takes for a formula.

    Parameters
    ----------
    text
        What the cell says. An apostrophe goes before what would be a formula.
    delimiter
        What stands between the cells of the file.
    """
    return _FORMULA[delimiter].sub(r"\1'", _CONTROL.sub(" ", text))
