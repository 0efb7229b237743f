"""Questions asked once more, and options in an order of each respondent's own."""

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from forms.build import AGAIN, TOKEN, PageForm, answers_of, page_form
from forms.definition import Page, Questionnaire, QuestionnaireError, parse
from forms.fields import ListedField
from forms.route import Draft, walk
from forms.shuffling import shown_codes
from tests.forms.questionnaires import gentler

SECRET = b"secret of the tests"
CODES = ["hond", "kat", "vis"]


@pytest.fixture(scope="module")
def changed(every_kind: str) -> Questionnaire:
    return parse(gentler(every_kind))


def page_of(questionnaire: Questionnaire, name: str) -> Page:
    [page] = [page for page in questionnaire.pages if page.id == name]
    return page


def sent(page: Page, body: dict[str, list[str]], *, seed: str = "") -> PageForm:
    session: dict[str, Any] = {}
    options: dict[str, Any] = {"csrf_secret": SECRET, "csrf_context": session, "seed": seed}
    token = page_form(page, "nl", **options)[TOKEN].current_token
    form = page_form(page, "nl", formdata=MultiDict({"csrf_token": [token], **body}), **options)
    form.validate()
    return form


def unanswered(form: PageForm) -> list[str]:
    return [field.question.id for field in form.unanswered()]


def test_a_soft_question_is_no_error_and_is_told_apart(changed: Questionnaire) -> None:
    form = sent(page_of(changed, "een"), {"cijfer": ["7"]})
    assert form.errors == {}
    assert unanswered(form) == ["huisdier"]


def test_the_second_time_it_passes(changed: Questionnaire) -> None:
    page = page_of(changed, "een")
    form = sent(page, {"cijfer": ["7"], AGAIN: ["huisdier"]})
    assert unanswered(form) == []
    draft = Draft().save(page, answers_of(page, form))
    waiting = walk(changed, draft.answers).first_open(draft.seen)
    assert waiting is not None
    assert waiting.id == "twee"


def test_asked_again_of_one_question_is_not_asked_again_of_another(changed: Questionnaire) -> None:
    form = sent(page_of(changed, "vier"), {AGAIN: ["huisdier"]})
    assert unanswered(form) == ["verhaal"]


@pytest.mark.parametrize("typed", ["Fijn", " x "])
def test_an_answered_soft_question_is_not_asked_again(changed: Questionnaire, typed: str) -> None:
    assert unanswered(sent(page_of(changed, "vier"), {"verhaal": [typed]})) == []


def test_a_box_to_tick_cannot_be_asked_again(every_kind: str) -> None:
    text = every_kind.replace('id = "akkoord"', 'id = "akkoord"\nrequired = "soft"')
    with pytest.raises(QuestionnaireError, match="required"):
        parse(text)


@pytest.mark.parametrize("value", ['"hard"', "1", "[]", '""'])
def test_required_is_true_false_or_soft(every_kind: str, value: str) -> None:
    with pytest.raises(QuestionnaireError, match='true, false or "soft"'):
        parse(every_kind.replace("required = true", f"required = {value}"))


def animals(questionnaire: Questionnaire, seed: str) -> list[str]:
    page = page_of(questionnaire, "twee")
    form = page_form(page, "nl", csrf_secret=SECRET, csrf_context={}, seed=seed)
    field = form["dieren"]
    assert isinstance(field, ListedField)
    assert field.anchor == field.choices()[0].id
    return [choice.value for choice in field.choices()]


def test_each_respondent_has_an_order_that_stays_and_the_last_is_last(
    changed: Questionnaire,
) -> None:
    orders = [animals(changed, f"respondent {n}") for n in range(40)]
    assert orders == [animals(changed, f"respondent {n}") for n in range(40)]
    assert {tuple(order) for order in orders} == {("hond", "kat", "vis"), ("kat", "hond", "vis")}


def test_without_a_seed_the_order_is_the_authors(changed: Questionnaire) -> None:
    assert animals(changed, "") == CODES


def test_every_order_comes_about_equally_often(changed: Questionnaire) -> None:
    first = [animals(changed, f"{n}")[0] for n in range(600)]
    assert 240 < first.count("hond") < 360


def test_the_stored_answer_does_not_tell_the_order(changed: Questionnaire) -> None:
    """Or a list of codes would tell which answers are whose."""
    page = page_of(changed, "twee")
    for number in range(10):
        form = sent(page, {"dieren": ["vis", "kat", "hond"]}, seed=f"{number}")
        assert answers_of(page, form)["dieren"] == CODES


def test_two_questions_with_one_list_have_orders_of_their_own(every_kind: str) -> None:
    text = every_kind.replace('kind = "scale"', 'kind = "choice"\nshuffle = true')
    again = text.replace('id = "stelling"', 'id = "mening"')
    [one] = [q for q in parse(text).questions if q.id == "stelling"]
    [other] = [q for q in parse(again).questions if q.id == "mening"]
    assert any(shown_codes(one, f"{n}") != shown_codes(other, f"{n}") for n in range(10))


def test_unknown_stays_behind_all(every_kind: str) -> None:
    text = every_kind.replace('kind = "scale"', 'kind = "choice"\nshuffle = true')
    page = page_of(parse(text), "twee")
    for number in range(10):
        form = page_form(page, "nl", csrf_secret=SECRET, csrf_context={}, seed=f"{number}")
        field = form["stelling"]
        assert isinstance(field, ListedField)
        assert field.choices()[-1].value == "unknown"


@pytest.mark.parametrize("kind", ["scale", "rating"])
def test_a_scale_has_its_order(every_kind: str, kind: str) -> None:
    text = every_kind.replace(f'kind = "{kind}"', f'kind = "{kind}"\nshuffle = true')
    with pytest.raises(QuestionnaireError, match="unknown key shuffle"):
        parse(text)


@pytest.mark.parametrize("name", ["csrf_token", "voor", "stoppen"])
def test_a_question_cannot_be_called_as_what_else_the_form_sends(
    every_kind: str, name: str
) -> None:
    with pytest.raises(QuestionnaireError, match="the form does not need itself"):
        parse(every_kind.replace('id = "verhaal"', f'id = "{name}"'))
