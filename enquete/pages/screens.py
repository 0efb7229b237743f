"""What the residents' templates show, made from the visit and the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask import render_template, request

from enquete import translate
from enquete.pages.entry import is_stale
from enquete.pages.visit import open_questionnaire
from forms.kinds import KINDS
from forms.route import lifts_anonymity

if TYPE_CHECKING:
    from wtforms.form import BaseForm

    from enquete.pages.visit import Visit
    from forms.build import PageForm
    from forms.definition import Page, Question, Questionnaire

REVIEW: Final = "controle"
"""Value of `?van=` on a page that was opened from the review."""
STOP: Final = "stoppen"
"""Name of the button that ends a visit before the answers are sent."""


class Row(NamedTuple):
    """One line of the review."""

    page_id: str
    question: str
    answer: str


def start_page(form: BaseForm) -> str:
    """Show the field for the code, and what the survey that runs is about."""
    questionnaire = open_questionnaire()
    language = questions_language(questionnaire) if questionnaire else ""
    return render_template(
        "respond/start.html",
        form=form,
        stale=is_stale(form),
        title=questionnaire.title[language] if questionnaire else "",
        intro=questionnaire.intro.get(language, "") if questionnaire else "",
    )


def question_page(visit: Visit, page: Page, form: PageForm) -> str:
    """Show one page of the questionnaire, with its errors when the form has some."""
    language = questions_language(visit.questionnaire)
    ids = [each.id for each in visit.pages]
    number = ids.index(page.id)
    fields = list(form.questions())
    # A lone question is the heading itself; a lone box to tick needs one above it
    alone = len(fields) == 1 and fields[0].shape != "tick"
    return render_template(
        "respond/question.html",
        mark=visit.mark,
        form=form,
        fields=fields,
        wrong=[field for field in fields if field.errors],
        stale=is_stale(form),
        alone=alone,
        heading=page.questions[0].text[language] if alone else page.title[language],
        intro=page.intro.get(language, ""),
        number=number + 1,
        total=len(ids),
        previous=ids[number - 1] if number else None,
        reviewing=request.args.get("van") == REVIEW,
        stop=STOP,
    )


def review_page(visit: Visit, form: BaseForm) -> str:
    """Show all answers with the way to change each."""
    rows = [
        Row(
            page.id,
            question.text[questions_language(visit.questionnaire)],
            _summary(visit, question),
        )
        for page in visit.pages
        for question in page.questions
    ]
    return render_template(
        "respond/review.html",
        form=form,
        stale=is_stale(form),
        rows=rows,
        last=visit.pages[-1].id,
        mark=visit.mark,
        van=REVIEW,
        stop=STOP,
        named=lifts_anonymity(visit.questionnaire, visit.draft.answers),
    )


def questions_language(questionnaire: Questionnaire) -> str:
    """Give the language to ask in, and offer only the questionnaire's own around it.

    It is that of the interface; or, where no language is of both, the questionnaire's first.
    """
    translate.offer(questionnaire.languages)
    language = translate.language()
    return language if language in questionnaire.languages else questionnaire.languages[0]


def _summary(visit: Visit, question: Question) -> str:
    """Write an answer for people; "" when there is none."""
    language = questions_language(visit.questionnaire)
    answer: Any = visit.draft.answers.get(question.id)
    kind = KINDS[question.kind]
    if not kind.accepts(question, answer):
        return ""
    return kind.summary(question, answer, language, translate.catalogue(translate.language()))
