"""What docs/statistics.md and docs/tutorial.md say of `analysis` is run, and compared with R."""

import contextlib
import csv
import io
import json
import math
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from analysis import Survey

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "tests" / "reference"
STATISTICS = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")

SYNTH = json.loads((REFERENCE / "synth_expected.json").read_text())
MISC = json.loads((REFERENCE / "misc_expected.json").read_text())
CASES = {case["id"]: case["expected"] for case in SYNTH["cases"]}
FH = MISC["fay_herriot"]["wijk"]

NAMES = [
    "svymean",
    "svyby",
    "svytotal",
    "svyratio",
    "svyquantile",
    "svyciprop",
    "svyttest",
    "svycontrast",
    "postStratify",
    "rake",
    "calibrate",
    "trimWeights",
    "as.svrepdesign",
    "svyolr",
    "eblupFH",
    "svyglm",
    "svychisq",
    "svyranktest",
    "svycralpha",
    "svydesign",
    "degf",
    "deff",
    "confint",
    "vcov",
    "p.adjust",
    "power.t.test",
]


def blocks(text, language="python"):
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def table():
    """Give the R call (all code of the first cell) and the Enquete call of each row."""
    (lines,) = re.findall(
        r"^\| In R \| In Enquete \|\n\|.*\n((?:\|.*\n)+)", STATISTICS, re.MULTILINE
    )
    rows = [re.fullmatch(r"\| (.*?) \| `(.*)` \|", line) for line in lines.splitlines()]
    return [(re.findall(r"`(.+?)`", row[1]), row[2]) for row in rows]


@pytest.fixture(scope="module")
def names():
    """Run the python blocks of docs/statistics.md, as the page says to do, and give their names."""
    space = {}
    with contextlib.chdir(ROOT):
        for block in blocks(STATISTICS):
            exec(block, space)  # noqa: S102 - the page's own lines
    return space


def value(found):
    return [found.value, found.se]


def first(case):
    row = CASES[case]["rows"][0]
    return [row["est"], row["se"]]


def weesp(*columns):
    rows = CASES["complex.2022.lonely_adjust.mean_by_gemeente"]["rows"]
    (row,) = (row for row in rows if row["key"]["gemeente"] == "Weesp")
    return [number for column in columns for number in np.atleast_1d(row[column])]


def designed(design):
    """Give the headline of 2022 under a design."""
    survey = Survey.read(REFERENCE / "survey.csv", replace(design, wave="wave"))
    return value(survey.mean("rapportcijfer").total(2022))


def contrasted():
    """Give R's contrast of two gemeenten in the covariance of the wave they are of."""
    case = CASES["complex.2022.lonely_adjust.mean_by_gemeente"]
    names = [row["key"]["gemeente"] for row in case["rows"]]
    i, j = (names.index(name) for name in ("Weesp", "Huizen"))
    v = case["vcov"]
    value = case["rows"][i]["est"] - case["rows"][j]["est"]
    return [value, math.sqrt(v[i][i] + v[j][j] - 2 * v[i][j])]


def changed(*columns):
    rows = SYNTH["change"]["complex"]["per_gemeente"]
    (row,) = (row for row in rows if row["gemeente"] == "Weesp")
    return [number for column in columns for number in np.atleast_1d(row[column])]


def jackknifed():
    case = CASES["JKn.2022.mean_by_gemeente"]
    place = case["levels"].index("Weesp")
    return [case["est"][place], case["se"][place]]


def share():
    case = CASES["complex.2022.lonely_adjust.ciprop"]
    return [case["est"], case["se"], *case["ci"]["logit"]]


def fitted(case):
    return [*CASES[case]["est"], *CASES[case]["se"]]


def small(found):
    rows = [found[area] for area in FH["areas"]]
    return [found.model_variance, *(row.value for row in rows), *(row.mse for row in rows)]


def small_of_r():
    fit = FH["direct_variance"]["REML"]
    return [fit["A"], *fit["eblup"], *fit["mse"]]


