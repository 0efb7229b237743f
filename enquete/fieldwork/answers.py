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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from enquete.store.records import Area

UNKNOWN: Final = "unknown"
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
    "dwelling_id vhe vhe_nummer woning_id address adres email e_mail name naam phone telefoon code"
    .split()
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
        where = _where(sheet, areas)
        marks = sheet.parse("rating", _mark)
        clusters = sheet.parse("complex", plain)
        days = sheet.parse("date", _day_or(day))
        languages = sheet.parse("language", language)
        dwellings = sheet.parse("dwellings", count) if "dwellings" in sheet.headers else None
        sheet.faults.raise_any()
        rows = where()
        people = dwellings and _one_count(sheet, rows, dwellings)
    responses = [
        Response(
            id=new_id(),
        )
    ]
    return responses, people
