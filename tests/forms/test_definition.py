import contextlib
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.definition import Questionnaire, QuestionnaireError, builtin, builtin_names, load, parse
from forms.kinds import KINDS

# What is replaced in the questionnaire, by what, and what the message must name: line, entry, got
FAULTS = {
    "not TOML": ('title = { nl = "Een"', "title = { nl = Een", 15, "the file", "Invalid"),
    "unknown key": ("hint =", "hnit =", 23, "questions[1].hnit", "unknown key hnit"),
    "unknown kind": ('kind = "scale"', 'kind = "likert"', 48, "pages[2].questions[1].kind", "likert"),
    "duplicate page": ('id = "twee"', 'id = "een"', 43, "pages[2].id", "een a second time"),
    "duplicate question": ('id = "dieren"', 'id = "cijfer"', 54, "id", "cijfer a second time"),
    "duplicate option": ('code = "nee"', 'code = "ja"', 39, "options[2].code", "ja a second time"),
    "text of a language": ('nl = "Drie", en = "Three"', 'nl = "Drie"', 66, "title.en", "nothing"),
    "empty text": ('nl = "Drie"', 'nl = " "', 66, "title.nl", "an empty one"),
    "language too many": ('nl = "Drie"', 'nl = "Drie", de = "Drei"', 66, "title.de", "key de"),
    "later question": ('question = "huisdier"', 'question = "verhaal"', 57, "show_if", "verhaal"),
    "same page": ('question = "huisdier"', 'question = "stelling"', 57, "show_if", "stelling"),
    "impossible value": ('is = ["hond"]', 'is = ["paard"]', 74, "show_if.is", "paard"),
    "value of another type": ('is = ["hond"]', "is = [true]", 74, "show_if.is", "True"),
    "no value": ('is = ["hond"]', "is = []", 74, "show_if.is", "[]"),
    "bounds": ('low_label = { nl = "slecht"', 'high = 11\nlow_label = { nl = "s"', 18, "low", "11"),
    "headline bounds": ("hint =", "low = 2\nhint =", 23, "low", "2 and 10"),
    "no end labels": ("low_label = {", "#low_label = {", 18, "low_label", "nothing"),
    "number bounds": ("low = 0", "low = 30", 71, "low", "30"),
    "fraction as bound": ("low = 0", "low = 0.5", 71, "low", "0.5"),
    "infinite bound": ("low = 0", "low = inf", 71, "low", "inf"),
    "second headline": ('id = "huisdier"\nkind = "choice"', 'id = "huisdier"\nkind = "rating"\nrole = "rating"\nlow_label = { nl = "a", en = "b" }\nhigh_label = { nl = "a", en = "b" }', 0, "", ""),
    "no headline": ('role = "rating"\n', "", 17, "role", "none"),
    "role of another kind": ("max_length = 20", 'role = "rating"', 88, "role", "unknown key role"),
    "unknown role": ('role = "rating"', 'role = "ratng"', 20, "role", "ratng"),
    "wrong type": ("required = true", 'required = "ja"', 21, "required", "ja"),
    "number for text": ('id = "proef"', "id = 7", 1, "id", "7"),
    "true for a number": ("max_length = 20", "max_length = true", 88, "max_length", "True"),
    "too long a text": ("max_length = 20", "max_length = 10001", 88, "max_length", "10001"),
    "capitals in an id": ('id = "drie"', 'id = "Drie"', 65, "pages[3].id", "Drie"),
    "the form's own name": ('id = "verhaal"', 'id = "csrf_token"', 86, "id", "csrf_token"),
    "one option": ('    { code = "nee", text = { nl = "Nee", en = "No" } },\n', "", 37, "options", "1"),
    "reserved code": ('code = "nee"', 'code = "unknown"', 39, "code", "unknown"),
    "unknown list": ('options = "eens"', 'options = "oneens"', 50, "options", "oneens"),
    "no questions": ("[[pages.questions]]\nid = \"honden\"", "[pages.other]\nid = \"honden\"", 68, "other", "other"),
    "languages": ('["nl", "en"]', '["nl", "NL"]', 2, "languages", "NL"),
    "language twice": ('["nl", "en"]', '["nl", "nl"]', 2, "languages", "nl"),
    "control character": ('nl = "Drie"', 'nl = "Dr\\u0000ie"', 66, "title.nl", "x00"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_reported_with_line_entry_and_what_was_got(every_kind: str, name: str) -> None:
    right, wrong, line, where, got = FAULTS[name]
    assert right in every_kind
    with pytest.raises(QuestionnaireError) as caught:
        parse(every_kind.replace(right, wrong, 1))
    error = caught.value
    print(error, error.line)
    assert error.line == line
    assert where in error.where
    assert got in error.got
