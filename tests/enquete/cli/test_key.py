"""A change of the secret: codes in letters still work, and nothing is locked out half-way."""

import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from enquete import clock
from enquete.codes import read_code
from enquete.errors import StoreUnavailableError
from enquete.settings import load_settings
from enquete.store import Store, open_store
from tests.enquete.cli.test_chain import read

SETTING = "the secret of a setting, not of a file"


@pytest.fixture
def instance(tmp_path):
    return tmp_path / "instance"


@pytest.fixture
def code(loaded, instance):
    """A code of a letter that is out."""
    loaded("invite", "2022")
    return read_code(read(instance / "letters-2022.csv")[0]["code"])


@contextmanager
def opened(instance):
    settings = load_settings(instance)
    store = open_store(settings.database)
    try:
        yield store, store.keys(settings.secret.encode())
    finally:
        store.close()


def is_known(instance, code):
    """Whether a code leads to somebody with the secret that is in place."""
    with opened(instance) as (store, keys):
        return any(store.invitee(each.code_hash(code)) for each in keys.each())


def secret(instance):
    return (instance / "secret.key").read_text()


def for_backups(instance):
    return instance / f"secret-until-{clock.today()}.key"


def test_a_code_made_before_the_change_is_known_after_it(loaded, code, instance):
    old = secret(instance)
    printed = loaded("key", "rotate")
    assert f"the new secret is in {instance / 'secret.key'}: restart the server now" in printed
    assert secret(instance) != old
    assert is_known(instance, code)
    with opened(instance) as (store, keys):
        assert store.invitee(keys.code_hash(code)) is None  # by the earlier secret alone
        assert len(keys.each()) == 2
    loaded("wave", "create", "2023")
    loaded("invite", "2023")
    assert is_known(instance, read_code(read(instance / "letters-2023.csv")[0]["code"]))


