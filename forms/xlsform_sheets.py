"""An XLSForm spreadsheet as rows of named cells, in the languages that its headers name."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zipfile import BadZipFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_BYTES: Final = 5_000_000
MAX_ROWS: Final = 5_000
MAX_COLUMNS: Final = 100
SHEETS: Final = ("survey", "choices", "settings")
_COLUMNS: Final = {"survey": ("type", "name", "label"), "choices": ("list_name", "name", "label")}

_IN_BRACKETS: Final = re.compile(r"\(\s*([A-Za-z]{2,3}(?:-[A-Za-z]{2})?)\s*\)\s*$")
_CODE: Final = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{2}))?")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NAMES: Final = {
    "nederlands": "nl",
    "dutch": "nl",
    "english": "en",
    "engels": "en",
    "türkçe": "tr",
    "turkish": "tr",
    "العربية": "ar",
    "arabic": "ar",
    "українська": "uk",
    "ukrainian": "uk",
    "polski": "pl",
    "polish": "pl",
    "deutsch": "de",
    "german": "de",
    "français": "fr",
    "french": "fr",
}


class XlsformError(ValueError):
    """The file is not an XLSForm that can be read; the message says what was wanted."""


class Loss(NamedTuple):
    """Something of the spreadsheet that was not taken, or not as it stood."""

    sheet: str
    row: int
    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.sheet}, row {self.row}, {self.what}: {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: what stands in it by column name, and by language where the header names one.

    Attributes
    ----------
    number
        As the spreadsheet shows it, from 1.
    cells
        Text by (column, language); the language of a header without one is "".
    """

    number: int
    cells: Mapping[tuple[str, str], str]

    def get(self, column: str) -> str:
        """Give the text of a column without a language; "" when there is none."""
        return self.cells.get((column, ""), "")

    def texts(self, column: str, default: str) -> dict[str, str]:
        """Give the texts of a column by language; `default` is that of a header without one."""
        found = {language: text for (name, language), text in self.cells.items() if name == column}
        plain = found.pop("", "")
        return {default: plain} | found if plain else found


class Sheets(NamedTuple):
    """The rows of the sheets that Enquete knows, and the names of the others."""

    survey: list[Row]
    choices: list[Row]
    settings: list[Row]
    others: tuple[str, ...]


def read_sheets(content: bytes) -> Sheets:
    """Read the sheets of an XLSForm that Enquete knows; a sheet that is not there has no rows.

    Raises
    ------
    XlsformError
        If it is no such file, is too large, has no sheet `survey` or not its columns, or openpyxl
        is not installed.
    """
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise XlsformError("reading needs openpyxl: pip install 'enquete[xlsform]'") from None
    if len(content) > MAX_BYTES:
        raise XlsformError(f"wanted at most {MAX_BYTES:,} bytes, got {len(content):,}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, which are not looked at
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            found = {
                name: _rows(name, sheet.iter_rows(values_only=True))
                for name, sheet in _by_name(book).items()
                if name in SHEETS
            }
            others = tuple(name for name in _by_name(book) if name not in SHEETS)
    except XlsformError:
        raise
    except BadZipFile:
        raise XlsformError("wanted an .xlsx spreadsheet, got a file of another kind") from None
    except Exception as error:  # openpyxl raises whatever its parts do on a broken file
        reason = f"{type(error).__name__}: {error}"[:200]
        raise XlsformError(f"wanted an .xlsx spreadsheet, got {reason}") from None
    if "survey" not in found:
        raise XlsformError("wanted a sheet called survey, with a question on each row")
    return Sheets(**{name: found.get(name, []) for name in SHEETS}, others=others)


def _by_name(book: Any) -> dict[str, Any]:
    return {sheet.title.strip().lower(): sheet for sheet in book.worksheets}


def language_code(name: str) -> str:
    """Give the code of a language as headers write it, such as `Nederlands (nl)`; "" is unknown."""
    name = name.strip()
    bracketed = _IN_BRACKETS.search(name)
    if bracketed:
        name = bracketed[1]
    elif name.lower() in _NAMES:
        return _NAMES[name.lower()]
    code = _CODE.fullmatch(name)
    if not code:
        return ""
    return code[1].lower() + (f"-{code[2].upper()}" if code[2] else "")


def _rows(sheet: str, values: Iterable[tuple[Any, ...]]) -> list[Row]:
    rows: list[Row] = []
    headers: list[tuple[str, str]] | None = None
    for number, line in enumerate(values, start=1):
        if number > MAX_ROWS:
            raise XlsformError(f"wanted at most {MAX_ROWS:,} rows in the sheet {sheet}, got more")
        if any(value is not None for value in line[MAX_COLUMNS:]):
            wanted = f"wanted at most {MAX_COLUMNS} columns in the sheet {sheet}"
            raise XlsformError(f"{wanted}, got more in row {number}")
        texts = [_text(value) for value in line[:MAX_COLUMNS]]
        if headers is None:
            headers = _headers(sheet, texts) if any(texts) else None
            continue
        cells = dict(_cells(headers, texts))
        if cells:
            rows.append(Row(number=number, cells=cells))
    return rows


def _headers(sheet: str, texts: list[str]) -> list[tuple[str, str]]:
    """Read the first row of a sheet, which must name the columns without which it says nothing."""
    headers = [_header(text) for text in texts]
    names = [name.partition("::")[0] for name, _language in headers]
    for wanted in _COLUMNS.get(sheet, ()):
        if wanted not in names:
            got = ", ".join(filter(None, texts))
            raise XlsformError(f"wanted a column {wanted} in the sheet {sheet}, got {got[:200]}")
    for header, text in zip(headers, texts, strict=True):
        if text and headers.count(header) > 1:
            raise XlsformError(f"wanted each column once in the sheet {sheet}, got {text} twice")
    return headers


def _cells(
    headers: list[tuple[str, str]], texts: list[str]
) -> Iterator[tuple[tuple[str, str], str]]:
    for header, text in zip(headers, texts, strict=False):
        if header[0] and text:
            yield header, text


def _header(text: str) -> tuple[str, str]:
    """Read a header: the column, and the language behind `::` (or `:`) where it is a text's."""
    name, _, language = re.sub(r"::?", "\0", text, count=1).partition("\0")
    name = re.sub(r"\s+", "_", name.strip().lower())
    if name in _TEXTS and language:
        code = language_code(language)
        return (name, code) if code else (f"{name}::{language.strip()}", "")
    return (f"{name}::{language.strip()}" if language else name), ""


_TEXTS: Final = frozenset({"label", "hint"})


def _text(value: Any) -> str:
    """Write a cell as text: 1 and not 1.0, TRUE as yes."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    lines = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return _UNPRINTABLE.sub(" ", lines).strip()
