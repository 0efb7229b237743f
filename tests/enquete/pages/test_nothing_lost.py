"""What was typed is not lost where it can be kept: no cookie, no database, too much of it."""

from dataclasses import replace
from datetime import date

import pytest

from enquete.errors import StoreBusyError
from tests.enquete.pages.conftest import ANSWERS, Site
from tests.enquete.pages.visitor import Page, Visitor, text

TYPED = "Hier woon ik graag."


def at_text(site: Site) -> tuple[Visitor, Page]:
    visitor, _review = site.at_review(site.codes[0])
    return visitor, visitor.open("/vraag/opmerking")


def test_a_text_typed_without_the_cookie_can_be_copied(site: Site) -> None:
    visitor, page = at_text(site)
    visitor.client.delete_cookie("enquete")
    lost = visitor.send(page, opmerking=TYPED)
    assert (lost.status, lost.heading) == (403, "Vul uw code opnieuw in")
    [area] = lost.all("textarea")
    assert (text(area), "readonly" in area.attrib) == (TYPED, True)


def test_a_text_typed_for_another_code_can_be_copied(site: Site) -> None:
    visitor, page = at_text(site)
    visitor.enter(site.codes[2])
    assert [text(e) for e in visitor.send(page, opmerking=TYPED).all("textarea")] == [TYPED]


@pytest.mark.parametrize("typed", ["Geluidsoverlast", "стоянка", "环境很好", "lawaai!", "rommel"])
def test_a_single_word_can_be_copied_too(site: Site, typed: str) -> None:
    visitor, page = at_text(site)
    visitor.client.delete_cookie("enquete")
    assert [text(e) for e in visitor.send(page, opmerking=typed).all("textarea")] == [typed]


def test_a_wave_that_closed_gives_a_single_word_back(site: Site) -> None:
    visitor, page = at_text(site)
    site.day[0] = date(2023, 1, 1)
    closed = visitor.send(page, opmerking="rommel")
    assert (closed.status, [text(e) for e in closed.all("textarea")]) == (410, ["rommel"])
    assert "Wij konden dit niet meer bewaren." in closed.html


