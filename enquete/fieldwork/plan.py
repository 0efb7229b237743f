"""Planning an invitation: strata, draw, codes and letters, before anything is stored."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from ipaddress import ip_address
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from enquete.errors import InputError
from enquete.fieldwork import sample
from enquete.fieldwork.invitations import Letter, invite

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from enquete.codes import CodeKeys
    from enquete.settings import Settings
    from enquete.store import Store
    from enquete.store.records import (
        CellRow,
        Dwelling,
        Invitee,
        PopulationRow,
        Response,
        Wave,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All of an invitation.

    Attributes
    ----------
    population
        Dwellings of the frame by stratum: what the answers will stand for.
    small
        Strata with so few invited dwellings that an answer might make a resident known.
    """

    invitees: list[Invitee]
    letters: list[Letter]
    population: list[PopulationRow]
    small: list[PopulationRow]


def plan(
    dwellings: Sequence[Dwelling],
    *,
    wave: Wave,
    keys: CodeKeys,
    base_url: str,
    size: int | None = None,
    seed: int,
    merge: bool = False,
    code_random: Random | None = None,
) -> Plan:
    """Draw the dwellings to invite and make their codes and letters.

    Parameters
    ----------
    size
        Number of dwellings to draw; None invites all.
    seed
        Seed of the draw.
    merge
        Whether to merge strata that are too small.
    code_random
        Source of the codes; by default the operating system's.

    Raises
    ------
    InputError
        If the frame is empty or smaller than the sample, or the wave samples complexes.
    """
    if not dwellings:
        raise InputError("the frame is empty: import the dwellings first")
    if wave.sampled_unit == "complex":
        raise InputError(
            f"wave {wave.slug!r} samples complexes, and a draw of complexes is not possible yet; "
            "where all dwellings are invited the dwelling is what is sampled: create the wave with "
            "--sampled dwelling"
        )
    if size is not None and size > len(dwellings):
        raise InputError(f"a sample of {size} from {len(dwellings)} dwellings cannot be drawn")
    stratum_of = sample.merge_small(dwellings, size=size) if merge else sample.strata(dwellings)
    # The seed is for drawing the same sample again; codes never come from it.
    drawn = sample.draw(
        dwellings,
        random=Random(seed),  # noqa: S311 - a sample, not a secret
        size=size,
        stratum_of=stratum_of,
    )
    _check_addresses(drawn)
    invitees, letters = invite(
        drawn,
        wave=wave.slug,
        keys=keys,
        base_url=base_url,
        random=code_random or secrets.SystemRandom(),
        stratum_of=stratum_of,
    )
    return Plan(
        invitees=invitees,
        letters=letters,
        population=sample.population(dwellings, stratum_of=stratum_of),
        small=sample.small_strata(drawn, stratum_of=stratum_of),
    )


def _check_addresses(drawn: Sequence[Dwelling]) -> None:
    without = [dwelling.id for dwelling in drawn if not dwelling.address]
    if without:
        raise InputError(
            f"{len(without)} of the {len(drawn)} dwellings drawn have no address in the frame "
            f"({without[0]!r} is one): their letters would reach nobody; nothing was invited yet"
        )


def check_invitable(store: Store, wave: Wave, settings: Settings, *, today: str) -> None:
    """Check what cannot be mended once letters are out.

    Raises
    ------
    InputError
        If the wave was invited or filled before, has closed, or its letters would carry an address
        that only this machine knows.
    """
    if store.population(wave.slug):
        raise InputError(f"wave {wave.slug!r} was invited or imported before")
    if wave.closes and wave.closes < today:
        raise InputError(f"wave {wave.slug!r} closed on {wave.closes}: nobody could answer")
    if not settings.demo and _leads_here(settings.base_url):
        raise InputError(
            f"the letters would lead to {settings.base_url}, which only this machine knows: set "
            "base_url in enquete.toml (or ENQUETE_BASE_URL) to the address that residents use"
        )


def _leads_here(address: str) -> bool:
    """Say whether an address leads to the machine that one sits at."""
    host = urlsplit(address).hostname or ""
    try:
        number = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return number.is_loopback or number.is_unspecified


def small_strata_message(small: Sequence[PopulationRow]) -> str:
    """Say which strata are small, and what the choice is."""
    listed = ", ".join(f"{row.stratum} ({row.dwellings})" for row in small)
    return (
        f"{len(small)} strata have fewer than 10 invited dwellings, so that an answer may make a "
        f"resident known: {listed}. Choose --merge-small (with others of their area) or "
        "--keep-small; nothing was invited yet"
    )


def check_answers(
    responses: Sequence[Response],
    population: Iterable[PopulationRow],
    *,
    wave: Wave,
    already: Iterable[CellRow] = (),
) -> None:
    """Check that answers can be estimated from, before they are stored.

    Parameters
    ----------
    population
        Dwellings by stratum that the answers stand for.
    already
        What the wave has been answered before.

    Raises
    ------
    InputError
        If a stratum has no population count, lies in another area there or has more answers than
        dwellings, or complexes were sampled and an answer has none.
    """
    known = {row.stratum: row for row in population}
    answers = Counter(response.stratum for response in responses)
    for cell in already:
        answers[cell.stratum] += cell.n
    for stratum, area in sorted({(response.stratum, response.area) for response in responses}):
        if stratum not in known:
            raise InputError(f"stratum {stratum!r} has answers but no population count")
        if known[stratum].area != area:
            raise InputError(
                f"stratum {stratum!r} is of area {known[stratum].area!r} in the population and of "
                f"{area!r} in the answers"
            )
        if known[stratum].dwellings < answers[stratum]:
            raise InputError(
                f"population of stratum {stratum!r} must be at least its {answers[stratum]} "
                f"answers, got {known[stratum].dwellings}"
            )
    if wave.sampled_unit == "complex" and not all(response.cluster for response in responses):
        raise InputError(
            f"wave {wave.slug!r} samples complexes: every answer must name its complex"
        )
