"""Keeping answers page by page, and sending them: each under the lock, on what is kept then."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from enquete.errors import EnqueteError
from enquete.pages.visit import RefusedError, find_visit, unsealed
from enquete.service import service
from enquete.store import Outcome, Response
from forms.route import lifts_anonymity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from enquete.pages.visit import Visit
    from forms.definition import Answer, Page
    from forms.route import Draft


class UnfinishedError(EnqueteError):
    """A question still waits for the resident, so nothing can be sent yet."""


class ChangedError(EnqueteError):
    """Another device or window kept other answers after the form was made; nothing was kept.

    Attributes
    ----------
    visit
        With the answers that are kept now.
    """

    def __init__(self, visit: Visit) -> None:
        super().__init__("other answers were kept meanwhile")
        self.visit = visit


def answers_on(page: Page, draft: Draft) -> dict[str, Answer]:
    """Give the kept answers to the questions of a page."""
    asked = {question.id for question in page.questions}
    return {key: answer for key, answer in draft.answers.items() if key in asked}


def save(
    visit: Visit,
    page: Page,
    answers: Mapping[str, Answer],
    *,
    built_on: str = "",
    passed: bool = True,
) -> Visit:
    """Keep the answers of one page, beside what another tab may have kept meanwhile.

    Parameters
    ----------
    built_on
        The state that the form was made from, see `Visit.state`; "" keeps them whatever there is.
    passed
        Whether what is left open was passed over, see `forms.route.Draft.save`.

    Returns
    -------
    Visit
        With what is kept now.

    Raises
    ------
    ChangedError
        If other answers to this page were kept since.
    RefusedError
        If the answers were sent meanwhile: a draft must not come back after its end.
    """
    after = partial(_answered, page=page, answers=answers, built_on=built_on, passed=passed)
    # Mostly nobody else kept anything since this request began: then there is no need to look.
    if visit.entry.version is not None:
        kept = after(visit)
        key, sealed = visit.keys.draft_key(visit.code), _sealed(kept)
        if service().store.replace_draft(key, sealed, version=visit.entry.version):
            return kept
    return _save_alone(visit, after)


def _save_alone(visit: Visit, after: Callable[[Visit], Visit]) -> Visit:
    """Save while nobody else can."""
    store, keys, code = service().store, visit.keys, visit.code
    found: list[Visit] = []

    def change(sealed: str | None) -> str:
        if sealed is None:  # nothing kept yet, or not any more
            invitee = store.invitee(keys.code_hash(code))
            if invitee is None or invitee.status == "answered":
                raise RefusedError("already")
        found.append(after(replace(visit, draft=unsealed(keys, code, sealed))))
        return _sealed(found[-1])

    store.change_draft(keys.draft_key(code), visit.entry.wave, change)
    return found[-1]


def _answered(
    visit: Visit, page: Page, answers: Mapping[str, Answer], built_on: str, *, passed: bool
) -> Visit:
    before = answers_on(page, visit.draft)
    if built_on and before != answers and visit.state(before) != built_on:
        raise ChangedError(visit)
    return replace(visit, draft=visit.draft.save(page, answers, passed=passed))


def _sealed(visit: Visit) -> str:
    return visit.keys.seal(visit.code, visit.draft.to_json())


def submit(visit: Visit, *, language: str, built_on: str = "") -> Response:
    """Send the answers that are kept now: at most once, under a random id that leads nowhere.

    Parameters
    ----------
    built_on
        The state of the answers that the resident looked at; "" sends whatever there is.

    Returns
    -------
    Response
        What was stored.

    Raises
    ------
    ChangedError
        If another device or window kept other answers since.
    RefusedError
        If they were sent before, or the wave was closed meanwhile.
    UnfinishedError
        If another tab saved an answer meanwhile that brings up a question.
    """
    app, keys = service(), visit.keys
    stored: list[Response] = []

    def respond(sealed: str | None) -> Response:
        now = replace(visit, draft=unsealed(keys, visit.code, sealed))
        if built_on and now.state(now.walk.counted) != built_on:
            raise ChangedError(now)
        stored.append(_response(now, language=language))
        return stored[-1]

    outcome = app.store.submit(
        code_hash=keys.code_hash(visit.code),
        draft_key=keys.draft_key(visit.code),
        today=app.today().isoformat(),
        respond=respond,
    )
    if outcome is Outcome.ALREADY:
        raise RefusedError("already")
    if outcome is Outcome.NOT_OPEN:
        find_visit(visit.code)  # says why
        raise RefusedError("closed", day=visit.entry.closes)
    return stored[0]


def _response(visit: Visit, *, language: str) -> Response:
    """Make what is stored; it names the dwelling only where the resident said that it may."""
    app, questionnaire, entry = service(), visit.questionnaire, visit.entry
    if visit.open_page is not None:
        raise UnfinishedError
    answers = dict(visit.walk.counted)
    mark = answers.get(questionnaire.rating.id)
    return Response(
        id=secrets.token_hex(16),
        wave=entry.wave,
        area=entry.area,
        stratum=entry.stratum,
        cluster=entry.cluster,
        mode="web",
        language=language,
        day=app.today().isoformat(),
        questionnaire_hash=entry.questionnaire_hash,
        answers=json.dumps(answers, ensure_ascii=False),
        rating=mark if isinstance(mark, int) else None,
        dwelling=entry.dwelling if lifts_anonymity(questionnaire, answers) else "",
        # The key of panels outlives the secrets, so that waves can be compared.
        panel=app.keys.panel_key(entry.dwelling) if entry.anonymity == "panel" else "",
    )
