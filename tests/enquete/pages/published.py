"""A table as it was published, and the pages that show it, checked as they come."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import html5lib

from analysis.rating_table import (
    Change,
    RatingRow,
    RatingTable,
    Reconciliation,
    Status,
    Verdict,
)
from enquete.store import ReportRow

SVG = "{http://www.w3.org/2000/svg}svg"
HEADLINE = RatingRow(
    area="total",
    name="Alle gebieden samen",
    code=None,
    status=Status.SHOWN,
    value=Decimal("7.4"),
    lower=Decimal("7.3"),
    upper=Decimal("7.5"),
    n=5959,
    change=Change(
        verdict=Verdict.NO_DIFFERENCE,
        value=Decimal("-0.1"),
        lower=Decimal("-0.2"),
        upper=Decimal("0.1"),
        p=0.25,
    ),
)
LAREN = replace(HEADLINE, area="laren", name="Laren", code="GM0417", value=Decimal("8.0"), n=24)
HIDDEN = replace(LAREN, area="weesp", name="Weesp", status=Status.SUPPRESSED)
TABLE = RatingTable(
    wave="2022",
    compare="2021",
    computed="2023-02-01",
    headline=HEADLINE,
    rows=(LAREN, replace(HIDDEN, value=Decimal("4.321"), n=9)),
    reconciliation=Reconciliation(
        plain_mean=Decimal("7.7"),
        answers_weighted=Decimal("7.5"),
        population_weighted=Decimal("7.4"),
    ),
    notes=("De marge is van 95 procent.",),
)


def report(table: RatingTable, created: str) -> ReportRow:
    return ReportRow(
        wave=table.wave,
        compare=table.compare or "",
        created=created,
        code_version="test",
        figures=json.dumps(table.to_json()),
    )


def page(response, status=200, language="nl"):
    assert response.status_code == status
    assert response.content_type.startswith("text/html")
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root = parser.parse(response.text)
    assert root.get("lang") == language
    assert len(list(root.iter("h1"))) == 1
    assert root.find("head/title").text.strip()
    return root


def text(element) -> str:
    return " ".join("".join(element.itertext()).split())