def test_the_old_secret_is_kept_for_the_backups_that_need_it(loaded, code, instance, tmp_path):
    backup, old = tmp_path / "before.db", secret(instance)
    loaded("backup", backup)
    loaded("key", "rotate")
    assert for_backups(instance).read_text() == old
    for path in (for_backups(instance), instance / "secret.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    loaded("restore", backup, "--replace")
    with pytest.raises(StoreUnavailableError, match="put back the secret"):
        is_known(instance, code)
    for_backups(instance).replace(instance / "secret.key")
    assert is_known(instance, code)


def test_no_secret_is_printed_or_left_beside(loaded, code, instance):
    old = secret(instance)
    printed = loaded("key", "rotate")
    assert old not in printed
    assert secret(instance) not in printed
    assert {path.name for path in instance.glob("*secret*")} == {
        "secret.key",
        for_backups(instance).name,
    }
    database = (instance / "enquete.db").read_bytes()
    assert old.encode() not in database
    assert old.encode().hex().encode() not in database


def test_a_second_change_on_one_day_wants_the_first_put_away(loaded, code, instance, tmp_path):
    loaded("key", "rotate")
    once = secret(instance)
    assert "put it with the backups it belongs to" in loaded("key", "rotate", fails=True)
    assert secret(instance) == once
    for_backups(instance).rename(tmp_path / "put away")
    loaded("key", "rotate")
    assert is_known(instance, code)
    with opened(instance) as (_, keys):
        assert len(keys.each()) == 3


def test_earlier_secrets_are_kept_while_their_codes_can_be_used(loaded, code, instance):
    loaded("key", "rotate")
    loaded("wave", "create", "2023")
    loaded("invite", "2023")
    message = loaded("key", "forget", fails=True)
    assert "wave '2022' has codes of an earlier secret and is not closed" in message
    assert is_known(instance, code)
    loaded("wave", "close", "2022")
    assert "earlier secrets dropped: 1; restart the server" in loaded("key", "forget")
    assert not is_known(instance, code)
    assert is_known(instance, read_code(read(instance / "letters-2023.csv")[0]["code"]))
    assert "earlier secrets dropped: 0" in loaded("key", "forget")


def test_a_secret_of_a_setting_goes_into_a_file_of_its_own(
    enquete, instance, tmp_path, monkeypatch
):
    monkeypatch.setenv("ENQUETE_SECRET", SETTING)
    enquete("areas", "list")
    new = tmp_path / "new.key"
    assert "give --into FILE" in enquete("key", "rotate", fails=True)
    assert f"the new secret is in {new}" in enquete("key", "rotate", "--into", new)
    assert not (instance / "secret.key").exists()
    assert for_backups(instance).read_text() == SETTING
    assert stat.S_IMODE(new.stat().st_mode) == 0o600
    with pytest.raises(StoreUnavailableError), opened(instance):
        pass
    # Until the setting is changed the command says where the secret is, and changes nothing
    kept = new.read_text()
    enquete("key", "rotate", "--into", new)
    assert new.read_text() == kept
    monkeypatch.setenv("ENQUETE_SECRET", kept)
    with opened(instance) as (_, keys):
        assert len(keys.each()) == 2
    assert f"{new} exists already" in enquete("key", "rotate", "--into", new, fails=True)


def test_a_file_that_is_there_is_not_overwritten(loaded, code, instance, tmp_path):
    mine, old = tmp_path / "mine", secret(instance)
    mine.write_text("my own text, which is longer than a secret")
    assert f"{mine} exists already" in loaded("key", "rotate", "--into", mine, fails=True)
    assert "cannot be written" in loaded("key", "rotate", "--into", mine / "x", fails=True)
    assert mine.read_text().startswith("my own")
    assert secret(instance) == old
    assert is_known(instance, code)


def test_when_the_store_fails_the_old_secret_works_and_the_next_call_changes_it(
    loaded, code, instance, monkeypatch
):
    def fail(*_):
        raise StoreUnavailableError("the disk is full")

    old = secret(instance)
    with monkeypatch.context() as broken:
        broken.setattr(Store, "rotate_key", fail)
        assert "the disk is full" in loaded("key", "rotate", fails=True)
    assert secret(instance) == old
    assert is_known(instance, code)
    loaded("key", "rotate")
    assert secret(instance) != old
    assert is_known(instance, code)


def cut_off_in_the_store(broken):
    """The store took the key, but the answer did not come: a lost connection, a power cut."""
    rotate = Store.rotate_key

    def lose(*arguments):
        rotate(*arguments)
        raise StoreUnavailableError("the connection is lost")

    broken.setattr(Store, "rotate_key", lose)


def cut_off_before_the_file(broken):
    replace = Path.replace

    def fail(path, target):
        if path.name == "secret-next.key":
            raise OSError(5, "Input/output error")
        return replace(path, target)

    broken.setattr(Path, "replace", fail)


@pytest.mark.parametrize("cut_off", [cut_off_in_the_store, cut_off_before_the_file])
def test_cut_off_between_database_and_file_the_next_call_goes_on(
    loaded, code, instance, monkeypatch, cut_off
):
    old = secret(instance)
    with monkeypatch.context() as broken:
        cut_off(broken)
        loaded("key", "rotate", fails=True)
    assert secret(instance) == old
    assert "after an `enquete key rotate` that was cut off, run that again" in loaded(
        "serve", fails=True
    )
    loaded("key", "rotate")
    assert secret(instance) != old
    assert is_known(instance, code)
    assert for_backups(instance).read_text() == old
    assert not (instance / "secret-next.key").exists()
    with opened(instance) as (_, keys):
        assert len(keys.each()) == 2


def test_with_the_secret_of_another_installation_nothing_is_changed(loaded, code, instance):
    right = secret(instance)
    (instance / "secret.key").write_text("x" * 64)
    for verb in ("rotate", "forget"):
        assert "the secret is not the one" in loaded("key", verb, fails=True)
    assert not (instance / "secret-next.key").exists()
    (instance / "secret.key").write_text(right)
    assert is_known(instance, code)


def test_reshuffle_hides_the_order_and_drops_what_nobody_can_send_any_more(loaded, code, instance):
    with opened(instance) as (store, _):
        store.change_draft("closed", "2021", lambda _: "sealed")
        store.change_draft("open", "2022", lambda _: "sealed")
        store.add_attempt(0, "somebody")
    printed = loaded("reshuffle")
    assert "the order of arrival is hidden; drafts of closed waves dropped: 1" in printed
    assert "dropped: 0" in loaded("reshuffle")
    with opened(instance) as (store, _):
        assert store.draft("closed") is None
        assert store.draft("open") == "sealed"
        assert store.attempts(0, "somebody") == (0, 0)
        assert store.count_responses("2021") == 120
    assert is_known(instance, code)


def test_of_two_changes_at_once_no_secret_is_lost(loaded, code, instance):
    command = [sys.executable, "-m", "enquete", "key", "rotate", "--instance", str(instance)]
    calls = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in "ab"
    ]
    told = [(call.communicate()[0].decode(), call.returncode) for call in calls]
    assert sorted(end for _, end in told) in ([0, 0], [0, 1]), told
    assert is_known(instance, code)
