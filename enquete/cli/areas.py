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
    """Keep the reporting areas: gemeenten, or whatever the table has a row for."""


@areas.command("import")
@click.argument("file", type=existing_file)
@with_store
def import_areas(settings: Settings, store: Store, file: Path) -> None:
    """Make the areas in FILE (CSV) the reporting areas."""
    from enquete.fieldwork.areas import read_areas

    found, codes = read_areas(file)
    store.replace_areas(found, codes)
    click.echo(f"{len(found)} areas with {len(codes)} codes")


@areas.command("list")
@with_store
def list_areas(settings: Settings, store: Store) -> None:
    """List the reporting areas."""
    for area in known_areas(store):
        click.echo(f"{area.id}\t{area.name}\t{'in the table' if area.published else 'total only'}")


def known_areas(store: Store) -> list[Area]:
    """Give the areas; a store that has none gets the list that comes with Enquete."""
    from enquete.fieldwork.areas import builtin_areas

    if not store.areas():
        store.replace_areas(*builtin_areas())
    return store.areas()
