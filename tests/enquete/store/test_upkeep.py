"""Keys, drafts without an end, counted attempts: on both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from enquete.codes import CodeKeys, draw_code
from enquete.errors import ConflictError, StoreUnavailableError
from enquete.store import Invitee, open_store
from tests.conftest import AREAS, population, wave

FIRST, SECOND, THIRD = (f"the {nth} secret of this test".encode() for nth in ("1st", "2nd", "3rd"))
AFTER = "2022-11-01"
WHILE = "2022-10-05"


def invitee(keys, code, slug="2022"):
    return Invitee(
        code_hash=keys.code_hash(code), wave=slug, dwelling=f"d {slug}", area="laren", stratum="s"
    )


def is_known(store, secret, code):
    return any(store.invitee(keys.code_hash(code)) for keys in store.keys(secret).each())


@pytest.fixture
def code(rng):
    return draw_code(rng)


@pytest.fixture
def invited(store, code):
    """A store in which one code was made with the first secret."""
    store.replace_areas(AREAS, [])
    store.add_wave(wave())
    keys = store.keys(FIRST, adopt=True)
    store.invite("2022", [invitee(keys, code)], population())
    return store


def test_codes_of_earlier_secrets_are_known_and_those_of_others_not(invited, code, rng):
    invited.rotate_key(invited.keys(FIRST), SECOND)
    invited.rotate_key(invited.keys(SECOND), THIRD)
    assert is_known(invited, THIRD, code)
    assert not is_known(invited, THIRD, draw_code(rng))
    for earlier in (FIRST, SECOND):
        with pytest.raises(StoreUnavailableError, match="the secret is not the one"):
            invited.keys(earlier)


def test_the_key_of_panels_outlives_every_change(invited):
    before = invited.keys(FIRST).panel_key("d1")
    invited.rotate_key(invited.keys(FIRST), SECOND)
    assert invited.keys(SECOND).panel_key("d1") == before
    invited.forget_keys(invited.keys(SECOND), AFTER)
    assert invited.keys(SECOND).panel_key("d1") == before


def test_a_store_takes_its_first_key_only_when_asked_to(store):
    assert store.keys(FIRST).each() == (CodeKeys(FIRST),)
    assert store.keys(SECOND).each() == (CodeKeys(SECOND),)
    store.keys(FIRST, adopt=True)
    with pytest.raises(StoreUnavailableError):
        store.keys(SECOND, adopt=True)


def test_earlier_keys_stay_while_a_wave_of_theirs_is_open(invited, code):
    invited.rotate_key(invited.keys(FIRST), SECOND)
    with pytest.raises(ConflictError, match="wave '2022' has codes of an earlier secret"):
        invited.forget_keys(invited.keys(SECOND), WHILE)
    assert is_known(invited, SECOND, code)
    invited.forget_keys(invited.keys(SECOND), AFTER)
    assert not is_known(invited, SECOND, code)


def test_a_wave_without_a_last_day_is_open(invited):
    invited.set_wave_dates("2022", opens="2022-10-01", closes="")
    invited.rotate_key(invited.keys(FIRST), SECOND)
    with pytest.raises(ConflictError):
        invited.forget_keys(invited.keys(SECOND), AFTER)


def test_a_wave_of_the_newest_key_does_not_keep_the_earlier_ones(invited, rng):
    invited.rotate_key(invited.keys(FIRST), SECOND)
    keys, code = invited.keys(SECOND), draw_code(rng)
    invited.add_wave(wave("2023", opens="2022-10-01", closes=""))
    invited.invite("2023", [invitee(keys, code, "2023")], population())
    invited.forget_keys(keys, AFTER)
    assert is_known(invited, SECOND, code)


def test_who_holds_a_key_that_was_changed_meanwhile_is_refused(invited, code, rng):
    stale = invited.keys(FIRST)
    invited.rotate_key(stale, SECOND)
    with pytest.raises(StoreUnavailableError):
        invited.rotate_key(stale, THIRD)
    with pytest.raises(StoreUnavailableError):
        invited.forget_keys(stale, AFTER)
    invited.add_wave(wave("2023"))
    made = invitee(stale, draw_code(rng), "2023")
    with pytest.raises(StoreUnavailableError):
        invited.invite("2023", [made], population(), fingerprint=stale.fingerprint())
    assert invited.invited("2023") == []
    assert is_known(invited, SECOND, code)


def test_of_two_changes_at_once_one_is_made(invited, code, database_url):
    together = Barrier(2)

    def change(secret):
        store = open_store(database_url)
        keys = store.keys(FIRST)
        together.wait()
        try:
            store.rotate_key(keys, secret)
        except StoreUnavailableError:
            return None
        finally:
            store.close()
        return secret

    with ThreadPoolExecutor(2) as pool:
        made = [secret for secret in pool.map(change, [SECOND, THIRD]) if secret]
    assert len(made) == 1
    assert is_known(invited, made[0], code)


def test_drafts_go_when_their_wave_is_closed_and_not_before(invited):
    invited.add_wave(wave("2023", opens="2022-10-01", closes=""))
    for key, slug in (("a", "2022"), ("b", "2022"), ("c", "2023")):
        invited.change_draft(key, slug, lambda _: "sealed")
    assert invited.drop_closed_drafts("2022-10-31") == 0  # its last day
    assert invited.drop_closed_drafts(AFTER) == 2
    assert [invited.draft(key) for key in "abc"] == [None, None, "sealed"]
    assert invited.drop_closed_drafts(AFTER) == 0


def test_attempts_are_counted_by_visitor_and_together(store):
    assert store.attempts(7, "one") == (0, 0)
    for visitor in ("one", "one", "other", ""):
        store.add_attempt(7, visitor)
    assert store.attempts(7, "one") == (2, 4)
    assert store.attempts(7, "other") == (1, 4)
    assert store.attempts(7, "new") == (0, 4)
    assert store.attempts(7, "") == (0, 4)  # nobody in particular


def test_attempts_of_earlier_times_are_dropped(store):
    store.add_attempt(7, "one")
    store.add_attempt(8, "one")
    assert store.attempts(7, "one") == (0, 0)
    assert store.attempts(8, "one") == (1, 1)
    store.purge_attempts(9)
    assert store.attempts(8, "one") == (0, 0)


def test_attempts_at_once_are_all_counted(store, database_url):
    def add(_):
        other = open_store(database_url)
        other.add_attempt(7, "one")
        other.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(12)))
    assert store.attempts(7, "one") == (12, 12)
