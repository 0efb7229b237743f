"""`enquete serve`, `migrate`, `reshuffle`, `backup`, `restore`, `demo`: what an operator does."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from enquete.cli.options import existing_file, opened, today, with_settings, with_store
from enquete.errors import EnqueteError, InputError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from enquete.settings import Settings
    from enquete.store import Store


@click.command()
@click.option("--host", help="Address to listen on.  [default: setting host]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port.  [default: setting port]")
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Server processes.  [default: setting workers]"
)
@with_settings
def serve(settings: Settings, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the pages of residents and readers until Ctrl-C.

    An SQLite database is brought up to date first; PostgreSQL wants `enquete migrate`.
    """
    from enquete import theme
    from enquete.demo import unused_code
    from enquete.pages.health import require_usable
    from enquete.server import run, web_address

    settings = replace(
        settings,
        host=(host or settings.host).strip("[]"),  # the brackets of an IPv6 address are ours to add
        port=port or settings.port,
        workers=workers or settings.workers,
    )
    theme.read(settings.instance)  # a fault is told before addresses are printed
    with opened(settings) as store:
        require_usable(store)
        store.keys(settings.secret.encode())
        waves = [report.wave for report in store.reports()]
        code = unused_code(settings, store) if settings.demo else None
    _refuse_used_port(settings.host, settings.port)
    address = f"http://{web_address(settings)}"
    click.echo(f"residents  {address}/")
    for wave in dict.fromkeys(waves):
        click.echo(f"figures    {address}/cijfers/{wave}")
    if code:
        click.echo(f"a code     {code}   (or follow {address}/c/{code.replace('-', '')})")
    click.echo("Ctrl-C stops the server.")
    run(settings)


def _refuse_used_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except TypeError:  # so Python tells that a name cannot be encoded
            raise EnqueteError(f"cannot listen on {host}: that is no address") from None
        except OSError as error:
            raise EnqueteError(
                f"cannot listen on {host}, port {port}: {error.strerror}; "
                "give others with --host and --port or the settings of those names"
            ) from None


@click.command()
@with_settings
def migrate(settings: Settings) -> None:
    """Bring the database up to date with this program.

    PostgreSQL needs it before the first use and after an update; SQLite does it by itself.
    """
    from enquete.store import open_store

    store = open_store(settings.database)
    try:
        taken = store.migrate()
        click.echo(f"version {store.version()}, {len(taken)} steps taken")
    finally:
        store.close()


@click.command()
@with_store
def reshuffle(settings: Settings, store: Store) -> None:
    """Hide in which order the answers came: run this every night, and before each backup.

    Until then, who can read the database's files could join the latest answers to their codes.
    Answers that were never sent to a wave that is closed now are dropped. The server may run
    meanwhile; it waits for a moment.
    """
    from enquete.pages.attempts import slot_of

    dropped = store.drop_closed_drafts(today())
    store.purge_attempts(slot_of(time.time()))
    store.reshuffle()
    click.echo(f"the order of arrival is hidden; drafts of closed waves dropped: {dropped}")


@click.command()
@click.argument("state", type=click.Choice(["on", "off"]))
@with_settings
def maintenance(settings: Settings, state: str) -> None:
    """Close the pages for a while (on), or open them again (off).

    Visitors read that they can come back, and what they had typed is kept for them to send again.
    With several web hosts, say it on each. It works without a database: during a restore, say.
    """
    if state == "on":
        settings.maintenance_file.touch()
    else:
        settings.maintenance_file.unlink(missing_ok=True)
    click.echo("the pages are closed" if state == "on" else "the pages are open")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--drafts",
    is_flag=True,
    help="Copy answers that were not sent yet too, to move an installation while residents are "
    "answering. Such a FILE can make known who said what: remove it afterwards.",
)
@with_store
def backup(settings: Settings, store: Store, file: Path, drafts: bool) -> None:
    """Copy the database into FILE; the server may run meanwhile.

    FILE is an SQLite database, whatever the installation uses. It does not hold the secret: keep
    that apart, for without it no code works. Answers that were not sent yet are left out: who has
    the letters and the secret could open them, and find what was sent later by them.
    """
    from enquete.files import is_taken
    from enquete.store import open_store

    if is_taken(file):
        raise InputError(f"{file} exists already")
    copy = open_store(f"sqlite:///{file.absolute()}")
    try:
        copy.migrate()
        counts = store.copy_to(copy, drafts=drafts)
    except BaseException:
        copy.close()
        _remove(file)
        raise
    copy.close()
    if not any(counts.values()):
        _remove(file)
        raise InputError(f"there is nothing in the instance {settings.instance.absolute()}")
    click.echo(f"{sum(counts.values())} rows in {file}")


@click.command()
@click.argument("file", type=existing_file)
@click.option("--replace", "overwrite", is_flag=True, help="Overwrite what the database holds.")
@with_store
def restore(settings: Settings, store: Store, file: Path, overwrite: bool) -> None:
    """Fill the database from a backup in FILE: all or nothing."""
    if not overwrite and not store.is_empty():
        raise InputError("the database is not empty: --replace overwrites what it holds")
    with _copied(file, settings.instance) as source:
        if source.version() == 0:
            raise InputError(f"{file} is not a backup of Enquete")
        source.migrate()
        if source.is_empty() and not store.is_empty():
            raise InputError(f"{file} has no wave and no dwelling: what is here was not replaced")
        counts = source.copy_to(store, replace=overwrite)
    click.echo(f"{sum(counts.values())} rows restored")


@contextmanager
def _copied(file: Path, instance: Path) -> Iterator[Store]:
    """Open a copy of a backup, for opening and migrating one changes it; errors name the backup."""
    import shutil
    import tempfile

    from enquete.store import open_store

    with tempfile.TemporaryDirectory(dir=instance, prefix="restore-") as temporary:
        copy = Path(temporary).absolute() / "backup.db"
        try:
            shutil.copyfile(file, copy)
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror or error}") from None
        source = open_store(f"sqlite:///{copy}")
        try:
            yield source
        except StoreError as error:
            raise InputError(str(error).replace(str(copy), str(file))) from error
        finally:
            source.close()


def _remove(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        # Where it could not be made there may be nothing to remove, nor a folder to look in.
        with suppress(OSError):
            database.with_name(database.name + suffix).unlink(missing_ok=True)


@click.command()
@click.option(
    "--seed", type=int, default=2022, show_default=True, help="Another number invents another."
)
@click.option(
    "--if-empty", is_flag=True, help="Do nothing, without complaint, where there is data already."
)
@with_store
def demo(settings: Settings, store: Store, seed: int, if_empty: bool) -> None:
    """Fill an empty instance with an invented corporation.

    It has two waves and their report, and codes to try. Every page then says that it is a
    demonstration. To be rid of it, remove the instance.
    """
    from enquete.cli.tables import print_rating_table
    from enquete.demo import build, is_empty

    if if_empty and not is_empty(settings, store):
        return
    print_rating_table(build(settings, store, seed=seed))
