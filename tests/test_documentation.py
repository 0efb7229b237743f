"""What the documents say can be done is done here."""

import re
import shlex
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from enquete.cli import main
from enquete.cli.questionnaire import questionnaire
from forms.checking import remarks
from forms.definition import faults, load, parse
from forms.kinds import KINDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
QUESTIONNAIRES = (ROOT / "docs/questionnaires.md").read_text(encoding="utf-8")

AREAS = ("Laren", "Huizen")
FRAME = "dwelling_id;area;dwelling_type;address\n" + "".join(
    f"d{i};{AREAS[i % 2]};flat;Dorpsstraat {i}\n" for i in range(100)
)
ANSWERS = "area;dwelling_type;rating\n" + "".join(
    f"{AREAS[i % 2]};flat;{6 + i % 4}\n" for i in range(60)
)
POPULATION = "area;dwelling_type;dwellings\nLaren;flat;50\nHuizen;flat;50\n"


def blocks(language, text=README):
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def commands(block):
    """Give the words of every `enquete` command in a block of shell."""
    joined = block.replace("\\\n", " ")
    lines = (shlex.split(line, comments=True) for line in joined.splitlines())
    return [words[1:] for words in lines if words[:1] == ["enquete"]]


def run(*arguments):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, f"enquete {' '.join(arguments)}: {result.output}"
    return result.output


def test_the_readme_is_short():
    assert len(README.splitlines()) < 100


def test_the_five_lines_give_a_number(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    (code,) = blocks("python")
    assert sum(bool(line) for line in code.splitlines()) == 5
    exec(code, {})  # noqa: S102 - the README's own lines
    assert "Weesp" in capsys.readouterr().out


def test_the_same_without_python(monkeypatch):
    monkeypatch.chdir(ROOT)
    (command,) = (words for b in blocks("sh") for words in commands(b) if words[0] == "analyse")
    assert "Weesp" in run(*command)


def test_the_commands_of_a_real_year(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENQUETE_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("ENQUETE_BASE_URL", "https://buurt.example.nl")
    future = f"{date.today().year + 1}-10-01"  # noqa: DTZ011 - any year to come
    files = {"dwellings.csv": FRAME, "answers-2021.csv": ANSWERS, "population.csv": POPULATION}
    for name, text in {**files, "answers-2022.csv": ANSWERS}.items():
        (tmp_path / name).write_text(text)
    (block,) = (block for block in blocks("sh") if "frame import" in block)
    # In place of the server and its residents, which tests/browser has.
    residents = ["answers", "import", "answers-2022.csv", "--wave", "2022"]
    year = commands(block)
    assert {"frame", "wave", "invite", "report", "export", "backup"} <= {words[0] for words in year}
    for words in year:
        # The dates of the README pass; a wave that closed is not invited.
        run(
            *(
                residents
                if words[0] == "serve"
                else [w.replace("2022-10-31", future) for w in words]
            )
        )
    assert (tmp_path / "table" / "rating-table.xlsx").exists()


def test_the_commands_of_an_author(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENQUETE_INSTANCE", str(tmp_path / "instance"))
    (tmp_path / "survey.toml").write_text(blocks("toml", QUESTIONNAIRES)[0], encoding="utf-8")
    (block,) = blocks("sh", QUESTIONNAIRES)
    author = commands(block)
    assert {words[1] for words in author} == {*questionnaire.commands, "create"}
    for words in author:
        if words[-1].endswith(".pdf") and not find_spec("weasyprint"):
            continue
        run(*words)
        if "--to" in words:
            assert (tmp_path / words[-1]).exists()
    assert load(tmp_path / "again.toml").pages == load(tmp_path / "survey.toml").pages


def test_each_questionnaire_and_question_shown_is_one():
    whole, *questions = blocks("toml", QUESTIONNAIRES)
    assert faults(whole) == ()
    assert {kind for text in questions for kind in re.findall('kind = "(.*)"', text)} == {
        *KINDS
    } - {"choice"}
    for question in questions:
        assert faults(f"{whole}\n{question}") == (), question
    everything = parse("\n".join([whole, *questions]))
    assert [remark for remark in remarks(everything) if remark.where != "pages[3].questions"] == []


def test_the_faults_shown_are_those_that_are_told():
    whole = blocks("toml", QUESTIONNAIRES)[0]
    wrong = whole.replace('title.en = "Overall mark"\n', "").replace("required =", "requird =")
    told = [f"fault   {fault}" for fault in faults(wrong)]
    (shown,) = (block.splitlines() for block in blocks("text", QUESTIONNAIRES))
    for line, fault in zip(shown, told, strict=True):
        assert re.fullmatch(re.escape(line).replace("…", ".*"), fault), fault


@pytest.mark.parametrize("document", ["README.md", *sorted(p.name for p in ROOT.glob("docs/*.md"))])
def test_every_command_named_exists(document):
    path = ROOT / document if document == "README.md" else ROOT / "docs" / document
    text = path.read_text(encoding="utf-8")
    for line in re.findall(r"`enquete ([a-z ]+)", text):
        words = line.split()
        found = main.commands.get(words[0])
        assert found, line
        if hasattr(found, "commands") and len(words) > 1:
            assert words[1] in found.commands, line


def test_links_lead_somewhere():
    for document in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_make_targets_named_exist():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^make ([a-z]+)", README, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
