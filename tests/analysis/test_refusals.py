"""What is refused, in words that name it; and what is odd but valid, and gets through.

A warning of numpy is an error here (see pyproject.toml): none may leak from either. The file is
long because it is a table: one row a refusal.
"""

import math
import re
from itertools import product

import numpy as np
import pytest

from analysis import Design, Survey
from analysis.results import Flag

COLUMNS = {
    "wave": ["1", "1", "1", "1", "2", "2", "2", "2"],
    "stratum": list("aabbaabb"),
    "cluster": ["a1", "a2", "b1", "b2", "a1", "a2", "b1", "b2"],
    "area": list("xyxyxyxy"),
    "weight": [1, 2, 1.5, 1, 1, 3, 1, 1],
    "size": [10, 10, 20, 20, 10, 10, 20, 20],
    "mark": [7, 8, 6, 9, 7, 5, 8, 8],
}
BAD = math.nan, -1, 0, math.inf, "", None, "veel"


def survey(design=None, **columns):
    return Survey(COLUMNS | columns, Design(**{"wave": "wave"} | (design or {})))


def stratified(**columns):
    return survey({"strata": "stratum"}, **columns)


def changed(name, value, row=1):
    """Give a column with another value in its second row."""
    return {name: [*COLUMNS[name][:row], value, *COLUMNS[name][row + 1 :]]}


def means(design=None, **columns):
    return survey(design, **columns).mean("mark", by="area")


def adjusted(way, *arguments, **options):
    return getattr(stratified(), way)(*arguments, **options).mean("mark")


def read(path, text):
    (path / "answers.csv").write_text(text)
    return Survey.read(path / "answers.csv", Design())


