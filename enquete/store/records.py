"""What is stored, as frozen records; DESIGN §3 says what each table holds and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

InviteeStatus: TypeAlias = Literal["invited", "answered"]
SampledUnit: TypeAlias = Literal["dwelling", "complex"]
Anonymity: TypeAlias = Literal["anonymous", "panel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A reporting area with an id of its own: CBS codes come and go, it stays.

    Attributes
    ----------
    published
        Whether the rating table has a row for it; the headline covers it either way.
    position
        Place in the table, ascending.
    """

    id: str
    name: str
    published: bool
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCode:
    """A CBS code of an area with its validity: ISO dates, `until` exclusive and "" when open."""

    area: str
    code: str
    valid_from: str
    valid_until: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dwelling:
    """One dwelling of the frame; empty text where the corporation has no value."""

    id: str
    area: str
    type: str
    complex: str = ""
    buurt: str = ""
    language: str = "nl"
    address: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """One round of the survey.

    Attributes
    ----------
    slug
        Name in addresses and commands, e.g. ``"2022"``.
    questionnaire, questionnaire_hash
        The frozen TOML text and its SHA-256 (hexadecimal).
    opens, closes
        First and last day on which residents can answer, ISO dates; `closes` "" means until it is
        closed by hand.
    sampled_unit
        What was drawn: dwellings, or whole complexes (then the complex is the cluster).
    classification_date
        Day of the area codes that the wave's figures follow.
    anonymity
        What residents are told: anonymous, or a panel that knows a dwelling from wave to wave.
    """

    slug: str
    questionnaire: str
    questionnaire_hash: str
    opens: str
    closes: str = ""
    sampled_unit: SampledUnit = "dwelling"
    classification_date: str
    anonymity: Anonymity = "anonymous"


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationRow:
    """Dwellings of the frame in one stratum, frozen when the wave was invited or imported."""

    stratum: str
    area: str
    dwellings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """The contact side: who was asked. `code_hash` is the keyed hash; the code is not stored."""

    code_hash: str
    wave: str
    dwelling: str
    area: str
    stratum: str
    cluster: str = ""
    language: str = "nl"
    status: InviteeStatus = "invited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a code opens, as one look finds it: the invitee, dates of the wave, the sealed draft.

    The attributes are those of `Invitee` and `Wave`. `sealed` is None where nothing is kept yet;
    `version` counts how often it was replaced.
    """

    wave: str
    dwelling: str
    area: str
    stratum: str
    cluster: str
    language: str
    status: InviteeStatus
    opens: str
    closes: str
    questionnaire_hash: str
    anonymity: Anonymity
    sealed: str | None
    version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The answer side. `id` is random, `day` is all that is kept of the time.

    Attributes
    ----------
    rating
        The mark 1..10 of the question with role "rating"; None for "weet ik niet" or no answer.
    answers
        All answers as JSON text, keyed by question id.
    dwelling
        Id of the dwelling where the resident lifted the anonymity, else "".
    panel
        Keyed hash of the dwelling where the wave is a panel's, else "".
    """

    id: str
    wave: str
    area: str
    stratum: str
    cluster: str
    mode: Literal["web", "import"]
    language: str
    day: str
    questionnaire_hash: str
    answers: str
    rating: int | None
    dwelling: str = ""
    panel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRow:
    """`n` responses that share everything the estimates look at; rating None is no mark given."""

    wave: str
    area: str
    stratum: str
    cluster: str
    rating: int | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A computed rating table, JSON text in `figures`. `created` is ISO-8601 UTC with seconds."""

    wave: str
    compare: str
    created: str
    code_version: str
    figures: str
