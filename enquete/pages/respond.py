"""The residents' pages: code, questions, review, sending, thanks.

Nothing changes on a GET: mail scanners and browsers open links of their own accord. Each POST is
answered with a redirect, or with status 422 and the same page with what was typed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, render_template, request, session, url_for

from enquete import numbers, translate
from enquete.pages import headers, remembered
from enquete.pages.entry import (
    code_form,
    is_blank,
    is_stale,
    questions_form,
    send_form,
    tidy_code,
)
from enquete.pages.screens import (
    REVIEW,
    STOP,
    question_page,
    questions_language,
    review_page,
    start_page,
)
from enquete.pages.visit import (
    NOTICES,
    RefusedError,
    UnfinishedError,
    current_visit,
    find_visit,
    save,
    submit,
)
from forms.build import answers_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from enquete.pages.visit import Visit
    from forms.definition import Page

blueprint = Blueprint("respond", __name__)
blueprint.after_request(headers.keep_private)


@blueprint.get("/")
def start() -> str:
    """Ask for the code; only the letter's link fills it in."""
    return start_page(code_form(code=remembered.take_offer()))


@blueprint.get("/c/<code>")
def letter(code: str) -> Response:
    """Take the code out of the letter's link, for the start page to fill in."""
    remembered.offer(tidy_code(code))
    return redirect(url_for("respond.start"), 303)


@blueprint.post("/")
def enter() -> Response | tuple[str, int]:
    """Check the code and begin, or go on where the resident stopped."""
    form = code_form(request.form)
    if not form.validate():
        return start_page(form), 422
    visit = find_visit(form["code"].data)
    remembered.remember_code(visit.code)
    session.setdefault("language", visit.invitee.language)
    return redirect(_next_address(visit), 303)


@blueprint.get("/vraag/<page_id>")
def question(page_id: str) -> Response | str:
    """Show a page of the questionnaire."""
    visit = current_visit()
    page = _reachable_page(visit, page_id)
    if page is None:
        return redirect(_next_address(visit), 303)
    language = questions_language(visit.questionnaire)
    return question_page(visit, page, questions_form(page, language, answers=visit.draft.answers))


@blueprint.post("/vraag/<page_id>")
def answer(page_id: str) -> Response | tuple[str, int]:
    """Keep the answers of a page and go on, or stop."""
    visit = _same_visit()
    page = _reachable_page(visit, page_id)
    if page is None:
        return redirect(_next_address(visit), 303)
    language = questions_language(visit.questionnaire)
    form = questions_form(page, language, answers=visit.draft.answers, formdata=request.form)
    valid, stopping = form.validate(), STOP in request.form
    # Nothing filled in: the page waits for the next time, as if it was not shown.
    if stopping and not is_stale(form) and is_blank(form):
        return _stop()
    if not valid:
        return question_page(visit, page, form), 422
    draft = save(visit, page, answers_of(page, form))
    if stopping:
        return _stop()
    return redirect(_next_address(replace(visit, draft=draft), page), 303)


@blueprint.get("/controle")
def review() -> Response | str:
    """Show all answers before they are sent."""
    visit = current_visit()
    if visit.open_page is not None:
        return redirect(_next_address(visit), 303)
    return review_page(visit, send_form())


@blueprint.post("/versturen")
def send() -> Response | tuple[str, int]:
    """Send the answers, once; or stop."""
    visit = _same_visit()
    form = send_form(request.form)
    valid = form.validate()
    if valid and STOP in request.form:
        return _stop()
    if visit.open_page is not None:
        raise UnfinishedError
    if not valid:
        return review_page(visit, form), 422
    sent = submit(visit, language=questions_language(visit.questionnaire))
    remembered.mark_sent(named=bool(sent.dwelling))
    return redirect(url_for("respond.thanks"), 303)


@blueprint.get("/bedankt")
def thanks() -> Response | str:
    """Say that the answers were received."""
    if not remembered.is_sent():
        return redirect(url_for("respond.start"), 303)
    return render_template("respond/thanks.html", named=remembered.sent_named())


@blueprint.get("/gestopt")
def stopped() -> Response | str:
    """Say what happens to the answers of a resident who stopped, and how to go on."""
    if remembered.remembered_code():
        return redirect(url_for("respond.start"), 303)
    return render_template("respond/stopped.html")


@blueprint.errorhandler(RefusedError)
def refused(error: RefusedError) -> tuple[str, int]:
    """Say why the resident cannot go on, and what to do."""
    if error.notice == "already" and not remembered.is_sent():
        remembered.mark_sent()
    day = numbers.day(error.day, language=translate.language()) if error.day else ""
    return render_template(f"respond/notice-{error.notice}.html", day=day), NOTICES[error.notice]


@blueprint.errorhandler(UnfinishedError)
def unfinished(_error: UnfinishedError) -> Response:
    """Go to the page that waits, before anything is sent."""
    return redirect(_next_address(current_visit()), 303)


def _same_visit() -> Visit:
    """Give the visit, if the form that was sent is of its code and not of one in another window."""
    visit = current_visit()
    if request.form.get("voor", visit.mark) != visit.mark:
        raise RefusedError("other")
    return visit


def _stop() -> Response:
    remembered.forget_all()
    return redirect(url_for("respond.stopped"), 303)


def _reachable_page(visit: Visit, page_id: str) -> Page | None:
    """Give the page, or None when it is hidden or lies behind the open one."""
    if page_id not in {page.id for page in visit.questionnaire.pages}:
        abort(404)
    return next((page for page in visit.reachable if page.id == page_id), None)


def _next_address(visit: Visit, page: Page | None = None) -> str:
    """Give where to go on: after `page`, or else where the resident stopped.

    A resident who changes an answer from the review returns there, past any question that the
    change brought up.
    """
    reviewing = request.args.get("van") == REVIEW
    target = visit.open_page
    if page is not None and not reviewing:
        # By the order of all pages: another tab may have hidden this one meanwhile
        order = [each.id for each in visit.questionnaire.pages]
        behind = set(order[order.index(page.id) + 1 :])
        target = next((each for each in visit.reachable if each.id in behind), target)
    if target is None:
        return url_for("respond.review")
    return url_for("respond.question", page_id=target.id, van=REVIEW if reviewing else None)
