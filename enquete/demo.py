"""The demonstration: an invented corporation, put through the ordinary path."""

from __future__ import annotations

import csv
import io
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from enquete.codes import CodeError, CodeKeys, read_code, show_code
from enquete.errors import InputError
from enquete.fieldwork.areas import builtin_areas
from enquete.fieldwork.invitations import write_letters
from enquete.fieldwork.plan import plan
from enquete.fieldwork.sample import population
from enquete.fieldwork.waves import make_wave
from enquete.files import write_whole
from enquete.invented import invent_frame, invent_responses
from enquete.report import compute, store_report
from enquete.store import open_store
from forms.definition import parse

if TYPE_CHECKING:
    from analysis.rating_table import RatingTable
    from enquete.settings import Settings
    from enquete.store import Dwelling, Store, Wave

_CODES_KEPT = 50
_SETTINGS = b"""\
# Made by `enquete demo`: a corporation that does not exist.
demo = true
corporation = "Woningcorporatie Voorbeeld"
"""


def is_empty(settings: Settings, store: Store) -> bool:
    """Say whether an instance has neither data nor settings of its own.

    Settings without data, as a demo leaves them that was killed half-way, are not its own.
    """
    path = _settings_file(settings)
    return store.is_empty() and (not path.exists() or path.read_bytes() == _SETTINGS)


def build(settings: Settings, store: Store, *, seed: int) -> RatingTable:
    """Fill an empty instance: frame, waves 2021 and 2022, answers, report, and codes to try.

    Everything is built beside the store and copied into it at the end, in one transaction.

    Raises
    ------
    InputError
        If the instance has data or settings already.
    """
    _refuse_used(settings, store)
    random = Random(seed)  # noqa: S311 - an invention, not a secret
    settings = replace(settings, demo=True)
    with (
        tempfile.TemporaryDirectory(dir=settings.instance, prefix="demo-") as folder,
        Progress(console=Console(stderr=True), transient=False) as progress,
    ):
        task = progress.add_task("Inventing a corporation", total=6)
        workshop = open_store(f"sqlite:///{Path(folder) / 'demo.db'}")
        try:
            workshop.migrate()
            workshop.set_fact("invented", "yes")
            workshop.keys(settings.secret.encode(), adopt=True)
            workshop.replace_areas(*builtin_areas())
            dwellings = invent_frame(random)
            workshop.replace_frame(dwellings)
            progress.update(task, advance=1, description="Wave 2021")
            _collected_elsewhere(workshop, dwellings, random)
            progress.update(task, advance=1, description="Wave 2022: invitations and answers")
            codes = _invited(workshop, settings, dwellings, random)
            progress.update(task, advance=2, description="Report")
            table = compute(
                workshop, "2022", compare="2021", today=f"{_now():%Y-%m-%d}", invented=True
            )
            store_report(workshop, table, now=_now())
            progress.update(task, advance=1, description="Storing")
            _deliver(workshop, settings, store, codes)
        finally:
            workshop.close()
        progress.update(task, advance=1, description="Done")
    return table


def unused_code(settings: Settings, store: Store) -> str | None:
    """Give a code of the demo that nobody used yet, as in a letter."""
    keys = store.keys(settings.secret.encode())
    # Somebody may have edited the file: then there is no code to show, and that is all.
    with suppress(OSError, UnicodeError, csv.Error):
        text = _codes_file(settings).read_text(encoding="utf-8-sig")
        for row in csv.DictReader(io.StringIO(text), delimiter=";"):
            with suppress(CodeError):
                code = read_code(row.get("code") or "")
                found = (store.invitee(each.code_hash(code)) for each in keys.each())
                if any(invitee and invitee.status == "invited" for invitee in found):
                    return show_code(code)
    return None


def _refuse_used(settings: Settings, store: Store) -> None:
    if not is_empty(settings, store):
        raise InputError(
            f"{settings.instance} has data or settings already: the demo wants an empty instance, "
            "give another with --instance"
        )


def _deliver(workshop: Store, settings: Settings, store: Store, codes: bytes) -> None:
    """Put the demo in its place: first the settings that say what it is, then the data.

    So whatever stops it, there is never an invented corporation that does not say so.
    """
    _refuse_used(settings, store)  # building took a while
    write_whole(_settings_file(settings), _SETTINGS)
    try:
        write_whole(_codes_file(settings), codes)
        workshop.copy_to(store)
    except BaseException:
        if store.is_empty():
            _codes_file(settings).unlink(missing_ok=True)
            _settings_file(settings).unlink(missing_ok=True)
        raise


def _collected_elsewhere(store: Store, dwellings: list[Dwelling], random: Random) -> None:
    wave = _wave("2021", closes="2021-10-31")
    store.add_wave(wave)
    responses, _ = invent_responses(dwellings, wave, parse(wave.questionnaire), random)
    store.add_answers(wave.slug, responses, population(dwellings))


def _invited(store: Store, settings: Settings, dwellings: list[Dwelling], random: Random) -> bytes:
    """Invite all, let some answer, and give the letters of a few who did not."""
    wave = _wave("2022", closes="")
    store.add_wave(wave)
    planned = plan(
        dwellings,
        wave=wave,
        keys=CodeKeys(settings.secret.encode()),
        base_url=settings.base_url,
        seed=random.getrandbits(32),
        code_random=random,
    )
    store.invite(wave.slug, planned.invitees, planned.population)
    responses, answered = invent_responses(dwellings, wave, parse(wave.questionnaire), random)
    used = {dwelling.id for dwelling in answered}
    hashes = [invitee.code_hash for invitee in planned.invitees if invitee.dwelling in used]
    store.add_answers(wave.slug, responses, answered=hashes)
    addresses = {dwelling.address for dwelling in dwellings if dwelling.id not in used}
    unused = [letter for letter in planned.letters if letter.address in addresses]
    return write_letters(unused[:_CODES_KEPT])


def _wave(slug: str, *, closes: str) -> Wave:
    return make_wave(slug, questionnaire="buurt", opens=f"{slug}-10-01", closes=closes)


def _settings_file(settings: Settings) -> Path:
    return settings.instance / "enquete.toml"


def _codes_file(settings: Settings) -> Path:
    return settings.instance / "demo-codes.csv"


def _now() -> datetime:
    return datetime.now(UTC)
