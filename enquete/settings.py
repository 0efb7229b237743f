"""The settings of one installation: one table, read once into a frozen record."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import tomllib
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from enquete.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


SHORTEST_SECRET: Final = 32


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table of settings."""

    name: str
    read: Callable[[str, Any], Any]
    default: Any
    help: str


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f"{name} must be a text, got {value!r}")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
        raise SettingsError(f"{name} must be a text without control characters, got {value!r}")
    return value.strip()


def _database(name: str, value: Any) -> str:
    if not str(value).startswith(("sqlite:///", "postgresql://")):
        # The rest of an address can hold a password.
        kind, separator, _ = str(value).partition("://")
        got = f"{kind}://…" if separator else "a text without ://"
        raise SettingsError(f"{name} must be sqlite:///PATH or postgresql://…, got {got}")
    return _text(name, value)


def _web_address(name: str, value: Any) -> str:
    text = _text(name, value).rstrip("/")
    if not text.startswith(("http://", "https://")):
        raise SettingsError(f"{name} must begin with http:// or https://, got {text!r}")
    # Codes are put behind it, and it stands in letters that cannot be called back.
    try:
        host = urlsplit(text).hostname
    except ValueError:  # brackets that are not closed
        host = None
    if not host or re.search(r"[\s?#]", text):
        wanted = "an address such as https://buurt.example.nl, without spaces, ? or #"
        raise SettingsError(f"{name} must be {wanted}, got {text!r}")
    return text


def _whole(low: int, high: int) -> Callable[[str, Any], int]:
    def read(name: str, value: Any) -> int:
        try:
            number = int(str(value))
        except ValueError:
            number = low - 1
        if isinstance(value, bool) or not low <= number <= high:
            raise SettingsError(
                f"{name} must be a whole number from {low} to {high}, got {value!r}"
            )
        return number

    return read


def _secret(name: str, value: Any) -> str:
    # Messages never show it: terminals and logs are kept.
    if not isinstance(value, str):
        raise SettingsError(f"{name} must be a text, got a value of type {type(value).__name__}")
    text = value.strip()
    if len(text) < SHORTEST_SECRET:
        wanted = f"at least {SHORTEST_SECRET} characters"
        raise SettingsError(f"{name} must have {wanted}, got {len(text)}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise SettingsError(f"{name} must be UTF-8 text, got other bytes") from None
    return text


def _boolean(name: str, value: Any) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if str(value).lower() not in known:
        raise SettingsError(f"{name} must be true or false, got {value!r}")
    return known[str(value).lower()]


TABLE: Final = (
    Setting(
        "database",
        _database,
        "",
        "Where the data is: `sqlite:///PATH` (a relative path is inside the instance) or "
        "`postgresql://…`. Default: `enquete.db` in the instance.",
    ),
    Setting(
        "base_url",
        _web_address,
        "http://127.0.0.1:8000",
        "Address residents know the server by; it stands in the letters. When it begins with "
        "https://, cookies are marked Secure and browsers that came once come over https only, "
        "for a year.",
    ),
    Setting("host", _text, "127.0.0.1", "Address the server listens on."),
    Setting("port", _whole(1, 65535), 8000, "Port the server listens on."),
    Setting("workers", _whole(1, 64), 4, "Server processes; 4 suit two processors."),
    Setting(
        "proxies",
        _whole(0, 5),
        0,
        "How many web servers stand in front of this one, each of which adds the address it was "
        "asked from to `X-Forwarded-For`. Failed attempts to find a code are counted by that "
        "address; with 0 the header is not believed, and behind https, where a web server must "
        "be in front, only all visitors together are counted.",
    ),
    Setting(
        "corporation",
        _text,
        "de woningcorporatie",
        "Name of the corporation, as residents read it.",
    ),
    Setting(
        "secret",
        _secret,
        "",
        "Key of codes, drafts and sessions, at least 32 characters. Default: made once and kept in "
        "`secret.key` in the instance. Several web hosts must share one. Without it no code works "
        "any more.",
    ),
    Setting(
        "demo", _boolean, False, "Whether this is the invented corporation; every page says so."
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one installation; `docs/settings.md` describes each."""

    instance: Path
    database: str = field(repr=False)  # can hold a password
    base_url: str
    host: str
    port: int
    workers: int
    proxies: int
    corporation: str
    secret: str = field(repr=False)
    demo: bool

    @property
    def https(self) -> bool:
        """Whether residents come over https, so that cookies may be marked Secure."""
        return self.base_url.startswith("https://")

    @property
    def maintenance_file(self) -> Path:
        """The file whose presence closes the pages; it works without a database."""
        return self.instance / "maintenance"


def load_settings(instance: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read ``enquete.toml`` of the instance and ``ENQUETE_*``; the environment wins.

    Makes the instance's folder and its secret if they are not there.

    Raises
    ------
    SettingsError
        If a setting is unknown or has a wrong value (named in the message), or the instance cannot
        be written.
    """
    _refuse_no_folder(instance)
    given = _from_file(instance / "enquete.toml") | _from_environment(environment)
    values = {
        setting.name: setting.read(*given[setting.name])
        if setting.name in given
        else setting.default
        for setting in TABLE
    }
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        values["secret"] = values["secret"] or _kept_secret(instance / "secret.key")
    except OSError as error:
        raise SettingsError(f"instance {instance} cannot be written: {error.strerror}") from None
    values["database"] = _resolve(values["database"], instance)
    return Settings(instance=instance, **values)


def _refuse_no_folder(instance: Path) -> None:
    try:
        is_other = instance.exists() and not instance.is_dir()
    except OSError as error:
        raise SettingsError(f"instance {instance} cannot be read: {error.strerror}") from None
    if is_other:
        raise SettingsError(f"instance {instance} is not a folder")


def _from_file(path: Path) -> dict[str, tuple[str, Any]]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} must be UTF-8 text, got other bytes") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} cannot be read: {error}") from None
    return _known({name: (f"{name} in {path}", value) for name, value in values.items()}, str(path))


def _from_environment(environment: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    values = {
        name.removeprefix("ENQUETE_").lower(): (name, value)
        for name, value in environment.items()
        if name.startswith("ENQUETE_") and name != "ENQUETE_INSTANCE"
    }
    return _known(values, "the environment (ENQUETE_…)")


def _known(values: dict[str, tuple[str, Any]], where: str) -> dict[str, tuple[str, Any]]:
    names = [setting.name for setting in TABLE]
    unknown = [name for name in values if name not in names]
    if unknown:
        raise SettingsError(f"unknown setting {unknown[0]!r} in {where}; known: {', '.join(names)}")
    return values


def _resolve(database: str, instance: Path) -> str:
    if database.startswith("postgresql://"):
        return database
    path = database.removeprefix("sqlite:///") or "enquete.db"
    return f"sqlite:///{(instance / path).absolute()}"


def _kept_secret(path: Path) -> str:
    """Give the secret kept in the file; the first of several processes to come makes it."""
    if not path.exists():
        # Linked into place whole, so that nobody reads half a secret.
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    try:
        return _secret(str(path), path.read_text(encoding="ascii"))
    except UnicodeDecodeError:
        raise SettingsError(f"{path} must be ASCII text, got other bytes") from None
