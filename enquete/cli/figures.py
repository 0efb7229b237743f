"""`enquete report` and `export`: from answers to the table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from enquete.cli.options import folder, today, with_store
from enquete.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.rating_table import RatingTable
    from enquete.settings import Settings
    from enquete.store import Store

_compare = click.option("--compare", metavar="WAVE", help="Earlier wave to give the change since.")


@click.command()
@click.argument("wave")
@_compare
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@with_store
def report(settings: Settings, store: Store, wave: str, compare: str | None, as_json: bool) -> None:
    """Compute and print the rating table of WAVE.

    It is stored too: the page /cijfers/WAVE shows the newest.
    """
    from enquete.cli.tables import print_rating_table
    from enquete.release.formats import WRITERS
    from enquete.report import store_report

    table = _computed(settings, store, wave, compare)
    store_report(store, table, now=datetime.now(UTC))
    if as_json:
        click.echo(WRITERS["json"].write(table), nl=False)
    else:
        print_rating_table(table)


@click.command()
@click.argument("wave")
@_compare
@click.option(
    "--to", "target", type=folder, required=True, help="Folder for the files, made if need be."
)
@with_store
def export(settings: Settings, store: Store, wave: str, compare: str | None, target: Path) -> None:
    """Write the rating table of WAVE as HTML, CSV, XLSX and JSON.

    It is computed anew and changes nothing: the pages show what `enquete report` stored.
    """
    from enquete.files import write_whole
    from enquete.release.formats import WRITERS

    table = _computed(settings, store, wave, compare)
    contents = {suffix: writer.write(table) for suffix, writer in WRITERS.items()}
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{target} cannot be made: {error.strerror}") from None
    for suffix, content in contents.items():
        path = target / f"rating-table.{suffix}"
        write_whole(path, content)
        click.echo(path)


def is_invented(settings: Settings, store: Store) -> bool:
    """Say whether the corporation is an invention: made here, or restored from elsewhere."""
    return settings.demo or store.fact("invented") is not None


def _computed(settings: Settings, store: Store, wave: str, compare: str | None) -> RatingTable:
    from enquete.report import compute

    return compute(
        store, wave, compare=compare, today=today(), invented=is_invented(settings, store)
    )
