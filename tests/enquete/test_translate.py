"""Every text of the interface exists in every language, and no catalogue keeps what is gone."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask, g, render_template_string

import enquete
import forms
from analysis.rating_table import Status, Verdict
from enquete import translate

ENQUETE, FORMS = Path(enquete.__file__).parent, Path(forms.__file__).parent
METHODS = [("**.html", "jinja2"), ("**.py", "python")]
JINJA = {"**.html": {"silent": "false", "newstyle_gettext": "true"}}
OTHERS = sorted(set(translate.LANGUAGES) - {translate.SOURCE})


def terms() -> set[str]:
    """The words of a table that pages say in the language of the reader."""
    from analysis import Design, Survey
    from analysis.tabulate import tabulate

    means = Survey({"wave": ["1", "1"], "area": ["a", "a"], "mark": [7, 8]}, Design(wave="wave"))
    table = tabulate(means.mean("mark", by="area"), [], wave="1", computed="2022-01-01")
    return {*map(str, Status), *map(str, Verdict), table.headline.name}


@pytest.fixture(scope="module")
def texts() -> set[str]:
    """The Dutch texts in templates and code: the message ids."""
    return terms() | {
        message
        for folder in (ENQUETE, FORMS)
        for _file, _line, message, _comments, _context in extract_from_dir(
            folder, METHODS, JINJA, directory_filter=lambda path: "static" not in path
        )
        if isinstance(message, str)
    }


def read(language: str) -> Catalog:
    with (translate.FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_no_other(language: str, texts: set[str]) -> None:
    catalogue = read(language)
    translated = {message.id for message in catalogue if message.id and message.string}
    assert len(texts) > 50
    assert translated == texts, f"complete {language}.po: the message ids are the Dutch texts"
    assert not catalogue.obsolete
    assert not [message.id for message in catalogue if message.id and message.fuzzy]


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_takes_the_same_values(language: str) -> None:
    faults = {message.id: errors for message, errors in read(language).check()}
    assert faults == {}


def test_every_catalogue_is_of_a_language_we_offer() -> None:
    assert {path.stem for path in translate.FOLDER.glob("*.po")} == set(OTHERS)


@pytest.mark.parametrize(("language", "text"), [("nl", "Volgende &lt;3"), ("en", "Next &lt;3")])
def test_a_template_speaks_the_language_of_the_request(language: str, text: str) -> None:
    app = Flask(__name__)
    translate.init_app(app)
    with app.test_request_context():
        g.language = language
        template = "{{ _('Volgende') }} {{ sign }}"
        assert render_template_string(template, sign="<3") == text


def test_without_a_language_the_text_is_dutch() -> None:
    assert translate.gettext("Volgende") == "Volgende"
