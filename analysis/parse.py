"""Numbers as people and programs write them: with a comma or a point, and never guessed."""

from __future__ import annotations

import math
import re
from typing import Final

from analysis.faults import ParseError

MISSING: Final = frozenset({"", "NA"})
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE: Final = re.compile(r"([+-]?\d{1,18})(?:[.,]0{1,2}|[eE]\+?(\d{1,2}))?", re.ASCII)


def parse_number(text: str) -> float | None:
    """Read a number with a decimal comma or point.

    One separator at most, and it is the decimal one: "1.234" is 1,234 and never 1234. A number with
    two, such as "1.234,5" or "1.000.000", is refused: a reader that guesses is a thousand times off
    when wrong. An exponent is read ("1e+05" is how R writes 100000); infinities are refused.

    Returns
    -------
    float or None
        None for an empty text or ``NA``: no value.

    Raises
    ------
    ParseError
        If the text is no such number.
    """
    plain = text.strip().replace("\u2212", "-")
    if plain in MISSING:
        return None
    number = float(plain.replace(",", ".")) if _NUMBER.fullmatch(plain) else math.nan
    if not math.isfinite(number):
        raise ParseError("a number such as 7,5 or 7.5, without separators of thousands", text)
    return number


def parse_whole(text: str) -> int | None:
    """Read a whole number; one or two zeros after a comma or point are allowed ("7,0").

    Three are not: "1.000" may be one or a thousand, so it is refused.

    Returns
    -------
    int or None
        None for an empty text or ``NA``: no value.

    Raises
    ------
    ParseError
        If the text is no whole number, or may be two.
    """
    plain = text.strip().replace("\u2212", "-")
    if plain in MISSING:
        return None
    match = _WHOLE.fullmatch(plain)
    if match is None:
        raise ParseError("a whole number without separators of thousands", text)
    return int(match[1] + "0" * int(match[2] or 0))
