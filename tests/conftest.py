"""Fixtures for all: both databases, a corporation, and what a missing program means."""

import os
import random
from datetime import date
from itertools import count

import pytest
from hypothesis import settings as hypothesis_settings

from enquete.codes import CodeKeys
from enquete.demo import build
from enquete.settings import load_settings
from enquete.store import Area, AreaCode, Dwelling, PopulationRow, Wave, open_store
from tests import postgres

# How long an example takes says more of the machine than of the code.
hypothesis_settings.register_profile("enquete", deadline=None)
hypothesis_settings.load_profile("enquete")

SECRET = "a secret of the tests that is long enough"  # noqa: S105 - of no other installation


def need(present, what):
    """Skip a test by name where a program is missing; under CI that is a failure."""
    if not present:
        if os.environ.get("CI"):
            pytest.fail(f"{what} is not installed")
        pytest.skip(f"{what} is not installed")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in [name for name in os.environ if name.startswith("ENQUETE_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgres_server():
    need(postgres.programs(), "postgresql")
    with postgres.cluster() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server, _numbers=count()):  # noqa: B008 - one count for the session
    import psycopg

    name = f"test{next(_numbers)}"
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{postgres_server}/{name}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path):
    if request.param == "postgres":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
def empty_store(database_url):
    """A store without tables, on either database."""
    store = open_store(database_url)
    yield store
    store.close()


@pytest.fixture
def store(empty_store):
    """A store of the newest schema, on either database."""
    empty_store.migrate()
    return empty_store


@pytest.fixture
def sqlite_store(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'enquete.db'}")
    store.migrate()
    yield store
    store.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """An instance with the demo corporation: its settings and its store."""
    settings = load_settings(tmp_path_factory.mktemp("instance"), {})
    store = open_store(settings.database)
    store.migrate()
    build(settings, store, seed=2022)
    yield load_settings(settings.instance, {}), store
    store.close()


@pytest.fixture
def settings(tmp_path):
    return load_settings(tmp_path, {"ENQUETE_SECRET": SECRET})


@pytest.fixture
def keys():
    return CodeKeys(SECRET.encode())


@pytest.fixture
def rng():
    return random.Random(2022)


@pytest.fixture
def today():
    return date(2022, 10, 5)


AREAS = [
    Area(id="laren", name="Laren", published=True, position=1),
    Area(id="weesp", name="Weesp", published=True, position=2),
    Area(id="eemnes", name="Eemnes", published=False, position=3),
]
CODES = [AreaCode(area="laren", code="GM0417", valid_from="")]


def wave(slug="2022", **changes):
    """Give a wave open through October 2022, with a text in place of its questionnaire."""
    dates = {"opens": "2022-10-01", "closes": "2022-10-31"}
    values = dates | {"questionnaire": "", "questionnaire_hash": "", **changes}
    return Wave(slug=slug, classification_date=f"{slug[:4]}-01-01", **values)


def dwellings(number=6):
    return [
        Dwelling(id=f"d{i}", area=("laren", "weesp")[i % 2], type="flat") for i in range(number)
    ]


def population(size=3):
    return [
        PopulationRow(stratum=f"{area}/flat", area=area, dwellings=size)
        for area in ("laren", "weesp")
    ]
