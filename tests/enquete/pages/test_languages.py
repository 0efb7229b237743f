"""The language of the pages, and the way back from switching it."""

import re

import pytest
from werkzeug.test import TestResponse

from enquete.codes import CodeKeys, show_code
from enquete.errors import StoreBusyError
from enquete.settings import Settings
from forms.definition import builtin
from tests.enquete.pages.conftest import ANSWERS, EVERY_KIND, Site, make_site
from tests.enquete.pages.visitor import Page, text


def test_the_language_of_the_letter_is_the_first(site: Site) -> None:
    page = site.visitor().enter(site.codes[1])
    assert page.all("html")[0].get("lang") == "en"
    assert page.heading == "Which mark do you give your neighbourhood?"


def test_another_language_keeps_page_and_answers(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.send(visitor.enter(site.codes[0]), rapportcijfer="8")
    english = visitor.switch(page, "English")
    assert (english.path, english.all("html")[0].get("lang")) == ("/vraag/veiligheid", "en")
    assert "Question 2 of 9" in english.html
    assert visitor.back(english).values["rapportcijfer"] == ["8"]


def test_another_language_keeps_the_way_back_to_the_review(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    page = visitor.open(review.link("Wijzig"))
    english = visitor.switch(page, "English")
    assert english.address.endswith("?van=controle")
    assert visitor.back(english).path == "/controle"


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


@pytest.mark.parametrize("address", ["/cijfers/", "/cijfers/2022", "/nergens"])
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

    monkeypatch.setattr(site.app.extensions["enquete"].store, "entry", busy)
    page = visitor.open("/vraag/cijfer")
    assert (page.status, page.heading) == (503, "It is too busy at the moment")


def test_a_file_does_not_depend_on_the_language(site: Site) -> None:
    for address in ("/static/enquete.css", "/health"):
        with site.visitor().client.get(address) as response:
            assert "Cookie" not in response.headers.get("Vary", "")


def test_an_unknown_language_is_not_found(site: Site) -> None:
    assert site.visitor().open("/taal/xx").status == 404


def first_visit(site: Site, asked: str, address: str = "/") -> TestResponse:
    return site.app.test_client().get(address, headers={"Accept-Language": asked})


def language_of(response: TestResponse) -> str | None:
    return Page(response).all("html")[0].get("lang")


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "nl"),
        ("*", "nl"),
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("tr-TR,tr;q=0.9,en-US;q=0.8", "tr"),
        ("ar-MA,en;q=0.5", "ar"),
        ("de,fr;q=0.9", "nl"),
        ("de,pl;q=0.9,nl;q=0.8", "pl"),
        ("EN-us;q=0.5,uk", "uk"),
        ("tr;q=0,de", "nl"),
        ("not a list;;q=x,,", "nl"),
    ],
)
def test_a_first_visit_is_in_the_language_that_the_browser_puts_first(
    site: Site, asked: str, language: str
) -> None:
    response = first_visit(site, asked)
    assert language_of(response) == language
    assert "Accept-Language" in response.headers["Vary"]


def test_what_was_chosen_wins_from_what_the_browser_asks(site: Site) -> None:
    client = site.app.test_client()
    client.get("/taal/nl")
    response = client.get("/", headers={"Accept-Language": "tr"})
    assert language_of(response) == "nl"
    assert "Accept-Language" not in response.headers["Vary"]


def test_the_browsers_language_wins_from_that_of_the_letter(site: Site) -> None:
    visitor = site.visitor()
    visitor.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "pl-PL,pl;q=0.9"
    assert visitor.enter(site.codes[0]).all("html")[0].get("lang") == "pl"
    again = site.visitor()
    again.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "nl"
    assert again.enter(site.codes[1]).all("html")[0].get("lang") == "en"


