"""Results show themselves: at a prompt, in a notebook and as a data frame, all in one way."""

import pkgutil
from dataclasses import fields, is_dataclass
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import analysis
from analysis import Design, Jackknife, Survey
from analysis.bias_reduced_mean import bell_mccaffrey_mean
from analysis.display import Readable, Tabular, written
from analysis.small_area import fay_herriot

FILE = Path(__file__).parents[1] / "reference" / "survey.csv"
DESIGN = Design(strata="stratum", clusters="complex_id", weights="w", wave="wave")
SURVEY = Survey.read(FILE, DESIGN)
MARKS = SURVEY.mean("rapportcijfer", by="gemeente", scale=(1, 10))
LATE = {"y": ["1"] * 4 + ["2"] * 4 + ["3"] * 4, "g": list("AABB") * 3, "m": [7, 8, 6, 9] * 3}
SERIES = Survey({**LATE, "m": [7, 8, 6, 9, 8, 8, 7, 9, 6, 7, 9, 9]}, Design(wave="y"))
SPREAD = analysis.Spread(sd=1.6, response=0.4, population=900, mean=7.5)
ANSWERED, KIND = [1, 0, 1, 1, 0, 0, 1, 1], list("aabbabab")
STOCK = {"1": {"A": 100, "B": 200}, "2": {"A": 150, "B": 200}}


def crossed():
    return analysis.independence(SURVEY, "leeftijd", "tevreden", wave=2022)


def responded():
    return analysis.fit_response(ANSWERED, {"kind": KIND})


def nearly():
    cells = SURVEY.cells("rapportcijfer")
    cells = cells.part(cells.of_waves("2022"))
    return bell_mccaffrey_mean(cells.y, cells.weight, cells.sample())


def smoothed():
    x = {"flats": [0.1, 0.3, 0.9, 0.2, 0.7, 0.8]}
    direct, se = [7.9, 7.4, 6.8, 7.7, 7.1, None], [0.2, 0.3, 0.4, 0.2, 0.3, None]
    return fay_herriot(direct, se, x, areas=list("abcdef"))


def allocated():
    flat = analysis.Stratum(name="flat", area="Weesp", population=900, sd=1.7, response=0.3, cost=2)
    house = analysis.Stratum(name="house", area="Huizen", population=3600, sd=1.6, response=0.35)
    return analysis.allocate([flat, house], answers=400)


# By name: what gives it, and the rows of its data frame; None: it is not a table.
RESULTS = {
    "Estimates": (lambda: MARKS, 24),
    "Changes": (lambda: MARKS.change(2021, 2022), 12),
    "Contrast": (lambda: MARKS.wave(2022).contrast({"Weesp": 1, "Huizen": -1}), None),
    "WeightReport": (
        lambda: SURVEY.rake(
            {"leeftijd": {"18-34": 2, "35-54": 3, "55-64": 2, "65+": 3}}
        ).weight_report("rapportcijfer", 2022),
        4,
    ),
    "RaoScott": (crossed, 8),
    "RankTest": (lambda: analysis.compare_ranks(SURVEY, "veilig", "tevreden", wave=2022), None),
    "Alpha": (
        lambda: analysis.reliability(SURVEY, ["veilig", "schoon"], scale=(1, 10), wave=2022),
        2,
    ),
    "ModelFit": (
        lambda: analysis.linear_model(SURVEY, "rapportcijfer", ["veilig"], wave=2022),
        2,
    ),
    "OrdinalFit": (
        lambda: analysis.proportional_odds(SURVEY, "tevreden", ["veilig"], wave=2022),
        2,
    ),
    "Drivers": (
        lambda: analysis.driver_model(
            SURVEY, "rapportcijfer", ["veilig"], cuts=(5, 6, 7, 8), wave=2022
        ),
        1,
    ),
    "SmallAreas": (smoothed, 6),
    "Trend": (lambda: SERIES.mean("m").trend(), None),
    "Breaks": (lambda: SERIES.mean("m").breaks(), 2),
    "Composition": (lambda: SERIES.mean("m", by="g").composition("1", "2", STOCK), 2),
    "OutcomeRates": (lambda: analysis.outcome_rates({"I": 40, "R": 20, "UH": 15}), None),
    "ResponseModel": (responded, 2),
    "Representativity": (lambda: analysis.representativity(responded()), 2),
    "ClassWeights": (lambda: analysis.weighting_classes(ANSWERED, KIND), 2),
    "EarlyLate": (lambda: analysis.early_late([7, 8, 6, 9], [0, 0, 1, 1]), None),
    "ExpectedMargin": (lambda: analysis.expected_margin(140, SPREAD), None),
    "NeededSample": (lambda: analysis.needed_sample(0.5, SPREAD), None),
    "DetectableChange": (
        lambda: analysis.detectable_change(analysis.WavePair(answers=(300, 280), sd=(1.6, 1.6))),
        None,
    ),
    "NeededAnswers": (lambda: analysis.answers_for_change(0.3, sd=1.6), None),
    "Allocation": (allocated, 2),
    "BiasReducedMean": (nearly, None),
}


