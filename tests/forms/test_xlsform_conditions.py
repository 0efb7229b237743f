"""The expressions in `relevant`: what `show_if` can say is taken, all else is told and why."""

import pytest

from forms.definition import parse
from forms.xlsform import ReadForm, read_xlsform
from tests.forms.spreadsheets import Rows, form

CHOICES: Rows = [
    {"list_name": "yn", "name": "yes", "label": "Yes"},
    {"list_name": "yn", "name": "no", "label": "No"},
    {"list_name": "yn", "name": "unknown", "label": "No idea"},
    {"list_name": "pet", "name": "dog", "label": "Dog"},
    {"list_name": "pet", "name": "cat", "label": "Cat"},
]
ASKED = [
    {"type": "select_one yn", "name": "must", "label": "Must?", "required": "yes"},
    {"type": "select_one yn", "name": "may", "label": "May?"},
    {"type": "select_multiple pet", "name": "pets", "label": "Pets?"},
    {"type": "acknowledge", "name": "agree", "label": "Agreed", "enquete": "consent"},
    {"type": "integer", "name": "years", "label": "Years?"},
]
ROW = 8


def read(relevant: str) -> ReadForm:
    last = {"type": "text", "name": "last", "label": "Last", "relevant": relevant}
    return read_xlsform(form(*ASKED, last, choices=CHOICES))


TAKEN = {
    "${may} = 'yes'": ("may", ("yes",)),
    "${may}='yes' or ${may} = \"no\"": ("may", ("yes", "no")),
    "selected(${may}, 'yes')": ("may", ("yes",)),
    "selected( ${pets} , 'dog' ) or selected(${pets}, 'cat')": ("pets", ("dog", "cat")),
    "(${must} = 'yes' or ${must} = 'no') and ${must} = 'no'": ("must", ("no",)),
    "${must} != 'yes'": ("must", ("no", "unknown")),
    "${may} != ''": ("may", ("yes", "no", "unknown")),
    "${pets} != ''": ("pets", ("dog", "cat")),
    "${mark} < 4": ("mark", (1, 2, 3)),
    "${mark} >= 4 and ${mark} <= 5": ("mark", (4, 5)),
    "${mark} = 7": ("mark", (7,)),
    "${agree} = 'OK'": ("agree", (True,)),
    "${agree} = ''": ("agree", (False,)),
    "${agree} != 'OK'": ("agree", (False,)),
}


@pytest.mark.parametrize("relevant", TAKEN)
def test_what_show_if_can_say_is_taken(relevant: str) -> None:
    made = read(relevant)
    condition = parse(made.text).questions[-1].show_if
    assert condition
    assert (condition.question, condition.values) == TAKEN[relevant]
    assert made.losses == ()


LOST = {
    "${may} = 'yes' and ${must} = 'yes'": "it names more than one question",
    "selected(${pets}, 'dog') and selected(${pets}, 'cat')": "two answers to one question at once",
    "${may} != 'yes'": "it asks for who gave no answer, or not this one",
    "${may} = ''": "it asks for who gave no answer, or not this one",
    "${pets} = 'dog'": "it asks for who gave no answer, or not this one",
    "${may} > 'yes'": "'>' with a question of the kind choice",
    "${may} = 'maybe'": "'maybe' is not an answer to may",
    "${mark} = 11": "'11' is not an answer to mark",
    "${mark} > 10": "no answer makes it true",
    "${mark} = 1 and ${mark} = 2": "no answer makes it true",
    "${years} > 4": "the answers to years cannot be listed",
    "${other} = 1": "other is not a question taken before it",
    "${last} = 1": "last is not a question taken before it",
    "'yes' = ${may}": "\"'yes'\" stands where a question is wanted",
    "${may} = ${must}": "'${must}' stands where an answer is wanted",
    "selected(${may} 'yes')": "',' is missing",
    "(${may} = 'yes'": "')' is missing",
    "${may} = 'yes')": "')' is not expected there",
    "${may} =": "it stops half-way",
    "not(${may} = 'yes')": "\"not(${may} = 'yes')\" cannot be said",
    "(" * 21: "too many brackets",
    "${may} = 'yes' or " * 60: "it is longer than 1000 characters",
}


@pytest.mark.parametrize("relevant", LOST)
def test_what_show_if_cannot_say_is_told_and_shown_to_everyone(relevant: str) -> None:
    made = read(relevant)
    why = f"{LOST[relevant]}; it is shown to everyone"
    written = relevant.strip()
    assert [str(loss) for loss in made.losses] == [f"survey, row {ROW}, relevant {written}: {why}"]
    assert parse(made.text).questions[-1].show_if is None
