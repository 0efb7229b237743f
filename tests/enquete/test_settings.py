"""Settings: one table, wrong ones refused by name."""

import stat
from pathlib import Path

import pytest

from enquete.errors import SettingsError
from enquete.settings import TABLE, load_settings


def test_defaults_live_in_the_instance(tmp_path):
    found = load_settings(tmp_path / "new", {})
    assert found.database == f"sqlite:///{tmp_path / 'new' / 'enquete.db'}"
    assert (found.port, found.workers, found.demo) == (8000, 2, False)


def test_the_secret_is_made_once_and_readable_to_the_owner_only(tmp_path):
    first = load_settings(tmp_path, {}).secret
    assert load_settings(tmp_path, {}).secret == first
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_the_environment_wins_from_the_file(tmp_path):
    (tmp_path / "enquete.toml").write_text('port = 8001\nbase_url = "https://buurt.example/"\n')
    found = load_settings(tmp_path, {"ENQUETE_PORT": "8002"})
    assert (found.port, found.base_url) == (8002, "https://buurt.example")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 8000\n", "unknown setting 'prot'"),
        ('port = "high"\n', "port in .* must be a whole number from 1 to 65535, got 'high'"),
        ("port = 0\n", "port in .* must be a whole number"),
        ("port = true\n", "port in .* must be a whole number"),
        ('database = "mysql://x"\n', "database in .* must be sqlite:///PATH or postgresql://"),
        ('secret = "short"\n', "secret in .* must have at least 32 characters, got 5"),
        ('base_url = "buurt.example"\n', "base_url in .* must begin with http"),
        ('demo = "perhaps"\n', "demo in .* must be true or false, got 'perhaps'"),
        ("port = \n", "cannot be read"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, text, message):
    (tmp_path / "enquete.toml").write_text(text)
    with pytest.raises(SettingsError, match=message):
        load_settings(tmp_path, {})


def test_an_unknown_variable_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"unknown setting 'prot' in the environment"):
        load_settings(tmp_path, {"ENQUETE_PROT": "1"})


def test_an_instance_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"instance .* is not a folder"):
        load_settings(tmp_path / "file", {})


def test_every_setting_is_documented():
    text = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    assert [(row[0].strip("| `"), row[2].removesuffix(" |")) for row in rows] == [
        (setting.name, setting.help) for setting in TABLE
    ]
