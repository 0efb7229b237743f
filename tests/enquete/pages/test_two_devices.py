"""One code on two devices: whoever comes second is told, and nothing is overwritten."""

import pytest

from enquete.pages.keeping import save
from enquete.pages.visit import find_visit
from tests.enquete.pages.conftest import Site

KEPT = "Hier staat al een ander antwoord"


def test_another_answer_to_the_same_question_is_told_and_not_overwritten(site: Site) -> None:
    phone, laptop = site.visitor(), site.visitor()
    on_phone, on_laptop = phone.enter(site.codes[0]), laptop.enter(site.codes[0])
    phone.send(on_phone, rapportcijfer="4")
    told = laptop.send(on_laptop, rapportcijfer="9")
    assert (told.status, told.path) == (409, "/vraag/cijfer")
    assert KEPT in told.html
    assert "<strong><bdi>4</bdi></strong>" in told.html
    assert told.values["rapportcijfer"] == ["9"]
    [dialog] = told.all("dialog")
    assert "data-button" not in dialog.attrib  # left alone, the page sends no answer by itself
    assert phone.open("/vraag/cijfer").values["rapportcijfer"] == ["4"]
    assert laptop.send(told).path == "/vraag/veiligheid"
    assert phone.open("/vraag/cijfer").values["rapportcijfer"] == ["9"]


def test_the_same_answer_twice_is_no_reason_to_ask(site: Site) -> None:
    phone, laptop = site.visitor(), site.visitor()
    pages = [visitor.enter(site.codes[0]) for visitor in (phone, laptop)]
    for visitor, page in zip((phone, laptop), pages, strict=True):
        assert visitor.send(page, rapportcijfer="4").path == "/vraag/veiligheid"


def test_answers_to_other_questions_stay_beside_each_other(site: Site) -> None:
    phone, review = site.at_review(site.codes[0])
    laptop = site.visitor()
    laptop.enter(site.codes[0])
    page = laptop.open("/vraag/veiligheid")
    phone.send(phone.open("/vraag/cijfer"), rapportcijfer="2")
    assert laptop.send(page, veiligheid="3").status == 200
    assert phone.open("/vraag/cijfer").values["rapportcijfer"] == ["2"]
    assert review.path == "/controle"


def test_a_double_click_saves_once_and_goes_on(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.enter(site.codes[0])
    for _ in range(2):
        assert visitor.send(page, rapportcijfer="4").path == "/vraag/veiligheid"


def test_the_back_button_and_another_answer_is_told_what_was_kept(site: Site) -> None:
    visitor = site.visitor()
    old = visitor.enter(site.codes[0])
    visitor.send(old, rapportcijfer="4")
    assert visitor.send(old, rapportcijfer="5").status == 409


def test_another_language_and_the_way_back_overwrite_nothing_either(site: Site) -> None:
    phone, review = site.at_review(site.codes[0])
    laptop = site.visitor()
    laptop.enter(site.codes[0])
    page = laptop.open("/vraag/veiligheid")
    phone.send(phone.open("/vraag/veiligheid"), veiligheid="2")
    assert laptop.switch(page, "English", veiligheid="7").status == 409
    assert laptop.back(page, veiligheid="7").status == 409
    assert phone.open("/vraag/veiligheid").values["veiligheid"] == ["2"]
    assert review.path == "/controle"


@pytest.mark.parametrize("minutes", [45, 10])
def test_a_page_left_alone_overwrites_nothing_and_closes(site: Site, minutes: int) -> None:
    laptop, _review = site.at_review(site.codes[0])
    page = laptop.open("/vraag/veiligheid")
    phone = site.visitor()
    phone.enter(site.codes[0])
    phone.send(phone.open("/vraag/veiligheid"), veiligheid="2")
    site.wait(minutes)
    left = laptop.send(page, **{"te-lang-weg": "1"})
    assert left.heading == "U was even weg" if minutes == 45 else left.values["veiligheid"] == ["2"]
    again = site.visitor()
    again.enter(site.codes[0])
    assert again.open("/vraag/veiligheid").values["veiligheid"] == ["2"]


def test_a_page_that_leaves_while_another_tab_is_used_shows_both(site: Site) -> None:
    visitor, _review = site.at_review(site.codes[0])
    page = visitor.open("/vraag/opmerking")
    visitor.send(visitor.open("/vraag/opmerking"), opmerking="From B")
    both = visitor.send(page, opmerking="Typed in A", **{"te-lang-weg": "1"})
    assert (both.status, both.values["opmerking"]) == (409, ["Typed in A"])
    assert "From B" in both.html


def test_a_page_that_is_hidden_now_leads_on(site: Site) -> None:
    phone, _review = site.at_review(site.codes[0])
    laptop = site.visitor()
    laptop.enter(site.codes[0])
    page = laptop.open("/vraag/bereikbaar")
    phone.send(phone.open("/vraag/bereikbaar"), beheerder_bereikbaar="nee")
    phone.send(phone.open("/vraag/beheerder"), beheerder_bekend="nee")
    assert laptop.send(page, beheerder_bereikbaar="ja").path == "/controle"


@pytest.mark.parametrize("pressed", [{}, {"andere-taal": "en"}, {"vorige-vraag": "1"}])
def test_a_text_is_kept_when_an_earlier_question_is_open_again(
    site: Site, pressed: dict[str, str]
) -> None:
    laptop, _review = site.at_review(site.codes[0])
    page = laptop.open("/vraag/opmerking")
    phone = site.visitor()
    phone.enter(site.codes[0])
    phone.send(phone.open("/vraag/cijfer"), **{"keuze-wissen": "rapportcijfer"})
    waiting = laptop.send(page, opmerking="Er is veel veranderd.", **pressed)
    assert waiting.path == "/vraag/cijfer"
    laptop.answer(waiting, {"rapportcijfer": "5"})
    assert laptop.open("/vraag/opmerking").values["opmerking"] == ["Er is veel veranderd."]


def test_what_is_sent_is_what_was_looked_at(site: Site) -> None:
    phone, review = site.at_review(site.codes[0])
    laptop = site.visitor()
    laptop.enter(site.codes[0])
    laptop.send(laptop.open("/vraag/cijfer"), rapportcijfer="1")
    told = phone.send(review)
    assert (told.status, told.title.partition(":")[0]) == (409, "Let op")
    assert site.responses() == []
    assert phone.send(told).path == "/bedankt"
    assert [each["rating"] for each in site.responses()] == [1]


def test_a_form_made_without_a_state_is_kept(site: Site) -> None:
    """One from before an update of the program."""
    visitor = site.visitor()
    page = visitor.enter(site.codes[0])
    with site.app.test_request_context():
        visit = find_visit(site.codes[0])
        save(visit, visit.pages[0], {"rapportcijfer": 1})
    sent = visitor.send(page, rapportcijfer="2", **{"stand-toen": None})
    assert sent.path == "/vraag/veiligheid"


def test_the_state_of_a_form_tells_no_answer(site: Site) -> None:
    states = set()
    for code in site.codes[:6]:
        visitor = site.visitor()
        visitor.send(visitor.enter(code), rapportcijfer="7")
        [state] = visitor.open("/vraag/cijfer").values["stand-toen"]
        states.add(state)
    assert len(states) == 6
