"""`enquete questionnaire preview`: every page, standing alone, and nothing in it that is secret."""

import os
import re
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings

from enquete import translate
from enquete.cli import preview as module
from enquete.cli.preview import preview
from enquete.codes import show_code
from forms.definition import builtin, load
from tests.enquete.cli.conftest import EVERY_KIND, questionnaire
from tests.forms.questionnaires import questionnaires

LANGUAGES = tuple(translate.LANGUAGES)


def html_of(pages):
    return {name: page.decode() for name, page in pages.items() if name.endswith(".html")}


def links(html):
    """Where a page leads: links, forms, pictures, styles."""
    root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    for element in root.iter():
        for name in ("href", "src", "action", "formaction"):
            if name in element.attrib:
                yield element.get(name)


def check_alone(pages):
    """Each page is valid, and leads to files of the preview only."""
    for html in html_of(pages).values():
        root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
        ids = {element.get("id") for element in root.iter()}
        for link in links(html):
            assert (link[1:] in ids) if link.startswith("#") else (link in pages), link
        for element in root.iter():
            assert element.get("type") != "hidden"
            assert element.get("form") in {None, *ids}
            assert element.get("method", "get") == "get"


@pytest.fixture(scope="module")
def made():
    """The preview of our own questionnaire in Dutch, and the codes that were drawn for it."""
    codes = []
    draw = module.draw_code
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "draw_code", lambda random: codes.append(draw(random)) or codes[-1])
        pages = preview(builtin("buurt"), "nl")
    return pages, codes


def test_every_page_is_there_with_an_answer(made):
    pages = html_of(made[0])
    asked = builtin("buurt").pages
    assert set(pages) == {"index.html", "start.html", "controle.html", "bedankt.html"} | {
        f"vraag-{page.id}.html" for page in asked
    }
    for page in asked:
        html = pages[f"vraag-{page.id}.html"]
        for question in page.questions:
            assert f'name="{question.id}"' in html
        # A consent that nobody must give is left alone; every other question has an answer
        kinds = {question.kind for question in page.questions}
        assert kinds == {"consent"} or re.search(r"checked|Dit is een voorbeeld", html)


def test_the_index_leads_to_every_page_in_order(made):
    pages = made[0]
    found = [link for link in links(pages["index.html"].decode()) if link.endswith(".html")]
    asked = [f"vraag-{page.id}.html" for page in builtin("buurt").pages]
    assert found == ["start.html", *asked, "controle.html", "bedankt.html"]


def test_a_form_leads_to_the_next_page(made):
    pages = html_of(made[0])
    order = [link for link in links(pages["index.html"]) if link.endswith(".html")]
    for name, following in pairwise(order):
        assert f'<form action="{following}">' in pages[name]


def test_links_stay_in_the_folder_and_pages_are_valid(made):
    check_alone(made[0])


def test_nothing_secret_is_in_it(made):
    pages, codes = made
    assert len(codes) == len(builtin("buurt").questions) + 1
    for content in pages.values():
        for code in codes:
            assert code.encode() not in content
            assert show_code(code).encode() not in content
        assert b"csrf" not in content.lower()


def test_no_trace_of_it_stays(made, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    preview(load(EVERY_KIND), "en")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_in_the_language_asked_for(language):
    pages = preview(builtin("buurt"), language)
    check_alone(pages)
    direction = translate.LANGUAGES[language].direction
    for name, html in html_of(pages).items():
        assert f'lang="{language}" dir="{direction}"' in html, name


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(any_questionnaire=questionnaires())
def test_any_questionnaire_can_be_shown(any_questionnaire):
    ours = [language for language in any_questionnaire.languages if language in LANGUAGES]
    for language in ours[:1]:
        pages = preview(any_questionnaire, language)
        assert {f"vraag-{page.id}.html" for page in any_questionnaire.pages} <= set(pages)
        asked = "\n".join(html_of(pages).values())
        for question in any_questionnaire.questions:
            assert f'name="{question.id}"' in asked
        check_alone(pages)


# --- the command -----------------------------------------------------------------------------


def test_it_is_written_to_a_folder_and_written_again(here):
    assert questionnaire("preview", "survey.toml", "--to", "out") == "out/index.html: 11 files\n"
    assert Path("out/vraag-drie.html").exists()
    assert (Path("out/static/enquete.css")).exists()
    questionnaire("preview", "buurt", "--to", "out")
    assert not Path("out/vraag-drie.html").exists()  # of the other questionnaire
    assert Path("out/vraag-cijfer.html").exists()


def test_it_takes_no_folder_with_files_of_others(here):
    Path("site").mkdir()
    Path("site/index.html").write_text("mine")
    printed = questionnaire("preview", "survey.toml", "--to", "site", code=1)
    assert "site holds other files: give a new folder or that of a preview" in printed
    assert [path.name for path in Path("site").iterdir()] == ["index.html"]
    assert Path("site/index.html").read_text() == "mine"
    assert "holds other files" in questionnaire("preview", "survey.toml", "--to", "", code=1)


def test_an_empty_folder_will_do(here):
    Path("site").mkdir()
    assert "site/index.html" in questionnaire("preview", "survey.toml", "--to", "site")


@pytest.mark.parametrize("target", ["survey.toml/x", "x" * 300])
def test_a_folder_that_cannot_be_is_named(here, target):
    printed = questionnaire("preview", "survey.toml", "--to", target, code=1)
    assert f"Error: {target} cannot be written: " in printed


@pytest.mark.parametrize("options", [(), ("--to", "out", "--serve")])
def test_a_folder_or_an_address_is_wanted(here, options):
    printed = questionnaire("preview", "survey.toml", *options, code=2)
    assert "give --to FOLDER or --serve" in printed


def test_it_is_served_on_this_computer_until_ctrl_c(tmp_path):
    command = [sys.executable, "-m", "enquete", "questionnaire", "preview", EVERY_KIND, "--serve"]
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"TMPDIR": str(temporary)},
    )
    try:
        address = process.stdout.readline().split()[0]
        assert urlsplit(address).hostname == "127.0.0.1"
        with urlopen(address, timeout=30) as answer:  # noqa: S310 - our own server
            assert "Preview: " in answer.read().decode()
        with urlopen(f"{address}vraag-drie.html", timeout=30) as answer:  # noqa: S310
            assert "Hoeveel honden?" in answer.read().decode()
        with pytest.raises(HTTPError):
            urlopen(f"{address}../../etc/passwd", timeout=30)  # noqa: S310
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 0, output
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in output
    assert list(temporary.iterdir()) == []
