"""What stands around every page: the corporation's name, the language and the way to another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, redirect, request, session, url_for

from enquete import translate
from enquete.pages import headers, remembered
from enquete.service import service

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = Blueprint("layout", __name__)
blueprint.after_request(headers.keep_private)

_LOCAL_ADDRESS: Final = re.compile(r"/(?:[\w.-]+/)*[\w.-]*(?:\?[\w.=&-]*)?", re.ASCII)
"""An address on this server and nothing else: no host, no `//`, no backslash, no white space."""
_SHOWN_AT: Final = {"respond.send": "respond.review"}
"""Where a page can be opened again whose own address only takes what is sent."""


@blueprint.app_context_processor
def _layout() -> dict[str, Any]:
    language = translate.language()
    return {
        "language": language,
        "direction": translate.LANGUAGES[language].direction,
        "languages": translate.LANGUAGES,
        "here": _here(),
        "corporation": service().settings.corporation,
        "demo": service().settings.demo,
    }


@blueprint.get("/taal/<language>")
def switch_language(language: str) -> Response:
    """Go on in another language, on the same page."""
    if language not in translate.LANGUAGES:
        abort(404)
    session["language"] = language
    start, back = url_for("respond.start"), request.args.get("next", "")
    if back == start:
        remembered.keep_offer()
    return redirect(back if _LOCAL_ADDRESS.fullmatch(back) else start, 303)


def _here() -> str:
    shown_at = _SHOWN_AT.get(request.endpoint or "")
    return url_for(shown_at) if shown_at else request.full_path.rstrip("?")
