"""Equal to R ``survey`` 4.5 on the invented two-wave survey of tests/reference.

``synth_expected.R`` made the expected numbers; each case carries its design and its R function.
"""

import json
from pathlib import Path

import pytest

from analysis import Design, Survey, read_population
from analysis.results import TOTAL, Flag

REFERENCE = Path(__file__).parents[1] / "reference"
EXPECTED = json.loads((REFERENCE / "synth_expected.json").read_text())

# The data of R's own packages are not copied: these cases run where the folder lies beside the
# project.
BESIDE = Path(__file__).parents[3] / "shared" / "oracle" / "open"


def covered(cases):
    """Choose means, one stage or two, any lonely strata.

    Left for later: calibrated weights, replicate weights, adjust.domain.lonely.
    """
    return [
        case
        for case in cases
        if case["estimator"]["kind"] == "mean"
        and not case["design"]["adjustment"]
        and not case["design"].get("adjust_domain_lonely")
        and "replicates" not in case["design"]
    ]


def beside():
    path = BESIDE / "classic_expected.json"
    return covered(json.loads(path.read_text())["cases"]) if path.exists() else []


COVERED = covered(EXPECTED["cases"])


def close(expected):
    return pytest.approx(expected, rel=1e-9, abs=1e-9 if abs(expected) < 1e-9 else 0)


@pytest.fixture(scope="module")
def answers():
    return Survey.read(REFERENCE / "survey.csv", Design()).columns


def survey_of(columns, design, *, waves=None):
    rows = columns
    if waves:
        keep = [i for i, wave in enumerate(columns["wave"]) if int(wave) in waves]
        rows = {name: [column[i] for i in keep] for name, column in columns.items()}
    return Survey(
        rows,
        Design(
            strata=(design["strata"] or "").removeprefix("wave:") or None,
            clusters=design["clusters"],
            weights=design["weights"],
            fpc=design["fpc"],
            wave="wave" if waves else None,
            lonely=design["lonely_psu"],
        ),
    )


def test_the_covered_cases_are_many():
    assert len(COVERED) >= 50
    assert not BESIDE.exists() or len(beside()) >= 40


@pytest.mark.parametrize("case", COVERED, ids=lambda case: case["id"])
def test_means_equal_r(case, answers):
    # R: svymean(~y, design, na.rm = TRUE) or svyby(~y, ~by, design, svymean, covmat = TRUE)
    design, estimator = case["design"], case["estimator"]
    survey = survey_of(answers, design, waves=[design["where_wave"]])
    compare(survey.mean(estimator["y"], by=estimator["by"]), case)


@pytest.mark.parametrize("case", beside(), ids=lambda case: case["id"])
def test_means_equal_r_on_the_api_samples(case):
    # R: data(api); as above on apisrs, apistrat, apiclus1 and apiclus2, with and without fpc
    columns = Survey.read(BESIDE / case["data"], Design()).columns
    estimator = case["estimator"]
    survey = survey_of(columns, case["design"])
    compare(survey.mean(estimator["y"], by=estimator["by"]), case)


def compare(result, case):
    for row in case["expected"]["rows"]:
        key = tuple(row.get("key", {}).values()) or TOTAL
        found = result.total() if key == TOTAL else result.row(key)
        assert found.n == row["n"]
        assert found.df == row["df_domain"]
        assert found.value == close(row["est"])
        same = found.df > 0 and row["se"] < 1e-9
        assert (found.flag is Flag.OK) == (found.df > 0 and not same), key
        if found.df == 0 or row.get("r_inconsistent"):
            continue
        assert found.se == close(row["se"])
        if found.flag is Flag.OK:
            assert (found.low, found.high) == (
                close(row["ci_t_domain"][0]),
                close(row["ci_t_domain"][1]),
            )
        if row.get("deff_wr"):
            assert found.deff == close(row["deff_wr"])


@pytest.mark.parametrize(
    ("name", "overlap"),
    [
        ("person", "clusters"),
        ("complex", "clusters"),
        ("complex_fpc", "clusters"),
        ("independent", "none"),
    ],
)
def test_change_equals_r(name, overlap, answers):
    # R: svycontrast on svyby(~rapportcijfer, ~gemeente + wave, design, svymean, covmat = TRUE)
    expected = EXPECTED["change"][name]
    survey = survey_of(answers, expected["design"], waves=[2021, 2022])
    result = survey.mean("rapportcijfer", by="gemeente").change(
        "2021", "2022", overlap=overlap, min_answers=1, min_df=1
    )
    compared = 0
    for row in expected["per_gemeente"]:
        found = result.row(row["gemeente"])
        assert found.value == pytest.approx(row["diff"], rel=1e-9, abs=1e-12)
        if found.flag is not Flag.OK:
            assert row["se_diff"] < 1e-9 or row["df_domain"] == 0
            continue
        compared += 1
        assert found.df == row["df_domain"]
        assert found.se == close(row["se_diff"])
        assert found.p == close(row["p_t_domain"])
        assert (found.low, found.high) == tuple(close(end) for end in row["ci_t_domain"])
        tost = {test["margin"]: test["p"] for test in row["tost_t_domain"]}
        assert found.p_equivalence == close(tost[0.2])
    assert compared >= 9
    total = expected["total"]
    assert result.total.value == close(total["diff"])
    assert result.total.se == close(total["se_diff"])


def test_holm_equals_r_over_the_testable_areas(answers):
    # R: p.adjust(p_t_domain, "holm"); Laren and Blaricum have no variance and are no test.
    expected = EXPECTED["change"]["complex"]
    survey = survey_of(answers, expected["design"], waves=[2021, 2022])
    result = survey.mean("rapportcijfer", by="gemeente").change(
        "2021", "2022", min_answers=1, min_df=1
    )
    adjusted = expected["p_adjusted"]
    for area, p in zip(adjusted["order"], adjusted["holm"], strict=True):
        assert result.row(area).p_adjusted == (None if p is None else close(p))


def test_population_counts_give_the_weights_and_margins_of_the_column(answers):
    """As svydesign(~1, strata = ~stratum, weights = ~w_element, fpc = ~n_dwellings_stratum)."""
    population = read_population(REFERENCE / "pop_stratum.csv", strata="stratum")
    design = Design(strata="stratum", wave="wave", population=population)
    result = Survey(answers, design).mean("rapportcijfer", by="gemeente")
    for wave in ("2021", "2022"):
        case = next(
            case
            for case in EXPECTED["cases"]
            if case["id"] == f"element_fpc.{wave}.lonely_adjust.mean_by_gemeente"
        )
        for row in case["expected"]["rows"]:
            found = result.row(row["key"]["gemeente"], wave)
            assert found.value == close(row["est"])
            assert float(found.exact) == close(row["est"])
            if found.df:
                assert found.se == close(row["se"])
