"""Series of areas that merge: the area of each row, and where a series breaks."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from analysis.area_history import AreaChange, AreaHistory, check_day
from analysis.columns import MISSING, FileColumns, as_text, row_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from analysis.columns import Columns

__all__ = [
    "AreaChange",
    "AreaHistory",
    "SeriesAreas",
    "SeriesBreak",
    "regrouped",
    "series_areas",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesBreak:
    """An area that is not the same dwellings in two successive waves.

    Attributes
    ----------
    kind
        ``ends``: no figure from wave `after` on; ``begins``: none before it; ``grows``.
    """

    area: str
    before: str
    after: str
    kind: Literal["ends", "begins", "grows"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesAreas:
    """The area of each (wave, finest area), and where the series of areas break."""

    labels: dict[tuple[str, str], str]
    breaks: tuple[SeriesBreak, ...] = ()


def series_areas(
    history: AreaHistory,
    waves: Mapping[str, str],
    areas: Mapping[str, Collection[str]],
    *,
    as_of: str | None,
) -> SeriesAreas:
    """Choose the areas of a series, over waves that were classified on different dates.

    Parameters
    ----------
    waves
        By wave: the date of its areas. Waves are put in the order of their dates.
    areas
        By wave: the finest areas that its rows carry; where areas that have merged are still
        apart (Weesp beside Amsterdam), any date can be asked.
    as_of
        A date: all waves on the areas of that day, rebuilt, so that there are no breaks. None: as
        published, each wave on the areas of its own date, with a break at each area that changed.

    Raises
    ------
    ValueError
        If the waves of both differ, a date is none, or a wave no longer tells apart areas that
        `as_of` has apart and another wave does.
    """
    if set(areas) != set(waves):
        raise ValueError(f"areas must be of the waves {sorted(waves)}, got {sorted(areas)}")
    for wave, day in waves.items():
        check_day(day, f"date of wave {wave!r}")
    ordered = sorted(waves, key=lambda wave: waves[wave])
    if as_of is not None:
        _check_apart(history, waves, areas, as_of)
    labels = {
        (wave, area): history.area_on(area, waves[wave] if as_of is None else as_of)
        for wave in ordered
        for area in sorted(areas[wave])
    }
    if as_of is not None:
        return SeriesAreas(labels=labels)
    finest = sorted(set().union(*areas.values()))
    found = (_breaks(history, waves, finest, pair) for pair in pairwise(ordered))
    return SeriesAreas(labels=labels, breaks=tuple(one for pair in found for one in pair))


def regrouped(
    columns: Columns,
    *,
    area: str,
    wave: str,
    labels: Mapping[tuple[str, str], str],
    into: str,
) -> dict[str, Any]:
    """Add a column with the area that each row counts in; the rows stay, each in one area.

    The design (strata, clusters, weights) is not touched: the usual estimator by the new column
    gives the series, in which a merged area is a domain over the strata it is made of.

    Parameters
    ----------
    area, wave
        Columns of the finest area and of the wave; an empty area stays empty.
    labels
        From `series_areas`.
    into
        Name of the new column.

    Raises
    ------
    ValueError
        If a column is not there, lengths differ, `into` is there already, or a row is in no label.
    """
    if into in columns:
        raise ValueError(f"into must be a new column, got {into!r}, which is there already")
    found = [as_text(columns, name).tolist() for name in (wave, area)]
    if len(found[0]) != len(found[1]):
        raise ValueError(
            f"columns {wave!r} and {area!r} must be equally long, "
            f"got {len(found[0])} and {len(found[1])}"
        )
    known = {pair: labels.get(pair) for pair in dict.fromkeys(zip(*found, strict=True))}
    known |= {pair: "" for pair in known if pair[1] in MISSING}
    column = []
    for row, pair in enumerate(zip(*found, strict=True)):
        label = known[pair]
        if label is None:
            raise ValueError(
                f"labels must have every wave and area, {row_of(columns, row)} has {pair}"
            )
        column.append(label)
    # A copy keeps the line numbers of a file, for later messages.
    copied: dict[str, Any] = copy(columns) if isinstance(columns, FileColumns) else dict(columns)
    copied[into] = column
    return copied


def _check_apart(
    history: AreaHistory,
    waves: Mapping[str, str],
    areas: Mapping[str, Collection[str]],
    as_of: str,
) -> None:
    """Refuse to put back what a wave has only together."""
    everywhere = set().union(*areas.values())
    for wave, day in waves.items():
        for change in history.between(as_of, day):
            gone = change.from_area in everywhere and change.from_area not in areas[wave]
            if gone and history.area_on(change.to_area, day) in areas[wave]:
                raise ValueError(
                    f"areas of wave {wave!r} must have {change.from_area!r} apart to be shown on "
                    f"{as_of}: it is part of {change.to_area!r} since {change.date}"
                )


def _breaks(
    history: AreaHistory, waves: Mapping[str, str], finest: Sequence[str], pair: tuple[str, str]
) -> list[SeriesBreak]:
    before, after = pair
    earlier, later = (_members(history, finest, waves[wave]) for wave in pair)
    found = []
    for area in sorted({*earlier, *later}):
        was, now = earlier.get(area, set()), later.get(area, set())
        if was != now:
            found.append(
                SeriesBreak(
                    area=area,
                    before=before,
                    after=after,
                    kind="ends" if not now else "grows" if was else "begins",
                    reason=_reason(history, area, now - was, until=waves[after]),
                )
            )
    return found


def _reason(history: AreaHistory, area: str, joined: set[str], *, until: str) -> str:
    """Say in words what an area became part of, or what joined it."""
    if not joined:
        gone = history.joined(area, history.area_on(area, until))
        return f"{area} is part of {gone.to_area} since {gone.date}"
    parts = [f"{part} since {history.joined(part, area).date}" for part in sorted(joined)]
    return f"{area} includes {', '.join(parts)}"


def _members(history: AreaHistory, finest: Sequence[str], date: str) -> dict[str, set[str]]:
    members: dict[str, set[str]] = {}
    for area, on_date in history.map_on(finest, date).items():
        members.setdefault(on_date, set()).add(area)
    return members
