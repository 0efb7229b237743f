"""Sending: once, whatever happens; and requests that are forged or late."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest

from enquete.errors import StoreUnavailableError
from enquete.pages.keeping import save
from enquete.pages.visit import RefusedError, find_visit
from enquete.store import Outcome, Store
from enquete.store.sqlite import SqliteDriver
from tests.enquete.pages.conftest import Site


def test_twenty_sends_at_once_store_one_response(any_site: Site) -> None:
    visitor, review = any_site.at_review(any_site.codes[0])
    barrier = Barrier(20)

    def send(_number: int) -> int:
        tab = any_site.visitor(cookie=visitor.cookie)
        barrier.wait()
        status = tab.post(review).status_code
        any_site.app.extensions["enquete"].store.close()
        return status

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(send, range(20)))
    assert sorted(statuses) == [303] + [409] * 19
    assert any_site.store.count_responses("2022") == 1


def test_answers_to_questions_that_went_away_are_not_sent(site: Site) -> None:
    visitor, _review = site.at_review(site.codes[0])
    changed = visitor.send(visitor.open("/vraag/beheerder"), beheerder_bekend="nee")
    visitor.send(visitor.answer(changed, {}))
    [stored] = [line for line in site.dump() if line.startswith('INSERT INTO "response"')]
    assert '"beheerder_bekend": "nee"' in stored
    assert "beheerder_bereikbaar" not in stored


def test_sending_again_tells_that_the_answers_are_there(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    other_tab = site.visitor(cookie=visitor.cookie)
    visitor.send(review)
    for page in (visitor.send(review), other_tab.send(review), visitor.open("/vraag/cijfer")):
        assert (page.status, page.heading) == (409, "Wij hebben uw antwoorden al")
    assert site.store.count_responses("2022") == 1


def test_who_sent_is_thanked_when_the_log_cannot_be_emptied(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction is on the disk, and the file itself cannot grow any more."""
    visitor, review = site.at_review(site.codes[0])

    def full(_driver: SqliteDriver) -> None:
        raise StoreUnavailableError("the disk is full")

    monkeypatch.setattr(SqliteDriver, "forget", full)
    thanks = visitor.send(review)
    assert (thanks.status, thanks.path) == (200, "/bedankt")
    assert "Uw ontvangstnummer:" in thanks.html
    assert site.store.count_responses("2022") == 1


def test_a_tab_that_saves_after_sending_leaves_no_draft(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    other_tab = site.visitor(cookie=visitor.cookie)
    page = other_tab.open("/vraag/cijfer")
    visitor.send(review)
    assert other_tab.send(page, rapportcijfer="1").status == 409
    assert site.store.draft(site.keys.draft_key(site.codes[0])) is None


def test_a_save_that_comes_in_after_sending_leaves_no_draft(any_site: Site) -> None:
    visitor, review = any_site.at_review(any_site.codes[0])
    with any_site.app.test_request_context():
        before = find_visit(any_site.codes[0])
        visitor.send(review)
        with pytest.raises(RefusedError, match="already"):
            save(before, before.pages[0], {"rapportcijfer": 1})
    assert any_site.store.draft(any_site.keys.draft_key(any_site.codes[0])) is None


def test_sending_before_the_end_goes_to_the_page_that_waits(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    early = site.visitor()
    mark = early.enter(site.codes[2]).values["voor"]
    response = early.client.post("/versturen", data=review.values | {"voor": mark})
    assert response.location == "/vraag/cijfer"
    assert visitor.open("/versturen").path == "/controle"


def test_a_wave_that_closes_meanwhile_stores_nothing(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    site.day[0] = date(2022, 11, 1)
    assert visitor.send(review).status == 410
    assert site.store.count_responses("2022") == 0


def test_a_wave_that_is_closed_in_between_is_told_with_its_day(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, review = site.at_review(site.codes[0])
    submit = Store.submit

    def closed_first(store: Store, **values: Any) -> Outcome:
        store.set_wave_dates("2022", opens="2022-09-01", closes="2022-10-04")
        return submit(store, **values)

    monkeypatch.setattr(Store, "submit", closed_first)
    page = visitor.send(review)
    assert (page.status, "Meedoen kon tot en met 4 oktober 2022" in page.html) == (410, True)


def test_after_sending_the_next_resident_can_begin(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    visitor.send(review)
    page = visitor.open("/")
    assert page.values["code"] == [""]
    assert visitor.send(page, code=site.codes[2]).path == "/vraag/cijfer"


@pytest.mark.parametrize("token", ["", "20200101000000##0123456789abcdef", None])
def test_a_page_that_was_open_too_long_keeps_what_was_filled_in(
    site: Site, token: str | None
) -> None:
    visitor = site.visitor()
    page = visitor.send(visitor.enter(site.codes[0]), rapportcijfer="6", csrf_token=token)
    assert (page.status, page.errors) == (422, {})
    assert "stond te lang open" in page.html
    assert page.values["rapportcijfer"] == ["6"]
    assert visitor.send(page).path == "/vraag/veiligheid"


def test_every_post_needs_a_token(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    rules = [rule for rule in site.app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    respond = [rule for rule in rules if rule.endpoint.startswith("respond.")]
    before = site.dump()
    for rule in respond:
        address = rule.rule.replace("<page_id>", "cijfer")
        values = {"rapportcijfer": "1", "code": site.codes[2]}
        for button in ({}, {"stoppen": "1"}):
            assert visitor.client.post(address, data=values | button).status_code == 422, address
    assert len(respond) == 3
    assert site.dump() == before
    assert visitor.send(review).path == "/bedankt"


def test_a_lost_cookie_asks_for_the_code_again(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.enter(site.codes[0])
    visitor.client.delete_cookie("enquete")
    lost = visitor.send(page, rapportcijfer="7")
    assert lost.status == 403
    assert lost.link("Naar het begin") == "/"


def test_an_answer_that_the_page_does_not_offer_is_refused(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.send(visitor.enter(site.codes[0]), rapportcijfer="11")
    assert page.status == 422
    assert "uit de lijst" in page.errors["q-rapportcijfer--1"]
