"""A computer that others use too: what the next person finds on it."""

from base64 import urlsafe_b64decode
from zlib import decompress

import pytest

from enquete.codes import show_code
from tests.enquete.pages.conftest import Site
from tests.enquete.pages.visitor import Visitor, text

STOP = {"stoppen": "1"}


def test_the_start_page_does_not_tell_the_code_in_use(site: Site) -> None:
    visitor = site.visitor()
    visitor.enter(site.codes[0])
    assert visitor.open("/").values["code"] == [""]


def test_a_letters_link_fills_the_code_in_once(site: Site) -> None:
    visitor = site.visitor()
    assert visitor.open(f"/c/{site.codes[0]}").values["code"] == [show_code(site.codes[0])]
    assert visitor.open("/").values["code"] == [""]


def test_a_mistyped_code_is_shown_once(site: Site) -> None:
    visitor = site.visitor()
    assert visitor.enter("ABCD").values["code"] == ["ABCD"]
    assert visitor.open("/").values["code"] == [""]


def test_the_link_of_the_letter_survives_a_change_of_language_only(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.open(f"/c/{site.codes[0]}")
    english = visitor.switch(page, "English")
    assert english.values["code"] == [show_code(site.codes[0])]
    assert visitor.switch(visitor.open("/"), "Nederlands").values["code"] == [""]
    visitor.open(f"/c/{site.codes[0]}")
    visitor.open(visitor.open("/cijfers/").link("Nederlands"))
    assert visitor.open("/").values["code"] == [""]


@pytest.mark.parametrize("page", ["/vraag/veiligheid", "/controle"])
def test_stopping_forgets_the_resident_and_keeps_the_answers(site: Site, page: str) -> None:
    visitor, _review = site.at_review(site.codes[0])
    stopped = visitor.send(visitor.open(page), **STOP)
    assert (stopped.path, stopped.heading) == ("/gestopt", "U bent gestopt")
    said = " ".join(text(p) for p in stopped.all("p"))
    assert "Wij bewaren wat u al invulde." in said
    assert "De code staat in onze brief." in said
    assert site.responses() == []
    for address in ("/vraag/cijfer", "/controle"):
        assert visitor.open(address).status == 403
    assert visitor.open("/").values["code"] == [""]
    again = visitor.enter(site.codes[0])
    assert again.path == "/controle"
    assert "Fijne buurt." in again.html


def test_what_was_chosen_on_the_page_is_kept_when_stopping(site: Site) -> None:
    visitor = site.visitor()
    visitor.send(visitor.enter(site.codes[0]), rapportcijfer="9", **STOP)
    assert visitor.enter(site.codes[0]).path == "/vraag/veiligheid"
    assert visitor.open("/vraag/cijfer").values["rapportcijfer"] == ["9"]


def test_a_page_left_empty_waits_for_the_next_time(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.send(visitor.enter(site.codes[0]), rapportcijfer="9")
    for waiting in ("/vraag/veiligheid", "/vraag/veiligheid"):
        assert page.path == waiting
        assert visitor.send(page, **STOP).path == "/gestopt"
        page = visitor.enter(site.codes[0])


def test_stopping_at_a_required_question_is_allowed(site: Site) -> None:
    visitor = site.visitor()
    assert visitor.send(visitor.enter(site.codes[0]), **STOP).path == "/gestopt"
    assert visitor.enter(site.codes[0]).path == "/vraag/cijfer"


def test_what_cannot_be_kept_is_said_before_stopping(site: Site) -> None:
    visitor, _review = site.at_review(site.codes[0])
    page = visitor.send(visitor.open("/vraag/opmerking"), opmerking="x" * 2001, **STOP)
    assert (page.status, list(page.errors)) == (422, ["q-opmerking"])
    assert page.values["opmerking"] == ["x" * 2001]


def test_stopping_keeps_the_language(site: Site) -> None:
    visitor = site.visitor()
    assert visitor.send(visitor.enter(site.codes[1]), **STOP).heading == "You have stopped"


def test_who_has_not_stopped_is_not_told_so(site: Site) -> None:
    visitor = site.visitor()
    visitor.enter(site.codes[0])
    assert visitor.open("/gestopt").path == "/"


def test_the_cookie_does_not_tell_the_code(site: Site) -> None:
    visitor = site.visitor()
    visitor.open(f"/c/{site.codes[2]}")
    assert site.codes[2] not in readable(visitor)
    visitor.enter(site.codes[0])
    kept = readable(visitor)
    assert '"code"' in kept
    assert site.codes[0] not in kept
    assert show_code(site.codes[0]) not in kept


def readable(visitor: Visitor) -> str:
    """Give what anyone reads in the cookie."""
    cookie = visitor.cookie or ""
    payload = cookie.removeprefix(".").partition(".")[0]
    content = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    return (decompress(content) if cookie.startswith(".") else content).decode()


def test_a_cookie_of_another_secret_is_a_lost_code(site: Site) -> None:
    visitor = site.visitor()
    visitor.enter(site.codes[0])
    with visitor.client.session_transaction() as session:
        session["code"] = "gAAAAAB"
    assert visitor.open("/vraag/cijfer").status == 403


def test_every_page_with_answers_has_a_way_to_stop(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    for page in (visitor.open("/vraag/cijfer"), visitor.open("/vraag/samenleven"), review):
        [lines] = page.all("p", **{"class": "buttons"})
        send, stop = lines.iter("button")
        assert (send.get("name"), stop.get("name")) == (None, "stoppen")
        assert text(stop) == "Stoppen en later verdergaan"
