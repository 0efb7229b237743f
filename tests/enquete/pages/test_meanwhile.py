"""Sending while another tab saves: what was said to be kept is sent, and nothing stays behind."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from enquete.pages.keeping import save
from enquete.pages.visit import RefusedError, find_visit
from enquete.store import Outcome, Response
from tests.enquete.pages.conftest import Site

ROUNDS = 6


def first_sends(monkeypatch: pytest.MonkeyPatch, site: Site, other: Callable[[], Any]) -> None:
    """Let something happen between the click on send and the lock."""
    store = site.app.extensions["enquete"].store
    submit = store.submit

    def after_the_other(**arguments: Any) -> Outcome:
        monkeypatch.undo()
        other()
        return Outcome(submit(**arguments))

    monkeypatch.setattr(store, "submit", after_the_other)


def test_what_another_tab_saved_just_before_is_looked_at_before_it_is_sent(
    any_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, review = any_site.at_review(any_site.codes[0])
    tab = any_site.visitor(cookie=visitor.cookie)
    page = tab.open("/vraag/cijfer")
    saved = []
    first_sends(monkeypatch, any_site, lambda: saved.append(tab.send(page, rapportcijfer="3")))
    told = visitor.send(review)
    assert (told.status, told.heading) == (409, "Kloppen uw antwoorden?")
    assert "Uw antwoorden zijn net veranderd" in told.html
    assert "<dd><bdi>3</bdi></dd>" in told.html
    assert any_site.responses() == []
    assert visitor.send(told).path == "/bedankt"
    assert [each.path for each in saved] == ["/vraag/veiligheid"]
    [response] = any_site.responses()
    assert (response["rating"], json.loads(response["answers"])["rapportcijfer"]) == (3, 3)


def test_a_question_that_another_tab_brought_up_is_asked_before_sending(
    any_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = any_site.visitor()
    answers = {"rapportcijfer": "7", "beheerder_bekend": "nee"}
    review = visitor.answer(visitor.enter(any_site.codes[0]), answers)
    tab = any_site.visitor(cookie=visitor.cookie)
    page = tab.open("/vraag/beheerder")
    first_sends(monkeypatch, any_site, lambda: tab.post(page, beheerder_bekend="ja"))
    waiting = visitor.send(review)
    assert waiting.path == "/vraag/bereikbaar"
    assert any_site.responses() == []
    assert visitor.send(visitor.answer(waiting, {"beheerder_bereikbaar": "ja"})).path == "/bedankt"


def at_once(site: Site, *jobs: Callable[[], Any]) -> list[Any]:
    """Do some things at the same moment, each with a database connection of its own."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return job()
        finally:
            site.app.extensions["enquete"].store.close()
            site.store.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_of_a_save_and_a_send_at_once_one_is_told(any_site: Site) -> None:
    for code in any_site.codes[:ROUNDS]:
        visitor, review = any_site.at_review(code)
        tab = any_site.visitor(cookie=visitor.cookie)
        page = tab.open("/vraag/cijfer")
        before = {response["id"] for response in any_site.responses()}
        sending, saving = at_once(
            any_site,
            lambda visitor=visitor, review=review: visitor.post(review).status_code,
            lambda tab=tab, page=page: tab.post(page, rapportcijfer="3").status_code,
        )
        sent = [each["rating"] for each in any_site.responses() if each["id"] not in before]
        # Sent first: the save is refused. Saved first: the send shows what was saved.
        assert (sending, saving, sent) in ((303, 409, [8]), (409, 303, []))
        assert (any_site.store.draft(any_site.keys.draft_key(code)) is None) == bool(sent)


def test_a_first_save_beside_a_send_leaves_no_draft(any_site: Site) -> None:
    """Another device begins while the answers are sent: on PostgreSQL there is no row to lock."""

    def response(number: int) -> Response:
        return Response(
            id=str(number),
            wave="2022",
            area="laren",
            stratum="laren/flat",
            cluster="",
            mode="web",
            language="nl",
            day="2022-10-05",
            questionnaire_hash="",
            answers="{}",
            rating=7,
        )

    for number, code in enumerate(any_site.codes):
        with any_site.app.test_request_context():
            visit = find_visit(code)

        def begin(visit=visit) -> bool:
            with any_site.app.test_request_context():
                try:
                    save(visit, visit.pages[0], {"rapportcijfer": 1})
                except RefusedError:
                    return False
            return True

        def send(code=code, number=number) -> Outcome:
            return any_site.store.submit(
                code_hash=any_site.keys.code_hash(code),
                draft_key=any_site.keys.draft_key(code),
                today="2022-10-05",
                respond=lambda _sealed: response(number),
            )

        assert at_once(any_site, begin, send)[1] is Outcome.STORED
        assert any_site.store.draft(any_site.keys.draft_key(code)) is None
