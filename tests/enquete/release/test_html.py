from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import html5lib
import pytest

from analysis.rating_table import Status
from enquete.release.formats.html import write


def page(table):
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(write(table).decode())


def text(element) -> str:
    return " ".join("".join(element.itertext()).split())


def table_rows(root):
    return [[text(cell) for cell in row] for row in root.iter("tr")]


@pytest.mark.parametrize("name", ["published", "mixed", "hostile"])
def test_it_is_valid_html_with_one_heading_and_one_caption(request, name):
    root = page(request.getfixturevalue(name))
    assert root.get("lang") == "nl"
    assert text(root.find("head/title")) == "Rapportcijfer voor de buurt per gemeente, 2022"
    assert len(list(root.iter("h1"))) == 1
    captions = [text(caption) for caption in root.iter("caption")]
    assert captions == ["Rapportcijfer voor de buurt per gemeente"]
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    targets = [e.get("aria-labelledby") for e in root.iter() if e.get("aria-labelledby")]
    assert set(targets) <= set(ids)


def test_every_row_and_column_has_its_heading(published):
    root = page(published)
    head = root.find(".//thead")
    assert [cell.get("scope") for cell in head.iter("th")] == ["col"] * 5
    assert [text(cell) for cell in head.iter("th")] == [
        *("Gemeente", "Cijfer", "Marge", "Antwoorden", "Verandering sinds 2021"),
    ]
    for row in (row for body in root.iter("tbody") for row in body):
        assert [cell.tag for cell in row] == ["th", "td", "td", "td", "td"]
        assert row[0].get("scope") == "row"
        assert all(cell.get("data-label") for cell in row[1:])


def test_a_row_reads_as_a_sentence_of_the_report(published):
    rows = table_rows(page(published))
    assert rows[1] == [
        *("Alle gebieden samen", "7,4", "7,3 tot 7,5", "5.959"),
        "+0,1 hoger marge 0,0 tot +0,2",
    ]
    assert rows[2][:4] == ["Amsterdam", "7,6", "7,4 tot 7,8", "1.000"]
    assert rows[3][4] == "−0,2 lager marge −0,3 tot −0,1"
    assert rows[9][1] == "8,0"
    assert len(rows) == 12


def test_the_headline_is_told_in_words(published):
    said = text(page(published))
    assert "7,4 is het gemiddelde cijfer dat bewoners hun buurt geven" in said
    assert "Met 95 procent zekerheid ligt het echte cijfer tussen 7,3 en 7,5." in said
    assert "We telden 5.959 antwoorden." in said
    assert "Dat is 0,1 hoger dan in 2021." in said


def test_the_three_averages_stand_under_the_table(published):
    root = page(published)
    averages = next(e for e in root.iter("dl") if e.get("class") == "figures-averages")
    assert [text(e) for e in averages.iter("dd") if e.get("class")] == ["7,7", "7,5", "7,4"]


def test_words_stand_for_hidden_figures_and_are_explained(mixed):
    root = page(mixed)
    rows = {row[0].partition(" ")[0]: row[1:] for row in table_rows(root)}
    assert rows["Wijdemeren"] == [
        *("te weinig antwoorden", "niet getoond", "niet getoond", "te weinig antwoorden"),
    ]
    assert rows["Laren"] == ["8,0 indicatief", "7,8 tot 8,2", "1.007", "onbekend"]
    legend = next(e for e in root.iter("section") if e.get("class") == "figures-legend")
    explained = {text(term) for term in legend.iter("dt")}
    assert {"marge", "indicatief", "te weinig antwoorden", "niet getoond"} <= explained


def test_a_margin_that_rounds_to_nothing_is_told_in_words(telling):
    root = page(telling)
    [row] = [row for row in table_rows(root) if row[0] == "Blaricum"]
    assert row[1:3] == ["8,3", "minder dan 0,1"]
    assert row[4] == "+0,1 hoger marge minder dan 0,1"
    legend = next(e for e in root.iter("section") if e.get("class") == "figures-legend")
    [meaning] = [text(div) for div in legend.iter("div") if text(div).startswith("minder dan")]
    assert meaning == (
        "minder dan 0,1 Met 95 procent zekerheid ligt het echte cijfer zo dicht bij dit cijfer."
    )


def test_a_headline_whose_margin_rounds_to_nothing_is_told_in_words(published):
    def said(**figures):
        root = page(replace(published, headline=replace(published.headline, **figures)))
        return text(next(e for e in root.iter("section") if e.get("class") == "figures-tile"))

    exact = {"lower": Decimal("7.4"), "upper": Decimal("7.4")}
    sentence = "Met 95 procent zekerheid ligt het echte cijfer er minder dan 0,1 vanaf."
    assert sentence in said(**exact)
    assert "tussen" not in said(**exact)
    assert "minder dan" not in said()
    hundredths = dict.fromkeys(("value", "lower", "upper"), Decimal("7.40"))
    assert "er minder dan 0,01 vanaf" in said(**hundredths)
    assert "zekerheid" not in said(lower=None, upper=None)


def test_without_comparison_there_is_no_column_for_it(published):
    rows = tuple(replace(row, change=None) for row in published.rows)
    headline = replace(published.headline, change=None)
    root = page(replace(published, compare=None, headline=headline, rows=rows))
    assert {len(row) for row in table_rows(root)} == {4}
    assert "2021" not in text(root.find("body"))


def test_a_hidden_headline_gives_no_number(published):
    note = "Niet getoond: het cijfer zou losse antwoorden verraden."
    hidden = {"status": Status.SUPPRESSED, "value": Decimal("3.3"), "note": note}
    headline = replace(published.headline, **hidden)
    averages = replace(published.reconciliation, population_weighted=Decimal("3.3"))
    root = page(replace(published, headline=headline, reconciliation=averages))
    said = text(next(e for e in root.iter("section") if e.get("class") == "figures-tile"))
    assert said == f"Er is nog geen gemiddeld cijfer te geven: te weinig antwoorden. {note}"
    assert "3,3" not in text(root.find("body"))
    assert "Drie gemiddelden" not in text(root.find("body"))


def test_nothing_is_fetched_and_nothing_runs(hostile):
    content = write(hostile).decode()
    root = page(hostile)
    assert not [e for e in root.iter() if e.tag in {"script", "link", "img", "iframe", "object"}]
    assert not [e for e in root.iter() if {"src", "href", "style"} & set(e.keys())]
    assert "url(" not in content
    assert "@import" not in content
    names = [row[0] for row in table_rows(root)]
    assert "<script>alert(1)</script>" in names


def test_it_brings_its_own_style(published):
    style = page(published).find("head/style").text
    assert ".figures-table" in style
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style
