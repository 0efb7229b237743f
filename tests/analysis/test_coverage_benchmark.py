"""The coverage benchmark runs, and prints every part; what it shows needs its full length."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the program with some arguments, in this process; give what it printed."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    # Not by its name: coverage is another package too.
    spec = importlib.util.spec_from_file_location(
        "benchmark_of_coverage", BENCHMARKS / "coverage.py"
    )
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    before = set(sys.modules)

    def printed(*arguments):
        program.main(["--share", "0.002", *arguments])
        return capsys.readouterr().out

    yield printed
    for name in set(sys.modules) - before:
        if name.startswith("coverage_"):
            del sys.modules[name]


def rates(text):
    """Find the rates in a table, in percents."""
    return [float(found) for found in re.findall(r"(\d+\.\d) ±", text)]


@pytest.mark.parametrize(
    ("part", "tables", "low", "high"),
    [
        # The mean of all rates printed, after two or three repetitions.
        ("a", 2, 80, 100),
        ("b", 1, 2, 40),
        ("c", 1, 0, 100),
        ("d", 1, 85, 100),
        ("e", 1, 0, 30),
    ],
)
def test_each_part_prints_its_rates(run, part, tables, low, high):
    text = run("--only", part, "--processes", "1")
    assert text.count(f"### {part}. ") == tables
    found = rates(text)
    assert all(0 <= rate <= 100 for rate in found)
    assert low <= sum(found) / len(found) <= high


def test_the_number_of_processes_does_not_matter(run):
    assert run("--only", "c", "--processes", "2") == run("--only", "c", "--processes", "1")


def test_another_seed_gives_other_figures(run):
    first = run("--only", "d", "--processes", "1")
    assert run("--only", "d", "--processes", "1", "--seed", "7") != first


def test_an_unknown_part_is_refused(run):
    with pytest.raises(SystemExit):
        run("--only", "a,z")