@pytest.fixture(params=RESULTS)
def result(request):
    make, rows = RESULTS[request.param]
    found = make()
    assert type(found).__name__ == request.param
    return found, rows


class Page(HTMLParser):
    """Tags opened and closed, and what stands in the cells."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.cells = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.cells.append(data)


def kinds(base=Readable):
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_no_record_prints_itself_in_a_way_of_its_own():
    for module in pkgutil.iter_modules(analysis.__path__, "analysis."):
        import_module(module.name)
    shown = set(kinds()) - {Tabular}
    assert {kind.__name__ for kind in shown} == RESULTS.keys()
    for kind in shown:
        assert is_dataclass(kind)
        assert kind.__repr__ is Readable.__repr__
        assert kind._repr_html_ is Readable._repr_html_


def test_a_result_reads_as_lines(result):
    lines = repr(result[0]).splitlines()
    assert lines[0][0].isupper()
    assert len(lines) > 2
    assert not any(line.endswith(" ") for line in lines)
    for strange in ("np.", "nan", "None", "array(", "Flag", "<"):
        assert strange not in repr(result[0]).replace("<=", "")


def test_a_notebook_shows_the_same_numbers(result):
    page = Page(result[0]._repr_html_())
    assert not page.open
    assert page.seen.count("caption") == 1
    words = {word.strip(",") for line in repr(result[0]).splitlines() for word in line.split()}
    in_html = {word.strip(",") for cell in page.cells for word in cell.split()}
    assert words == in_html


def test_a_table_is_a_data_frame(result):
    found, rows = result
    assert isinstance(found, Tabular) == (rows is not None)
    if rows is not None:
        assert len(found.to_frame()) == rows


def numbers(value, path="result"):
    """Walk the records inside a result: every plain value with its place."""
    if is_dataclass(value):
        for field in fields(value):
            if field.name not in {"cells", "condensed", "quantity", "sample", "estimates"}:
                yield from numbers(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, (tuple, list)):
        for i, one in enumerate(value):
            yield from numbers(one, f"{path}[{i}]")
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from numbers(one, f"{path}[{key!r}]")
    else:
        yield path, value


def test_records_hold_numbers_of_python(result):
    found = [(place, value) for place, value in numbers(result[0]) if isinstance(value, np.generic)]
    assert not found


def test_single_figures_are_lines_of_name_and_value():
    survey = Survey({"g": ["A", "A", "B", "B"], "y": [7, 8, 5, 6]}, Design())
    # SE: sqrt(4 / 3 * 4 * 0.25 ** 2 * 0.25 * 4) = 0.5774 on 4 units less 1 stratum.
    assert repr(survey.mean("y", by="g").contrast({"A": 1, "B": -1})) == (
        "Contrast\n"
        "value  2.0000\n"
        "se     0.5774\n"
        "df     3\n"
        "low    0.1626\n"
        "high   3.8374\n"
        "p      0.0405"
    )


def test_what_is_withheld_has_its_reason_as_the_last_line():
    # Nobody was late.
    found = analysis.early_late([7, 8, 6], [0, 0, 0])
    assert repr(found).splitlines()[-2:] == [
        "p       -",
        "reason  no answers of one of the two groups",
    ]
    found = analysis.needed_sample(0.001, analysis.Spread(sd=1.6, response=0.01, population=900))
    assert repr(found).splitlines()[-1].startswith("reason      asking all 900 dwellings")


def test_tables_are_aligned_and_notes_stand_below():
    rows = {"g": ["A", "A", "A", "B"], "wave": ["1"] * 4, "y": [7, 8, 6, 5]}
    survey = Survey(rows, Design(wave="wave"))
    # A: SE sqrt(4 / 3 * 2 / 9) = 0.5443 on 3 answers less 1 stratum, qt(0.975, 2) = 4.3027.
    assert repr(survey.mean("y", by="g")) == (
        "Mean of y (95% t intervals)\n"
        "wave  domain   value      se     low    high  df  n    deff  reason\n"
        "1     A       7.0000  0.5443  4.6579  9.3421   2  3  0.8889\n"
        "1     B       5.0000       -       -       -   0  1       -  no degrees of freedom: "
        "no stratum has two units with an answer here\n"
        "1     total   6.5000  0.6455  4.4457  8.5543   3  4  1.0000\n"
        "\n"
        "The sampling unit is the single answer, within its stratum and wave.\n"
        "Every answer has the same weight: no population or weights were given.\n"
        "Margins are not corrected for the finite population."
    )


def test_changes_have_no_column_of_waves_and_tell_who_was_not_tested():
    lines = repr(MARKS.change(2021, 2022)).splitlines()
    assert lines[0] == "Change 2021 to 2022: mean of rapportcijfer (95% intervals)"
    assert lines[1].split()[:2] == ["domain", "value"]
    assert lines[1].split()[-2:] == ["verdict", "reason"]
    (diemen,) = (line for line in lines if line.startswith("Diemen"))
    assert diemen.endswith(
        "te weinig antwoorden       tested from 30 answers in each wave, got 12 and 12"
    )


def test_a_notebook_gets_text_and_no_markup():
    rows = {"g": ["<b>", "<b>", "R&D", "R&D"], "y": [7, 8, 5, 6]}
    shown = Survey(rows, Design()).mean("y", by="g")._repr_html_()
    assert '<th scope="row">&lt;b&gt;</th>' in shown
    assert "R&amp;D" in shown
    assert "<b>" not in shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (float("nan"), "-"),
        (True, "yes"),
        (7.25, "7.2500"),
        (-0.00001, "-1e-05"),
        (-1e-17, "0.0000"),
        (37758.25, "37758.2"),
        (12, "12"),
        ("hoger", "hoger"),
    ],
)
def test_a_value_is_written_as_it_is_read(value, text):
    assert written("value", [value]) == [text]


def test_a_column_has_one_number_of_decimals():
    assert written("value", [1234.5, 0.5, 2]) == ["1234.5", "0.5", "2.0"]
    # A chance that small is not 0; a difference that small is rounding.
    assert written("p", [1e-40, 0.5]) == ["1e-40", "0.5000"]


@pytest.mark.parametrize("scale", [None, (1, 10)])
@pytest.mark.parametrize("wave", [2021, "2022"])
def test_a_wave_by_itself_is_what_a_survey_of_that_wave_gives(wave, scale):
    found = SURVEY.mean("rapportcijfer", by="gemeente", scale=scale, keep="person_id")
    one = found.wave(wave)
    assert one.waves == (str(wave),)
    assert one.rows == found.of(wave)
    assert one.total() == found.total(wave)
    assert list(one.covariance) == list(one.design_df) == [str(wave)]
    assert one.covariance[str(wave)] == pytest.approx(found.covariance[str(wave)])
    places, covariance = one.joint()
    assert {place[0] for place in places} == {str(wave)}
    assert covariance == pytest.approx(one.covariance[str(wave)], rel=1e-9, abs=1e-15)
    difference = {"Weesp": 1, "Huizen": -1}
    named = {(str(wave), area): sign for area, sign in difference.items()}
    assert one.contrast(difference) == found.contrast(named)
    assert one.explain("Weesp") == found.explain("Weesp", wave)
    assert one.with_units("person_id").rows == found.with_units("person_id").of(wave)


def test_a_wave_of_quantiles_and_of_replicates_can_be_shown_too():
    half = SURVEY.quantile("rapportcijfer", 0.5, by="gemeente").wave(2022)
    assert half.covariance == {}
    # Marks lie on a grid: the interval is one mark wide or none.
    assert any(line.split()[3] == "0.0000" for line in repr(half).splitlines()[2:13])
    again = SURVEY.replicated(Jackknife()).mean("rapportcijfer")
    assert again.wave(2021).total() == again.total(2021)


def test_a_wave_of_calibrated_figures_keeps_its_residuals():
    ages = {"18-34": 10743, "35-54": 17535, "55-64": 9120, "65+": 14022}
    found = SURVEY.rake({"leeftijd": ages}).mean("rapportcijfer", by="gemeente")
    again = found.wave(2022).with_units(None)
    assert again.rows == found.with_units(None).of(2022)


def test_a_wave_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="there is no wave '2020'; waves: 2021, 2022"):
        MARKS.wave(2020)


def test_what_the_package_offers_is_sorted_and_there():
    modules = {path.stem for path in Path(analysis.__file__).parent.glob("*.py")}
    # Importing a module puts it into the package, over a function of the same name.
    assert not modules & set(analysis.__all__)
    offered = analysis.__all__
    assert offered == sorted(offered, key=lambda n: (not n.isupper(), n[0].islower(), n))
    for name in offered:
        assert not isinstance(getattr(analysis, name), ModuleType), name
