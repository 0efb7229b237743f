"""`enquete questionnaire` as authors use it: what it says of their file, and what it writes."""

import os
import re
import sys
import zlib
from pathlib import Path

import html5lib
import pytest
from markupsafe import escape

from forms.definition import builtin, load
from tests.enquete.cli.conftest import EVERY_KIND, questionnaire
from tests.forms.spreadsheets import MARK, MARKS, form, spreadsheet
from tests.forms.test_xlsform_round_trip import bare

FILES = ("print", "paper.html"), ("print", "paper.pdf"), ("export", "form.xlsx")
COMMANDS = {
    "check": (),
    "preview": ("--to", "out"),
    "print": ("--to", "out.html"),
    "export": ("--to", "out.xlsx"),
}


def changed(right, wrong):
    text = EVERY_KIND.read_text(encoding="utf-8")
    assert right in text
    return text.replace(right, wrong, 1)


def in_german(text):
    return text.replace('["nl", "en"]', '["nl", "de"]').replace("en =", "de =")


# --- check ----------------------------------------------------------------------------------


def test_a_questionnaire_without_a_fault_is_told_so(here):
    assert questionnaire("check", "survey.toml") == "survey.toml: no faults, 0 remarks\n"


def test_every_fault_is_named_with_its_line_and_entry(here):
    text = changed(', en = "One" }', " }").replace("hint =", "hnit =", 1)
    Path("survey.toml").write_text(text)
    *faults, last = questionnaire("check", "survey.toml", code=1).splitlines()
    assert faults[0] == "fault   line 14, pages[1].title.en: wanted a text, got nothing"
    assert faults[1].startswith("fault   line 22, pages[1].questions[1].hnit: wanted one of high,")
    assert faults[1].endswith("got the unknown key hnit")
    assert last == "survey.toml: 2 faults"


def test_remarks_keep_nothing_back(here):
    text = changed('nl = "Vertel"', 'nl = "Vertel wat jij vindt"')
    Path("survey.toml").write_text(in_german(text))
    *remarks, last = questionnaire("check", "survey.toml").splitlines()
    assert remarks == [
        "remark  line 2, languages: residents cannot choose 'de': "
        "the pages around it have nl, en, tr, ar, uk, pl",
        "remark  line 2, languages: the texts in 'de' are not yet reviewed by a native speaker",
        "remark  line 84, pages[4].questions[2].text.nl: "
        "residents are addressed with u and uw, not with ‘jij’",
    ]
    assert last == "survey.toml: no faults, 3 remarks"


def test_languages_that_no_page_has_are_a_fault_as_for_a_wave(here):
    text = Path("survey.toml").read_text()
    for ours, others in (("nl", "de"), ("en", "fr")):
        text = re.sub(rf"\b{ours} = ", f"{others} = ", text).replace(f'"{ours}"', f'"{others}"')
    Path("survey.toml").write_text(text)
    *_remarks, fault, last = questionnaire("check", "survey.toml", code=1).splitlines()
    assert fault.startswith("fault   languages: wanted one that the pages have (nl, en, tr,")
    assert last == "survey.toml: 1 fault"


def test_our_own_is_plain_dutch_and_says_what_nobody_reviewed():
    *remarks, last = questionnaire("check", "buurt").splitlines()
    assert [remark.rpartition("' ")[2] for remark in remarks] == [
        "are not yet reviewed by a native speaker"
    ] * 4
    assert last == "buurt: no faults, 4 remarks"


def test_a_file_wins_from_a_name_and_a_folder_does_not(here):
    (here / "buurt").mkdir()
    assert questionnaire("check", "buurt").endswith("buurt: no faults, 4 remarks\n")
    (here / "buurt").rmdir()
    (here / "buurt").write_bytes(EVERY_KIND.read_bytes())
    assert questionnaire("check", "buurt") == "buurt: no faults, 0 remarks\n"


# --- what cannot be read ---------------------------------------------------------------------

