"""The buttons of a page with questions: back, clear, and what is asked once more."""

from collections.abc import Iterator

import pytest

from enquete.codes import CodeKeys
from enquete.settings import Settings
from tests.enquete.pages.conftest import ANSWERS, EVERY_KIND, Site, make_site
from tests.enquete.pages.visitor import Page, text
from tests.forms.questionnaires import gentler

ASKED = "U hebt deze vraag niet ingevuld. Wilt u dat nog doen?"


def shown(page: Page) -> list[str]:
    """The answers of a list in the order in which they are drawn."""
    return [e.get("value", "") for e in page.all("input", type="checkbox")]


def test_back_keeps_what_was_not_saved(site: Site) -> None:
    visitor = site.visitor()
    second = visitor.send(visitor.enter(site.codes[0]), rapportcijfer="8")
    first = visitor.back(second, veiligheid="3")
    assert first.path == "/vraag/cijfer"
    assert visitor.send(first).values["veiligheid"] == ["3"]


def test_back_from_a_page_left_empty_leaves_it_waiting(site: Site) -> None:
    visitor = site.visitor()
    visitor.back(visitor.send(visitor.enter(site.codes[0]), rapportcijfer="8"))
    assert site.visitor().enter(site.codes[0]).path == "/vraag/veiligheid"


def test_back_keeps_a_text_that_was_taken_away(site: Site) -> None:
    visitor, _review = site.at_review(site.codes[0])
    visitor.back(visitor.open("/vraag/opmerking"), opmerking="")
    assert visitor.open("/vraag/opmerking").values["opmerking"] == [""]


def test_back_with_a_text_too_long_says_so_and_leaves_a_way_back(site: Site) -> None:
    visitor, _review = site.at_review(site.codes[0])
    page = visitor.back(visitor.open("/vraag/opmerking"), opmerking="x" * 2001)
    assert (page.status, list(page.errors)) == (422, ["q-opmerking"])
    assert page.values["opmerking"] == ["x" * 2001]
    assert visitor.back(page).path == "/vraag/bereikbaar"
    assert visitor.open("/vraag/opmerking").values["opmerking"] == ["x" * 2000]


def test_back_over_an_error_keeps_all_that_is_right(every_kind_site: Site) -> None:
    visitor = every_kind_site.visitor()
    page = visitor.send(visitor.enter(every_kind_site.codes[0]), cijfer="9", huisdier="nee")
    while page.path != "/vraag/vier":
        page = visitor.send(page)
    wrong = visitor.send(page, afstand="ver", verhaal="Mooi")
    assert (wrong.status, list(wrong.errors)) == (422, ["q-afstand"])
    assert visitor.back(wrong).path != "/vraag/vier"
    again = visitor.open("/vraag/vier").values
    assert (again["afstand"], again["verhaal"]) == ([""], ["Mooi"])


@pytest.mark.parametrize("button", ["stoppen", "te-lang-weg"])
def test_a_page_that_was_left_half_way_is_shown_again(site: Site, button: str) -> None:
    visitor = site.visitor()
    page = visitor.enter(site.codes[0])
    page = visitor.send(page, rapportcijfer="8")
    while page.path != "/vraag/samenleven":
        page = visitor.send(page)
    visitor.post(page, kennen="eens", **{button: "1"})
    again = site.visitor().enter(site.codes[0])
    assert again.path == "/vraag/samenleven"
    assert again.values["kennen"] == ["eens"]


def test_a_choice_can_be_cleared(site: Site) -> None:
    visitor, _review = site.at_review(site.codes[0])
    page = visitor.open("/vraag/samenleven")
    cleared = visitor.send(page, thuis="eens", **{"keuze-wissen": "kennen"})
    assert (cleared.status, cleared.path) == (200, "/vraag/samenleven")
    assert "kennen" not in cleared.values
    assert cleared.values["thuis"] == ["eens"]


def test_a_required_choice_that_is_cleared_waits(site: Site) -> None:
    visitor, _review = site.at_review(site.codes[0])
    cleared = visitor.send(visitor.open("/vraag/cijfer"), **{"keuze-wissen": "rapportcijfer"})
    assert (cleared.status, cleared.path) == (200, "/vraag/cijfer")
    assert "rapportcijfer" not in cleared.values
    assert visitor.open("/controle").path == "/vraag/cijfer"


def test_every_choice_has_its_way_to_clear_it(site: Site) -> None:
    visitor, _review = site.at_review(site.codes[0])
    page = visitor.open("/vraag/samenleven")
    buttons = page.all("button", name="keuze-wissen")
    questions = {e.get("name") for e in page.all("input", type="radio")}
    assert {button.get("value") for button in buttons} == questions
    assert len({text(button) for button in buttons}) == len(questions)


def test_a_clearing_of_no_question_changes_nothing(site: Site) -> None:
    visitor, _review = site.at_review(site.codes[0])
    for name in ("onzin", "", "csrf_token"):
        page = visitor.open("/vraag/cijfer")
        visitor.send(page, **{"keuze-wissen": name})
        assert visitor.open("/vraag/cijfer").values["rapportcijfer"] == [ANSWERS["rapportcijfer"]]


@pytest.fixture
def gentle_site(settings: Settings, keys: CodeKeys) -> Iterator[Site]:
    """The pet and the story are asked once more; the animals are shuffled, the fish stays last."""
    yield from make_site(settings, keys, gentler(EVERY_KIND.read_text(encoding="utf-8")))


def test_a_question_left_open_is_asked_once_more(gentle_site: Site) -> None:
    visitor = gentle_site.visitor()
    page = visitor.send(visitor.enter(gentle_site.codes[0]), cijfer="7")
    assert (page.status, page.path) == (422, "/vraag/een")
    assert page.title.startswith("Let op:")
    assert ASKED in page.html
    assert page.errors == {"q-huisdier--ja": "Hebt u een huisdier?"}
    assert page.values["cijfer"] == ["7"]
    assert visitor.send(page).path == "/vraag/twee"


def test_a_question_that_is_answered_then_goes_on(gentle_site: Site) -> None:
    visitor = gentle_site.visitor()
    page = visitor.send(visitor.enter(gentle_site.codes[0]), cijfer="7")
    assert visitor.send(page, huisdier="nee").path == "/vraag/twee"
    assert visitor.open("/vraag/een").values["huisdier"] == ["nee"]


def test_an_error_is_told_before_a_question_is_asked_once_more(gentle_site: Site) -> None:
    visitor = gentle_site.visitor()
    page = visitor.send(visitor.enter(gentle_site.codes[0]))
    assert list(page.errors) == ["q-cijfer--1"]
    assert ASKED not in page.html


def test_stopping_and_going_back_ask_nothing_once_more(gentle_site: Site) -> None:
    visitor = gentle_site.visitor()
    page = visitor.enter(gentle_site.codes[0])
    assert visitor.send(page, cijfer="7", stoppen="1").path == "/gestopt"


def test_each_resident_sees_an_order_of_his_own_each_time(gentle_site: Site) -> None:
    orders = []
    for code in gentle_site.codes[:12]:
        visitor = gentle_site.visitor()
        page = visitor.send(visitor.enter(code), cijfer="7", huisdier="ja")
        assert shown(visitor.open("/vraag/twee")) == shown(page)
        orders.append(tuple(shown(page)))
    assert {order[-1] for order in orders} == {"vis"}
    # Of 12 residents all see one of the two orders with a chance of 1 in 2,048; codes are seeded.
    assert len(set(orders)) == 2
