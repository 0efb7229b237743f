"""The frame: the dwellings of a corporation, read from the file that its own system exports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from analysis.delimited import ParseError, Source
from enquete.fieldwork.areas import area_parser
from enquete.fieldwork.reading import Sheet, dwelling_type, filled, language, open_sheet, plain
from enquete.store.records import Dwelling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from enquete.store.records import Area

_COLUMNS: Final = {
    "dwelling_id": ("vhe", "vhe_nummer", "woning_id"),
    "area": ("gemeente", "gebied"),
    "dwelling_type": ("woningtype",),
    "complex": ("complex_id", "complexnummer"),
    "buurt": (),
    "language": ("taal",),
    "address": ("adres",),
    "email": ("e_mail",),
}
_REQUIRED: Final = (("dwelling_id",), ("area",), ("dwelling_type",))
_EMAIL: Final = re.compile(r"[^\s@<>\"(),;:]+@[^\s@<>\"(),;:.]+(\.[^\s@<>\"(),;:.]+)+")
_EMAIL_LENGTH: Final = 254


def read_frame(source: Source, areas: Sequence[Area]) -> list[Dwelling]:
    """Read the dwellings of a frame.

    Parameters
    ----------
    source
        A path or the bytes of a delimited file. Columns: dwelling_id (vhe, woning_id), area
        (gemeente, gebied; the id or name of an area) and dwelling_type (woningtype) are required;
        complex, buurt, language (taal; "nl" where empty), address (adres) and email (e-mail) are
        optional. Other columns are not read.
    areas
        The areas that there are.

    Returns
    -------
    list of Dwelling
        In the order of the file. Dwelling types are in small letters; the lines of an address are
        parted by a comma.

    Raises
    ------
    InputError
        If any row is at fault: nothing of the file is returned then, and the message tells line,
        column, wanted and got of the first 20 faults.
    """
    with open_sheet(source, what="dwellings", columns=_COLUMNS, required=_REQUIRED) as sheet:
        columns = _texts(sheet, areas)
        sheet.faults.raise_any()
        sheet.refuse_repeats("dwelling_id", columns["id"], "a dwelling that has no other row")
    return [
        Dwelling(**dict(zip(columns, row, strict=True)))
        for row in zip(*columns.values(), strict=True)
    ]


def _texts(sheet: Sheet, areas: Sequence[Area]) -> dict[str, list[str]]:
    """Read the columns, each under the name of its field."""
    return {
        "id": sheet.parse("dwelling_id", filled("a dwelling id")),
        "area": sheet.parse("area", area_parser(areas)),
        "type": sheet.parse("dwelling_type", dwelling_type),
        "complex": sheet.parse("complex", plain),
        "buurt": sheet.parse("buurt", plain),
        "language": sheet.parse("language", language),
        "address": sheet.parse("address", _address),
        "email": sheet.parse("email", _email),
    }


def _address(text: str) -> str:
    return ", ".join(filter(None, map(plain, text.splitlines())))


def _email(text: str) -> str:
    if text and not (len(text) <= _EMAIL_LENGTH and _EMAIL.fullmatch(text)):
        raise ParseError("an e-mail address, or nothing", text)
    return text
