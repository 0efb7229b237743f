"""The published pages for a reader of another language: ours in that language, theirs marked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from enquete.release.formats import WRITERS
from tests.enquete.pages.published import LAREN, SVG, TABLE, page, report, text

DIFFERENCE = "−0.1 no demonstrable difference margin −0.2 to +0.1"


@pytest.fixture
def english(client):
    """A browser that reads English."""
    client.get("/taal/en")
    return client


def test_an_english_reader_gets_the_page_in_english(english, stored):
    root = page(english.get("/cijfers/2022"), language="en")
    said = text(root)
    assert text(root.find("head/title")).startswith(
        "Mark for the neighbourhood by municipality, 2022"
    )
    assert "7.4 is the average mark that residents give their neighbourhood" in said
    assert "the true mark lies between 7.3 and 7.5." in said
    assert "We counted 5,959 answers." in said
    assert "There is no demonstrable difference from 2021." in said
    assert [[text(cell) for cell in row] for row in root.iter("tr")][1:] == [
        ["All areas together", "7.4", "7.3 to 7.5", "5,959", DIFFERENCE],
        ["Laren", "8.0", "7.3 to 7.5", "24", DIFFERENCE],
        ["Weesp", "too few answers", "not shown", "not shown", "too few answers"],
    ]
    assert "Computed on 1 February 2023." in said
    terms = [text(term) for dl in list(root.iter("dl"))[:1] for term in dl.iter("dt")]
    assert terms == [
        *("margin", "too few answers", "not shown", "+ and −", "no demonstrable difference"),
    ]


def dutch_parts(root) -> list[str]:
    """What an English page says in Dutch, and says so of."""
    return [text(e) for e in root.iter() if e.get("lang") == "nl" and not e.get("hreflang")]


def test_what_stays_dutch_on_an_english_page_is_marked(english, stored):
    noted = replace(LAREN, note="De marge is ruim.", change=replace(LAREN.change, note="Afgerond."))
    stored.add_report(report(replace(TABLE, rows=(noted,)), "2023-03-01T12:00:00Z"))
    root = page(english.get("/cijfers/2022"), language="en")
    assert dutch_parts(root) == ["De marge is ruim.", "Afgerond.", *TABLE.notes]
    said = text(root)
    assert "The notes are in Dutch." in said
    assert "The files are in Dutch." in said
    dutch = {"antwoorden", "gemeente", "cijfer", "cijfers", "woningen", "buurt", "niet", "marge"}
    rest = next(text(e) for e in root.iter("main"))
    for part in dutch_parts(root):
        rest = rest.replace(part, "")
    assert dutch & {word.strip(".,:").lower() for word in rest.split()} == set()


def test_the_drawings_of_an_english_page_are_english(english, stored):
    root = page(english.get("/cijfers/2022"), language="en")
    drawings = list(root.iter(SVG))
    assert [drawing.get("lang") for drawing in drawings] == ["en", "en"]
    for drawing in drawings:
        said = text(drawing)
        assert "Highest mark: Laren with 8.0." in said
        assert "All residents together: 7.4. Too few answers: Weesp." in said
        assert "mark with margin" in said
        assert "Residents give 1 to 10. The axis shows 5.0 to 8.0." in said


def test_the_files_are_dutch_for_every_reader(english, stored):
    assert english.get("/cijfers/2022/rating-table.html").data == WRITERS["html"].write(TABLE)


def test_the_list_and_a_missing_wave_are_english_too(english, stored):
    assert text(page(english.get("/cijfers/"), language="en").find(".//h1")) == (
        "Figures about the neighbourhood"
    )
    root = page(english.get("/cijfers/2019"), status=404, language="en")
    assert text(root.find(".//h1")) == "The figures of 2019 have not been computed yet"


def test_a_reader_of_another_comparison_keeps_it_in_another_language(client, stored):
    address = "/cijfers/2022?vergelijk=2021"
    switch = [a for a in page(client.get(address)).iter("a") if text(a) == "English"]
    assert client.get(switch[0].get("href")).location == address
