"""The residents' pages: code, questions, review, sending, thanks.

Nothing changes on a GET: mail scanners and browsers open links of their own accord. Each POST is
answered with a redirect, or with the same page, what was typed in it, and a status that says why.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, render_template, request, session, url_for

from enquete import numbers, translate
from enquete.pages import attempts, headers, remembered
from enquete.pages.entry import code_form, send_form, tidy_code
from enquete.pages.inputs import PARTLY, REVIEW, STATE, Button
from enquete.pages.keeping import ChangedError, UnfinishedError, submit
from enquete.pages.pressed import (
    is_right,
    keep,
    keep_out_of_reach,
    keep_what_is_right,
    pressed,
    sent_form,
    typed_texts,
    visit_of_form,
)
from enquete.pages.screens import (
    copy_page,
    question_page,
    questions_language,
    review_page,
    sent_page,
    start_page,
)
from enquete.pages.visit import NOTICES, RefusedError, current_visit, find_visit
from enquete.service import service

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


@blueprint.get("/c/<code>", strict_slashes=False)
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
    if attempts.are_used_up():
        raise RefusedError("often")
    try:
        visit = find_visit(form["code"].data)
    except RefusedError as error:
        if error.notice == "unknown":
            attempts.count()
        raise
    remembered.remember_code(visit.code)
    session.setdefault("language", visit.entry.language)
    return redirect(_next_address(visit), 303)


@blueprint.get("/vraag/<page_id>")
def question(page_id: str) -> Response | str:
    """Show a page of the questionnaire."""
    visit = current_visit()
    page = _reachable_page(visit, page_id)
    if page is None:
        return redirect(_next_address(visit), 303)
    return question_page(visit, page)


@blueprint.post("/vraag/<page_id>")
def answer(page_id: str) -> Response | tuple[str, int]:
    """Keep the answers of a page, and go where the button leads."""
    visit, button = visit_of_form(late=True), pressed()
    is_late = remembered.is_expired(by_the_page=button is Button.LEAVE)
    if not is_late:
        remembered.touch()
    page, is_all_kept = _reachable_page(visit, page_id), True
    if page is None:
        is_all_kept = keep_out_of_reach(visit, page_id)
    else:
        form = sent_form(visit, page)
        if button is Button.LEAVE and (is_late or is_right(form)):
            is_all_kept = keep_what_is_right(visit, page, form)
            if not is_all_kept and not is_late:  # somebody is there, and is shown both
                keep(visit, page, form, lenient=True)
        elif kept := keep(visit, page, form, lenient=button is not Button.NEXT):
            visit = kept
        else:
            return sent_page(visit, page, form), 422
    if is_late:
        return _leave("respond.late", partly=not is_all_kept)
    if button is Button.STOP:
        return _leave("respond.stopped")
    return redirect(_address_after(button, visit, page), 303)


@blueprint.get("/controle")
def review() -> Response | str:
    """Show all answers before they are sent."""
    visit = current_visit()
    if visit.open_page is not None:
        return redirect(_next_address(visit), 303)
    return review_page(visit, send_form())


@blueprint.get("/kopie")
def copy() -> Response | str:
    """Show all answers, to be printed: after they are sent nobody can find them again."""
    visit = current_visit()
    if visit.open_page is not None:
        return redirect(_next_address(visit), 303)
    return copy_page(visit)


@blueprint.get("/versturen")
def sending() -> Response:
    """Show the review: this is where a browser stays when something was wrong with sending."""
    return redirect(url_for("respond.review"), 303)


@blueprint.post("/versturen")
def send() -> Response | tuple[str, int]:
    """Send the answers, once; or stop."""
    visit = visit_of_form()
    form = send_form(request.form)
    valid = form.validate()
    if valid and pressed() is Button.STOP:
        return _leave("respond.stopped")
    if visit.open_page is not None:
        raise UnfinishedError
    if not valid:
        return review_page(visit, form), 422
    sent = submit(
        visit,
        language=questions_language(visit.questionnaire),
        built_on=request.form.get(STATE, ""),
    )
    receipt = service().keys.receipt(sent.wave, secrets.SystemRandom())
    remembered.mark_sent(named=bool(sent.dwelling), panel=bool(sent.panel), receipt=receipt)
    return redirect(url_for("respond.thanks"), 303)


@blueprint.get("/bedankt")
def thanks() -> Response | str:
    """Say that the answers were received."""
    if not remembered.is_sent():
        return redirect(url_for("respond.start"), 303)
    return render_template("respond/thanks.html", sent=remembered.sent())


@blueprint.get("/gestopt")
def stopped() -> Response | str:
    """Say what happens to the answers of a resident who stopped, and how to go on."""
    if remembered.remembered_code():
        return redirect(url_for("respond.start"), 303)
    return render_template("respond/stopped.html")


@blueprint.get("/verder")
def stay() -> tuple[str, int]:
    """Take it that the resident is still there: asked by the page that warned."""
    if remembered.remembered_code() and remembered.is_expired():
        # The code stays, for what stands in that page comes yet.
        return "", NOTICES["late"]
    current_visit()
    return "", 204


@blueprint.get("/te-lang-weg")
def late() -> tuple[str, int, dict[str, str]]:
    """Say that the page was closed because nobody did anything for long."""
    if remembered.is_sent():  # the page of another tab, left open
        raise RefusedError("already")
    if remembered.is_expired(by_the_page=True):
        remembered.forget_all()
    return refused(RefusedError("late"))


@blueprint.errorhandler(RefusedError)
def refused(error: RefusedError) -> tuple[str, int, dict[str, str]]:
    """Say why the resident cannot go on, and what to do."""
    if error.notice == "already" and not remembered.is_sent():
        remembered.mark_sent()
    day = numbers.day(error.day, language=translate.language()) if error.day else ""
    page = render_template(
        f"respond/notice-{error.notice}.html",
        day=day,
        typed=typed_texts(),
        partly=request.args.get("bewaard") == PARTLY,
    )
    headers = {"Retry-After": str(attempts.SLOT_SECONDS)} if error.notice == "often" else {}
    return page, NOTICES[error.notice], headers


@blueprint.errorhandler(UnfinishedError)
def unfinished(_error: UnfinishedError) -> Response:
    """Go to the page that waits, before anything is sent."""
    return redirect(_next_address(current_visit()), 303)


@blueprint.errorhandler(ChangedError)
def changed(error: ChangedError) -> Response | tuple[str, int]:
    """Show what another device or window kept meanwhile, beside what was filled in here."""
    if remembered.is_expired():  # nobody knows who is there now
        return _leave("respond.late", partly=True)
    visit = error.visit
    if request.endpoint != "respond.answer":
        if visit.open_page is not None:
            return redirect(_next_address(visit), 303)
        return review_page(visit, send_form(), changed=True), 409
    page = visit.reach((request.view_args or {})["page_id"])
    if page is None:
        return redirect(_next_address(visit), 303)
    return sent_page(visit, page, sent_form(visit, page), changed=True), 409


def _leave(endpoint: str, *, partly: bool = False) -> Response:
    remembered.forget_all()
    return redirect(url_for(endpoint, bewaard=PARTLY if partly else None), 303)


def _reachable_page(visit: Visit, page_id: str) -> Page | None:
    """Give the page, or None when it is hidden or lies behind the open one."""
    if page_id not in {page.id for page in visit.questionnaire.pages}:
        abort(404)
    return visit.reach(page_id)


def _address_after(button: Button, visit: Visit, page: Page | None) -> str:
    """Give where to go on after a button was pressed on a page."""
    if page is None:
        return _next_address(visit)
    if button in {Button.CLEAR, Button.LEAVE}:
        return _address(page)
    if button is Button.BACK and _is_reviewing():
        return _next_address(visit)
    if button is Button.BACK:
        before = _order(visit)[: _order(visit).index(page.id)]
        earlier = [each for each in visit.pages if each.id in before]
        return _address(earlier[-1] if earlier else page)
    return _next_address(visit, page)


def _next_address(visit: Visit, page: Page | None = None) -> str:
    """Give where to go on: after `page`, or else where the resident stopped.

    A resident who changes an answer from the review returns there, past any question that the
    change brought up.
    """
    target = visit.open_page
    if page is not None and not _is_reviewing():
        # By the order of all pages: another tab may have hidden this one meanwhile
        behind = set(_order(visit)[_order(visit).index(page.id) + 1 :])
        target = next((each for each in visit.reachable if each.id in behind), target)
    return url_for("respond.review") if target is None else _address(target)


def _address(page: Page) -> str:
    van = REVIEW if _is_reviewing() else None
    return url_for("respond.question", page_id=page.id, van=van)


def _order(visit: Visit) -> list[str]:
    return [page.id for page in visit.questionnaire.pages]


def _is_reviewing() -> bool:
    return request.args.get("van") == REVIEW
