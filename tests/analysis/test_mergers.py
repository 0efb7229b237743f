"""Merged areas: every dwelling once, on the areas of any day; equal to R on the rebuilt areas.

The expected numbers, in R 4.2.2 with survey 4.1-1 (lonely.psu "adjust") on survey.csv::

    d$area <- ifelse(d$gemeente == "Weesp", "Amsterdam", d$gemeente)  # on 2022-10-01
    d$area <- ifelse(d$area == "Wijdemeren", "Hilversum", d$area)     # on 2027-01-01
    design <- svydesign(~complex_id, strata = ~stratum, weights = ~w, data = d[d$wave == wave, ],
                        nest = TRUE)
    svyby(~rapportcijfer, ~area, design, svymean, na.rm = TRUE)
    degf(subset(design, area == name & !is.na(rapportcijfer)))
"""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import Design, Survey
from analysis.area_history import AreaChange, AreaHistory
from analysis.columns import FileColumns
from analysis.delimited import read_table
from analysis.mergers import regrouped, series_areas

REFERENCE = Path(__file__).parents[1] / "reference"

WEESP = AreaChange("2022-03-24", "Weesp", "Amsterdam")
WIJDEMEREN = AreaChange("2027-01-01", "Wijdemeren", "Hilversum")
HISTORY = AreaHistory((WIJDEMEREN, WEESP))

WAVES = {"2021": "2021-10-01", "2022": "2022-10-01"}


def population():
    with (REFERENCE / "pop_gemeente.csv").open(encoding="utf-8") as file:
        return {row["gemeente"]: int(row["N"]) for row in csv.DictReader(file)}


AREAS = sorted(population())
KEYS = dict.fromkeys(WAVES, AREAS)


def counted(labels, wave):
    total = Counter()
    for area, dwellings in population().items():
        total[labels[wave, area]] += dwellings
    return total


@pytest.mark.parametrize(
    ("area", "date", "expected"),
    [
        ("Weesp", "2022-03-23", "Weesp"),
        ("Weesp", "2022-03-24", "Amsterdam"),
        ("Amsterdam", "2022-03-24", "Amsterdam"),
        ("Wijdemeren", "2026-12-31", "Wijdemeren"),
        ("Wijdemeren", "2027-01-01", "Hilversum"),
        ("Laren", "2030-01-01", "Laren"),
    ],
)
def test_an_area_on_a_day(area, date, expected):
    assert HISTORY.area_on(area, date) == expected
    assert HISTORY.map_on([area], date) == {area: expected}


def test_chains_are_followed_link_by_link():
    chain = AreaHistory((AreaChange("2024-01-01", "B", "C"), AreaChange("2020-01-01", "A", "B")))
    assert [chain.area_on("A", day) for day in ("2019-12-31", "2020-01-01", "2024-01-01")] == [
        "A",
        "B",
        "C",
    ]
    assert chain.joined("A", "C").date == "2024-01-01"
    same_day = AreaHistory((AreaChange("2020-01-01", "A", "B"), AreaChange("2020-01-01", "B", "C")))
    assert same_day.area_on("A", "2020-01-01") == "C"
    with pytest.raises(ValueError, match="'A' never becomes part of 'D'"):
        chain.joined("A", "D")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([("2020-01-01", "A", "B"), ("2020-01-01", "B", "A")], "cannot come back to itself"),
        ([("2020-01-01", "A", "B"), ("2022-01-01", "B", "A")], "got A -> B -> A"),
        (
            [("2020-01-01", "A", "B"), ("2020-01-01", "A", "C")],
            "'A' must go to one area on 2020-01-01, got 'B' and 'C'.*finest key",
        ),
        ([("2020-01-01", "A", "B"), ("2022-01-01", "A", "C")], "it cannot change again"),
        ([("2020-01-01", "B", "C"), ("2022-01-01", "A", "B")], "'B' ended on 2020-01-01"),
    ],
)
def test_a_history_that_cannot_be_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        AreaHistory([AreaChange(*change) for change in changes])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("24-3-2022", "Weesp", "Amsterdam"), "must be a day as 2022-03-24, got '24-3-2022'"),
        (("20220324", "Weesp", "Amsterdam"), "must be a day"),
        ((20220324, "Weesp", "Amsterdam"), "must be a day"),
        (("2022-02-30", "Weesp", "Amsterdam"), "must be a day"),
        (("2022-03-24", "Weesp", "Weesp"), "merges into another"),
        (("2022-03-24", "Weesp", "Amsterdam", "split"), "'merger', got 'split'.*finest key"),
    ],
)
def test_a_change_that_cannot_be_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        AreaChange(*change)


