"""Who is answering and how far: what each request of a resident starts from."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from enquete.errors import EnqueteError
from enquete.pages import remembered
from enquete.service import service
from enquete.store import Outcome, Response, is_open
from forms.definition import parse
from forms.route import Draft, clean, first_open, lifts_anonymity, path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from enquete.store import Invitee, Wave
    from forms.definition import Answer, Page, Questionnaire

NOTICES: Final = {
    "lost": 403,
    "unknown": 404,
    "used": 410,
    "already": 409,
    "other": 409,
    "early": 403,
    "closed": 410,
}
"""Why a resident cannot go on, and the status of the page that says so."""

_questionnaire = lru_cache(maxsize=16)(parse)


class RefusedError(EnqueteError):
    """The resident cannot answer (now); the notice says why.

    Attributes
    ----------
    notice
        A key of `NOTICES`.
    day
        The first or last day on which answering is possible, where that is the reason.
    """

    def __init__(self, notice: str, *, day: str = "") -> None:
        super().__init__(f"the resident cannot answer: {notice}")
        self.notice, self.day = notice, day


class UnfinishedError(EnqueteError):
    """A question still waits for the resident, so nothing can be sent yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A resident with a good code, in an open wave."""

    code: str
    invitee: Invitee
    wave: Wave
    questionnaire: Questionnaire
    draft: Draft

    @property
    def mark(self) -> str:
        """What a form carries to say for which code it was made."""
        return service().keys.form_mark(self.code)

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages that the answers so far lead along."""
        return path(self.questionnaire, self.draft.answers)

    @property
    def open_page(self) -> Page | None:
        """The first page that waits for the resident; None when all were shown."""
        return first_open(self.questionnaire, self.draft)

    @property
    def reachable(self) -> tuple[Page, ...]:
        """The pages that can be looked at: those before the open page, and that one."""
        pages, waiting = self.pages, self.open_page
        if waiting is None:
            return pages
        return pages[: [page.id for page in pages].index(waiting.id) + 1]


def current_visit() -> Visit:
    """Give the visit of the code that the session keeps.

    Raises
    ------
    RefusedError
        If there is no code, or it is not good any more.
    """
    code = remembered.remembered_code()
    if code is None:
        raise RefusedError("already" if remembered.is_sent() else "lost")
    try:
        return find_visit(code)
    except RefusedError as error:
        if error.notice == "used":
            raise RefusedError("already") from None
        raise


def find_visit(code: str) -> Visit:
    """Look a code up that has passed its check.

    Raises
    ------
    RefusedError
        If it is unknown or used, or its wave is not open.
    """
    app = service()
    sealed = app.store.draft(app.keys.draft_key(code))
    # Read after the draft: when that is gone because it was sent, the status tells
    invitee = app.store.invitee(app.keys.code_hash(code))
    if invitee is None:
        raise RefusedError("unknown")
    if invitee.status == "answered":
        raise RefusedError("used")
    wave = app.store.wave(invitee.wave)
    _check_open(wave)
    questionnaire = _questionnaire(wave.questionnaire)
    draft = _unsealed(code, sealed)
    return Visit(code=code, invitee=invitee, wave=wave, questionnaire=questionnaire, draft=draft)


def open_questionnaire() -> Questionnaire | None:
    """Give the questionnaire that runs now; None when there is none, or more than one."""
    app = service()
    today = app.today().isoformat()
    running = {wave.questionnaire for wave in app.store.waves() if is_open(wave, today)} - {""}
    return _questionnaire(running.pop()) if len(running) == 1 else None


def save(visit: Visit, page: Page, answers: Mapping[str, Answer]) -> Draft:
    """Keep the answers of one page, beside what another tab may have kept meanwhile.

    Raises
    ------
    RefusedError
        If the answers were sent meanwhile: a draft must not come back after its end.
    """
    app, code = service(), visit.code

    def change(sealed: str | None) -> str:
        invitee = app.store.invitee(app.keys.code_hash(code))
        if invitee is None or invitee.status == "answered":
            raise RefusedError("already")
        return app.keys.seal(code, _unsealed(code, sealed).save(page, answers).to_json())

    sealed = app.store.change_draft(app.keys.draft_key(code), visit.wave.slug, change)
    return _unsealed(code, sealed)


def submit(visit: Visit, *, language: str) -> Response:
    """Send the answers that are kept now: at most once, under a random id that leads nowhere.

    Returns
    -------
    Response
        What was stored.

    Raises
    ------
    RefusedError
        If they were sent before, or the wave was closed meanwhile.
    UnfinishedError
        If another tab saved an answer meanwhile that brings up a question.
    """
    app = service()
    stored: list[Response] = []

    def respond(sealed: str | None) -> Response:
        response = _response(visit, _unsealed(visit.code, sealed), language=language)
        stored.append(response)
        return response

    outcome = app.store.submit(
        code_hash=app.keys.code_hash(visit.code),
        draft_key=app.keys.draft_key(visit.code),
        today=app.today().isoformat(),
        respond=respond,
    )
    if outcome is Outcome.ALREADY:
        raise RefusedError("already")
    if outcome is Outcome.NOT_OPEN:
        raise RefusedError("closed", day=visit.wave.closes)
    return stored[0]


def _response(visit: Visit, draft: Draft, *, language: str) -> Response:
    """Make what is stored; it names the dwelling only where the resident said that it may."""
    questionnaire, invitee = visit.questionnaire, visit.invitee
    if first_open(questionnaire, draft) is not None:
        raise UnfinishedError
    answers = clean(questionnaire, draft.answers)
    mark = answers.get(questionnaire.rating.id)
    return Response(
        id=secrets.token_hex(16),
        wave=visit.wave.slug,
        area=invitee.area,
        stratum=invitee.stratum,
        cluster=invitee.cluster,
        mode="web",
        language=language,
        day=service().today().isoformat(),
        questionnaire_hash=visit.wave.questionnaire_hash,
        answers=json.dumps(answers, ensure_ascii=False),
        rating=mark if isinstance(mark, int) else None,
        dwelling=invitee.dwelling if lifts_anonymity(questionnaire, answers) else "",
    )


def _check_open(wave: Wave) -> None:
    today = service().today().isoformat()
    if is_open(wave, today):
        return
    # A wave closed before its first day has closed.
    if wave.closes and wave.closes < today:
        raise RefusedError("closed", day=wave.closes)
    raise RefusedError("early", day=wave.opens)


def _unsealed(code: str, sealed: str | None) -> Draft:
    return Draft.from_json(service().keys.unseal(code, sealed)) if sealed else Draft()
