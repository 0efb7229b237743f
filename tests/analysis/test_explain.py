"""The account of a figure: its numbers are those of the record, computed again from the cells."""

import csv
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import TOTAL, Bootstrap, Design, Flag, Survey, read_population
from analysis.explain import explain_estimate
from analysis.quantile import quantiles

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="module")
def answers():
    return Survey.read(REFERENCE / "survey.csv", Design()).columns


def rows():
    with (REFERENCE / "survey.csv").open(newline="") as file:
        return list(csv.DictReader(file))


DESIGNS = {
    "plain": {},
    "weighted": {"strata": "stratum", "weights": "w_element"},
    "clustered": {"strata": "stratum", "clusters": "complex_id", "weights": "w"},
    "fpc": {
        "strata": "stratum",
        "clusters": "complex_id",
        "weights": "w",
        "fpc": "n_complex_pop",
    },
    "two stages": {
        "strata": "stratum",
        "clusters": "complex_id",
        "weights": "w",
        "fpc": ("n_complex_pop", "n_dwellings_complex"),
    },
    "certainty": {"strata": "stratum", "clusters": "complex_id", "lonely": "certainty"},
    "average": {"strata": "stratum", "clusters": "complex_id", "lonely": "average"},
    "flag": {"strata": "stratum", "clusters": "complex_id", "lonely": "flag"},
    "lonely domains": {"strata": "stratum", "clusters": "complex_id", "lonely_domains": True},
    "collapse": {
        "strata": "stratum",
        "clusters": "complex_id",
        "lonely": "collapse",
        "collapse": "gemeente",
    },
}


def survey_of(columns, name):
    if name == "population":
        counts = read_population(REFERENCE / "pop_stratum.csv", strata="stratum")
        return Survey(columns, Design(wave="wave", strata="stratum", population=counts))
    return Survey(columns, Design(wave="wave", **DESIGNS[name]))


def n(value):
    """Write a number as the text does."""
    return f"{value:.1f}" if 1e6 <= abs(value) < 1e15 else f"{value:.7g}"


def ends_with(text, start, value):
    """Check that a line that starts so ends with the number of the record."""
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith(start)]
    assert lines, f"no line starts with {start!r}\n{text}"
    assert any(line.endswith(f"= {n(value)}") for line in lines), (lines, n(value))


def check(result, key, wave=None):
    """Check the account of one estimate against its record; give the text."""
    text, row = result.explain(key, wave), result.row(key, wave)
    assert "DIFFERS" not in text, text
    assert "nan" not in text, text
    if row.value is None:
        return text
    assert "Own: units with an answer here" in text
    ends_with(text, "Own:", row.df)
    ends_with(
        text,
        "Whole design:",
        result.cells.by_wave()[result.waves.index(row.wave)].sample().design_df,
    )
    assert "Agrees with the reported value." in text
    if row.low is not None:
        assert "Agrees with the reported ends." in text
        assert f"{n(row.low)} to {n(row.high)}" in text.partition("Interval\n")[2]
    if result.quantity is None:
        return text
    ends_with(text, "R =", row.value)
    if row.se is not None:
        ends_with(text, "SE = sqrt(V)", row.se)
        assert "Agrees with the reported SE." in text
    if row.deff is not None:
        # Seven digits of two numbers that agree to rounding may differ in the last.
        told = re.search(r"deff = V / V0 = (\S+); effective n = n / deff = (\S+)", text)
        assert [float(one) for one in told.groups()] == pytest.approx(
            [row.deff, row.n_effective], rel=1e-6
        )
    return text


@pytest.mark.parametrize("name", [*DESIGNS, "population"])
def test_every_mean_is_told_with_the_numbers_of_its_record(name, answers):
    result = survey_of(answers, name).mean("rapportcijfer", by="gemeente", scale=(1, 10))
    for row in (*result.rows, *result.totals):
        check(result, row.key, row.wave)


def test_the_variance_adds_up_over_the_strata(answers):
    result = survey_of(answers, "two stages").mean("rapportcijfer", by="gemeente")
    text = check(result, "Weesp", 2022)
    table = text.partition("adds to V")[2].partition("\n")[2].splitlines()
    added = []
    for line in table:
        numbers = re.split(r" {2,}", line.strip())
        if numbers[0] == "V":
            break
        added.append(float(numbers[-3]) + float(numbers[-2]))
    assert len(added) == 5
    assert sum(added) == pytest.approx(result.row("Weesp", 2022).se ** 2, rel=1e-6)
    assert "29 without answers here add nothing" in text
    assert "A single unit in BLA_eengezins, DIE_galerij, LAR_etage" in text


