"""The language of the pages, and the way back from switching it."""

import pytest

from enquete.errors import StoreBusyError
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
        f"/{'a' * 5000}!",  # a pattern that tries every way to cut it would never be done
        "",
    ],
)
def test_the_language_leads_nowhere_else(site: Site, elsewhere: str) -> None:
    query = {"next": elsewhere}
    assert site.visitor().client.get("/taal/en", query_string=query).location == "/"


@pytest.mark.parametrize("address", ["/cijfers/", "/cijfers/2022", "/nergens", "/versturen"])
def test_the_language_holds_on_every_page_and_returns_to_it(site: Site, address: str) -> None:
    visitor = site.visitor()
    dutch = visitor.open(address)
    english = visitor.open(dutch.link("English"))
    assert (dutch.all("html")[0].get("lang"), english.all("html")[0].get("lang")) == ("nl", "en")
    assert english.status == dutch.status
    assert english.path == address


def test_the_page_of_a_refused_send_returns_to_the_review(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    refused = visitor.send(review, csrf_token="")
    assert (refused.path, refused.status) == ("/versturen", 422)
    assert visitor.open(refused.link("English")).heading == "Are your answers right?"


def test_an_error_is_told_in_the_language_of_the_resident(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = site.visitor()
    visitor.enter(site.codes[1])

    def busy(*_arguments: object) -> None:
        raise StoreBusyError("the database is busy")

    monkeypatch.setattr(site.app.extensions["enquete"].store, "draft", busy)
    page = visitor.open("/vraag/cijfer")
    assert (page.status, page.heading) == (503, "It is too busy at the moment")


def test_a_file_does_not_depend_on_the_language(site: Site) -> None:
    for address in ("/static/enquete.css", "/health"):
        with site.visitor().client.get(address) as response:
            assert "Cookie" not in response.headers.get("Vary", "")


def test_an_unknown_language_is_not_found(site: Site) -> None:
    assert site.visitor().open("/taal/xx").status == 404
