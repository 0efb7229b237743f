"""What the files of the database tell of who answered what, read byte by byte."""

import secrets
import stat

import pytest

from tests.conftest import AREAS, population, wave
from tests.enquete.store.test_store import TODAY, invitee, response

NUMBER = 40


@pytest.fixture
def sent(store):
    """A store to which answers were sent one by one; each has a mark to find it by."""
    store.replace_areas(AREAS, [])
    store.add_wave(wave())
    store.invite("2022", [invitee(i) for i in range(NUMBER)], population())
    marks = [secrets.token_hex(8) for _ in range(NUMBER)]
    for i, mark in enumerate(marks):
        answer = response(id=secrets.token_hex(16), answers=mark)
        store.submit(
            code_hash=f"h{i}", draft_key=f"k{i}", today=TODAY, respond=lambda _, a=answer: a
        )
    return store, marks


def arrival(marks, content):
    """Give the numbers of the answers in the order in which they lie in a file."""
    places = {content.index(mark.encode()): i for i, mark in enumerate(marks)}
    return [places[place] for place in sorted(places)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_log_is_empty_after_a_submit(sent, tmp_path):
    assert (tmp_path / "test.db-wal").stat().st_size == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_reshuffled_file_does_not_tell_the_order_of_arrival(sent, tmp_path):
    store, marks = sent
    told = arrival(marks, (tmp_path / "test.db").read_bytes())
    assert told in (list(range(NUMBER)), list(reversed(range(NUMBER))))  # else this tests nothing
    store.reshuffle()
    told = arrival(marks, (tmp_path / "test.db").read_bytes())
    assert told not in (list(range(NUMBER)), list(reversed(range(NUMBER))))


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_reshuffled_rows_share_their_transaction_and_lie_by_their_id(sent, database_url):
    import psycopg

    def look():
        with psycopg.connect(database_url) as connection:
            return connection.execute(
                "SELECT xmin::text, id FROM response ORDER BY ctid"
            ).fetchall()

    store, _ = sent
    assert len({xmin for xmin, _ in look()}) == NUMBER
    store.reshuffle()
    rows = look()
    assert len({xmin for xmin, _ in rows}) == 1
    assert [key for _, key in rows] == sorted(key for _, key in rows)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_the_owner_reads_the_file(sent, tmp_path):
    assert stat.S_IMODE((tmp_path / "test.db").stat().st_mode) == 0o600
