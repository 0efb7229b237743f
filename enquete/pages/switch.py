"""Another language in the middle of a form: what was filled in comes along, saved or not.

Where a page has a form, its languages are buttons of that form and not links: a link would leave
behind what the resident filled in. The form goes to its own address, and this module takes it
there before its view does. Nothing counts as missing yet, since the resident did not go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

from enquete.pages import remembered
from enquete.pages.entry import is_blank, is_stale, questions_form, tidy_code
from enquete.pages.screens import question_page, questions_language
from enquete.pages.visit import RefusedError, current_visit, save
from forms.build import answers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from forms.build import PageForm
    from forms.definition import Page

SWITCH: Final = "andere-taal"
"""Name of the buttons; no question has it, as ids have no hyphen."""


def keep_typed() -> str | None:
    """Keep what the form holds, where its page can be opened again with it.

    Returns
    -------
    str or None
        The same page, where what was typed cannot be kept: too long, or a form too old. It stands
        in that page, with what is wrong in the new language.

    Raises
    ------
    RefusedError
        If the resident cannot go on, whatever the language.
    """
    keep = _KEEPERS.get(request.endpoint or "")
    return keep() if keep else None


def _keep_code() -> None:
    if typed := tidy_code(request.form.get("code", "")):
        remembered.offer(typed)


def _keep_answers() -> str | None:
    visit = current_visit()
    if request.form.get("voor", visit.mark) != visit.mark:
        raise RefusedError("other")
    page_id = (request.view_args or {}).get("page_id")
    page = next((page for page in visit.reachable if page.id == page_id), None)
    if page is None:
        return None
    language = questions_language(visit.questionnaire)
    form = questions_form(page, language, answers=visit.draft.answers, formdata=request.form)
    form.validate()
    _forgive_missing(form)
    if is_stale(form) or any(field.errors for field in form.questions()):
        return question_page(visit, page, form)
    if not is_blank(form) or _was_shown(page, visit.draft.seen):
        save(visit, page, answers_of(page, form))
    return None


def _forgive_missing(form: PageForm) -> None:
    for field in form.questions():
        if not any(str(value).strip() for value in field.raw_data or ()):
            field.errors = []


def _was_shown(page: Page, seen: frozenset[str]) -> bool:
    return all(question.id in seen for question in page.questions)


_KEEPERS: Final[Mapping[str, Callable[[], str | None]]] = {
    "respond.enter": _keep_code,
    "respond.answer": _keep_answers,
}
