"""A column of persons in the place of areas is refused by name, before its matrix is made."""

import numpy as np
import pytest
from click.testing import CliRunner

from analysis import Design, Survey
from analysis.columns import MOST_DOMAINS
from analysis.crosstab import rao_scott
from enquete.cli import main

MANY = MOST_DOMAINS + 2


def survey(areas, waves=1, **more):
    rows = 2 * areas * waves
    columns = {
        "mark": np.random.default_rng(1).integers(1, 11, rows),
        "area": [f"a{i % areas}" for i in range(rows)],
        "wave": [str(2 * waves * i // (2 * rows)) for i in range(rows)],
    }
    return Survey(columns | more, Design(wave="wave"))


@pytest.mark.parametrize("way", ["mean", "total", "quantile"])
def test_too_many_domains_are_refused_by_name(way):
    with pytest.raises(ValueError, match=r"column 'area' must have at most 2000 different values"):
        getattr(survey(MANY), way)("mark", by="area")


def test_so_are_too_many_combinations():
    half = [f"b{i % 2}" for i in range(2 * 1500)]
    message = r"column 'area' by 'half' must have at most 2000 different combinations.*got 3000"
    many = survey(1500, half=half)
    many.columns["half"] = [f"b{i // 1500}" for i in range(3000)]
    with pytest.raises(ValueError, match=message):
        many.mean("mark", by=["area", "half"])


def test_the_most_there_may_be_get_figures():
    found = survey(300).mean("mark", by="area")
    assert len(found.rows) == 300
    assert found.total().n == 600


def test_the_covariance_of_many_waves_is_refused_but_each_series_is_not():
    found = survey(1500, waves=3).mean("mark", by="area")
    message = "domains times waves must be at most 4000 for a covariance of all, got 1500 times 3"
    with pytest.raises(ValueError, match=message):
        found.joint()
    assert found.trend("a0").slope is not None


def test_a_series_is_that_part_of_the_joint_covariance():
    design = Design(wave="wave", clusters="unit")
    rng = np.random.default_rng(5)
    columns = {
        "mark": rng.integers(1, 11, 240),
        "area": [f"a{i % 4}" for i in range(240)],
        "unit": [str(i % 24) for i in range(240)],
        "wave": [str(2020 + i // 80) for i in range(240)],
    }
    found = Survey(columns, design).mean("mark", by="area")
    for overlap in ("shared", "stacked", "none"):
        places, matrix = found.joint(overlap=overlap)
        for key in (("a1",), ()):
            at = [places.index((wave, key)) for wave in found.waves]
            steps = found.breaks(key, overlap=overlap).steps
            for i, step in enumerate(steps):
                v = matrix[np.ix_(at[i : i + 2], at[i : i + 2])]
                assert step.se**2 == pytest.approx(v[0, 0] + v[1, 1] - 2 * v[0, 1], rel=1e-9)


def test_a_table_of_persons_is_refused():
    sample = survey(2).cells("mark").sample()
    rows, columns = np.arange(1001), np.arange(1001) % 2
    with pytest.raises(ValueError, match="must be at most 2000 cells, got 1001 times 2"):
        rao_scott(rows, columns, np.ones(1001), type(sample)(np.ones(1001, int), (), "adjust"))


def test_the_command_says_so_in_a_line(tmp_path):
    file = tmp_path / "answers.csv"
    file.write_text("person,mark\n" + "".join(f"p{i},{i % 10 + 1}\n" for i in range(11000)))
    result = CliRunner().invoke(
        main, ["analyse", str(file), "--rating", "mark", "--by", "person"], catch_exceptions=False
    )
    assert result.exit_code == 1
    assert "column 'person' must have at most 2000 different values" in result.output
    assert "got 11000: is it one of areas?" in result.output
