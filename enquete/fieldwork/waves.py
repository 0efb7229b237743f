"""Making a wave: its name, its dates and the questionnaire frozen into it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from enquete.errors import InputError
from enquete.store.records import Wave
from forms import definition

if TYPE_CHECKING:
    from enquete.store.records import Anonymity, SampledUnit

_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")


def make_wave(
    slug: str,
    *,
    questionnaire: str,
    opens: str,
    closes: str = "",
    sampled: SampledUnit = "dwelling",
    anonymity: Anonymity = "anonymous",
    classification_date: str | None = None,
) -> Wave:
    """Make a wave, with the text of its questionnaire in it.

    Parameters
    ----------
    slug
        Letters, digits and hyphens, 40 at most.
    questionnaire
        Name of a questionnaire that comes with Enquete, or the path of a TOML file.
    opens, closes
        ISO dates; `closes` "" for a wave that is closed by hand.
    anonymity
        ``"panel"`` keeps a pseudonymous key of the dwelling with its answers, and tells residents.
    classification_date
        ISO date of the area codes; None takes 1 January of the year in `slug`, or else of `opens`:
        statistics of a year follow the classification of its first day.

    Raises
    ------
    InputError
        If the slug is not allowed, the wave closes before it opens, or the questionnaire has a
        fault (named with its line).
    """
    if not _SLUG.fullmatch(slug):
        raise InputError(
            f"a wave's name has lower-case letters, digits and hyphens, 40 at most; got {slug!r}"
        )
    if closes and closes < opens:
        raise InputError(f"wave {slug!r} must close on or after {opens}, got {closes}")
    found = _questionnaire(questionnaire)
    year = _YEAR.match(slug)
    return Wave(
        slug=slug,
        questionnaire=found.text,
        questionnaire_hash=found.hash,
        opens=opens,
        closes=closes,
        sampled_unit=sampled,
        anonymity=anonymity,
        classification_date=classification_date or f"{year[0] if year else opens[:4]}-01-01",
    )


def _questionnaire(name: str) -> definition.Questionnaire:
    path = Path(name)
    try:
        is_file = path.suffix == ".toml" or path.exists()
        return definition.load(path) if is_file else definition.builtin(name)
    except (definition.QuestionnaireError, OSError) as error:
        raise InputError(f"questionnaire {name}: {error}") from error
