"""`enquete areas`: the reporting areas and their CBS codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from enquete.cli.options import existing_file, with_store

if TYPE_CHECKING:
    from pathlib import Path

    from enquete.settings import Settings
    from enquete.store import Area, Store


@click.group()
def areas() -> None:
    """Load and list the reporting areas: the rows of the table."""


@areas.command("import")
@click.argument("file", type=existing_file)
@with_store
def import_areas(settings: Settings, store: Store, file: Path) -> None:
    """Make the areas in FILE (CSV) the reporting areas.

    Columns: area, name, published (yes or no), position, and if there are: code, valid_from,
    valid_until, change. An area with several CBS codes has a row for each. Without this command
    the areas that come with Enquete are used.
    """
    from enquete.fieldwork.areas import read_areas

    found, codes = read_areas(file)
    store.replace_areas(found, codes)
    click.echo(f"{len(found)} areas with {len(codes)} codes")


@areas.command("list")
@with_store
def list_areas(settings: Settings, store: Store) -> None:
    """List the reporting areas; changes nothing."""
    from enquete.fieldwork.areas import builtin_areas

    found = store.areas()
    if not found:
        click.echo("No areas are loaded yet; this is the list that comes with Enquete.", err=True)
    for area in found or builtin_areas()[0]:
        click.echo(f"{area.id}\t{area.name}\t{'in the table' if area.published else 'total only'}")


def known_areas(store: Store) -> list[Area]:
    """Give the areas to load by; a store that has none is given those that come with Enquete."""
    from enquete.fieldwork.areas import builtin_areas

    if not store.areas():
        store.replace_areas(*builtin_areas())
    return store.areas()
