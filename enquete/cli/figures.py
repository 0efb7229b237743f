"""`enquete report`, `export` and `analyse`: from answers to figures."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from enquete.cli.options import existing_file, folder, instance_option, today, with_store
from enquete.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from analysis import Changes, Means
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


@click.command()
@click.argument("file", type=existing_file)
@click.option("--rating", required=True, help="Column of the marks to average.")
@click.option(
    "--by",
    multiple=True,
    help="Column to give a mean for each value of; may be given more than once.",
)
@click.option("--wave", help="Column of the wave.")
@click.option(
    "--strata",
    multiple=True,
    help="Column of the stratum; more than one where they make it together.",
)
@click.option(
    "--clusters", help="Column of the sampling unit, such as the complex.  [default: every row]"
)
@click.option("--weights", help="Column of the weights.")
@click.option("--fpc", help="Column of the number of sampling units in the population.")
@click.option(
    "--population",
    type=existing_file,
    help="CSV of the number of dwellings by stratum, in place of --weights and --fpc.",
)
@click.option(
    "--scale",
    type=(float, float),
    default=(1, 10),
    show_default=True,
    help="Lowest and highest mark.",
)
@click.option(
    "--compare",
    type=(str, str),
    metavar="EARLIER LATER",
    help="Waves to compare.  [default: the two there are]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@instance_option(
    expose_value=False,
    help="Not looked at: there are no settings for this. Scripts may give it to every command.",
)
def analyse(file: Path, as_json: bool, **options: Any) -> None:
    """Estimate means with their margins from a CSV FILE.

    Needs no database. One row is one answer. --strata, --clusters, --weights and --fpc (or
    --population) say how the sample was drawn; the margins follow from it. With two waves it also
    gives the change, tested with Holm's adjustment.
    """
    from enquete.cli.tables import print_changes, print_means

    try:
        means, changes = _analysed(file, **options)
    except ValueError as error:
        raise InputError(str(error)) from error
    if as_json:
        text = json.dumps(_as_json(means, changes), indent=2, ensure_ascii=False)
        click.echo(text.encode())  # UTF-8, whatever the terminal has
        return
    print_means(means)
    if changes:
        print_changes(changes)


def _analysed(
    file: Path,
    *,
    rating: str,
    by: tuple[str, ...],
    population: Path | None,
    scale: tuple[float, float],
    compare: tuple[str, str] | None,
    strata: tuple[str, ...],
    **names: str | None,
) -> tuple[Means, Changes | None]:
    """Estimate; `names` are the columns of the design: wave, strata, clusters, weights and fpc."""
    from analysis import Design, Survey, read_population

    design = Design(strata=strata or None, **names)  # type: ignore[arg-type] # names of columns only
    if population:
        if not strata:
            raise InputError("--population counts by stratum: give --strata too")
        counts = read_population(population, strata=strata, wave=design.wave)
        design = replace(design, population=counts)
    means = Survey.read(file, design).mean(rating, by=by, scale=scale)
    if compare is None and len(means.waves) == 2:
        compare = (means.waves[0], means.waves[1])
    return means, means.change(*compare) if compare else None


def _as_json(means: Means, changes: Changes | None) -> dict[str, Any]:
    def records(rows: Any) -> list[dict[str, Any]]:
        return [
            {name: value for name, value in asdict(row).items() if name != "exact"} for row in rows
        ]

    result: dict[str, Any] = {
        "means": records((*means.rows, *means.totals)),
        "notes": [*means.notes, *(changes.notes if changes else ())],
    }
    if changes:
        result["change"] = {
            "before": changes.before,
            "after": changes.after,
            "rows": records((*changes.rows, changes.total)),
        }
    return result
