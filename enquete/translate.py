"""The interface in the resident's language: Dutch in the source, other languages in catalogues.

A text is written in Dutch, as ``_("…")`` in a template or ``gettext("…")`` in Python, and that is
its message id. ``translations/LANGUAGE.po`` holds the others, read when the program starts: there
are no compiled files to forget. The texts of a questionnaire are its own (`forms`).

Which language a page is in: the one chosen in this browser; at a first visit the one that the
browser asks for, since who cannot read the Dutch letter must not need Dutch to find the switch;
else Dutch, the language of the letter. A survey in fewer languages offers only those.
"""

from __future__ import annotations

import gettext as stdlib
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import g, has_request_context, request, session
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from flask import Flask, Response

FOLDER: Final = Path(__file__).parent / "translations"
SOURCE: Final = "nl"


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the interface.

    Attributes
    ----------
    name
        Its name in itself.
    direction
        Its direction of writing, as in HTML.
    reviewed
        Whether a native speaker has read the catalogue. For authors only, not for residents.
    """

    name: str
    direction: str = "ltr"
    reviewed: bool = False


LANGUAGES: Final = {
    "nl": Language("Nederlands", reviewed=True),
    "en": Language("English", reviewed=True),
    "tr": Language("Türkçe"),
    "ar": Language("العربية", direction="rtl"),
    "uk": Language("Українська"),
    "pl": Language("Polski"),
}


def init_app(app: Flask) -> None:
    """Let the templates of the app translate, into the `language` of the request."""
    for language in LANGUAGES:
        catalogue(language)  # a catalogue that cannot be read stops the start, not a visit
    app.jinja_env.globals.update(_=_markup, ngettext=_plural_markup)
    app.after_request(_vary)


def language() -> str:
    """Give the language of this request."""
    if not has_request_context():
        return SOURCE
    # Not before it is asked for: a file without words is the same to everyone, and says so.
    found: str | None = g.get("language")
    if found is None:
        found = g.language = _chosen()
    return found


def choose(language: str) -> None:
    """Go on in this language, in this request and in the later ones of this browser."""
    session["language"] = language
    g.pop("language", None)


def offered() -> Mapping[str, Language]:
    """Give the languages that can be chosen here."""
    narrowed = session.get("languages", LANGUAGES)
    return {code: each for code, each in LANGUAGES.items() if code in narrowed}


def offer(languages: Collection[str]) -> None:
    """Offer only the languages of this survey, from now on; none of them is ours: all of ours."""
    ours = [language for language in LANGUAGES if language in languages] or list(LANGUAGES)
    if ours == list(offered()):
        return
    session["languages"] = ours
    if len(ours) == len(LANGUAGES):
        del session["languages"]
    g.pop("language", None)


def gettext(message: str) -> str:
    """Translate a message into the language of this request."""
    return catalogue(language()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Translate a message that counts something into the language of this request."""
    return catalogue(language()).ngettext(singular, plural, number)


def _markup(message: str, **values: object) -> Markup:
    """Translate a message in a template; what is filled in is escaped."""
    text = Markup(gettext(message))  # noqa: S704 - ours, from a template and a catalogue
    return text % values if values else text


def _plural_markup(singular: str, plural: str, number: int) -> Markup:
    """Translate a message in a template that counts something, as `num`."""
    text = Markup(ngettext(singular, plural, number))  # noqa: S704 - as `_markup`
    return text % {"num": number}


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


def _chosen() -> str:
    here = list(offered())
    chosen = session.get("language")
    if chosen in here:
        return str(chosen)
    asked = _asked(here)
    if chosen is None and asked not in {"", SOURCE}:
        # Kept: the language that the letter was sent in must not change it under way
        session["language"] = asked
    return asked or (SOURCE if SOURCE in here else here[0])


def _asked(here: Collection[str]) -> str:
    """Give what the browser puts first of our languages, in any country's form; "" for none."""
    g.asked_the_browser = True
    tags = (tag.lower().split("-")[0] for tag, quality in request.accept_languages if quality)
    return next((tag for tag in tags if tag in here), "")


def _vary(response: Response) -> Response:
    if "asked_the_browser" in g:
        response.vary.add("Accept-Language")
    return response