def ttest():
    test = changed("svyttest")[0]
    return [test["est"], test["df"], test["p"]]


def coefficients(found):
    return [*found.estimate, *found.se]


COMPLEX = "complex.2022.lonely_adjust"

# By R call: the numbers of ours, those of R, and the relative tolerance.
COMPARED = {
    "svydesign(~c, strata = ~s, weights = ~w, nest = TRUE)": (
        designed,
        lambda: first(f"{COMPLEX}.mean"),
        1e-9,
    ),
    "svydesign(~c + i, strata = ~s, weights = ~w, fpc = ~M + N)": (
        designed,
        lambda: first("twostage.2022.lonely_adjust.mean"),
        1e-9,
    ),
    "svydesign(~1, strata = ~s, fpc = ~N)": (
        designed,
        lambda: first("element_fpc.2022.lonely_adjust.mean"),
        1e-9,
    ),
    "svymean(~y, d, na.rm = TRUE)": (value, lambda: first(f"{COMPLEX}.mean"), 1e-9),
    "svyby(~y, ~g, d, svymean, na.rm = TRUE)": (value, lambda: weesp("est", "se"), 1e-9),
    "vcov(by)": (
        lambda found: found[:-1, :-1].ravel(),
        lambda: np.ravel(CASES[f"{COMPLEX}.mean_by_gemeente"]["vcov"]),
        1e-9,
    ),
    'confint(by, df = degf(subset(d, g == "Weesp")))': (
        lambda found: [found.low, found.high],
        lambda: weesp("ci_t_domain"),
        1e-9,
    ),
    "degf(d)": (lambda found: [found], lambda: weesp("df_design"), 0),
    'degf(subset(d, g == "Weesp"))': (lambda found: [found], lambda: weesp("df_domain"), 0),
    'deff(svymean(~y, d, deff = "replace"))': (
        lambda found: [found],
        lambda: [CASES[f"{COMPLEX}.mean"]["rows"][0]["deff_wr"]],
        1e-9,
    ),
    "svytotal(~y, d)": (value, lambda: first(f"{COMPLEX}.total_tevreden"), 1e-9),
    'svyquantile(~y, d, 0.5, qrule = "math")': (
        lambda found: [found.value],
        lambda: [CASES[f"{COMPLEX}.quantiles"]["est"][2]],
        0,
    ),
    'svyciprop(~y, d, method = "logit", df = …)': (
        lambda found: [*value(found), found.low, found.high],
        share,
        1e-9,
    ),
    "svycontrast(by, c(Weesp = 1, Huizen = -1))": (value, contrasted, 1e-9),
    "svycontrast(by2, c(2022.Weesp = 1, 2021.Weesp = -1))": (
        lambda found: [*value(found), found.p, found.low, found.high],
        lambda: changed("diff", "se_diff", "p_t_domain", "ci_t_domain"),
        1e-9,
    ),
    'svyttest(y ~ wave, subset(d2, g == "Weesp"))': (
        lambda found: [found.value, found.df, found.p],
        ttest,
        1e-9,
    ),
    # Of 0.01, 0.04 and 0.2: 3, 2 and 1 times.
    'p.adjust(p, "holm")': (lambda found: found, lambda: [0.03, 0.08, 0.2], 1e-12),
    "postStratify(d, ~g, counts)": (value, lambda: first("complex+post_gemeente.2022.mean"), 1e-9),
    # R stops after ten sweeps.
    "rake(d, …)": (value, lambda: first("complex+rake3.2022.mean"), 1e-5),
    'calibrate(d, …, calfun = "raking")': (
        value,
        lambda: first("complex+cal_raking3.2022.mean"),
        1e-9,
    ),
    "calibrate(d, ~g + a, totals)": (value, lambda: first("complex+cal_linear.2022.mean"), 1e-9),
    # The mean of the replicates is moved by a lonely unit, which R takes for one of the strata.
    'as.svrepdesign(d, type = "JKn")': (value, jackknifed, 1e-8),
    "svyglm(y ~ a + b, d)": (coefficients, lambda: fitted("complex.2022.linear_drivers"), 1e-9),
    # optim() stops early, and its Hessian is by differences.
    "svyolr(cut(y, …) ~ a + b, d)": (
        coefficients,
        lambda: fitted("complex.2022.ordinal_drivers"),
        1e-4,
    ),
    "eblupFH(y ~ x, vardir)": (small, small_of_r, 1e-6),
    "power.t.test(delta = 0.2, sd = 1.6, power = 0.8)": (
        lambda found: [found],
        lambda: [math.ceil(MISC["sample_size"]["two_wave_t"][5]["n_per_wave"])],
        0,
    ),
}