def test_the_choice_is_remembered_after_stopping_and_sending(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.switch(visitor.enter(site.codes[0]), "العربية")
    assert visitor.send(page, stoppen="1").all("html")[0].get("lang") == "ar"
    thanks = visitor.send(visitor.answer(visitor.enter(site.codes[0]), {"rapportcijfer": "7"}))
    assert thanks.path == "/bedankt"
    assert thanks.all("html")[0].get("lang") == "ar"


def names(page: Page) -> list[str]:
    return [text(each) for each in page.languages]


def test_all_languages_are_offered_by_their_own_names(site: Site) -> None:
    six = ["Nederlands", "English", "Türkçe", "العربية", "Українська", "Polski"]
    visitor, review = site.at_review(site.codes[0])
    for page in (review, visitor.open("/"), visitor.open("/vraag/cijfer"), visitor.send(review)):
        assert names(page) == six


def test_a_survey_in_fewer_languages_offers_only_those(every_kind_site: Site) -> None:
    visitor = every_kind_site.visitor()
    visitor.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "ar,en;q=0.5"
    start = visitor.open("/")
    assert start.all("html")[0].get("lang") == "en"
    page = visitor.send(start, code=every_kind_site.codes[0])
    wrong = visitor.send(start, code="ABCD")
    for each in (start, page, wrong, visitor.open("/gestopt"), visitor.open("/nergens")):
        assert names(each) == ["Nederlands", "English"]
        assert each.all("html")[0].get("lang") == "en"
    visitor.client.get("/taal/ar")  # an old page that still offered it
    assert visitor.open("/vraag/een").all("html")[0].get("lang") == "en"


def test_a_survey_in_one_language_offers_no_choice(settings: Settings, keys: CodeKeys) -> None:
    only = re.sub(r', en = "[^"]*"', "", EVERY_KIND.read_text(encoding="utf-8"))
    for site in make_site(settings, keys, only.replace('["nl", "en"]', '["nl"]')):
        page = site.visitor().open("/")
        assert names(page) == []
        assert not page.all("nav")


def test_another_survey_offers_its_own_languages_again(
    every_kind_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = every_kind_site.visitor()
    assert len(names(visitor.open("/"))) == 2
    monkeypatch.setattr(
        "enquete.pages.screens.common_questionnaire", lambda _waves: builtin("buurt")
    )
    assert len(names(visitor.open("/"))) == 6


def test_what_is_not_arabic_keeps_its_direction_on_an_arabic_page(site: Site) -> None:
    visitor = site.visitor()
    start = visitor.switch(visitor.open("/"), "العربية")
    assert start.by_id("code").get("dir") == "ltr"
    [brand] = [a for a in start.all("a") if a.get("class") == "brand"]
    assert [each.tag for each in brand] == ["bdi"]
    review = visitor.answer(visitor.send(start, code=site.codes[0]), ANSWERS)
    assert review.all("html")[0].get("dir") == "rtl"
    answers = [dd for dd in review.all("dd") if dd.get("class") != "change"]
    assert all([each.tag for each in dd] == ["bdi"] for dd in answers)
    assert visitor.open("/vraag/opmerking").all("textarea")[0].get("dir") == "auto"


def test_the_marks_run_in_reading_order_in_every_language(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.switch(visitor.enter(site.codes[0]), "العربية")
    marks = [each.get("value") for each in page.all("input", type="radio")]
    assert marks == [*map(str, range(1, 11)), "unknown"]
    assert "١" not in page.html
    assert "السؤال 1 من 9" in page.html


@pytest.mark.parametrize("script", ["٢٣٤٥٦٧٨٩", "АВЕКМНРТХ"])
def test_a_code_may_be_typed_with_another_keyboard(site: Site, script: str) -> None:
    latin = "23456789" if script.isdecimal() else "ABEKMHPTX"
    keys = str.maketrans(latin, script)
    typed = show_code(site.codes[0]).translate(keys)
    assert typed != show_code(site.codes[0])
    assert site.visitor().enter(typed.lower()).path == "/vraag/cijfer"
