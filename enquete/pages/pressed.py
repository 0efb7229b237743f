"""The buttons of a page with questions, and what becomes of what was filled in.

Every way off the page takes along what stands in it, saved or not: also the way back, to another
language, and of a resident who is away for too long. On those nothing counts as missing yet.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flask import request
from werkzeug.datastructures import MultiDict

from enquete.pages.entry import is_blank, is_stale, questions_form
from enquete.pages.inputs import INSISTS, MARK, STATE, SWITCH, TYPED_IN, Button
from enquete.pages.keeping import ChangedError, answers_on, save
from enquete.pages.screens import questions_language, typed_in
from enquete.pages.visit import RefusedError, asked_for_texts, current_visit
from forms.build import AGAIN, TOKEN, answers_of

if TYPE_CHECKING:
    from enquete.pages.visit import Visit
    from forms.build import PageForm
    from forms.definition import Page

_OURS: Final = frozenset({TOKEN, MARK, STATE, AGAIN, SWITCH, TYPED_IN, *Button})
_CHOSEN: Final = re.compile(r"-?[a-z0-9_]*", re.ASCII)
"""What the value of a choice looks like."""


def pressed() -> Button:
    """Give the button that was pressed."""
    return next((button for button in Button if button and button in request.form), Button.NEXT)


def visit_of_form(*, late: bool = False) -> Visit:
    """Give the visit, if the form that was sent is of its code and not of one in another window.

    Raises
    ------
    RefusedError
        If it is not, or as `current_visit`.
    """
    visit = current_visit(late=late)
    if request.form.get(MARK, visit.mark) != visit.mark:
        raise RefusedError("other")
    return visit


def sent_form(visit: Visit, page: Page) -> PageForm:
    """Give the form of the page with what was sent, less the choice that was to be cleared."""
    formdata: MultiDict[str, str] = request.form
    if cleared := formdata.get(Button.CLEAR):
        formdata = MultiDict(formdata)
        formdata.poplist(cleared)
    return questions_form(
        page,
        questions_language(visit.questionnaire),
        answers=visit.draft.answers,
        formdata=formdata,
        seed=visit.mark,
        typed_in=typed_in(visit.questionnaire),
    )


def keep(visit: Visit, page: Page, form: PageForm, *, lenient: bool) -> Visit | None:
    """Keep what was filled in.

    Parameters
    ----------
    lenient
        Whether questions without an answer are let go, those that must have one too. They wait for
        the next time, as if they were not shown.

    Returns
    -------
    Visit or None
        With what is kept now; None where something must be mended or thought of first, as the form
        says.

    Raises
    ------
    ChangedError, RefusedError
        As `enquete.pages.keeping.save`.
    """
    if _insists() and not is_right(form):
        keep_what_is_right(visit, page, form)
        return visit
    form.validate()
    if lenient:
        _forgive_missing(form)
    if is_stale(form) or any(field.errors for field in form.questions()):
        return None
    if not lenient and form.unanswered():
        return None
    if lenient and is_blank(form) and not _was_shown(visit, page):
        return visit
    answers, built_on = answers_of(page, form), request.form.get(STATE, "")
    return save(visit, page, answers, built_on=built_on, passed=not lenient)


def _insists() -> bool:
    """Say whether the resident goes back though the page said what is wrong."""
    return request.form.get(Button.BACK) == INSISTS


def is_right(form: PageForm) -> bool:
    """Whether nothing in the form must be mended; what is missing is let go."""
    form.validate()
    _forgive_missing(form)
    return not is_stale(form) and not any(field.errors for field in form.questions())


def keep_what_is_right(visit: Visit, page: Page, form: PageForm) -> bool:
    """Keep what can be kept, of somebody who is not there to mend the rest.

    Nor to be told of what another device kept meanwhile: that stands. Of a text that is too long
    the first part is kept.

    Returns
    -------
    bool
        Whether all that was filled in is kept.
    """
    is_all_right, before = is_right(form), answers_on(page, visit.draft)
    if is_blank(form) and not before:
        return True
    if is_stale(form):
        return False
    for field in form.questions():
        field.shorten()
    wrong = {field.question.id for field in form.questions() if field.errors}
    kept = {key: answer for key, answer in before.items() if key in wrong}
    answers, built_on = kept | answers_of(page, form), request.form.get(STATE, "")
    try:
        save(visit, page, answers, built_on=built_on, passed=False)
    except ChangedError:
        return visit.state(answers) == built_on  # nothing was changed here
    return is_all_right


def keep_out_of_reach(visit: Visit, page_id: str) -> bool:
    """Keep what is right of a page that another device hid or put behind an open question.

    Only of one that was saved before: others were never reached. It says whether all is kept.
    """
    page = next((page for page in visit.questionnaire.pages if page.id == page_id), None)
    if page is None:  # there is no such page at all
        return True
    form = sent_form(visit, page)
    return keep_what_is_right(visit, page, form) if _was_shown(visit, page) else is_blank(form)


def _forgive_missing(form: PageForm) -> None:
    for field in form.questions():
        if not any(str(value).strip() for value in field.raw_data or ()):
            field.errors = []


def _was_shown(visit: Visit, page: Page) -> bool:
    return all(question.id in visit.draft.seen for question in page.questions)


def typed_texts() -> list[str]:
    """Give what was written in the resident's own words, where there is no draft to keep it in."""
    # A page that closed itself: nobody knows who is there now.
    if request.endpoint != "respond.answer" or pressed() is Button.LEAVE:
        return []
    # Whose form it is, is not known here: any survey may ask for a text by that name.
    texts = asked_for_texts()
    return [
        typed
        for name, typed in request.form.items()
        if name not in _OURS
        and typed.strip()
        and (name in texts or not _CHOSEN.fullmatch(typed.strip()))
    ]
