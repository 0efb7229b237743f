"""`enquete serve`, `migrate`, `backup`, `restore` and `demo`: what an operator does."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from enquete.cli.options import existing_file, opened, with_settings, with_store
from enquete.errors import EnqueteError, InputError

if TYPE_CHECKING:
    from enquete.settings import Settings
    from enquete.store import Store


@click.command()
@click.option("--host", help="Address to listen on.  [default: setting host]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port.  [default: setting port]")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; see setting workers.")
@with_settings
def serve(settings: Settings, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the pages until Ctrl-C."""
    from enquete.demo import unused_code
    from enquete.server import run

    settings = replace(
        settings,
        host=host or settings.host,
        port=port or settings.port,
        workers=workers or settings.workers,
    )
    with opened(settings) as store:
        waves = [report.wave for report in store.reports()]
        code = unused_code(settings, store) if settings.demo else None
    _refuse_used_port(settings.host, settings.port)
    address = f"http://{settings.host}:{settings.port}"
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
        except OSError as error:
            raise EnqueteError(
                f"cannot listen on {host}:{port}: {error.strerror}; "
                "give another with --port or the setting port"
            ) from None


@click.command()
@with_settings
def migrate(settings: Settings) -> None:
    """Bring the database up to date with this program."""
    from enquete.store import open_store

    store = open_store(settings.database)
    try:
        taken = store.migrate()
        click.echo(f"version {store.version()}, {len(taken)} steps taken")
    finally:
        store.close()


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_store
def backup(settings: Settings, store: Store, file: Path) -> None:
    """Copy the whole database into FILE, while the server runs.

    FILE is an SQLite database, whatever the installation uses. It does not hold the secret: keep
    that apart, for without it no code works.
    """
    from enquete.store import open_store

    if file.exists():
        raise InputError(f"{file} exists already")
    copy = open_store(f"sqlite:///{file.absolute()}")
    try:
        copy.migrate()
        counts = store.copy_to(copy)
    except BaseException:
        copy.close()
        _remove(file)
        raise
    copy.close()
    click.echo(f"{sum(counts.values())} rows in {file}")


@click.command()
@click.argument("file", type=existing_file)
@click.option("--replace", "overwrite", is_flag=True, help="Overwrite what the database holds.")
@with_store
def restore(settings: Settings, store: Store, file: Path, overwrite: bool) -> None:
    """Fill the database from the backup in FILE; all of it or nothing."""
    import shutil
    import tempfile

    from enquete.store import open_store

    with tempfile.TemporaryDirectory(dir=settings.instance) as temporary:
        copy = Path(temporary) / "backup.db"
        shutil.copyfile(file, copy)
        source = open_store(f"sqlite:///{copy}")
        try:
            if source.version() == 0:
                raise InputError(f"{file} is not a backup of Enquete")
            source.migrate()
            counts = source.copy_to(store, replace=overwrite)
        finally:
            source.close()
    click.echo(f"{sum(counts.values())} rows restored")


def _remove(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


@click.command()
@click.option("--seed", type=int, default=2022, show_default=True, help="Seed of the invention.")
@click.option("--if-empty", is_flag=True, help="Do nothing where there is data or settings.")
@with_store
def demo(settings: Settings, store: Store, seed: int, if_empty: bool) -> None:
    """Fill an empty instance with an invented corporation, two waves and their report."""
    from enquete.cli.tables import print_rating_table
    from enquete.demo import build, is_empty

    if if_empty and not is_empty(settings, store):
        return
    print_rating_table(build(settings, store, seed=seed))
