"""An invented corporation: its dwellings and what its residents might have answered.

Everything is drawn from a seeded source. The marks of an area are drawn first and then moved one by
one until the area's weighted mean is near the figure wanted; the published table of 2022 then comes
out of the ordinary computation, not out of this module.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from enquete.fieldwork.sample import strata
from enquete.store import Dwelling, Response
from forms.definition import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from random import Random

    from enquete.store import Wave
    from forms.definition import Question, Questionnaire


@dataclass(frozen=True, slots=True)
class Stock:
    """Dwellings of one area, and the mean marks that its residents give in 2021 and 2022."""

    area: str
    dwellings: int
    response: float
    marks: Mapping[str, float]


STOCK: Final = (
    Stock("amsterdam", 5200, 0.31, {"2021": 7.5, "2022": 7.6}),
    Stock("diemen", 350, 0.40, {"2021": 8.4, "2022": 8.5}),
    Stock("almere", 3600, 0.34, {"2021": 7.3, "2022": 7.1}),
    Stock("blaricum", 180, 0.42, {"2021": 8.2, "2022": 8.3}),
    Stock("gooise-meren", 2250, 0.38, {"2021": 7.2, "2022": 7.2}),
    Stock("hilversum", 3200, 0.36, {"2021": 7.0, "2022": 7.2}),
    Stock("huizen", 2300, 0.37, {"2021": 7.2, "2022": 7.2}),
    Stock("laren", 250, 0.44, {"2021": 8.1, "2022": 8.0}),
    Stock("weesp", 650, 0.40, {"2021": 8.2, "2022": 8.0}),
    Stock("wijdemeren", 420, 0.41, {"2021": 7.8, "2022": 7.9}),
    Stock("amersfoort", 1600, 0.35, {"2021": 7.5, "2022": 7.5}),
)

_TYPES: Final = {"eengezinswoning": 0.38, "appartement": 0.47, "seniorenwoning": 0.15}
_PARTS: Final = ("Noord", "Oost", "Zuid", "West", "Centrum")
_SPREAD: Final = 1.55
_TOLERANCE: Final = 0.02
_MOST_MOVES: Final = 10_000
_REMARKS: Final = (
    "Meer groen in de straat zou mooi zijn.",
    "De containers zitten vaak vol.",
    "Wij wonen hier met plezier.",
    "Graag meer licht op het parkeerterrein.",
    "De buurtbeheerder helpt altijd goed.",
)


def invent_frame(random: Random) -> list[Dwelling]:
    """Invent about 20,000 dwellings with complexes, buurten and addresses."""
    dwellings: list[Dwelling] = []
    for stock in STOCK:
        street = f"Verzonnenstraat {stock.area.title()}"
        types = random.choices(list(_TYPES), weights=list(_TYPES.values()), k=stock.dwellings)
        for number, kind in enumerate(sorted(types), start=1):
            dwellings.append(
                Dwelling(
                    id=f"vhe-{len(dwellings) + 1:05}",
                    area=stock.area,
                    type=kind,
                    complex=f"{stock.area[:4]}-{number // 40:03}",
                    buurt=_PARTS[number * len(_PARTS) // (stock.dwellings + 1)],
                    language="en" if random.random() < 0.06 else "nl",
                    address=f"{street} {number}, 0000 XX",
                    email=f"bewoner{len(dwellings) + 1}@example.org",
                )
            )
    return dwellings


def invent_responses(
    dwellings: Sequence[Dwelling], wave: Wave, questionnaire: Questionnaire, random: Random
) -> tuple[list[Response], list[Dwelling]]:
    """Invent who answers and what.

    Returns
    -------
    tuple of list
        The responses, and the dwellings that they came from, each in an order of its own.
    """
    stratum_of = strata(dwellings)
    responses: list[Response] = []
    answered: list[Dwelling] = []
    for stock in STOCK:
        here = [dwelling for dwelling in dwellings if dwelling.area == stock.area]
        asked = random.sample(here, round(len(here) * stock.response))
        labels = [stratum_of[dwelling.id] for dwelling in asked]
        frame = [stratum_of[dwelling.id] for dwelling in here]
        marks = _marks(labels, frame, stock.marks[wave.slug], random)
        random.shuffle(asked)
        answered += asked
        responses += [
            _response(wave, questionnaire, stock.area, label, mark, random)
            for label, mark in zip(labels, marks, strict=True)
        ]
    return responses, answered


def _marks(
    labels: Sequence[str], frame: Iterable[str], wanted: float, random: Random
) -> list[int | None]:
    """Draw a mark for each answer, and move marks until the weighted mean is near the one wanted.

    About one in fifty does not know. The weights are dwellings over answers in each stratum.
    """
    marks = [
        None if random.random() < 0.02 else _clip(round(random.gauss(wanted + 0.1, _SPREAD)))
        for _ in labels
    ]
    counted = list(frame)
    weight = {label: counted.count(label) / labels.count(label) for label in set(labels)}
    weights = [weight[label] for label in labels]
    known = [i for i, mark in enumerate(marks) if mark is not None]
    total = sum(weights[i] for i in known)
    mean = sum(weights[i] * (marks[i] or 0) for i in known) / total
    for _ in range(_MOST_MOVES):  # few answers may not come near: then it is as near as it is
        if abs(mean - wanted) <= _TOLERANCE:
            break
        i = random.choice(known)
        step = 1 if mean < wanted else -1
        moved = _clip((marks[i] or 0) + step)
        mean += weights[i] * (moved - (marks[i] or 0)) / total
        marks[i] = moved
    return marks


def _response(
    wave: Wave,
    questionnaire: Questionnaire,
    area: str,
    stratum: str,
    mark: int | None,
    random: Random,
) -> Response:
    answers: dict[str, Any] = {}
    for page in questionnaire.pages:
        for question in page.questions:
            answer = mark or UNKNOWN if question.role else _answer(question, mark or 7, random)
            if answer is not None:
                answers[question.id] = answer
    return Response(
        id=f"{random.getrandbits(128):032x}",
        wave=wave.slug,
        area=area,
        stratum=stratum,
        cluster="",
        mode="import",
        language="nl",
        day=f"{wave.slug}-10-{random.randint(3, 30):02}",
        questionnaire_hash=wave.questionnaire_hash,
        answers=json.dumps(answers),
        rating=mark,
    )


def _answer(question: Question, mark: int, random: Random) -> Any:
    """Invent an answer that goes with the mark; None for a question passed over."""
    if random.random() < 0.04:
        return None
    if question.kind == "rating":
        return _clip(mark + random.randint(-2, 2))
    if question.kind == "choice":
        lean = (10 - mark) / 10 * len(question.options)
        place = round(random.gauss(lean, 1))
        return question.options[min(max(place, 0), len(question.options) - 1)].code
    if question.kind == "text":
        return random.choice(_REMARKS) if random.random() < 0.08 else None
    return random.random() < 0.7 if question.kind == "consent" else None


def _clip(mark: int) -> int:
    return min(max(mark, 1), 10)
