"""A questionnaire written as the TOML that its author would have written."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from forms.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from forms.records import Option, Question, Questionnaire, Scalar, Texts

_BARE: Final = re.compile(r"[a-z0-9_]+", re.ASCII)


def write_toml(questionnaire: Questionnaire) -> str:
    """Write a questionnaire so that `forms.definition.parse` reads the same from it.

    Its own `text` is not looked at: comments and lists that questions share are not kept.
    """
    return "\n".join(_lines(questionnaire)) + "\n"


def _lines(questionnaire: Questionnaire) -> Iterator[str]:
    yield f"id = {_value(questionnaire.id)}"
    yield f"languages = {_values(questionnaire.languages)}"
    if questionnaire.reviewed:
        yield f"reviewed = {_values(questionnaire.reviewed)}"
    yield ""
    yield from _texts("title", questionnaire.title)
    yield from _texts("intro", questionnaire.intro)
    for page in questionnaire.pages:
        yield from ("", "[[pages]]", f"id = {_value(page.id)}")
        yield from _texts("title", page.title)
        yield from _texts("intro", page.intro)
        for question in page.questions:
            yield from ("", "[[pages.questions]]", *_question(question))


def _question(question: Question) -> Iterator[str]:
    yield f"id = {_value(question.id)}"
    yield f"kind = {_value(question.kind)}"
    if question.role:
        yield f"role = {_value(question.role)}"
    if question.required or question.soft:
        yield f"required = {_value('soft' if question.soft else True)}"
    if question.shuffle:
        yield "shuffle = true"
    if question.show_if:
        yield f"show_if.question = {_value(question.show_if.question)}"
        yield f"show_if.is = {_values(question.show_if.values)}"
    yield from _texts("text", question.text)
    yield from _texts("hint", question.hint)
    yield from _bounds(question)
    yield from _options(question.options)
    for key in ("low_label", "high_label", "unknown"):
        yield from _texts(key, getattr(question, key))


def _bounds(question: Question) -> Iterator[str]:
    keys = KINDS[question.kind].keys
    if "low" in keys:
        for key, bound in (("low", question.low), ("high", question.high)):
            if bound is not None:
                yield f"{key} = {_value(bound)}"
    if "decimals" in keys and question.decimals:
        yield "decimals = true"
    if "max_length" in keys:
        yield f"max_length = {question.max_length}"


def _options(options: tuple[Option, ...]) -> Iterator[str]:
    if not options:
        return
    yield "options = ["
    for option in options:
        texts = ", ".join(f"{_key(code)} = {_value(text)}" for code, text in option.text.items())
        last = ", last = true" if option.last else ""
        yield f"    {{ code = {_value(option.code)}, text = {{ {texts} }}{last} }},"
    yield "]"


def _texts(key: str, texts: Texts) -> Iterator[str]:
    for language, text in texts.items():
        yield f"{key}.{_key(language)} = {_value(text)}"


def _key(language: str) -> str:
    return language if _BARE.fullmatch(language) else _value(language)


def _values(values: tuple[Scalar, ...]) -> str:
    return f"[{', '.join(map(_value, values))}]"


def _value(value: Scalar) -> str:
    """Write one value: JSON's strings, numbers, true and false are TOML's too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