A = {"a": 10, "b": 10}
REFUSED = {
    # marks
    "mark above the scale": (
        lambda: survey(**changed("mark", 11)).mean("mark", scale=(1, 10)),
        "column 'mark' must be from 1 to 10, row 2 has 11",
    ),
    "mark below the scale": (
        lambda: survey(**changed("mark", 0)).mean("mark", scale=(1, 10)),
        "column 'mark' must be from 1 to 10, row 2 has 0",
    ),
    "text as mark": (
        lambda: means(**changed("mark", "acht")),
        "column 'mark' must be a number or empty, row 2 has 'acht'",
    ),
    "infinite mark": (
        lambda: means(mark=np.array([1, np.inf, 1, 1, 1, 1, 1, 1])),
        "column 'mark' must be a finite number, row 2 has inf",
    ),
    "scale upside down": (
        lambda: survey().mean("mark", scale=(10, 1)),
        "scale must be a lower and a higher number, got 10 and 1",
    ),
    "endless scale": (
        lambda: survey().mean("mark", scale=(1, math.inf)),
        "scale must go up from its lowest to its highest answer, got (1, inf)",
    ),
    # population
    "stratum without population": (
        lambda: means({"strata": "stratum", "population": {"a": 10}}),
        "stratum 'b' in wave '1' has answers but no population count",
    ),
    "population below the answers": (
        lambda: means({"strata": "stratum", "population": {"a": 10, "b": 1}}),
        "population of stratum 'b' in wave '1' must be at least its 2 answers, got 1",
    ),
    "negative population": (
        lambda: means({"strata": "stratum", "population": {"a": 10, "b": -1}}),
        "population of stratum 'b' must be",
    ),
    "population without strata": (
        lambda: means({"population": {"a": 10}}),
        "strata must name a column",
    ),
    # waves
    "unknown wave in total": (lambda: means().total("3"), "there is no wave '3'; waves: 1, 2"),
    "no wave in total": (lambda: means().total(), "which wave; waves: 1, 2"),
    "unknown wave in change": (
        lambda: means().change("1", "3"),
        "there is no wave '3'; waves: 1, 2",
    ),
    "same wave twice": (
        lambda: means().change("1", 1),
        "two different waves are compared, got '1' twice",
    ),
    # weights to counts
    "margins of other populations": (
        lambda: adjusted("rake", {"stratum": A, "area": {"x": 10, "y": 11}}),
        "margins 'stratum' and 'area' must add up to the same population, got 20 and 21",
    ),
    "label without answers": (
        lambda: adjusted("post_stratify", "stratum", A | {"c": 3}),
        "margin 'stratum', label 'c' must have answers to stand for its population of 3, got none",
    ),
    "label without a count": (
        lambda: adjusted("post_stratify", "stratum", {"a": 10}),
        "margin 'stratum', label 'b' must have a population count, got none",
    ),
    "negative count": (
        lambda: adjusted("post_stratify", "stratum", A | {"b": -1}),
        "count of margin 'stratum', label 'b' must be 0 or more, got -1",
    ),
    "margin that is no column": (
        lambda: adjusted("rake", {"regio": A}),
        "there is no column 'regio'; columns: wave, stratum,",
    ),
    "contradicting margins": (
        # Each cluster is of one stratum: the counts of the clusters say those of the strata.
        lambda: adjusted(
            "calibrate", {"stratum": A, "cluster": {"a1": 9, "a2": 9, "b1": 1, "b2": 1}}
        ),
        "margin 'cluster', label 'a2' must be 1, got 9: in these answers it follows from",
    ),
    "a total that follows from the margin": (
        lambda: adjusted("calibrate", {"stratum": A}, {"size": 900}),
        "total 'size' must be 300, got 900: in these answers it follows from margin 'stratum'",
    ),
    "margins that no raking meets": (
        lambda: adjusted("calibrate", {"stratum": A}, {"weight": 900}, method="raking"),
        "raking calibration does not meet total 'weight' together with those before it: wanted 900",
    ),
    "bounds that cannot be met": (
        lambda: adjusted(
            "calibrate", {"area": {"x": 100, "y": 10}}, method="logit", bounds=(0.9, 1.1)
        ),
        "logit calibration within 0.9 to 1.1 does not meet margin 'area', label 'x'",
    ),
    "bounds missing": (
        lambda: adjusted("calibrate", {"stratum": A}, method="logit"),
        "bounds of logit must be low < 1 < high, low at least 0, got None",
    ),
    "nothing to calibrate on": (lambda: adjusted("calibrate", {}), "at least one margin or total"),
    "a total of texts": (
        lambda: adjusted("calibrate", {"stratum": A}, {"area": 3}),
        "column 'area' must be numbers, got 'x'",
    ),
    "nothing adjusted to report": (
        lambda: survey().weight_report("mark"),
        "the weights of this survey were not adjusted",
    ),
    # trimming
    "no limit": (lambda: adjusted("trim"), "trimming must have a limit"),
    "limits crossed": (
        lambda: adjusted("trim", low=2, high=1),
        "low must be at most high, got 2 and 1",
    ),
    "limit above the mean weight": (
        lambda: adjusted("trim", low=3),
        "low must be at most the mean weight of 1 or the sum cannot be kept, got 3",
    ),
    "limit below the mean weight": (
        lambda: adjusted("trim", high=0.5),
        "high must be at least the mean weight of 1 or the sum cannot be kept, got 0.5",
    ),
    "limit that is no number": (lambda: adjusted("trim", high=math.nan), "high must be a number"),
    # design
    "cluster in two strata": (
        lambda: means({"strata": "stratum", "clusters": "cluster"}, **changed("cluster", "b1")),
        "column 'cluster' must have each cluster in one stratum, 'b1' is in 'a' and 'b'",
    ),
    "cluster missing": (
        lambda: means({"clusters": "cluster"}, **changed("cluster", "")),
        "column 'cluster' must be filled in every row, row 2 has ''",
    ),
    "stratum missing": (
        lambda: means({"strata": "stratum"}, **changed("stratum", None)),
        "column 'stratum' must be filled in every row, row 2 has 'None'",
    ),
    "wave missing": (
        lambda: means(**changed("wave", math.nan)),
        "column 'wave' must be filled in every row, row 2 has 'nan'",
    ),
    "fpc below the sample": (
        lambda: means({"strata": "stratum", "fpc": "size"}, size=[1] * 8),
        "population of stratum 'a' must be at least its 2 sampled units, got 1",
    ),
    "fpc that varies in a stratum": (
        lambda: means({"strata": "stratum", "fpc": "size"}, **changed("size", 12)),
        "column 'size' must be one number in stratum 'a', got 10 and 12",
    ),
    "fpc that varies in a cluster": (
        lambda: means(
            {"clusters": "stratum", "fpc": ["weight", "size"]},
            weight=[3] * 8,
            **changed("size", 12),
        ),
        "column 'size' must be one number in a unit of stratum ''",
    ),
    "lonely unit where that is to fail": (
        lambda: means({"strata": "cluster", "lonely": "fail"}),
        "4 strata have a single sampling unit",
    ),
    # options
    "unknown lonely": (lambda: Design(lonely="skip"), "lonely must be one of"),
    "collapse without a column": (
        lambda: Design(lonely="collapse"),
        "lonely='collapse' and collapse=<column> go together",
    ),
    "unknown adjustment of p-values": (
        lambda: means().change("1", "2", adjust="twice"),
        "got 'twice'",
    ),
    "equivalence of nothing": (
        lambda: means().change("1", "2", equivalence=0),
        "equivalence must be above 0, got 0",
    ),
    "overlap of clusters without clusters": (
        lambda: means().change("1", "2", overlap="stacked"),
        "overlap='stacked' needs a design with clusters",
    ),
    "unknown interval of a mean": (
        lambda: survey().mean("mark", scale=(1, 10), interval="wald"),
        "logit, likelihood, asin, beta, wilson, got 'wald'",
    ),
    "interval that needs a scale": (
        lambda: survey().mean("mark", interval="logit"),
        "interval 'logit' needs the ends of a scale",
    ),
    "unknown interval of a share": (
        lambda: survey().share("mark", 7, interval="wald"),
        "logit, likelihood, asin, beta, wilson, mean, got 'wald'",
    ),
    "unknown method of calibration": (
        lambda: adjusted("calibrate", {"stratum": A}, method="ridge"),
        "method must be 'linear', 'raking' or 'logit', got 'ridge'",
    ),
    "share upside down": (
        lambda: survey().share("mark", 8, 7),
        "a share is of answers from low to high, got 8 to 7",
    ),
    # columns and files
    "empty file": (
        lambda path: read(path, ""),
        "answers.csv: wanted a header and rows, got an empty file",
    ),
    "file with a header only": (
        lambda path: read(path, "area;mark\n"),
        "answers.csv: wanted rows under the header, got a header only",
    ),
    "column missing in a file": (
        lambda path: read(path, "area;mark\nx;7\n").mean("cijfer"),
        "answers.csv: there is no column 'cijfer'; columns area, mark",
    ),
    "mark outside the scale in a file": (
        lambda path: read(path, "area;mark\n\nx;7\ny;11\n").mean("mark", scale=(1, 10)),
        "column 'mark' must be from 1 to 10, line 4 of answers.csv has 11",
    ),
    "column missing": (
        lambda: survey().mean("cijfer"),
        "there is no column 'cijfer'; columns: wave, stratum, cluster, area, weight, size, mark",
    ),
    "column of the design missing": (
        lambda: means({"weights": "gewicht"}),
        "there is no column 'gewicht'; columns: wave,",
    ),
    "column of areas missing": (
        lambda: survey().mean("mark", by="regio"),
        "there is no column 'regio'; columns: wave,",
    ),
    "no rows": (
        lambda: Survey({"mark": []}, Design()).mean("mark"),
        "there are no rows: column 'mark' is empty",
    ),
    # what was not kept, and what cannot be combined
    "units that were not kept": (
        lambda: survey().mean("mark", keep="area").with_units("cluster"),
        "column 'cluster' is not kept by these cells; kept: area",
    ),
    "nothing to contrast": (
        lambda: means().contrast({("1", "z"): 1}),
        "there is no estimate ('1', 'z') to combine; estimates: 1 x, 1 y, 1 total, 2 x",
    ),
    "empty contrast": (
        lambda: means().contrast({}),
        "there must be an estimate to combine, got none",
    ),
    "contrast of a number that is no label": (
        lambda: means().contrast({3: 1}),
        "there is no estimate 3 to combine",
    ),
    "contrast of an area without answers": (
        lambda: means(mark=["", 8, "", 9, "", 5, "", 8]).contrast({("1", "x"): 1}),
        "x has no answers: it cannot be combined",
    ),
    "contrast of quantiles": (
        lambda: survey().quantile("mark").contrast({"1": 1}),
        "cannot be compared or combined: it is no mean",
    ),
    "waves linked by nothing": (
        lambda: means().joint(overlap="shared"),
        "overlap='shared' needs a design with clusters",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_refused_by_name(name, tmp_path):
    call, words = REFUSED[name]
    with pytest.raises(ValueError, match=re.escape(words)):
        call(tmp_path) if call.__code__.co_argcount else call()


@pytest.mark.parametrize("bad", BAD)
def test_weights_are_numbers_above_zero(bad):
    with pytest.raises(ValueError, match=r"column 'weight' must be .*, row 2 has "):
        means({"weights": "weight"}, **changed("weight", bad))


@pytest.mark.parametrize("bad", [-1, 0.5, math.nan, math.inf, "", "veel"])
def test_counts_are_whole_numbers(bad):
    columns = {"mark": [7, 8], "n": [1, bad]}
    with pytest.raises(ValueError, match=r"column 'n' must be a .*number.*, row 2 has "):
        Survey(columns, Design(), count="n").mean("mark")


@pytest.mark.parametrize("p", [0, 1, -0.5, math.nan])
def test_a_quantile_is_between_the_ends(p):
    with pytest.raises(ValueError, match="p must be between 0 and 1, got"):
        survey().quantile("mark", p)


@pytest.mark.parametrize("confidence", [0, 1, -1, 95, math.nan])
@pytest.mark.parametrize("way", ["mean", "total", "share", "quantile"])
def test_confidence_is_a_share(way, confidence):
    arguments = {"share": (7,)}.get(way, ())
    with pytest.raises(ValueError, match="confidence must be between 0 and 1, got"):
        getattr(survey(), way)("mark", *arguments, confidence=confidence)


FAULTS = {
    "population that is no number": (
        lambda: means({"strata": "stratum", "population": {"a": 10, "b": math.nan}}),
        "population of stratum 'b' must be",
    ),
    "population without end": (
        lambda: means({"strata": "stratum", "population": {"a": 10, "b": math.inf}}),
        "population of stratum 'b' must be",
    ),
    "population as text": (
        lambda: means({"strata": "stratum", "population": {"a": 10, "b": "20"}}),
        "population of stratum 'b' must be",
    ),
    "population in parts": (
        lambda: means({"strata": "stratum", "population": {"a": 10, "b": 20.5}}),
        "population of stratum 'b' must be",
    ),
    "count as text": (
        lambda: adjusted("post_stratify", "stratum", {"a": 10, "b": "20"}),
        "count of margin 'stratum', label 'b' must be",
    ),
    "unknown overlap": (lambda: means().change("1", "2", overlap="persons"), "overlap must be"),
    "family of a label": (
        lambda: means().change("1", "2", family=["x"]),
        "family must be of keys of domains, as ('Weesp',), got 'x'",
    ),
    "unknown area": (lambda: means().row("z", "1"), "there is no domain 'z'; domains: x, y"),
    "contrast of no number": (lambda: means().contrast({("1", "x"): math.nan}), "coefficient"),
    "unknown interval where no row has a margin": (
        lambda: Survey({"mark": [7]}, Design()).mean("mark", scale=(1, 10), interval="wald"),
        "got 'wald'",
    ),
    "share of no number": (lambda: survey().share("mark", math.nan), "low to high, got nan"),
    "short column of areas": (lambda: means(area=["x"]), "column 'area' must have 8 rows, got 1"),
    "short column of weights": (
        lambda: means({"weights": "weight"}, weight=[1.0]),
        "column 'weight' must have 8 rows, got 1",
    ),
    "long column of strata": (
        lambda: means({"strata": "stratum"}, stratum=["a"] * 9),
        "column 'stratum' must have 8 rows, got 9",
    ),
    "short column of marks": (lambda: means(mark=[7]), "must have"),
    "units with gaps": (
        lambda: survey(**changed("cluster", "")).mean("mark", keep="cluster").with_units("cluster"),
        "'cluster' must be filled",
    ),
    "ratio over infinity": (
        lambda: survey(size=["inf"] * 8).ratio("mark", "size"),
        "column 'size' must be",
    ),
    "more stages of fpc than there are": (
        lambda: means({"clusters": "cluster", "fpc": ["size", "size", "size"]}, size=[10] * 8),
        "fpc",
    ),
    "a count that a source does not look at": (
        lambda path: Survey(read(path, "mark;n\n7;3\n").columns, Design(), "n").mean("mark"),
        "count",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_should_be_refused_by_name(name, tmp_path):
    call, words = FAULTS[name]
    with pytest.raises(ValueError, match=re.escape(words)):
        call(tmp_path) if call.__code__.co_argcount else call()


def grid(marks, *, strata=1, areas=2, weights=(1,), waves="12"):
    """Give rows of two waves; every answer is of a cluster of its own."""
    rows = list(product(waves, enumerate(marks)))
    return {
        "wave": [wave for wave, _ in rows],
        "stratum": [f"s{i % strata}" for _, (i, _) in rows],
        "cluster": [f"s{i % strata}c{i}" for _, (i, _) in rows],
        "area": [f"a{i % areas}" for _, (i, _) in rows],
        "weight": [weights[i % len(weights)] for _, (i, _) in rows],
        "size": [len(marks)] * len(rows),
        "mark": [mark for _, (_, mark) in rows],
        "n": [1] * len(rows),
    }


MIXED = [3, 9, 7, 7, 10, 1]
ODD = {
    "one answer": grid([7], waves="1"),
    "one answer a wave": grid([7]),
    "one answer an area": grid(MIXED, areas=6),
    "every unit lonely": grid(MIXED, strata=6),
    "marks all the same": grid([8] * 6),
    "marks all at the end": grid([10] * 7, weights=(0.1, 0.7, 1.3)),
    "marks all missing": grid([""] * 6),
    "weights of all sizes": grid(MIXED * 5, weights=[10.0**k for k in range(-6, 7)]),
    "a million and more in a cell": grid(MIXED) | {"n": [10**6, 10**9, 10**12, 1, 1, 1] * 2},
    "sampled and nobody answered": grid(MIXED) | {"n": [0, 0, 1, 1, 1, 0] * 2},
    "nobody answered": grid(MIXED) | {"n": [0] * 12},
    "an area a wave": grid(MIXED) | {"area": ["a0"] * 6 + ["a1"] * 6},
    "no area": grid(MIXED) | {"area": [""] * 12},
}
DESIGNS = {
    "plain": {},
    "weighted": {"strata": "stratum", "weights": "weight"},
    "clusters": {"strata": "stratum", "clusters": "cluster"},
    "weighted clusters": {"clusters": "cluster", "weights": "weight"},
    "all clusters sampled": {"clusters": "cluster", "fpc": "size"},
    "lonely in domains": {"strata": "stratum", "lonely_domains": True},
    "certainty": {"strata": "stratum", "lonely": "certainty"},
    "average": {"strata": "stratum", "lonely": "average"},
    "flag": {"strata": "stratum", "lonely": "flag"},
    "collapse": {"strata": "stratum", "lonely": "collapse", "collapse": "area"},
}


def numbers(row):
    names = ("value", "se", "low", "high", "deff", "n_effective", "p", "p_adjusted", "detectable")
    found = [getattr(row, name, None) for name in names]
    return [number for number in found if number is not None]


def sound(row):
    """Check that numbers are numbers, and that what is missing has a reason."""
    assert np.isfinite(numbers(row)).all(), row
    assert row.low is not None or row.reason, row
    assert row.low is None or row.low < row.high, row


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("design", DESIGNS)
def test_what_is_odd_but_valid_gives_numbers_or_reasons(odd, design):
    survey = Survey(ODD[odd], Design(wave="wave", **DESIGNS[design]), count="n")
    for found in (
        survey.mean("mark", by="area"),
        survey.mean("mark", by="area", scale=(1, 10)),
        survey.total("mark", by="area"),
        survey.ratio("mark", "weight", by="area"),
        *survey.shares("mark", by="area").values(),
    ):
        assert "total" in repr(found)
        for row in found.rows + found.totals:
            sound(row)
        if len(found.waves) == 2:
            change = found.change("1", "2", min_answers=1, min_df=1)
            assert "total" in repr(change)
            for row in (*change.rows, change.total):
                sound(row)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("way", ["logit", "likelihood", "asin", "beta", "wilson", "t"])
def test_every_interval_of_a_share_gets_through(odd, way):
    survey = Survey(ODD[odd], Design(wave="wave"), count="n")
    for found in survey.shares("mark", by="area", interval=way).values():
        for row in found.rows + found.totals:
            sound(row)


def test_a_share_of_nobody_has_no_interval_of_width_zero():
    sound(Survey({"mark": [7, 8, 9]}, Design()).share("mark", 10, interval="mean").total())


def test_a_median_of_equal_marks_has_no_interval_of_width_zero():
    sound(Survey({"mark": [8] * 5}, Design()).quantile("mark").total())


@pytest.mark.parametrize("odd", ODD)
def test_quantiles_get_through(odd):
    survey = Survey(ODD[odd], Design(wave="wave"), count="n")
    for row in survey.quantile("mark", by="area").totals:
        assert np.isfinite(numbers(row)).all()


def test_a_change_from_a_single_cluster_has_no_margin():
    # The residuals of an area add up to zero in its only cluster: it adds nothing to the variance.
    columns = {
        "wave": list("1" * 4 + "2" * 12),
        "cluster": ["a"] * 4 + list("bbbcccdddeee"),
        "mark": [3, 9, 5, 6, 7, 8, 6, 5, 9, 4, 7, 7, 8, 3, 6, 9],
    }
    found = Survey(columns, Design(wave="wave", clusters="cluster")).mean("mark")
    row = found.change("1", "2", min_answers=1, min_df=1).total
    assert (found.total("1").df, row.se, row.p) == (0, None, None)
    assert "no degrees of freedom" in row.reason


def test_a_contrast_with_a_single_answer_has_no_margin():
    columns = {"area": list("xyyyyy"), "mark": [3, 7, 8, 7, 8, 7]}
    found = Survey(columns, Design()).mean("mark", by="area").contrast({"x": 1, "y": -1})
    assert (found.se, found.p) == (None, None)
    assert "no degrees of freedom" in found.reason


def test_a_contrast_says_as_little_of_a_lonely_stratum_as_its_areas():
    columns = {"stratum": list("pqqqq"), "area": list("xxxyy"), "mark": [3, 5, 6, 7, 9]}
    found = Survey(columns, Design(strata="stratum", lonely="flag")).mean("mark", by="area")
    assert found.row("x").low is None
    assert found.contrast({"x": 1, "y": -1}).low is None


def test_a_contrast_of_equal_marks_has_no_spread():
    columns = {"area": list("xyxyxyx"), "mark": [10] * 7, "w": [0.1 + i / 7 for i in range(7)]}
    found = Survey(columns, Design(weights="w")).mean("mark", by="area")
    assert found.contrast({"x": 1, "y": -1}).p is None


def test_where_there_is_one_wave_a_name_is_that_of_an_area():
    columns = {"wave": ["1"] * 4, "area": list("1122"), "mark": [1, 2, 8, 9]}
    found = Survey(columns, Design(wave="wave")).mean("mark", by="area")
    assert found.contrast({"1": 1}).value == found.row("1").value == 1.5


@pytest.mark.parametrize("sizes", [(2, 2), (2, 3)])
@pytest.mark.parametrize("way", ["fpc", "population"])
def test_strata_taken_together_have_the_population_of_both(sizes, way):
    # 2 sampled of 4 or 5: the correction is 1 - 2/4, or 1 - 2/5, and not 1 - 2/2.
    size = dict(zip("pq", sizes, strict=True))
    columns = {"stratum": list("pq"), "area": list("xx"), "mark": [3, 9], "size": list(sizes)}
    design = Design(
        strata="stratum",
        lonely="collapse",
        collapse="area",
        fpc="size" if way == "fpc" else None,
        population=size if way == "population" else None,
    )
    row = Survey(columns, design).mean("mark").total()
    weight = np.array(sizes if way == "population" else (1, 1)) / 1
    influence = weight * (np.array([3, 9]) - row.value) / weight.sum()
    variance = (1 - 2 / sum(sizes)) * 2 * influence.var(ddof=1)
    assert row.se == pytest.approx(variance**0.5, rel=1e-12)


def test_calibration_does_not_end_in_shares_below_zero():
    marks = [1, 2, 3, 4, 5, 9]
    columns = {"mark": marks, "all": ["x"] * 6}
    survey = Survey(columns, Design()).calibrate({"all": {"x": 6}}, {"mark": 6 * 8.5})
    row = survey.share("mark", 1).total()
    assert row.value < 0
    assert (row.low, row.high, row.flag) == (None, None, Flag.NO_MARGIN)
    assert "weights below 0" in row.reason


@pytest.mark.parametrize("clusters", [None, "cluster"])
def test_who_asked_everybody_has_no_error_and_is_told_why(clusters):
    columns = grid(MIXED, waves="1", areas=1)
    design = Design(strata="stratum", clusters=clusters, fpc="size")
    row = Survey(columns, design).mean("mark", by="area", scale=(1, 10)).row("a0")
    assert (row.se, row.low, row.df) == (0, None, 5)
    assert "all of the population answered" in row.reason


def test_a_population_of_just_the_answers_is_a_census():
    columns = grid(MIXED, waves="1", areas=1)
    design = Design(strata="stratum", population={"s0": len(MIXED)})
    row = Survey(columns, design).mean("mark").total()
    assert (row.se, row.low) == (0, None)
    assert "all of the population answered" in row.reason


@pytest.mark.parametrize("name", ["one answer", "one answer an area", "every unit lonely"])
def test_no_margin_without_degrees_of_freedom(name):
    survey = Survey(ODD[name], Design(wave="wave", strata="stratum"))
    for row in survey.mean("mark", by="area", scale=(1, 10)).rows:
        if row.n == 1:
            assert (row.df, row.se, row.low) == (0, None, None)
            assert "no degrees of freedom" in row.reason
