"""The language of the pages, and the way back from switching it."""

import pytest

from tests.enquete.pages.conftest import Site


def test_the_language_of_the_letter_is_the_first(site: Site) -> None:
    page = site.visitor().enter(site.codes[1])
    assert page.all("html")[0].get("lang") == "en"
    assert page.heading == "Which mark do you give your neighbourhood?"


def test_another_language_keeps_page_and_answers(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.send(visitor.enter(site.codes[0]), rapportcijfer="8")
    english = visitor.open(page.link("English"))
    assert (english.path, english.all("html")[0].get("lang")) == ("/vraag/veiligheid", "en")
    assert "Question 2 of 9" in english.html
    assert visitor.open(english.link("Previous")).values["rapportcijfer"] == ["8"]


def test_another_language_keeps_the_way_back_to_the_review(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    page = visitor.open(review.link("Wijzig"))
    english = visitor.open(page.link("English"))
    assert english.link("Back to the overview") == "/controle"


def test_messages_are_in_the_language_of_the_resident(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.send(visitor.enter(site.codes[1]))
    message = "Choose a mark at: Which mark do you give your neighbourhood?"
    assert page.errors == {"q-rapportcijfer--1": message}
    assert page.title.startswith("Error: ")


def test_the_response_tells_its_language(site: Site) -> None:
    visitor = site.visitor()
    visitor.send(visitor.answer(visitor.enter(site.codes[1]), {"rapportcijfer": "7"}))
    assert any("'web','en','2022-10-05'" in line for line in site.dump())


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://elders.example",
        "//elders.example",
        "/\\elders.example",
        "/\t/elders.example",
        "/%2F/elders.example",
        "javascript:alert(1)",
        "/vraag/cijfer?van=https://elders.example",
        "",
    ],
)
def test_the_language_leads_nowhere_else(site: Site, elsewhere: str) -> None:
    query = {"next": elsewhere}
    assert site.visitor().client.get("/taal/en", query_string=query).location == "/"


def test_an_unknown_language_is_not_found(site: Site) -> None:
    assert site.visitor().open("/taal/xx").status == 404
