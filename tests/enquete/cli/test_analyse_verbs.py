"""The verbs of `enquete analyse` beside the figures: series, models, response, plans."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import ttest_ind

from analysis.trend import trend
from enquete.cli import main

REFERENCE = Path(__file__).parents[2] / "reference"
SURVEY = REFERENCE / "survey.csv"
MISC = json.loads((REFERENCE / "misc_expected.json").read_text())
CASES = {
    case["id"]: case["expected"]
    for case in json.loads((REFERENCE / "synth_expected.json").read_text())["cases"]
}
COMPLEX = ["--wave", "wave", "--strata", "stratum", "--clusters", "complex_id", "--weights", "w"]


def analyse(*options, fails=False):
    result = CliRunner().invoke(main, ["analyse", *map(str, options)])
    assert (result.exit_code != 0) == fails, result.output
    assert "Traceback" not in result.output
    return result.output


def data(*options):
    return json.loads(analyse(*options, "--json"))


@pytest.fixture
def waves(tmp_path):
    """Three years of two areas; Weesp has no answers in the last."""
    file = tmp_path / "waves.csv"
    marks = {
        ("2019", "Laren"): [7, 8, 8, 9],
        ("2020", "Laren"): [8, 8, 9, 9],
        ("2021", "Laren"): [8, 9, 9, 10],
        ("2019", "Weesp"): [5, 6, 7, 8],
        ("2020", "Weesp"): [6, 6, 7, 8],
        ("2021", "Weesp"): [""],
    }
    lines = [f"{year},{area},{mark}" for (year, area), given in marks.items() for mark in given]
    file.write_text("\n".join(["year,area,mark", *lines]) + "\n")
    return [file, "--rating", "mark", "--wave", "year", "--by", "area"]


def test_a_trend_is_that_of_the_package_and_a_gap_has_its_reason(waves):
    found = data("trend", *waves, "--area", "Laren", "--area", "Weesp")
    laren = found["trends"]["Laren"]
    means, variances = [8, 8.5, 9], [2 / 3, 1 / 3, 2 / 3]
    expected = trend(means, np.diag(np.array(variances) / 4), ["2019", "2020", "2021"], 9)
    assert laren["slope"] == pytest.approx(expected.slope, rel=1e-9)
    assert laren["unit"] == "year"
    assert found["trends"]["Weesp"]["reason"] == "no answers in wave 2021"


def test_the_steps_of_an_area_are_shown_with_where_it_breaks(waves):
    shown = analyse("trend", *waves, "--area", "Laren")
    assert "Steps of Laren" in shown
    assert "Laren: no step from wave to wave is shown to be a break." in shown
    assert "Steps of Laren" not in analyse("trend", *waves[:-2])


def test_a_break_that_was_not_tested_is_said_not_to_be_tested(waves):
    shown = analyse("trend", *waves, "--area", "Weesp")
    assert "Weesp: not tested whether the series breaks: no answers in wave 2021." in shown
    method = ["--new-method", "2020", "--new-method", "2021"]
    shown = analyse("trend", *waves, "--area", "Laren", *method)
    assert "Laren: not tested whether the series breaks: 2019 to 2020 (another method" in shown
    assert "no step from wave to wave" not in shown
    shown = analyse("trend", *waves, "--area", "Laren", *method[:2])
    told = "no step from wave to wave is shown to be a break; not tested: 2019 to 2020 (another"
    assert f"Laren: {told}" in shown


def test_a_trend_needs_three_waves():
    message = analyse("trend", SURVEY, "--rating", "rapportcijfer", *COMPLEX, fails=True)
    assert "a trend needs three waves or more, got 2" in message


def test_the_parts_of_the_headline_add_up(tmp_path):
    stock = tmp_path / "stock.csv"
    lines = (REFERENCE / "pop_gemeente.csv").read_text().splitlines()[1:]
    later = [f"2022,{line}" for line in lines if not line.startswith("Huizen")]
    earlier = [f"2021,{line}" for line in lines]
    stock.write_text("\n".join(["wave,gemeente,N", *earlier, *later, "2022,Huizen,9000"]) + "\n")
    options = ["--rating", "rapportcijfer", "--by", "gemeente", *COMPLEX, "--stock", stock]
    found = data("composition", SURVEY, *options)["composition"]
    parts = ("rating", "composition", "entering", "leaving")
    assert sum(found[name]["value"] for name in parts) == pytest.approx(found["change"]["value"])
    assert found["composition"]["value"] > 0
    assert "What each area adds" in analyse("composition", SURVEY, *options)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("gemeente,N\nLaren,160\n", "area 'Almere' has answers in wave 2021 but no count"),
        ("gemeente\nLaren\n", "there is no column"),
    ],
)
def test_a_stock_that_does_not_fit_is_named(tmp_path, lines, message):
    stock = tmp_path / "stock.csv"
    stock.write_text(lines)
    options = ["--rating", "rapportcijfer", "--by", "gemeente", *COMPLEX, "--stock", stock]
    assert message in analyse("composition", SURVEY, *options, fails=True)


# R: sae::mseFH(direct ~ flat + oud, vardir, method = "REML"), vardir = SE(svyby(...))^2.
def test_small_areas_equal_r():
    covariates = ["--covariates", REFERENCE / "fh_wijk.csv", "--on", "flat", "--on", "oud"]
    figure = ["--rating", "rapportcijfer", "--by", "wijk", "--only", "2022"]
    found = data("areas", SURVEY, *figure, *COMPLEX, *covariates, "--no-smooth")["small_areas"]
    rows = {row["area"]: row for row in found["rows"]}
    expected = MISC["fay_herriot"]["wijk"]
    fit = expected["direct_variance"]["REML"]
    assert found["model_variance"] == pytest.approx(fit["A"], rel=1e-6)
    for area, value, mse in zip(expected["areas"], fit["eblup"], fit["mse"], strict=True):
        assert rows[area]["value"] == pytest.approx(value, rel=1e-6)
        assert rows[area]["mse"] == pytest.approx(mse, rel=1e-6)


def test_small_areas_carry_their_label():
    covariates = ["--covariates", REFERENCE / "fh_wijk.csv", "--on", "flat"]
    figure = ["--rating", "rapportcijfer", "--by", "wijk"]
    shown = analyse("areas", SURVEY, *figure, *COMPLEX, *covariates)
    assert "Model-based (Fay-Herriot)" in shown
    assert "2022, model-based" in shown


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("wijk,x\nALM-01,1\nALM-01,2\n", "each area must stand once, got 'ALM-01' twice"),
        ("wijk,x\nALM-01,\n", "wanted a number"),
        ("area,x\nALM-01,1\n", "there is no column 'wijk'"),
        ("wijk,x\nALM-01,1\n", "has answers but no covariates"),
    ],
)
def test_covariates_that_do_not_fit_are_named(tmp_path, lines, message):
    file = tmp_path / "covariates.csv"
    file.write_text(lines)
    options = ["--rating", "rapportcijfer", "--by", "wijk", *COMPLEX, "--covariates", file]
    assert message in analyse("areas", SURVEY, *options, fails=True)


DRIVERS = [
    *("--on", "veilig", "--on", "schoon", "--on", "onderhoud", "--on", "contact"),
    *("--background", "leeftijd", "--only", "2022"),
]


# R: svyolr(cut(rapportcijfer, c(0, 5, 6, 7, 8, 10)) ~ veilig + ...), svyglm(rapportcijfer ~ ...).
def test_drivers_equal_r():
    options = ["--rating", "rapportcijfer", *DRIVERS, "--cuts", "5,6,7,8", "--check"]
    found = data("drivers", SURVEY, *options, *COMPLEX)
    ordinal = CASES["complex.2022.ordinal_drivers"]
    odds = [row["log_odds"] for row in found["drivers"]]
    assert odds == pytest.approx(ordinal["est"][:4], rel=1e-4)
    linear = CASES["complex.2022.linear_drivers"]
    assert [row["name"] for row in found["linear"]] == linear["terms"]
    assert [row["estimate"] for row in found["linear"]] == pytest.approx(linear["est"], rel=1e-9)


def test_what_a_driver_rests_on_is_shown():
    options = ["--rating", "rapportcijfer", "--on", "veilig", "--cuts", "5,6,7,8"]
    shown = analyse("drivers", SURVEY, *options, *COMPLEX, "--check")
    assert "Log odds of a mark above each level" in shown
    assert "Bell-McCaffrey" in shown
    assert "Samenhang is geen oorzaak" in shown
    assert "Log odds" not in analyse("drivers", SURVEY, *options, *COMPLEX)


ITEMS = "a,b,c,area\n" + "".join(
    f"{a},{b},{6 - a},{'Laren' if row % 2 else 'Weesp'}\n"
    for row, (a, b) in enumerate([(1, 2), (2, 2), (3, 4), (4, 4), (5, 5), (2, 1), (4, 5), (3, 3)])
)


# By hand, c = 6 - a: alpha = 3/2 (1 - sum of variances / variance of the sum).
def test_a_battery_has_its_alpha_and_its_score(tmp_path):
    file = tmp_path / "items.csv"
    file.write_text(ITEMS)
    options = ["--item", "a", "--item", "b", "--item", "c", "--reverse", "c", "--scale", 1, 5]
    found = data("battery", file, *options, "--by", "area")
    a, b = np.array([1, 2, 3, 4, 5, 2, 4, 3]), np.array([2, 2, 4, 4, 5, 1, 5, 3])
    alpha = 1.5 * (1 - (2 * a.var() + b.var()) / (2 * a + b).var())
    assert found["alpha"][""]["value"] == pytest.approx(alpha)
    scores = {"/".join(row["key"]): row["value"] for row in found["scores"]}
    assert scores[""] == pytest.approx(((2 * a + b) / 3 - 1).mean() / 4 * 10)
    assert set(scores) == {"", "Laren", "Weesp"}


def test_an_item_on_another_scale_is_refused_or_doubted(tmp_path):
    file = tmp_path / "items.csv"
    file.write_text(ITEMS)
    items = ["--item", "a", "--item", "b"]
    message = analyse("battery", file, *items, "--scale", 1, 4, fails=True)
    assert "item 'a' must be from 1 to 4, got 5: all items must be on one scale" in message
    shown = analyse("battery", file, *items)
    for name in "ab":
        assert f"No answer to {name} is above 5 on the scale of 1 to 10: if it was asked" in shown
    assert "No answer to" not in analyse("battery", file, *items, "--scale", 1, 5)
    lines = ITEMS.splitlines()
    wide = [lines[0], *(f"{int(one[0]) * 2}{one[1:]}" for one in lines[1:])]
    file.write_text("\n".join(wide) + "\n")
    shown = analyse("battery", file, *items)
    assert "No answer to b is above 5" in shown
    assert "No answer to a" not in shown


# R: svychisq(~leeftijd + tevreden, design, statistic = "F").
def test_a_table_tests_independence():
    options = ["--rows", "leeftijd", "--columns", "tevreden", "--only", "2022"]
    found = data("table", SURVEY, *options, *COMPLEX, "--percent", "columns")
    shares = {(row["row"], row["column"]): row["share"] for row in found["cells"]}
    assert sum(share for (_, column), share in shares.items() if column == "1") == pytest.approx(1)
    assert found["independence"]["ddf"] > 100
    assert "Rao-Scott F(" in analyse("table", SURVEY, *options, *COMPLEX)


def test_the_weights_are_shown_before_and_after():
    counts = REFERENCE / "pop_gemeente.csv"
    options = ["--rating", "rapportcijfer", "--wave", "wave", "--post-stratify"]
    found = data("weights", SURVEY, *options, f"gemeente={counts}", "--trim", 0, 20)["weights"]
    assert list(found) == ["2021", "2022"]
    assert found["2021"]["high"] <= 20
    (weesp,) = (row for row in found["2021"]["margins"] if row["label"] == "Weesp")
    assert weesp["population"] == 1500
    message = analyse("weights", SURVEY, "--rating", "rapportcijfer", "--wave", "wave", fails=True)
    assert "there is nothing to report" in message


GROSS = REFERENCE / "gross_sample.csv"


# R: aapor() and rind() of tests/reference/misc.R.
def test_the_response_equals_r(tmp_path):
    tiny = {"Blaricum", "Diemen", "Laren", "Wijdemeren"}
    lines = GROSS.read_text().splitlines()
    place = lines[0].split(",").index("gemeente")
    merged = [lines[0] + ",gemeente_r"]
    merged += [
        f"{line},{'klein' if (g := line.split(',')[place]) in tiny else g}" for line in lines[1:]
    ]
    file = tmp_path / "gross.csv"
    file.write_text("\n".join(merged) + "\n")
    model = ["--model", "gemeente_r", "--model", "woningtype", "--model", "leeftijd"]
    options = ["--disposition", "disposition", "--wave", "wave", "--weights", "d_weight", *model]
    found = data("response", file, *options)
    for expected in MISC["nonresponse"]:
        wave = str(expected["wave"])
        rates = found["rates"][wave]["total"]
        for name, rate in expected["aapor_weighted"].items():
            if name not in {"counts", "e"}:
                assert rates[name.lower()] == pytest.approx(rate, rel=1e-9)
        assert rates["eligibility"] == pytest.approx(expected["aapor_weighted"]["e"], rel=1e-9)
        indicator = found["model"][wave]["representativity"]
        assert indicator["r"] == pytest.approx(expected["r_indicator"]["R"], rel=1e-8)
        assert indicator["cv"] == pytest.approx(expected["r_indicator"]["cv"], rel=1e-8)
        partial = {row["variable"]: row["value"] for row in indicator["variables"]}
        assert partial == pytest.approx(expected["r_indicator"]["partial_unconditional"], rel=1e-7)


def test_rates_by_area_equal_r():
    options = ["--disposition", "disposition", "--wave", "wave", "--by", "gemeente"]
    found = data("response", GROSS, *options)["rates"]
    for expected in MISC["nonresponse"]:
        for gemeente, rates in expected["aapor_by_gemeente"].items():
            mine = found[str(expected["wave"])][gemeente]
            assert mine["rr3"] == (rates["RR3"] and pytest.approx(rates["RR3"], rel=1e-12))


# R: t.test(late, early).
def test_late_answers_are_compared_with_early_ones(tmp_path):
    file = tmp_path / "sample.csv"
    rows = [*(("I", mark, 0) for mark in (8, 7, 9, 7)), *(("I", mark, 1) for mark in (6, 5, 7))]
    lines = [f"{code},{mark},{late},a" for code, mark, late in rows]
    file.write_text("\n".join(["d,mark,late,area", *lines, "R,,,a", "NC,,,b"]) + "\n")
    options = ["--disposition", "d", "--rating", "mark", "--late", "late"]
    found = data("response", file, *options)["early_late"][""]
    assert found["value"] == pytest.approx(-1.75)
    expected = ttest_ind([6, 5, 7], [8, 7, 9, 7], equal_var=False).pvalue
    assert found["p"] == pytest.approx(expected, rel=1e-9)
    shown = analyse("response", file, *options)
    assert "Late against early answers" in shown
    assert "wave" not in shown.splitlines()[1]
    message = analyse("response", file, "--disposition", "d", "--late", "late", fails=True)
    assert "give --rating" in message


def test_the_classes_show_what_they_do_to_a_mean(tmp_path):
    file = tmp_path / "sample.csv"
    young = ["I,8,jong"] * 2 + ["R,,jong"] * 6
    old = ["I,6,oud"] * 6 + ["NC,,oud"] * 2
    file.write_text("\n".join(["d,mark,age", *young, *old]) + "\n")
    found = data("response", file, "--disposition", "d", "--rating", "mark", "--model", "age")
    effect = found["model"][""]["effect"]
    assert effect["mean_before"] == pytest.approx(6.5)
    assert effect["mean_after"] == pytest.approx(7)
    assert "What the classes do" in analyse(
        *("response", file, "--disposition", "d", "--rating", "mark", "--model", "age")
    )


def test_an_unknown_disposition_is_named(tmp_path):
    file = tmp_path / "sample.csv"
    file.write_text("d\nI\nX\n")
    message = analyse("response", file, "--disposition", "d", fails=True)
    assert "disposition must be one of I, P, R, NC, O, UH, UO, NE, got 'X'" in message


# R: power.t.test(delta =, sd =, power = 0.8)$n and power.t.test(n =, sd =, power = 0.8)$delta.
def test_the_plan_of_a_change_equals_r():
    for case in MISC["sample_size"]["two_wave_t"]:
        options = ["--difference", case["delta"], "--sd", case["sd"]]
        (row,) = data("plan", "change", *options)["needed"].values()
        assert row["exact"] == pytest.approx(case["n_per_wave"], rel=1e-9)
    for case in MISC["sample_size"]["power"]:
        options = ["--answers", case["n"], case["n"], "--sd", case["sd"], "--difference", 0.2]
        found = data("plan", "change", *options)
        assert found["detectable"]["value"] == pytest.approx(case["mdc_80"], rel=1e-9)
        assert found["power"][0]["power"] == pytest.approx(case["power_at_delta_0.2"], rel=1e-9)


# R: qt(0.975, 299) * 1.6 / sqrt(300) = 0.18179.
def test_the_plan_of_a_margin():
    found = data("plan", "margin", "--invited", 300)
    assert found["margins"][0]["half_width"] == pytest.approx(0.18179, abs=5e-6)
    needed = data("plan", "margin", "--margin", 0.2, "--response", 0.5, "--dwellings", 400)[
        "needed"
    ]
    assert needed[0]["margin"]["half_width"] <= 0.2
    shown = analyse("plan", "margin", "--margin", 0.01, "--response", 0.2, "--dwellings", 100)
    assert "asking all 100 dwellings gives no margin of ±0.01" in shown


STRATA = """stratum;area;dwellings;sd;response;cost
Weesp/flat;Weesp;900;1,7;0,3;2
Weesp/huis;Weesp;600;1,4;0,4;2
Huizen/flat;Huizen;3600;1,6;0,35;1,5
"""


def test_the_plan_of_a_division(tmp_path):
    file = tmp_path / "strata.csv"
    file.write_text(STRATA)
    found = data("plan", "allocate", file, "--answers", 900, "--area-margin", 0.25)["allocation"]
    assert sum(row["answers"] for row in found["rows"]) == 900
    assert all(row["half_width"] <= 0.25 for row in found["areas"])
    ceiling = data("plan", "allocate", file, "--budget", 2500, "--rule", "optimal")["allocation"]
    assert ceiling["cost"] <= 2500
    assert "Not reached: " in analyse("plan", "allocate", file, "--area-margin", 0.001)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["plan", "margin"], "give --invited or --margin"),
        (["plan", "change"], "give --answers or --difference"),
        (["plan", "margin", "--invited", "10", "--dwellings", "5"], "at most the 5 dwellings"),
    ],
)
def test_a_plan_of_nothing_is_refused(options, message):
    assert message in analyse(*options, fails=True)


def test_a_plan_says_what_is_wrong_in_the_file(tmp_path):
    file = tmp_path / "strata.csv"
    file.write_text(STRATA.replace("900", "veel").replace("1,4", ""))
    message = analyse("plan", "allocate", file, "--answers", 10, fails=True)
    assert "line 2, column 'dwellings'" in message
    assert "line 3, column 'sd'" in message
