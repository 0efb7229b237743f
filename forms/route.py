"""The way through a questionnaire: recomputed from the answers at each request, never stored."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from forms.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forms.records import Answer, Page, Question, Questionnaire


@dataclass(frozen=True, slots=True)
class Draft:
    """Answers under way.

    Attributes
    ----------
    answers
        Answers by question id, those of questions that are hidden now included: they return when
        the resident changes his mind once more.
    seen
        Ids of the questions that were answered, or passed over on a page that was left by going on.
        It tells an optional question that was passed over from one that is still to be asked.
    """

    answers: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))
    seen: frozenset[str] = frozenset()

    def save(self, page: Page, answers: Mapping[str, Answer], *, passed: bool = True) -> Draft:
        """Give the draft with the answers of one page replaced, and nothing else touched.

        Parameters
        ----------
        passed
            Whether what is left open was passed over. Who stopped half-way did not, nor said no to
            a consent: the page is shown again.
        """
        asked = {question.id for question in page.questions}
        kept = {key: answer for key, answer in self.answers.items() if key not in asked}
        given = {key: answer for key, answer in answers.items() if key in asked}
        seen = asked if passed else {key for key, answer in given.items() if answer is not False}
        return Draft(answers=MappingProxyType(kept | given), seen=self.seen | seen)

    def to_json(self) -> dict[str, Any]:
        """Give the draft as plain JSON values."""
        return {"answers": dict(self.answers), "seen": sorted(self.seen)}

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> Draft:
        """Read what `to_json` gave."""
        return Draft(answers=MappingProxyType(values["answers"]), seen=frozenset(values["seen"]))


@dataclass(frozen=True, slots=True)
class Walk:
    """What some answers lead along.

    Attributes
    ----------
    pages
        The pages to ask, in order, each with only the questions that these answers show. A page
        without a question is left out.
    counted
        The answers that count: to questions that are shown, and acceptable to their kind. Others
        show nothing in turn.
    """

    pages: tuple[Page, ...]
    counted: Mapping[str, Answer]

    def first_open(self, seen: frozenset[str]) -> Page | None:
        """Give the first page with a question never shown or a required one unanswered.

        None is: everything was asked. This is the only rule of resuming. It holds when a changed
        answer brings up a page, or a question on a page that was saved before.
        """
        for page in self.pages:
            for question in page.questions:
                if question.id not in seen or (
                    question.required and question.id not in self.counted
                ):
                    return page
        return None


def walk(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> Walk:
    """Go through a questionnaire with some answers."""
    pages = []
    counted: dict[str, Answer] = {}
    for page in questionnaire.pages:
        questions = tuple(q for q in page.questions if _is_shown(q, counted))
        for question in questions:
            answer = answers.get(question.id)
            if answer is not None and KINDS[question.kind].accepts(question, answer):
                counted[question.id] = answer
        if len(questions) == len(page.questions):
            pages.append(page)
        elif questions:
            pages.append(replace(page, questions=questions))
    return Walk(tuple(pages), MappingProxyType(counted))


def path(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> tuple[Page, ...]:
    """Give the pages of the `walk`."""
    return walk(questionnaire, answers).pages


def lifts_anonymity(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> bool:
    """Tell whether a consent that is shown was given: without one the answers are anonymous."""
    counted = walk(questionnaire, answers).counted
    consents = (q.id for q in questionnaire.questions if q.kind == "consent")
    return any(counted.get(consent) is True for consent in consents)


def _is_shown(question: Question, counted: Mapping[str, Answer]) -> bool:
    condition = question.show_if
    if condition is None:
        return True
    answer = counted.get(condition.question)
    given = answer if isinstance(answer, list) else [answer]
    return any(value in condition.values for value in given)
