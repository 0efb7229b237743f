"""Every text of the interface exists in every language, and no catalogue keeps what is gone."""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po
from flask import Flask, g, render_template_string

import enquete
import forms
from analysis.rating_table import Status, Verdict
from enquete import translate
from forms import plain_dutch

ENQUETE, FORMS = Path(enquete.__file__).parent, Path(forms.__file__).parent
METHODS = [("**.html", "jinja2"), ("**.py", "python")]
JINJA = {"**.html": {"silent": "false", "newstyle_gettext": "true"}}
OTHERS = sorted(set(translate.LANGUAGES) - {translate.SOURCE})
FORMS_OF = {"en": 2, "tr": 2, "ar": 6, "uk": 3, "pl": 3}
Texts = tuple[str, ...]


def terms() -> set[str]:
    """The words of a table that pages say in the language of the reader."""
    from analysis import Design, Survey
    from analysis.tabulate import tabulate

    means = Survey({"wave": ["1", "1"], "area": ["a", "a"], "mark": [7, 8]}, Design(wave="wave"))
    table = tabulate(means.mean("mark", by="area"), [], wave="1", computed="2022-01-01")
    return {*map(str, Status), *map(str, Verdict), table.headline.name}


def all_of(text: str | Iterable[str]) -> Texts:
    """A message or its translation: one text, or one of each plural form."""
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.fixture(scope="module")
def texts() -> set[Texts]:
    """The Dutch texts in templates and code: the message ids, those that count as two forms."""
    return {(term,) for term in terms()} | {
        all_of(message)
        for folder in (ENQUETE, FORMS)
        for _file, _line, message, _comments, _context in extract_from_dir(
            folder, METHODS, JINJA, directory_filter=lambda path: "static" not in path
        )
    }


def read(language: str) -> Catalog:
    with (translate.FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def values(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[a-z]|%[a-z]", text))


def faults(catalogue: Catalog, texts: set[Texts]) -> Iterator[tuple[str, object]]:
    """What a translator still has to do."""
    found = {all_of(message.id): message for message in messages(catalogue)}
    yield from (("missing", text) for text in texts - set(found))
    yield from (("gone", text) for text in set(found) - texts)
    yield from (("gone", text) for text in catalogue.obsolete)
    for ids, message in found.items():
        said = all_of(message.string)
        if len(said) != (1 if len(ids) == 1 else catalogue.num_plurals) or not all(said):
            yield "forms", ids
        if any(values(text) != values(ids[-1]) for text in said if text):
            yield "values", ids
        if message.fuzzy:
            yield "fuzzy", ids


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_no_other(language: str, texts: set[Texts]) -> None:
    assert len(texts) > 150
    assert list(faults(read(language), texts)) == [], f"complete {language}.po"


def test_the_dutch_of_the_interface_is_plain(texts: set[Texts]) -> None:
    doubts = {text[-1]: doubts for text in texts if (doubts := list(plain_dutch.doubts(text[-1])))}
    assert doubts == {}


PLANTED = {
    "missing": 'msgid "Nee"\nmsgstr "Nie"',
    "gone": 'msgid "Ja"\nmsgstr "Tak"\n\nmsgid "Weg"\nmsgstr "Weg"',
    "forms": 'msgid "Ja"\nmsgstr ""',
    "fuzzy": '#, fuzzy\nmsgid "Ja"\nmsgstr "Tak"',
}
PLURAL = 'msgid "%(num)s dag"\nmsgid_plural "%(num)s dagen"\n'


@pytest.mark.parametrize("fault", PLANTED)
def test_a_fault_in_a_catalogue_is_found(fault: str) -> None:
    catalogue = read_po(BytesIO(PLANTED[fault].encode()), locale="pl")
    assert fault in {kind for kind, _ in faults(catalogue, {("Ja",)})}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (["%(num)s dzień", "%(num)s dni", "%(num)s dni"], set()),
        (["%(num)s dzień", "%(num)s dni", ""], {"forms"}),
        (["%(num)s dzień", "%(num)s dni", "dni"], {"values"}),
    ],
)
def test_each_plural_form_is_asked_for(said: list[str], found: set[str]) -> None:
    strings = "\n".join(f'msgstr[{i}] "{text}"' for i, text in enumerate(said))
    catalogue = read_po(BytesIO(f"{PLURAL}{strings}".encode()), locale="pl")
    texts = {("%(num)s dag", "%(num)s dagen")}
    assert {kind for kind, _ in faults(catalogue, texts)} == found


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_counts_as_its_language_does(language: str) -> None:
    catalogue = read(language)
    assert catalogue.num_plurals == FORMS_OF[language]
    assert catalogue.locale == Locale.parse(language)
    if language != "tr":  # gettext's rule has one form, the language itself has two
        assert catalogue.num_plurals == get_plural(language).num_plurals
    header = (translate.FOLDER / f"{language}.po").read_text(encoding="utf-8")
    said = translate.catalogue(language)
    rule = Locale.parse(language).plural_form
    by_rule = {rule(number): said.plural(number) for number in range(200)}
    assert all(said.plural(number) == by_rule[rule(number)] for number in range(200))
    assert f"nplurals={catalogue.num_plurals};" in header


@pytest.mark.parametrize("language", OTHERS)
def test_the_words_of_the_arabic_and_ukrainian_catalogues_are_in_their_script(
    language: str,
) -> None:
    letters = {"ar": r"[\u0621-\u064a]", "uk": r"[\u0400-\u04ff]"}.get(language, r"\w")
    plain = [all_of(message.string)[0] for message in messages(read(language))]
    for text in plain:
        words = re.sub(r"%\(\w+\)s|SVG", "", text)
        assert re.search(letters, words) or not re.search(r"[a-z]", words), text


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_takes_the_same_values(language: str) -> None:
    found = {message.id: errors for message, errors in read(language).check()}
    assert found == {}


def test_every_catalogue_is_of_a_language_we_offer() -> None:
    assert {path.stem for path in translate.FOLDER.glob("*.po")} == set(OTHERS)


@pytest.mark.parametrize("language", translate.LANGUAGES)
def test_a_language_is_named_and_written_as_its_speakers_do(language: str) -> None:
    ours, locale = translate.LANGUAGES[language], Locale.parse(language)
    assert ours.name.casefold() == str(locale.display_name).casefold()
    assert ours.direction == locale.text_direction


def test_only_the_dutch_and_the_english_were_reviewed() -> None:
    reviewed = {code for code, each in translate.LANGUAGES.items() if each.reviewed}
    assert reviewed == {"nl", "en"}
    for language in OTHERS:
        head = (translate.FOLDER / f"{language}.po").read_text(encoding="utf-8")[:400]
        assert ("Not yet reviewed by a native speaker" in head) == (language not in reviewed)


@pytest.mark.parametrize(
    ("language", "text"),
    [("nl", "Volgende &lt;3"), ("en", "Next &lt;3"), ("ar", "التالي &lt;3"), ("pl", "Dalej &lt;3")],
)
def test_a_template_speaks_the_language_of_the_request(language: str, text: str) -> None:
    app = Flask(__name__)
    translate.init_app(app)
    with app.test_request_context():
        g.language = language
        template = "{{ _('Volgende') }} {{ sign }}"
        assert render_template_string(template, sign="<3") == text


def test_without_a_language_the_text_is_dutch() -> None:
    assert translate.gettext("Volgende") == "Volgende"
