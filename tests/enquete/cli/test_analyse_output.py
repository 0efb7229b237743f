"""Where the figures of `enquete analyse` go, and how it says what is wrong."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from rich.console import Console

from enquete.cli import main
from enquete.cli.analyse.sheets import Sheet, chances, degrees, numbers, show, texts

NAME = "Weesp / stadsgebied Amsterdam"
ROWS = [("2021", NAME, 7), ("2021", NAME, 8), ("2021", "Laren", 7), ("2021", "[/b] dorp", 10)]
ROWS += [("2022", NAME, 6), ("2022", NAME, 8), ("2022", "Laren", 9), ("2022", "[/b] dorp", 9)]


@pytest.fixture
def survey(tmp_path):
    file = tmp_path / "survey.csv"
    lines = [f"{wave};{area};{mark};ja" for wave, area, mark in ROWS]
    file.write_text("\n".join(["wave;area;mark;note", *lines]) + "\n", encoding="utf-8")
    return file


def analyse(*options, fails=False):
    result = CliRunner().invoke(main, ["analyse", *map(str, options)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result
    assert (result.exit_code != 0) == fails, result.output
    assert "Traceback" not in result.output
    return result.output


FIGURE = ["--rating", "mark", "--by", "area", "--wave", "wave"]


def process(*options, **environment):
    command = [sys.executable, "-m", "enquete", "analyse", *map(str, options)]
    return subprocess.run(
        command, capture_output=True, check=False, env=os.environ | environment, timeout=60
    )


def test_json_has_all_in_full_precision(survey):
    found = json.loads(analyse(survey, *FIGURE, "--strata", "area", "--json"))
    first = found["means"][0]
    assert first["key"] == ["Laren"]
    assert first["reason"]
    assert found["design"]["strata_columns"] == ["area"]
    assert found["change"]["before"] == "2021"
    assert found["notes"]
    totals = [row for row in found["means"] if row["key"] == []]
    assert [row["value"] for row in totals] == [8, 8]
    assert totals[0]["exact"] == "8"


def test_csv_has_a_line_a_figure(survey, tmp_path):
    file = tmp_path / "figures.csv"
    shown = analyse(survey, *FIGURE, "--csv", file)
    assert "Change 2021 to 2022" in shown
    printed = analyse(survey, *FIGURE, "--csv", "-")
    assert printed == file.read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert len(rows) == 2 * 4 + 4
    (total,) = (row for row in rows if row["wave"] == "2021" and row["area"] == "total")
    assert float(total["value"]) == 8
    assert total["statistic"] == "mean of mark"
    (change,) = (row for row in rows if row["since"] == "2021" and row["area"] == "Laren")
    assert (change["n"], change["n_before"]) == ("1", "1")
    assert change["flag"] == "no margin"
    assert change["reason"]


def test_csv_runs_in_no_spreadsheet(tmp_path):
    file = tmp_path / "survey.csv"
    file.write_text("area,mark\n=1+1,7\n=1+1,8\n")
    assert "'=1+1" in analyse(file, "--rating", "mark", "--by", "area", "--csv", "-")


def test_a_drawing_is_svg(survey, tmp_path):
    file = tmp_path / "change.svg"
    analyse(survey, *FIGURE, "--plot", file)
    assert ET.parse(file).getroot().tag.endswith("svg")  # noqa: S314 - our own
    assert list(tmp_path.glob(".change*")) == []


def test_an_account_tells_of_every_wave_and_of_the_change(survey):
    shown = analyse(survey, *FIGURE, "--explain", NAME, "--explain", "total")
    assert shown.count("wave 2021") >= 2
    assert f"Change of mean of mark: {NAME}" in shown
    message = analyse(survey, *FIGURE, "--explain", "Elders", fails=True)
    assert "there is no area 'Elders'; areas: Laren" in message


def test_the_verb_may_be_left_out_and_options_come_first(survey):
    assert analyse("--rating", "mark", survey) == analyse("means", survey, "--rating", "mark")


def terminal(width):
    return Console(width=width, file=io.StringIO(), force_terminal=True, color_system=None)


SHEET = Sheet(
    title="Means [b]",
    columns=[
        texts("wave", ["2021", "2021"]),
        texts("area", [NAME, "[/b] dorp"]),
        *(numbers(f"figure {i}", [7.123456, None]) for i in range(8)),
        chances("p", [0.00001, 0.25]),
    ],
    keys=2,
    reasons=["", "no degrees of freedom: no stratum has two units with an answer here"],
)


@pytest.mark.parametrize("width", [60, 80, 300])
def test_a_table_fits_and_loses_nothing(width):
    console = terminal(width)
    show([SHEET], ["A note that is [/b] no mark-up."], console=console)
    text = console.file.getvalue()
    assert all(len(line) <= width for line in text.splitlines())
    assert "…" not in text
    assert text.count("7.1235") == 8
    assert "< 0.001" in text
    flat = " ".join(text.split())
    assert "[/b] dorp" in flat
    assert SHEET.reasons[1] in flat
    assert "A note that is [/b] no mark-up." in flat
    assert (text.count("Means") > 1) == (width < 200)


def test_numbers_are_written_as_they_are_read():
    column = numbers("x", [1, 7.25, 12345.678, None, float("nan")])
    assert list(column.cells) == ["1", "7.2500", "12345.7", "-", "-"]
    assert list(degrees("df", [3.0, 2.46, None, float("nan")]).cells) == ["3", "2.5", "-", "-"]
    assert list(chances("p", [0.0009, 0.001, 0.5, None]).cells) == [
        "< 0.001",
        "0.001",
        "0.500",
        "-",
    ]
    assert list(texts("area", ["a\x1b[2Jb"]).cells) == ["a [2Jb"]


def test_what_is_piped_is_plain_and_a_line_a_row(survey):
    run = process(survey, *FIGURE)
    assert run.returncode == 0, run.stderr
    lines = run.stdout.decode().splitlines()
    assert lines[0].startswith("Mean of mark, 95 % intervals (logit)")
    assert len([line for line in lines if NAME in line]) == 3
    assert b"\x1b" not in run.stdout


def test_a_mean_and_its_change_load_nothing_heavy(survey):
    code = (
        "import sys; from enquete.cli import main\n"
        f"main(['analyse', {str(survey)!r}, '--rating', 'mark', '--wave', 'wave'],"
        " standalone_mode=False)\n"
        "heavy = {'pandas', 'statsmodels', 'scipy.stats', 'scipy.optimize', 'rich', 'flask',"
        " 'jinja2', 'sqlite_utils', 'duckdb'}\n"
        "print(*sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr.split() == []


def test_a_reader_that_leaves_ends_it_quietly(survey):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "enquete", "analyse", survey, *FIGURE]
    run = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert b"Traceback" not in run.stderr


LONG = "x" * 300  # more than a file's name may have: also root is told so


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--plot", "change.png"], "the name must end in .svg"),
        (["--plot", f"{LONG}/x.svg"], "cannot be written"),
        (["--csv", f"{LONG}/x.csv"], "cannot be written"),
        (["--json", "--csv", "-"], "choose one"),
        (["--strata", "nergens"], "there is no column 'nergens'"),
        (["--units", "nergens"], "there is no column 'nergens'"),
        (["--compare", "1999", "2022"], "no wave '1999'"),
        (["--collapse", "nergens"], "there is no column 'nergens'"),
        (["--weights", "note"], "column 'note'"),
        (["--scale", "1", "8"], "column 'mark' must be from 1 to 8, line"),
        (["--scale", "8", "1"], "scale"),
        (["--as-of", "2022-01-01"], "give --merge too"),
        (["--calibrate", "linear"], "give --margin or --total"),
        (["--total", "mark=veel"], "--total of 'mark' must be a number, got 'veel'"),
        (["--total", "mark"], "must be as [WAVE/]COL=NUMBER"),
        (["--rake", "area=nergens.csv"], "nergens.csv"),
        (["--lonely", "fail", "--strata", "area"], "strata have a single"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(survey, options, message, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    printed = analyse(survey, *FIGURE, *options, fails=True)
    assert message in printed
    assert len(re.findall("Error:", printed)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["survey.csv"]


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        ("date,from\n2022-01-01,Laren\n", [], "wanted a column 'to'"),
        ("date,from,to\n2022,Laren,Weesp\n", [], "must be a day as 2022-03-24, got '2022'"),
        ("date,from,to\n2022-01-01,Laren,Laren\n", [], "merges into another"),
        ("date,from,to\n2022-01-01,Laren,Weesp\n", ["--by", "note"], ""),
    ],
)
def test_mergers_that_cannot_be_are_named(survey, tmp_path, lines, options, message):
    file = tmp_path / "mergers.csv"
    file.write_text(lines)
    if message:
        assert message in analyse(survey, *FIGURE, *options, "--merge", file, fails=True)
    else:
        analyse(survey, *FIGURE, *options, "--merge", file)


def test_mergers_need_areas_and_waves(survey, tmp_path):
    file = tmp_path / "mergers.csv"
    file.write_text("date,from,to\n2022-01-01,Laren,Weesp\n")
    message = analyse(survey, "--rating", "mark", "--merge", file, fails=True)
    assert "give both" in message


@pytest.mark.parametrize("content", [b"", b"mark\n", b"\x00\x01\x02", b"mark,area\n7\n"])
def test_a_file_that_is_none_is_named(tmp_path, content):
    file = tmp_path / "answers.csv"
    file.write_bytes(content)
    assert "answers.csv" in analyse(file, "--rating", "mark", fails=True)


def test_a_file_of_another_kind_and_one_that_is_not_there(tmp_path):
    file = tmp_path / "answers.xlsx"
    file.write_bytes(b"PK")
    assert "must end in one of .csv" in analyse(file, "--rating", "mark", fails=True)
    assert "does not exist" in analyse(tmp_path / "no.csv", "--rating", "mark", fails=True)
