"""What an author should look at in a questionnaire that has no fault."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from forms import plain_dutch
from forms.reading import read_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from forms.reading import Table
    from forms.records import Questionnaire

MAX_QUESTIONS: Final = 5
MAX_QUESTION_LENGTH: Final = 150
MAX_OPTIONS: Final = 10
_AT_THE_END: Final = re.compile(r"\b(anders|andere|overig|overige|geen van)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something to look at: the line, the entry, and what about it."""

    line: int
    where: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.where}: {self.message}"


def remarks(
    questionnaire: Questionnaire, *, pages: Collection[str] | None = None
) -> tuple[Remark, ...]:
    """Give what its author should look at, by line.

    Parameters
    ----------
    pages
        Languages of the pages around the questions; None where that is not known.
    """
    top = read_toml(questionnaire.text)
    found = [*_dutch(top), *_everywhere(top)]
    for language in questionnaire.languages:
        if pages is not None and language not in pages:
            has = ", ".join(pages)
            message = f"residents cannot choose {language!r}: the pages around it have {has}"
            found.append(_remark(top, "languages", message))
    for language in questionnaire.unreviewed:
        message = f"the texts in {language!r} are not yet reviewed by a native speaker"
        found.append(_remark(top, "languages", message))
    return tuple(sorted(found, key=lambda remark: remark.line))


def _remark(table: Table, key: str, message: str) -> Remark:
    line, where = table.place(key)
    return Remark(line=line, where=where, message=message)


def _dutch(top: Table) -> Iterator[Remark]:
    for table in _tables(top):
        text = table.values.get("nl")
        if isinstance(text, str):
            for doubt in plain_dutch.doubts(text):
                yield _remark(table, "nl", doubt)


def _everywhere(top: Table) -> Iterator[Remark]:
    pages = top.tables("pages")
    for page in pages:
        questions = page.tables("questions")
        if len(questions) > MAX_QUESTIONS:
            message = f"{len(questions)} questions on a page; one idea a page reads best"
            yield _remark(page, "questions", message)
        for question in questions:
            for key, look in _LOOKS.items():
                if message := look(question.values):
                    yield _remark(question, key, message)
            if question.values["kind"] == "consent" and page is not pages[-1]:
                message = "a tick lifts the anonymity of all answers: ask for it on the last page"
                yield _remark(question, "kind", message)


def _long_question(question: Mapping[str, Any]) -> str:
    longest = max(map(len, question["text"].values()))
    if longest > MAX_QUESTION_LENGTH:
        return f"a question of {longest} characters; move what explains it to the hint"
    return ""


def _no_way_out(question: Mapping[str, Any]) -> str:
    if question.get("required") is True and question["kind"] == "consent":
        return "a tick that must be given is no consent: nobody is made to give it"
    if question.get("required") is True and question["kind"] == "multiple":
        if not any(option.get("last") for option in question["options"]):
            return "who must answer and finds nothing that fits: offer an option with last = true"
        return ""
    listed = question["kind"] in {"rating", "scale", "choice"}
    if question.get("required") is True and listed and "unknown" not in question:
        return 'who must answer and does not know has no true answer: offer "unknown"'
    return ""


def _options(question: Mapping[str, Any]) -> str:
    options = question.get("options")
    if not isinstance(options, list):
        return ""
    if len(options) > MAX_OPTIONS:
        return f"{len(options)} options; more than {MAX_OPTIONS} are hard to compare on a phone"
    twice = [text for language in options[0]["text"] for text in _doubled(options, language)]
    if twice:
        return f"{twice[0]!r} stands there twice: nobody can tell those options apart"
    loose = [o["code"] for o in options if not o.get("last") and _is_rest(o["text"])]
    if question.get("shuffle") and loose:
        return f"shuffled, but {loose[0]!r} looks like one that stays at the end: last = true"
    return ""


def _doubled(options: list[Mapping[str, Any]], language: str) -> list[str]:
    texts = [option["text"].get(language, "").strip() for option in options]
    return [text for text in texts if texts.count(text) > 1]


def _is_rest(texts: dict[str, str]) -> bool:
    return bool(_AT_THE_END.search(texts.get("nl", "")))


def _hidden_headline(question: Mapping[str, Any]) -> str:
    if question.get("role") == "rating" and "show_if" in question:
        return "the headline mark is not asked of everyone: its mean is of those who saw it"
    return ""


def _bare_end(question: Mapping[str, Any]) -> str:
    low = question.get("low", 1)
    bare = [text for text in question.get("low_label", {}).values() if text == str(low)]
    return f"residents read “{low} = {low}”: say what the ends mean" if bare else ""


_LOOKS: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    "text": _long_question,
    "required": _no_way_out,
    "low_label": _bare_end,
    "options": _options,
    "show_if": _hidden_headline,
}


def _tables(table: Table) -> Iterator[Table]:
    """Give a table and all in it."""
    yield table
    for key, value in table.values.items():
        if isinstance(value, dict):
            yield from _tables(table.table(key))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for row in table.tables(key):
                yield from _tables(row)
