"""Answers of earlier waves that were collected elsewhere, and the population counts with them."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Final

from analysis.delimited import ParseError, Source, parse_whole, shown
from enquete.fieldwork.areas import area_parser
from enquete.fieldwork.reading import (
    Sheet,
    count,
    dwelling_type,
    filled,
    header_key,
    language,
    open_sheet,
    plain,
)
from enquete.store.records import PopulationRow, Response
from forms.records import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from enquete.store.records import Area

_UNKNOWN_WORDS: Final = frozenset(
    {UNKNOWN, "weet ik niet", "weet niet", "geen mening", "weet ik niet / geen mening"}
)
_AREA: Final = {"area": ("gemeente", "gebied"), "dwelling_type": ("woningtype",), "stratum": ()}
_ANSWERS: Final = _AREA | {
    "rating": ("rapportcijfer",),
    "complex": ("complex_id", "complexnummer", "cluster"),
    "date": ("datum",),
    "language": ("taal",),
    "wave": ("golf", "jaar"),
    "dwellings": ("woningen", "n_dwellings_stratum"),
}
_POPULATION: Final = _AREA | {
    "dwellings": ("woningen", "aantal_woningen", "aantal", "n_dwellings", "n"),
}
_STRATUM: Final = (("area",), ("dwelling_type", "stratum"))
# Answers that come with these are not anonymous, and importing them would undo the cut.
_CONTACT: Final = frozenset(
    {"dwelling_id", "vhe", "vhe_nummer", "woning_id", "address", "adres", "email", "e_mail"}
    | {"name", "naam", "phone", "telefoon", "code"}
)
_DUTCH_DATE: Final = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})(?: .*)?", re.ASCII)
_ISO_DATE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?", re.ASCII)


def read_answers(
    source: Source,
    *,
    areas: Sequence[Area],
    wave: str,
    new_id: Callable[[], str],
    day: str = "",
) -> tuple[list[Response], list[PopulationRow] | None]:
    """Read the answers of one wave.

    Parameters
    ----------
    source
        A path or the bytes of a delimited file. Required columns: area (gemeente, gebied), stratum
        or else dwelling_type (woningtype), and rating (rapportcijfer): a whole mark 1..10, empty
        for no answer, "weet ik niet" or "unknown" for that. Optional: complex (cluster), date
        (ISO or day-month-year; a time is dropped), language (taal), wave (jaar), and dwellings
        (woningen), the population of the row's stratum. Every further column is kept as an answer
        under its own name, where it is filled.
    areas
        The areas that there are.
    wave
        Slug of the wave; a wave column must say the same on every row.
    new_id
        Makes a random id for a response, e.g. ``lambda: secrets.token_hex(16)``.
    day
        ISO date of answers without one.

    Returns
    -------
    tuple
        The responses, and the population if the file has a dwellings column, else None. That
        population lacks the strata from which nobody answered: a population file is better.

    Raises
    ------
    InputError
        If any row is at fault, rows are of another wave, a stratum lies in two areas or has two
        population counts, or a column holds contact data; nothing is returned then.
    """
    required = (*_STRATUM, ("rating",))
    with open_sheet(source, what="answers", columns=_ANSWERS, required=required) as sheet:
        _refuse_contact(sheet)
        sheet.parse("wave", _only(wave))
        marks = sheet.parse("rating", _mark)
        clusters = sheet.parse("complex", plain)
        days = sheet.parse("date", _day_or(day))
        languages = sheet.parse("language", language)
        dwellings = sheet.parse("dwellings", count) if "dwellings" in sheet.headers else None
        strata = _strata(sheet, areas)
        population = None if dwellings is None else _one_count(sheet, strata, dwellings)
    rows = zip(strata, clusters, languages, days, _answers(sheet, marks), marks, strict=True)
    return [_response(new_id(), wave, *row) for row in rows], population


def read_population(source: Source, areas: Sequence[Area]) -> list[PopulationRow]:
    """Read the number of dwellings of each stratum.

    Parameters
    ----------
    source
        A path or the bytes of a delimited file with the columns area (gemeente, gebied), stratum or
        else dwelling_type (woningtype), and dwellings (woningen, aantal, n): whole, 0 or more.
    areas
        The areas that there are.

    Returns
    -------
    list of PopulationRow
        In the order of the file.

    Raises
    ------
    InputError
        If any row is at fault, or a stratum has two rows or lies in two areas.
    """
    required = (*_STRATUM, ("dwellings",))
    with open_sheet(source, what="population", columns=_POPULATION, required=required) as sheet:
        dwellings = sheet.parse("dwellings", count)
        strata = _strata(sheet, areas)
        labels = [stratum for _, stratum in strata]
        sheet.refuse_repeats(_stratum_column(sheet), labels, "a stratum that has no other row")
    return [
        PopulationRow(stratum=stratum, area=area, dwellings=n)
        for (area, stratum), n in zip(strata, dwellings, strict=True)
    ]


def _response(
    identity: str,
    wave: str,
    place: tuple[str, str],
    cluster: str,
    spoken: str,
    day: str,
    answers: str,
    mark: int | str | None,
) -> Response:
    area, stratum = place
    return Response(
        id=identity,
        wave=wave,
        area=area,
        stratum=stratum,
        cluster=cluster,
        mode="import",
        language=spoken,
        day=day,
        questionnaire_hash="",
        answers=answers,
        rating=mark if isinstance(mark, int) else None,
    )


def _stratum_column(sheet: Sheet) -> str:
    return "stratum" if "stratum" in sheet.headers else "dwelling_type"


def _strata(sheet: Sheet, areas: Sequence[Area]) -> list[tuple[str, str]]:
    """Give area and stratum of each row; to be read last, for it raises the faults of all cells."""
    ids = sheet.parse("area", area_parser(areas))
    if "stratum" in sheet.headers:
        labels = sheet.parse("stratum", filled("a stratum"))
        sheet.faults.raise_any()
        _one_area(sheet, labels, ids)
    else:
        types = sheet.parse("dwelling_type", dwelling_type)
        sheet.faults.raise_any()
        labels = [f"{area}/{kind}" for area, kind in zip(ids, types, strict=True)]
    return list(zip(ids, labels, strict=True))


def _one_area(sheet: Sheet, strata: Iterable[str], areas: Iterable[str]) -> None:
    first: dict[str, tuple[int, str]] = {}
    for row, (stratum, area) in enumerate(zip(strata, areas, strict=True)):
        earlier, owner = first.setdefault(stratum, (row, area))
        if owner != area:
            line = sheet.table.lines[earlier]
            got = f"{shown(stratum)}, on line {line} in {owner!r}"
            sheet.fault(row, "stratum", f"a stratum of {area!r} only", got)


def _one_count(
    sheet: Sheet, strata: Iterable[tuple[str, str]], dwellings: Iterable[int]
) -> list[PopulationRow]:
    first: dict[tuple[str, str], tuple[int, int]] = {}
    for row, (place, n) in enumerate(zip(strata, dwellings, strict=True)):
        earlier, known = first.setdefault(place, (row, n))
        if known != n:
            line = sheet.table.lines[earlier]
            sheet.fault(row, "dwellings", f"{known}, which line {line} has for the stratum", f"{n}")
    return [
        PopulationRow(stratum=stratum, area=area, dwellings=n)
        for (area, stratum), (_, n) in sorted(first.items())
    ]


def _answers(sheet: Sheet, marks: Sequence[int | str | None]) -> list[str]:
    """Write the answers of each row as JSON: the mark, and the cells of every further column."""
    used = {sheet.headers.get(column) for column in _ANSWERS if column != "dwelling_type"}
    used.add(sheet.headers[_stratum_column(sheet)])
    further = [header for header in sheet.table.header if header not in used]
    cells = zip(*(sheet.table.columns[header] for header in further), strict=True)
    rows = cells if further else [()] * len(sheet.table)
    rating = sheet.headers["rating"]
    return [
        json.dumps(
            ({} if mark is None else {rating: mark})
            | {header: cell for header, cell in zip(further, row, strict=True) if cell},
            ensure_ascii=False,
        )
        for mark, row in zip(marks, rows, strict=True)
    ]


def _refuse_contact(sheet: Sheet) -> None:
    for header in sheet.table.header:
        if header_key(header) in _CONTACT:
            sheet.faults.add(0, "", "answers without contact data", f"a column {header!r}")


def _only(wave: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in {"", wave}:
            raise ParseError(f"answers of wave {wave} only", text)
        return wave

    return parse


def _mark(text: str) -> int | str | None:
    if plain(text).casefold() in _UNKNOWN_WORDS:
        return UNKNOWN
    wanted = "a whole mark from 1 to 10, nothing, or 'weet ik niet'"
    try:
        mark = parse_whole(text)
    except ParseError:
        raise ParseError(wanted, text) from None
    if mark is not None and not 1 <= mark <= 10:
        raise ParseError(wanted, text)
    return mark


def _day_or(default: str) -> Callable[[str], str]:
    """Make a reader of dates that keeps the day only."""

    def parse(text: str) -> str:
        iso, dutch = _ISO_DATE.fullmatch(text), _DUTCH_DATE.fullmatch(text)
        try:
            if iso:
                return date.fromisoformat(iso[1]).isoformat()
            if dutch:
                return date(int(dutch[3]), int(dutch[2]), int(dutch[1])).isoformat()
        except ValueError:
            pass  # a day that no month has: refused below
        if text:
            raise ParseError("a date such as 2022-03-24 or 24-3-2022", text)
        return default

    return parse
