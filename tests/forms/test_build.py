"""The forms, spoken to as a browser does: a body goes in, answers or messages come out."""

import itertools
import json
import math
from collections.abc import Callable
from datetime import timedelta
from gettext import NullTranslations
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from forms import build
from forms.build import TOKEN, PageForm, answers_of, page_form
from forms.definition import Answer, Page, Questionnaire, parse
from forms.fields import ListedField, NumberField
from forms.kinds import KINDS

SECRET = b"secret of the tests"


class Upper:
    """Translations that can be recognised."""

    def gettext(self, message: str) -> str:
        return message.replace("Kies", "CHOOSE")

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return singular if n == 1 else plural


@pytest.fixture(scope="session")
def page(questionnaire: Questionnaire) -> Page:
    """All questions on one page, so that one form has every kind."""
    first = questionnaire.pages[0]
    return Page(id="alles", title=first.title, intro=first.intro, questions=questionnaire.questions)


def sent(page: Page, body: dict[str, list[str]], *, language: str = "nl") -> PageForm:
    """The form after a visitor opened it and sent the body, validated."""
    session: dict[str, Any] = {}
    shown = page_form(page, language, csrf_secret=SECRET, csrf_context=session)
    formdata = MultiDict({"csrf_token": [shown[TOKEN].current_token], **body})
    form = page_form(page, language, formdata=formdata, csrf_secret=SECRET, csrf_context=session)
    form.validate()
    return form


ACCEPTED = [
    ("cijfer", ["1"], 1),
    ("cijfer", ["10"], 10),
    ("cijfer", ["unknown"], "unknown"),
    ("huisdier", ["nee"], "nee"),
    ("huisdier", [], None),
    ("stelling", ["unknown"], "unknown"),
    ("dieren", ["vis", "hond", "vis"], ["hond", "vis"]),
    ("dieren", [], None),
    ("honden", ["0"], 0),
    ("honden", [" 12 "], 12),
    ("honden", [""], None),
    ("honden", ["٣"], 3),
    ("afstand", ["2,5"], 2.5),
    ("afstand", ["2.5"], 2.5),
    ("afstand", ["−3"], -3),
    ("verhaal", ["  Fijn\r\nhier 🏡 "], "Fijn\nhier 🏡"),
    ("verhaal", ["   "], None),
    ("akkoord", ["yes"], True),
    ("akkoord", [], False),
]


@pytest.mark.parametrize(("question", "values", "answer"), ACCEPTED)
def test_an_answer_is_read(page: Page, question: str, values: list[str], answer: object) -> None:
    form = sent(page, {"cijfer": ["7"], question: values})
    assert form.errors == {}
    given = answers_of(page, form).get(question)
    assert given == answer
    assert type(given) is type(answer)


REFUSED = [
    ("cijfer", [], "Kies een cijfer"),
    ("cijfer", ["11"], "uit de lijst"),
    ("cijfer", ["7.0"], "uit de lijst"),
    ("cijfer", ["0"], "uit de lijst"),
    ("cijfer", ["1_0"], "uit de lijst"),
    ("huisdier", ["misschien"], "uit de lijst"),
    ("huisdier", ["unknown"], "uit de lijst"),
    ("dieren", ["hond", "paard"], "uit de lijst"),
    ("honden", ["21"], "van 20 of minder"),
    ("honden", ["-1"], "van 0 of meer"),
    ("honden", ["1,5"], "heel getal"),
    ("honden", ["1,500"], "heel getal"),
    ("honden", ["-1234567890123"], "te veel cijfers"),
    ("honden", ["1,1234567"], "heel getal"),
    ("honden", ["twee"], "alleen een getal"),
    ("honden", ["1e3"], "alleen een getal"),
    ("honden", ["9" * 5000], "te veel cijfers"),
    ("honden", ["1 000"], "duizend als 1000"),
    ("honden", ["1.000.000"], "duizend als 1000"),
    ("afstand", ["nan"], "alleen een getal"),
    ("afstand", ["1.000"], "duizend als 1000"),
    ("afstand", ["١.٠٠٠"], "duizend als 1000"),
    ("afstand", ["\uff11.\uff10\uff10\uff10"], "duizend als 1000"),
    ("afstand", ["6,1234567"], "te veel cijfers"),
    ("verhaal", ["x" * 21], "heeft 21 tekens"),
    ("verhaal", ["a\x00b"], "weggehaald"),
    ("verhaal", ["a\ud800b"], "weggehaald"),
    ("akkoord", ["misschien"], "vinkje"),
]


