"""The loader is given any TOML: it takes a questionnaire that works, or says in words why not."""

import copy
import json
import tomllib
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from forms.checking import remarks
from forms.definition import Questionnaire, QuestionnaireError, builtin, faults, parse
from forms.kinds import KINDS
from forms.printing import paper
from forms.records import UNKNOWN, Question
from forms.route import path, walk
from forms.samples import sample_answers
from tests.forms.questionnaires import questionnaires

EVERY_KIND = Path(__file__).with_name("every_kind.toml").read_text(encoding="utf-8")
# Small, so that a change of one entry often matters
MODELS = [tomllib.loads(EVERY_KIND), tomllib.loads(builtin("buurt").text)]

# Keys and values of questionnaires, so that what is made of them is nearly one
KEYS = ["id", "languages", "reviewed", "title", "intro", "lists", "pages", "questions", "kind"]
KEYS += ["text", "hint", "required", "show_if", "question", "is", "options", "code", "last"]
KEYS += ["unknown", "low", "high", "low_label", "high_label", "role", "shuffle", "max_length"]
KEYS += ["decimals", "nl", "en", "anders"]
WORDS = ["nl", "en", "rating", "choice", "multiple", "number", "soft", "ja", "cijfer", "unknown"]
SCALARS = st.one_of(
    st.sampled_from(WORDS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from([0, 1, 10, -1, 10**6, 10**30, 0.5, 1e-9, float("inf"), float("nan")]),
    st.booleans(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=8,
)


def toml(value: Any) -> str:
    """Write values as the TOML in which everything stands on one line a key."""
    return "".join(f"{json.dumps(key)} = {inline(entry)}\n" for key, entry in value.items())


def inline(value: Any) -> str:
    if isinstance(value, dict):
        entries = ", ".join(f"{json.dumps(key)} = {inline(entry)}" for key, entry in value.items())
        return f"{{{entries}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(inline, value))}]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


@st.composite
def nearly(draw: st.DrawFn) -> str:
    """A questionnaire with some entries taken out, changed, doubled or renamed."""
    top = copy.deepcopy(draw(st.sampled_from(MODELS)))
    for _ in range(draw(st.integers(0, 2))):
        holder, key = draw(st.sampled_from(list(places(top))))
        change = draw(st.sampled_from(["drop", "put", "double", "rename", "swap", "reword"]))
        if change == "drop":
            del holder[key]
        elif change == "reword" or isinstance(holder[key], str):
            holder[key] = draw(st.text(max_size=5))
        elif change == "put":
            holder[key] = draw(VALUES)
        elif isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        elif change == "rename":
            holder[draw(st.sampled_from(KEYS))] = holder.pop(key)
        else:
            holder[draw(st.sampled_from(KEYS))] = copy.deepcopy(holder[key])
    return toml(top)


def places(value: Any) -> Any:
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, entry in list(entries):
        yield value, key
        if isinstance(entry, dict | list):
            yield from places(entry)


@st.composite
def cut_up(draw: st.DrawFn) -> str:
    """The text of a questionnaire with a piece taken out, and something in its place."""
    start = draw(st.integers(0, len(EVERY_KIND)))
    end = start + draw(st.integers(0, 40))
    return EVERY_KIND[:start] + draw(st.text(max_size=5)) + EVERY_KIND[end:]


ANY = st.one_of(
    nearly(),
    nearly(),
    cut_up(),
    st.dictionaries(st.sampled_from(KEYS), VALUES).map(toml),
    st.text(),
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(text=ANY)
def test_any_toml_is_a_working_questionnaire_or_refused_with_its_line(text: str) -> None:
    found = faults(text)
    event("refused" if found else "taken")
    if found:
        with pytest.raises(QuestionnaireError) as caught:
            parse(text)
        assert str(caught.value) in map(str, found)
        assert len({(fault.line, fault.where) for fault in found}) == len(found)
        assert all(1 <= fault.line <= text.count("\n") + 1 for fault in found)
    else:
        questionnaire = parse(text)
        check_sound(questionnaire)
        check_works(questionnaire)


@settings(deadline=None)
@given(questionnaire=questionnaires())
def test_whatever_is_taken_works_everywhere(questionnaire: Questionnaire) -> None:
    check_sound(questionnaire)
    check_works(questionnaire)


def check_sound(questionnaire: Questionnaire) -> None:
    """Say again, without the code under test, what a questionnaire must be."""
    ids = [question.id for question in questionnaire.questions]
    assert len(ids) == len(set(ids)) > 0
    assert [q.kind for q in questionnaire.questions if q.role] == ["rating"]
    earlier: dict[str, Question] = {}
    for page in questionnaire.pages:
        assert page.questions
        for question in page.questions:
            for words in (question.text, question.hint, question.unknown, page.title):
                assert set(words) in (set(), set(questionnaire.languages))
                assert all(text.strip() and len(text) <= 2000 for text in words.values())
            assert not (question.required and question.soft)
            codes = [option.code for option in question.options]
            assert len(codes) == len(set(codes))
            assert UNKNOWN not in codes
            if question.show_if:
                assert question.show_if.question in earlier
                assert question.show_if.values
        earlier |= {question.id: question for question in page.questions}


def check_works(questionnaire: Questionnaire) -> None:
    """Do with it what the program and its author do."""
    remarks(questionnaire)
    for language in questionnaire.languages:
        assert paper(questionnaire, language, NullTranslations()).startswith("<!doctype html>")
        for towards in questionnaire.questions:
            answers = sample_answers(questionnaire, language, towards=towards)
            shown = path(questionnaire, answers)
            assert towards.id in [question.id for page in shown for question in page.questions]
            for question in questionnaire.questions:
                assert KINDS[question.kind].accepts(question, answers[question.id])
            walk(questionnaire, answers)


@pytest.mark.parametrize("depth", [50, 5000])
def test_a_deep_nesting_is_refused_in_words(depth: int) -> None:
    with pytest.raises(QuestionnaireError):
        parse(f"id = {'[' * depth}{']' * depth}")
