"""The languages of a questionnaire, and what its author is told of them."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from babel import Locale
from werkzeug.datastructures import MultiDict

from forms.build import page_form
from forms.definition import Questionnaire, QuestionnaireError, builtin, builtin_names, parse
from forms.fields import written

SIX = ("nl", "en", "tr", "ar", "uk", "pl")


def texts(record: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """Give all texts below a record by the name of their entry, those left out too."""
    for each in fields(record):
        value = getattr(record, each.name)
        for part in value if isinstance(value, tuple) else (value,):
            if is_dataclass(part):
                yield from texts(part)
        if hasattr(value, "items"):
            yield each.name, dict(value)


@pytest.mark.parametrize("name", builtin_names())
def test_every_text_is_in_every_language_that_is_named(name: str) -> None:
    questionnaire = builtin(name)
    found = [given for _, given in texts(questionnaire) if given]
    assert len(found) > 40
    for given in found:
        assert tuple(given) == questionnaire.languages
        assert all(text.strip() == text != "" for text in given.values())


def test_no_text_of_buurt_was_left_in_dutch_or_is_another_ones() -> None:
    questionnaire = builtin("buurt")
    assert questionnaire.languages == SIX
    for _, given in texts(questionnaire):
        assert len(set(given.values())) == len(given), given
    letters = {"ar": "ARABIC LETTER", "uk": "CYRILLIC"}
    for language, script in letters.items():
        for _, given in texts(questionnaire):
            assert not given or script in unicode_names(given[language])


def unicode_names(text: str) -> str:
    from unicodedata import name

    return " ".join(name(character, "") for character in text)


def test_a_translation_asks_as_many_things_as_the_dutch() -> None:
    marks = {"?", "؟"}
    for where, given in texts(builtin("buurt")):
        asks = {language: given[language][-1] in marks for language in given}
        assert len(set(asks.values())) <= 1, (where, asks)


def test_the_author_is_told_which_languages_nobody_reviewed() -> None:
    assert builtin("buurt").reviewed == ("nl", "en")
    assert builtin("buurt").unreviewed == ("tr", "ar", "uk", "pl")


def test_dutch_and_english_need_no_review_and_an_author_may_say_more(every_kind: str) -> None:
    assert parse(every_kind).unreviewed == ()
    for given, unreviewed in (('["en"]', ("nl",)), ("[]", ("nl", "en"))):
        text = every_kind.replace('"en"]', f'"en"]\nreviewed = {given}', 1)
        assert parse(text).unreviewed == unreviewed


@pytest.mark.parametrize("given", ['["nl", "tr"]', '"nl"', '[["nl"]]', "[1]"])
def test_only_languages_of_the_questionnaire_can_be_reviewed(every_kind: str, given: str) -> None:
    wrong = every_kind.replace('"en"]', f'"en"]\nreviewed = {given}', 1)
    with pytest.raises(QuestionnaireError, match=r"line 3, reviewed: wanted .*, got "):
        parse(wrong)


@pytest.mark.parametrize("language", SIX)
def test_a_number_has_the_decimal_mark_of_its_language(language: str) -> None:
    decimal = Locale.parse(language).number_symbols["latn"]["decimal"]
    assert written(1.5, language) == f"1{decimal}5"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("١٢", 12),
        ("١٢٫٥", 12.5),
        ("١٫٥٠٠", 1.5),  # the Arabic decimal sign is never one of thousands
        ("١٢،٥", 12.5),
        ("\u200f٢٫٥", 2.5),
        ("12,5", 12.5),
    ],
)
def test_a_number_may_be_typed_in_arabic_digits(
    questionnaire: Questionnaire, typed: str, answer: float
) -> None:
    page = next(page for page in questionnaire.pages if page.id == "vier")
    body = MultiDict({"afstand": typed})
    form = page_form(page, "nl", formdata=body, csrf_secret=b"secret", csrf_context={})
    assert form["afstand"].data == answer
