"""Invitations: a code for every drawn dwelling, and the file from which the printer makes letters.

The two lists that leave here are the two halves of the cut: the invitee goes to the store with a
keyed hash, the letter goes to the printer with the code, and nothing keeps both.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from enquete.codes import draw_code, show_code
from enquete.errors import InputError
from enquete.spreadsheet import as_text
from enquete.store.records import Dwelling, Invitee

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from random import Random

    from enquete.codes import CodeKeys

_MOST_NAMES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What the printer gets of one dwelling.

    Attributes
    ----------
    code
        The code as it is stored nowhere: 13 characters without separators.
    link
        Address that opens the start page with the code filled in.
    """

    code: str
    address: str
    language: str
    link: str


def invite(
    dwellings: Iterable[Dwelling],
    *,
    wave: str,
    keys: CodeKeys,
    base_url: str,
    random: Random,
    stratum_of: Mapping[str, str],
    clustered: bool = False,
) -> tuple[list[Invitee], list[Letter]]:
    """Give every dwelling a code of its own.

    Parameters
    ----------
    dwellings
        The dwellings that were drawn.
    wave
        Slug of the wave.
    keys
        Makes the keyed hash of a code.
    base_url
        Address under which residents reach the service, e.g. ``"https://buurt.example.nl"``.
    random
        Source of randomness: `secrets.SystemRandom()`, for whoever can guess it has all codes; a
        seeded one for a demo only.
    stratum_of
        Stratum of each dwelling id; it must have all of them.
    clustered
        Whether complexes were drawn; then the complex is the cluster, and otherwise nothing of it
        is kept.

    Returns
    -------
    tuple of list
        Invitees and letters, each shuffled by itself, so that no order joins them.

    Raises
    ------
    InputError
        If `clustered` and a dwelling has no complex.
    KeyError
        If a dwelling has no stratum.
    """
    frame = sorted(dwellings, key=lambda dwelling: dwelling.id)
    if clustered:
        _refuse_without_complex(frame)
    codes = list(_unique_codes(len(frame), random))
    invitees = [
        Invitee(
            code_hash=keys.code_hash(code),
            wave=wave,
            dwelling=dwelling.id,
            area=dwelling.area,
            stratum=stratum_of[dwelling.id],
            cluster=dwelling.complex if clustered else "",
            language=dwelling.language,
        )
        for dwelling, code in zip(frame, codes, strict=True)
    ]
    start = base_url.rstrip("/")
    letters = [
        Letter(code=code, address=d.address, language=d.language, link=f"{start}/c/{code}")
        for d, code in zip(frame, codes, strict=True)
    ]
    random.shuffle(invitees)
    random.shuffle(letters)
    return invitees, letters


def write_letters(letters: Iterable[Letter]) -> bytes:
    """Write the printer's file: address, language, code (4-4-5) and link, in the given order.

    UTF-8 with a byte order mark and semicolons, so that a Dutch Excel opens it right. A text that a
    spreadsheet would take for a formula gets an apostrophe in front, for addresses come from
    elsewhere.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(("address", "language", "code", "link"))
    writer.writerows(
        (_safe(letter.address), _safe(letter.language), show_code(letter.code), _safe(letter.link))
        for letter in letters
    )
    return text.getvalue().encode("utf-8-sig")


def _unique_codes(n: int, random: Random) -> Iterator[str]:
    drawn: set[str] = set()
    while len(drawn) < n:
        code = draw_code(random)
        if code not in drawn:
            drawn.add(code)
            yield code


def _refuse_without_complex(dwellings: Sequence[Dwelling]) -> None:
    without = [dwelling.id for dwelling in dwellings if not dwelling.complex]
    if without:
        more = f" and {len(without) - _MOST_NAMES} more" if len(without) > _MOST_NAMES else ""
        raise InputError(
            "complexes were drawn, so every dwelling needs one: wanted a complex, got none for "
            f"{', '.join(without[:_MOST_NAMES])}{more}"
        )


def _safe(text: str) -> str:
    return as_text(text, delimiter=";")
