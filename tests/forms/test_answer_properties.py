"""The forms of any questionnaire are sent any body: no exception, and no wrong answer."""

import math
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from forms.build import AGAIN, TOKEN, PageForm, answers_of, page_form
from forms.definition import Answer, Page, Question, Questionnaire
from forms.fields import ListedField, NumberField
from forms.kinds import KINDS
from forms.records import UNKNOWN
from forms.route import Draft, path, walk
from forms.samples import body as sample_body
from forms.samples import sample_answers
from tests.forms.questionnaires import questionnaires

SECRET = b"secret of the tests"
_ODD = ["", " ", "-0,0", "0,000001", "2,125", "2.125", "1e3", "٣", "x" * 2001]
SLOW = [HealthCheck.too_slow]


def sent(
    page: Page, language: str, body: dict[str, list[str]], *, data: dict[str, Answer] | None = None
) -> PageForm:
    session: dict[str, Any] = {}
    options: dict[str, Any] = {"csrf_secret": SECRET, "csrf_context": session, "seed": "a"}
    token = page_form(page, language, **options)[TOKEN].current_token
    formdata = MultiDict({"csrf_token": [token], **body})
    form = page_form(page, language, data=data, formdata=formdata, **options)
    form.validate()
    return form


def is_right(question: Question, answer: object) -> bool:
    """Whether an answer is one of those offered, written a second time without the code."""
    codes = [option.code for option in question.options]
    known = [UNKNOWN] if question.unknown else []
    if question.kind == "rating":
        marks = range(int(question.low or 0), int(question.high or 0) + 1)
        return answer in known or (type(answer) is int and answer in marks)
    if question.kind in {"choice", "scale"}:
        return answer in codes + known
    if question.kind == "multiple":
        return isinstance(answer, list) and answer == [c for c in codes if c in answer] != []
    if question.kind == "number":
        low = -math.inf if question.low is None else question.low
        high = math.inf if question.high is None else question.high
        whole = type(answer) is int or (question.decimals and type(answer) is float)
        return whole and low <= answer <= high  # type: ignore[operator]  # it is a number
    if question.kind == "text":
        return isinstance(answer, str) and 0 < len(answer) <= question.max_length
    return isinstance(answer, bool)


def near(question: Question) -> list[str]:
    """Words that this question may take, and some that it just may not."""
    codes = [option.code for option in question.options]
    bounds = [
        str(b + d) for b in (question.low, question.high) if b is not None for d in (-1, 0, 1)
    ]
    return [*codes, *bounds, UNKNOWN, "yes", *_ODD]


@settings(deadline=None, suppress_health_check=SLOW)
@given(questionnaire=questionnaires(), data=st.data())
def test_no_body_raises_and_no_wrong_answer_gets_in(
    questionnaire: Questionnaire, data: st.DataObject
) -> None:
    language = data.draw(st.sampled_from(questionnaire.languages))
    draft = Draft()
    for page in questionnaire.pages:
        names = [*(q.id for q in page.questions), AGAIN, "csrf_token", "voor"]
        typed = st.one_of(
            st.sampled_from([word for q in page.questions for word in near(q)]),
            st.text(st.characters(), max_size=6),
        )
        body = data.draw(st.dictionaries(st.sampled_from(names), st.lists(typed, max_size=3)))
        form = sent(page, language, body)
        event("refused" if form.errors else "accepted")
        asked = {question.id: question for question in page.questions}
        answers = answers_of(page, form)
        for key, answer in answers.items():
            assert is_right(asked[key], answer), (asked[key].kind, answer)
            assert KINDS[asked[key].kind].accepts(asked[key], answer)
        for field in form.unanswered():
            assert field.question.soft
            assert field.question.id not in answers
        draft = Draft.from_json(draft.save(page, answers).to_json())
    walk(questionnaire, draft.answers).first_open(draft.seen)
    assert walk(questionnaire, draft.answers).counted.items() <= draft.answers.items()


@settings(deadline=None, suppress_health_check=SLOW)
@given(questionnaire=questionnaires())
def test_every_sample_answer_is_taken_as_it_is(questionnaire: Questionnaire) -> None:
    language = questionnaire.languages[0]
    for towards in questionnaire.questions:
        answers = sample_answers(questionnaire, language, towards=towards)
        for page in path(questionnaire, answers):
            form = sent(page, language, sample_body(answers, page, language))
            assert form.errors == {}
            assert answers_of(page, form) == {q.id: answers[q.id] for q in page.questions}


def shown_again(field: Any) -> list[str]:
    """What a browser sends of a field that it only showed."""
    if isinstance(field, ListedField):
        return [choice.value for choice in field.choices() if choice.checked]
    if isinstance(field, NumberField):
        return [field.typed()]
    if isinstance(field.data, bool):
        return ["yes"] if field.data else []
    return [(field.data or "").replace("\n", "\r\n")]


@settings(deadline=None, suppress_health_check=SLOW)
@given(questionnaire=questionnaires(), data=st.data())
def test_an_answer_that_is_shown_and_sent_again_stays_the_same(
    questionnaire: Questionnaire, data: st.DataObject
) -> None:
    language = questionnaire.languages[0]
    for page in questionnaire.pages:
        typed = [word for q in page.questions for word in near(q)]
        words = st.lists(st.sampled_from(typed), min_size=1, max_size=2)
        body = data.draw(st.fixed_dictionaries({q.id: words for q in page.questions}))
        answers = answers_of(page, sent(page, language, body))
        opened = page_form(page, language, data=answers, csrf_secret=SECRET, csrf_context={})
        again = {field.question.id: shown_again(field) for field in opened.questions()}
        form = sent(page, language, again)
        kept = {key: answer for key, answer in answers_of(page, form).items() if key in answers}
        assert kept == answers
