"""The published table of 2022 with margins, and the same with figures that must not be seen."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from analysis.rating_table import (
    Change,
    RatingRow,
    RatingTable,
    Reconciliation,
    Status,
    Verdict,
)
from enquete.release.formats import WRITERS

if TYPE_CHECKING:
    from collections.abc import Callable

PUBLISHED = Path(__file__).parents[2] / "reference" / "published-2022.csv"
MARGIN = Decimal("0.2")


def _area(line: dict[str, str], position: int) -> RatingRow:
    value = Decimal(line["rapportcijfer_2022"]).quantize(Decimal("0.1"))
    change = Change(
        verdict=Verdict.LOWER if position % 2 else Verdict.UNCHANGED,
        value=Decimal("-0.2") if position % 2 else Decimal("0.1"),
        lower=Decimal("-0.3") if position % 2 else Decimal("0.0"),
        upper=Decimal("-0.1") if position % 2 else Decimal("0.2"),
        p=1 / 3,
        p_adjusted=2 / 3,
    )
    return RatingRow(
        area=f"area-{position}",
        name=line["gebied"],
        code=line["cbs_code"],
        status=Status.SHOWN,
        value=value,
        lower=value - MARGIN,
        upper=value + MARGIN,
        n=1000 + position,
        change=change,
    )


@pytest.fixture
def published() -> RatingTable:
    with PUBLISHED.open(encoding="utf-8", newline="") as lines:
        rows = tuple(_area(line, position) for position, line in enumerate(csv.DictReader(lines)))
    headline = RatingRow(
        area="total",
        name="Alle gebieden samen",
        code=None,
        status=Status.SHOWN,
        value=Decimal("7.4"),
        lower=Decimal("7.3"),
        upper=Decimal("7.5"),
        n=5959,
        change=Change(
            verdict=Verdict.HIGHER,
            value=Decimal("0.1"),
            lower=Decimal("0.0"),
            upper=Decimal("0.2"),
            p=1.5e-9,
        ),
    )
    return RatingTable(
        wave="2022",
        compare="2021",
        computed="2023-02-01",
        headline=headline,
        rows=rows,
        reconciliation=Reconciliation(
            plain_mean=Decimal("7.7"),
            answers_weighted=Decimal("7.5"),
            population_weighted=Decimal("7.4"),
        ),
        notes=("Elke woning kreeg een uitnodiging.", "De marge is van 95 procent."),
    )


# Figures of the suppressed row that occur nowhere else, as the formats would write them.
TELLTALES = ("4.321", "4.123", "4.567", "98765", "2.345", "2.123", "2.567", "0.05679", "0.06789")


@pytest.fixture
def telltales() -> tuple[str, ...]:
    dutch = (text.replace(".", ",") for text in TELLTALES)
    return (*TELLTALES, *dutch, "98.765", "98,765")


@pytest.fixture
def mixed(published: RatingTable) -> RatingTable:
    """Laren indicative; Wijdemeren suppressed, but its figures were left in by mistake."""
    value, lower, upper, n, *change = TELLTALES
    leaking = replace(
        published.rows[-1],
        status=Status.SUPPRESSED,
        value=Decimal(value),
        lower=Decimal(lower),
        upper=Decimal(upper),
        n=int(n),
        change=Change(
            verdict=Verdict.HIGHER,
            value=Decimal(change[0]),
            lower=Decimal(change[1]),
            upper=Decimal(change[2]),
            p=float(change[3]),
            p_adjusted=float(change[4]),
        ),
    )
    rows = tuple(
        replace(row, status=Status.INDICATIVE, note="ruime marge", change=None)
        if row.name == "Laren"
        else row
        for row in published.rows[:-1]
    )
    return replace(published, rows=(*rows, leaking))


@pytest.fixture
def telling(published: RatingTable) -> RatingTable:
    """Everyone in Huizen gave the same mark; Blaricum is exact, and so is its change."""
    same = "Niet getoond: het cijfer zou losse antwoorden verraden."
    one = Decimal("0.1")
    changed = {
        "Huizen": {"status": Status.SUPPRESSED, "note": same, "value": Decimal("3.3"), "n": 98765},
        "Blaricum": {
            "lower": Decimal("8.3"),
            "upper": Decimal("8.3"),
            "change": Change(verdict=Verdict.HIGHER, value=one, lower=one, upper=one),
        },
    }
    rows = tuple(replace(row, **changed.get(row.name, {})) for row in published.rows)
    return replace(published, rows=rows)


@pytest.fixture
def hostile(published: RatingTable) -> RatingTable:
    """Names from a file that someone else made."""
    names = (
        "=1+1",
        "+31 20",
        "-2+3",
        "@SUM(A1)",
        " =cmd|' /C calc'!A0",
        "\t=1+1",
        'Oost;"=1+1',
        "<script>alert(1)</script>",
        "Zuid, \"West\"\r\nen Noord & 'Meer'\x00\x0b",
        "https://example.org/",
    )
    rows = tuple(replace(row, name=name) for row, name in zip(published.rows, names, strict=True))
    return replace(published, rows=rows)


@pytest.fixture
def written() -> Callable[[RatingTable], dict[str, str]]:
    """Give what every format says, a workbook as the text of its parts."""
    return lambda table: {
        suffix: _readable(suffix, writer.write(table)) for suffix, writer in WRITERS.items()
    }


def _readable(suffix: str, content: bytes) -> str:
    if suffix != "xlsx":
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "\n".join(parts.read(name).decode() for name in parts.namelist())