UNREADABLE = {
    "latin-1": (b'id = "x"\ntitle = "caf\xe9"\n', "line 2, the file: wanted UTF-8 text, got"),
    "not TOML": (b"dit is geen toml\n", "line 1, the file: wanted valid TOML, got "),
    "empty": (b"", "line 1, languages: wanted a list of values, got nothing"),
    "null": (b"\x00" * 40, "line 1, the file: wanted valid TOML, got "),
    "unknown kind": (
        changed('"scale"', '"likert"').encode(),
        "line 42, pages[2].questions[1].kind: wanted one of rating, scale, choice, multiple, "
        "number, text, consent, got likert",
    ),
    "missing translation": (
        changed(', en = "One" }', " }").encode(),
        "line 14, pages[1].title.en: wanted a text, got nothing",
    ),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", UNREADABLE)
def test_a_faulty_file_is_told_in_a_line_and_nothing_is_written(here, command, name):
    content, message = UNREADABLE[name]
    Path("survey.toml").write_bytes(content)
    printed = questionnaire(command, "survey.toml", *COMMANDS[command], code=1)
    assert message in printed
    assert "survey.toml" in printed
    assert os.listdir() == ["survey.toml"]  # noqa: PTH208 - the names are meant


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("missing.toml", "missing.toml: No such file or directory"),
        ("folder.toml", "must be a TOML file or one of buurt, got the folder 'folder.toml'"),
        ("bourt", "must be a TOML file or one of buurt, got 'bourt'"),
        ("", "must be a TOML file or one of buurt, got ''"),
    ],
)
def test_what_is_no_file_is_named(here, command, file, message):
    Path("folder.toml").mkdir()
    assert message in questionnaire(command, file, *COMMANDS[command], code=1)
    assert len(list(here.iterdir())) == 2


# --- what cannot be written ------------------------------------------------------------------


@pytest.mark.parametrize(("command", "name"), FILES)
@pytest.mark.parametrize("folder", ["nowhere", "survey.toml"])
def test_a_target_that_cannot_be_written_is_named(here, command, name, folder):
    target = Path(folder) / name
    printed = questionnaire(command, "survey.toml", "--to", target, code=1)
    assert f"Error: {target} cannot be written: " in printed
    assert len(list(here.iterdir())) == 1


@pytest.mark.parametrize(
    ("command", "name", "wanted"),
    [("print", "paper.docx", ".html or .pdf"), ("export", "form.csv", ".xlsx")],
)
def test_a_file_of_another_sort_is_not_written(here, command, name, wanted):
    printed = questionnaire(command, "survey.toml", "--to", name, code=1)
    assert f"--to must be a file that ends in {wanted}, got {name}" in printed
    assert not Path(name).exists()


@pytest.mark.parametrize("command", ["preview", "print"])
def test_a_language_that_is_not_there_is_refused_by_name(here, command):
    options = [*COMMANDS[command], "--language"]
    printed = questionnaire(command, "survey.toml", *options, "tr", code=1)
    assert "--language must be one of nl, en, got 'tr'" in printed
    Path("de.toml").write_text(in_german(EVERY_KIND.read_text(encoding="utf-8")))
    printed = questionnaire(command, "de.toml", *options, "de", code=1)
    assert "one that the pages have (nl, en, tr, ar, uk, pl), got de" in printed


# --- paper -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["nl", "en", "tr", "ar", "uk", "pl"])
def test_paper_is_a_page_in_the_language_asked_for(here, language):
    questionnaire("print", "buurt", "--language", language, "--to", "paper.html")
    html = Path("paper.html").read_text(encoding="utf-8")
    html5lib.HTMLParser(strict=True).parse(html)
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in html
    own = builtin("buurt")
    for question in own.questions:
        assert escape(question.text[language]) in html
    assert ("Zet een kruisje" in html) == (language == "nl")


def objects(pdf):
    """The text of a PDF file with what is packed in it unpacked."""
    parts = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, flags=re.DOTALL):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            parts.append(stream)
    return b"\n".join(parts)


def test_paper_is_a_tagged_pdf_of_a_few_pages(here):
    pytest.importorskip("weasyprint")
    printed = questionnaire("print", "buurt", "--to", "paper.pdf")
    pdf = Path("paper.pdf").read_bytes()
    assert printed == f"paper.pdf: {len(pdf):,} bytes\n"
    inside = objects(pdf)
    assert b"/Marked true" in inside
    assert b"/Lang (nl)" in inside
    assert b"/DisplayDocTitle true" in inside
    assert re.search(rb"pdfuaid:part(>|=\")1", inside)
    assert len(re.findall(rb"/Type /Page\b", inside)) == 3
    tags = set(re.findall(rb"/S /(\w+)", inside))
    assert {b"H1", b"H2", b"H3", b"P", b"Table", b"TH", b"TD", b"L", b"LI"} <= tags
    assert inside.count(b"/S /H3") == 8  # those that stand in no table and are not for a tick


