"""Outcome rates: equal to the oracle, and what holds whatever the sample."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.response import Disposition, outcome_rates, outcome_rates_by
from analysis.results import Flag

REFERENCE = Path(__file__).parents[1] / "reference"
EXPECTED = json.loads((REFERENCE / "misc_expected.json").read_text())["nonresponse"]
WAVES = pytest.mark.parametrize("expected", EXPECTED, ids=lambda wave: str(wave["wave"]))


@pytest.fixture(scope="module")
def gross():
    with (REFERENCE / "gross_sample.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {wave["wave"]: [r for r in rows if r["wave"] == str(wave["wave"])] for wave in EXPECTED}


def column(rows, name):
    return [row[name] for row in rows]


def same_rates(found, expected):
    assert {str(code): n for code, n in found.counts.items()} == pytest.approx(expected["counts"])
    assert found.eligibility == pytest.approx(expected["e"], rel=1e-12)
    names = [name for name in expected if name not in {"counts", "e"}]
    assert len(names) == 16
    for name in names:
        value = expected[name]
        wanted = None if value is None else pytest.approx(value, rel=1e-12)
        assert getattr(found, name.lower()) == wanted, name


@WAVES
def test_outcome_rates_equal_the_oracle(gross, expected):
    # R: aapor(s$disposition), aapor(s$disposition, s$d_weight), lapply(split(s, s$gemeente), …)
    rows = gross[expected["wave"]]
    codes, areas = column(rows, "disposition"), column(rows, "gemeente")
    found = outcome_rates_by(codes, areas)
    same_rates(found.pop("total"), expected["aapor"])
    assert set(found) == set(expected["aapor_by_gemeente"])
    for area, rates in found.items():
        same_rates(rates, expected["aapor_by_gemeente"][area])
    weights = [float(w) for w in column(rows, "d_weight")]
    same_rates(outcome_rates_by(codes, weights=weights)["total"], expected["aapor_weighted"])


counts = st.fixed_dictionaries({str(code): st.integers(0, 500) for code in Disposition})


@given(counts)
def test_the_rates_keep_their_order(n):
    found = outcome_rates(n)
    rates = [getattr(found, f"rr{k}") for k in (1, 3, 5)]
    if found.rr5 is not None:
        assert rates == sorted(rates)
        assert found.con1 <= found.con2 <= found.con3 <= 1
        assert found.rr2 >= found.rr1
        known = n["I"] + n["P"] + n["R"] + n["O"]
        assert found.con3 * (known + n["NC"]) == pytest.approx(known)
    if found.coop3 is not None:
        assert found.coop1 <= found.coop3
    assert outcome_rates({code: 3 * k for code, k in n.items()}).rr3 == (
        None if found.rr3 is None else pytest.approx(found.rr3)
    )


@given(counts, st.floats(0, 1))
def test_a_given_eligibility_lies_between_the_outer_rates(n, e):
    found = outcome_rates(n, eligibility=e)
    assert (found.eligibility, found.eligibility_given) == (e, True)
    if found.rr5 is not None:
        assert found.rr1 - 1e-12 <= found.rr3 <= found.rr5 + 1e-12


def test_rates_by_hand():
    found = outcome_rates(
        {"I": 40, "P": 10, "R": 20, "NC": 25, "O": 5, "UH": 15, "UO": 5, "NE": 25}
    )
    assert found.eligibility == 0.8
    assert (found.rr1, found.rr3, found.rr5) == (40 / 120, 40 / 116, 0.4)
    assert (found.rr2, found.rr4, found.rr6) == (50 / 120, 50 / 116, 0.5)
    assert (found.coop1, found.coop4) == (40 / 75, 50 / 70)
    assert (found.ref2, found.con2) == (20 / 116, 75 / 116)


def test_pooled_eligibility_is_that_of_all():
    codes = ["I", "NE", "UH", "I", "I", "UH"]
    areas = ["x", "x", "x", "y", "y", "y"]
    found = outcome_rates_by(codes, areas, pooled=True)
    assert found["x"].eligibility == found["y"].eligibility == 0.75
    assert outcome_rates_by(codes, areas)["x"].eligibility == 0.5
    assert found["x"].counts[Disposition.COMPLETE] == 1


def test_no_eligible_dwelling_gives_no_rate():
    found = outcome_rates({"NE": 4})
    assert (found.rr1, found.coop1, found.flag) == (None, None, Flag.EMPTY)
    assert outcome_rates({"UH": 4}).rr3 is None
    assert outcome_rates({"UH": 4}).rr1 == 0


def test_bad_dispositions_are_named():
    with pytest.raises(ValueError, match=r"disposition must be one of I, P, R, .* got 'X'"):
        outcome_rates({"X": 1})
    with pytest.raises(ValueError, match="count of disposition 'I' must be 0 or more, got -1"):
        outcome_rates({"I": -1})
    with pytest.raises(ValueError, match="eligibility must be between 0 and 1, got 2"):
        outcome_rates({"I": 1}, eligibility=2)
    with pytest.raises(ValueError, match="by must have 2 labels"):
        outcome_rates_by(["I", "R"], ["x"])
    with pytest.raises(ValueError, match="must not have a group 'total'"):
        outcome_rates_by(["I"], ["total"])
    with pytest.raises(ValueError, match="leave out eligibility"):
        outcome_rates_by(["I"], eligibility=1, pooled=True)
