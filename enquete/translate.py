"""The interface in the resident's language: Dutch in the source, other languages in catalogues.

A text is written in Dutch, as ``_("…")`` in a template or ``gettext("…")`` in Python, and that is
its message id. ``translations/LANGUAGE.po`` holds the others, read when the program starts: there
are no compiled files to forget. The texts of a questionnaire are its own (`forms`).
"""

from __future__ import annotations

import gettext as stdlib
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import g, has_request_context, session

if TYPE_CHECKING:
    from flask import Flask

FOLDER: Final = Path(__file__).parent / "translations"
SOURCE: Final = "nl"


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the interface: its name in itself, and its direction of writing."""

    name: str
    direction: str = "ltr"


LANGUAGES: Final = {"nl": Language("Nederlands"), "en": Language("English")}


def init_app(app: Flask) -> None:
    """Let the templates of the app translate, into the `language` of the request."""
    for language in LANGUAGES:
        catalogue(language)  # a catalogue that cannot be read stops the start, not a visit
    environment: Any = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)


def language() -> str:
    """Give the language of this request: the one chosen in this browser, or else Dutch."""
    if not has_request_context():
        return SOURCE
    # Not before it is asked for: a file without words is the same to everyone, and says so.
    if "language" not in g:
        chosen = session.get("language")
        g.language = chosen if chosen in LANGUAGES else SOURCE
    return str(g.language)


def gettext(message: str) -> str:
    """Translate a message into the language of this request."""
    return catalogue(language()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Translate a message that counts something into the language of this request."""
    return catalogue(language()).ngettext(singular, plural, number)


@cache
def catalogue(language: str) -> stdlib.NullTranslations:
    """Read the translations into a language; Dutch has none to read."""
    if language == SOURCE:
        return stdlib.NullTranslations()
    compiled = BytesIO()
    with (FOLDER / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return stdlib.GNUTranslations(compiled)
