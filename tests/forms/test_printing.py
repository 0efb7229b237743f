"""The paper questionnaire: every question and answer on it, and a way through it."""

import re
import sys
import zlib
from gettext import NullTranslations

import html5lib
import pytest

from forms.definition import Questionnaire, builtin, parse
from forms.printing import PdfUnavailableError, paper, pdf


def words(html: str) -> str:
    """What can be read on the paper, on one line."""
    body = html.split("<body>")[1]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def printed(questionnaire: Questionnaire, language: str = "nl") -> str:
    return words(paper(questionnaire, language, NullTranslations()))


def test_every_text_stands_on_paper(questionnaire: Questionnaire) -> None:
    for language in questionnaire.languages:
        text = printed(questionnaire, language)
        for question in questionnaire.questions:
            options = [option.text[language] for option in question.options]
            hint = [question.hint[language]] if question.hint else []
            for expected in (question.text[language], *options, *hint):
                assert expected in text


def test_the_questions_are_numbered_on(questionnaire: Questionnaire) -> None:
    text = printed(questionnaire)
    numbered = [f"{n} {q.text['nl']}" for n, q in enumerate(questionnaire.questions, start=1)]
    assert [expected for expected in numbered if expected not in text] == []


def test_there_is_a_box_for_every_answer(questionnaire: Questionnaire) -> None:
    html = paper(questionnaire, "nl", NullTranslations())
    options = sum(len(q.options) + bool(q.unknown) for q in questionnaire.questions)
    assert html.count('<span class="box"></span>') == options + 1  # the box to tick
    assert re.findall(r'class="mark">(\d+)<', html) == [str(mark) for mark in range(1, 11)]


def test_the_code_and_the_address_are_left_blank(questionnaire: Questionnaire) -> None:
    html = paper(questionnaire, "nl", NullTranslations())
    code = re.search(r'class="code">(.*?)</p>', html)
    assert code
    assert code[1].count("<span") == 13
    assert "Stuur de vragenlijst terug naar:" in words(html)


def test_a_condition_is_said_at_both_ends(questionnaire: Questionnaire) -> None:
    text = printed(questionnaire)
    assert "Ga naar vraag 6 als u hier dit niet koos: ‘Hond’." in text
    assert "Vul deze vraag alleen in als u bij vraag 2 dit koos: ‘Ja’. 4 Welke dieren?" in text
    assert "Vul deze vraag alleen in als u bij vraag 4 dit koos: ‘Hond’. 5 Hoeveel honden?" in text
    # Question 3 stands between 2 and 4: who says no at 2 cannot skip to behind 4
    assert "Ga naar vraag 5" not in text


def test_who_skips_is_sent_behind_all_that_is_skipped() -> None:
    text = printed(builtin("buurt"))
    assert "→" not in text  # the arrow is the style's
    assert "Ga naar vraag 12 als u hier dit koos: ‘Nee’." in text


CONDITIONS = {
    '"cijfer", is = [7, 8, 9, 10]': (
        "bij vraag 1 dit koos: 7–10.",
        "Ga naar het einde als u hier dit koos: 1–6, ‘Geen idee’.",
    ),
    '"cijfer", is = [1, 10]': ("koos: ‘1’, ‘10’.", "naar het einde als u hier dit koos: 2–9"),
    '"soort", is = ["b"]': ("koos: ‘B’.", "Ga naar vraag 3 als u hier dit koos: ‘A’."),
    '"veel", is = ["b"]': ("koos: ‘B’.", "Ga naar vraag 3 als u hier dit niet koos: ‘B’."),
    '"mag", is = [true]': ("koos: een kruisje.", "vraag 3 als u hier dit koos: geen kruisje."),
}
OPTIONS = 'options = [{ code = "a", text.nl = "A" }, { code = "b", text.nl = "B" }]'
ASKED = {
    "cijfer": """kind = "rating"
role = "rating"
low_label.nl = "laag"
high_label.nl = "hoog"
unknown.nl = "Geen idee"
""",
    "soort": f'kind = "choice"\n{OPTIONS}\n',
    "veel": f'kind = "multiple"\n{OPTIONS}\n',
    "mag": 'kind = "consent"\n',
    "laatste": 'kind = "text"\n',
}


def page(question: str, more: str = "") -> str:
    """A page with one question, as TOML."""
    return f"""
[[pages]]
id = "{question}"
title.nl = "Pagina"
[[pages.questions]]
id = "{question}"
text.nl = "Vraag"
{more}
{ASKED[question]}"""


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_answers_of_each_kind_are_named(condition: str) -> None:
    asked = condition.split('"')[1]
    pages = page(asked) + page("laatste", f"show_if = {{ question = {condition} }}")
    # The headline mark stands behind, where it is not the question asked
    pages += "" if asked == "cijfer" else page("cijfer")
    text = printed(parse(f'id = "proef"\nlanguages = ["nl"]\ntitle.nl = "Proef"\n{pages}'))
    only_if, go_to = CONDITIONS[condition]
    assert only_if in text
    assert go_to in text


def test_statements_with_the_same_answers_share_a_table() -> None:
    html = paper(builtin("buurt"), "nl", NullTranslations())
    [table] = re.findall(r"<table.*?</table>", html, flags=re.DOTALL)
    assert table.count('<th scope="row">') == 4
    assert table.count('<th scope="col"') == 6
    assert table.count('<span class="box">') == 24


@pytest.mark.parametrize(("language", "direction"), [("nl", "ltr"), ("ar", "rtl")])
def test_the_page_is_valid_and_loads_nothing(language: str, direction: str) -> None:
    html = paper(builtin("buurt"), language, NullTranslations(), direction=direction)
    html5lib.HTMLParser(strict=True).parse(html)
    assert f'<html lang="{language}" dir="{direction}">' in html
    assert not re.search(r"\b(src|href|url\(|@import|<script)", html)


def test_a_text_is_text_and_no_markup(every_kind: str) -> None:
    html = paper(parse(every_kind.replace("Hond", "<b>&Hond")), "nl", NullTranslations())
    assert "&lt;b&gt;&amp;Hond" in html


def test_the_pdf_is_tagged_and_names_its_language_and_title() -> None:
    pytest.importorskip("weasyprint")
    made = pdf(paper(builtin("buurt"), "nl", NullTranslations()))
    assert made.startswith(b"%PDF-")
    streams = re.findall(rb"stream\n(.*?)\nendstream", made, flags=re.DOTALL)
    inside = b"".join(unpacked(stream) for stream in streams)
    assert b"/Marked true" in inside
    assert b"/Lang (nl)" in inside
    assert b"/StructTreeRoot" in inside
    assert b"pdfuaid:part" in made + inside


def unpacked(stream: bytes) -> bytes:
    """What stands in a part of a PDF file, packed or not."""
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def test_without_the_extra_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(PdfUnavailableError, match=r"pip install 'enquete\[paper\]'"):
        pdf("<!doctype html>")
