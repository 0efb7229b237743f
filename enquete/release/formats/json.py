"""Tidy JSON: the rows of the CSV, and what a reader must know about them in `meta`."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from enquete.release.formats import wording
from enquete.release.formats.shown import shown
from enquete.release.formats.tidy import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.rating_table import RatingTable


def write(table: RatingTable) -> bytes:
    """Write the table as JSON: UTF-8, two spaces, keys in a fixed order, a line break at the end.

    Numbers have exactly the decimals that are printed: 8.0, neither 8 nor 7.999999999999999.
    """
    document = {"meta": _meta(shown(table)), "rows": tidy(table)}
    return (_encode(document) + "\n").encode()


def _meta(table: RatingTable) -> dict[str, Any]:
    averages = table.reconciliation
    return {
        "title": wording.DUTCH.title(table),
        "wave": table.wave,
        "compare": table.compare,
        "computed": table.computed,
        "confidence": wording.CONFIDENCE,
        "invented": table.invented,
        "notes": list(table.notes),
        "reconciliation": {
            "plain_mean": averages.plain_mean,
            "answers_weighted": averages.answers_weighted,
            "population_weighted": averages.population_weighted,
        },
        "legend": {"status": wording.STATUSES, "verdict": wording.VERDICTS},
    }


def _encode(value: Any, indent: str = "") -> str:
    """Write one value. The standard encoder only knows floats, which drop the decimals of 8.00."""
    inner = indent + "  "
    match value:
        case Decimal() if value.is_finite():
            return str(value)
        case dict():
            pairs = (f"{_encode(str(key))}: {_encode(v, inner)}" for key, v in value.items())
            return _block("{", pairs, "}", indent)
        case list():
            return _block("[", (_encode(item, inner) for item in value), "]", indent)
        case _:
            return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _block(opening: str, lines: Iterable[str], closing: str, indent: str) -> str:
    body = ",".join(f"\n{indent}  {line}" for line in lines)
    return f"{opening}{body}\n{indent}{closing}" if body else opening + closing
