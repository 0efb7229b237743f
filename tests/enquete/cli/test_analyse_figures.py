"""Figures, weights and changes of `enquete analyse` equal R's `survey` 4.5 on the same file.

The R calls are in tests/reference/synth_expected.R; `case` names the one of each number.
"""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis import Design, Survey
from enquete.cli import main

REFERENCE = Path(__file__).parents[2] / "reference"
SURVEY = REFERENCE / "survey.csv"
R = json.loads((REFERENCE / "synth_expected.json").read_text())
CASES = {case["id"]: case for case in R["cases"]}
WAVES = ("2021", "2022")
STRATA = ["--wave", "wave", "--strata", "stratum"]
COMPLEX = [*STRATA, "--clusters", "complex_id", "--weights", "w"]
DESIGNS = {
    "element": [*STRATA, "--weights", "w_element"],
    "complex": COMPLEX,
    "complex_fpc": [*COMPLEX, "--fpc", "n_complex_pop"],
    "twostage": [
        *(*COMPLEX, "--clusters", "person_id"),
        *("--fpc", "n_complex_pop", "--fpc", "n_dwellings_complex"),
    ],
}


def analyse(*options):
    result = CliRunner().invoke(main, ["analyse", *map(str, options), "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def rows(found, head):
    return {(row["wave"], *row["key"]): row for row in found[f"{head}s"]}


def assert_equal(found, case, *, head="mean", by="gemeente"):
    """Hold the rows of both waves against R's; rows without a margin in either are no test."""
    mine, tested = rows(found, head), 0
    for wave in WAVES:
        for row in CASES[case.format(wave)]["expected"]["rows"]:
            key = (row["key"][by],) if "key" in row else ()
            one = mine[wave, *key]
            assert one["value"] == pytest.approx(row["est"], rel=1e-9)
            assert one["n"] == row["n"]
            assert one["df"] == row["df_domain"]
            if one["flag"] != "ok":
                continue
            tested += 1
            # Where R's own two disagree, vcov() on the full design is the coherent one.
            assert one["se"] == pytest.approx(row.get("se_joint", row["se"]), rel=1e-9)
            if not row.get("r_inconsistent"):
                assert [one["low"], one["high"]] == pytest.approx(row["ci_t_domain"], rel=1e-9)
    return tested


# R: svyby(~rapportcijfer, ~gemeente, svydesign(...), svymean), confint(df = degf of the domain).
@pytest.mark.parametrize("design", DESIGNS)
def test_means_equal_r(design):
    options = ["--rating", "rapportcijfer", "--by", "gemeente", "--interval", "t"]
    found = analyse(SURVEY, *options, *DESIGNS[design])
    assert assert_equal(found, f"{design}.{{}}.lonely_adjust.mean_by_gemeente") >= 16


# R: options(survey.lonely.psu = ...), options(survey.adjust.domain.lonely = TRUE).
@pytest.mark.parametrize(
    ("options", "name"),
    [
        (["--lonely", "certainty"], "certainty"),
        (["--lonely", "average"], "average"),
        (["--lonely-domains"], "adjust_domain"),
    ],
)
def test_lonely_units_are_dealt_with_as_in_r(options, name):
    figure = ["--rating", "rapportcijfer", "--by", "gemeente", "--interval", "t"]
    found = analyse(SURVEY, *figure, *COMPLEX, *options)
    assert assert_equal(found, f"complex.{{}}.lonely_{name}.mean_by_gemeente") >= 8


# R: svyby(~tevreden, ~gemeente, design, svymean).
def test_a_share_equals_r():
    options = ["--rating", "tevreden", "--from", 1, "--by", "gemeente", "--interval", "t"]
    found = analyse("share", SURVEY, *options, *COMPLEX)
    case = "complex.{}.lonely_adjust.prop_tevreden_by_gemeente"
    assert assert_equal(found, case, head="share") >= 15


# R: svyciprop(~tevreden, design, method = "logit").
def test_the_interval_of_a_share_is_that_of_svyciprop():
    found = rows(
        analyse("share", SURVEY, "--rating", "rapportcijfer", "--from", 7, *COMPLEX), "share"
    )
    for wave in WAVES:
        expected = CASES[f"complex.{wave}.lonely_adjust.ciprop"]["expected"]
        row = found[(wave,)]
        assert [row["low"], row["high"]] == pytest.approx(expected["ci"]["logit"], rel=1e-9)


# R: svytotal(~tevreden, design, na.rm = TRUE).
def test_a_total_equals_r():
    found = rows(analyse("total", SURVEY, "--rating", "tevreden", *COMPLEX), "total")
    for wave in WAVES:
        (row,) = CASES[f"complex.{wave}.lonely_adjust.total_tevreden"]["expected"]["rows"]
        assert found[(wave,)]["value"] == pytest.approx(row["est"], rel=1e-9)
        assert found[(wave,)]["se"] == pytest.approx(row.get("se_joint", row["se"]), rel=1e-9)


# R: svyquantile(~rapportcijfer, design, p, qrule = "math").
@pytest.mark.parametrize("place", range(5))
def test_a_quantile_equals_r(place):
    expected = {
        wave: CASES[f"complex.{wave}.lonely_adjust.quantiles"]["expected"] for wave in WAVES
    }
    p = expected["2021"]["p"][place]
    options = ["--rating", "rapportcijfer", "--p", p, "--centre", "estimate"]
    found = analyse("quantile", SURVEY, *options, *COMPLEX)
    for wave in WAVES:
        row = rows(found, "quantile")[(wave,)]
        assert row["value"] == expected[wave]["est"][place]
        if expected[wave]["se"][place]:
            assert [row["low"], row["high"]] == expected[wave]["ci"][place]
        else:  # the highest answer, where R has no width
            assert row["low"] <= row["high"] == row["value"] == 10
    assert "change" not in found


def test_a_ratio_is_that_of_the_package():
    options = ["--rating", "veilig", "--over", "rapportcijfer", "--by", "gemeente"]
    found = rows(analyse("ratio", SURVEY, *options, *COMPLEX), "ratio")
    design = Design(wave="wave", strata="stratum", clusters="complex_id", weights="w")
    expected = Survey.read(SURVEY, design).ratio("veilig", "rapportcijfer", by="gemeente")
    row = expected.row("Weesp", 2022)
    assert [found["2022", "Weesp"][name] for name in ("value", "se", "df", "n")] == [
        *(row.value, row.se, row.df, row.n)
    ]


# R: postStratify(design, ~gemeente, N); calibrate(design, ~gemeente + leeftijd + woningtype,
# calfun = "raking"); calibrate(design, ~gemeente + leeftijd).
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("post_gemeente", []),
        ("cal_raking3", []),
        ("cal_raking3", ["--calibrate", "raking"]),
        ("cal_linear", ["--calibrate", "linear"]),
    ],
)
def test_adjusted_weights_equal_r(tmp_path, name, options):
    adjustment = CASES[f"complex+{name}.2021.mean"]["design"]["adjustment"]
    margins = adjustment.get("margins") or {"gemeente": adjustment["counts"]}
    kind = "--rake" if "margins" in adjustment else "--post-stratify"
    for column, counts in margins.items():
        file = tmp_path / f"{column}.csv"
        lines = (f"{label},{count}\n" for label, count in counts.items())
        file.write_text(f"{column},N\n" + "".join(lines))
        options = [*options, kind, f"{column}={file}"]
    figure = ["--rating", "rapportcijfer", "--by", "gemeente", "--interval", "t"]
    found = analyse(SURVEY, *figure, *COMPLEX, *options)
    assert assert_equal(found, f"complex+{name}.{{}}.mean_by_gemeente") >= 14
    assert any(word in note for note in found["notes"] for word in ("raked", "calib", "post-strat"))


