"""Part a: how often nominal 95 % intervals cover the truth, design by design."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import coverage_draws as draws
import numpy as np
from coverage_population import MARKS, WAVES, WHOLE, centre_of, corporation, shares
from coverage_tally import Goal, Rate, average, show, worst

from analysis import Design, Survey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coverage_population import Corporation
    from coverage_tally import Runner
    from numpy.random import Generator
    from numpy.typing import NDArray

    from analysis.results import ChangeEstimate, Estimate

GOAL = Goal(0.93, 0.97)
LEAST_ANSWERS, LEAST_DF = 30, 4
POPULATION_SEED = 2022
"""Finite populations are the same in every repetition and for every seed."""
HEADER = (
    "scenario", "areas %", "goal", "worst area %", "goal", "all %", "goal",
    "width areas", "width all", "SE/sd areas", "SE/sd all",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Scenario:
    """A way to draw, the survey that an analyst makes of it, and the truth.

    Attributes
    ----------
    truth
        Shape (2, areas + 1): the mean of each area and of all, by wave.
    unlinked
        Whether the change is estimated with ``overlap="none"`` as well; None: no. False: as a
        contrast, because the waves do share units, so that it cannot meet the goal.
    """

    firm: Corporation
    draw: Callable[[Generator], draws.Rows]
    survey: Callable[[draws.Rows], Survey]
    truth: NDArray[np.float64]
    unlinked: bool | None = None


def _survey(rows: draws.Rows, **design: Any) -> Survey:
    return Survey(rows, Design(strata="stratum", wave="wave", **design), count="n")


def _stratified() -> Scenario:
    firm = corporation()
    survey = partial(_survey, weights="weight")
    return Scenario(firm, partial(draws.dwellings, firm), survey, firm.truth)


def _finite() -> Scenario:
    firm = corporation()
    random = np.random.default_rng(POPULATION_SEED)
    chance = shares(centre_of(firm.mean))
    marks = random.multinomial(np.broadcast_to(firm.dwellings, firm.mean.shape), chance)
    truth = firm.means(marks @ MARKS / firm.dwellings)
    survey = partial(_survey, population=firm.population)
    return Scenario(firm, partial(draws.dwellings_of, firm, marks), survey, truth)


def _complexes(*, anew: bool) -> Scenario:
    firm = corporation(whole=WHOLE)
    survey = partial(_survey, clusters="complex", population=firm.population)
    draw = partial(draws.complexes, firm, anew=anew)
    return Scenario(firm, draw, survey, firm.truth, unlinked=anew)


def _estate(*, anew: bool) -> Scenario:
    firm = corporation(whole=WHOLE)
    stock = draws.estate(firm, np.random.default_rng(POPULATION_SEED))
    stratum = stock.stratum[stock.home]
    firm = replace(firm, dwellings=np.bincount(stratum))
    means = [np.bincount(stratum, weights=marks) / firm.dwellings for marks in stock.mark]
    survey = partial(
        _survey, clusters="complex", fpc=["complexes", "size"], population=firm.population
    )
    draw = partial(draws.complexes_of, firm, stock, anew=anew)
    return Scenario(firm, draw, survey, firm.means(np.array(means)), unlinked=anew)


def _raked() -> Scenario:
    firm = corporation()
    people = draws.ages(firm)
    firm = replace(firm, dwellings=people.sum(axis=1))
    areas = np.bincount(firm.area, weights=firm.dwellings)
    margins = {
        "area": {f"{area:02}": count for area, count in enumerate(areas.tolist())},
        "age": dict(enumerate(people.sum(axis=0).tolist())),
    }

    def survey(rows: draws.Rows) -> Survey:
        return _survey(rows, weights="weight").rake(margins)

    means = (draws.means_by_age(firm) * people).sum(axis=2) / firm.dwellings
    return Scenario(firm, partial(draws.by_age, firm, people), survey, firm.means(means))


def _panel(*, kept: float) -> Scenario:
    firm = corporation()
    survey = partial(_survey, clusters="dwelling", population=firm.population)
    draw = partial(draws.panel, firm, kept=kept)
    return Scenario(firm, draw, survey, firm.truth, unlinked=False)


SCENARIOS: dict[str, tuple[Callable[[], Scenario], int]] = {
    "dwellings": (_stratified, 1500),
    "dwellings, fpc": (_finite, 1500),
    "dwellings, raked": (_raked, 1500),
    "complexes, the same": (partial(_complexes, anew=False), 1500),
    "complexes, drawn anew": (partial(_complexes, anew=True), 1500),
    "complexes, fpc, the same": (partial(_estate, anew=False), 1500),
    "complexes, fpc, drawn anew": (partial(_estate, anew=True), 1500),
    "panel, all in both waves": (partial(_panel, kept=1.0), 750),
    "panel, half in both waves": (partial(_panel, kept=0.5), 750),
}
"""How to make each scenario, and how often it is repeated."""


@lru_cache
def scenario(name: str) -> Scenario:
    """Make a scenario, once in each process."""
    return SCENARIOS[name][0]()


def once(name: str, random: Generator) -> NDArray[np.float64]:
    """Draw two waves and look at every interval.

    Returns
    -------
    Shape (2 + changes, areas + 1, 4): whether it covers, its width, the error of the estimate and
    the SE; NaN for an area with fewer than 30 answers in a wave or 4 degrees of freedom.
    """
    here = scenario(name)
    means = here.survey(here.draw(random)).mean("mark", by="area", scale=(1, 10))
    found = [
        _looks([*means.of(wave), means.total(wave)], truth)
        for wave, truth in zip(WAVES, here.truth, strict=True)
    ]
    difference = here.truth[1] - here.truth[0]
    changes = [means.change(*WAVES)]
    if here.unlinked is not None:
        changes.append(means.change(*WAVES, overlap="none"))
    found += [_looks([*change.rows, change.total], difference) for change in changes]
    return np.array(found)


def _looks(
    estimates: Sequence[Estimate | ChangeEstimate], truth: NDArray[np.float64]
) -> list[list[float]]:
    return [_look(one, true) for one, true in zip(estimates, truth.tolist(), strict=True)]


def _look(one: Estimate | ChangeEstimate, truth: float) -> list[float]:
    answers = min(one.n) if isinstance(one.n, tuple) else one.n
    if answers < LEAST_ANSWERS or one.df < LEAST_DF or one.low is None:
        return [np.nan] * 4
    return [one.low <= truth <= one.high, one.high - one.low, one.value - truth, one.se]


def part(run: Runner) -> None:
    """Print how often intervals cover, for means and for changes."""
    means, changes = [], []
    for name, (_, repetitions) in SCENARIOS.items():
        found = run.repeat(once, name, repetitions)
        here = scenario(name)
        means.append(_line(name, found[:, :2], here))
        changes.append(_line(name, found[:, 2:3], here))
        if here.unlinked is not None:
            unlinked = found[:, 3:4]
            changes.append(_line(f"{name}; unlinked", unlinked, here, judged=here.unlinked))
    show("a. Means: how often 95 % intervals cover (goal: 93 to 97 %)", HEADER, means)
    show("a. Changes: how often 95 % intervals cover (goal: 93 to 97 %)", HEADER, changes)


def _line(
    name: str, found: NDArray[np.float64], here: Scenario, *, judged: bool = True
) -> list[str]:
    covered, width, error, se = np.moveaxis(found, -1, 0)
    areas = here.firm.areas
    rates = [Rate.of(covered[:, :, place]) for place in range(len(areas))]
    every, total, place = Rate.of(covered[..., :-1]), Rate.of(covered[..., -1]), worst(rates, GOAL)
    wide, ratio = average(width), np.sqrt(average(se**2) / average(error**2))
    goals = [GOAL.judge(every), GOAL.judge(rates[place], among=len(areas)), GOAL.judge(total)]
    first, second, third = goals if judged else ["-"] * 3
    return [
        name,
        *(str(every), first, f"{rates[place]} {areas[place]}", second, str(total), third),
        *(f"{np.nanmean(wide[:-1]):.2f}", f"{wide[-1]:.3f}"),
        *(f"{np.nanmean(ratio[:-1]):.2f}", f"{ratio[-1]:.2f}"),
    ]
