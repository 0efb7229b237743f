"""Areas that became part of another: the survey on the areas of a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from enquete.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from analysis import Survey
    from analysis.mergers import AreaHistory, SeriesAreas, SeriesBreak
    from analysis.sources import Source
    from enquete.cli.analyse.survey_options import MergersAsked

_HEADS = ("date", "from", "to")


@dataclass(frozen=True)
class Areas:
    """A survey and the columns whose values get a figure.

    Attributes
    ----------
    breaks
        Areas that are not the same dwellings in two successive waves.
    """

    survey: Survey
    by: tuple[str, ...]
    breaks: tuple[SeriesBreak, ...] = ()


def put_together(survey: Survey, by: tuple[str, ...], asked: MergersAsked) -> Areas:
    """Put the first column of areas on the areas of a day, or of each wave's own day.

    Raises
    ------
    InputError
        If options do not fit each other.
    ValueError
        If the file or its mergers cannot be used.
    """
    if asked.merge is None:
        if asked.as_of:
            raise InputError("--as-of is of areas that merged: give --merge too")
        return Areas(survey, by)
    wave = survey.design.wave
    if not by or wave is None:
        raise InputError("--merge is of the areas of the first --by in each --wave: give both")
    source: Any = survey.columns
    history = _history(asked.merge)
    series = _series(source, history, wave=wave, area=by[0], as_of=asked.as_of)
    into = f"{by[0]} on {asked.as_of or 'its day'}"
    merged = _regrouped(source, series, wave=wave, area=by[0], into=into)
    return Areas(replace(survey, columns=merged), (into, *by[1:]), series.breaks)


def _history(path: Path) -> AreaHistory:
    from analysis.delimited import read_table
    from analysis.mergers import AreaChange, AreaHistory

    columns = read_table(path, columns=_HEADS).columns
    rows = zip(*(columns[name] for name in _HEADS), strict=True)
    return AreaHistory([AreaChange(day, gone, into) for day, gone, into in rows])


def _series(
    source: Source, history: AreaHistory, *, wave: str, area: str, as_of: str | None
) -> SeriesAreas:
    from analysis.columns import MISSING, as_text
    from analysis.mergers import series_areas

    columns, _ = source.counted([wave, area])
    areas: dict[str, set[str]] = {}
    for one, label in zip(*(as_text(columns, name).tolist() for name in (wave, area)), strict=True):
        areas.setdefault(one, set()).update({label} - MISSING)
    return series_areas(history, {one: _day(one, as_of) for one in areas}, areas, as_of=as_of)


def _day(wave: str, as_of: str | None) -> str:
    """Give the day of a wave's areas: the yearly classification is that of 1 January."""
    if len(wave) == 4 and wave.isdecimal():
        return f"{wave}-01-01"
    if as_of is None:
        raise InputError(f"wave {wave!r} is no year: give --as-of, the day of the areas to use")
    return as_of


def _regrouped(source: Source, series: SeriesAreas, *, wave: str, area: str, into: str) -> Source:
    """Give a source with one column more, which is made when it is counted."""
    from analysis.mergers import regrouped

    def group(names: Sequence[str], numbers: Collection[str]) -> Any:
        needed = dict.fromkeys([*(name for name in names if name != into), wave, area])
        columns, n = source.group(tuple(needed), numbers)
        return regrouped(columns, area=area, wave=wave, labels=series.labels, into=into), n

    return replace(source, names=(*source.names, into), group=group)
