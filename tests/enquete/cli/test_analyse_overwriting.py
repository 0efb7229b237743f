"""No output of `enquete analyse` takes the place of a file that the same command reads."""

import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from enquete.cli import main
from enquete.cli.analyse import analyse as group

ANSWERS = "area,mark,w\na,7,1\na,8,1\nb,6,1\nb,9,1\n"
COUNTS = "area,N\na,10\nb,20\n"
MERGERS = "date,from,to\n2022-01-01,c,a\n"
COVARIATES = "area,x\na,1\nb,2\n"
SAMPLE = "d,age\nI,1\nR,2\nI,2\n"
STRATA = "stratum,area,dwellings,sd\ns,a,900,1.5\nt,a,400,1.5\n"
FILES = {
    "answers.csv": ANSWERS,
    "counts.csv": COUNTS,
    "mergers.csv": MERGERS,
    "covariates.csv": COVARIATES,
    "sample.csv": SAMPLE,
    "strata.csv": STRATA,
}

MARK = ["--rating", "mark", "--by", "area"]
MEANS = ["means", "answers.csv", *MARK]
TABLE = ["table", "answers.csv", "--rows", "area", "--columns", "mark"]

# The verb with its options, and a file that it reads.
READ = [
    (MEANS, "answers.csv"),
    (["answers.csv", *MARK], "answers.csv"),
    (["share", "answers.csv", *MARK, "--from", "8"], "answers.csv"),
    (["total", "answers.csv", *MARK], "answers.csv"),
    (["ratio", "answers.csv", *MARK, "--over", "w"], "answers.csv"),
    (["quantile", "answers.csv", *MARK], "answers.csv"),
    (["trend", "answers.csv", *MARK], "answers.csv"),
    (["drivers", "answers.csv", "--rating", "mark", "--on", "w"], "answers.csv"),
    (["battery", "answers.csv", "--item", "mark", "--item", "w"], "answers.csv"),
    (TABLE, "answers.csv"),
    ([*MEANS, "--strata", "area", "--population", "counts.csv"], "counts.csv"),
    ([*MEANS, "--post-stratify", "area=counts.csv"], "counts.csv"),
    ([*MEANS, "--rake", "area=counts.csv"], "counts.csv"),
    ([*MEANS, "--merge", "mergers.csv"], "mergers.csv"),
    (["composition", "answers.csv", *MARK, "--stock", "counts.csv"], "counts.csv"),
    (["areas", "answers.csv", *MARK, "--covariates", "covariates.csv"], "covariates.csv"),
    (
        ["weights", "answers.csv", "--rating", "mark", "--rake", "area=counts.csv"],
        "counts.csv",
    ),
    (["response", "sample.csv", "--disposition", "d"], "sample.csv"),
    (["plan", "allocate", "strata.csv", "--answers", "10"], "strata.csv"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def refused(*options):
    result = CliRunner().invoke(main, ["analyse", *map(str, options)])
    assert result.exit_code == 1, result.output
    assert {name: Path(name).read_text() for name in FILES} == FILES
    return result.output


@pytest.mark.parametrize(("options", "read"), READ)
def test_csv_is_never_written_over_what_is_read(options, read):
    assert "which is read: choose another name" in refused(*options, "--csv", read)


def test_the_message_names_both_options():
    message = refused(*MEANS, "--post-stratify", "area=counts.csv", "--csv", "./counts.csv")
    assert "--csv counts.csv would overwrite --post-stratify counts.csv, which is read" in message


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_another_name_of_the_same_file_is_that_file(link, folder):
    link(folder / "answers.csv", folder / "other.csv")
    link(folder / "answers.csv", folder / "drawing.svg")
    for output in (["--csv", "other.csv"], ["--csv", "sub/../answers.csv"]):
        (folder / "sub").mkdir(exist_ok=True)
        assert "which is read" in refused(*MEANS, *output)
    assert "--plot drawing.svg would overwrite" in refused(*MEANS, "--plot", "drawing.svg")
    assert (folder / "drawing.svg").read_text() == ANSWERS


def test_two_outputs_are_two_files(folder):
    message = refused(*MEANS, "--csv", "out.svg", "--plot", folder / "out.svg")
    assert "--csv and --plot both write" in message
    assert not Path("out.svg").exists()


def test_a_file_that_is_not_read_is_written_anew(folder):
    (folder / "out.csv").write_text("old")
    result = CliRunner().invoke(main, ["analyse", *MEANS, "--csv", "out.csv"])
    assert result.exit_code == 0, result.output
    assert (folder / "out.csv").read_text().startswith("wave,")


def verbs(command=group):
    for verb in command.commands.values():
        yield from verbs(verb) if isinstance(verb, click.Group) else [verb]


def test_every_verb_that_writes_is_looked_at():
    from enquete.cli.analyse.command import Verb

    assert len(list(verbs())) > 15
    assert all(isinstance(verb, Verb) for verb in verbs())
