"""A resident who is away for more than 45 minutes: the next person finds nothing, and no loss."""

import pytest

from tests.enquete.pages.conftest import Site
from tests.enquete.pages.visitor import text

LATE = "U was even weg"
LEAVE = {"te-lang-weg": "1"}


@pytest.mark.parametrize("address", ["/vraag/cijfer", "/controle", "/kopie"])
def test_after_47_minutes_no_answer_is_shown(site: Site, address: str) -> None:
    visitor, _review = site.at_review(site.codes[0])
    site.wait(47)
    page = visitor.open(address)
    assert (page.status, page.heading) == (403, LATE)
    assert "Fijne buurt" not in page.html
    assert visitor.open("/controle").heading == "Vul uw code opnieuw in"
    assert visitor.enter(site.codes[0]).path == "/controle"


def test_within_45_minutes_the_resident_goes_on(site: Site) -> None:
    visitor, _review = site.at_review(site.codes[0])
    for _ in range(3):
        site.wait(45)
        assert visitor.open("/controle").status == 200


def test_each_click_counts_as_being_there(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.enter(site.codes[0])
    site.wait(40)
    page = visitor.send(page, rapportcijfer="8")
    site.wait(40)
    assert visitor.client.get("/verder").status_code == 204
    site.wait(40)
    assert visitor.send(page).path == "/vraag/overlast"


def test_what_stood_on_the_screen_is_kept_and_nothing_more_is_shown(site: Site) -> None:
    visitor, _review = site.at_review(site.codes[0])
    page = visitor.open("/vraag/opmerking")
    site.wait(60)
    late = visitor.send(page, opmerking="Nog iets erbij.")
    assert (late.path, late.status, late.heading) == ("/te-lang-weg", 403, LATE)
    assert "Wij hebben bewaard wat u invulde." in late.html
    assert visitor.open("/vraag/cijfer").status == 403
    assert visitor.enter(site.codes[0]).path == "/controle"
    assert visitor.open("/vraag/opmerking").values["opmerking"] == ["Nog iets erbij."]


def test_a_text_that_cannot_be_kept_stays_on_the_screen(site: Site) -> None:
    visitor, _review = site.at_review(site.codes[0])
    page = visitor.open("/vraag/opmerking")
    site.wait(60)
    refused = visitor.send(page, opmerking="x" * 2001)
    assert (refused.status, refused.values["opmerking"]) == (422, ["x" * 2001])
    assert visitor.send(refused, opmerking="korter").heading == LATE
    visitor.enter(site.codes[0])
    assert visitor.open("/vraag/opmerking").values["opmerking"] == ["korter"]


def test_a_late_click_on_a_language_keeps_what_stood_on_the_screen(site: Site) -> None:
    visitor, _review = site.at_review(site.codes[0])
    page = visitor.open("/vraag/veiligheid")
    site.wait(60)
    late = visitor.switch(page, "English", veiligheid="2")
    assert (late.status, late.heading) == (403, "You were away for a while")
    assert visitor.open("/vraag/veiligheid").heading == "Enter your code again"
    visitor.enter(site.codes[0])
    assert visitor.open("/vraag/veiligheid").values["veiligheid"] == ["2"]


def test_nothing_is_sent_by_who_comes_late(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    site.wait(60)
    assert visitor.send(review).heading == LATE
    assert site.responses() == []


def test_the_page_itself_leaves_with_what_can_be_kept(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.send(visitor.enter(site.codes[0]), rapportcijfer="8")
    site.wait(45)
    assert visitor.send(page, veiligheid="2", **LEAVE).heading == LATE
    visitor.enter(site.codes[0])
    assert visitor.open("/vraag/veiligheid").values["veiligheid"] == ["2"]


@pytest.mark.parametrize("values", [{}, {"csrf_token": "0", "rapportcijfer": "3"}])
def test_the_page_itself_leaves_without_what_cannot(site: Site, values: dict[str, str]) -> None:
    visitor = site.visitor()
    page = visitor.enter(site.codes[0])
    site.wait(45)
    late = visitor.send(page, **values, **LEAVE)
    assert late.heading == LATE
    assert ("Wij konden niet alles bewaren" in late.html) == bool(values)
    assert visitor.enter(site.codes[0]).path == "/vraag/cijfer"


def test_what_is_right_on_a_page_is_kept_beside_what_is_not(every_kind_site: Site) -> None:
    visitor = every_kind_site.visitor()
    page = visitor.send(visitor.enter(every_kind_site.codes[0]), cijfer="9", huisdier="nee")
    while page.path != "/vraag/vier":
        page = visitor.send(page, stelling="eens")
    every_kind_site.wait(45)
    late = visitor.send(page, afstand="1,5", verhaal="x" * 21, **LEAVE)
    assert late.heading == LATE
    assert "Wij konden niet alles bewaren" in late.html
    visitor.enter(every_kind_site.codes[0])
    values = visitor.open("/vraag/vier").values
    assert (values["afstand"], values["verhaal"]) == (["1,5"], ["x" * 20])


def test_a_consent_that_was_withdrawn_is_kept_as_such(site: Site) -> None:
    visitor, _review = site.at_review(site.codes[0])
    visitor.send(visitor.open("/vraag/toestemming"), toestemming="yes")
    page = visitor.open("/vraag/toestemming")
    site.wait(45)
    late = visitor.send(page, toestemming=None, **LEAVE)
    assert "Wij hebben bewaard wat u invulde" in late.html
    visitor.enter(site.codes[0])
    assert "toestemming" not in visitor.open("/vraag/toestemming").values


def test_a_page_that_leaves_too_early_says_what_is_wrong(every_kind_site: Site) -> None:
    """Another tab of the same browser is in use: then somebody is there to mend it."""
    visitor = every_kind_site.visitor()
    page = visitor.send(visitor.enter(every_kind_site.codes[0]), cijfer="9", huisdier="nee")
    while page.path != "/vraag/vier":
        page = visitor.send(page, stelling="eens")
    shown = visitor.send(page, verhaal="x" * 21, **LEAVE)
    assert (shown.status, shown.values["verhaal"]) == (422, ["x" * 21])


def test_a_page_that_closes_itself_shows_nobody_what_was_typed(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    page = visitor.open("/vraag/opmerking")
    visitor.send(review)
    closed = visitor.send(page, opmerking="Van mij alleen", **LEAVE)
    assert (closed.status, "Van mij alleen" in closed.html) == (409, False)


def test_after_45_minutes_the_answer_of_another_device_is_not_shown(site: Site) -> None:
    here, there = site.visitor(), site.visitor()
    page = here.enter(site.codes[0])
    site.wait(20)
    there.send(there.enter(site.codes[0]), rapportcijfer="4")
    site.wait(40)
    late = here.send(page, rapportcijfer="9")
    assert late.heading == LATE
    assert "Wij konden niet alles bewaren" in late.html
    assert there.enter(site.codes[0]).path == "/vraag/veiligheid"
    assert there.open("/vraag/cijfer").values["rapportcijfer"] == ["4"]


def test_a_tab_left_alone_does_not_close_the_one_in_use(site: Site) -> None:
    visitor, _review = site.at_review(site.codes[0])
    page = visitor.open("/vraag/veiligheid")
    site.wait(40)
    visitor.open("/controle")
    site.wait(5)
    assert visitor.send(page, veiligheid="4", **LEAVE).path == "/vraag/veiligheid"
    assert visitor.open("/te-lang-weg").heading == LATE
    assert visitor.open("/controle").status == 200


def test_a_tab_left_open_does_not_deny_what_another_has_sent(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    visitor.open("/kopie")
    thanks = visitor.send(review)
    site.wait(45)
    assert visitor.client.get("/verder").status_code == 409
    assert visitor.open("/te-lang-weg").heading == "Wij hebben uw antwoorden al"
    assert visitor.open("/bedankt").heading == thanks.heading


def test_the_language_survives(site: Site) -> None:
    visitor = site.visitor()
    visitor.switch(visitor.enter(site.codes[0]), "Türkçe")
    site.wait(60)
    assert visitor.open("/vraag/cijfer").all("html")[0].get("lang") == "tr"
    assert visitor.open("/").all("html")[0].get("lang") == "tr"


def test_the_page_says_when_it_closes(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    for page in (visitor.open("/vraag/cijfer"), review, visitor.open("/kopie")):
        [dialog] = page.all("dialog")
        assert (dialog.get("data-minutes"), dialog.get("data-warned")) == ("45", "2")
        assert "Over 2 minuten sluiten wij deze pagina." in text(dialog)
        assert [script.get("src", "").partition("?")[0] for script in page.all("script")] == [
            "/static/survey.js"
        ]
    assert not visitor.open("/").all("script")
