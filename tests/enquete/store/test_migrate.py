"""Making and updating the schema, on both databases."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from enquete.errors import StoreUnavailableError
from enquete.store import migrate, open_store
from enquete.store.driver import connect


def test_an_empty_database_is_brought_up_to_date_once(empty_store):
    assert empty_store.version() == 0
    assert not empty_store.is_current()
    assert empty_store.migrate() == list(migrate.steps())
    assert empty_store.is_current()
    assert empty_store.migrate() == []


def test_a_database_of_a_newer_program_is_refused(store, database_url):
    newer = connect(database_url)
    newer.rows("INSERT INTO schema_version (number) VALUES (999)")
    newer.close()
    with pytest.raises(StoreUnavailableError, match="version 999, this program knows"):
        store.version()


def _migrate(url):
    return open_store(url).migrate()


def test_four_migrators_at_once_take_each_step_once(database_url):
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        taken = list(pool.map(_migrate, [database_url] * 4))
    assert sorted(step for steps in taken for step in steps) == list(migrate.steps())
