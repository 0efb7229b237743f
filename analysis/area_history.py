"""Areas that merge: which area a dwelling counts in on a date."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FINER = (
    "a part of an area cannot be followed, so take as the finest key smaller areas, each of which "
    "goes to one area as a whole"
)


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
        check_day(self.date, f"date of the change of {self.from_area!r}")
        if self.kind != "merger":
            raise ValueError(
                f"kind of the change of {self.from_area!r} must be 'merger', got {self.kind!r}: "
                + _FINER
            )
        if self.from_area == self.to_area:
            raise ValueError(f"an area merges into another, got {self.from_area!r} twice")


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
        check_day(date, "date")
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


def check_day(text: str, name: str) -> None:
    """Check a day, which `name` names.

    Raises
    ------
    ValueError
        If it is not as ``2022-03-24``.
    """
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
