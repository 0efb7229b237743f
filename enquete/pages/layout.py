"""What stands around every page: the corporation's name, the language and the way to another."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from markupsafe import Markup

from enquete import translate
from enquete.errors import MaintenanceError
from enquete.pages import headers, switch
from enquete.pages.inputs import SWITCH
from enquete.service import service

if TYPE_CHECKING:
    from flask.blueprints import BlueprintSetupState
    from werkzeug.wrappers import Response

blueprint = Blueprint("layout", __name__)
blueprint.after_request(headers.keep_private)

_LOCAL_ADDRESS: Final = re.compile(r"/(?:[\w.-]+/)*[\w.-]*(?:\?[\w.=&-]*)?", re.ASCII)
"""An address on this server and nothing else: no host, no `//`, no backslash, no white space."""
_SHOWN_AT: Final = {"respond.send": "respond.review"}
"""Where a page can be opened again whose own address only takes what is sent."""
_ALWAYS_OPEN: Final = frozenset(
    {"static", "health.health", "layout.switch_language", "respond.letter"}
)
"""What answers during maintenance too: also the letter's link, whose address holds the code."""


@blueprint.record
def _share_parts(state: BlueprintSetupState) -> None:
    """Give every template the macros that several share; importing them takes time each time."""
    environment = state.app.jinja_env
    environment.globals["parts"] = environment.get_template("respond/parts.html").module


@blueprint.app_context_processor
def _layout() -> dict[str, Any]:
    language = translate.language()
    return {
        "language": language,
        "direction": translate.LANGUAGES[language].direction,
        "language_bar": _language_bar,
        "here": _here(),
        "corporation": service().settings.corporation,
        "demo": service().settings.demo,
    }


@blueprint.get("/taal/<language>")
def switch_language(language: str) -> Response:
    """Go on in another language, on the same page."""
    _choose(language)
    return redirect(_local(request.args.get("next", "")), 303)


@blueprint.before_app_request
def refuse_in_maintenance() -> None:
    """Say that nothing can be done now, while the operator has closed the pages."""
    if request.endpoint not in _ALWAYS_OPEN and service().settings.maintenance_file.exists():
        raise MaintenanceError


@blueprint.before_app_request
def switch_in_a_form() -> Response | tuple[str, int] | None:
    """Go on in another language where a form was open, with what was filled in."""
    language = request.form.get(SWITCH) if request.method == "POST" else None
    if language is None:
        return None
    g.page_language = translate.language()
    _choose(language)
    same_page = switch.keep_typed()
    return redirect(_local(_here()), 303) if same_page is None else (same_page, 422)


def _language_bar(form_id: object) -> str:
    """Draw the way to other languages, of the form that the page has if it has one."""
    language, offered = translate.language(), tuple(translate.offered())
    if len(offered) < 2:
        return ""
    if form_id:
        return _language_buttons(language, offered, str(form_id))
    return _drawn_bar(language, offered, here=_here())


@lru_cache(maxsize=64)
def _language_buttons(language: str, offered: tuple[str, ...], form_id: str) -> str:
    """Draw what is the same on each page of a survey, once."""
    return _drawn_bar(language, offered, form_id=form_id, switch=SWITCH)


def _drawn_bar(language: str, offered: tuple[str, ...], **values: str) -> str:
    languages = {code: translate.LANGUAGES[code] for code in offered}
    bar = render_template("languages.html", language=language, languages=languages, **values)
    return Markup(bar)  # noqa: S704 - a template's


def _choose(language: str) -> None:
    if language not in translate.LANGUAGES:
        abort(404)
    translate.choose(language)


def _local(address: str) -> str:
    return address if _LOCAL_ADDRESS.fullmatch(address) else url_for("respond.start")


def _here() -> str:
    if request.path.lower().startswith("/c/"):  # a letter's link, mistyped: the code is in it
        return url_for("respond.start")
    shown_at = _SHOWN_AT.get(request.endpoint or "")
    return url_for(shown_at) if shown_at else request.full_path.rstrip("?")
