"""The published pages, over a real store and the whole app."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pytest

from analysis.rating_table import Status
from enquete.release.formats import WRITERS
from tests.enquete.pages.published import HEADLINE, LAREN, SVG, TABLE, page, report, text


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
        ["Alle gebieden samen", "7,4"],
        ["Laren", "8,0"],
        ["Weesp", "te weinig antwoorden"],
    ]
    assert "4,321" not in said
    assert len(list(root.iter(SVG))) == 2


def test_a_list_without_a_headline_mark_says_why(client, stored):
    hidden = replace(TABLE, headline=replace(HEADLINE, status=Status.SUPPRESSED))
    stored.add_report(report(hidden, "2023-03-01T12:00:00Z"))
    said = text(page(client.get("/cijfers/")))
    assert "Er is nog geen gemiddeld cijfer te geven: te weinig antwoorden." in said


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


def test_a_demonstration_says_so_on_list_and_page(client, reports):
    reports.add_report(report(replace(TABLE, invented=True), "2023-02-01T12:00:00Z"))
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
