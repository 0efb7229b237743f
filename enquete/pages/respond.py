"""The residents' pages: code, questions, review, sending, thanks.

Nothing changes on a GET: mail scanners and browsers open links of their own accord. Each POST is
answered with a redirect, or with status 422 and the same page with what was typed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for

from enquete import numbers, translate
from enquete.pages import headers
from enquete.pages.entry import code_form, questions_form, send_form, tidy_code
from enquete.pages.screens import (
    REVIEW,
    question_page,
    questions_language,
    review_page,
    start_page,
)
from enquete.pages.visit import (
    NOTICES,
    RefusedError,
    current_visit,
    find_visit,
    save,
    submit,
)
from enquete.service import service
from enquete.store import Outcome
from forms.build import answers_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from enquete.pages.visit import Visit
    from forms.definition import Page

blueprint = Blueprint("respond", __name__)
blueprint.after_request(headers.keep_private)

_LOCAL_ADDRESS: Final = re.compile(rf"/(?:[\w-]+/?)*(?:\?van={REVIEW})?", re.ASCII)
"""An address on this server and nothing else: no host, no `//`, no backslash, no white space."""


@blueprint.before_request
def _choose_language() -> None:
    chosen = session.get("language")
    g.language = chosen if chosen in translate.LANGUAGES else translate.SOURCE


@blueprint.app_context_processor
def _layout() -> dict[str, Any]:
    """Give what `base.html` shows; the figures and the error pages stand in it too."""
    language = translate.language()
    return {
        "language": language,
        "direction": translate.LANGUAGES[language].direction,
        "corporation": service().settings.corporation,
        "demo": service().settings.demo,
    }


@blueprint.context_processor
def _language_links() -> dict[str, Any]:
    here = url_for("respond.start") if request.endpoint == "respond.send" else request.full_path
    return {"languages": translate.LANGUAGES, "here": here.rstrip("?")}


@blueprint.get("/")
def start() -> str:
    """Ask for the code."""
    code = session.get("typed") or session.get("code", "")
    return start_page(code_form(code=tidy_code(code)))


@blueprint.get("/c/<code>")
def letter(code: str) -> Response:
    """Take the code out of the letter's link, for the start page to fill in."""
    session["typed"] = tidy_code(code)
    return redirect(url_for("respond.start"), 303)


@blueprint.post("/")
def enter() -> Response | tuple[str, int]:
    """Check the code and begin, or go on where the resident stopped."""
    form = code_form(request.form)
    if not form.validate():
        return start_page(form), 422
    visit = find_visit(form["code"].data)
    session["code"] = visit.code
    session.setdefault("language", visit.invitee.language)
    for key in ("typed", "sent"):
        session.pop(key, None)
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
    """Keep the answers of a page and go on."""
    visit = current_visit()
    page = _reachable_page(visit, page_id)
    if page is None:
        return redirect(_next_address(visit), 303)
    language = questions_language(visit.questionnaire)
    form = questions_form(page, language, answers=visit.draft.answers, formdata=request.form)
    if not form.validate():
        return question_page(visit, page, form), 422
    draft = save(visit, page, answers_of(page, form))
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
    """Send the answers, once."""
    visit = current_visit()
    if visit.open_page is not None:
        return redirect(_next_address(visit), 303)
    form = send_form(request.form)
    if not form.validate():
        return review_page(visit, form), 422
    outcome = submit(visit, language=questions_language(visit.questionnaire))
    if outcome is Outcome.ALREADY:
        raise RefusedError("already")
    if outcome is Outcome.NOT_OPEN:
        raise RefusedError("closed", day=visit.wave.closes)
    _forget_code()
    return redirect(url_for("respond.thanks"), 303)


@blueprint.get("/bedankt")
def thanks() -> Response | str:
    """Say that the answers were received."""
    if "sent" not in session:
        return redirect(url_for("respond.start"), 303)
    return render_template("respond/thanks.html")


@blueprint.get("/taal/<language>")
def switch_language(language: str) -> Response:
    """Go on in another language, on the same page."""
    if language not in translate.LANGUAGES:
        abort(404)
    session["language"] = language
    back = request.args.get("next", "")
    return redirect(back if _LOCAL_ADDRESS.fullmatch(back) else url_for("respond.start"), 303)


@blueprint.errorhandler(RefusedError)
def refused(error: RefusedError) -> tuple[str, int]:
    """Say why the resident cannot go on, and what to do."""
    if error.notice == "already":
        _forget_code()
    day = numbers.day(error.day, language=translate.language()) if error.day else ""
    return render_template(f"respond/notice-{error.notice}.html", day=day), NOTICES[error.notice]


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


def _forget_code() -> None:
    for key in ("code", "typed"):
        session.pop(key, None)
    session["sent"] = True
