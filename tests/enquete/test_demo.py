"""The demonstration prints the published table, by the ordinary path."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis.rating_table import RatingTable
from enquete.cli import main
from enquete.codes import CodeKeys, read_code
from enquete.demo import build, is_empty, unused_code
from enquete.errors import InputError
from enquete.fieldwork.waves import make_wave
from enquete.invented import invent_frame
from enquete.settings import load_settings
from enquete.store import open_store
from tests.conftest import AREAS, CODES, dwellings

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


@pytest.mark.parametrize(
    "content",
    [
        b"address;code\n\xff\xfe;x\n",
        b"code\n" + b"x" * 200_000 + b"\n",
        b"code\nABCD-\x00\n\n;;;;\n",
        b'code\n"',
        b"",
    ],
    ids=["no UTF-8", "a huge field", "no codes", "an open quote", "empty"],
)
def test_spoiled_codes_are_no_codes(settings, sqlite_store, content):
    (settings.instance / "demo-codes.csv").write_bytes(content)
    assert unused_code(settings, sqlite_store) is None


@pytest.fixture
def small(monkeypatch):
    """A corporation that is invented in a moment."""
    monkeypatch.setattr("enquete.demo.invent_frame", lambda random: invent_frame(random)[::10])
    monkeypatch.setattr("enquete.invented._TOLERANCE", 1)  # so few marks come no nearer


def left(settings):
    """Give what is in an instance beside its database."""
    names = {path.name for path in settings.instance.iterdir()}
    return names - {"enquete.db", "enquete.db-wal", "enquete.db-shm", "secret.key"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_a_demo_that_fails_leaves_nothing_and_can_be_made_again(
    settings, sqlite_store, small, monkeypatch, error
):
    seen = []

    def fail(*_):
        seen.append(load_settings(settings.instance, {}).demo)
        raise error

    with monkeypatch.context() as broken:
        broken.setattr("enquete.store.Store.copy_to", fail)
        with pytest.raises((KeyboardInterrupt, OSError)):
            build(settings, sqlite_store, seed=1)
    assert seen == [True]  # said that it is invented before there was anything to see
    assert left(settings) == set()
    build(settings, sqlite_store, seed=1)
    assert left(settings) == {"enquete.toml", "demo-codes.csv"}


def test_a_demo_that_was_killed_before_its_data_came_is_made_again(settings, sqlite_store, small):
    build(settings, sqlite_store, seed=1)
    made = (settings.instance / "enquete.toml").read_bytes()
    empty = open_store(f"sqlite:///{settings.instance / 'other.db'}")
    empty.migrate()
    assert is_empty(settings, empty)
    build(settings, empty, seed=2)
    assert not is_empty(settings, empty)
    assert (settings.instance / "enquete.toml").read_bytes() == made
    empty.close()


def test_own_settings_are_not_overwritten(settings, sqlite_store):
    (settings.instance / "enquete.toml").write_text('corporation = "Onze eigen"\n')
    with pytest.raises(InputError, match="has data or settings already"):
        build(settings, sqlite_store, seed=1)
    assert (settings.instance / "enquete.toml").read_text() == 'corporation = "Onze eigen"\n'


def test_data_that_came_while_it_was_made_are_not_called_invented(
    settings, sqlite_store, small, monkeypatch
):
    def meanwhile(*_, **__):
        sqlite_store.replace_areas(AREAS, CODES)
        sqlite_store.replace_frame(dwellings())

    monkeypatch.setattr("enquete.demo.store_report", meanwhile)
    with pytest.raises(InputError, match="has data or settings already"):
        build(settings, sqlite_store, seed=1)
    assert not load_settings(settings.instance, {}).demo
    assert len(sqlite_store.dwellings()) == len(dwellings())


def test_a_second_demo_keeps_the_data_and_says_nothing(settings, sqlite_store, small):
    command = ["demo", "--if-empty", "--instance", str(settings.instance)]
    assert "Rapportcijfer" in CliRunner().invoke(main, command).output
    wave = make_wave("2030", questionnaire="buurt", opens="2030-01-01")
    sqlite_store.add_wave(wave)
    before = (sqlite_store.waves(), sqlite_store.reports(), left(settings))
    again = CliRunner().invoke(main, command)
    assert (again.exit_code, again.output) == (0, "")
    assert (sqlite_store.waves(), sqlite_store.reports(), left(settings)) == before
    refused = CliRunner().invoke(main, ["demo", "--instance", str(settings.instance)])
    assert refused.exit_code == 1
    assert "has data or settings already" in refused.output


def test_it_wants_an_empty_instance(demo):
    settings, store = demo
    with pytest.raises(InputError, match="has data or settings already"):
        build(settings, store, seed=2022)
    assert sum(row["answered"] for row in store.invited("2022")) == store.count_responses("2022")
