"""`enquete analyse` gives R's numbers from a file, without any database."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from enquete.cli import main

REFERENCE = Path(__file__).parents[2] / "reference"
EXPECTED = {
    case["id"]: case["expected"]["rows"]
    for case in json.loads((REFERENCE / "synth_expected.json").read_text())["cases"]
    if "rows" in case["expected"]
}


def analyse(*options):
    """Run the verb that is none: means, with R's t intervals."""
    arguments = ["analyse", REFERENCE / "survey.csv", "--rating", "rapportcijfer"]
    arguments += ["--interval", "t"]
    arguments += ["--by", "gemeente", "--wave", "wave", "--strata", "stratum", *options]
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


# In R: svydesign(~1, strata = ~stratum, weights = ~w_element, fpc = ~n_dwellings_stratum), and
# svydesign(~complex_id, strata = ~stratum, weights = ~w, nest = TRUE).
DESIGNS = {
    "element_fpc": ["--weights", "w_element", "--fpc", "n_dwellings_stratum"],
    "complex": ["--clusters", "complex_id", "--weights", "w"],
}


@pytest.mark.parametrize("wave", ["2021", "2022"])
@pytest.mark.parametrize("design", DESIGNS)
def test_the_numbers_are_those_of_r(design, wave):
    found = {
        (row["wave"], *row["key"]): row
        for row in json.loads(analyse(*DESIGNS[design], "--json"))["means"]
    }
    expected = EXPECTED[f"{design}.{wave}.lonely_adjust.mean_by_gemeente"]
    assert len(expected) == 11
    for row in expected:
        mine = found[wave, row["key"]["gemeente"]]
        assert mine["value"] == pytest.approx(row["est"], rel=1e-9)
        if mine["flag"] == "ok":
            assert mine["se"] == pytest.approx(row["se"], rel=1e-9)
            assert [mine["low"], mine["high"]] == pytest.approx(row["ci_t_domain"], rel=1e-9)
        else:
            assert row["df_domain"] == 0 or row["se"] < 1e-9


def test_population_counts_give_the_same_as_the_column():
    from_file = json.loads(analyse("--population", REFERENCE / "pop_stratum.csv", "--json"))
    from_column = json.loads(analyse(*DESIGNS["element_fpc"], "--json"))
    for one, other in zip(from_file["means"], from_column["means"], strict=True):
        for name in ("value", "se", "low", "high"):
            assert one[name] == (other[name] and pytest.approx(other[name], rel=1e-9))


def test_the_table_is_plain_when_piped():
    printed = analyse(*DESIGNS["complex"])
    assert "Weesp" in printed
    assert "no degrees of freedom" in printed
    assert "Change 2021 to 2022" in printed
    assert "│" not in printed
    assert "\x1b" not in printed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--rating", "cijfer"], "there is no column 'cijfer'; columns wave, person_id"),
        (["--rating", "w"], "column 'w' must be from 1 to 10, line 2 of survey.csv has 14.3893"),
        (["--rating", "leeftijd"], "column 'leeftijd' must be a number or empty"),
        (["--rating", "rapportcijfer", "--wave", "wave", "--compare", "1999", "2022"], "no wave"),
        (
            ["--rating", "rapportcijfer", "--population", REFERENCE / "pop_stratum.csv"],
            "give --strata too",
        ),
        (["--rating", "rapportcijfer", "--lonely-share", "0.1"], "goes with --lonely flag"),
    ],
)
def test_a_wrong_call_is_answered_by_name(options, message):
    arguments = ["analyse", REFERENCE / "survey.csv", *options]
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output
