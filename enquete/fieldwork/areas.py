"""Reporting areas and the CBS codes that they had; the shipped list is `areas.csv`.

An area is what the corporation reports on, with an id that stays. A gemeente code is not: gemeenten
merge, and a stadsgebied has none. So an area has any number of codes, each with its validity.
"""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from importlib.resources import files
from itertools import combinations
from typing import TYPE_CHECKING, Final

from analysis.delimited import ParseError, Source, shown
from enquete.fieldwork.reading import Sheet, count, filled, open_sheet, plain
from enquete.store.records import Area, AreaCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_COLUMNS: Final = {
    "area": ("area_id", "gebied"),
    "name": ("naam",),
    "published": ("gepubliceerd",),
    "position": ("positie",),
    "code": ("cbs_code",),
    "valid_from": ("geldig_vanaf",),
    "valid_until": ("geldig_tot",),
    "change": ("wijziging",),
}
_REQUIRED: Final = (("area",), ("name",), ("published",), ("position",))
_YES_NO: Final = {"yes": True, "ja": True, "no": False, "nee": False}
_MOST_NAMES: Final = 15


def read_areas(source: Source) -> tuple[list[Area], list[AreaCode]]:
    """Read a file of areas: one row for each code that an area has or had.

    Columns are area, name, published (yes or no), position, and optionally code, valid_from,
    valid_until and change. An area with several codes has several rows, alike in the first four.
    An empty valid_from means that the code is older than the file, an empty valid_until that it has
    not ended; valid_until is the first day on which the code is no longer in force.

    Returns
    -------
    tuple of list
        The areas by position; the codes by position of their area and valid_from.

    Raises
    ------
    InputError
        If the file cannot be read, a cell is not what it should be, two areas share a name or a
        position, two codes of one area are in force on one day, or two areas have one code on one
        day.
    """
    with open_sheet(source, what="areas", columns=_COLUMNS, required=_REQUIRED) as sheet:
        areas, codes = _rows(sheet)
        _check_areas(sheet, areas)
        _check_codes(sheet, codes)
    position = {area.id: area.position for area in areas}
    return (
        sorted(set(areas), key=lambda area: area.position),
        sorted(
            (code for code in codes if code.code),
            key=lambda code: (position[code.area], code.valid_from),
        ),
    )


def builtin_areas() -> tuple[list[Area], list[AreaCode]]:
    """Give the shipped areas: the ten of the published table, in its order, then the other two."""
    return read_areas(files("enquete.fieldwork").joinpath("areas.csv").read_bytes())


def code_on(codes: Iterable[AreaCode], area: str, on: str) -> str | None:
    """Give the code that an area has in a classification.

    A figure follows the classification of its wave's classification date, which with CBS is
    1 January of the year, and not the day on which somebody answered. So wave 2022 (2022-01-01)
    gives Weesp GM0457, as the published table does, although that code ended on 2022-03-24; wave
    2023 gives None, for as a stadsgebied of Amsterdam it has no gemeente code, and Amsterdam's
    GM0363 would count it twice.

    Parameters
    ----------
    codes
        Codes with their validity; those of other areas are passed over.
    area
        Id of the area.
    on
        Classification date, ISO.

    Raises
    ------
    ValueError
        If `on` is no ISO date.
    """
    day = date.fromisoformat(on).isoformat()
    mine = (code for code in codes if code.area == area)
    return next((c.code for c in mine if c.valid_from <= day < (c.valid_until or "~")), None)


def area_parser(areas: Sequence[Area]) -> Callable[[str], str]:
    """Make a reader of cells that name an area by id or name, in any case.

    It returns the id, or raises `ParseError` that names the areas which look alike.
    """
    ids = {key: area.id for area in areas for key in (area.id.casefold(), area.name.casefold())}
    names = {area.id: area.name for area in areas}

    def parse(text: str) -> str:
        key = plain(text).casefold()
        if key in ids:
            return ids[key]
        alike = [names[ids[near]] for near in get_close_matches(key, ids)]
        known = list(dict.fromkeys(alike)) or sorted(names.values())
        more = f" and {len(known) - _MOST_NAMES} more" if len(known) > _MOST_NAMES else ""
        hint = "did you mean" if alike else "known are"
        raise ParseError(f"a known area ({hint} {', '.join(known[:_MOST_NAMES])}{more})", text)

    return parse


