"""`enquete key`: changing the secret that codes are made with.

A file and the database cannot change in one step. So the new secret is on the disk, under a name of
its own, before the database knows it, and in the place of the old one after. Cut off anywhere, the
command finds either the old secret still at work or the new one waiting, and goes on from there.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from enquete.cli.options import today, with_store
from enquete.errors import InputError
from enquete.settings import SHORTEST_SECRET

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
    answering type their code once more and go on where they were. Where the command was cut off,
    run it again: it goes on.
    """
    from enquete.files import held

    if into is None and not _is_in_file(settings):
        raise InputError(
            "the secret stands in a setting, not in secret.key: give --into FILE, and put what is "
            "in it in the setting on every web host"
        )
    waiting = into or settings.instance / "secret-next.key"
    with held(settings.instance):
        if into is None and not _is_in_file(settings):
            raise InputError("another call changed the secret meanwhile: this one did nothing")
        if not _is_done(settings, store, waiting):
            _change(settings, store, waiting, is_ours=into is None)
        if into is None:
            _put_in_place(waiting, _file(settings))
    click.echo(f"the new secret is in {into or _file(settings)}: restart the server now, back up")
    click.echo("backups made before need the old one: keep secret-until-DATE.key as you keep them")


def _change(settings: Settings, store: Store, waiting: Path, *, is_ours: bool) -> None:
    """Put the old secret with the backups, the new one in its file, and the new key in the store.

    The files stay when the store fails, and the next call takes the same new secret: whether the
    store took it cannot always be told, and nothing could be read without it.
    """
    from enquete.files import is_taken, write_whole, written_whole

    old, left = settings.secret, _content(waiting)
    new = left if left not in {"", old} else secrets.token_urlsafe(48)
    if is_taken(waiting) and not is_ours:
        raise InputError(f"{waiting} exists already, and is not the secret of this database")
    keys = store.keys(old.encode(), adopt=True)
    for_backups = settings.instance / f"secret-until-{today()}.key"
    if is_taken(for_backups) and _content(for_backups) != old:
        raise InputError(f"{for_backups} exists already: put it with the backups it belongs to")
    with written_whole(for_backups, old.encode(), mode=0o600):
        write_whole(waiting, new.encode(), mode=0o600)
    store.rotate_key(keys, new.encode())


def _put_in_place(waiting: Path, kept: Path) -> None:
    try:
        waiting.replace(kept)
    except OSError as error:
        raise InputError(f"{kept} cannot be written: {error.strerror}; run this again") from None


def _file(settings: Settings) -> Path:
    return settings.instance / "secret.key"


def _is_in_file(settings: Settings) -> bool:
    return _content(_file(settings)) == settings.secret


def _is_done(settings: Settings, store: Store, waiting: Path) -> bool:
    """Say whether the store knows the new secret already, from a call that was cut off."""
    from enquete.codes import CodeKeys

    new = _content(waiting)
    return new not in {"", settings.secret} and (
        CodeKeys(new.encode()).fingerprint() == store.fact("key")
    )


def _content(path: Path) -> str:
    """Give the secret in a file; "" where there is none."""
    try:
        content = path.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return ""
    return content if len(content) >= SHORTEST_SECRET else ""


@key.command("forget")
@with_store
def forget_key(settings: Settings, store: Store) -> None:
    """Drop the secrets before this one, when every wave that has codes of them is closed."""
    keys = store.keys(settings.secret.encode())
    store.forget_keys(keys, today())
    click.echo(f"earlier secrets dropped: {len(keys.earlier)}; restart the server")
