"""The demonstration prints the published table, by the ordinary path."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from analysis.rating_table import RatingTable
from enquete.codes import CodeKeys, read_code
from enquete.demo import build, unused_code
from enquete.errors import InputError
from enquete.settings import load_settings

PUBLISHED = Path(__file__).parents[1] / "reference" / "published-2022.csv"


@pytest.fixture(scope="module")
def table(demo):
    """The table as it was stored when the demo was made."""
    _, store = demo
    return RatingTable.from_json(json.loads(store.reports()[-1].figures))


def test_it_prints_the_ten_published_figures(table):
    with PUBLISHED.open() as file:
        expected = [
            (row["gebied"], row["cbs_code"], Decimal(row["rapportcijfer_2022"]))
            for row in csv.DictReader(file)
        ]
    assert [(row.name, row.code, row.value) for row in table.rows] == expected


def test_the_headline_is_not_the_mean_of_the_rows(table):
    assert table.headline.value == Decimal("7.4")
    assert table.reconciliation.plain_mean == Decimal("7.7")
    assert table.reconciliation.population_weighted == Decimal("7.4")


def test_it_says_that_it_is_invented(demo, table):
    settings, store = demo
    assert table.invented
    assert load_settings(settings.instance, {}).demo
    assert 19_000 < len(store.dwellings()) < 21_000
    assert [wave.slug for wave in store.waves()] == ["2021", "2022"]


def test_it_gives_an_unused_code(demo):
    settings, store = demo
    code = read_code(unused_code(settings, store))
    invitee = store.invitee(CodeKeys(settings.secret.encode()).code_hash(code))
    assert (invitee.wave, invitee.status) == ("2022", "invited")


def test_it_wants_an_empty_instance(demo):
    settings, store = demo
    with pytest.raises(InputError, match="has data or settings already"):
        build(settings, store, seed=2022)
    assert sum(row["answered"] for row in store.invited("2022")) == store.count_responses("2022")
