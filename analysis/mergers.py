"""Areas that merge: which area a dwelling counts in on a date, and where a series breaks."""

from __future__ import annotations

import datetime
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from analysis.columns import MISSING, FileColumns, as_text, row_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from analysis.columns import Columns


@dataclass(frozen=True, slots=True)
class AreaChange:
    """A whole area becomes part of another, from a day on.

    Areas are named by a stable id of their own: a new code for the same area is no change.

    Attributes
    ----------
    date
        First day of the new situation, as ``2022-03-24``.
    kind
        ``merger``: the only kind that whole areas can follow.

    Raises
    ------
    ValueError
        If the date is none, the areas are the same, or it is no merger.
    """

    date: str
    from_area: str
    to_area: str
    kind: str = "merger"

    def __post_init__(self) -> None:
        _check_day(self.date, f"date of the change of {self.from_area!r}")
        if self.kind != "merger":
            raise ValueError(
                f"kind of the change of {self.from_area!r} must be 'merger', got {self.kind!r}: "
                + _FINER
            )
        if self.from_area == self.to_area:
            raise ValueError(f"an area merges into another, got {self.from_area!r} twice")


_FINER = (
    "a part of an area cannot be followed, so take as the finest key smaller areas, each of which "
    "goes to one area as a whole"
)


@dataclass(frozen=True)
class AreaHistory:
    """The changes of a set of areas, by date.

    Raises
    ------
    ValueError
        If an area changes twice on one day (a split), changes or takes in another after it has
        ended, or comes back to itself.
    """

    changes: Sequence[AreaChange] = ()

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.changes, key=lambda change: change.date))
        object.__setattr__(self, "changes", ordered)
        last: dict[str, AreaChange] = {}
        for change in ordered:
            if change.from_area in last:
                raise ValueError(_twice(last[change.from_area], change))
            last[change.from_area] = change
        for change in ordered:
            self._check_chain(change)

    @cached_property
    def _of(self) -> dict[str, AreaChange]:
        return {change.from_area: change for change in self.changes}

    def _check_chain(self, first: AreaChange) -> None:
        seen, change = [first.from_area], first
        while (following := self._of.get(change.to_area)) is not None:
            seen.append(following.from_area)
            if following.to_area in seen:
                circle = " -> ".join([*seen, following.to_area])
                raise ValueError(f"an area cannot come back to itself, got {circle}")
            if following.date < change.date:
                raise ValueError(
                    f"{change.to_area!r} ended on {following.date}: "
                    f"{change.from_area!r} cannot join it on {change.date}"
                )
            change = following

    def area_on(self, area: str, date: str) -> str:
        """Give the area that `area` counts in on a day; itself when nothing is known of it.

        Raises
        ------
        ValueError
            If `date` is not as ``2022-03-24``.
        """
        _check_day(date, "date")
        while (change := self._of.get(area)) is not None and change.date <= date:
            area = change.to_area
        return area

    def map_on(self, areas: Iterable[str], date: str) -> dict[str, str]:
        """Give the area of each area on a day; see `area_on`."""
        return {area: self.area_on(area, date) for area in areas}

    def regroup(self, keys: Sequence[str], areas: Sequence[str], date: str) -> dict[str, str]:
        """Give the area on a day of each finest key (complex, postcode), from rows of both.

        Rows may come from several waves, under the area of that time.

        Raises
        ------
        ValueError
            If lengths disagree or a key would lie in two areas: a dwelling counts once.
        """
        if len(keys) != len(areas):
            raise ValueError(f"areas must be {len(keys)}, one a key, got {len(areas)}")
        found: dict[str, str] = {}
        for key, area in dict.fromkeys(zip(keys, areas, strict=True)):
            on_date = self.area_on(area, date)
            if found.setdefault(key, on_date) != on_date:
                raise ValueError(
                    f"key {key!r} must lie in one area on {date}, "
                    f"got {found[key]!r} and {on_date!r}: {_FINER}"
                )
        return found

    def joined(self, area: str, into: str) -> AreaChange:
        """Give the change by which `area`, itself or by way of others, became part of `into`.

        Raises
        ------
        ValueError
            If it never does.
        """
        place = area
        while (change := self._of.get(place)) is not None:
            if change.to_area == into:
                return change
            place = change.to_area
        raise ValueError(f"{area!r} never becomes part of {into!r}")

    def between(self, after: str, until: str) -> tuple[AreaChange, ...]:
        """Give the changes after one day, until another (itself included)."""
        return tuple(change for change in self.changes if after < change.date <= until)


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
        _check_day(day, f"date of wave {wave!r}")
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


def _check_day(text: str, name: str) -> None:
    try:
        day = datetime.date.fromisoformat(text).isoformat()
    except (TypeError, ValueError):
        day = None
    # Days are compared as texts, which only this one form allows.
    if day != text:
        raise ValueError(f"{name} must be a day as 2022-03-24, got {text!r}")


def _twice(first: AreaChange, second: AreaChange) -> str:
    if first.date == second.date:
        return (
            f"{first.from_area!r} must go to one area on {first.date}, "
            f"got {first.to_area!r} and {second.to_area!r}: {_FINER}"
        )
    return (
        f"{first.from_area!r} ended on {first.date}, when it became part of {first.to_area!r}: "
        f"it cannot change again on {second.date}"
    )


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
