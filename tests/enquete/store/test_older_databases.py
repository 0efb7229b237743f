"""A database of every older version, with a row in each table, brought up to date on both kinds."""

import pytest

from enquete.errors import StoreError
from enquete.store import Outcome, migrate, open_store
from enquete.store.driver import connect
from enquete.store.queries import TABLES
from tests.enquete.store.test_store import response

AREA = {"area": "laren", "stratum": "s"}
NO_CLUSTER = {"cluster": "", "language": "nl"}
# By the columns of the first version; a later one adds columns that have a value of themselves.
ROWS = {
    "fact": {"name": "key", "content": "fingerprint"},
    "area": {"id": "laren", "name": "Laren", "published": 1, "position": 1},
    "area_code": {"area": "laren", "code": "GM0417"}
    | dict.fromkeys(("valid_from", "valid_until", "change"), ""),
    "dwelling": {"id": "d1", "area": "laren", "type": "flat", "language": "nl"}
    | dict.fromkeys(("complex", "buurt", "address", "email"), ""),
    "wave": {"slug": "2022", "opens": "2022-10-01", "closes": "2022-10-31"}
    | {"questionnaire": "", "questionnaire_hash": "", "sampled_unit": "dwelling"}
    | {"classification_date": "2022-01-01"},
    "population": {"wave": "2022", "dwellings": 3} | AREA,
    "invitee": {"code_hash": "h0", "wave": "2022", "dwelling": "d1", "status": "invited"}
    | AREA
    | NO_CLUSTER,
    "draft": {"key": "k", "wave": "2022", "sealed": "sealed", "version": 2},
    "response": {"id": "older", "wave": "2022", "mode": "web", "day": "2022-10-05", "rating": 7}
    | {"questionnaire_hash": "", "answers": "{}", "dwelling": ""}
    | AREA
    | NO_CLUSTER,
    "report": {"wave": "2022", "compare": "", "created": "2022-11-01T00:00:00+00:00"}
    | {"code_version": "0", "figures": "{}"},
}
NEWEST = max(migrate.steps())


@pytest.fixture(params=sorted(migrate.steps())[:-1])
def older(request, empty_store, database_url, monkeypatch):
    """A store as the program of that version left it."""
    known = {number: text for number, text in migrate.steps().items() if number <= request.param}
    with monkeypatch.context() as then:
        then.setattr(migrate, "steps", lambda: known)
        empty_store.migrate()
    driver = connect(database_url)
    for table, row in ROWS.items():
        places = ", ".join(f":{name}" for name in row)
        driver.rows(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", row)  # noqa: S608 - ours
    driver.close()
    assert empty_store.version() == request.param
    return empty_store


def rows(database_url):
    driver = connect(database_url)
    found = {table: driver.rows(f"SELECT * FROM {table}") for table in ROWS}  # noqa: S608 - ours
    driver.close()
    return found


def test_there_is_a_row_for_every_table_that_people_fill():
    assert set(ROWS) == set(TABLES)


def test_every_row_is_kept(older, database_url):
    assert max(older.migrate()) == NEWEST
    assert older.is_current()
    for table, (found,) in rows(database_url).items():
        assert {name: found[name] for name in ROWS[table]} == ROWS[table]


def test_what_is_new_has_the_value_that_was_meant_before(older):
    older.migrate()
    assert older.wave("2022").anonymity == "anonymous"
    assert older.attempts(7, "one") == (0, 0)
    older.add_attempt(7, "one")
    assert older.attempts(7, "one") == (1, 1)


def test_the_survey_goes_on_where_it_was(older):
    older.migrate()
    drafts = []

    def respond(draft):
        drafts.append(draft)
        return response()

    outcome = older.submit(code_hash="h0", draft_key="k", today="2022-10-05", respond=respond)
    assert outcome == Outcome.STORED
    assert drafts == ["sealed"]
    assert older.count_responses("2022") == 2


def test_it_goes_into_a_backup_and_comes_back(older, tmp_path, database_url):
    older.migrate()
    backup = open_store(f"sqlite:///{tmp_path / 'backup.db'}")
    backup.migrate()
    before = rows(database_url)
    older.copy_to(backup)
    backup.copy_to(older, replace=True)
    backup.close()
    assert rows(database_url) == before


def test_a_step_that_fails_leaves_the_version_before_it(older, database_url, monkeypatch):
    before, version = rows(database_url), older.version()
    texts = migrate.steps()
    texts[version + 1] += ";\nINSERT INTO nowhere (x) VALUES (1)"
    with monkeypatch.context() as broken:
        broken.setattr(migrate, "steps", lambda: texts)
        with pytest.raises(StoreError):
            older.migrate()
    assert older.version() == version
    assert rows(database_url) == before
    assert max(older.migrate()) == NEWEST
