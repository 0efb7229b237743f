"""Replicate variance: equal to R ``survey`` 4.5, and to the linearised variance where it must be.

The numbers of R come from ``as.svrepdesign`` in classic.R and synth_expected.R; each case carries
its design.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Design, Survey
from analysis.replicate_estimates import ReplicateSurvey
from analysis.replicates import Bootstrap, Given, Jackknife
from analysis.results import Flag
from tests.oracle_design import rows_of
from tests.oracle_replicates import replicate

REFERENCE = Path(__file__).parents[1] / "reference"
SYNTH = json.loads((REFERENCE / "synth_expected.json").read_text())

# The data of R's own packages are not copied: these cases run where the folder lies beside the
# project.
BESIDE = Path(__file__).parents[3] / "shared" / "oracle" / "open"


def beside():
    path = BESIDE / "classic_expected.json"
    cases = json.loads(path.read_text())["cases"] if path.exists() else []
    return [case for case in cases if case["estimator"]["kind"] == "replicate"]


IN_SYNTH = [case for case in SYNTH["cases"] if "replicates" in case["design"]]


def close(found, expected):
    """Compare to 1e-9, absolutely where nothing but rounding is expected."""
    expected = np.array(expected, dtype=float)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * (abs(expected) < 1e-9).max())


def compare(found, expected):
    assert found.keys() == expected.keys() - {"note"}
    for name in found:
        numbers = expected[name]
        if isinstance(numbers, dict):
            compare(found[name], numbers)
        elif name == "levels":
            assert found[name] == numbers
        else:
            close(found[name], numbers)


@pytest.mark.parametrize("case", IN_SYNTH, ids=lambda case: case["id"])
def test_the_jackknife_equals_r_with_lonely_units(case):
    # R: svyby(~rapportcijfer, ~gemeente, as.svrepdesign(d, type = "JKn"), svymean, na.rm = TRUE)
    columns = rows_of(REFERENCE / "survey.csv", case["design"]["where_wave"])
    compare(replicate(case, columns, REFERENCE), case["expected"])


@pytest.mark.parametrize("case", beside(), ids=lambda case: case["id"])
def test_replicates_equal_r_on_the_api_samples(case):
    # R: svymean, svyby and svytotal on as.svrepdesign(d, type = ), and postStratify of it
    compare(replicate(case, rows_of(BESIDE / case["data"]), BESIDE), case["expected"])


def test_the_cases_of_r_are_all_there():
    assert len(IN_SYNTH) == 2
    assert not BESIDE.exists() or len(beside()) == 13


# R 4.2.2 with survey 4.1-1, on the rows of 2022, d = svydesign(~complex_id, strata = ~stratum,
# weights = ~w, nest = TRUE) and r = as.svrepdesign(d, "JKn") after options(survey.lonely.psu = )
LONELY = Design(strata="stratum", clusters="complex_id", weights="w", nest=True)


def lonely(rule, **options):
    survey = Survey(
        rows_of(REFERENCE / "survey.csv", 2022), Design(**{**vars(LONELY), "lonely": rule})
    )
    return survey, ReplicateSurvey(survey, Jackknife(**options))


def test_the_jackknife_leaves_lonely_units_in():
    # SE(svytotal(~rapportcijfer, r)), SE(svymean(...)) and, of the areas that are not tiny,
    # SE(svyby(~rapportcijfer, ~gemeente, r, svymean)) under "certainty"
    _, survey = lonely("certainty")
    assert survey.total("rapportcijfer").total().se == pytest.approx(13490.3567819329, rel=1e-9)
    mean = survey.mean("rapportcijfer", by="gemeente")
    assert mean.total().se == pytest.approx(0.0364446860249034, rel=1e-9)
    assert mean.row("Amersfoort").se == pytest.approx(0.0944199670034256, rel=1e-9)
    assert mean.row("Weesp").se == pytest.approx(0.1584704265491891, rel=1e-9)


def test_r_sets_a_lonely_unit_against_whole_strata():
    # as above, under "adjust"
    _, survey = lonely("adjust", lonely_among="strata")
    assert survey.total("rapportcijfer").total().se == pytest.approx(22148.7634882994, rel=1e-9)
    assert survey.mean("rapportcijfer").total().se == pytest.approx(0.0371482353801595, rel=1e-9)


@pytest.mark.parametrize("rule", ["adjust", "average", "certainty"])
def test_totals_vary_as_linearised_ones_with_lonely_units_too(rule):
    survey, replicated = lonely(rule, mse=True)
    linear, found = (one.total("rapportcijfer", by="gemeente") for one in (survey, replicated))
    np.testing.assert_allclose(found.covariance[""], linear.covariance[""], rtol=1e-9, atol=1e-3)
    assert [row.df for row in found.rows] == [row.df for row in linear.rows]
    assert [row.flag for row in found.rows] == [row.flag for row in linear.rows]


@pytest.mark.parametrize("plan", [Jackknife(), Bootstrap(replicates=9, seed=1)])
def test_lonely_units_can_be_refused(plan):
    survey = Survey({"h": ["a", "a", "b"], "y": [1, 2, 3]}, Design(strata="h"))
    assert ReplicateSurvey(survey, plan).mean("y").total().se > 0
    refused = replace(survey, design=replace(survey.design, lonely="fail"))
    with pytest.raises(ValueError, match="1 strata have a single sampling unit"):
        ReplicateSurvey(refused, plan).mean("y")


# ---- what must hold whatever the answers

MARKS = st.lists(
    st.tuples(
        st.sampled_from("abc"),  # stratum
        st.integers(0, 3),  # cluster within it
        st.sampled_from(["x", "y", ""]),  # domain
        st.integers(1, 10),  # mark
        st.sampled_from([1, 2.5, 4]),  # weight
    ),
    min_size=2,
    max_size=40,
)


def columns_of(rows):
    names = ("stratum", "cluster", "domain", "mark", "w")
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


@given(MARKS, st.booleans(), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_jackknifed_totals_vary_as_linearised_ones(rows, stratified, clustered, mse):
    design = Design(
        strata="stratum" if stratified else None,
        clusters="cluster" if clustered else None,
        weights="w",
        nest=True,
        lonely="certainty",
    )
    survey = Survey(columns_of(rows), design)
    linear = survey.total("mark", by="domain")
    found = ReplicateSurvey(survey, Jackknife(mse=mse)).total("mark", by="domain")
    expected = linear.covariance[""]
    np.testing.assert_allclose(
        found.covariance[""], expected, rtol=1e-9, atol=1e-9 * max(expected.max(initial=0), 1)
    )
    assert [row.flag for row in found.rows] == [row.flag for row in linear.rows]


@given(MARKS)
@settings(max_examples=40, deadline=None)
def test_counted_answers_are_left_out_one_by_one(rows):
    """A cell of n answers gives n equal replicates: as when every answer is a cluster."""
    columns = columns_of(rows) | {"answer": list(range(len(rows)))}
    single = Design(strata="stratum", clusters="answer", weights="w", lonely="certainty")
    counted = Design(strata="stratum", weights="w", lonely="certainty")
    one, other = (
        ReplicateSurvey(Survey(columns, design), Jackknife()).mean("mark", by="domain")
        for design in (single, counted)
    )
    np.testing.assert_allclose(
        one.covariance[""], other.covariance[""], rtol=1e-9, atol=1e-12, equal_nan=True
    )
    assert [(row.df, row.flag) for row in one.rows] == [(row.df, row.flag) for row in other.rows]


def by_hand(rows, adjust=lambda w, rows: w):
    """Leave the clusters of a stratum out in turn; give the covariance of means and ratios."""
    rows = np.array(rows, dtype=object)
    units = sorted({(h, c) for h, c, *_ in rows})
    found, mass = [], []
    for stratum, cluster in units:
        n = sum(h == stratum for h, _ in units)
        here = rows[:, 0] == stratum
        factor = np.where(here, n / (n - 1), 1.0) * ~(here & (rows[:, 1] == cluster))
        w = adjust(rows[:, 4].astype(float) * factor, rows)
        y = rows[:, 3].astype(float)
        found.append([w @ y / w.sum(), (w * (y >= 7)).sum() / w.sum()])
        mass.append((n - 1) / n)
    deviation = np.array(found) - np.mean(found, axis=0)
    return deviation.T @ (np.array(mass)[:, None] * deviation)


def invented(seed, size=60):
    rng = np.random.default_rng(seed)
    marks = rng.integers(1, 11, size)
    return [
        ("abc"[i % 3], i // 3 % 5, "xy"[int(rng.integers(2))], int(mark), float(1 + i % 4))
        for i, mark in enumerate(marks)
    ]


CLUSTERED = Design(strata="stratum", clusters="cluster", weights="w", nest=True)


def test_means_and_shares_are_those_of_every_replicate():
    rows = invented(1)
    expected = by_hand(rows)
    survey = ReplicateSurvey(Survey(columns_of(rows), CLUSTERED), Jackknife())
    assert survey.mean("mark").total().se ** 2 == pytest.approx(expected[0, 0], rel=1e-9)
    assert survey.share("mark", 7, 10).total().se ** 2 == pytest.approx(expected[1, 1], rel=1e-9)


def test_weights_of_every_replicate_are_adjusted_anew():
    rows = invented(2)

    def adjust(w, rows):
        x = rows[:, 2] == "x"
        return w * np.where(x, 70 / w[x].sum(), 30 / w[~x].sum())

    expected = by_hand(rows, adjust)
    survey = Survey(columns_of(rows), CLUSTERED).post_stratify("domain", {"x": 70, "y": 30})
    found = ReplicateSurvey(survey, Jackknife()).mean("mark").total()
    assert found.value == survey.mean("mark").total().value
    assert found.se**2 == pytest.approx(expected[0, 0], rel=1e-9)
    raked = Survey(columns_of(rows), CLUSTERED).rake({"domain": {"x": 70, "y": 30}})
    again = ReplicateSurvey(raked, Jackknife()).mean("mark").total()
    assert again.se == pytest.approx(found.se, rel=1e-9)


def test_trimmed_weights_of_counted_answers_are_trimmed_anew():
    columns = columns_of(invented(3)) | {"answer": list(range(60))}
    one, other = (
        ReplicateSurvey(
            Survey(columns, Design(strata="stratum", clusters=unit, weights="w")).trim(high=3),
            Jackknife(),
        ).mean("mark")
        for unit in (None, "answer")
    )
    assert one.total().se == pytest.approx(other.total().se, rel=1e-9)


def test_a_replicate_that_cannot_be_adjusted_takes_the_margin():
    columns = {"c": [1, 1, 2, 2, 3], "g": ["a", "b", "b", "b", "b"], "y": [5, 7, 8, 6, 9]}
    survey = Survey(columns, Design(clusters="c")).post_stratify("g", {"a": 10, "b": 20})
    row = ReplicateSurvey(survey, Jackknife()).mean("y").total()
    assert row.value is not None
    assert (row.se, row.low, row.flag) == (None, None, Flag.NO_MARGIN)
    assert row.reason.startswith("1 of 3 replicates give no estimate: the weights cannot be")


def test_a_domain_that_a_resample_leaves_empty_gets_no_margin():
    columns = {"g": ["a"] * 2 + ["b"] * 20, "y": [5, 7, *range(1, 11), *range(1, 11)]}
    made = ReplicateSurvey(Survey(columns, Design()), Bootstrap(replicates=100, seed=1)).mean(
        "y", by="g"
    )
    assert made.row("a").flag is Flag.NO_MARGIN
    assert "of 100 replicates give no estimate: no answers are left" in made.row("a").reason
    assert np.isnan(made.covariance[""][0]).all()
    assert made.row("b").flag is Flag.OK


def test_the_finite_population_counts():
    rows = columns_of(invented(4)) | {"N": [12] * 60}
    survey = Survey(rows, Design(strata="stratum", clusters="cluster", fpc="N", nest=True))
    linear = survey.total("mark").total().se
    assert ReplicateSurvey(survey, Jackknife()).total("mark").total().se == pytest.approx(linear)
    plan = Bootstrap(replicates=4000, seed=7)
    assert ReplicateSurvey(survey, plan).total("mark").total().se == pytest.approx(linear, rel=0.04)
    whole = Survey(rows | {"N": [5] * 60}, survey.design)
    for plan in (Jackknife(), Bootstrap(replicates=9, seed=1)):
        row = ReplicateSurvey(whole, plan).mean("mark").total()
        assert (row.flag, row.se) == (Flag.NO_MARGIN, pytest.approx(0, abs=1e-12))


@pytest.mark.parametrize("clusters", ["cluster", None])
def test_the_bootstrap_nears_the_linearised_error(clusters):
    columns = columns_of(invented(5, 300))
    design = Design(strata="stratum", clusters=clusters, weights="w", nest=True)
    survey = Survey(columns, design)
    plan = Bootstrap(replicates=4000, seed=3)
    for kind in ("mean", "total"):
        linear, found = (
            getattr(one, kind)("mark", by="domain")
            for one in (survey, ReplicateSurvey(survey, plan))
        )
        for one, other in zip(
            (*linear.rows, *linear.totals), (*found.rows, *found.totals), strict=True
        ):
            assert other.value == one.value
            assert other.se == pytest.approx(one.se, rel=0.04)


def test_the_bootstrap_of_lonely_units_adds_their_square():
    columns = {"h": ["a"] * 4 + ["b"], "y": [1, 2, 3, 4, 50]}
    survey = Survey(columns, Design(strata="h"))
    plan = Bootstrap(replicates=4000, seed=1)
    assert ReplicateSurvey(survey, plan).total("y").total().se == pytest.approx(50, rel=0.02)
    certain = Survey(columns, Design(strata="h", lonely="certainty"))
    linear = certain.total("y").total().se
    assert ReplicateSurvey(certain, plan).total("y").total().se == pytest.approx(linear, rel=0.04)


def test_the_seed_decides_the_draws():
    survey = Survey(columns_of(invented(6)), CLUSTERED)

    def error(seed):
        return ReplicateSurvey(survey, Bootstrap(replicates=50, seed=seed)).mean("mark").total().se

    assert error(1) == error(1) != error(2)


def test_each_wave_is_replicated_by_itself():
    columns = columns_of(invented(7)) | {"wave": ["1", "2"] * 30}
    design = Design(strata="stratum", wave="wave", weights="w")
    survey = Survey(columns, design).post_stratify("domain", {"x": 70, "y": 30})
    both = ReplicateSurvey(survey, Jackknife()).mean("mark", by="domain")
    for wave in ("1", "2"):
        here = {
            name: [v for v, w in zip(column, columns["wave"], strict=True) if w == wave]
            for name, column in columns.items()
        }
        alone = Survey(here, Design(strata="stratum", weights="w"))
        one = ReplicateSurvey(alone.post_stratify("domain", {"x": 70, "y": 30}), Jackknife())
        expected = one.mean("mark", by="domain")
        assert [row.se for row in both.of(wave)] == [row.se for row in expected.rows]
        assert both.total(wave).se == expected.total().se
    with pytest.raises(ValueError, match="cannot be compared or combined"):
        both.change("1", "2")


# ---- weights that came with the file


def test_given_weights_bring_their_degrees_of_freedom():
    """The jackknife's own weights, given as columns without strata or clusters."""
    rows = invented(8)
    survey = Survey(columns_of(rows), CLUSTERED)
    expected = ReplicateSurvey(survey, Jackknife()).mean("mark", by="domain")
    cells = survey.cells("mark")
    units = sorted({(h, c) for h, c, *_ in rows})
    weights = {
        f"rep{i}": [
            w * (0 if (h, c) == unit else 1.25 if h == unit[0] else 1) for h, c, _, _, w in rows
        ]
        for i, unit in enumerate(units)
    }
    assert len(cells.strata) == 3
    given_ = Survey(columns_of(rows) | weights, Design(weights="w"))
    plan = Given(columns=tuple(weights), scale=1, rscales=0.8)
    found = ReplicateSurvey(given_, plan).mean("mark", by="domain")
    np.testing.assert_allclose(found.covariance[""], expected.covariance[""], rtol=1e-9)
    assert found.total().df == expected.total().df == 12
    assert found.design_df == expected.design_df == {"": 12}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": ("a",), "scale": 1}, "2 columns or more"),
        ({"columns": ("a", "b"), "scale": -1}, "scale must be 0 or more, got -1"),
        ({"columns": ("a", "b"), "scale": 1, "rscales": [1, 2, 3]}, "each of 2 columns, got 3"),
        ({"columns": ("a", "b"), "scale": 1, "rscales": [1, -2]}, "rscales must be 0 or more"),
    ],
)
def test_given_weights_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Given(**options)


@pytest.mark.parametrize(("weight", "got"), [("", "nothing"), (-1, "-1")])
def test_a_replicate_weight_is_a_number(weight, got):
    survey = Survey({"y": [1, 2, 3], "a": [1, 1, weight], "b": [1, 2, 3]}, Design())
    plan = Given(columns=("a", "b"), scale=1)
    with pytest.raises(ValueError, match=f"column 'a' must be 0 or more, got {got}"):
        ReplicateSurvey(survey, plan).mean("y")


def test_one_resample_is_no_spread():
    with pytest.raises(ValueError, match="replicates must be 2 or more, got 1"):
        Bootstrap(replicates=1, seed=1)


def test_few_resamples_leave_few_degrees_of_freedom():
    survey = Survey(columns_of(invented(9)), CLUSTERED)
    row = ReplicateSurvey(survey, Bootstrap(replicates=6, seed=1)).mean("mark").total()
    assert row.df == 5
