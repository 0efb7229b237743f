"""Answers that nobody gave, for a preview: one to every question, so that every page is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from forms.fields import DECIMALS, written
from forms.kinds import KINDS
from forms.records import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forms.records import Answer, Page, Question, Questionnaire

_TEXTS: Final = {"nl": "Dit is een voorbeeld.", "en": "This is an example."}
_SOME: Final = 2


def sample_answers(
    questionnaire: Questionnaire, language: str, *, towards: Question | None = None
) -> dict[str, Answer]:
    """Give an acceptable answer to each question, by question id.

    Parameters
    ----------
    language
        In which the open answers are.
    towards
        A question that must be shown; without it as many as one answer a question can bring up.
    """
    answers = {question.id: _sample(question, language) for question in questionnaire.questions}
    # What comes first in the list of a question's wanted answers wins: that asked for goes last
    for question in reversed(questionnaire.questions):
        _bring_up(questionnaire, question, answers)
    if towards:
        _bring_up(questionnaire, towards, answers)
    return answers


def _bring_up(questionnaire: Questionnaire, question: Question, answers: dict[str, Answer]) -> None:
    """Answer so that a question is shown, and the one that it waits for too."""
    if question.show_if is None:
        return
    asked = next(q for q in questionnaire.questions if q.id == question.show_if.question)
    wanted: Any = question.show_if.values[0]
    answers[asked.id] = [wanted] if asked.kind == "multiple" else wanted
    _bring_up(questionnaire, asked, answers)


def _sample(question: Question, language: str) -> Answer:
    kind = KINDS[question.kind]
    if question.kind == "multiple":
        return [option.code for option in question.options[:_SOME]]
    if question.kind == "consent":
        return False
    values = [value for value in kind.values(question) if value != UNKNOWN]
    if values:
        # Some way up a scale, the first of a list
        return values[len(values) * 2 // 3 if question.kind in {"rating", "scale"} else 0]
    if question.kind == "number":
        return _number(question)
    return _TEXTS.get(language, "…")[: question.max_length].strip() or "x"


def _number(question: Question) -> Answer:
    low, high = question.low, question.high
    if low is None:
        return 3 if high is None else min(3, high)
    # Rounded: -19.667 + 9 has more digits than can be typed
    return low if high is None else round(low + int(high - low) // 2, DECIMALS)


def body(answers: Mapping[str, Answer], page: Page, language: str) -> dict[str, list[str]]:
    """Write answers as a browser sends those of one page, in the language of the form."""
    return {
        question.id: _sent(answers[question.id], language)
        for question in page.questions
        if question.id in answers
    }


def _sent(answer: Answer, language: str) -> list[str]:
    if isinstance(answer, bool):
        return ["yes"] if answer else []
    if isinstance(answer, list):
        return answer
    return [answer if isinstance(answer, str) else written(answer, language)]
