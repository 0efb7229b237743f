"""What docs/privacy.md says remains, does: the attacker finds it, and what helps does help."""

from contextlib import closing
from dataclasses import replace
from functools import partial

import psycopg
import pytest

from tests.enquete.attack.doors import all_at_the_review, behind_the_pages
from tests.enquete.attack.loot import server_log
from tests.enquete.attack.residents import SENT
from tests.enquete.attack.town import TECHNIQUES, Town


@pytest.mark.parametrize("drafts", [True, False], ids=["asked for", "left out"])
def test_the_letters_open_the_drafts_in_a_backup_made_before_the_cut(settings, tmp_path, drafts):
    backups = []

    def back_up():
        backups.append(town.back_up(tmp_path / "before.db", drafts=drafts))

    with closing(Town(settings)) as town, town.app() as app:
        visit = all_at_the_review(app, len(town.residents))
        town.play(visit, together=len(town.residents), at={1: back_up})
        town.store.reshuffle()
        found = town.attack(town.plunder(backups=backups))
        assert "size" not in found  # their length does not tell whose they are
        assert ("opened draft" in found) == drafts
        if drafts:
            assert found["opened draft"][0].right > 0.9 * SENT
        assert town.attack(town.plunder()) == {}


def test_backups_that_follow_each_other_closely_tell_which_answers_are_of_which_codes(
    settings, tmp_path
):
    backups = []

    def night():
        town.store.reshuffle()
        backups.append(town.back_up(tmp_path / f"{len(backups)}.db"))

    with closing(Town(settings)) as town, town.app() as app:
        nights = dict.fromkeys(range(20, SENT, 20), night)
        # One by one, so that no backup has a draft of who sends his answers later.
        town.play(partial(behind_the_pages, app), together=1, at=nights)
        town.store.reshuffle()
        found = town.attack(with_rows_of(town, backups))
        assert "difference of copies" in found
        assert town.attack(town.plunder()) == {}


def with_rows_of(town, backups):
    """Take the rows of these backups; to search so many files would take long."""
    return replace(town.plunder(), copies=town.plunder(backups=backups).copies)


@pytest.fixture
def superuser(postgres_server):
    """The administrator of a server that throws its log away, as docs/privacy.md says it should."""
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET wal_recycle = off")
        connection.execute("SELECT pg_reload_conf()")
        yield connection
        connection.execute("ALTER SYSTEM RESET wal_recycle")
        connection.execute("SELECT pg_reload_conf()")


def test_the_log_of_postgresql_tells_until_it_is_thrown_away(settings, postgres_url, superuser):
    [since] = superuser.execute("SELECT pg_current_wal_lsn()::text").fetchone()
    # Other residents than in all other tests, whose answers may be in the server's log too.
    with closing(Town(replace(settings, database=postgres_url), seed=2023)) as town:
        with town.app() as app:
            town.play(partial(behind_the_pages, app))
        town.store.reshuffle()
        place = {"place in a file": TECHNIQUES["place in a file"]}
        found = town.attack(town.plunder(files=dict(server_log(superuser, since))), place)
        assert found["place in a file"][0].right > 0.9 * SENT
        superuser.execute("SELECT pg_switch_wal()")
        superuser.execute("CHECKPOINT")
        assert town.attack(town.plunder(files=dict(server_log(superuser, since)))) == {}
