"""The questions: asked, refused, gone back to, resumed and reviewed."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from forms.definition import builtin
from tests.enquete.pages.conftest import ANSWERS, Site
from tests.enquete.pages.visitor import text


def test_a_whole_survey_is_answered_and_stored(site: Site) -> None:
    code = site.codes[0]
    visitor, review = site.at_review(code)
    assert "Fijne buurt." in review.html
    assert "Veel &lt;groen&gt; &amp; 🌳" in review.html
    thanks = visitor.send(review)
    assert (thanks.path, thanks.status) == ("/bedankt", 200)
    [row] = site.responses()
    assert len(row.pop("id")) == 32
    assert json.loads(row.pop("answers")) == {
        "rapportcijfer": 8,
        "veiligheid": "unknown",
        "kennen": "oneens",
        "beheerder_bekend": "ja",
        "beheerder_bereikbaar": "soms",
        "opmerking": "Fijne buurt.\nVeel <groen> & 🌳",
        "toestemming": False,
    }
    expected = {"wave": "2022", "area": "laren", "stratum": "laren/flat", "cluster": "complex 0"}
    expected |= {"mode": "web", "language": "nl", "day": "2022-10-05", "rating": 8}
    expected |= {"questionnaire_hash": builtin("buurt").hash, "dwelling": ""}
    assert {name: row[name] for name in expected} == expected
    assert site.status(code) == "answered"
    assert site.store.draft(site.keys.draft_key(code)) is None


def test_do_not_know_is_an_answer_without_a_mark(site: Site) -> None:
    visitor = site.visitor()
    review = visitor.answer(visitor.enter(site.codes[0]), {"rapportcijfer": "unknown"})
    visitor.send(review)
    assert [(cell.rating, cell.n) for cell in site.store.cells("2022")] == [(None, 1)]


def test_a_missing_answer_is_named_and_the_page_stays(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.send(visitor.enter(site.codes[0]))
    assert (page.status, page.path) == (422, "/vraag/cijfer")
    message = "Kies een cijfer bij: Welk rapportcijfer geeft u uw buurt?"
    assert page.errors == {"q-rapportcijfer--1": message}
    [group] = page.all("fieldset")
    described = " ".join(page.by_id(i).text or "" for i in group.get("aria-describedby").split())
    assert message in described


def test_a_text_that_is_too_long_is_refused_and_stays(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.enter(site.codes[0])
    while page.path != "/vraag/opmerking":
        page = visitor.send(page, **{k: v for k, v in ANSWERS.items() if f"q-{k}" in page.html})
    long = "Wij wonen hier graag. " * 100
    page = visitor.send(page, opmerking=long)
    assert page.status == 422
    assert "2199 tekens" in page.errors["q-opmerking"]
    assert page.values["opmerking"] == [long]


def test_progress_is_in_words_and_follows_the_answers(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.enter(site.codes[0])
    assert "Vraag 1 van 9" in page.html
    while page.path != "/vraag/beheerder":
        page = visitor.send(page, **({"rapportcijfer": "7"} if page.path.endswith("ijfer") else {}))
    assert "Vraag 7 van 9" in page.html
    assert "Vraag 8 van 10" in visitor.send(page, beheerder_bekend="ja").html


def test_previous_goes_back_and_shows_the_answer(site: Site) -> None:
    visitor = site.visitor()
    second = visitor.send(visitor.enter(site.codes[0]), rapportcijfer="8")
    first = visitor.back(second)
    assert first.path == "/vraag/cijfer"
    assert first.values["rapportcijfer"] == ["8"]
    assert not first.all("button", name="vorige-vraag")


def test_the_same_code_goes_on_at_the_first_page_that_was_not_shown(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.send(visitor.enter(site.codes[0]), rapportcijfer="8")
    visitor.send(page)  # passed over, and not asked again
    elsewhere = site.visitor()
    assert elsewhere.enter(site.codes[0]).path == "/vraag/overlast"
    assert elsewhere.open("/vraag/cijfer").values["rapportcijfer"] == ["8"]


@pytest.mark.parametrize("address", ["/vraag/opmerking", "/vraag/bereikbaar", "/controle"])
def test_nobody_gets_past_the_page_that_waits(site: Site, address: str) -> None:
    visitor = site.visitor()
    visitor.enter(site.codes[0])
    assert visitor.open(address).path == "/vraag/cijfer"


def test_a_page_that_does_not_exist_is_not_found(site: Site) -> None:
    visitor = site.visitor()
    visitor.enter(site.codes[0])
    assert visitor.open("/vraag/onzin").status == 404


def test_a_change_returns_to_the_review(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    page = visitor.open(review.link("Wijzig"))
    again = visitor.client.post(
        "/vraag/cijfer?van=controle", data=page.values | {"rapportcijfer": "9"}
    )
    assert again.location == "/controle"
    assert "<dd><bdi>9</bdi></dd>" in visitor.open("/controle").html


def test_the_way_back_to_the_review_takes_a_change_along(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    page = visitor.open(review.link("Wijzig"))
    review = visitor.back(page, rapportcijfer="2")
    assert review.path == "/controle"
    assert visitor.open(review.link("Wijzig")).values["rapportcijfer"] == ["2"]


def test_a_change_that_brings_up_a_question_asks_it_first(site: Site) -> None:
    visitor = site.visitor()
    answers = {"rapportcijfer": "7", "beheerder_bekend": "nee"}
    visitor.answer(visitor.enter(site.codes[0]), answers)
    page = visitor.open("/vraag/beheerder?van=controle")
    values = page.values | {"beheerder_bekend": "ja"}
    response = visitor.client.post("/vraag/beheerder?van=controle", data=values)
    assert response.location == "/vraag/bereikbaar?van=controle"


def test_two_tabs_that_save_at_once_lose_nothing(any_site: Site) -> None:
    visitor, _review = any_site.at_review(any_site.codes[0])
    changes = {"cijfer": "rapportcijfer", "overlast": "overlast", "schoon": "schoon"}
    pages = {page: visitor.open(f"/vraag/{page}") for page in changes}
    barrier = Barrier(len(pages))

    def save(page: str) -> int:
        tab = any_site.visitor(cookie=visitor.cookie)
        barrier.wait()
        response = tab.post(pages[page], **{changes[page]: "3"})
        any_site.app.extensions["enquete"].store.close()
        return response.status_code

    with ThreadPoolExecutor(len(pages)) as pool:
        assert list(pool.map(save, pages)) == [303] * len(pages)
    for page, question in changes.items():
        assert visitor.open(f"/vraag/{page}").values[question] == ["3"]


def test_a_page_that_another_tab_hides_meanwhile_leads_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, _review = site.at_review(site.codes[0])
    other_tab = site.visitor(cookie=visitor.cookie)
    hidden, hiding = visitor.open("/vraag/bereikbaar"), other_tab.open("/vraag/beheerder")
    store = site.app.extensions["enquete"].store
    change = store.replace_draft

    def change_after_the_other_tab(*arguments: Any, **options: Any) -> bool:
        monkeypatch.undo()
        other_tab.post(hiding, beheerder_bekend="nee")
        return bool(change(*arguments, **options))

    monkeypatch.setattr(store, "replace_draft", change_after_the_other_tab)
    response = visitor.post(hidden, beheerder_bereikbaar="nee")
    assert (response.status_code, response.location) == (303, "/vraag/opmerking")


def test_every_kind_is_asked_refused_and_reviewed(every_kind_site: Site) -> None:
    visitor = every_kind_site.visitor()
    page = visitor.send(visitor.enter(every_kind_site.codes[0]), cijfer="9", huisdier="ja")
    page = visitor.send(page, stelling="eens", dieren=["vis", "paard"])
    assert list(page.errors) == ["q-dieren--hond"]
    page = visitor.send(page, stelling="eens", dieren=["vis", "hond"])
    page = visitor.send(page, honden="<veel>")
    assert (list(page.errors), page.values["honden"]) == (["q-honden"], ["<veel>"])
    page = visitor.send(page, honden="2")
    page = visitor.send(page, afstand="1,5", verhaal="x" * 21, akkoord="misschien")
    assert list(page.errors) == ["q-verhaal", "q-akkoord"]
    review = visitor.send(page, afstand="1,5", verhaal="Mooi", akkoord="yes")
    shown = [text(dd) for dd in review.all("dd") if dd.get("class") != "change"]
    assert shown == ["9", "Ja", "Eens", "Hond; Vis", "2", "1,5", "Mooi", "Ja"]
    filled = visitor.open("/vraag/twee").values
    assert (filled["stelling"], filled["dieren"]) == (["eens"], ["hond", "vis"])


def test_two_codes_in_two_windows_are_never_mixed(site: Site) -> None:
    visitor = site.visitor()
    first = visitor.enter(site.codes[0])
    second = visitor.enter(site.codes[2])
    refused = visitor.send(first, rapportcijfer="2")
    assert (refused.status, refused.heading) == (409, "U vult nu een andere code in")
    for code in (site.codes[0], site.codes[2]):
        assert site.store.draft(site.keys.draft_key(code)) is None
    assert visitor.send(second, rapportcijfer="9").path == "/vraag/veiligheid"
