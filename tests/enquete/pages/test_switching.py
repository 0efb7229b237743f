"""Another language in the middle of a form: what was filled in comes along."""

import pytest

from enquete import translate
from enquete.codes import show_code
from tests.enquete.pages.conftest import ANSWERS, Site
from tests.enquete.pages.visitor import Page, Visitor, text

NAMES = {code: each.name for code, each in translate.LANGUAGES.items()}
LANGUAGES = pytest.mark.parametrize("language", NAMES)
STALE = {"csrf_token": "0"}
LONG = "الحي جميل. " * 300


def at(page: Page) -> tuple[int, str, str | None]:
    return page.status, page.path, page.all("html")[0].get("lang")


def page_of(visitor: Visitor, code: str, path: str, **answers: str) -> Page:
    """Answer up to a page and open it."""
    visitor.answer(visitor.enter(code), ANSWERS | answers)
    return visitor.open(path)


@LANGUAGES
def test_a_choice_that_is_not_saved_comes_along(site: Site, language: str) -> None:
    visitor = site.visitor()
    page = visitor.switch(visitor.enter(site.codes[0]), NAMES[language], rapportcijfer="8")
    assert at(page) == (200, "/vraag/cijfer", language)
    assert page.values["rapportcijfer"] == ["8"]
    assert at(visitor.send(page)) == (200, "/vraag/veiligheid", language)


@LANGUAGES
def test_nothing_is_missing_yet(site: Site, language: str) -> None:
    visitor = site.visitor()
    page = visitor.switch(visitor.enter(site.codes[0]), NAMES[language])
    assert at(page) == (200, "/vraag/cijfer", language)
    assert page.errors == {}
    assert site.visitor().enter(site.codes[0]).path == "/vraag/cijfer"


@LANGUAGES
def test_the_code_that_was_typed_comes_along(site: Site, language: str) -> None:
    visitor = site.visitor()
    typed = site.codes[0].lower()
    page = visitor.switch(visitor.open("/"), NAMES[language], code=typed)
    assert at(page) == (200, "/", language)
    assert page.values["code"] == [show_code(site.codes[0])]
    assert visitor.switch(page, NAMES[language], code="ABCD").values["code"] == ["ABCD"]


def test_statements_that_are_not_saved_come_along(site: Site) -> None:
    visitor = site.visitor()
    page = page_of(visitor, site.codes[0], "/vraag/samenleven")
    changed = {"kennen": "eens", "thuis": "unknown"}
    turkish = visitor.switch(page, "Türkçe", **changed)
    assert turkish.values | {key: [value] for key, value in changed.items()} == turkish.values
    assert "omgaan" not in turkish.values


def test_a_text_that_is_not_saved_comes_along(site: Site) -> None:
    visitor = site.visitor()
    page = page_of(visitor, site.codes[0], "/vraag/opmerking")
    arabic = visitor.switch(page, "العربية", opmerking="الحي جميل\r\nBuurt 8")
    assert arabic.values["opmerking"] == ["الحي جميل\nBuurt 8"]
    assert visitor.switch(arabic, "Polski", opmerking="").values["opmerking"] == [""]


@pytest.mark.parametrize(
    ("typed", "status", "shown"), [("1.500", 422, "1.500"), ("1,500", 200, "1.5")]
)
def test_a_number_is_read_in_the_language_it_was_typed_in(
    every_kind_site: Site, typed: str, status: int, shown: str
) -> None:
    visitor = every_kind_site.visitor()
    page = visitor.send(visitor.enter(every_kind_site.codes[0]), cijfer="9", huisdier="nee")
    while page.path != "/vraag/vier":
        page = visitor.send(page, stelling="eens")
    english = visitor.switch(page, "English", afstand=typed)
    assert (english.status, english.values["afstand"]) == (status, [shown])
    sent = visitor.send(english)
    assert (sent.status, sent.path) == (status, "/vraag/vier" if status == 422 else "/controle")


def test_a_text_that_cannot_be_saved_stays_and_says_why(site: Site) -> None:
    visitor = site.visitor()
    page = page_of(visitor, site.codes[0], "/vraag/opmerking")
    arabic = visitor.switch(page, "العربية", opmerking=LONG)
    assert at(arabic) == (422, "/vraag/opmerking", "ar")
    assert arabic.values["opmerking"] == [LONG]
    assert "ماذا تودون أن تخبرونا أيضًا عن حيكم؟" in arabic.errors["q-opmerking"]


