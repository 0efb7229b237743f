"""What a spreadsheet of another tool says and a questionnaire cannot: each told, and why."""

import pytest

from forms.definition import faults, parse
from forms.xlsform import read_xlsform
from tests.forms.spreadsheets import MARK, MARKS, Rows, form, spreadsheet

ANIMALS: Rows = [
    {"list_name": "animal", "name": "dog", "label": "Dog"},
    {"list_name": "animal", "name": "cat", "label": "Cat"},
]
PET = {"type": "select_one animal", "name": "pet", "label": "Which pet?"}
PETS = {"type": "select_multiple animal", "name": "pets", "label": "Which pets?"}
TEXT = {"type": "text", "name": "story", "label": "Tell"}
NUMBER = {"type": "integer", "name": "years", "label": "Years?"}
AGREE = {"type": "acknowledge", "name": "agree", "label": "I agree", "enquete": "consent"}
GROUP = {"type": "begin_group", "name": "page", "label": "Page"}
INNER = {"type": "begin_group", "name": "inner", "label": "Inner"}
NOTE = {"type": "note", "name": "note", "label": "Read this"}
END = {"type": "end_group"}
UNTITLED = "settings, row 1, form_title: there is none: residents read 'form', write title"


def told(*rows: dict[str, str], choices: Rows = (), **sheets: Rows) -> list[str]:
    """What is lost of a form; what is made of it has no fault."""
    used = {row.get("type", "").split()[-1:][0] for row in rows if row.get("type")}
    needed = [*(ANIMALS if "animal" in used else []), *choices]
    read = read_xlsform(form(*rows, choices=needed, **sheets))
    assert faults(read.text) == ()
    return [str(loss) for loss in read.losses]


def test_of_what_there_are_kinds_for_nothing_is_lost() -> None:
    page = [GROUP, NOTE, TEXT, NUMBER, END]
    assert told(PET, PETS, AGREE, *page) == []


@pytest.mark.parametrize("between", [" ", ";", ", "])
def test_parameters_are_parted_by_a_space_a_semicolon_or_a_comma(between: str) -> None:
    parted = between.join(["start=0", "end=5", "step=1"])
    scale = {"type": "range", "name": "lights", "label": "Lights?", "parameters": parted}
    read = read_xlsform(form(PET, scale, choices=ANIMALS))
    [question] = [q for q in parse(read.text).questions if q.id == "lights"]
    assert (question.low, question.high) == (0, 5)


def test_of_two_bounds_on_a_side_the_narrower_holds() -> None:
    years = {**NUMBER, "constraint": ". >= 10 and . >= 3 and . <= 20 and . < 40"}
    read = read_xlsform(form(PET, years, choices=ANIMALS))
    [question] = [q for q in parse(read.text).questions if q.id == "years"]
    assert (question.low, question.high) == (10, 20)


def test_a_box_to_tick_is_a_consent_only_where_the_author_says_so() -> None:
    assert told(PET, {**AGREE, "enquete": ""}) == [
        "survey, row 4, type acknowledge: here a tick lifts the anonymity: where that is meant, "
        "write consent in enquete"
    ]
    assert told(PET, {**AGREE, "required": "yes"}) == [
        "survey, row 4, required: a tick that must be given is no consent"
    ]


WHY_COLUMN = {
    "calculation": "nothing is calculated while a resident answers",
    "choice_filter": "all options are always offered",
    "constraint_message": "the messages are those of the pages",
    "required_message": "the messages are those of the pages",
    "default": "no answer is filled in beforehand",
    "guidance_hint": "only the hint is shown",
    "read_only": "every question can be answered",
    "readonly": "every question can be answered",
    "media::image": "a question has nothing of the kind",
}


@pytest.mark.parametrize("column", WHY_COLUMN)
def test_a_column_of_no_use_is_told_at_each_of_its_cells(column: str) -> None:
    rows = ({**TEXT, column: "x"}, NUMBER, {**PET, column: "y"})
    why = WHY_COLUMN[column]
    assert told(*rows) == [f"survey, row 3, {column}: {why}", f"survey, row 5, {column}: {why}"]


UNKNOWN_TYPES = {
    "geopoint": "there is no such kind of question",
    "end_repeat": "there is no such kind of question",
    "select_one": "there is no such kind of question",
    "deviceid": "no such thing is kept of a resident",
    "today": "no such thing is kept of a resident",
    "select_one nowhere": "it does not stand in the sheet choices",
}


@pytest.mark.parametrize("kind", UNKNOWN_TYPES)
def test_a_row_of_another_type_is_told(kind: str) -> None:
    (loss,) = told({**TEXT, "type": kind})
    assert loss.startswith("survey, row 3, ")
    assert loss.endswith(f": {UNKNOWN_TYPES[kind]}")


