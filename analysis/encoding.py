"""From the bytes of a file to its text: UTF-8 or Windows-1252, and nothing that only looks so."""

from __future__ import annotations

import re
from typing import Final

from analysis.faults import DelimitedError, Fault

_SIGNATURES: Final = (
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"PK\x03\x04", "an Excel workbook or another ZIP file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PAR1", "a Parquet file"),
    (b"$FL", "an SPSS file"),
)
_TEXT_WANTED: Final = "a text file in UTF-8 or Windows-1252 (in Excel: save as CSV UTF-8)"
# In UTF-8 the accented letters of western Europe begin with this byte. In Windows-1252 it is Ã,
# which no name or street has before a symbol: finding the pair in a file that is not UTF-8 means
# that two encodings were pasted together.
_TWO_ENCODINGS: Final = re.compile(rb"\xc3[\x80-\xbf]")


def decode(data: bytes, name: str) -> str:
    """Decode the bytes of a delimited file; `name` is what messages call it.

    UTF-8 is told from Windows-1252 by trying: hardly any text of the second is valid in the first.

    Raises
    ------
    DelimitedError
        If the bytes are UTF-16, a binary file, in two encodings, or in neither of the two.
    """
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise DelimitedError(name, [Fault(0, "", _TEXT_WANTED, kind)])
    if (at := data.find(b"\0")) >= 0:
        got = "a NUL byte: UTF-16 without a mark, or a binary file"
        raise DelimitedError(name, [Fault(_line(data, at), "", _TEXT_WANTED, got)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _decode_windows(data, name, not_utf8=error)


def _decode_windows(data: bytes, name: str, *, not_utf8: UnicodeDecodeError) -> str:
    marked = 3 * data.startswith(b"\xef\xbb\xbf")
    if marked or _TWO_ENCODINGS.search(data):
        # The position counts from behind the byte order mark.
        at = not_utf8.start + marked
        got = f"UTF-8 with the byte 0x{data[at]:02X} in it, which is not UTF-8"
        raise DelimitedError(name, [Fault(_line(data, at), "", "one encoding throughout", got)])
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        got = f"the byte 0x{data[error.start]:02X}, which is in neither"
        line = _line(data, error.start)
        raise DelimitedError(name, [Fault(line, "", _TEXT_WANTED, got)]) from None


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1
