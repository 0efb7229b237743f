"""What must not change, whatever the survey: properties over random small surveys."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Design, Flag, Survey

MARKS = range(1, 11)
SCALE = (1, 10)
COLUMNS = ("wave", "stratum", "cluster", "area", "weight", "mark", "n")
NUMBERS = ("value", "se", "low", "high", "deff", "n_effective")
LONELY = ("adjust", "certainty", "average", "flag")

invariant = settings(deadline=None, max_examples=25)


class Drawn(NamedTuple):
    """Counted rows with a design, and the survey they make."""

    columns: dict[str, list]
    design: dict
    count: str | None = "n"

    def survey(self):
        return Survey(self.columns, Design(**self.design), count=self.count)

    def mean(self, **options):
        return self.survey().mean("mark", by="area", **options)

    def having(self, **columns):
        return self._replace(columns=self.columns | columns)

    def ordered(self, rows):
        return self._replace(
            columns={name: [column[i] for i in rows] for name, column in self.columns.items()}
        )

    def one_a_row(self):
        """Write an answer a row, without the column of counts."""
        rows = [i for i, n in enumerate(self.columns["n"]) for _ in range(n)]
        return self.ordered(rows)._replace(count=None)


@st.composite
def surveys(draw, *, waves="12", areas=("x", "y", "z", ""), missing=True, **fixed):
    row = st.tuples(
        st.sampled_from(waves),
        st.sampled_from("abc"),
        st.integers(0, 3),
        st.sampled_from(areas),
        st.sampled_from([0.2, 1.0, 1.5, 7.25, 30.0]),
        st.sampled_from([*MARKS, *([""] if missing else [])]),
        st.integers(1, 4),
    )
    rows = draw(st.lists(row, min_size=1, max_size=15))
    columns = dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
    # Labels of clusters are those of the whole sample: a cluster lies in one stratum.
    columns["cluster"] = [f"{s}{c}" for _, s, c, *_ in rows]
    columns["clusters"] = [draw(st.integers(4, 9))] * len(rows)
    return Drawn(columns, draw(designs(columns)) | fixed)


@st.composite
def designs(draw, columns):
    design = {"wave": "wave", "strata": "stratum", "lonely": draw(st.sampled_from(LONELY))}
    design["lonely_domains"] = draw(st.booleans())
    if draw(st.booleans()):
        design["clusters"] = "cluster"
        if draw(st.booleans()):
            design["fpc"] = "clusters"
    if draw(st.booleans()):
        design["weights"] = "weight"
    if draw(st.booleans()):
        design["population"] = {
            key: n + draw(st.sampled_from([0, 1, 17, 1000]))
            for key, n in sorted(sizes(columns).items())
        }
    return design


def sizes(columns, by=("wave", "stratum")):
    """Count the answers, with a mark or not, of each combination of labels."""
    found = {}
    for *labels, n in zip(*(columns[name] for name in by), columns["n"], strict=True):
        key = tuple(labels)
        found[key] = found.get(key, 0) + n
    return found


def near(number, *, times=1, rel=1e-9, size=1):
    """Give what to compare with: the number but for rounding, or None itself."""
    return None if number is None else pytest.approx(times * number, rel=rel, abs=1e-12 * size)


def same(found, expected, *, rel=1e-9):
    """Check that two estimates are equal."""
    for name in ("key", "df", "n", "flag", "reason", "exact"):
        assert getattr(found, name) == getattr(expected, name)
    for name in NUMBERS:
        assert getattr(found, name) == near(getattr(expected, name), rel=rel), name


def all_same(found, expected, **options):
    together = zip((*found.rows, *found.totals), (*expected.rows, *expected.totals), strict=True)
    for one, other in together:
        same(one, other, **options)


def everything(survey):
    """Give each kind of estimate by area."""
    return [
        survey.mean("mark", by="area"),
        survey.mean("mark", by="area", scale=SCALE),
        survey.total("mark", by="area"),
        survey.share("mark", 7, 10, by="area"),
        survey.ratio("mark", "weight", by="area"),
        survey.quantile("mark", by="area"),
    ]


@given(st.data(), surveys())
@invariant
def test_the_order_of_the_rows_says_nothing(data, drawn):
    rows = data.draw(st.permutations(range(len(drawn.columns["n"]))))
    for found, expected in zip(
        everything(drawn.ordered(rows).survey()), everything(drawn.survey()), strict=True
    ):
        all_same(found, expected)


@given(surveys())
@invariant
def test_counted_rows_are_as_many_rows(drawn):
    one, other = drawn.mean(), drawn.one_a_row().mean()
    all_same(one, other, rel=1e-12)
    assert one.design_df == other.design_df
    for counted, written in zip(
        everything(drawn.survey()), everything(drawn.one_a_row().survey()), strict=True
    ):
        all_same(counted, written)


@given(st.data(), surveys())
@invariant
def test_a_row_may_be_split_in_two_with_its_count(data, drawn):
    row = data.draw(st.integers(0, len(drawn.columns["n"]) - 1))
    whole = drawn.columns["n"][row]
    first = data.draw(st.integers(0, whole))
    split = drawn.ordered([*range(len(drawn.columns["n"])), row])
    split.columns["n"][row], split.columns["n"][-1] = first, whole - first
    all_same(split.mean(), drawn.mean(), rel=1e-12)


@given(surveys(weights="weight"), st.floats(1e-3, 1e3))
@invariant
def test_the_scale_of_the_weights_matters_to_totals_only(drawn, factor):
    more = drawn.having(weight=[factor * weight for weight in drawn.columns["weight"]])
    survey, scaled = drawn.survey(), more.survey()
    for found, expected in zip(everything(scaled), everything(survey), strict=True):
        if expected.name.startswith(("mean", "share", "quantile")):
            all_same(found, expected)
    totals, expected = (s.total("mark", by="area") for s in (scaled, survey))
    for one, other in zip(
        totals.rows + totals.totals, expected.rows + expected.totals, strict=True
    ):
        assert (one.df, one.n, one.flag) == (other.df, other.n, other.flag)
        for name in ("value", "se", "low", "high"):
            assert getattr(one, name) == near(
                getattr(other, name), times=factor, size=1 + abs(one.value or 0)
            )


@given(surveys(clusters=None, fpc=None))
@invariant
def test_a_stratum_that_nobody_answered_in_changes_nothing(drawn):
    empty = drawn.ordered([*range(len(drawn.columns["n"])), 0])
    for name, value in (("stratum", "d"), ("n", 0), ("mark", "")):
        empty.columns[name][-1] = value
    if drawn.design.get("population"):
        wave = drawn.columns["wave"][0]
        empty = empty._replace(
            design=drawn.design | {"population": drawn.design["population"] | {(wave, "d"): 50}}
        )
    all_same(empty.mean(), drawn.mean())


@given(surveys())
@invariant
def test_the_population_of_a_stratum_without_rows_changes_nothing(drawn):
    population = {(w, s): n + 7 for (w, s), n in sizes(drawn.columns).items()}
    some = drawn._replace(design=drawn.design | {"population": population})
    more = drawn._replace(design=drawn.design | {"population": population | {("1", "d"): 50}})
    all_same(more.mean(), some.mean())


@given(st.data(), surveys(areas="xyz"))
@invariant
def test_new_names_of_the_areas_permute_the_rows(data, drawn):
    names = dict(zip("xyz", data.draw(st.permutations("pqr")), strict=True))
    renamed = drawn.having(area=[names[area] for area in drawn.columns["area"]])
    found, expected = renamed.mean(), drawn.mean()
    for wave in expected.waves:
        keys = [row.key[0] for row in expected.of(wave)]
        order = [[row.key[0] for row in found.of(wave)].index(names[key]) for key in keys]
        for row, place in zip(expected.of(wave), order, strict=True):
            other = found.of(wave)[place]
            for name in ("value", "se", "low", "high"):
                assert getattr(other, name) == near(getattr(row, name))
            assert (other.df, other.n, other.flag) == (row.df, row.n, row.flag)
        places = np.ix_([*order, len(order)], [*order, len(order)])
        permuted = found.covariance[wave][places]
        assert permuted == pytest.approx(expected.covariance[wave], 1e-9, 1e-12, nan_ok=True)


@given(surveys(areas="xyz"))
@invariant
def test_the_total_is_the_weighted_mean_of_the_areas(drawn):
    cells, found = drawn.survey().cells("mark", by="area"), drawn.mean()
    for wave, here in zip(cells.waves, cells.by_wave(), strict=True):
        mass = here.weight * here.n * here.answered
        share = np.bincount(here.domain, weights=mass, minlength=len(cells.domains))
        values = np.array([row.value or 0 for row in found.of(wave)])
        if share.sum():
            assert found.total(wave).value == pytest.approx(values @ share / share.sum(), rel=1e-12)


@given(surveys())
@invariant
def test_the_exact_fraction_is_the_value(drawn):
    found = drawn.mean()
    for row in found.rows + found.totals:
        if row.exact is not None:
            assert float(row.exact) == pytest.approx(row.value, rel=1e-12)


@given(surveys(), st.sampled_from(["shared", "stacked", "none"]))
@invariant
def test_swapped_waves_turn_the_sign_of_a_change(drawn, overlap):
    found = drawn.mean()
    if len(found.waves) < 2 or (overlap != "none" and "clusters" not in drawn.design):
        return
    options = {"overlap": overlap, "min_answers": 1, "min_df": 1}
    there, back = found.change("1", "2", **options), found.change("2", "1", **options)
    for one, other in zip((*there.rows, there.total), (*back.rows, back.total), strict=True):
        assert (one.n, one.df, one.flag) == (other.n[::-1], other.df, other.flag)
        for name in ("se", "p_adjusted", "p_equivalence", "detectable"):
            assert getattr(one, name) == near(getattr(other, name))
        for name, turned in (("value", "value"), ("low", "high"), ("high", "low")):
            assert getattr(one, name) == near(getattr(other, turned), times=-1)


@given(surveys())
@invariant
def test_degrees_of_freedom_are_fewer_than_answers(drawn):
    whole = drawn.mean().design_df
    for found in everything(drawn.survey()):
        for row in found.rows + found.totals:
            assert 0 <= row.df <= max(row.n - 1, 0)
            assert row.df or row.se is None
            assert row.df <= whole[row.wave]


@given(surveys(), st.sampled_from(["logit", "likelihood", "asin", "beta", "wilson"]))
@invariant
def test_an_interval_stays_on_the_scale_and_has_a_width(drawn, method):
    survey = drawn.survey()
    mean = survey.mean("mark", by="area", scale=SCALE, interval=method)
    share = survey.share("mark", 10, by="area", interval=method)
    for found, (lowest, highest) in ((mean, SCALE), (share, (0, 1))):
        for row in found.rows + found.totals:
            if row.low is None:
                assert row.reason
            else:
                assert lowest <= row.low < row.high <= highest
                assert row.low <= row.value <= row.high


@given(surveys())
@invariant
def test_shares_add_up_to_one_and_make_the_mean(drawn):
    shares, mean = drawn.survey().shares("mark", by="area"), drawn.mean()
    for wave in mean.waves:
        for row in (*mean.of(wave), mean.total(wave)):
            if row.n:
                parts = {mark: found.row(row.key, wave).value for mark, found in shares.items()}
                assert sum(parts.values()) == pytest.approx(1, rel=1e-12)
                weighted = sum(mark * part for mark, part in parts.items())
                assert weighted == pytest.approx(row.value, rel=1e-12)


@given(surveys())
@invariant
def test_a_contrast_is_the_difference_with_its_covariance(drawn):
    found = drawn.mean()
    places, matrix = found.joint()
    rows = {(row.wave, row.key): row.value for row in found.rows + found.totals if row.n}
    for one, other in pairwise(rows):
        difference = found.contrast({one: 1, other: -1})
        assert difference.value == pytest.approx(rows[one] - rows[other], rel=1e-9, abs=1e-12)
        a, b, here = places.index(one), places.index(other), matrix
        if one[0] == other[0]:  # One wave has the design of that wave.
            a, b = (i % (len(found.of(one[0])) + 1) for i in (a, b))
            here = found.covariance[one[0]]
        if difference.se is not None:
            # A difference of equal terms: its rounding error is that of the terms.
            rounding = 1e-12 * max(here[a, a], here[b, b], 1e-12)
            variance = here[a, a] + here[b, b] - 2 * here[a, b]
            assert difference.se**2 == pytest.approx(variance, rel=1e-9, abs=rounding)


@given(surveys(areas="xy"), st.sampled_from("xy"))
@invariant
def test_an_area_without_answers_says_so(drawn, area):
    columns = drawn.columns
    marks = ["" if a == area else m for a, m in zip(columns["area"], columns["mark"], strict=True)]
    survey = drawn.having(mark=marks, one=[1] * len(marks)).survey()
    for found in everything(survey):
        for row in found.rows:
            if row.key == (area,):
                assert (row.flag, row.value, row.n, row.df) == (Flag.EMPTY, None, 0, 0)
                assert row.reason == "no answers"
        if found.quantity is not None and len(found.waves) == 2:
            change = found.change("1", "2")
            assert all(row.flag is Flag.EMPTY for row in change.rows if row.key == (area,))


@given(surveys(), st.booleans())
@invariant
def test_covariance_matrices_are_symmetric_and_nowhere_negative(drawn, linked):
    for found in (drawn.mean(), drawn.survey().total("mark", by="area")):
        overlap = "stacked" if linked and "clusters" in drawn.design else "none"
        joint = found.joint(overlap=overlap)[1]
        for matrix in (*found.covariance.values(), joint):
            if drawn.design["lonely"] == "average" and np.isnan(matrix).all():
                continue  # No stratum to take the average of; nor has R.
            size = np.abs(matrix).max(initial=1e-300)
            assert np.abs(matrix - matrix.T).max(initial=0) <= 1e-12 * size
            assert np.linalg.eigvalsh(matrix).min(initial=0) >= -1e-10 * size


@given(surveys(areas="xy"), st.integers(1, 10**6), st.booleans())
@invariant
def test_post_stratified_totals_meet_the_counts(drawn, size, raked):
    counts = {key: size + place for place, key in enumerate(sizes(drawn.columns, ("wave", "area")))}
    survey = drawn.having(one=[1] * len(drawn.columns["n"])).survey()
    adjusted = survey.rake({"area": counts}) if raked else survey.post_stratify("area", counts)
    found = adjusted.total("one", by="area")
    for (wave, area), count in counts.items():
        row = found.row(area, wave)
        assert row.value == pytest.approx(count, rel=1e-9)
        assert (row.se or 0) <= 1e-6 * count


@given(surveys(areas="xy"), st.integers(1, 10**6))
@invariant
def test_post_stratification_is_linear_calibration_to_one_margin(drawn, size):
    # Deville & Särndal (1992), §1: one margin is one factor a label, whatever the distance.
    counts = dict.fromkeys(sizes(drawn.columns, ("wave", "area")), size)
    one = drawn.survey().post_stratify("area", counts).mean("mark", by="stratum")
    other = drawn.survey().calibrate({"area": counts}).mean("mark", by="stratum")
    all_same(one, other)


@given(surveys(lonely="adjust"))
@invariant
def test_the_cautious_rule_for_lonely_units_never_gives_less(drawn):
    cautious = drawn.mean()
    bold = drawn._replace(design=drawn.design | {"lonely": "certainty"}).mean()
    for one, other in zip(cautious.rows + cautious.totals, bold.rows + bold.totals, strict=True):
        assert (other.se or 0) <= (one.se or 0) * (1 + 1e-9) + 1e-12


def test_a_random_survey_can_be_a_single_row():
    columns = dict(zip(COLUMNS, (["1"], ["a"], ["a0"], ["x"], [2.0], [7], [1]), strict=True))
    drawn = Drawn(columns, {"wave": "wave", "strata": "stratum", "weights": "weight"})
    assert drawn.mean().total().value == 7