def test_a_choice_is_not_shown_as_a_text(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.enter(site.codes[0])
    visitor.client.delete_cookie("enquete")
    assert not visitor.send(page, rapportcijfer="7").all("textarea")


@pytest.mark.parametrize("begin", ["cookies off", "first time"])
def test_a_browser_without_cookies_is_told_and_the_code_stays(site: Site, begin: str) -> None:
    page = site.visitor().open("/")
    stranger = site.visitor()
    told = stranger.send(page, code=site.codes[0])
    assert (told.status, told.values["code"]) == (422, [site.codes[0]])
    assert "Uw browser bewaart geen cookies" in told.html
    assert "stond te lang open" not in told.html
    if begin == "cookies off":
        stranger.client.delete_cookie("enquete")
        assert "Uw browser bewaart geen cookies" in stranger.send(told).html
    else:
        assert stranger.send(told).path == "/vraag/cijfer"


def test_maintenance_keeps_what_is_sent_until_it_is_over(site: Site) -> None:
    visitor, page = at_text(site)
    closed = site.app.extensions["enquete"].settings.maintenance_file
    closed.touch()
    told = visitor.send(page, opmerking=TYPED)
    assert (told.status, told.heading) == (503, "Wij werken aan deze pagina")
    assert told.headers["Retry-After"] == "60"
    assert "is nog niet bewaard. Laat deze pagina open" in told.html
    assert not told.languages  # they would leave it behind
    assert visitor.send(told).status == 503
    assert visitor.open("/").heading == "Wij werken aan deze pagina"
    assert visitor.client.get("/health").status_code == 200
    with visitor.client.get("/static/enquete.css") as style:
        assert style.status_code == 200
    closed.unlink()
    assert visitor.send(told).path == "/vraag/toestemming"
    assert visitor.open("/vraag/opmerking").values["opmerking"] == [TYPED]


def test_maintenance_is_told_in_each_language(site: Site) -> None:
    site.app.extensions["enquete"].settings.maintenance_file.touch()
    visitor = site.visitor()
    arabic = visitor.switch(visitor.open("/"), "العربية")
    assert (arabic.status, arabic.all("html")[0].get("dir")) == (503, "rtl")


def test_what_a_busy_database_refused_can_be_sent_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, page = at_text(site)

    def busy(*_arguments: object, **_options: object) -> None:
        raise StoreBusyError("the database is busy")

    with monkeypatch.context() as broken:
        broken.setattr(site.app.extensions["enquete"].store, "replace_draft", busy)
        told = visitor.send(page, opmerking=TYPED)
    assert (told.status, told.heading) == (503, "Het is nu even te druk")
    assert visitor.send(told).path == "/vraag/toestemming"
    assert visitor.open("/vraag/opmerking").values["opmerking"] == [TYPED]


def test_a_fault_of_ours_keeps_it_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, page = at_text(site)

    def fail(*_arguments: object, **_options: object) -> None:
        raise RuntimeError(TYPED)

    with monkeypatch.context() as broken:
        broken.setattr(site.app.extensions["enquete"].store, "replace_draft", fail)
        told = visitor.send(page, opmerking=TYPED)
    assert (told.status, told.heading) == (500, "Er ging iets mis")
    assert visitor.send(told).path == "/vraag/toestemming"


@pytest.mark.parametrize("address", ["/", "/vraag/opmerking", "/versturen"])
def test_a_megabyte_is_refused_with_what_to_do(site: Site, address: str) -> None:
    visitor, _page = at_text(site)
    before = site.dump()
    answer = visitor.client.post(address, data={"opmerking": "x" * 1_000_000})
    page = Page(answer)
    assert (page.status, page.heading) == (413, "Dit is te veel tekst")
    assert "Ga terug en maak uw antwoord korter." in page.html
    assert site.dump() == before


@pytest.mark.parametrize(
    ("typed", "kept"), [("😀👩‍👩‍👧 fijn\u202e", "😀👩‍👩‍👧 fijn\u202e"), ("a\x00b c", "ab c")]
)
def test_odd_characters_are_kept_or_told(site: Site, typed: str, kept: str) -> None:
    visitor, page = at_text(site)
    sent = visitor.send(page, opmerking=typed)
    if typed == kept:
        assert sent.path == "/vraag/toestemming"
    else:
        assert (sent.status, sent.values["opmerking"]) == (422, [kept])
        assert "Een teken in uw tekst kunnen wij niet bewaren" in sent.errors["q-opmerking"]
        visitor.send(sent)
    assert visitor.open("/vraag/opmerking").values["opmerking"] == [kept]


def test_the_back_button_after_sending_says_that_the_answers_are_there(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    visitor.send(review)
    for address in ("/controle", "/vraag/cijfer", "/kopie"):
        page = visitor.open(address)
        assert (page.status, page.heading) == (409, "Wij hebben uw antwoorden al")


def test_a_copy_shows_every_answer_and_says_that_nothing_is_sent(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    copy = visitor.open(review.link("Maak eerst een kopie"))
    assert copy.heading == "Kopie van uw antwoorden"
    shown = [text(dd) for dd in copy.all("dd")]
    assert shown == [text(dd) for dd in review.all("dd") if dd.get("class") != "change"]
    assert ANSWERS["rapportcijfer"] in shown
    assert "5 oktober 2022" in copy.html
    assert "nog niet verstuurd" in copy.html
    assert site.responses() == []


def test_no_copy_before_the_end(site: Site) -> None:
    visitor = site.visitor()
    visitor.enter(site.codes[0])
    assert visitor.open("/kopie").path == "/vraag/cijfer"


def test_a_receipt_is_shown_that_is_stored_nowhere(site: Site) -> None:
    receipts = set()
    for code in site.codes[:3]:
        visitor, review = site.at_review(code)
        thanks = visitor.send(review)
        [number] = [text(e) for e in thanks.all("strong") if e.get("class") == "receipt"]
        assert site.keys.is_receipt("2022", number.lower().replace("-", " "))
        assert not site.keys.is_receipt("2021", number)
        receipts.add(number)
    assert len(receipts) == 3
    assert not any(number in line for number in receipts for line in site.dump())


def test_a_panel_is_told_and_keeps_a_key_of_the_dwelling(site: Site) -> None:
    driver = site.store._driver  # noqa: SLF001 - the wave of the fixture, as `--panel` makes it
    with site.store.writing():
        driver.rows("UPDATE wave SET anonymity = 'panel'")
    start = site.visitor().open("/")
    assert "Wij bewaren bij uw antwoorden een kenmerk van uw woning." in start.html
    assert "Uw antwoorden zijn anoniem" not in start.html
    visitor, review = site.at_review(site.codes[0])
    assert "Wel een kenmerk van uw woning." in review.html
    for page in (start, visitor.open("/vraag/toestemming"), review):
        assert "anoniem" not in text(page.all("main")[0]).lower()
    thanks = visitor.send(review)
    assert "Wel een kenmerk van uw woning." in thanks.html
    [response] = site.responses()
    assert response["panel"] == site.keys.panel_key("d0")
    assert response["dwelling"] == ""


def test_a_code_of_an_earlier_secret_goes_on_where_it_was(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    service = site.app.extensions["enquete"]
    later = service.keys.succeeded_by(b"the second secret of the tests, long")
    site.app.extensions["enquete"] = replace(service, keys=later)
    again = site.visitor()
    page = again.enter(site.codes[0])
    assert page.path == "/controle"
    assert "Fijne buurt." in page.html
    assert again.send(page).path == "/bedankt"
    assert visitor.send(review).status in {403, 409}