@pytest.mark.parametrize(("question", "values", "words"), REFUSED)
def test_what_is_no_answer_is_refused_in_words_that_name_the_question(
    page: Page, questionnaire: Questionnaire, question: str, values: list[str], words: str
) -> None:
    form = sent(page, {"cijfer": ["7"], question: values})
    assert list(form.errors) == [question]
    [message] = form[question].errors
    [text] = [q.text["nl"] for q in questionnaire.questions if q.id == question]
    assert words in message
    assert message.endswith(text)
    assert question not in answers_of(page, form)


def test_a_wrong_number_stays_in_the_form_as_typed(page: Page) -> None:
    field = sent(page, {"honden": ["twee"]})["honden"]
    assert isinstance(field, NumberField)
    assert field.typed() == "twee"


@pytest.mark.parametrize(
    ("typed", "kept"), [("x" * 3000, "x" * 3000), ("Fijn\x00hier", "Fijnhier")]
)
def test_a_wrong_text_stays_in_the_form_as_far_as_it_can(page: Page, typed: str, kept: str) -> None:
    assert sent(page, {"verhaal": [typed]})["verhaal"].data == kept


@pytest.mark.parametrize("session", [{}, {"cijfer": 8, "dieren": ["vis"], "honden": 2}])
def test_answers_so_far_are_filled_in(page: Page, session: dict[str, Answer]) -> None:
    form = page_form(page, "nl", data=session, csrf_secret=SECRET, csrf_context={})
    chosen = {
        field.question.id: [choice.value for choice in field.choices() if choice.checked]
        for field in form.questions()
        if isinstance(field, ListedField)
    }
    assert chosen["cijfer"] == [str(mark) for mark in (session.get("cijfer"),) if mark]
    assert chosen["dieren"] == session.get("dieren", [])
    assert answers_of(page, form) == session


def test_a_field_says_which_texts_describe_it(page: Page) -> None:
    form = sent(page, {})
    fields = {field.question.id: field for field in form.questions()}
    assert fields["cijfer"].described_by == "q-cijfer-ends q-cijfer-hint q-cijfer-error"
    assert fields["huisdier"].described_by == ""
    assert fields["cijfer"].anchor == "q-cijfer--1"
    assert fields["verhaal"].anchor == "q-verhaal"


@pytest.mark.parametrize("written", ["Een 10 is goed.", "Een 10 is goed"])
def test_a_hint_ends_before_the_rules_that_follow_it(every_kind: str, written: str) -> None:
    changed = parse(every_kind.replace("Een 10 is goed.", written))
    form = sent(changed.pages[0], {"cijfer": ["7"]})
    hints = {field.question.id: field.hint for field in form.questions()}
    assert hints["cijfer"] == "Een 10 is goed. Deze vraag is verplicht."


def test_the_bounds_of_a_number_are_said(page: Page) -> None:
    form = sent(page, {"cijfer": ["7"]})
    hints = {field.question.id: field.hint for field in form.questions()}
    assert (hints["honden"], hints["afstand"]) == ("Een getal van 0 tot en met 20.", "")


def test_questions_and_messages_are_in_the_language_of_the_resident(page: Page) -> None:
    session: dict[str, Any] = {}
    form = page_form(
        page,
        "en",
        formdata=MultiDict(),
        csrf_secret=SECRET,
        csrf_context=session,
        translations=Upper(),
    )
    assert not form.validate()
    assert form.errors["cijfer"] == ["CHOOSE een cijfer bij: Which mark?"]


@pytest.mark.parametrize(
    "token", [[], [""], ["x"], ["##"], ["20990101000000##00"], ["\ud800##x"], ["##", "##"]]
)
def test_a_form_without_the_token_of_the_session_is_refused(page: Page, token: list[str]) -> None:
    form = sent(page, {"cijfer": ["7"], "csrf_token": token})
    assert list(form.errors) == ["csrf_token"]
    assert answers_of(page, form)["cijfer"] == 7


def test_a_token_of_another_session_is_refused(page: Page) -> None:
    token = page_form(page, "nl", csrf_secret=SECRET, csrf_context={})[TOKEN].current_token
    assert token is not None
    assert list(sent(page, {"cijfer": ["7"], "csrf_token": [token]}).errors) == ["csrf_token"]


