"""The consent at the end: only a tick names the dwelling, and each page says how it is."""

import json

import pytest

from tests.enquete.pages.conftest import ANSWERS, Site
from tests.enquete.pages.visitor import Page, text

TICKED = ANSWERS | {"toestemming": "yes"}
NAMED = "Uw verhuurder mag weten dat deze antwoorden van u zijn."


def paragraphs(page: Page) -> str:
    return " ".join(text(p) for p in page.all("p"))


@pytest.mark.parametrize(
    ("answers", "dwelling", "told", "untrue"),
    [(ANSWERS, "", "anoniem", NAMED), (TICKED, "d2", NAMED, "anoniem")],
    ids=["anonymous", "named"],
)
def test_only_a_tick_names_the_dwelling(
    any_site: Site, answers: dict[str, str], dwelling: str, told: str, untrue: str
) -> None:
    visitor = any_site.visitor()
    review = visitor.answer(visitor.enter(any_site.codes[2]), answers)
    thanks = visitor.send(review)
    assert (review.path, thanks.path) == ("/controle", "/bedankt")
    for page in (review, thanks):
        assert told in paragraphs(page)
        assert untrue not in paragraphs(page)
    [response] = any_site.responses()
    assert response["dwelling"] == dwelling
    assert json.loads(response["answers"])["toestemming"] is bool(dwelling)


def test_a_tick_that_was_taken_back_names_nobody(any_site: Site) -> None:
    visitor = any_site.visitor()
    visitor.answer(visitor.enter(any_site.codes[2]), TICKED)
    page = visitor.open("/vraag/toestemming?van=controle")
    visitor.client.post(
        "/vraag/toestemming?van=controle", data={"csrf_token": page.values["csrf_token"]}
    )
    assert "anoniem" in paragraphs(visitor.send(visitor.open("/controle")))
    assert [response["dwelling"] for response in any_site.responses()] == [""]


def test_what_is_told_before_is_true_with_and_without_a_tick(site: Site) -> None:
    start = site.visitor().open("/")
    facts = " ".join(text(li) for ul in start.all("ul", **{"class": "facts"}) for li in ul)
    assert "Uw antwoorden zijn anoniem. Alleen u kunt dat veranderen." in facts
    assert "Uw adres alleen als u dat goedvindt." in facts
    visitor, _review = site.at_review(site.codes[0])
    asked = paragraphs(visitor.open("/vraag/toestemming"))
    assert "Wij bewaren uw adres niet bij uw antwoorden." in asked
    assert "Alleen met een vinkje bewaren wij uw adres bij uw antwoorden." in asked


def test_the_thanks_say_nothing_of_it_where_it_is_not_known(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    other = site.visitor(cookie=visitor.cookie)
    visitor.send(review)
    assert other.send(review).status == 409
    said = paragraphs(other.open("/bedankt"))
    assert "anoniem" not in said
    assert NAMED not in said
