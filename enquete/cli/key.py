"""`enquete key`: changing the secret that codes are made with."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from enquete.cli.options import today, with_store
from enquete.errors import InputError

if TYPE_CHECKING:
    from enquete.settings import Settings
    from enquete.store import Store


@click.group()
def key() -> None:
    """Change the secret that codes are made with."""


@key.command("rotate")
@click.option(
    "--into",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the new secret, where it is kept in a setting and not in secret.key.",
)
@with_store
def rotate_key(settings: Settings, store: Store, into: Path | None) -> None:
    """Make new codes with another secret; those in letters that are out still work.

    Afterwards restart the server, on every web host with the new secret. Residents who are
    answering type their code once more and go on where they were.
    """
    from enquete.files import is_taken, written_whole

    kept, old = settings.instance / "secret.key", settings.secret
    path = into or kept
    if into is None and not (kept.exists() and kept.read_text(encoding="ascii").strip() == old):
        raise InputError(
            "the secret stands in a setting, not in secret.key: give --into FILE, and put what is "
            "in it in the setting on every web host"
        )
    if into is not None and is_taken(into):
        raise InputError(f"{into} exists already")
    for_backups = settings.instance / f"secret-until-{today()}.key"
    if is_taken(for_backups):
        raise InputError(f"{for_backups} exists already: put it with the backups it belongs to")
    keys, new = store.keys(old.encode()), secrets.token_urlsafe(48)
    with (
        written_whole(for_backups, old.encode(), mode=0o600),
        written_whole(path, new.encode(), mode=0o600),
    ):
        store.rotate_key(keys, new.encode())
    click.echo(f"the new secret is in {path}: restart the server now, and back up")
    click.echo(f"backups made before need the old one: keep {for_backups} as you keep them")


@key.command("forget")
@with_store
def forget_key(settings: Settings, store: Store) -> None:
    """Drop the secrets before this one, when every wave that has codes of them is closed."""
    keys = store.keys(settings.secret.encode())
    store.forget_keys(keys, today())
    click.echo(f"{len(keys.earlier)} earlier secrets dropped: restart the server")