def test_the_answers_of_each_stratum_are_those_of_the_file(answers):
    marks = [
        row["rapportcijfer"]
        for row in rows()
        if row["wave"] == "2022" and row["stratum"] == "WEE_senioren" and row["rapportcijfer"]
    ]
    result = survey_of(answers, "clustered").mean("rapportcijfer", by="gemeente", scale=(1, 10))
    line = next(
        line for line in result.explain("Weesp", 2022).splitlines() if "WEE_senioren" in line
    )
    assert line.split()[2] == str(len(marks))
    assert line.split()[-10:] == [str(marks.count(str(mark))) for mark in range(1, 11)]


def test_dwellings_are_shown_where_they_give_the_weights(answers):
    result = survey_of(answers, "population").mean("rapportcijfer", by="gemeente")
    text = check(result, "Almere", 2021)
    assert re.search(r"ALM_etage +1725 ", text)
    assert "As an exact fraction" in text or len(str(result.row("Almere", 2021).exact)) > 75
    assert "Population counts of units: N by stratum." in " ".join(text.split())


@pytest.mark.parametrize("sweep", [False, True])
def test_raked_weights_are_told_with_their_residuals(sweep, answers):
    counts = read_population(REFERENCE / "pop_gemeente.csv", strata="gemeente")
    ages = {"18-34": 13000, "35-54": 21000, "55-64": 13000}
    ages["65+"] = sum(counts.values()) - sum(ages.values())
    survey = survey_of(answers, "clustered").rake(
        {"gemeente": counts, "leeftijd": ages}, sweep=sweep
    )
    result = survey.mean("rapportcijfer", by="woningtype", scale=(1, 10))
    for row in (*result.rows, *result.totals):
        text = check(result, row.key, row.wave)
    assert "Weights were raked to the population by gemeente, leeftijd." in text
    told = " ".join(text.split())
    assert ("R's rake" if sweep else "(Deville & Särndal 1992)") in told
    assert ("factors" in text) is not sweep


@pytest.mark.parametrize("interval", ["logit", "wilson", "beta", "likelihood", "asin", "mean", "t"])
def test_shares_by_every_interval(interval, answers):
    result = survey_of(answers, "fpc").share(
        "rapportcijfer", 8, 10, by="gemeente", interval=interval
    )
    for row in result.rows:
        check(result, row.key, row.wave)
    check(result, TOTAL, 2022)


@pytest.mark.parametrize("interval", ["logit", "wilson", "beta", "likelihood", "asin", "t"])
def test_means_by_every_interval(interval, answers):
    result = survey_of(answers, "clustered").mean(
        "rapportcijfer", by="gemeente", scale=(1, 10), interval=interval
    )
    for row in result.rows:
        check(result, row.key, row.wave)


def test_totals_ratios_and_quantiles(answers):
    survey = survey_of(answers, "two stages")
    total = survey.total("rapportcijfer", by="gemeente")
    assert "R = sum(w n y) =" in check(total, "Almere", 2022)
    check(total, TOTAL, 2022)
    ratio = survey.ratio("schoon", "veilig", by="gemeente")
    assert "R = sum(w n y) / sum(w n x) =" in check(ratio, "Almere", 2022)
    for p in (0.25, 0.5):
        quantile = survey.quantile("rapportcijfer", p, by="gemeente")
        for row in (*quantile.rows, *quantile.totals):
            text = check(quantile, row.key, row.wave)
        assert "Method woodruff" in text
        assert f"SE of the quantile = width / (2 t) = {n(row.se)}" in text
        assert text.startswith(f"quantile {p} of rapportcijfer: all answers, wave 2022")


@pytest.mark.parametrize("centre", ["p", "estimate"])
def test_an_interval_of_a_quantile_is_told_about_its_own_centre(centre, answers):
    cells = survey_of(answers, "weighted").cells("rapportcijfer", by="gemeente")
    result = quantiles(cells, 0.5, name="the median", centre=centre)
    for row in (*result.rows, *result.totals):
        text = check(result, row.key, row.wave)
        if row.low is None:
            continue
        about = re.search(r"Shares (\S+) ± t SE", text)
        reached = re.search(r"at or below it: (\S+)", text)
        assert about.group(1) == ("0.5" if centre == "p" else reached.group(1))


def test_estimates_with_replicate_margins_are_not_told(answers):
    survey = survey_of(answers, "clustered").replicated(Bootstrap(replicates=50, seed=1))
    with pytest.raises(ValueError, match="cannot be told: its margins are of replicates"):
        survey.mean("rapportcijfer").explain(wave=2022)


