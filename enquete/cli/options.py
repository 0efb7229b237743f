"""What the commands share: the instance, its settings and its store."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from enquete import clock
from enquete.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from enquete.settings import Settings
    from enquete.store import Store

existing_file = click.Path(exists=True, dir_okay=False, path_type=Path)
folder = click.Path(file_okay=False, path_type=Path)


class IsoDate(click.ParamType[str, str]):
    """A day such as 2022-10-01."""

    name = "date"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the day as ISO text, or fail by name."""
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            self.fail(f"must be a day such as 2022-10-01, got {value!r}", param, ctx)


def instance_option(**attributes: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make the option `--instance`, which every command takes."""
    standard: dict[str, Any] = {
        "type": folder,
        "envvar": "ENQUETE_INSTANCE",
        "show_envvar": True,
        "default": Path("instance"),
        "show_default": True,
        "help": "Folder of this installation: settings, database, secret, letters.",
    }
    return click.option("--instance", **standard | attributes)


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--instance` and hand it the settings read there."""

    @instance_option()
    @wraps(command)
    def wrapped(instance: Path, **arguments: Any) -> Any:
        return command(settings=load_settings(instance), **arguments)

    return wrapped


def with_store(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--instance` and hand it the settings and an open store."""

    @with_settings
    @wraps(command)
    def wrapped(settings: Settings, **arguments: Any) -> Any:
        with opened(settings) as store:
            return command(settings=settings, store=store, **arguments)

    return wrapped


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """Open the store of an installation, its schema up to date.

    Raises
    ------
    StoreUnavailableError
        If the database is behind and does not migrate by itself.
    """
    from enquete.store import open_store

    store = open_store(settings.database)
    try:
        # Only when it is behind: a migration waits for the write lock, and reading needs none.
        if store.migrates_itself and not store.is_current():
            store.migrate()
        store.require_current()
        yield store
    finally:
        store.close()


def today() -> str:
    """Give the day in the Netherlands, ISO 8601."""
    return clock.today().isoformat()
