"""How an account is written: numbers to seven digits, tables, and whether two numbers agree."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

from analysis.results import show_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import SupportsFloat

WIDTH = 100
"""Characters of a line."""

ROUNDING = 1e-12
"""A number this near to 0 is rounding; for a part of a variance, this share of the whole."""

_AGREES = 1e-9


def num(value: SupportsFloat | None) -> str:
    """Write a number to seven digits: whole ones, and those above a million, not as a power."""
    if value is None:
        return "none"
    number = float(value)
    if math.isnan(number):
        return "-"
    return f"{number:.1f}" if 1e6 <= abs(number) < 1e15 else f"{number:.7g}"


def between(ends: Sequence[float | None]) -> str:
    """Write the ends of an interval."""
    return " to ".join(map(num, ends))


def agreement(name: str, found: Sequence[float], reported: Sequence[float | None]) -> str:
    """Say whether numbers computed again are those that were reported as `name`."""
    same = all(
        there is not None and math.isclose(here, there, rel_tol=_AGREES, abs_tol=ROUNDING)
        for here, there in zip(found, reported, strict=True)
    )
    there = ", ".join(map(num, reported))
    return f"Agrees with the reported {name}." if same else f"DIFFERS from the {name}: {there}."


def wrapped(text: str) -> list[str]:
    """Break a text into lines."""
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    """Align a table: names to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip()
        for line in lines
    ]


def written(title: str, sections: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Put sections, each a head and its lines, under a title."""
    lines = [title]
    for head, body in sections:
        lines += [head, *(f"  {line}" for line in body)]
    return "\n".join(lines)


def placed(key: tuple[str, ...], when: str) -> str:
    """Name a domain, and the wave or waves; empty where there is but one."""
    where = show_key(key) if key else "all answers"
    return ", ".join(filter(None, (where, when)))
