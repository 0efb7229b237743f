"""Techniques that guess in which order the responses came; who came when, the attacker knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tests.enquete.attack.loot import said
from tests.enquete.attack.score import Clue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.enquete.attack.loot import Loot, Row

SYSTEM: Final = ("xmin", "xmax", "cmin", "ctid", "age")
"""What PostgreSQL keeps of a row by itself."""
_PAGES: Final = (4096, 8192)
_NEAR: Final = 1500
_TIME: Final = re.compile(
    rb"20\d\d-[01]\d-[0-3]\d[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?"  # ISO 8601, and of logs
    rb"|(?<!\d)1[6-9]\d{8}(?:\d{3}|\.\d+)?(?!\d)"  # seconds or milliseconds since 1970
)


def by_row_order(loot: Loot) -> Iterator[Clue]:
    """Take the order in which a query without ORDER BY gives the responses."""
    for copy, tables in loot.copies.items():
        yield Clue(name=copy, runs=[[row["id"] for row in tables["response"]]])


def by_column(loot: Loot) -> Iterator[Clue]:
    """Sort by a column: a time, a number that counts, the id, anything."""
    for copy, tables in loot.copies.items():
        for column in tables["response"][0]:
            if column not in SYSTEM:
                yield Clue(name=f"{copy} {column}", runs=[_sorted(tables["response"], column)])


def by_xmin(loot: Loot) -> Iterator[Clue]:
    """Sort by the age of the transaction that wrote the row (PostgreSQL)."""
    if "xmin" in loot.responses[0]:
        for column in ("age", "xmin"):
            yield Clue(name=column, runs=[_sorted(loot.responses, column)])


def by_ctid(loot: Loot) -> Iterator[Clue]:
    """Sort by the place of the row in its table (PostgreSQL)."""
    if "ctid" in loot.responses[0]:
        yield Clue(name="ctid", runs=[_sorted(loot.responses, "ctid")])


def by_place(loot: Loot) -> Iterator[Clue]:
    """Take the places in a file at which responses lie: in all of it, and within its pages.

    Both the row in use and one that was left behind count: the first place, and the last.
    """
    for name, content in loot.files.items():
        for what, marks in _marks(loot).items():
            for find in (content.find, content.rfind):
                places = {find(mark): response for response, mark in marks.items()}
                places.pop(-1, None)
                if len(places) > 1:
                    yield from _by_page(f"{name} {what} {find.__name__}", places)


def by_time(loot: Loot) -> Iterator[Clue]:
    """Sort by the time that stands in a file before or behind a response."""
    for name, content in loot.files.items():
        for what, marks in _marks(loot).items():
            before: dict[str, bytes] = {}
            behind: dict[str, bytes] = {}
            for response, mark in marks.items():
                place = content.find(mark)
                if place >= 0:
                    times = _TIME.findall(content, max(0, place - _NEAR), place)
                    before |= {response: times[-1]} if times else {}
                    following = _TIME.search(content, place, place + _NEAR)
                    behind |= {response: following[0]} if following else {}
            for side, found in (("before", before), ("behind", behind)):
                if len(found) > 1:
                    run = sorted(found, key=lambda response: (found[response], response))
                    yield Clue(name=f"{name} {what} {side}", runs=[run])


def _by_page(name: str, places: dict[int, str]) -> Iterator[Clue]:
    yield Clue(name=name, runs=[[places[place] for place in sorted(places)]])
    for size in _PAGES:
        pages: dict[int, list[str]] = {}
        for place in sorted(places):
            pages.setdefault(place // size, []).append(places[place])
        yield Clue(name=f"{name}, pages of {size}", runs=list(pages.values()))


def _marks(loot: Loot) -> dict[str, dict[str, bytes]]:
    """Give what a response is found by: its id, and the longest text in its answers."""
    texts = {
        row["id"]: max((a for a in said(row).values() if isinstance(a, str)), key=len, default="")
        for row in loot.responses
    }
    return {
        "id": {row["id"]: row["id"].encode() for row in loot.responses},
        "text": {response: text[:100].encode() for response, text in texts.items() if text},
    }


def _sorted(rows: list[Row], column: str) -> list[str]:
    """Sort by a column; the ids, which are random, decide between equals."""
    return [row["id"] for row in sorted(rows, key=lambda row: (_key(row[column]), row["id"]))]


def _key(value: Any) -> tuple[float, str]:
    return (value, "") if isinstance(value, int | float) else (0.0, str(value))
