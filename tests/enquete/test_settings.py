"""Settings: one table, wrong ones refused by name."""

import stat
from pathlib import Path

import pytest

from enquete.app import create_app
from enquete.errors import SettingsError
from enquete.settings import TABLE, load_settings
from enquete.store import open_store


def test_defaults_live_in_the_instance(tmp_path):
    found = load_settings(tmp_path / "new", {})
    assert found.database == f"sqlite:///{tmp_path / 'new' / 'enquete.db'}"
    assert (found.port, found.workers, found.demo) == (8000, 4, False)


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
        ('base_url = "https://buurt.example/p?x=1"\n', "base_url in .* without spaces, . or #"),
        ('base_url = "https://buurt example"\n', "base_url in .* without spaces"),
        ('base_url = "http://[::1"\n', "base_url in .* must be an address"),
        ('base_url = "https://"\n', "base_url in .* must be an address|must begin"),
        ('demo = "perhaps"\n', "demo in .* must be true or false, got 'perhaps'"),
        ("port = \n", "cannot be read"),
        ('host = "a\\u0000b"\n', r"host in .* without control characters, got 'a\\x00b'"),
        ('database = "sqlite:///a\\u0000b"\n', "database in .* without control characters"),
        ("database = 5\n", "database in .* must be sqlite:///PATH or postgresql://"),
        ("secret = 5\n", "secret in .* must be a text, got a value of type int"),
        ("https = true\n", "unknown setting 'https'"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, text, message):
    (tmp_path / "enquete.toml").write_text(text)
    with pytest.raises(SettingsError, match=message):
        load_settings(tmp_path, {})


@pytest.mark.parametrize(
    "text",
    [
        'secret = ["kept-from-all-eyes"]\n',
        'secret = "kept-from-all-eyes"\n',
        'database = "postgres://enquete:kept-from-all-eyes@db/enquete"\n',
        'database = "kept-from-all-eyes"\n',
    ],
)
def test_no_message_shows_a_secret(tmp_path, text):
    (tmp_path / "enquete.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, {})
    assert "kept-from-all-eyes" not in str(caught.value)


def test_the_record_shows_no_secret(tmp_path):
    secret = "kept-from-all-eyes" * 2
    database = "postgresql://enquete:password-of-the-database@db/enquete"
    found = load_settings(tmp_path, {"ENQUETE_SECRET": secret, "ENQUETE_DATABASE": database})
    assert (found.secret, found.database) == (secret, database)
    assert secret not in repr(found)
    assert "password-of-the-database" not in repr(found)


@pytest.mark.parametrize(
    "content", ["geheim én te lang om te raden, maar geen ASCII".encode(), b"\xff" * 40, b"short"]
)
def test_a_spoiled_secret_is_named_and_not_shown(tmp_path, content):
    (tmp_path / "secret.key").write_bytes(content)
    with pytest.raises(SettingsError, match=r"secret\.key must") as caught:
        load_settings(tmp_path, {})
    assert "geheim" not in str(caught.value)


def test_a_spoiled_file_of_settings_is_named(tmp_path):
    (tmp_path / "enquete.toml").write_bytes(b'corporation = "\xff"\n')
    with pytest.raises(SettingsError, match=r"enquete\.toml must be UTF-8 text"):
        load_settings(tmp_path, {})


@pytest.mark.parametrize(
    ("address", "secure"), [("http://127.0.0.1:8000", False), ("https://buurt.example", True)]
)
def test_cookies_are_marked_secure_when_residents_come_over_https(tmp_path, address, secure):
    settings = load_settings(tmp_path, {"ENQUETE_BASE_URL": address})
    open_store(settings.database).migrate()
    assert create_app(settings).config["SESSION_COOKIE_SECURE"] is secure


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
