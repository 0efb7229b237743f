import contextlib
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.definition import Questionnaire, QuestionnaireError, builtin, builtin_names, load, parse
from forms.kinds import KINDS

# What is replaced in every_kind.toml by what; then the line, the entry and the "got" of the message
FAULTS = {
    "not TOML": ('{ nl = "Een"', "{ nl = Een", 14, "the file", "Invalid"),
    "unknown key": ("hint =", "hnit =", 22, "questions[1].hnit", "unknown key hnit"),
    "unknown kind": ('"scale"', '"likert"', 42, "pages[2].questions[1].kind", "likert"),
    "duplicate page": ('id = "twee"', 'id = "een"', 37, "pages[2].id", "een a second time"),
    "duplicate question": ('id = "dieren"', 'id = "cijfer"', 48, "[2].id", "cijfer a second time"),
    "duplicate option": ('code = "nee"', 'code = "ja"', 33, "options[2].code", "ja a second time"),
    "duplicate in a list": ('code = "oneens"', 'code = "eens"', 9, "lists.eens[3].code", "second"),
    "text of a language": ('nl = "Drie", en = "Three"', 'nl = "Drie"', 60, "title.en", "nothing"),
    "empty text": ('nl = "Drie"', 'nl = " "', 60, "title.nl", "an empty one"),
    "control character": ('nl = "Drie"', 'nl = "Dr\\u0000ie"', 60, "title.nl", "x00"),
    "language too many": ('nl = "Drie"', 'nl = "Drie", de = "D"', 60, "title.de", "unknown key de"),
    "no language": ('["nl", "en"]', "[]", 2, "languages", "[]"),
    "no such language": ('["nl", "en"]', '["nl", "NL"]', 2, "languages", "NL"),
    "language twice": ('["nl", "en"]', '["nl", "nl"]', 2, "languages", "nl"),
    "later question": ('= "huisdier", is', '= "verhaal", is', 51, "show_if.question", "verhaal"),
    "same page": ('= "huisdier", is', '= "stelling", is', 51, "show_if.question", "stelling"),
    "impossible value": ('is = ["hond"]', 'is = ["paard"]', 68, "show_if.is", "paard"),
    "value of another type": ('is = ["hond"]', "is = [true]", 68, "show_if.is", "true"),
    "a text for a mark": (
        'question = "huisdier", is = ["ja"]',
        'question = "cijfer", is = ["1"]',
        51,
        "show_if.is",
        '"1"',
    ),
    "a text without its language": ('{ nl = "Drie", en = "Three" }', '"Drie"', 60, "title", "Drie"),
    "no value": ('is = ["hond"]', "is = []", 68, "show_if.is", "[]"),
    "high bound": ("hint =", "high = 11\nhint =", 22, "high", "11"),
    "low bound": ("hint =", "low = -1\nhint =", 22, "low", "-1"),
    "headline bounds": ("hint =", "low = 0\nhint =", 19, "role", "0 to 10"),
    "no end label": ("high_label = {", "#high_label = {", 16, "high_label", "nothing"),
    "number bounds": ("low = 0", "low = 30", 65, "low", "30"),
    "fraction as bound": ("low = 0", "low = 0.5", 65, "low", "0.5"),
    "infinite bound": ("low = 0", "low = inf", 65, "low", "inf"),
    "no headline": ('role = "rating"\n', "", 16, "role", "none"),
    "role of another kind": ("max_length = 20", 'role = "rating"', 83, "role", "key role"),
    "unknown role": ('role = "rating"', 'role = "ratng"', 19, "role", "ratng"),
    "wrong type": ("required = true", 'required = "ja"', 20, "required", "ja"),
    "number for a text": ('id = "proef"', "id = 7", 1, "id", "7"),
    "true for a number": ("max_length = 20", "max_length = true", 83, "max_length", "True"),
    "too long a text": ("max_length = 20", "max_length = 10001", 83, "max_length", "10001"),
    "capitals in an id": ('id = "drie"', 'id = "Drie"', 59, "pages[3].id", "Drie"),
    "the form's own name": ('id = "verhaal"', 'id = "csrf_token"', 81, "id", "csrf_token"),
    "too few options": ('{ code = "nee"', '#{ code = "nee"', 31, "options", "1"),
    "reserved code": ('code = "nee"', 'code = "unknown"', 33, "options[2].code", "unknown"),
    "unknown list": ('options = "eens"', 'options = "oneens"', 44, "options", "oneens"),
    "half a surrogate pair": ("Drie", "Dr\ud800ie", 60, "the file", "surrogate"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_reported_with_its_line_its_entry_and_what_was_got(
    every_kind: str, name: str
) -> None:
    right, wrong, line, where, got = FAULTS[name]
    assert right in every_kind
    with pytest.raises(QuestionnaireError) as caught:
        parse(every_kind.replace(right, wrong, 1))
    error = caught.value
    assert error.line == line
    assert where in error.where
    assert got in error.got
    assert str(error) == f"line {line}, {error.where}: wanted {error.wanted}, got {error.got}"


def test_the_headline_mark_is_one_question(every_kind: str) -> None:
    start = every_kind.index("[[pages.questions]]")
    end = every_kind.index("[[pages.questions]]", start + 1)
    second = every_kind[start:end].replace('"cijfer"', '"cijfer_twee"')
    with pytest.raises(QuestionnaireError, match=r'wanted role = "rating" on one question only'):
        parse(f"{every_kind}\n{second}")


def test_a_condition_needs_answers_that_can_be_listed(every_kind: str) -> None:
    page = 'id = "vijf"\ntitle = { nl = "Vijf", en = "Five" }\n[[pages.questions]]\nid = "nog"\n'
    question = 'kind = "consent"\ntext = { nl = "Nog", en = "More" }\n'
    condition = 'show_if = { question = "verhaal", is = ["ja"] }\n'
    with pytest.raises(QuestionnaireError, match=r"verhaal, of the kind text"):
        parse(f"{every_kind}\n[[pages]]\n{page}{question}{condition}")


def test_no_tick_is_forced(every_kind: str) -> None:
    forced = parse(every_kind.replace('id = "akkoord"', 'required = true\nid = "akkoord"'))
    assert not forced.questions[-1].required


def test_the_hash_is_that_of_the_text(every_kind: str) -> None:
    questionnaire = parse(every_kind)
    assert questionnaire.text == every_kind
    assert questionnaire.hash == hashlib.sha256(every_kind.encode()).hexdigest()


def test_lines_are_right_behind_strings_of_many_lines(every_kind: str) -> None:
    long = 'title.nl = """\n[[pages]]\nid = "een"\n"""\ntitle.en = "Three"'
    text = every_kind.replace('title = { nl = "Drie", en = "Three" }', long)
    with pytest.raises(QuestionnaireError) as caught:
        parse(text.replace("low = 0", "low = 30"))
    assert caught.value.line == 69


def test_a_file_may_come_from_windows(tmp_path: Path, every_kind: str) -> None:
    path = tmp_path / "q.toml"
    path.write_bytes(b"\xef\xbb\xbf" + every_kind.replace("\n", "\r\n").encode())
    assert load(path) == parse(every_kind)


def test_a_file_that_is_not_utf_8_is_refused_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "q.toml"
    path.write_bytes('id = "proef"\ntitle.nl = "Één"\n'.encode("cp1252"))
    with pytest.raises(QuestionnaireError, match=r"line 2, the file: wanted UTF-8.*0xc9"):
        load(path)


def test_every_builtin_questionnaire_is_right() -> None:
    assert "buurt" in builtin_names()
    for name in builtin_names():
        assert builtin(name).id == name


def test_an_unknown_builtin_is_refused_by_name() -> None:
    with pytest.raises(QuestionnaireError, match=r"wanted one of buurt.*got \.\./buurt"):
        builtin("../buurt")


def test_only_the_headline_mark_of_buurt_is_required() -> None:
    questionnaire = builtin("buurt")
    assert [q.id for q in questionnaire.questions if q.required] == ["rapportcijfer"]
    assert questionnaire.rating.id == "rapportcijfer"
    assert questionnaire.rating.unknown["nl"] == "Weet ik niet / geen mening"
    assert questionnaire.questions[-1].kind == "consent"


def test_the_example_of_the_tests_has_every_kind(questionnaire: Questionnaire) -> None:
    assert {question.kind for question in questionnaire.questions} == set(KINDS)


@given(text=st.text())
def test_any_text_is_a_questionnaire_or_a_questionnaire_error(text: str) -> None:
    with contextlib.suppress(QuestionnaireError):
        parse(text)


_VALUES = ["1", "-1", "true", '""', '"x"', "[]", "[[]]", "{}", "nan", "1979-05-27", '["ja", 1]']
_PIECES = st.one_of(st.sampled_from([*_VALUES, "[[pages]]", "[lists]", '"""', "#"]), st.text())


@given(data=st.data())
def test_a_damaged_questionnaire_is_right_or_a_questionnaire_error(
    every_kind: str, data: st.DataObject
) -> None:
    lines = every_kind.split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        key, equals, _ = lines[at].partition("=")
        piece = data.draw(_PIECES)
        lines[at] = data.draw(st.sampled_from([piece, f"{key}{equals}{piece}", ""]))
    with contextlib.suppress(QuestionnaireError):
        parse("\n".join(lines))
