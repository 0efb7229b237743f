"""Numbers and days as people read them; nothing here rounds, the figures were rounded once before.

Each function takes what may be missing and gives "" for it: a template needs no condition, and
whoever wants a word instead of nothing has to choose that word.

Digits are Latin in every language: the code of the letter, the marks 1 to 10 and the year of a
survey are printed so, and Arabic as written in the Maghreb has no others. A number reads from left
to right in Arabic too; its sign stays in front of it by a mark of direction.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

_MINUS = "\N{MINUS SIGN}"
_LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"


def mark(value: Decimal | None, *, language: str = "nl") -> str:
    """Write a mark with all its decimals: ``8,0``, in English ``8.0``.

    Raises
    ------
    ValueError
        If `value` is not finite.
    """
    if value is None:
        return ""
    pattern = _pattern(value)
    return _write(value, f"{pattern};{_MINUS}{pattern}", language)


def change(value: Decimal | None, *, language: str = "nl") -> str:
    """Write a change with its sign, a true minus: ``+0,1``, ``−0,2``, and ``0,0`` without one.

    Raises
    ------
    ValueError
        If `value` is not finite.
    """
    if value is None or not value:
        return mark(value, language=language)
    pattern = _pattern(value)
    return _write(value, f"+{pattern};{_MINUS}{pattern}", language)


def count(value: int | None, *, language: str = "nl") -> str:
    """Write a whole number with the thousands apart: ``5.959``, in English ``5,959``."""
    return "" if value is None else _write(value, f"#,##0;{_MINUS}#,##0", language)


def day(iso: str, *, language: str = "nl") -> str:
    """Write an ISO date, or the date of an ISO time: ``23 november 2025``."""
    return format_date(date.fromisoformat(iso[:10]), "d MMMM y", locale=language)


def _pattern(value: Decimal) -> str:
    """Ask for exactly the decimals that the value has.

    Babel's own pattern of a language would drop the 0 of 8.0, and round half to even.
    """
    if not value.is_finite():
        raise ValueError(f"a number to print must be finite, got {value}")
    decimals = max(-int(value.as_tuple().exponent), 0)
    return "#,##0" + "." * bool(decimals) + "0" * decimals


def _write(value: Decimal | int, pattern: str, language: str) -> str:
    # Without its sign a zero stays 0,0: Babel would print −0,0.
    number = Decimal(value)
    text = format_decimal(number or abs(number), pattern, language, numbering_system="latn")
    if text[:1].isdigit() or Locale.parse(language).text_direction == "ltr":
        return text
    return _LEFT_TO_RIGHT + text
