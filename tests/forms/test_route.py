from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.definition import Answer, Questionnaire, parse
from forms.route import Draft, lifts_anonymity, path, walk


def asked(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> list[str]:
    return [q.id for page in path(questionnaire, answers) for q in page.questions]


def at(questionnaire: Questionnaire, draft: Draft) -> str | None:
    page = walk(questionnaire, draft.answers).first_open(draft.seen)
    return page.id if page else None


def test_hidden_questions_and_empty_pages_are_left_out(questionnaire: Questionnaire) -> None:
    assert [page.id for page in path(questionnaire, {})] == ["een", "twee", "vier"]
    assert "dieren" not in asked(questionnaire, {"huisdier": "nee"})


def test_an_answer_shows_the_question_that_waits_for_it(questionnaire: Questionnaire) -> None:
    assert "dieren" in asked(questionnaire, {"huisdier": "ja"})
    assert "honden" in asked(questionnaire, {"huisdier": "ja", "dieren": ["kat", "hond"]})
    assert "honden" not in asked(questionnaire, {"huisdier": "ja", "dieren": ["kat"]})


def test_an_answer_to_a_hidden_question_shows_nothing(questionnaire: Questionnaire) -> None:
    assert "honden" not in asked(questionnaire, {"huisdier": "nee", "dieren": ["hond"]})


@pytest.mark.parametrize(
    ("answers", "kept"),
    [
        ({"huisdier": "ja", "dieren": ["hond"]}, {"huisdier": "ja", "dieren": ["hond"]}),
        ({"huisdier": "nee", "dieren": ["hond"], "honden": 2}, {"huisdier": "nee"}),
        ({"cijfer": 11, "akkoord": False}, {"akkoord": False}),
        ({"cijfer": "unknown", "niet_gevraagd": 1}, {"cijfer": "unknown"}),
    ],
)
def test_only_answers_that_count_are_kept(
    questionnaire: Questionnaire, answers: dict[str, Answer], kept: dict[str, Answer]
) -> None:
    assert walk(questionnaire, answers).counted == kept


@pytest.mark.parametrize(
    ("answers", "lifted"),
    [({}, False), ({"akkoord": False}, False), ({"akkoord": True}, True), ({"cijfer": 1}, False)],
)
def test_only_a_consent_that_was_given_lifts_the_anonymity(
    questionnaire: Questionnaire, answers: dict[str, Answer], lifted: bool
) -> None:
    assert lifts_anonymity(questionnaire, answers) is lifted


def test_a_consent_that_went_away_lifts_nothing(every_kind: str) -> None:
    hidden = f'{every_kind}show_if = {{ question = "huisdier", is = ["ja"] }}\n'
    for pet, lifted in (("ja", True), ("nee", False)):
        answers: dict[str, Answer] = {"huisdier": pet, "akkoord": True}
        assert lifts_anonymity(parse(hidden), answers) is lifted


def test_the_pages_come_in_order_and_optional_ones_are_not_skipped(
    questionnaire: Questionnaire,
) -> None:
    draft, visited = Draft(), []
    while page := walk(questionnaire, draft.answers).first_open(draft.seen):
        visited.append(page.id)
        draft = draft.save(page, {"cijfer": 7} if page.id == "een" else {})
    assert visited == ["een", "twee", "vier"]


def test_a_required_question_without_an_answer_stays_open(questionnaire: Questionnaire) -> None:
    draft = Draft().save(questionnaire.pages[0], {"huisdier": "ja"})
    assert at(questionnaire, draft) == "een"
    assert at(questionnaire, draft.save(questionnaire.pages[0], {"cijfer": "unknown"})) == "twee"


def test_a_question_that_a_changed_answer_brings_up_is_asked(questionnaire: Questionnaire) -> None:
    draft = Draft()
    while page := walk(questionnaire, draft.answers).first_open(draft.seen):
        draft = draft.save(page, {"cijfer": 7, "huisdier": "nee"})
    draft = draft.save(questionnaire.pages[0], {"cijfer": 7, "huisdier": "ja"})
    page = walk(questionnaire, draft.answers).first_open(draft.seen)
    assert page is not None
    # The page was saved before, when the question on it was hidden
    assert [question.id for question in page.questions] == ["stelling", "dieren"]


def test_saving_a_page_replaces_its_answers_only(questionnaire: Questionnaire) -> None:
    first, second, *_ = questionnaire.pages
    draft = Draft().save(first, {"cijfer": 7, "huisdier": "ja"}).save(second, {"stelling": "eens"})
    assert draft.save(first, {"cijfer": 8, "stelling": "oneens"}).answers == {
        "cijfer": 8,
        "stelling": "eens",
    }


def test_answers_of_a_question_that_is_hidden_for_a_while_return(
    questionnaire: Questionnaire,
) -> None:
    first, second, *_ = questionnaire.pages
    draft = Draft().save(first, {"huisdier": "ja"}).save(second, {"dieren": ["vis"]})
    without = draft.save(first, {"huisdier": "nee"})
    assert walk(questionnaire, without.answers).counted == {"huisdier": "nee"}
    again = without.save(first, {"huisdier": "ja"})
    assert walk(questionnaire, again.answers).counted == {"huisdier": "ja", "dieren": ["vis"]}


_ANSWERS = st.dictionaries(
    st.sampled_from(["cijfer", "huisdier", "stelling", "dieren", "honden", "afstand", "akkoord"]),
    st.one_of(
        st.integers(0, 11),
        st.booleans(),
        st.floats(allow_nan=False),
        st.sampled_from(["ja", "nee", "eens", "hond", "unknown"]),
        st.lists(st.sampled_from(["hond", "kat", "ja"])),
    ),
)


@given(answers=_ANSWERS, seen=st.sets(st.sampled_from(["cijfer", "dieren", "akkoord"])))
def test_a_draft_survives_json(answers: dict[str, Answer], seen: set[str]) -> None:
    draft = Draft(answers=answers, seen=frozenset(seen))
    assert Draft.from_json(draft.to_json()) == draft


@given(answers=_ANSWERS)
def test_cleaning_twice_is_cleaning_once_and_changes_no_path(
    questionnaire: Questionnaire, answers: dict[str, Answer]
) -> None:
    kept = walk(questionnaire, answers).counted
    assert set(kept) <= set(asked(questionnaire, answers))
    assert walk(questionnaire, kept).counted == kept
