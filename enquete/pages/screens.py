"""What the residents' templates show, made from the visit and the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask import g, render_template, request
from markupsafe import Markup

from enquete import numbers, translate
from enquete.pages import remembered
from enquete.pages.drawing import draw, draw_around, draw_kept
from enquete.pages.entry import has_no_cookie, is_stale, send_form, token_of
from enquete.pages.inputs import INSISTS, MARK, REVIEW, STATE, TYPED_IN, Button
from enquete.pages.keeping import answers_on
from enquete.pages.visit import common_questionnaire, running_waves
from enquete.service import service
from forms.build import AGAIN
from forms.kinds import KINDS
from forms.route import lifts_anonymity

if TYPE_CHECKING:
    from wtforms.form import BaseForm

    from enquete.pages.visit import Visit
    from forms.build import PageForm
    from forms.definition import Page, Question, Questionnaire


_AROUND: Final = {
    "mark_name": MARK,
    "state_name": STATE,
    "button": Button,
    "minutes": remembered.MINUTES,
    "warned": remembered.WARNED,
}
"""What every page with answers has around them."""


class Row(NamedTuple):
    """One line of the review."""

    page_id: str
    question: str
    answer: str


def start_page(form: BaseForm) -> str:
    """Show the field for the code, and what the survey that runs is about."""
    waves = running_waves()
    questionnaire = common_questionnaire(waves)
    language = questions_language(questionnaire) if questionnaire else ""
    code, stale = form["code"], is_stale(form)
    return draw_around(
        "respond/start.html",
        {"token": token_of(form), "typed": code.data or ""},
        error=code.errors[0] if code.errors else "",
        stale=stale,
        no_cookie=stale and has_no_cookie(),
        title=questionnaire.title[language] if questionnaire else "",
        intro=questionnaire.intro.get(language, "") if questionnaire else "",
        panel=any(wave.anonymity == "panel" for wave in waves),
    )


def question_page(visit: Visit, page: Page) -> str:
    """Show one page of the questionnaire, with the answers that are kept."""
    shown = _shown(visit, page)
    language = questions_language(visit.questionnaire)
    questions = draw_kept(visit, page, language, alone=shown["alone"])
    inside = _inside(visit, page, send_form()) | {"questions": questions}
    return draw_around("respond/question.html", inside, **shown)


def sent_page(visit: Visit, page: Page, form: PageForm, *, changed: bool = False) -> str:
    """Show one page of the questionnaire once more, with what was sent.

    With its errors when the form has some; with the questions that are asked once more; or, when
    they `changed`, with the answers that another device or window kept meanwhile.
    """
    shown = _shown(visit, page)
    fields = list(form.questions())
    wrong, stale = [field for field in fields if field.errors], is_stale(form)
    return render_template(
        "respond/question.html",
        **_inside(visit, page, form),
        **shown,
        questions=Markup("\n").join(draw(field, alone=shown["alone"]) for field in fields),
        wrong=wrong,
        stale=stale,
        insists=INSISTS,
        again=() if wrong or stale or changed else form.unanswered(),
        again_name=AGAIN,
        typed_in=[each for each in typed_in(visit.questionnaire) if each != translate.language()],
        typed_in_name=TYPED_IN,
        kept=_rows(visit, page) if changed else (),
    )


def typed_in(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Give the languages that numbers in the form may be typed in.

    That of the page that was sent, though another may have been chosen with it; and those of the
    pages before it, where what was typed there stood in this one and still had to be mended.
    """
    page_language = g.get("page_language", translate.language())
    given = dict.fromkeys((page_language, *request.form.getlist(TYPED_IN)))
    found = tuple(each for each in given if each in questionnaire.languages)
    return found or questionnaire.languages[:1]


def _inside(visit: Visit, page: Page, form: BaseForm) -> dict[str, str]:
    """Give what differs from one resident's page of the questionnaire to another's."""
    return {
        "token": token_of(form),
        "mark": visit.mark,
        "state": visit.state(answers_on(page, visit.draft)),
        "here": request.full_path.rstrip("?"),
    }


def _shown(visit: Visit, page: Page) -> dict[str, Any]:
    """Give what is the same on a page of the questionnaire for many residents."""
    language = questions_language(visit.questionnaire)
    ids = [each.id for each in visit.pages]
    number = ids.index(page.id)
    # A lone question is the heading itself; a lone box to tick needs one above it
    alone = len(page.questions) == 1 and page.questions[0].kind != "consent"
    return {
        "alone": alone,
        "heading": page.questions[0].text[language] if alone else page.title[language],
        "intro": page.intro.get(language, ""),
        "number": number + 1,
        "total": len(ids),
        "previous": ids[number - 1] if number else None,
        "reviewing": request.args.get("van") == REVIEW,
        **_AROUND,
    }


def review_page(visit: Visit, form: BaseForm, *, changed: bool = False) -> str:
    """Show all answers with the way to change each; say so when they `changed` meanwhile."""
    return render_template(
        "respond/review.html",
        **_AROUND,
        mark=visit.mark,
        state=visit.state(visit.walk.counted),
        token=token_of(form),
        stale=is_stale(form),
        changed=changed,
        rows=[row for page in visit.pages for row in _rows(visit, page)],
        last=visit.pages[-1].id,
        van=REVIEW,
        named=lifts_anonymity(visit.questionnaire, visit.draft.answers),
        panel=visit.entry.anonymity == "panel",
    )


def copy_page(visit: Visit) -> str:
    """Show all answers for printing."""
    language = questions_language(visit.questionnaire)
    return render_template(
        "respond/copy.html",
        **_AROUND,
        survey=visit.questionnaire.title[language],
        day=numbers.day(service().today().isoformat(), language=translate.language()),
        rows=[row for page in visit.pages for row in _rows(visit, page)],
    )


def questions_language(questionnaire: Questionnaire) -> str:
    """Give the language to ask in, and offer only the questionnaire's own around it.

    It is that of the interface; or, where no language is of both, the questionnaire's first.
    """
    translate.offer(questionnaire.languages)
    language = translate.language()
    return language if language in questionnaire.languages else questionnaire.languages[0]


def _rows(visit: Visit, page: Page) -> list[Row]:
    language = questions_language(visit.questionnaire)
    return [
        Row(page.id, question.text[language], _summary(visit, question, language))
        for question in page.questions
    ]


def _summary(visit: Visit, question: Question, language: str) -> str:
    """Write an answer for people; "" when there is none."""
    answer: Any = visit.draft.answers.get(question.id)
    kind = KINDS[question.kind]
    if not kind.accepts(question, answer):
        return ""
    return kind.summary(question, answer, language, translate.catalogue(translate.language()))