def test_an_old_token_is_refused(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    meta = type(build.form_meta(csrf_secret=SECRET, csrf_context={}))
    monkeypatch.setattr(meta, "csrf_time_limit", timedelta(seconds=-1))
    assert list(sent(page, {"cijfer": ["7"]}).errors) == ["csrf_token"]


def test_a_question_may_be_called_as_anything_of_the_form(every_kind: str) -> None:
    page = parse(every_kind.replace('"cijfer"', '"validate"')).pages[0]
    form = sent(page, {"validate": ["7"]})
    assert answers_of(page, form) == {"validate": 7}


SEVERAL = [list(c) for n in (1, 2, 3) for c in itertools.combinations(["hond", "kat", "vis"], n)]
# What an answer may be, written down a second time and without the code under test
ANSWERS: dict[str, Callable[[Any], bool]] = {
    "cijfer": lambda a: a == "unknown" or (type(a) is int and 1 <= a <= 10),
    "huisdier": lambda a: a in ("ja", "nee"),
    "stelling": lambda a: a in ("eens", "neutraal", "oneens", "unknown"),
    "dieren": lambda a: isinstance(a, list) and sorted(map(str, a)) in SEVERAL,
    "honden": lambda a: type(a) is int and 0 <= a <= 20,
    "afstand": lambda a: type(a) in {int, float} and math.isfinite(a),
    "verhaal": lambda a: (
        isinstance(a, str) and 0 < len(a.strip()) <= len(a) <= 20 and "\0" not in a
    ),
    "akkoord": lambda a: isinstance(a, bool),
}
_NEAR = ["0", "1", "10", "11", "ja", "eens", "hond", "unknown", "yes", "2,5", "1e5", "inf", "٣", ""]
_TYPED = st.one_of(st.sampled_from(_NEAR), st.text(st.characters()), st.integers().map(str))


@given(body=st.dictionaries(st.sampled_from([*ANSWERS, "csrf_token"]), st.lists(_TYPED)))
def test_no_body_raises_and_no_wrong_answer_gets_in(page: Page, body: dict[str, list[str]]) -> None:
    form = sent(page, body)
    event("refused" if form.errors else "accepted")
    for question, answer in answers_of(page, form).items():
        assert ANSWERS[question](answer), (question, answer)
        assert json.dumps(answer, ensure_ascii=False).encode()


_ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(_NEAR)),
    lambda inner: st.lists(inner, max_size=3),
)


@given(question=st.sampled_from(sorted(ANSWERS)), value=_ANY)
def test_a_kind_accepts_answers_and_nothing_else(
    questionnaire: Questionnaire, question: str, value: object
) -> None:
    [asked] = [q for q in questionnaire.questions if q.id == question]
    assert KINDS[asked.kind].accepts(asked, value) == ANSWERS[question](value)


LOOKS_LIKE_AN_ANSWER = [
    ("cijfer", True),
    ("cijfer", 7.0),
    ("cijfer", "7"),
    ("dieren", []),
    ("dieren", ["vis", "vis"]),
    ("dieren", "vis"),
    ("honden", True),
    ("honden", 2.0),
    ("afstand", math.nan),
    ("afstand", math.inf),
    ("verhaal", " "),
    ("akkoord", 1),
]


@pytest.mark.parametrize(("question", "value"), LOOKS_LIKE_AN_ANSWER)
def test_what_only_looks_like_an_answer_is_none(
    questionnaire: Questionnaire, question: str, value: object
) -> None:
    [asked] = [q for q in questionnaire.questions if q.id == question]
    assert not KINDS[asked.kind].accepts(asked, value)


@pytest.mark.parametrize(
    ("question", "answer", "dutch", "english"),
    [
        ("cijfer", 7, "7", "7"),
        ("cijfer", "unknown", "Weet ik niet", "I do not know"),
        ("huisdier", "ja", "Ja", "Yes"),
        ("stelling", "oneens", "Oneens", "Disagree"),
        ("dieren", ["hond", "vis"], "Hond; Vis", "Dog; Fish"),
        ("afstand", 2.5, "2,5", "2.5"),
        ("verhaal", "Fijn", "Fijn", "Fijn"),
        ("akkoord", True, "Ja", "Ja"),
        ("akkoord", False, "Nee", "Nee"),
    ],
)
def test_an_answer_is_written_for_people(
    questionnaire: Questionnaire, question: str, answer: object, dutch: str, english: str
) -> None:
    [asked] = [q for q in questionnaire.questions if q.id == question]
    write = KINDS[asked.kind].summary
    assert write(asked, answer, "nl", NullTranslations()) == dutch
    assert write(asked, answer, "en", NullTranslations()) == english