QUESTIONS = {
    "no type": ({**TEXT, "type": ""}, "story", "it has no type"),
    "disabled": ({**TEXT, "disabled": "yes"}, "text story", "it is disabled"),
    "or_other": (
        {**PET, "type": "select_one animal or_other"},
        "or_other",
        "a box for another answer is a text question of its own",
    ),
    "sometimes required": (
        {**TEXT, "required": "${mark} > 3"},
        "required ${mark} > 3",
        "a question is required always or never",
    ),
    "appearance": (
        {**PET, "appearance": "minimal"},
        "appearance minimal",
        "a question looks as its kind does",
    ),
    "parameter": (
        {**PET, "parameters": "randomize=true seed=4"},
        "parameter seed",
        "there is no such setting",
    ),
    "parameter after a semicolon": (
        {**PET, "parameters": "randomize=true;seed=4"},
        "parameter seed",
        "there is no such setting",
    ),
    "randomize that is neither": (
        {**PET, "parameters": "randomize=perhaps"},
        "randomize perhaps",
        "the order is shuffled or not",
    ),
    "randomize": (
        {**TEXT, "parameters": "randomize=true"},
        "randomize",
        "the answers of a text have their order",
    ),
    "constraint of a list": (
        {**PET, "constraint": ". = 'dog'"},
        "constraint",
        "the answers of a choice are listed",
    ),
    "constraint of a text": (
        {**TEXT, "constraint": "regex(., 'a')"},
        "constraint regex(., 'a')",
        "a text has a length and no other condition",
    ),
    "constraint of a number": (
        {**NUMBER, "constraint": ". >= 0 and . != 5"},
        "constraint . != 5",
        "a number has a lowest and a highest value",
    ),
    "strict bound of a decimal": (
        {**NUMBER, "type": "decimal", "constraint": ". > 0"},
        "constraint . > 0",
        "a number has a lowest and a highest value",
    ),
    "broken bound of a whole number": (
        {**NUMBER, "constraint": ". >= 0.5"},
        "constraint . >= 0.5",
        "the bounds of a whole number are whole",
    ),
    "name": (
        {**TEXT, "name": "My Story"},
        "name My Story",
        "ids have small letters, digits and underscores, each once: it became my_story",
    ),
    "no label": ({**TEXT, "label": ""}, "label", "there is none in nl; 'story' stands there"),
    "markup": ({**TEXT, "label": "**Tell** ${mark}"}, "label", "texts are shown as they stand"),
    "marks of several": (
        {**PETS, "type": "select_multiple marks"},
        "the list marks",
        "numbers are marks, of which one is chosen",
    ),
    "start and end": (
        {**TEXT, "type": "range", "parameters": "start=9 end=2"},
        "parameters",
        "start and end must be numbers, start the lower",
    ),
    "step": (
        {**TEXT, "type": "range", "parameters": "start=0 end=100 step=5"},
        "step",
        "a number has bounds and no steps",
    ),
    "ends of a range": (
        {**TEXT, "type": "range", "parameters": "start=0 end=5"},
        "the meaning of the ends",
        "a range has none: write low_label, high_label",
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_a_question_cannot_say_is_told(name: str) -> None:
    row, what, why = QUESTIONS[name]
    assert any(loss.startswith(f"survey, row 3, {what}: {why}") for loss in told(row))


def test_a_name_that_stands_twice_becomes_another() -> None:
    (loss,) = told(TEXT, TEXT)
    assert loss.startswith("survey, row 4, name story: ")
    assert loss.endswith("it became story_2")


def test_what_is_repeated_is_not_taken() -> None:
    repeat = [{"type": "begin_repeat", "name": "room", "label": "Room"}, TEXT]
    assert told(*repeat, {"type": "end_repeat"}, NUMBER) == [
        "survey, row 3, begin_repeat room: nothing is asked several times over",
        "survey, row 4, text story: nothing is asked several times over",
    ]


GROUPS = {
    "in a group": (
        [GROUP, INNER, TEXT, END, END],
        "row 4, group inner: a group in a group: its questions stand on the page around it",
    ),
    "not opened": ([TEXT, END], "row 4, end_group: no group is open"),
    "not closed": ([GROUP, TEXT], "row 3, begin_group: its end_group is missing"),
    "note alone": (
        [GROUP, NOTE, END],
        "row 3, note: a page without a question is not shown",
    ),
    "note below": (
        [GROUP, TEXT, NOTE, END],
        "row 5, note note: a text stands before the questions of a page; "
        "or make it the hint of one",
    ),
    "column": (
        [{**GROUP, "default": "x"}, TEXT, END],
        "row 3, default: no answer is filled in beforehand",
    ),
    "column of a note": (
        [GROUP, {**NOTE, "relevant": "${mark} = 1"}, TEXT, END],
        "row 4, relevant: a question has nothing of the kind",
    ),
    "condition on the same page": (
        [GROUP, PET, {**TEXT, "relevant": "${pet} = 'dog'"}, END],
        "row 5, the place of story: its condition is on the same page: it begins a new one",
    ),
    "two conditions": (
        [PET, {**GROUP, "relevant": "${mark} = 1"}, {**TEXT, "relevant": "${pet} = 'dog'"}, END],
        "row 5, relevant ${pet} = 'dog': a question has one condition: "
        "that of the group around it is not taken",
    ),
}


@pytest.mark.parametrize("name", GROUPS)
def test_what_a_page_cannot_say_is_told(name: str) -> None:
    rows, loss = GROUPS[name]
    assert told(*rows) == [f"survey, {loss}"]


CHOICES = {
    "no list": ([{"name": "fish", "label": "Fish"}], "a row: list_name and name are wanted"),
    "no name": ([{"list_name": "animal", "label": "Fish"}], "a row: list_name and name are wanted"),
    "column": (
        [{"list_name": "animal", "name": "fish", "label": "Fish", "image": "fish.png"}],
        "image: choices have a text and nothing else",
    ),
    "twice": (
        [{"list_name": "animal", "name": "dog", "label": "Hound"}],
        "name: dog stands twice in the list animal",
    ),
    "no label": (
        [{"list_name": "animal", "name": "fish"}],
        "label: there is none in nl; 'fish' stands there instead",
    ),
    "unused": (
        [{"list_name": "plant", "name": "oak", "label": "Oak"}],
        "the list plant: no question has it",
    ),
}


@pytest.mark.parametrize("name", CHOICES)
def test_what_a_list_cannot_say_is_told(name: str) -> None:
    rows, loss = CHOICES[name]
    assert told(PET, choices=rows) == [f"choices, row 14, {loss}"]


def test_codes_become_small_letters_and_conditions_follow() -> None:
    rows: Rows = [
        {"list_name": "yn", "name": "Ja!", "label": "Ja"},
        {"list_name": "yn", "name": "0", "label": "Nee"},
    ]
    asked = {"type": "select_one yn", "name": "well", "label": "Well?"}
    read = read_xlsform(form(asked, {**TEXT, "relevant": "${well} = 'Ja!'"}, choices=rows))
    why = "codes have small letters, digits and underscores: Ja! became ja, 0 became code_0"
    assert [str(loss) for loss in read.losses] == [f"choices, row 12, names in the list yn: {why}"]
    assert 'show_if.is = ["ja"]' in read.text


def test_who_chooses_several_has_no_word_for_not_knowing() -> None:
    rows: Rows = [{"list_name": "animal", "name": "unknown", "label": "No idea"}]
    why = "who chooses more than one has nothing to say it in"
    assert told(PETS, choices=rows) == [f"survey, row 3, the choice unknown: {why}"]


def test_marks_without_a_meaning_are_told_at_both_ends() -> None:
    bare: Rows = [{**row, "list_name": "bare", "label": row["name"]} for row in MARKS]
    assert told({**TEXT, "type": "select_one bare"}, choices=bare) == [
        "survey, row 3, the meaning of 1: the list does not say it: write low_label",
        "survey, row 3, the meaning of 10: the list does not say it: write high_label",
    ]


def test_a_language_that_lacks_a_text_is_told() -> None:
    survey: Rows = [
        {"type": "text", "name": "a", "label::Nederlands (nl)": "Een", "label::English (en)": "A"},
        {"type": "text", "name": "b", "label::Nederlands (nl)": "Twee", "label::Klingon": "B"},
    ]
    read = read_xlsform(spreadsheet(survey=survey))
    assert [str(loss) for loss in read.losses] == [
        "survey, row 3, label::Klingon: a question has nothing of the kind",
        "survey, row 3, label: there is none in en; 'Twee' stands there instead",
        UNTITLED,
    ]


def test_a_title_in_one_language_is_told() -> None:
    both = {"type": "text", "name": "a", "label::Dutch (nl)": "Een", "label::English (en)": "A"}
    read = read_xlsform(spreadsheet(survey=[both], settings=[{"form_title": "Buurt"}]))
    why = "it has no language: write title.en"
    assert [str(loss) for loss in read.losses] == [f"settings, row 2, form_title: {why}"]


def test_settings_and_sheets_of_no_use_are_told() -> None:
    settings: Rows = [{"form_title": "Buurt", "version": "3"}, {"form_title": "Weer"}]
    assert told(settings=settings, entities=[{"x": "y"}], notes=[]) == [
        "settings, row 2, version: nothing of the kind is kept",
        "settings, row 3, a row: settings have one row",
        "entities, row 1, the sheet: only survey, choices, settings are read",
        "notes, row 1, the sheet: only survey, choices, settings are read",
    ]


def test_the_first_mark_is_the_headline_where_none_is_named() -> None:
    read = read_xlsform(spreadsheet(survey=[TEXT, {**MARK, "enquete": ""}], choices=MARKS))
    why = "taken as the headline mark: the first"
    assert [str(loss) for loss in read.losses] == [f"survey, row 3, mark: {why}", UNTITLED]
    assert read.text.count('role = "rating"') == 1