def test_a_tick_that_is_not_saved_comes_along_and_goes(site: Site) -> None:
    visitor = site.visitor()
    page = page_of(visitor, site.codes[0], "/vraag/toestemming")
    ticked = visitor.switch(page, "English", toestemming="yes")
    assert ticked.values["toestemming"] == ["yes"]
    assert "toestemming" not in visitor.switch(ticked, "Polski", toestemming=None).values


def test_the_way_back_to_the_review_stays(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    page = visitor.switch(visitor.open(review.link("Wijzig")), "English", rapportcijfer="3")
    assert "Back to the overview" in page.html
    assert visitor.post(page, rapportcijfer="3").location == "/controle"


def test_a_page_that_stood_open_too_long_keeps_what_was_chosen(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.enter(site.codes[0])
    turkish = visitor.switch(page, "Türkçe", rapportcijfer="8", **STALE)
    assert at(turkish) == (422, "/vraag/cijfer", "tr")
    assert turkish.values["rapportcijfer"] == ["8"]
    assert visitor.open("/vraag/cijfer").values.get("rapportcijfer") is None


def test_the_answer_of_another_code_is_not_kept(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.enter(site.codes[0])
    visitor.enter(site.codes[1])
    other = visitor.switch(page, "Українська", rapportcijfer="8")
    assert at(other) == (409, "/vraag/cijfer", "uk")
    assert visitor.open("/vraag/cijfer").values.get("rapportcijfer") is None


def test_a_code_that_was_lost_is_told_in_the_new_language(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.enter(site.codes[0])
    visitor.client.delete_cookie("enquete")
    assert at(visitor.switch(page, "Polski", rapportcijfer="8")) == (403, "/vraag/cijfer", "pl")


def test_a_page_that_is_not_reached_yet_is_not_saved(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.enter(site.codes[0])
    body = page.values | {"veiligheid": "3", "andere-taal": "en"}
    assert visitor.client.post("/vraag/veiligheid", data=body).location == "/vraag/veiligheid"
    assert at(visitor.open("/vraag/veiligheid")) == (200, "/vraag/cijfer", "en")


@pytest.mark.parametrize("address", ["/", "/vraag/cijfer", "/versturen", "/nergens"])
def test_a_language_that_we_do_not_have_is_not_found(site: Site, address: str) -> None:
    client = site.visitor().client
    assert client.post(address, data={"andere-taal": "xx"}).status_code == 404


def test_a_page_that_is_not_there_is_not_found_in_another_language_either(site: Site) -> None:
    visitor = site.visitor()
    body = visitor.enter(site.codes[0]).values | {"andere-taal": "en"}
    assert visitor.client.post("/vraag/onzin", data=body).status_code == 303
    assert visitor.open("/vraag/onzin").status == 404


def test_a_form_from_elsewhere_leads_nowhere_else(site: Site) -> None:
    client = site.visitor().client
    answer = client.post("//elders.example/", data={"andere-taal": "en"})
    assert answer.location in {None, "/"}


def test_the_enter_key_presses_no_language(site: Site) -> None:
    visitor = site.visitor()
    for page in (visitor.open("/"), visitor.enter(site.codes[0])):
        first = next(b for b in page.all("button") if b.get("form", "form") == "form")
        assert first.get("name") is None
        assert (first.get("tabindex"), first.get("aria-hidden")) == ("-1", "true")


@LANGUAGES
def test_a_whole_journey_in_each_language(site: Site, language: str) -> None:
    visitor = site.visitor()
    start = visitor.switch(visitor.open("/"), NAMES[language])
    assert visitor.send(start, code="ABCD").errors["code"]
    page = visitor.send(visitor.open("/"), code=site.codes[0])
    pages = [page, visitor.send(page)]
    assert pages[1].status == 422
    review = visitor.answer(page, ANSWERS)
    thanks = visitor.send(review)
    pages += [review, thanks, visitor.open("/vraag/cijfer"), visitor.open("/cijfers/")]
    assert {at(page)[2] for page in pages} == {language}
    assert len({page.heading for page in pages}) == 5
    assert f"'web','{language}','2022-10-05'" in "".join(site.dump())


@LANGUAGES
def test_each_refusal_in_each_language(site: Site, language: str) -> None:
    visitor = site.visitor()
    visitor.switch(visitor.open("/"), NAMES[language])
    stopped = visitor.send(visitor.enter(site.codes[0]), rapportcijfer="8", stoppen="1")
    assert at(stopped) == (200, "/gestopt", language)
    for year, status in ((2021, 403), (2023, 410)):
        site.day[0] = site.day[0].replace(year=year)
        refused = visitor.enter(site.codes[0])
        assert at(refused) == (status, "/", language)
        assert not refused.all("form")
        words = text(refused.all("main")[0])
        assert f"{year - (year == 2023) + (year == 2021)}" in words