@pytest.mark.parametrize("as_of", ["2020-01-01", "2022-03-24", "2027-01-01", None])
def test_no_dwelling_is_counted_twice(as_of):
    labels = series_areas(HISTORY, WAVES, KEYS, as_of=as_of).labels
    for wave in WAVES:
        assert sum(counted(labels, wave).values()) == sum(population().values())


def test_weesp_counts_in_amsterdam_in_2021_too_when_asked_on_a_later_day():
    found = series_areas(HISTORY, WAVES, KEYS, as_of="2022-10-01")
    assert found.breaks == ()
    n = population()
    for wave in WAVES:
        stock = counted(found.labels, wave)
        assert stock["Amsterdam"] == n["Amsterdam"] + n["Weesp"] == 22000
        assert "Weesp" not in stock
        assert stock["Wijdemeren"] == n["Wijdemeren"]
    later = counted(series_areas(HISTORY, WAVES, KEYS, as_of="2027-01-01").labels, "2021")
    assert later["Hilversum"] == n["Hilversum"] + n["Wijdemeren"] == 5500


def test_weesp_stays_apart_in_2022_too_when_asked_on_an_earlier_day():
    labels = series_areas(HISTORY, WAVES, KEYS, as_of="2021-10-01").labels
    assert counted(labels, "2022") == population()


def test_as_published_breaks_where_an_area_is_not_the_same_dwellings():
    waves = {"2027": "2027-10-01", **WAVES}
    found = series_areas(HISTORY, waves, dict.fromkeys(waves, AREAS), as_of=None)
    told = [(b.area, b.before, b.after, b.kind, b.reason) for b in found.breaks]
    assert told == [
        ("Amsterdam", "2021", "2022", "grows", "Amsterdam includes Weesp since 2022-03-24"),
        ("Weesp", "2021", "2022", "ends", "Weesp is part of Amsterdam since 2022-03-24"),
        ("Hilversum", "2022", "2027", "grows", "Hilversum includes Wijdemeren since 2027-01-01"),
        ("Wijdemeren", "2022", "2027", "ends", "Wijdemeren is part of Hilversum since 2027-01-01"),
    ]
    assert found.labels["2021", "Weesp"] == "Weesp"
    assert found.labels["2022", "Weesp"] == "Amsterdam"


def test_a_new_area_begins_and_an_area_without_stock_breaks_nothing():
    history = AreaHistory(
        (AreaChange("2024-01-01", "A", "new"), AreaChange("2024-01-01", "B", "new"))
    )
    waves = {"1": "2023-01-01", "2": "2025-01-01"}
    found = series_areas(history, waves, {"1": ["A", "B"], "2": ["new"]}, as_of=None)
    assert [(b.area, b.kind) for b in found.breaks] == [
        ("A", "ends"),
        ("B", "ends"),
        ("new", "grows"),
    ]


def test_a_wave_that_has_the_areas_only_together_cannot_go_back():
    joined = [area for area in AREAS if area != "Weesp"]
    keys = {"2021": AREAS, "2022": joined}
    with pytest.raises(ValueError, match="wave '2022' must have 'Weesp' apart to be shown on 2021"):
        series_areas(HISTORY, WAVES, keys, as_of="2021-10-01")
    found = series_areas(HISTORY, WAVES, keys, as_of="2022-10-01")
    assert found.labels["2021", "Weesp"] == found.labels["2022", "Amsterdam"] == "Amsterdam"
    assert len(series_areas(HISTORY, WAVES, keys, as_of=None).breaks) == 2


def test_waves_and_dates_are_checked():
    with pytest.raises(ValueError, match=r"areas must be of the waves \['2021', '2022'\]"):
        series_areas(HISTORY, WAVES, {"2021": AREAS}, as_of=None)
    with pytest.raises(ValueError, match="date of wave '2021' must be a day"):
        series_areas(HISTORY, WAVES | {"2021": "2021"}, KEYS, as_of=None)
    with pytest.raises(ValueError, match="date must be a day"):
        series_areas(HISTORY, WAVES, KEYS, as_of="2021")


def test_a_key_lies_in_one_area():
    keys, areas = ["C1", "C2", "C1"], ["Weesp", "Laren", "Amsterdam"]
    assert HISTORY.regroup(keys, areas, "2023-01-01") == {"C1": "Amsterdam", "C2": "Laren"}
    with pytest.raises(ValueError, match="key 'C1' must lie in one area on 2021-01-01"):
        HISTORY.regroup(keys, areas, "2021-01-01")
    with pytest.raises(ValueError, match="areas must be 3, one a key, got 2"):
        HISTORY.regroup(keys, areas[:2], "2021-01-01")


