"""A questionnaire written as an XLSForm spreadsheet, from which `forms.xlsform` reads it back.

What XLSForm has no column for stands in a column of our own, `enquete`, that other tools pass over.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import xlsxwriter

from forms.fields import written
from forms.kinds import KINDS
from forms.records import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from forms.records import Page, Question, Questionnaire, Texts

OWN: Final = "enquete"
"""The column of our own: `headline`, `soft`, `consent` and `last`."""
REVIEWED: Final = f"{OWN}_reviewed"
"""In the settings: the languages that a native speaker has reviewed."""
GROUP: Final = "page-"
"""Before a page's id in the name of its group: no question has such a name."""
TICKED: Final = "OK"
"""What XLSForm stores of an `acknowledge` that was ticked."""
LANGUAGE_NAMES: Final = {
    "nl": "Nederlands",
    "en": "English",
    "tr": "Türkçe",
    "ar": "العربية",
    "uk": "Українська",
    "pl": "Polski",
}

_TYPES: Final = {"number": "integer", "text": "text", "consent": "acknowledge"}
_APPEARANCES: Final = {"scale": "likert", "text": "multiline"}
_UNPRINTABLE: Final = re.compile("[\ufffe\uffff]")  # XML, and so a spreadsheet, cannot hold them
_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC)

Line: TypeAlias = "dict[str, str]"