# R: svycontrast(svyby(~rapportcijfer, ~wave + gemeente, design, svymean, covmat = TRUE), ...).
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("complex", [*COMPLEX, "--overlap", "stacked"]),
        ("complex_fpc", [*DESIGNS["complex_fpc"], "--overlap", "stacked"]),
        ("independent", [*COMPLEX, "--overlap", "none"]),
        ("person", [*STRATA, "--clusters", "person_id", "--weights", "w", "--overlap", "stacked"]),
    ],
)
def test_changes_equal_r(name, options):
    figure = ["--rating", "rapportcijfer", "--by", "gemeente", "--min-answers", 0, "--min-df", 1]
    found = analyse(SURVEY, *figure, *options)["change"]
    mine = {"/".join(row["key"]): row for row in found["rows"]}
    tested = 0
    for row in R["change"][name]["per_gemeente"]:
        one = mine[row["gemeente"]]
        assert one["value"] == pytest.approx(row["diff"], rel=1e-9, abs=1e-12)
        if one["flag"] != "ok":
            continue
        tested += 1
        assert one["se"] == pytest.approx(row["se_diff"], rel=1e-9)
        assert one["df"] == row["df_domain"]
        assert one["p"] == pytest.approx(row["p_t_domain"], rel=1e-9)
        assert [one["low"], one["high"]] == pytest.approx(row["ci_t_domain"], rel=1e-9)
        (same,) = (test["p"] for test in row["tost_t_domain"] if test["margin"] == 0.2)
        assert one["p_equivalence"] == pytest.approx(same, rel=1e-9)
    assert tested >= 8
    assert mine[""]["value"] == pytest.approx(R["change"][name]["total"]["diff"], rel=1e-9)
    assert mine[""]["se"] == pytest.approx(R["change"][name]["total"]["se_diff"], rel=1e-9)


