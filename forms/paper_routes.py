"""The way through a questionnaire on paper, where `show_if` becomes a sentence."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from forms.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from forms.kinds import Translations
    from forms.records import Question, Questionnaire, Scalar


class Routes:
    """The numbers of the questions, and the sentences that lead from one to another."""

    def __init__(
        self, questionnaire: Questionnaire, language: str, translations: Translations
    ) -> None:
        self._questions = questionnaire.questions
        self._by_id = {question.id: question for question in self._questions}
        self._numbers = {question.id: i for i, question in enumerate(self._questions, start=1)}
        self._language = language
        self._translations = translations

    def number(self, question: Question) -> int:
        """Give the number of a question on paper, from 1."""
        return self._numbers[question.id]

    def only_if(self, question: Question) -> str:
        """Say for whom a question is; "" when it is for everyone."""
        if question.show_if is None:
            return ""
        asked = self._by_id[question.show_if.question]
        sentence = self._translations.gettext(
            "Vul deze vraag alleen in als u bij vraag %(number)s dit koos: %(answers)s."
        )
        answers = self._listed(asked, question.show_if.values)
        return sentence % {"number": self.number(asked), "answers": answers}

    def go_to(self, question: Question) -> str:
        """Say who skips the questions that follow right after this one; "" when nobody does."""
        waiting = self._waiting(question)
        if not waiting or waiting[0].show_if is None:
            return ""
        values = waiting[0].show_if.values
        after = self.number(waiting[-1]) + 1
        if question.kind == "multiple":
            answers, sentence = self._listed(question, values), self._unless(after)
        else:
            others = [v for v in KINDS[question.kind].values(question) if v not in values]
            if not others:
                return ""
            answers, sentence = self._listed(question, others), self._when(after)
        return sentence % {"number": after, "answers": answers}

    def leads(self, question: Question) -> bool:
        """Whether a sentence stands at the question, or elsewhere says something of it."""
        others = (other.show_if for other in self._questions if other.show_if)
        return question.show_if is not None or any(c.question == question.id for c in others)

    def _waiting(self, question: Question) -> list[Question]:
        """Give the questions right behind that are shown only by one and the same answer to it."""
        waiting: list[Question] = []
        for other in self._questions[self.number(question) :]:
            condition = other.show_if
            inside = {each.id for each in waiting}
            same = not waiting or condition == waiting[0].show_if
            if condition and (
                condition.question in inside or (condition.question == question.id and same)
            ):
                waiting.append(other)
            else:
                break
        return waiting

    def _when(self, after: int) -> str:
        if after > len(self._questions):
            return self._translations.gettext("Ga naar het einde als u hier dit koos: %(answers)s.")
        return self._translations.gettext(
            "Ga naar vraag %(number)s als u hier dit koos: %(answers)s."
        )

    def _unless(self, after: int) -> str:
        if after > len(self._questions):
            return self._translations.gettext(
                "Ga naar het einde als u hier dit niet koos: %(answers)s."
            )
        return self._translations.gettext(
            "Ga naar vraag %(number)s als u hier dit niet koos: %(answers)s."
        )

    def _listed(self, question: Question, values: Iterable[Scalar]) -> str:
        return ", ".join(self._shown(question, values))

    def _shown(self, question: Question, values: Iterable[Scalar]) -> Iterator[str]:
        if question.kind == "consent":
            for value in values:
                yield self._box(ticked=bool(value))
            return
        for first, last in _ranges(values):
            if first != last:
                yield f"{first}–{last}"
                continue
            answer = [first] if question.kind == "multiple" else first
            text = KINDS[question.kind].summary
            yield f"‘{text(question, answer, self._language, self._translations)}’"

    def _box(self, *, ticked: bool) -> str:
        if ticked:
            return self._translations.gettext("een kruisje")
        return self._translations.gettext("geen kruisje")


def _ranges(values: Iterable[Scalar]) -> Iterator[tuple[Scalar, Scalar]]:
    """Give three or more marks in a row as their first and last, any other value alone."""
    marks = sorted(value for value in values if type(value) is int)
    for _, group in groupby(enumerate(marks), key=lambda pair: pair[1] - pair[0]):
        row = [mark for _, mark in group]
        if len(row) > 2:  # two are as short as their range
            yield row[0], row[-1]
        else:
            yield from ((mark, mark) for mark in row)
    yield from ((value, value) for value in values if type(value) is not int)
