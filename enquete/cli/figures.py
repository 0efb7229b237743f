"""`enquete report`, `export` and `cells`: from answers to figures."""

from __future__ import annotations

import csv
import shlex
from datetime import UTC, datetime
from io import StringIO
from typing import TYPE_CHECKING

import click

from enquete.cli.options import folder, today, with_store
from enquete.errors import InputError
from enquete.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
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
    from enquete.release.formats import WRITERS

    table = _computed(settings, store, wave, compare)
    contents = {suffix: writer.write(table) for suffix, writer in WRITERS.items()}
    _made(target)
    for suffix, content in contents.items():
        path = target / f"rating-table.{suffix}"
        write_whole(path, content)
        click.echo(path)


def _made(target: Path) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{target} cannot be made: {error.strerror}") from None


def is_invented(settings: Settings, store: Store) -> bool:
    """Say whether the corporation is an invention: made here, or restored from elsewhere."""
    return settings.demo or store.fact("invented") is not None


def _computed(settings: Settings, store: Store, wave: str, compare: str | None) -> RatingTable:
    from enquete.report import compute

    return compute(
        store, wave, compare=compare, today=today(), invented=is_invented(settings, store)
    )


@click.command()
@click.argument("waves", nargs=-1, required=True)
@click.option(
    "--to", "target", type=folder, required=True, help="Folder for the files, made if need be."
)
@with_store
def cells(settings: Settings, store: Store, waves: tuple[str, ...], target: Path) -> None:
    """Write the answers of WAVES as counts, for `enquete analyse`.

    answers.csv has a row for every combination of wave, area, stratum, cluster and mark that was
    given, with the number of answers; population.csv the dwellings of every stratum. Keep them
    inside: small counts can tell who gave which mark.
    """
    from enquete.report import CELL_COLUMNS, survey_of

    chosen = [store.wave(wave) for wave in waves]
    survey = survey_of(store, chosen)
    columns = [survey.columns[name] for name in CELL_COLUMNS]  # type: ignore[index] # in memory
    counts = [
        (wave.slug, row.stratum, row.dwellings)
        for wave in chosen
        for row in store.population(wave.slug)
    ]
    tables = {
        "answers.csv": (CELL_COLUMNS, zip(*columns, strict=True)),
        "population.csv": (("wave", "stratum", "dwellings"), counts),
    }
    _made(target)
    for name, (header, rows) in tables.items():
        write_whole(target / name, _csv(header, rows))
        click.echo(target / name)
    clusters = " --clusters cluster" if survey.design.clusters else ""
    answers, population = (shlex.quote(str(target / name)) for name in tables)
    click.echo(
        f"enquete analyse {answers} --count n --rating rating --by area --wave wave "
        f"--strata stratum{clusters} --population {population} "
        f"--lonely {survey.design.lonely} --lonely-share {survey.design.lonely_share:g}"
    )


def _csv(header: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(["" if value is None else value for value in row] for row in rows)
    return file.getvalue().encode()