def _rows(sheet: Sheet) -> tuple[list[Area], list[AreaCode]]:
    """Read every row as an area and a code, the latter "" where the row has none."""
    ids = sheet.parse("area", _slug)
    names = sheet.parse("name", filled("a name"))
    published = sheet.parse("published", _yes_no)
    positions = sheet.parse("position", count)
    codes = sheet.parse("code", _cbs_code)
    starts = sheet.parse("valid_from", _iso_date)
    ends = sheet.parse("valid_until", _iso_date)
    changes = sheet.parse("change", plain)
    sheet.faults.raise_any()
    areas = [
        Area(id=i, name=n, published=p, position=at)
        for i, n, p, at in zip(ids, names, published, positions, strict=True)
    ]
    return areas, [
        AreaCode(area=i, code=c, valid_from=since, valid_until=until, change=change)
        for i, c, since, until, change in zip(ids, codes, starts, ends, changes, strict=True)
    ]


def _check_areas(sheet: Sheet, areas: Sequence[Area]) -> None:
    first: dict[str, int] = {}
    owners: dict[str | int, str] = {}
    for row, area in enumerate(areas):
        earlier = first.setdefault(area.id, row)
        if area != areas[earlier]:
            line = sheet.table.lines[earlier]
            wanted = f"the name, published and position that line {line} has for {area.id!r}"
            sheet.fault(row, "area", wanted, "others")
        # Cells name an area by id or name, so that no name may be another's id either.
        keys: dict[str, str | int] = {
            "area": area.id,
            "name": area.name.casefold(),
            "position": area.position,
        }
        for column, key in keys.items() if earlier == row else ():
            owner = owners.setdefault(key, area.id)
            if owner != area.id:
                sheet.fault(row, column, f"another than {owner!r} has", shown(str(key)))


def _check_codes(sheet: Sheet, codes: Sequence[AreaCode]) -> None:
    for row, code in enumerate(codes):
        if not code.code and (code.valid_from or code.valid_until):
            sheet.fault(row, "code", "a code for the dates of this row", "''")
        if code.valid_until and code.valid_from >= code.valid_until:
            wanted = f"a day after valid_from ({code.valid_from})"
            sheet.fault(row, "valid_until", wanted, shown(code.valid_until))
    for (_, one), (row, other) in combinations(enumerate(codes), 2):
        if not (one.code and other.code and _overlap(one, other)):
            continue
        if one.area == other.area:
            got = f"{other.code} while {one.code} is in force too"
            sheet.fault(row, "code", "one code of an area at a time", got)
        elif one.code == other.code:
            got = f"{other.code}, which {one.area!r} has at the same time"
            sheet.fault(row, "code", "one area of a code at a time", got)


def _overlap(one: AreaCode, other: AreaCode) -> bool:
    # "~" sorts behind every date, as "" sorts before.
    return one.valid_from < (other.valid_until or "~") and other.valid_from < (
        one.valid_until or "~"
    )


def _slug(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text):
        raise ParseError("an id of small letters, digits and single hyphens", text)
    if text == "total":
        raise ParseError("an id other than total, which is that of all areas together", text)
    return text


def _yes_no(text: str) -> bool:
    if text.lower() not in _YES_NO:
        raise ParseError("yes or no", text)
    return _YES_NO[text.lower()]


def _cbs_code(text: str) -> str:
    if not re.fullmatch(r"([A-Z]{2}[0-9]{2,8})?", text):
        raise ParseError("a CBS code such as GM0363", text)
    return text


def _iso_date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise ParseError("a date such as 2022-03-24, or nothing", text) from None