@pytest.fixture(scope="module")
def answers():
    return FileColumns(read_table(REFERENCE / "survey.csv"))


def of_day(answers, as_of):
    labels = series_areas(HISTORY, WAVES, KEYS, as_of=as_of).labels
    return regrouped(answers, area="gemeente", wave="wave", labels=labels, into="area")


# `svyby` and `degf` of the R script above: day, wave, area, mean, SE, n, df.
REBUILT = [
    ("2022-10-01", "2021", "Amsterdam", 7.62064211418114, 0.0462706741018580, 2108, 127),
    ("2022-10-01", "2022", "Amsterdam", 7.53952294733822, 0.0590725395562285, 2304, 127),
    ("2022-10-01", "2021", "Hilversum", 7.35039696249202, 0.0809131481802582, 560, 46),
    ("2027-01-01", "2021", "Hilversum", 7.41947759295557, 0.0947782658338904, 565, 47),
    ("2027-01-01", "2022", "Hilversum", 7.58571941779526, 0.0944032558825358, 620, 47),
]


@pytest.mark.parametrize("case", REBUILT)
def test_a_rebuilt_area_has_the_mean_and_margin_of_r(case, answers):
    as_of, wave, area, value, se, n, df = case
    design = Design(
        strata="stratum", clusters="complex_id", weights="w", wave="wave", lonely="adjust"
    )
    row = Survey(of_day(answers, as_of), design).mean("rapportcijfer", by="area").row(area, wave)
    assert row.value == pytest.approx(value, rel=1e-9)
    assert row.se == pytest.approx(se, rel=1e-9)
    assert (row.n, row.df) == (n, df)


def test_rows_and_their_line_numbers_stay(answers):
    found = of_day(answers, "2022-10-01")
    assert (found.name, found.lines) == (answers.name, answers.lines)
    assert "area" not in answers
    assert len(found["area"]) == len(answers["gemeente"]) == 11346
    assert Counter(found["area"])["Amsterdam"] == sum(
        Counter(answers["gemeente"])[area] for area in ("Amsterdam", "Weesp")
    )


def test_an_empty_area_stays_empty_and_numbers_are_waves():
    columns = {"wave": [2021, 2022], "gemeente": ["", "Weesp"]}
    labels = series_areas(HISTORY, WAVES, KEYS, as_of=None).labels
    found = regrouped(columns, area="gemeente", wave="wave", labels=labels, into="area")
    assert found["area"] == ["", "Amsterdam"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"into": "wave"}, "into must be a new column, got 'wave'"),
        ({"area": "wijk"}, "there is no column 'wijk'"),
        ({"labels": {("2021", "Laren"): "Laren"}}, r"row 2 has \('2022', 'Laren'\)"),
        ({"columns": {"wave": ["2021"], "gemeente": []}}, "must be equally long, got 1 and 0"),
    ],
)
def test_what_is_wrong_is_named(changed, message):
    options = {
        "columns": {"wave": ["2021", "2022"], "gemeente": ["Laren", "Laren"]},
        "area": "gemeente",
        "wave": "wave",
        "labels": {("2021", "Laren"): "Laren", ("2022", "Laren"): "Laren"},
        "into": "area",
    } | changed
    with pytest.raises(ValueError, match=message):
        regrouped(options.pop("columns"), **options)


@st.composite
def histories(draw):
    """Merge areas one after the other, each into one that is still there."""
    alive, changes = list("ABCDEFGH"), []
    for year in sorted(draw(st.lists(st.integers(2010, 2030), max_size=7))):
        gone = draw(st.sampled_from(alive))
        alive.remove(gone)
        changes.append(AreaChange(f"{year}-01-01", gone, draw(st.sampled_from(alive))))
    return AreaHistory(changes)


@given(histories(), st.integers(2009, 2031), st.integers(2009, 2031))
def test_a_later_day_is_reached_by_way_of_an_earlier_one(history, one, two):
    early, late = f"{min(one, two)}-06-01", f"{max(one, two)}-06-01"
    for area in "ABCDEFGH":
        assert history.area_on(history.area_on(area, early), late) == history.area_on(area, late)


@given(histories(), st.integers(2009, 2031), st.integers(2009, 2031))
def test_areas_without_a_break_are_the_same_dwellings(history, one, two):
    waves = {"1": f"{min(one, two)}-06-01", "2": f"{max(one, two)}-06-01"}
    found = series_areas(history, waves, dict.fromkeys(waves, "ABCDEFGH"), as_of=None)
    broken = {b.area for b in found.breaks}
    for area in set("ABCDEFGH") - broken:
        members = [
            {k for (w, k), a in found.labels.items() if w == wave and a == area} for wave in waves
        ]
        assert members[0] == members[1]
