"""Residents who answer by turns: in random order and tempo, some twice, some never to the end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_lowercase
from threading import Lock
from typing import TYPE_CHECKING

from enquete.codes import CodeKeys, draw_code
from enquete.store import Dwelling, Invitee, PopulationRow
from forms.definition import parse
from tests.conftest import AREAS, CODES, SECRET, wave

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random

    from enquete.store import Store

QUESTIONNAIRE = (Path(__file__).parent / "short.toml").read_text(encoding="utf-8")
KEYS = CodeKeys(SECRET.encode())
SENT, KEPT, SILENT = 300, 25, 15
"""How many send their answers, how many leave a draft behind, and how many never come."""


@dataclass(frozen=True, kw_only=True)
class Resident:
    """Who answers, and how.

    Attributes
    ----------
    story
        What nobody else says: the test, and not the attacker, knows by it whose a response is.
    haste
        How much sooner than others he goes on to the next page.
    leaves_after
        The page after which he stops, to come back later and type his code once more.
    """

    code: str
    dwelling: Dwelling
    mark: int
    story: str
    sends: bool
    haste: float
    leaves_after: int | None

    @property
    def answers(self) -> dict[str, str]:
        return {"cijfer": str(self.mark), "verhaal": self.story}


def make_residents(rng: Random, *, longest: int = 600) -> list[Resident]:
    """Invent those who come; most write no more than `longest` characters."""
    return [
        Resident(
            code=draw_code(rng),
            dwelling=_dwelling(i, rng),
            mark=rng.randint(1, 10),
            story=_story(rng, longest),
            sends=i < SENT,
            haste=rng.choice((0.2, 1, 1, 5)),
            leaves_after=rng.choice((None, None, 0, 1)),
        )
        for i in range(SENT + KEPT)
    ]


def _dwelling(number: int, rng: Random) -> Dwelling:
    return Dwelling(
        id=f"d{number}",
        area=rng.choice(("laren", "weesp")),
        type=rng.choice(("flat", "rijwoning")),
        language=rng.choice(("nl", "nl", "nl", "en")),
    )


def _story(rng: Random, longest: int) -> str:
    # A few are so long that both databases keep them in a place of their own.
    length = rng.randint(2500, 3500) if rng.random() < 0.05 else rng.randint(20, longest)
    return "".join(rng.choices(ascii_lowercase, k=length))


def invite(store: Store, residents: list[Resident], rng: Random) -> None:
    """Fill a store with a wave in which these residents, and some who never come, are asked."""
    silent = [(draw_code(rng), _dwelling(SENT + KEPT + i, rng)) for i in range(SILENT)]
    asked = [(r.code, r.dwelling) for r in residents] + silent
    store.migrate()
    store.keys(SECRET.encode(), adopt=True)
    store.replace_areas(AREAS, CODES)
    store.replace_frame(dwelling for _, dwelling in asked)
    text = QUESTIONNAIRE
    store.add_wave(wave(questionnaire=text, questionnaire_hash=parse(text).hash, closes=""))
    invitees = [
        Invitee(
            code_hash=KEYS.code_hash(code),
            wave="2022",
            dwelling=home.id,
            area=home.area,
            stratum=f"{home.area}/{home.type}",
            language=home.language,
        )
        for code, home in asked
    ]
    rng.shuffle(invitees)
    strata = {(invitee.stratum, invitee.area) for invitee in invitees}
    sizes = [PopulationRow(stratum=s, area=a, dwellings=200) for s, a in sorted(strata)]
    store.invite("2022", invitees, sizes)


@dataclass
class Street:
    """Residents under way, a few at a time; each turn is one page of one of them.

    Parameters
    ----------
    visit
        Makes the turns of a resident: an iterator that ends after his last page.
    together
        How many are under way at once.
    at
        What happens when so many have sent their answers.
    """

    residents: list[Resident]
    visit: Callable[[Resident], Iterator[None]]
    rng: Random
    together: int = 12
    at: Mapping[int, Callable[[], object]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sent: list[str] = []
        self._waiting = self.rng.sample(self.residents, len(self.residents))
        self._busy: list[tuple[Resident, Iterator[None]]] = []
        self._lock = Lock()

    def play(self, *, threads: int = 1) -> list[str]:
        """Let all of them answer, and give the codes in the order in which answers were sent."""
        if threads == 1:
            self._take_turns()
        else:
            with ThreadPoolExecutor(threads) as pool:
                for done in [pool.submit(self._take_turns) for _ in range(threads)]:
                    done.result()
        return self.sent

    def _take_turns(self) -> None:
        while (taken := self._next()) is not None:
            resident, turns = taken
            if next(turns, self) is not self:  # himself stands for the end
                with self._lock:
                    self._busy.append(taken)
            elif resident.sends:
                self._arrived(resident)

    def _next(self) -> tuple[Resident, Iterator[None]] | None:
        with self._lock:
            while self._waiting and len(self._busy) < self.together:
                resident = self._waiting.pop()
                self._busy.append((resident, self.visit(resident)))
            if not self._busy:
                return None
            haste = [resident.haste for resident, _ in self._busy]
            [number] = self.rng.choices(range(len(self._busy)), haste)
            return self._busy.pop(number)

    def _arrived(self, resident: Resident) -> None:
        with self._lock:
            self.sent.append(resident.code)
            then = self.at.get(len(self.sent))
        if then:
            then()
