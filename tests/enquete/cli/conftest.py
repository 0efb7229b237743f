"""Commands as an operator types them, and a corporation to type them for."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from enquete.cli import main

EVERY_KIND = Path(__file__).parents[2] / "forms" / "every_kind.toml"
FRAME = "vhe;gemeente;woningtype;complex;taal;adres\n" + "".join(
    f"d{i};{('Laren', 'Weesp / stadsgebied Amsterdam')[i % 2]};flat;c1;nl;Straat {i}\n"
    for i in range(200)
)
ANSWERS = "gemeente;woningtype;rapportcijfer\n" + "".join(
    f"{('Laren', 'weesp')[i % 2]};flat;{6 + i % 4}\n" for i in range(120)
)
POPULATION = (
    "gemeente;woningtype;woningen\nLaren;flat;100\nWeesp / stadsgebied Amsterdam;flat;100\n"
)


@pytest.fixture
def enquete(tmp_path, monkeypatch):
    """Run a command in an instance; gives its output and insists on how it ended."""
    monkeypatch.setenv("ENQUETE_BASE_URL", "http://buurt.example.nl")

    def run(*arguments, fails=False):
        options = ["--instance", str(tmp_path / "instance")]
        result = CliRunner().invoke(main, [*map(str, arguments), *options])
        assert result.exception is None or isinstance(result.exception, SystemExit), result
        assert (result.exit_code != 0) == fails, result.output
        assert "Traceback" not in result.output
        return result.output

    return run


@pytest.fixture
def file(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def loaded(enquete, file):
    enquete("frame", "import", file("frame.csv", FRAME))
    enquete("wave", "create", "2021", "--opens", "2021-10-01", "--closes", "2021-10-31")
    enquete("wave", "create", "2022")
    answers, population = file("a.csv", ANSWERS), file("p.csv", POPULATION)
    enquete("answers", "import", answers, "--wave", "2021", "--population", population)
    return enquete


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder of an author, with every kind of question in a file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "survey.toml").write_bytes(EVERY_KIND.read_bytes())
    return tmp_path


def questionnaire(*arguments, code=0):
    """Run a command of authors, insist on its exit code, and give what it says."""
    result = CliRunner().invoke(main, ["questionnaire", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result
    assert result.exit_code == code, result.output
    return result.output