def small(rows, **design):
    names = ("stratum", "area", "mark")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return Survey(columns, Design(strata="stratum", **design))


ROWS = [
    ("a", "empty", ""),
    ("a", "one", 7),
    ("a", "same", 8),
    ("a", "same", 8),
    ("a", "top", 10),
    ("a", "top", 10),
    ("b", "mixed", 4),
    ("b", "mixed", 9),
    ("c", "mixed", 6),
]


def test_a_domain_without_answers_says_so():
    text = check(small(ROWS).mean("mark", by="area"), "empty")
    assert "No value. Answers: 1 drawn here, 0 with a value." in text
    assert "Flag: no answers; no answers." in text


def test_a_single_answer_has_a_value_and_a_reason():
    text = check(small(ROWS).mean("mark", by="area"), "one")
    assert "Own: units with an answer here 1 - strata with one 1 = 0" in text
    assert "With none of its own there is no margin, whatever the design has." in text
    assert "None: no degrees of freedom" in text


def test_equal_answers_get_their_margin_of_the_prior_answer():
    result = small(ROWS).mean("mark", by="area", scale=(1, 10))
    text = check(result, "same")
    assert "Flag: all answers the same" in text
    assert "V* = ((n - 1) SE² + s0² / n) / n = (1 x 0 + 3.24 / 2) / 2 = 0.81" in text
    top = check(result, "top")
    assert "So near an end p is put at 0.8333333" in top
    assert "None: all answers are the same" in check(small(ROWS).mean("mark", by="area"), "same")


def test_a_share_of_all_is_told_without_a_logit():
    text = check(small(ROWS).share("mark", 8, by="area"), "same")
    assert "p is at an end and has no logit: Clopper-Pearson" in text


def test_an_account_is_short_enough_to_read(answers):
    result = survey_of(answers, "two stages").mean("rapportcijfer", by="gemeente", scale=(1, 10))
    for key in ("Weesp", "Amsterdam", TOTAL):
        lines = result.explain(key, 2022).splitlines()
        assert 25 <= len(lines) <= 75
        assert max(map(len, lines)) <= 120
    assert "21 more with answers here" in result.explain(TOTAL, 2022)


def test_a_row_of_other_estimates_is_refused(answers):
    result = small(ROWS).mean("mark", by="area")
    other = replace(result.row("mixed"), value=9.0)
    with pytest.raises(
        ValueError, match="row must be of these estimates, got another one of mixed"
    ):
        explain_estimate(result, other)


CHANGES = [
    ("clustered", {}),
    ("two stages", {}),
    ("clustered", {"overlap": "none"}),
    ("weighted", {"adjust": "bh"}),
    ("flag", {"adjust": "none", "equivalence": None, "min_answers": 1, "min_df": 1}),
]


@pytest.mark.parametrize(("name", "options"), CHANGES)
def test_every_change_is_told_with_the_numbers_of_its_record(name, options, answers):
    result = survey_of(answers, name).mean("rapportcijfer", by="gemeente", scale=(1, 10))
    changes = result.change("2021", "2022", **options)
    for row in (*changes.rows, changes.total):
        text = changes.explain(row.key)
        assert "DIFFERS" not in text, text
        assert "nan" not in text
        assert str(row.verdict) in text
        if row.value is not None:
            ends_with(text, "D =", row.value)
        if row.flag is not Flag.OK:
            assert row.reason in " ".join(text.split())
        if row.p is not None:
            check_test(text, row, changes)


def check_test(text, row, changes):
    ends_with(text, "t = D / SE", row.p)
    assert f"SE = sqrt(V) = {n(row.se)}; " in text
    assert f"{n(row.low)} to {n(row.high)}" in text
    ends_with(text, "(t(0.975) + t(0.8)) SE", row.detectable)
    ends_with(text, "Effect size:", row.effect_size)
    if row.p_adjusted is not None:
        ends_with(text, "adjusted p", row.p_adjusted)
    if changes.equivalence:
        assert f"The larger counts: p = {n(row.p_equivalence)}" in text


def test_the_rules_of_the_tests_are_told(answers):
    result = survey_of(answers, "clustered").mean("rapportcijfer", by="gemeente")
    text = " ".join(result.change("2021", "2022").explain("Weesp").split())
    assert "A change is tested from n = 30 in each wave and df = 4." in text
    assert "The family of tests: every domain that may be tested." in text
    family = {("Weesp",), ("Almere",)}
    changes = result.change("2021", "2022", family=family, min_answers=10, min_df=2)
    text = " ".join(changes.explain("Weesp").split())
    assert "A change is tested from n = 10 in each wave and df = 2." in text
    assert "The family of tests: Almere, Weesp (chosen before looking)." in text