def test_the_same_file_whatever_the_case_of_its_suffix(here):
    pytest.importorskip("weasyprint")
    questionnaire("print", "survey.toml", "--to", "PAPER.PDF")
    assert Path("PAPER.PDF").read_bytes().startswith(b"%PDF-1.7")


def test_without_the_extra_the_paper_says_what_to_install(here, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    printed = questionnaire("print", "survey.toml", "--to", "paper.pdf", code=1)
    assert "pip install 'enquete[paper]'; or write .html and print that" in printed
    assert not Path("paper.pdf").exists()


# --- spreadsheets ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["buurt", "survey.toml"])
def test_what_is_exported_is_imported_as_it_was(here, name):
    count = "13 questions" if name == "buurt" else "8 questions"
    assert questionnaire("export", name, "--to", "form.xlsx") == f"form.xlsx: {count}\n"
    printed = questionnaire("import", "form.xlsx", "--to", "again.toml")
    assert printed == f"again.toml: {count}, 0 not taken, 0 to mend\n"
    own = builtin("buurt") if name == "buurt" else load(EVERY_KIND)
    assert bare(load(Path("again.toml"))) == bare(own)


def test_each_loss_and_all_that_is_to_mend_is_printed(here):
    rows = [
        {"type": "text", "name": "story", "label": "Tell", "default": "x"},
        {"type": "geopoint", "name": "where", "label": "Where?"},
    ]
    Path("form.xlsx").write_bytes(spreadsheet(survey=rows))
    *told, last = questionnaire("import", "form.xlsx", "--to", "new.toml").splitlines()
    assert told == [
        "not taken  survey, row 2, default: no answer is filled in beforehand",
        "not taken  survey, row 3, type geopoint: there is no such kind of question",
        "not taken  settings, row 1, form_title: there is none: residents read 'form', write title",
        "to mend    new.toml: line 11, pages[1].questions[1].role: wanted one question with "
        'role = "rating": the headline mark, got none in the whole questionnaire',
    ]
    assert last == "new.toml: 1 question, 3 not taken, 1 to mend"
    assert questionnaire("check", "new.toml", code=1).startswith("fault   line 11, ")


IMPORTS = {
    "no workbook": (b"type;name;label", "form.xlsx: wanted an .xlsx spreadsheet, got a file of an"),
    "no survey": (spreadsheet(choices=MARKS), "form.xlsx: wanted a sheet called survey"),
    "no questions": (spreadsheet(survey=[]), "form.xlsx: no question could be taken; new.toml is"),
    "no choices": (
        spreadsheet(survey=[MARK]),
        "not taken  survey, row 2, the list marks: it does not stand in the sheet choices",
    ),
}


@pytest.mark.parametrize("name", IMPORTS)
def test_a_spreadsheet_of_no_use_is_told_and_nothing_is_written(here, name):
    content, message = IMPORTS[name]
    Path("form.xlsx").write_bytes(content)
    assert message in questionnaire("import", "form.xlsx", "--to", "new.toml", code=1)
    assert not Path("new.toml").exists()


def test_an_import_never_writes_over_a_file(here):
    Path("form.xlsx").write_bytes(form())
    before = Path("survey.toml").read_bytes()
    printed = questionnaire("import", "form.xlsx", "--to", "survey.toml", code=1)
    assert "survey.toml is there already: its texts would be lost" in printed
    assert Path("survey.toml").read_bytes() == before
    assert "cannot be written" in questionnaire("import", "form.xlsx", "--to", "no/x.toml", code=1)
    assert "does not exist" in questionnaire("import", "no.xlsx", "--to", "new.toml", code=2)


def test_an_import_without_the_extra_says_what_to_install(here, monkeypatch):
    Path("form.xlsx").write_bytes(form())
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    printed = questionnaire("import", "form.xlsx", "--to", "new.toml", code=1)
    assert "pip install 'enquete[xlsform]'" in printed
