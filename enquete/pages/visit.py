"""Who is answering and how far: what each request of a resident starts from."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from enquete.errors import EnqueteError
from enquete.pages import remembered
from enquete.service import service
from enquete.store import is_open
from forms.definition import QuestionnaireError, parse
from forms.route import Draft, Walk, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from enquete.codes import CodeKeys
    from enquete.store import Entry, Wave
    from forms.definition import Answer, Page, Questionnaire

NOTICES: Final = {
    "lost": 403,
    "late": 403,
    "unknown": 404,
    "often": 429,
    "used": 410,
    "already": 409,
    "other": 409,
    "early": 403,
    "closed": 410,
}
"""Why a resident cannot go on, and the status of the page that says so."""

_parsed: dict[str, Questionnaire] = {}
"""Questionnaires by the hash of their text: an installation has a few, and they never change."""


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


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A resident with a good code, in an open wave.

    Attributes
    ----------
    keys
        The keys that the code was made with: those of now, or of an earlier secret.
    """

    code: str
    keys: CodeKeys
    entry: Entry
    questionnaire: Questionnaire
    draft: Draft

    @property
    def mark(self) -> str:
        """What a form carries to say for which code it was made."""
        return self.keys.form_mark(self.code)

    @cached_property
    def walk(self) -> Walk:
        """The way through the questionnaire that the answers so far lead along."""
        return walk(self.questionnaire, self.draft.answers)

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages of that way."""
        return self.walk.pages

    @property
    def open_page(self) -> Page | None:
        """The first page that waits for the resident; None when all were shown."""
        return self.walk.first_open(self.draft.seen)

    @property
    def reachable(self) -> tuple[Page, ...]:
        """The pages that can be looked at: those before the open page, and that one."""
        pages, waiting = self.pages, self.open_page
        if waiting is None:
            return pages
        return pages[: [page.id for page in pages].index(waiting.id) + 1]

    def reach(self, page_id: str) -> Page | None:
        """Give a page of that id, or None when it is hidden or lies behind the open one."""
        return next((page for page in self.reachable if page.id == page_id), None)

    def state(self, answers: Mapping[str, Answer]) -> str:
        """Give what a form carries to say which kept answers it was made from."""
        return self.keys.answers_mark(self.code, answers)


def current_visit(*, late: bool = False) -> Visit:
    """Give the visit of the code that the session keeps.

    Parameters
    ----------
    late
        Whether a resident who was away for too long may still go on, with what stood on the screen
        all the time. Whoever asks for that says whether the resident is there now.

    Raises
    ------
    RefusedError
        If there is no code, or it is not good any more.
    """
    code = remembered.remembered_code()
    if code is None:
        raise RefusedError("already" if remembered.is_sent() else "lost")
    if not late:
        if remembered.is_expired():
            remembered.forget_all()
            raise RefusedError("late")
        remembered.touch()
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
    for keys in app.keys.each():
        entry = app.store.entry(keys.code_hash(code), keys.draft_key(code))
        if entry is not None:
            break
    else:
        raise RefusedError("unknown")
    if entry.status == "answered":
        raise RefusedError("used")
    _check_open(entry)
    return Visit(
        code=code,
        keys=keys,
        entry=entry,
        questionnaire=_questionnaire(entry.questionnaire_hash, entry.wave),
        draft=unsealed(keys, code, entry.sealed),
    )


def running_waves() -> list[Wave]:
    """Give the waves that residents can answer today, without their questionnaires."""
    app = service()
    today = app.today().isoformat()
    return [wave for wave in app.store.waves(texts=False) if is_open(wave, today)]


def common_questionnaire(waves: list[Wave]) -> Questionnaire | None:
    """Give the questionnaire of all these waves; None when there is none, or more than one."""
    asking = {wave.questionnaire_hash: wave.slug for wave in waves if wave.questionnaire_hash}
    return _questionnaire(*asking.popitem()) if len(asking) == 1 else None


def asked_for_texts() -> set[str]:
    """Give the ids of the questions that residents answer in their own words, in any survey."""
    waves = [wave for wave in service().store.waves(texts=False) if wave.questionnaire_hash]
    found: set[str] = set()
    for wave in waves:
        with suppress(QuestionnaireError):  # of an old wave, under other rules
            asked = _questionnaire(wave.questionnaire_hash, wave.slug).questions
            found |= {each.id for each in asked if each.kind in {"text", "number"}}
    return found


def unsealed(keys: CodeKeys, code: str, sealed: str | None) -> Draft:
    """Open what is kept of a resident's answers; nothing is an empty draft."""
    return Draft.from_json(keys.unseal(code, sealed)) if sealed else Draft()


def _questionnaire(hash_: str, wave: str) -> Questionnaire:
    if hash_ not in _parsed:
        _parsed[hash_] = parse(service().store.wave(wave).questionnaire)
    return _parsed[hash_]


def _check_open(entry: Entry) -> None:
    today = service().today().isoformat()
    if is_open(entry, today):
        return
    # A wave closed before its first day has closed.
    if entry.closes and entry.closes < today:
        raise RefusedError("closed", day=entry.closes)
    raise RefusedError("early", day=entry.opens)
