from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pytest

from enquete.errors import InputError
from enquete.fieldwork.answers import read_answers, read_population
from enquete.fieldwork.areas import builtin_areas
from enquete.store.records import PopulationRow, Response

AREAS = builtin_areas()[0]
REFERENCE = Path(__file__).parents[2] / "reference"


def read(text: str, **options: str) -> tuple[list[Response], list[PopulationRow] | None]:
    ids = count(1)
    return read_answers(
        text.encode(), areas=AREAS, wave="2021", new_id=lambda: f"id{next(ids)}", **options
    )


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        read(text)
    return str(caught.value)


def test_reads_a_row_in_full() -> None:
    responses, population = read(
        "Gemeente;woningtype;Rapportcijfer;complex;datum;taal;veilig;toelichting;leeg\n"
        'Weesp;Etage;7,0;C1;3-5-2021 14:02;EN;8;"Mooi, „groen” en\nrustig";\n'
    )

    assert population is None
    assert responses == [
        Response(
            id="id1",
            wave="2021",
            area="weesp",
            stratum="weesp/etage",
            cluster="C1",
            mode="import",
            language="en",
            day="2021-05-03",
            questionnaire_hash="",
            answers=responses[0].answers,
            rating=7,
        )
    ]
    assert json.loads(responses[0].answers) == {
        "Rapportcijfer": 7,
        "veilig": "8",
        "toelichting": "Mooi, „groen” en\nrustig",
    }


@pytest.mark.parametrize(
    ("cell", "rating", "answers"),
    [
        ("8", 8, {"rating": 8}),
        ("8.0", 8, {"rating": 8}),
        ("", None, {}),
        ("NA", None, {}),
        ("Weet ik  niet", None, {"rating": "unknown"}),
        ("unknown", None, {"rating": "unknown"}),
    ],
)
def test_mark(cell: str, rating: int | None, answers: dict[str, object]) -> None:
    (response,), _ = read(f"area;stratum;rating\nlaren;L1;{cell}\n", day="2021-06-01")

    assert response.rating == rating
    assert json.loads(response.answers) == answers
    assert (response.stratum, response.day, response.language) == ("L1", "2021-06-01", "nl")


@pytest.mark.parametrize("cell", ["0", "11", "7,5", "-3", "zeven", "1e+05"])
def test_a_mark_outside_the_scale_is_refused(cell: str) -> None:
    assert refusal(f"area;stratum;rating\nlaren;L1;8\nlaren;L1;{cell}\n") == (
        "answers, line 3, column 'rating': wanted a whole mark from 1 to 10, nothing, "
        f"or 'weet ik niet', got '{cell}'"
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "answers: wanted a header and rows, got an empty file"),
        (
            "area;stratum\nlaren;x\n",
            "wanted a column rating (rapportcijfer), got columns area, str",
        ),
        (
            "area;rating\nlaren;7\n",
            "wanted a column dwelling_type (woningtype) or stratum, got colu",
        ),
        ("area;stratum;rating\nLarem;x;7\n", "column 'area': wanted a known area (did you mean La"),
        ("area;stratum;rating\nlaren;;7\n", "column 'stratum': wanted a stratum, got ''"),
        ("area;stratum;rating;date\nlaren;x;7;5/3/2021\n", "wanted a date such as 2022-03-24 or"),
        ("area;stratum;rating;date\nlaren;x;7;31-2-2021\n", "wanted a date such as 2022-03-24 or"),
        ("area;stratum;rating;jaar\nlaren;x;7;2020\n", "wanted answers of wave 2021 only, got '2"),
        ("area;stratum;rating;Adres\nlaren;x;7;Pad 1\n", "answers without contact data, got a col"),
        (
            "area;stratum;rating\nlaren;x;7\nhuizen;x;7\n",
            "line 3, column 'stratum': wanted a stratum of 'huizen' only, "
            "got 'x', on line 2 in 'laren'",
        ),
        (
            "area;stratum;rating;woningen\nlaren;x;7;100\nlaren;x;7;90\n",
            "line 3, column 'woningen': wanted 100, which line 2 has for the stratum, got 90",
        ),
    ],
)
def test_refuses(text: str, wanted: str) -> None:
    assert wanted in refusal(text)


def test_faults_of_all_columns_are_told_at_once() -> None:
    told = refusal("area;woningtype;rating;taal\nUrk;;11;Fries\n")
    assert told.startswith("answers has 4 faults:")


def test_reads_the_reference_survey_with_its_population() -> None:
    header, *rows = (REFERENCE / "survey.csv").read_text(encoding="utf-8").splitlines()
    rows = [row for row in rows if row.startswith("2021,")]
    responses, population = read("\n".join([header, *rows]))

    assert len(responses) == len(rows)
    assert {response.area for response in responses} <= {area.id for area in AREAS}
    wanted = {r.stratum: r for r in read_population(REFERENCE / "pop_stratum.csv", AREAS)}
    assert population is not None
    assert population == [wanted[row.stratum] for row in population]
    assert json.loads(responses[0].answers)["woningtype"] == "eengezins"


def test_reads_a_population() -> None:
    text = "gebied;woningtype;aantal woningen\nLaren;Etage;120\nlaren;eengezins;0\n"
    assert read_population(text.encode(), AREAS) == [
        PopulationRow(stratum="laren/etage", area="laren", dwellings=120),
        PopulationRow(stratum="laren/eengezins", area="laren", dwellings=0),
    ]


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ("laren;etage;-5", "column 'dwellings': wanted a whole number from 0, without separators"),
        ("laren;etage;12,5", "wanted a whole number from 0"),
        ("laren;etage;1.200", "wanted a whole number from 0"),
        ("laren;etage;", "wanted a whole number from 0"),
        ("urk;etage;5", "wanted a known area (known are Almere, "),
        (
            "laren;etage;5\nLaren;Etage;6",
            "population, line 3, column 'dwelling_type': wanted a stratum that has no other row, "
            "got 'laren/etage', also on line 2",
        ),
    ],
)
def test_refuses_a_population(rows: str, wanted: str) -> None:
    with pytest.raises(InputError) as caught:
        read_population(f"area;dwelling_type;dwellings\n{rows}\n".encode(), AREAS)
    assert wanted in str(caught.value)
