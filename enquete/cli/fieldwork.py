"""`enquete frame`, `wave`, `invite` and `answers`: from the list of dwellings to letters."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from enquete.cli.areas import known_areas
from enquete.cli.options import IsoDate, existing_file, today, with_store
from enquete.errors import InputError

if TYPE_CHECKING:
    from enquete.settings import Settings
    from enquete.store import Store
    from enquete.store.records import SampledUnit


@click.group()
def frame() -> None:
    """Keep the sampling frame: every dwelling of the corporation."""


@frame.command("import")
@click.argument("file", type=existing_file)
@with_store
def import_frame(settings: Settings, store: Store, file: Path) -> None:
    """Make the dwellings in FILE (CSV) the frame.

    Columns: dwelling_id, area, dwelling_type, and if there are: complex, buurt, language, address,
    email. A file with a fault is refused whole. Waves already invited keep the frame they had.
    """
    from enquete.fieldwork.frame import read_frame

    before = {dwelling.id: dwelling for dwelling in store.dwellings()}
    after = {dwelling.id: dwelling for dwelling in read_frame(file, known_areas(store))}
    store.replace_frame(after.values())
    new, gone = len(after.keys() - before.keys()), len(before.keys() - after.keys())
    changed = sum(before[key] != after[key] for key in before.keys() & after.keys())
    click.echo(f"{len(after)} dwellings: {new} new, {changed} changed, {gone} gone")


@click.group()
def wave() -> None:
    """Waves: the rounds of the survey."""


@wave.command("create")
@click.argument("slug")
@click.option(
    "--questionnaire",
    default="buurt",
    show_default=True,
    help="Name of a questionnaire that comes with Enquete, or a TOML file.",
)
@click.option("--opens", type=IsoDate(), help="First day.  [default: today]")
@click.option("--closes", type=IsoDate(), help="Last day.  [default: until closed]")
@click.option(
    "--sampled",
    type=click.Choice(["dwelling", "complex"]),
    default="dwelling",
    show_default=True,
    help="What was drawn: it is the sampling unit of every margin.",
)
@click.option(
    "--classification-date",
    type=IsoDate(),
    help="Day of the area codes.  [default: 1 January of the year in SLUG or of the first day]",
)
@with_store
def create_wave(
    settings: Settings,
    store: Store,
    slug: str,
    questionnaire: str,
    opens: str | None,
    closes: str | None,
    sampled: SampledUnit,
    classification_date: str | None,
) -> None:
    """Add the wave SLUG (letters, digits and hyphens), with its questionnaire frozen into it."""
    from enquete.fieldwork.waves import make_wave

    made = make_wave(
        slug,
        questionnaire=questionnaire,
        opens=opens or today(),
        closes=closes or "",
        sampled=sampled,
        classification_date=classification_date,
    )
    store.add_wave(made)
    click.echo(
        f"wave {made.slug}: open from {made.opens} until {made.closes or 'closed by hand'}, "
        f"questionnaire {made.questionnaire_hash[:12]}"
    )


@wave.command("list")
@with_store
def list_waves(settings: Settings, store: Store) -> None:
    """List the waves and how many answered."""
    for found in store.waves():
        invited = sum(row["invited"] for row in store.invited(found.slug))
        click.echo(
            f"{found.slug}\t{found.opens} … {found.closes}\t{invited} invited\t"
            f"{store.count_responses(found.slug)} answers"
        )


@wave.command("close")
@click.argument("slug")
@with_store
def close_wave(settings: Settings, store: Store, slug: str) -> None:
    """Take no more answers for the wave SLUG: yesterday was its last day."""
    from datetime import date, timedelta

    found = store.wave(slug)
    last = (date.fromisoformat(today()) - timedelta(days=1)).isoformat()
    store.set_wave_dates(slug, opens=min(found.opens, last), closes=last)
    click.echo(f"wave {slug} is closed")


@click.command()
@click.argument("slug", metavar="WAVE")
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    help="Draw this many dwellings, in proportion to the strata.  [default: invite all]",
)
@click.option("--seed", type=int, help="Seed of the draw, to draw the same sample again.")
@click.option(
    "--merge-small/--keep-small",
    default=False,
    help="Merge strata of fewer than 10 invited dwellings with others of their area.",
)
@click.option(
    "--letters",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the printer.  [default: letters-WAVE.csv in the instance]",
)
@with_store
def invite(
    settings: Settings,
    store: Store,
    slug: str,
    sample: int | None,
    seed: int | None,
    merge_small: bool,
    letters: Path | None,
) -> None:
    """Invite dwellings to WAVE: freezes the population and writes a CSV of address and code.

    The codes stand in that file only: the database keeps a keyed hash.
    """
    from enquete.codes import CodeKeys
    from enquete.fieldwork.invitations import write_letters
    from enquete.fieldwork.plan import plan
    from enquete.files import written_whole

    seed = secrets.randbits(32) if seed is None else seed
    planned = plan(
        store.dwellings(),
        wave=store.wave(slug),
        keys=CodeKeys(settings.secret.encode()),
        base_url=settings.base_url,
        size=sample,
        seed=seed,
        merge=merge_small,
    )
    path = letters or settings.instance / f"letters-{slug}.csv"
    if path.exists():
        raise InputError(f"{path} is there already: its codes would be lost; move it first")
    with written_whole(path, write_letters(planned.letters), mode=0o600):
        store.invite(slug, planned.invitees, planned.population)
    click.echo(f"{len(planned.invitees)} dwellings invited (seed {seed}); letters in {path}")
    if planned.small:
        click.echo(
            f"{len(planned.small)} strata have fewer than 10 invited dwellings, which may make "
            "residents known; --merge-small merges them with others of their area:",
            err=True,
        )
        for row in planned.small:
            click.echo(f"  {row.stratum}: {row.dwellings}", err=True)


@click.group()
def answers() -> None:
    """Answers collected elsewhere."""


@answers.command("import")
@click.argument("file", type=existing_file)
@click.option("--wave", "slug", required=True, help="The wave the answers belong to.")
@click.option(
    "--population",
    type=existing_file,
    help="CSV of area, dwelling_type (or stratum) and dwellings; for a wave not invited from here.",
)
@click.option("--add", is_flag=True, help="Add to the answers that the wave has already.")
@with_store
def import_answers(
    settings: Settings, store: Store, file: Path, slug: str, population: Path | None, add: bool
) -> None:
    """Load the answers in FILE (CSV) into a wave; a file with a fault is refused whole.

    Columns: area, dwelling_type or stratum, rating; others are kept as answers. A column
    dwellings gives the population of the stratum.
    """
    from enquete.fieldwork.answers import read_answers, read_population
    from enquete.fieldwork.plan import check_population

    store.wave(slug)
    areas = known_areas(store)
    responses, counted = read_answers(
        file, areas=areas, wave=slug, new_id=lambda: secrets.token_hex(16)
    )
    rows = read_population(population, areas) if population else counted
    known = store.population(slug)
    if not rows and not known:
        raise InputError(
            f"wave {slug!r} has no population: give --population FILE or a column dwellings"
        )
    already = store.count_responses(slug)
    if already and not add:
        raise InputError(f"wave {slug!r} has {already} answers already; --add adds to them")
    check_population(responses, rows or known)
    store.add_answers(slug, responses, rows or None)
    click.echo(f"{len(responses)} answers added to wave {slug}")