# R's numbers of these are of its own samples: tests/analysis/test_oracle.py has them.
ONLY_RUN = {
    "svyratio(~y, ~x, d)",
    'calibrate(d, …, calfun = "logit", bounds = c(0.5, 2))',
    "trimWeights(d, upper = 60, strict = TRUE)",
    'as.svrepdesign(d, type = "subbootstrap")',
    "svrepdesign(repweights = …, combined.weights = TRUE)",
    "svytable(~a + b, d)",
    'svychisq(~a + b, d, statistic = "F")',
    "svyranktest(y ~ g, d)",
    "svycralpha(~a + b + c, d)",
    "svyglm(…, family = quasibinomial())",
    'svyglm(…, std.errors = "Bell-McCaffrey")',
}


@pytest.mark.parametrize(("r", "ours"), [pytest.param(r[0], e, id=r[0]) for r, e in table()])
def test_every_call_of_the_table_runs_and_gives_the_number_of_r(r, ours, names):
    with contextlib.chdir(ROOT):
        found = eval(ours, names)  # noqa: S307 - the page's own call
    assert found is not None
    if r in ONLY_RUN:
        return
    mine, expected, tolerance = COMPARED[r]
    wanted = np.array(expected(), dtype=float)
    scale = np.abs(wanted).max() if r == "vcov(by)" else 0.0
    np.testing.assert_allclose(mine(found), wanted, rtol=tolerance, atol=tolerance * scale)


def test_every_comparison_is_of_a_call_in_the_table():
    assert {r[0] for r, _ in table()} == COMPARED.keys() | ONLY_RUN


@pytest.mark.parametrize("name", NAMES)
def test_a_user_of_r_finds_the_name(name):
    calls = [code for r, _ in table() for code in r]
    assert any(re.search(rf"(?<![\w.]){re.escape(name)}(\(|$)", code) for code in calls)


def test_the_sizes_named_are_those_of_the_files(names):
    with (REFERENCE / "pop_stratum.csv").open() as file:
        rows = list(csv.DictReader(file))
    for woningtype, count in names["types"].items():
        assert count == sum(int(r["n_dwellings"]) for r in rows if r["woningtype"] == woningtype)
    assert sum(names["ages"].values()) == sum(names["dwellings"].values())


def test_the_statistics_are_short():
    assert len(STATISTICS.splitlines()) < 400


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"`analysis\.([\w.]+)", STATISTICS + TUTORIAL)))
)
def test_what_is_named_by_its_place_is_there(name):
    module, _, inside = name.partition(".")
    found = import_module(f"analysis.{module}")
    assert not inside or hasattr(found, inside)


def test_the_tutorial_prints_what_it_says(tmp_path, monkeypatch):
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    monkeypatch.chdir(tmp_path)
    space = {}
    steps = re.findall(r"```python\n(.*?)```\n(?:```text\n(.*?)```)?", TUTORIAL, flags=re.DOTALL)
    assert len(steps) == len(blocks(TUTORIAL))
    for code, printed in steps:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(code, space)  # noqa: S102 - the page's own lines
        assert out.getvalue().rstrip() == printed.rstrip(), code


def test_both_pages_name_each_other():
    assert "(tutorial.md)" in STATISTICS
    assert "(statistics.md)" in TUTORIAL