def test_what_the_waves_share_is_counted(answers):
    result = survey_of(answers, "clustered").mean("rapportcijfer", by="gemeente")
    changes = result.change("2021", "2022")
    text = " ".join(changes.explain("Weesp").split())
    here = [row for row in rows() if row["gemeente"] == "Weesp" and row["rapportcijfer"]]
    one, two = ({row["complex_id"] for row in here if row["wave"] == w} for w in ("2021", "2022"))
    assert (
        f"{len(one)} in the earlier wave, {len(two)} in the later, {len(one & two)} in both" in text
    )
    v1, v2, cov, v = map(
        float, re.search(r"cov = (\S+) \+ (\S+) - 2 x (\S+) = (\S+)", text).groups()
    )
    assert v == pytest.approx(v1 + v2 - 2 * cov, rel=1e-5)
    assert v == pytest.approx(changes.row("Weesp").se ** 2, rel=1e-6)
    assert "Rank 1 of 7 tests, holm" in text
    apart = " ".join(result.change("2021", "2022", overlap="none").explain("Weesp").split())
    assert "They are taken as different units: cov is 0" in apart


def test_holm_shows_the_rank_that_decides():
    """Of p-values p, 1 and 1 the second times 2 goes before the third; R: ``p.adjust``."""
    marks = [
        (wave, area, area, mark)
        for area, shift in (("x", 0), ("y", 0), ("z", 1))
        for wave in "12"
        for mark in [6 + shift * (wave == "2"), 7, 8] * 15
    ]
    names = ("wave", "stratum", "area", "mark")
    columns = dict(zip(names, map(list, zip(*marks, strict=True)), strict=True))
    survey = Survey(columns, Design(strata="stratum", wave="wave"))
    text = survey.mean("mark", by="area").change("1", "2").explain("y")
    assert "Rank 3 of 3 tests, holm: p(3) x (3 - 3 + 1) = 1 x 1 = 1" in text
    assert "Of these the largest of this and every earlier rank: rank 2 (x), at most 1" in text


def test_a_domain_of_one_wave_only_has_no_change_to_explain():
    rows = [
        ("1", "x", 6),
        ("1", "x", 8),
        ("2", "x", 7),
        ("2", "x", 9),
        ("2", "y", 7),
        ("2", "y", 5),
    ]
    columns = dict(zip(("wave", "area", "mark"), map(list, zip(*rows, strict=True)), strict=True))
    changes = Survey(columns, Design(wave="wave")).mean("mark", by="area").change("1", "2")
    assert "No change." in changes.explain("y")
    assert "no answers in the earlier wave" in changes.explain("y")


FEW = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.sampled_from("xy"), st.one_of(st.integers(1, 10), st.just(""))
    ),
    min_size=1,
    max_size=25,
)


@given(FEW, st.sampled_from(["adjust", "certainty", "average", "flag"]), st.booleans())
def test_any_answers_can_be_told(rows, lonely, lonely_domains):
    survey = small(rows, lonely=lonely, lonely_domains=lonely_domains)
    for result in (
        survey.mean("mark", by="area", scale=(1, 10)),
        survey.share("mark", 8, 10, by="area"),
        survey.total("mark", by="area"),
        survey.quantile("mark", by="area"),
    ):
        for row in (*result.rows, *result.totals):
            assert not math.isnan(row.se or 0)
            check(result, row.key)


PAIRS = st.lists(
    st.tuples(
        st.sampled_from("12"),
        st.sampled_from("ab"),
        st.sampled_from("klmn"),
        st.sampled_from("xy"),
        st.integers(1, 10),
    ),
    max_size=30,
)


@given(
    PAIRS, st.sampled_from(["shared", "stacked", "none"]), st.sampled_from(["holm", "bh", "none"])
)
def test_any_change_can_be_told(pairs, overlap, adjust):
    pairs = [("1", "a", "k", "x", 5), ("2", "a", "k", "x", 6), *pairs]
    names = ("wave", "stratum", "cluster", "area", "mark")
    columns = dict(zip(names, map(list, zip(*pairs, strict=True)), strict=True))
    design = Design(wave="wave", strata="stratum", clusters="cluster", nest=True)
    changes = (
        Survey(columns, design)
        .mean("mark", by="area")
        .change("1", "2", overlap=overlap, adjust=adjust, min_answers=1, min_df=1)
    )
    for row in (*changes.rows, changes.total):
        text = changes.explain(row.key)
        assert "DIFFERS" not in text, text
        assert "nan" not in text
        if row.p is not None:
            check_test(text, row, changes)