def write_xlsform(questionnaire: Questionnaire) -> bytes:
    """Write the spreadsheet: the same bytes each time."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"created": _MADE.replace(tzinfo=None)})
    lists = _lists(questionnaire.questions)
    texts = [_column(name, code) for name in ("label", "hint") for code in questionnaire.languages]
    survey = ["type", "name", *texts, "required", "relevant", "constraint", "appearance"]
    choices = ["list_name", "name", *texts[: len(questionnaire.languages)], OWN]
    lines = list(_survey(questionnaire, lists))
    _sheet(book, "survey", [*survey, "parameters", OWN], lines)
    _sheet(book, "choices", choices, _choices(lists))
    settings = _settings(questionnaire)
    _sheet(book, "settings", list(settings), [settings])
    book.close()
    return file.getvalue()


def title_column(language: str) -> str:
    """Give the column of the settings with the title in a language: XLSForm has one title only."""
    return f"{OWN}_title_{language.lower()}"


def mark_label(mark: int, words: str) -> str:
    """Write the label of a mark: the number, and at the ends of the scale what it means."""
    return f"{mark} – {words}" if words else str(mark)


def _column(name: str, language: str) -> str:
    return f"{name}::{LANGUAGE_NAMES.get(language, language)} ({language})"


def _labels(name: str, texts: Texts) -> Line:
    return {_column(name, language): text for language, text in texts.items()}


def _settings(questionnaire: Questionnaire) -> Line:
    first = questionnaire.languages[0]
    return {
        "form_title": questionnaire.title[first],
        **{title_column(code): text for code, text in questionnaire.title.items()},
        "form_id": questionnaire.id,
        "default_language": f"{LANGUAGE_NAMES.get(first, first)} ({first})",
        REVIEWED: " ".join(questionnaire.reviewed),
    }


def _survey(questionnaire: Questionnaire, lists: Mapping[Choices, str]) -> Iterator[Line]:
    by_id = {question.id: question for question in questionnaire.questions}
    if questionnaire.intro:
        yield {"type": "note", "name": "intro-", **_labels("label", questionnaire.intro)}
    for page in questionnaire.pages:
        yield from _page(page, lists, by_id)


def _page(
    page: Page, lists: Mapping[Choices, str], by_id: Mapping[str, Question]
) -> Iterator[Line]:
    group = {"type": "begin_group", "name": f"{GROUP}{page.id}", "appearance": "field-list"}
    yield group | _labels("label", page.title)
    if page.intro:
        note = {"type": "note", "name": f"{GROUP}{page.id}-intro"}
        yield note | _labels("label", page.intro)
    for question in page.questions:
        yield _question(question, lists, by_id)
    yield {"type": "end_group", "name": f"{GROUP}{page.id}"}


def _question(
    question: Question, lists: Mapping[Choices, str], by_id: Mapping[str, Question]
) -> Line:
    is_own = {
        "headline": question.role,
        "soft": question.soft,
        "consent": question.kind == "consent",
    }
    own = [name for name, has in is_own.items() if has]
    return {
        "type": _type(question, lists),
        "name": question.id,
        **_labels("label", question.text),
        **_labels("hint", question.hint),
        "required": "yes" if question.required else "",
        "relevant": _relevant(question, by_id),
        "constraint": _constraint(question),
        "appearance": _APPEARANCES.get(question.kind, ""),
        "parameters": "randomize=true" if question.shuffle else "",
        OWN: " ".join(own),
    }


def _type(question: Question, lists: Mapping[Choices, str]) -> str:
    if question.kind == "number" and question.decimals:
        return "decimal"
    if question.kind in _TYPES:
        return _TYPES[question.kind]
    several = question.kind == "multiple"
    return f"select_{'multiple' if several else 'one'} {lists[_choices_of(question)]}"


def _relevant(question: Question, by_id: Mapping[str, Question]) -> str:
    condition = question.show_if
    if condition is None:
        return ""
    kind = by_id[condition.question].kind
    return " or ".join(_equals(condition.question, kind, value) for value in condition.values)


def _equals(name: str, kind: str, value: object) -> str:
    if kind == "multiple":
        return f"selected(${{{name}}}, '{value}')"
    if kind == "consent":
        value = TICKED if value else ""
    return f"${{{name}}} = '{value}'"


def _constraint(question: Question) -> str:
    keys = KINDS[question.kind].keys
    if "max_length" in keys:
        return f"string-length(.) <= {question.max_length}"
    if question.kind != "number":
        return ""
    bounds = ((">=", question.low), ("<=", question.high))
    given = ((sign, bound) for sign, bound in bounds if bound is not None)
    return " and ".join(f". {sign} {written(bound, 'en')}" for sign, bound in given)


# The lists of choices: questions with the same options share one

Choice: TypeAlias = "tuple[str, tuple[tuple[str, str], ...], bool]"
Choices: TypeAlias = "tuple[Choice, ...]"


def _choices_of(question: Question) -> Choices:
    rows = [(o.code, tuple(o.text.items()), o.last) for o in question.options]
    if question.kind == "rating":
        rows = list(_marks(question))
    if question.unknown:
        rows.append((UNKNOWN, tuple(question.unknown.items()), False))
    return tuple(rows)


def _marks(question: Question) -> Iterator[Choice]:
    low, high = int(question.low or 0), int(question.high or 0)
    ends: Mapping[int, Texts] = {low: question.low_label, high: question.high_label}
    for mark in range(low, high + 1):
        words = ends.get(mark, {})
        texts = [(code, mark_label(mark, words.get(code, ""))) for code in question.text]
        yield str(mark), tuple(texts), False


def _lists(questions: Iterable[Question]) -> dict[Choices, str]:
    """Give each list of choices the id of the first question that has it."""
    lists: dict[Choices, str] = {}
    for question in questions:
        if choices := _choices_of(question):
            lists.setdefault(choices, question.id)
    return lists


def _choices(lists: Mapping[Choices, str]) -> Iterator[Line]:
    for choices, name in lists.items():
        for code, texts, last in choices:
            yield {
                "list_name": name,
                "name": code,
                **_labels("label", dict(texts)),
                OWN: "last" if last else "",
            }


def _sheet(book: Any, name: str, columns: Sequence[str], lines: Iterable[Line]) -> None:
    """Write a sheet; every cell is text, so that none is a formula or a number."""
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    for column, head in enumerate(columns):
        sheet.write_string(0, column, head, bold)
        sheet.set_column(column, column, 36 if "::" in head else 18)
    for row, line in enumerate(lines, start=1):
        for column, head in enumerate(columns):
            if text := line.get(head, ""):
                sheet.write_string(row, column, _UNPRINTABLE.sub("", text), wrapped)
    sheet.freeze_panes(1, 0)
