"""`enquete cells`: stored answers leave as counts, and give the figures of the report."""

import json
import shlex

import pytest


def test_the_counts_give_the_figures_of_the_report(loaded, tmp_path):
    said = loaded("cells", "2021", "--to", tmp_path / "cells").splitlines()
    command = shlex.split(said[-1])
    assert command[:2] == ["enquete", "analyse"]
    found = json.loads(loaded(*command[1:], "--json"))["means"]
    report = json.loads(loaded("report", "2021", "--json"))
    mine = {row["key"][0] if row["key"] else "total": row for row in found}
    for row in report["rows"]:
        if row["value"] is not None:
            assert mine[row["area"]]["n"] == row["n"]
            assert round(mine[row["area"]]["value"], 1) == row["value"]
    assert sum(row["n"] for row in found if row["key"]) == 120


def test_the_counts_are_of_combinations_and_name_nobody(loaded, tmp_path):
    loaded("cells", "2021", "--to", tmp_path)
    header, *rows = (tmp_path / "answers.csv").read_text().splitlines()
    assert header == "wave,area,stratum,cluster,rating,n"
    assert len(rows) == 4
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize(
    ("waves", "message"),
    [(["2030"], "there is no wave '2030'"), (["2022"], "wave '2022' has no answers")],
)
def test_without_answers_nothing_is_written(loaded, tmp_path, waves, message):
    assert message in loaded("cells", *waves, "--to", tmp_path / "cells", fails=True)
    assert not (tmp_path / "cells").exists()