# R: p.adjust(p, "holm") and p.adjust(p, "BH") over the gemeenten that have a test.
@pytest.mark.parametrize("method", ["holm", "bh"])
def test_p_values_are_adjusted_as_in_r(method):
    options = ["--by", "gemeente", "--min-answers", 0, "--min-df", 1, "--adjust", method]
    options += ["--overlap", "stacked"]
    found = analyse(SURVEY, "--rating", "rapportcijfer", *options, *COMPLEX)["change"]
    mine = {"/".join(row["key"]): row["p_adjusted"] for row in found["rows"]}
    expected = R["change"]["complex"]["p_adjusted"]
    adjusted = expected["holm" if method == "holm" else "BH"]
    for gemeente, p in zip(expected["order"], adjusted, strict=True):
        assert mine[gemeente] == (p and pytest.approx(p, rel=1e-9))


def test_other_units_and_the_family_are_said():
    options = ["--rating", "rapportcijfer", "--by", "gemeente", "--units", "answers"]
    found = analyse(SURVEY, *options, *COMPLEX, "--min-answers", 300, "--equivalence", 0)
    (weesp,) = (
        row
        for row in found["units"]["answers"]
        if row["wave"] == "2022" and row["key"] == ["Weesp"]
    )
    assert weesp["se"] < rows(found, "mean")["2022", "Weesp"]["se"]
    (change,) = (row for row in found["change"]["rows"] if row["key"] == ["Weesp"])
    assert change["reason"] == "tested from 300 answers in each wave, got 235 and 278"
    assert change["p_adjusted"] is None
    assert {row["p_equivalence"] for row in found["change"]["rows"]} == {None}


def test_counted_cells_and_other_formats_give_the_same(tmp_path):
    pytest.importorskip("duckdb")
    import duckdb

    counted, parquet = tmp_path / "counted.csv", tmp_path / "survey.parquet"
    keys = "wave, stratum, complex_id, gemeente, w, rapportcijfer"
    duckdb.sql(
        f"COPY (SELECT {keys}, count(*) AS answers FROM read_csv('{SURVEY}', all_varchar = true)"  # noqa: S608
        f" GROUP BY ALL) TO '{counted}' (HEADER)"
    )
    duckdb.sql(f"COPY (FROM read_csv('{SURVEY}')) TO '{parquet}'")
    options = ["--rating", "rapportcijfer", "--by", "gemeente", *COMPLEX]
    first = rows(analyse(SURVEY, *options), "mean")
    for found in (analyse(counted, *options, "--count", "answers"), analyse(parquet, *options)):
        for key, row in rows(found, "mean").items():
            assert row["n"] == first[key]["n"]
            assert row["value"] == pytest.approx(first[key]["value"], rel=1e-12)
            assert row["se"] == (first[key]["se"] and pytest.approx(first[key]["se"], rel=1e-9))


MERGERS = "date,from,to\n2021-06-01,Weesp,Amsterdam\n"


def test_areas_are_put_together_as_of_a_day(tmp_path):
    file = tmp_path / "mergers.csv"
    file.write_text(MERGERS)
    options = ["--rating", "rapportcijfer", "--by", "gemeente", *COMPLEX, "--merge", file]
    found = analyse(SURVEY, *options, "--as-of", "2021-06-01")
    mine = rows(found, "mean")
    assert ("2021", "Weesp") not in mine
    assert mine["2021", "Amsterdam"]["n"] == 1873 + 235
    assert found["by"] == ["gemeente on 2021-06-01"]
    (change,) = (row for row in found["change"]["rows"] if row["key"] == ["Amsterdam"])
    assert change["flag"] == "ok"


def test_an_area_that_grew_between_waves_is_not_tested(tmp_path):
    file = tmp_path / "mergers.csv"
    file.write_text(MERGERS)
    options = ["--rating", "rapportcijfer", "--by", "gemeente", *COMPLEX, "--merge", file]
    found = analyse(SURVEY, *options)
    changes = {"/".join(row["key"]): row for row in found["change"]["rows"]}
    assert changes["Amsterdam"]["reason"] == "Amsterdam includes Weesp since 2021-06-01"
    assert changes["Amsterdam"]["p_adjusted"] is None
    assert changes["Weesp"]["reason"] == "Weesp is part of Amsterdam since 2021-06-01"
    assert changes["Huizen"]["p_adjusted"] is not None
