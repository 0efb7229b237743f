"""The published pages, over a real store and the whole app."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import html5lib
import pytest

from analysis.rating_table import (
    Change,
    RatingRow,
    RatingTable,
    Reconciliation,
    Status,
    Verdict,
)
from enquete.app import create_app
from enquete.release.formats import WRITERS
from enquete.store import ReportRow, Wave, open_store

HEADLINE = RatingRow(
    area="total",
    name="Alle gemeenten samen",
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


@pytest.fixture
def store(settings):
    """A store with waves and no report; the app opens the same file."""
    store = open_store(settings.database)
    store.migrate()
    for slug in ("2020", "2021", "2022"):
        store.add_wave(
            Wave(
                slug=slug,
                questionnaire="",
                questionnaire_hash="",
                opens=f"{slug}-10-01",
                classification_date=f"{slug}-01-01",
            )
        )
    yield store
    store.close()


@pytest.fixture
def client(settings, store):
    return create_app(settings).test_client()


@pytest.fixture
def stored(store):
    store.add_report(report(TABLE, "2023-02-01T12:00:00Z"))
    return store


def page(response, status=200):
    assert response.status_code == status
    assert response.content_type.startswith("text/html")
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root = parser.parse(response.text)
    assert root.get("lang") == "nl"
    assert len(list(root.iter("h1"))) == 1
    assert root.find("head/title").text.strip()
    return root


def text(element) -> str:
    return " ".join("".join(element.itertext()).split())


def addresses(root) -> list[str]:
    return [a.get("href") for a in root.iter("a") if "/cijfers/" in a.get("href", "")]


def test_without_reports_the_list_says_so(client):
    assert "Er zijn nog geen cijfers berekend." in text(page(client.get("/cijfers/")))


def test_the_list_shows_the_newest_report_of_each_wave_the_latest_wave_first(client, stored):
    older = replace(TABLE, wave="2021", compare=None, headline=replace(HEADLINE, change=None))
    stored.add_report(report(older, "2023-03-01T12:00:00Z"))
    corrected = replace(TABLE, headline=replace(HEADLINE, value=Decimal("7.5")))
    stored.add_report(report(corrected, "2023-02-02T12:00:00Z"))
    root = page(client.get("/cijfers/"))
    waves = next(e for e in root.iter("ul") if e.get("class") == "figures-waves")
    assert [text(claim) for claim in waves.iter("strong")] == ["7,5", "7,4"]
    assert addresses(waves) == ["/cijfers/2022", "/cijfers/2021"]


def test_the_page_of_a_wave_shows_its_table(client, stored):
    root = page(client.get("/cijfers/2022"))
    said = text(root)
    assert "7,4 is het gemiddelde cijfer dat bewoners hun buurt geven" in said
    assert "Er is geen aantoonbaar verschil met 2021." in said
    rows = [[text(cell) for cell in row] for row in root.iter("tr")]
    assert [row[:2] for row in rows[1:]] == [
        ["Alle gemeenten samen", "7,4"],
        ["Laren", "8,0"],
        ["Weesp", "te weinig antwoorden"],
    ]
    assert "4,321" not in said
    assert len(list(root.iter("{http://www.w3.org/2000/svg}svg")) or list(root.iter("svg"))) == 2


def test_the_page_obeys_the_content_security_policy(client, stored):
    response = client.get("/cijfers/2022")
    assert "'unsafe-inline'" not in response.headers["Content-Security-Policy"]
    root = page(response)
    assert not [e for e in root.iter() if e.tag in {"script", "style"} or e.get("style")]
    sheets = [link.get("href") for link in root.iter("link") if link.get("rel") == "stylesheet"]
    assert "/static/figures.css" in [sheet.partition("?")[0] for sheet in sheets]
    with client.get("/static/figures.css") as style:
        assert style.status_code == 200


def test_another_comparison_can_be_asked_for(client, stored):
    since_2020 = replace(
        TABLE, compare="2020", headline=replace(HEADLINE, value=Decimal("7.1")), rows=(LAREN,)
    )
    stored.add_report(report(since_2020, "2023-01-01T12:00:00Z"))
    assert "7,4 is het" in text(page(client.get("/cijfers/2022")))
    root = page(client.get("/cijfers/2022?vergelijk=2020"))
    assert "7,1 is het" in text(root)
    downloads = [address for address in addresses(root) if "rating-table" in address]
    assert len(downloads) == len(WRITERS)
    for address in downloads:
        assert address.endswith("?vergelijk=2020")
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        ("csv", "text/csv; charset=utf-8; header=present"),
        ("json", "application/json"),
        ("svg", "image/svg+xml"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("html", "text/html; charset=utf-8"),
    ],
)
def test_downloads_are_what_the_writers_write(client, stored, suffix, media_type):
    address = f"/cijfers/2022/rating-table.{suffix}"
    response = client.get(address)
    assert response.status_code == 200
    assert response.content_type == media_type
    name = f"attachment; filename=rapportcijfer-2022.{suffix}"
    assert response.headers["Content-Disposition"] == name
    assert response.data == WRITERS[suffix].write(TABLE)
    again = client.get(address, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "address",
    ["/cijfers/2022", "/cijfers/2022/rating-table.csv", "/cijfers/2022?vergelijk=2019"],
)
def test_figures_that_are_not_there_are_a_friendly_404(client, address):
    root = page(client.get(address), status=404)
    assert text(root.find(".//h1")) == "De cijfers van 2022 zijn nog niet berekend"


def test_an_unknown_format_is_a_404(client, stored):
    assert client.get("/cijfers/2022/rating-table.exe").status_code == 404


def test_what_is_typed_in_the_address_is_only_text(client):
    response = client.get("/cijfers/<script>alert(1)<%2Fscript>")
    assert response.status_code == 404
    assert "<script>" not in response.text


def test_a_demonstration_says_so_on_list_and_page(client, store):
    store.add_report(report(replace(TABLE, invented=True), "2023-02-01T12:00:00Z"))
    for address in ("/cijfers/", "/cijfers/2022"):
        said = text(page(client.get(address)))
        assert "Demonstratie: deze cijfers zijn verzonnen." in said


SEES = """
import sys
import enquete.pages.figures
from enquete.release.formats import WRITERS
from analysis.rating_table import RatingTable
import json
table = RatingTable.from_json(json.load(sys.stdin))
for writer in WRITERS.values():
    writer.write(table)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_neither_pages_nor_writers_load_statistics():
    run = subprocess.run(
        [sys.executable, "-c", SEES],
        input=json.dumps(TABLE.to_json()),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(run.stdout.split())
    assert {"flask", "xlsxwriter", "analysis"} <= loaded
    assert not loaded & {"numpy", "scipy", "pandas", "statsmodels"}
