"""Every example in a help text and every command of the manual does what it says."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from enquete.cli import main

ROOT = Path(__file__).parents[3]
MANUAL = (ROOT / "docs" / "analyse.md").read_text(encoding="utf-8")


def verbs(group, path=()):
    for name, found in group.commands.items():
        if hasattr(found, "commands"):
            yield from verbs(found, (*path, name))
        else:
            yield " ".join((*path, name)), found


VERBS = dict(verbs(main.commands["analyse"]))


def commands(text):
    joined = text.replace("\\\n", " ")
    lines = (shlex.split(line) for line in joined.splitlines())
    return [words[1:] for words in lines if words[:1] == ["enquete"]]


IN_MANUAL = [
    words
    for block in re.findall(r"```sh\n(.*?)```", MANUAL, flags=re.DOTALL)
    for words in commands(block)
]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder like that of the project, with the small files that the manual shows."""
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    for name, text in re.findall(r"`(\S+)`\n```csv\n(.*?)```", MANUAL, flags=re.DOTALL):
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(words):
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, f"enquete {shlex.join(words)}: {result.output}"
    return result.output


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_and_its_example_runs(project, verb):
    shown = run(["analyse", *verb.split(), "--help"])
    assert max(map(len, shown.splitlines())) <= 80
    assert VERBS[verb].help
    lines = [line.strip() for line in shown.partition("Example:\n")[2].splitlines()]
    (example,) = commands("\n".join(lines))
    assert example[0] == "analyse"
    assert run(example).strip()


@pytest.mark.parametrize("number", range(len(IN_MANUAL)))
def test_every_command_of_the_manual_runs(project, number):
    run(IN_MANUAL[number])


def test_the_manual_is_short_and_names_every_verb():
    assert len(MANUAL.splitlines()) < 200
    assert len(IN_MANUAL) > 15
    for verb in VERBS:
        assert f"`{verb}`" in MANUAL, verb
