"""A questionnaire read from an XLSForm spreadsheet, with a list of what was not taken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from forms.records import Page, Questionnaire
from forms.toml_writing import write_toml
from forms.xlsform_choices import read_lists
from forms.xlsform_names import Texts, identifier
from forms.xlsform_questions import Questions
from forms.xlsform_sheets import SHEETS, Loss, XlsformError, language_code, read_sheets
from forms.xlsform_survey import Survey
from forms.xlsform_write import REVIEWED, title_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forms import records
    from forms.xlsform_sheets import Row, Sheets

__all__ = ["Loss", "ReadForm", "XlsformError", "read_xlsform"]

_ORDER: Final = {name: place for place, name in enumerate(SHEETS)}


class ReadForm(NamedTuple):
    """What was made of a spreadsheet.

    Attributes
    ----------
    text
        The questionnaire as TOML; `forms.definition.faults` names what its author must mend.
    questions
        How many questions it has.
    losses
        What was not taken, or not as it stood, in the order of the sheets.
    """

    text: str
    questions: int
    losses: tuple[Loss, ...]


def read_xlsform(content: bytes, *, name: str = "form") -> ReadForm:
    """Make a questionnaire of an XLSForm spreadsheet.

    Parameters
    ----------
    content
        The bytes of the .xlsx file.
    name
        Becomes the id and the title where the form has none.

    Raises
    ------
    XlsformError
        If it is no XLSForm, or openpyxl is not installed.
    """
    sheets = read_sheets(content)
    losses: list[Loss] = []
    settings = sheets.settings[0] if sheets.settings else None
    texts = Texts(_languages(sheets, settings), losses)
    lists = read_lists(sheets.choices, texts, losses)
    reader = Survey(texts=texts, questions=Questions(lists, texts, losses))
    for row in sheets.survey:
        reader.take(row)
    pages = reader.pages()
    _tell_rest(sheets, texts.languages, losses)
    _tell_title(settings, texts, name, losses)
    questionnaire = Questionnaire(
        id=identifier((settings and settings.get("form_id")) or name, taken=(), of="form"),
        languages=texts.languages,
        reviewed=_reviewed(settings, texts.languages),
        title=_title(settings, texts, name),
        intro=reader.intro,
        pages=_with_headline(pages, reader.places, losses),
        text="",
        hash="",
    )
    losses.sort(key=lambda loss: (_ORDER.get(loss.sheet, len(_ORDER)), loss.row))
    toml = write_toml(questionnaire)
    return ReadForm(toml, len(questionnaire.questions), tuple(losses))


def _tell_rest(sheets: Sheets, languages: tuple[str, ...], losses: list[Loss]) -> None:
    """Add to the losses what nobody looks for: settings, lists and sheets of no use."""
    titles = {title_column(language) for language in languages}
    used = {"form_title", "form_id", "default_language", REVIEWED, *titles}
    for row in sheets.settings[:1]:
        for column, _language in row.cells:
            if column not in used:
                losses.append(Loss("settings", row.number, column, "nothing of the kind is kept"))
    losses += [
        Loss("settings", row.number, "a row", "settings have one row")
        for row in sheets.settings[1:]
    ]
    asked = {name for row in sheets.survey for name in row.get("type").split()[1:2]}
    lists = {row.get("list_name"): row.number for row in reversed(sheets.choices)}
    losses += [
        Loss("choices", number, f"the list {name}", "no question has it")
        for name, number in lists.items()
        if name and name not in asked
    ]
    losses += [
        Loss(name, 1, "the sheet", f"only {', '.join(SHEETS)} are read") for name in sheets.others
    ]


def _languages(sheets: Sheets, settings: Row | None) -> list[str]:
    """Give the languages of the labels, the default one first."""
    rows = [*sheets.survey, *sheets.choices]
    found = dict.fromkeys(lang for row in rows for column, lang in row.cells if column == "label")
    default = language_code(settings.get("default_language")) if settings else ""
    named = [language for language in found if language]
    if default in named or not named or "" in found:
        first = default or (named[0] if named and "" not in found else "nl")
        return [first, *(language for language in named if language != first)]
    return named


def _reviewed(settings: Row | None, languages: tuple[str, ...]) -> tuple[str, ...]:
    if settings is None or not settings.get(REVIEWED):
        return tuple(language for language in languages if language in {"nl", "en"})
    given = settings.get(REVIEWED).split()
    return tuple(language for language in languages if language in given)


def _tell_title(settings: Row | None, texts: Texts, name: str, losses: list[Loss]) -> None:
    """Add to the losses a title that residents read and nobody wrote for them."""
    titled = {each for each in texts.languages if settings and settings.get(title_column(each))}
    without = [each for each in texts.languages if each not in titled]
    others = ", ".join(f"title.{each}" for each in without if each != texts.languages[0])
    if without and not (settings and settings.get("form_title")):
        why = f"there is none: residents read {name!r}, write title"
    elif others:
        why = f"it has no language: write {others}"
    else:
        return
    losses.append(Loss("settings", settings.number if settings else 1, "form_title", why))


def _title(settings: Row | None, texts: Texts, name: str) -> records.Texts:
    if settings is None:
        return dict.fromkeys(texts.languages, name)
    plain = settings.get("form_title") or name
    given = {language: settings.get(title_column(language)) for language in texts.languages}
    return {language: title or plain for language, title in given.items()}


def _with_headline(
    pages: tuple[Page, ...], places: Mapping[str, int], losses: list[Loss]
) -> tuple[Page, ...]:
    """Make the first mark from 1 to 10 the headline, where the form names none."""
    questions = [question for page in pages for question in page.questions]
    if any(question.role for question in questions):
        return pages
    for question in questions:
        if question.kind == "rating" and (question.low, question.high) == (1, 10):
            headline = replace(question, role="rating")
            why = "taken as the headline mark: the first"
            losses.append(Loss("survey", places[question.id], question.id, why))
            return tuple(
                replace(
                    page,
                    questions=tuple(headline if q is question else q for q in page.questions),
                )
                for page in pages
            )
    return pages
