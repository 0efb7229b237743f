"""`enquete frame`, `wave`, `invite` and `answers`: from the list of dwellings to letters."""

from __future__ import annotations

import secrets
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from enquete.cli.areas import known_areas
from enquete.cli.options import IsoDate, existing_file, today, with_store
from enquete.errors import ConflictError, InputError, StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from enquete.settings import Settings
    from enquete.store import Invitee, Store
    from enquete.store.records import SampledUnit


@click.group()
def frame() -> None:
    """Load the frame: the list of all dwellings to draw from."""


@frame.command("import")
@click.argument("file", type=existing_file)
@with_store
def import_frame(settings: Settings, store: Store, file: Path) -> None:
    """Make the dwellings in FILE (CSV) the frame, in place of those loaded before.

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
    """Add, list and close waves: the rounds of the survey."""


@wave.command("create")
@click.argument("slug", metavar="WAVE")
@click.option(
    "--questionnaire",
    default="buurt",
    show_default=True,
    help="A TOML file, or the name of a questionnaire that comes with Enquete: buurt.",
)
@click.option("--opens", type=IsoDate(), help="First day, such as 2022-10-01.  [default: today]")
@click.option(
    "--closes", type=IsoDate(), help="Last day.  [default: none, until `enquete wave close`]"
)
@click.option(
    "--sampled",
    type=click.Choice(["dwelling", "complex"]),
    default="dwelling",
    show_default=True,
    help="What was drawn, single dwellings or whole complexes: every margin follows from it.",
)
@click.option(
    "--panel",
    is_flag=True,
    help="Follow dwellings from wave to wave by a pseudonymous key. Residents are told; "
    "docs/privacy.md says what it means.",
)
@click.option(
    "--classification-date",
    type=IsoDate(),
    help="Day whose CBS codes the table shows.  [default: 1 January of the year that WAVE begins "
    "with, or else of the first day]",
)
@with_store
def create_wave(
    settings: Settings,
    store: Store,
    slug: str,
    *,
    questionnaire: str,
    opens: str | None,
    closes: str | None,
    sampled: SampledUnit,
    panel: bool,
    classification_date: str | None,
) -> None:
    """Add WAVE, with its questionnaire frozen into it.

    WAVE is its name in addresses and commands, such as 2022: small letters, digits and hyphens.
    """
    from enquete.fieldwork.waves import make_wave
    from enquete.translate import LANGUAGES
    from forms.definition import parse

    made = make_wave(
        slug,
        questionnaire=questionnaire,
        opens=opens or today(),
        closes=closes or "",
        sampled=sampled,
        anonymity="panel" if panel else "anonymous",
        classification_date=classification_date,
    )
    asked = parse(made.questionnaire).languages
    if not set(asked) & set(LANGUAGES):
        wanted, got = ", ".join(LANGUAGES), ", ".join(asked)
        raise InputError(
            f"questionnaire {questionnaire}: languages must have one of the pages around it "
            f"({wanted}), got {got}"
        )
    store.add_wave(made)
    click.echo(
        f"wave {made.slug}: open from {made.opens} until {made.closes or 'closed by hand'}, "
        f"questionnaire {made.questionnaire_hash[:12]}{', a panel' if panel else ''}"
    )


@wave.command("list")
@with_store
def list_waves(settings: Settings, store: Store) -> None:
    """List the waves, their first and last day, and how many were invited and answered."""
    for found in store.waves():
        invited = sum(row["invited"] for row in store.invited(found.slug))
        click.echo(
            f"{found.slug}\t{found.opens} … {found.closes or 'until closed'}\t{invited} invited\t"
            f"{store.count_responses(found.slug)} answers"
        )


@wave.command("close")
@click.argument("slug", metavar="WAVE")
@with_store
def close_wave(settings: Settings, store: Store, slug: str) -> None:
    """Take no more answers for WAVE from now on; yesterday is kept as its last day.

    The responses are rewritten in an order that tells nothing. A wave that was closed before keeps
    its last day.
    """
    from datetime import date, timedelta

    found = store.wave(slug)
    last, told = found.closes, "was closed already"
    if not last or last >= today():
        # The first day stays what it was, also when it comes after: it is open on no day then.
        last, told = (date.fromisoformat(today()) - timedelta(days=1)).isoformat(), "is closed"
        store.set_wave_dates(slug, opens=found.opens, closes=last)
    try:
        store.reshuffle()
    except StoreError as error:
        raise StoreError(
            f"wave {slug} {told}, but the order of its answers is not hidden: {error}; "
            "then run this again"
        ) from error
    click.echo(f"wave {slug} {told}: its last day was {last}")


@wave.command("receipt")
@click.argument("slug", metavar="WAVE")
@click.argument("number")
@with_store
def check_receipt(settings: Settings, store: Store, slug: str, number: str) -> None:
    """Say whether NUMBER was given to somebody who sent answers to WAVE.

    Nothing is looked up: the number proves itself, and leads to nobody.
    """
    wave = store.wave(slug)
    keys = store.keys(settings.secret.encode())
    if not any(each.is_receipt(wave.slug, number) for each in keys.each()):
        raise InputError(f"{number!r} is not a receipt of wave {slug}")
    click.echo(f"{number} is a receipt of wave {slug}: answers were sent")


@click.command()
@click.argument("slug", metavar="WAVE")
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    help="Draw this many dwellings, in proportion to the strata.  [default: invite all]",
)
@click.option(
    "--seed", type=int, help="Number to draw the same sample again with.  [default: a new one]"
)
@click.option(
    "--merge-small/--keep-small",
    default=None,
    help="Whether to merge strata (area and dwelling type) of fewer than 10 invited dwellings "
    "with others of their area, so that no answer makes a resident known.",
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
    merge_small: bool | None,
    letters: Path | None,
) -> None:
    """Invite dwellings to WAVE: each gets a code and a letter.

    The letters are rows of a CSV: address, code, link. The codes stand in that file only: the
    database keeps a keyed hash. How many dwellings the frame has in each stratum is frozen into the
    wave, for its weights. A wave is invited once.
    """
    from enquete.fieldwork.invitations import write_letters
    from enquete.fieldwork.plan import check_invitable, plan, small_strata_message
    from enquete.files import claimed, written_whole

    wave = store.wave(slug)
    check_invitable(store, wave, settings, today=today())
    keys = store.keys(settings.secret.encode(), adopt=True)
    seed = secrets.randbits(32) if seed is None else seed
    planned = plan(
        store.dwellings(),
        wave=wave,
        keys=keys,
        base_url=settings.base_url,
        size=sample,
        seed=seed,
        merge=bool(merge_small),
    )
    if planned.small and merge_small is None:
        raise InputError(small_strata_message(planned.small))
    path = letters or settings.instance / f"letters-{slug}.csv"
    content = write_letters(planned.letters)

    may_be_invited = partial(_may_be_invited, settings, store, planned.invitees)
    try:
        with claimed(path), written_whole(path, content, mode=0o600, keep=may_be_invited):
            store.invite(slug, planned.invitees, planned.population, fingerprint=keys.fingerprint())
    except BaseException:
        with suppress(OSError):  # no such file, or nobody there to be told
            if path.read_bytes() == content:
                told = "the wave may be invited nevertheless (see wave list)"
                click.echo(f"{told}: its letters are in {path}", err=True)
        raise
    click.echo(f"{len(planned.invitees)} dwellings invited (seed {seed}); letters in {path}")


def _may_be_invited(
    settings: Settings, store: Store, invitees: Sequence[Invitee], error: BaseException
) -> bool:
    """Say whether codes may be in the database, after a failure that can have come at the end."""
    if isinstance(error, ConflictError):
        return False
    try:
        store.close()  # what failed may be the connection
        if any(store.invitee(each.code_hash) for each in invitees[:1]):
            return True
    except StoreError:
        return True
    # A database elsewhere can still be at it, long after the connection is cut.
    return not settings.database.startswith("sqlite:")


@click.group()
def answers() -> None:
    """Load answers that were collected elsewhere."""


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
    from enquete.fieldwork.plan import check_answers

    wave = store.wave(slug)
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
    if not add and (already := store.count_responses(slug)):
        raise InputError(f"wave {slug!r} has {already} answers already; --add adds to them")
    check_answers(responses, rows or known, wave=wave, already=store.cells(slug))
    store.add_answers(slug, responses, rows or None, first=not add)
    click.echo(f"{len(responses)} answers added to wave {slug}")
