"""What the machine or the user did wrong is told in a line, never as a traceback."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from enquete.cli import main
from enquete.errors import StoreUnavailableError
from enquete.store import Store

LONG = "x" * 300  # more than a file's name may have: also root is told so


def test_a_backup_under_a_file_is_refused(loaded, tmp_path):
    (tmp_path / "file").write_text("mine")
    target = tmp_path / "file" / "backup.db"
    assert f"{target} cannot be opened" in loaded("backup", target, fails=True)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_backup_where_one_may_not_look_is_refused(loaded, tmp_path):
    target = tmp_path / LONG / "backup.db"
    assert f"{target} cannot be written" in loaded("backup", target, fails=True)


def test_letters_where_one_may_not_look_are_refused_and_nobody_is_invited(loaded, tmp_path):
    target = tmp_path / LONG / "letters.csv"
    assert f"{target} cannot be written" in loaded(
        "invite", "2022", "--letters", target, fails=True
    )
    assert "\t0 invited" in loaded("wave", "list")


def test_a_backup_that_cannot_be_read_is_named(loaded, tmp_path, monkeypatch):
    backup = tmp_path / "backup.db"
    loaded("backup", backup)
    message = "Input/output error"
    failing = OSError(5, message, str(backup))
    monkeypatch.setattr("shutil.copyfile", lambda *_: (_ for _ in ()).throw(failing))
    printed = loaded("restore", backup, "--replace", fails=True)
    assert f"{backup} cannot be read: {message}" in printed


def test_a_damaged_backup_is_named(loaded, tmp_path):
    backup = tmp_path / "backup.db"
    loaded("backup", backup)
    backup.write_bytes(backup.read_bytes()[:5000] + b"\xff" * 20000)
    printed = loaded("restore", backup, "--replace", fails=True)
    assert str(backup) in printed
    assert "restore-" not in printed


@pytest.mark.parametrize("instance", [f"{LONG}/x", "file", "file/x"])
def test_an_instance_that_cannot_be_is_named(tmp_path, instance):
    (tmp_path / "file").touch()
    path = str(tmp_path / instance)
    result = CliRunner().invoke(main, ["wave", "list", "--instance", path])
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code != 0
    assert path in result.output


def test_what_nobody_foresaw_is_told_with_its_file(loaded, monkeypatch):
    def fail(*_, **__):
        raise OSError(28, "No space left on device", "/somewhere/file")

    monkeypatch.setattr("enquete.store.Store.waves", fail)
    assert "Error: /somewhere/file: No space left on device" in loaded("wave", "list", fails=True)


def test_a_reader_that_leaves_ends_the_command_quietly(demo):
    settings, _ = demo
    command = [sys.executable, "-m", "enquete", "areas", "list", "--instance", settings.instance]
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert b"Traceback" not in run.stderr
    assert b"Broken pipe" not in run.stderr


def test_a_terminal_without_the_characters_gets_question_marks(loaded, tmp_path):
    command = [sys.executable, "-m", "enquete", "wave", "list"]
    command += ["--instance", str(tmp_path / "instance")]
    environment = os.environ | {"PYTHONIOENCODING": "latin-1"}
    run = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert run.returncode == 0, run.stderr
    assert b"2021-10-01 ? 2021-10-31" in run.stdout


def test_json_is_utf8_whatever_the_terminal_has(tmp_path):
    file = tmp_path / "answers.csv"
    file.write_text("mark;area\n7;Café\n8;Café\n", encoding="utf-8")
    command = [sys.executable, "-m", "enquete", "analyse", file, "--rating", "mark", "--by", "area"]
    environment = os.environ | {"PYTHONIOENCODING": "latin-1"}
    run = subprocess.run([*command, "--json"], capture_output=True, env=environment, check=True)
    assert json.loads(run.stdout.decode("utf-8"))["means"][0]["key"] == ["Café"]


def test_listing_the_areas_writes_nothing(enquete, tmp_path):
    printed = enquete("areas", "list")
    assert "the list that comes with Enquete" in printed
    assert "weesp\tWeesp / stadsgebied Amsterdam\tin the table" in printed
    own = tmp_path / "areas.csv"
    own.write_text("area;name;published;position\ndorp;Dorp;yes;1\n")
    enquete("areas", "import", own)
    assert enquete("areas", "list") == "dorp\tDorp\tin the table\n"


def test_areas_alone_are_no_data(enquete, tmp_path):
    own = tmp_path / "areas.csv"
    own.write_text("area;name;published;position\ndorp;Dorp;yes;1\n")
    enquete("areas", "import", own)
    copy = tmp_path / "backup.db"
    enquete("backup", copy)
    assert "rows restored" in enquete("restore", copy)


def test_analyse_takes_an_instance_and_makes_none(tmp_path):
    file = tmp_path / "answers.csv"
    file.write_text("mark\n7\n8\n")
    arguments = ["analyse", str(file), "--rating", "mark", "--instance", str(tmp_path / "no")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "7.5000" in result.output
    assert not (tmp_path / "no").exists()


def test_every_command_takes_an_instance():
    def commands(group, path=()):
        for name, found in group.commands.items():
            if hasattr(found, "commands"):
                yield from commands(found, (*path, name))
            else:
                yield (*path, name), found

    for path, command in commands(main):
        if path[0] == "questionnaire":  # works on files alone
            continue
        assert "instance" in [option.name for option in command.params], path


def test_a_file_of_letters_that_cannot_be_put_in_place_is_kept(loaded, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(5, "Input/output error")

    letters = tmp_path / "letters.csv"
    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", fail)
        message = loaded("invite", "2022", "--letters", letters, fails=True)
    assert "\t200 invited" in loaded("wave", "list")
    (kept,) = tmp_path.glob(".letters.csv.*")
    assert str(kept) in message
    assert len(kept.read_text(encoding="utf-8-sig").splitlines()) == 201
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.parametrize("failure", [StoreUnavailableError("the line is cut"), KeyboardInterrupt()])
def test_letters_stay_where_the_wave_is_invited_all_the_same(
    loaded, tmp_path, monkeypatch, failure
):
    invite = Store.invite

    def fail_at_the_end(store, *arguments, **options):
        invite(store, *arguments, **options)
        raise failure

    letters = tmp_path / "letters.csv"
    monkeypatch.setattr(Store, "invite", fail_at_the_end)
    message = loaded("invite", "2022", "--letters", letters, fails=True)
    assert f"may be invited nevertheless (see wave list): its letters are in {letters}" in message
    assert "\t200 invited" in loaded("wave", "list")
    assert len(letters.read_text(encoding="utf-8-sig").splitlines()) == 201
    assert list(tmp_path.glob(".letters*")) == []


@pytest.mark.parametrize("failure", [StoreUnavailableError("the line is cut"), KeyboardInterrupt()])
def test_letters_go_where_nobody_was_invited(loaded, tmp_path, monkeypatch, failure):
    def fail(*_, **__):
        raise failure

    with monkeypatch.context() as broken:
        broken.setattr(Store, "invite", fail)
        loaded("invite", "2022", "--letters", tmp_path / "letters.csv", fails=True)
    assert list(tmp_path.glob("*letters*")) == []
    assert "200 dwellings" in loaded("invite", "2022", "--letters", tmp_path / "letters.csv")


def test_two_waves_never_share_a_file_of_letters(loaded, tmp_path, monkeypatch):
    letters, invite, told = tmp_path / "letters.csv", Store.invite, []
    loaded("wave", "create", "2023")

    def meanwhile(store, *arguments, **options):
        monkeypatch.setattr(Store, "invite", invite)
        told.append(loaded("invite", "2023", "--letters", letters, fails=True))
        return invite(store, *arguments, **options)

    monkeypatch.setattr(Store, "invite", meanwhile)
    assert "200 dwellings invited" in loaded("invite", "2022", "--letters", letters)
    assert "another call is at work" in told[0]
    assert loaded("wave", "list").count("\t200 invited") == 1


def test_what_is_told_to_end_leaves_nothing_half_done(loaded, tmp_path, monkeypatch):
    def told(*_, **__):
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Store, "copy_to", told)
    loaded("backup", tmp_path / "backup.db", fails=True)
    assert list(tmp_path.glob("backup.db*")) == []
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_wave_whose_close_was_cut_off_is_closed_by_the_next(loaded, monkeypatch):
    def full(_store):
        raise StoreUnavailableError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "reshuffle", full)
        message = loaded("wave", "close", "2022", fails=True)
    assert "the order of its answers is not hidden: the disk is full; then run this" in message
    hidden = []
    monkeypatch.setattr(Store, "reshuffle", lambda _store: hidden.append(True))
    assert "was closed already" in loaded("wave", "close", "2022")
    assert len(hidden) == 1


def test_an_instance_with_nothing_in_it_is_no_backup(enquete, tmp_path):
    assert f"nothing in the instance {tmp_path}" in enquete("backup", tmp_path / "b.db", fails=True)
    assert list(tmp_path.glob("b.db*")) == []


def test_a_backup_without_data_replaces_none(loaded, tmp_path):
    empty = tmp_path / "empty.db"
    made = CliRunner().invoke(main, ["migrate", "--instance", str(tmp_path / "other")])
    assert made.exit_code == 0, made.output
    (tmp_path / "other" / "enquete.db").rename(empty)
    assert "not replaced" in loaded("restore", "--replace", empty, fails=True)
    assert "2022" in loaded("wave", "list")
