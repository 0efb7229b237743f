"""What an author is told: every fault with its line, and what makes a Dutch text hard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.checking import remarks
from forms.definition import builtin, faults, parse
from forms.dutch_words import PLAINER
from forms.plain_dutch import doubts, sentences

MANY = {
    '["nl", "en"]': '["nl", "en", "en"]',
    'title = { nl = "Een", en = "One" }': 'title = { nl = "Een" }',
    "hint =": "hnit =",
    'code = "nee"': 'code = "ja"',
    'kind = "scale"': 'kind = "likert"',
    '= "huisdier", is': '= "verhaal", is',
    "low = 0": "low = 30",
    "max_length = 20": 'max_length = "veel"',
    'id = "drie"': 'id = "een"',
}


def test_every_fault_is_told_at_once_in_the_order_of_the_lines(every_kind: str) -> None:
    text = every_kind
    for right, wrong in MANY.items():
        assert text.count(right) >= 1
        text = text.replace(right, wrong, 1)
    told = [(fault.line, fault.where) for fault in faults(text)]
    assert told == [
        (2, "languages"),
        (14, "pages[1].title.en"),
        (22, "pages[1].questions[1].hnit"),
        (33, "pages[1].questions[2].options[2].code"),
        (42, "pages[2].questions[1].kind"),
        (51, "pages[2].questions[2].show_if.question"),
        (59, "pages[3].id"),
        (65, "pages[3].questions[1].low"),
        (83, "pages[4].questions[2].max_length"),
    ]


def test_a_missing_text_is_told_for_each_language(every_kind: str) -> None:
    text = every_kind.replace('["nl", "en"]', '["nl", "en", "tr"]')
    missing = [fault for fault in faults(text) if fault.where.endswith(".tr")]
    assert len(missing) == text.count("nl =")
    assert {fault.got for fault in missing} == {"nothing"}


def test_what_follows_from_a_fault_is_not_told(every_kind: str) -> None:
    text = every_kind.replace('id = "huisdier"\n', "").replace('kind = "multiple"', 'kind = "x"')
    # Two questions without what they need, and the two conditions that wait for them
    assert [fault.where for fault in faults(text)] == [
        "pages[1].questions[2].id",
        "pages[2].questions[2].kind",
        "pages[2].questions[2].show_if.question",
    ]


@pytest.mark.parametrize("languages", ['["NL"]', '"nl"'])
def test_wrong_languages_are_told_once(every_kind: str, languages: str) -> None:
    told = faults(every_kind.replace('["nl", "en"]', languages, 1))
    assert [(fault.line, fault.where) for fault in told] == [(2, "languages")]


def test_a_list_of_tables_that_means_nothing_is_told_at_its_line(every_kind: str) -> None:
    lines = every_kind.count("\n")
    [fault] = faults(f"{every_kind}\n[[vragen]]\nid = 'x'\n")
    assert (fault.line, fault.where) == (lines + 2, "vragen")


def test_a_fault_of_toml_is_the_only_one(every_kind: str) -> None:
    [fault] = faults(every_kind.replace('{ nl = "Een"', "{ nl = Een"))
    assert (fault.line, fault.where) == (14, "the file")


def test_a_text_longer_than_any_resident_reads_is_a_fault(every_kind: str) -> None:
    [fault] = faults(every_kind.replace('nl = "Drie"', f'nl = "{"x" * 2001}"'))
    assert (fault.line, fault.where, fault.got) == (60, "pages[3].title.nl", "2001 characters")


@pytest.mark.parametrize("bound", ["10000000000000", "0.0000001"])
def test_a_bound_that_nobody_can_type_is_a_fault(every_kind: str, bound: str) -> None:
    text = every_kind.replace("decimals = true", f"decimals = true\nlow = {bound}")
    [fault] = faults(text)
    assert fault.where == "pages[4].questions[1].low"


HARD = {
    "Dit is een zin met heel erg veel woorden en hij gaat maar door en door.": "16 words",
    "Indien u hulp wilt, belt u ons.": "‘Indien’; plainer is ‘als’",
    "Wij bellen u m.b.t. uw melding.": "‘m.b.t.’; plainer is ‘over’",
    "Uw huis wordt volgende week geschilderd.": "passive sentence (‘wordt’ with ‘geschilderd’)",
    "De straat is door de gemeente schoongemaakt.": "passive",
    "Wat vind je van je buurt?": "‘je’",
    "Er is niemand die niet groet.": "two denials",
    "Hoe werkt de bewonersvertegenwoordiging?": "a word of 26 letters",
}


@pytest.mark.parametrize("sentence", HARD)
def test_a_hard_sentence_is_pointed_at(sentence: str) -> None:
    [doubt] = doubts(f"Dit is goed. {sentence} Dit ook.")
    assert HARD[sentence] in doubt


PLAIN = [
    "Wat vindt u van uw buurt?",
    "Niet eens en niet oneens",
    "Soms wel, soms niet",
    "Wordt het geluid in uw buurt minder?",
    "Wij worden een fijne buurt.",
    "De gemeente is er. U komt door de poort.",
    "Wij lossen het op. Bel ons. Dan komen wij. Wij kijken wat er is. En wij maken het.",
    "Dat kost € 1.250,00 per jaar.",
    "",
]


@pytest.mark.parametrize("sentence", PLAIN)
def test_a_plain_sentence_is_left_alone(sentence: str) -> None:
    assert doubts(sentence) == ()


def test_an_abbreviation_ends_no_sentence() -> None:
    assert sentences("Wij bellen u i.v.m. uw huis. Tot dan!") == (
        "Wij bellen u i.v.m. uw huis.",
        "Tot dan!",
    )


def test_no_plainer_word_is_itself_hard() -> None:
    assert not set(PLAINER) & set(PLAINER.values())


@given(text=st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    assert all(doubt.strip() for doubt in doubts(text))


def test_our_own_questionnaire_is_plain_and_names_what_is_not_reviewed() -> None:
    questionnaire = builtin("buurt")
    told = remarks(questionnaire)
    assert [remark.where for remark in told] == ["languages"] * len(questionnaire.unreviewed)
    assert all("native speaker" in remark.message for remark in told)


REMARKS = {
    "dutch": ('nl = "Vertel"', 'nl = "Vertel me wat jij vindt"', 84, "text.nl", "‘jij’"),
    "long question": ('nl = "Vertel"', f'nl = "{"Nu. " * 40}"', 84, "text", "160 characters"),
    "no way out": (
        'unknown = { nl = "Weet ik niet", en = "I',
        "low = 1 #",
        20,
        "required",
        "offer",
    ),
    "hidden headline": (
        '"cijfer"\nkind = "rating"',
        '"x"\nkind = "choice"\ntext = { nl = "X", en = "X" }\noptions = "eens"\n[[pages]]\n'
        'id = "nul"\ntitle = { nl = "N", en = "N" }\n[[pages.questions]]\nid = "cijfer"\n'
        'show_if = { question = "x", is = ["eens"] }\nkind = "rating"',
        26,
        "show_if",
        "not asked of everyone",
    ),
    "loose rest": (
        '{ code = "vis", text = { nl = "Vis"',
        '{ code = "vis", text = { nl = "Anders"',
        52,
        "options",
        "last = true",
    ),
    "options that look the same": (
        '{ code = "vis", text = { nl = "Vis"',
        '{ code = "vis", text = { nl = "Hond"',
        52,
        "options",
        "'Hond' stands there twice",
    ),
    "a tick that must be": (
        'id = "akkoord"',
        'required = true\nid = "akkoord"',
        87,
        "required",
        "no consent",
    ),
    "ends that say nothing": (
        'low_label = { nl = "slecht", en = "bad" }',
        'low_label = { nl = "1", en = "bad" }',
        23,
        "low_label",
        "say what the ends mean",
    ),
    "nothing that fits": (
        'id = "dieren"',
        'required = true\nid = "dieren"',
        48,
        "required",
        "fits",
    ),
    "an early consent": (
        'id = "huisdier"\nkind = "choice"',
        'id = "mag"\nkind = "consent"\ntext = { nl = "Mag het?", en = "May we?" }\n'
        '[[pages.questions]]\nid = "huisdier"\nkind = "choice"',
        29,
        "kind",
        "last page",
    ),
}


@pytest.mark.parametrize("name", REMARKS)
def test_what_to_look_at_is_told_with_its_line(every_kind: str, name: str) -> None:
    right, wrong, line, where, words = REMARKS[name]
    text = every_kind.replace(right, wrong, 1)
    assert text != every_kind
    if name == "loose rest":
        text = text.replace('id = "dieren"', 'shuffle = true\nid = "dieren"')
        line += 1
    [remark] = remarks(parse(text))
    assert (remark.line, words in remark.message) == (line, True)
    assert remark.where.endswith(where)
