"""Parts b, c and e: what is said of changes that are not there, or not small."""

from __future__ import annotations

import math
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import coverage_draws as draws
import numpy as np
from coverage_population import WAVES, WHOLE, Corporation, corporation
from coverage_tally import Goal, Rate, show, worst

from analysis import Design, Survey
from analysis.intervals import t_test
from analysis.rating_table import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from coverage_tally import Runner
    from numpy.random import Generator
    from numpy.typing import NDArray

    from analysis.estimates import Changes, Estimates

LEVEL = 0.05
CLUSTERS = (2, 3, 5, 10, 30)
SMALL, LARGE = 40, 150
"""Areas with few clusters in one survey, each a test; and the clusters of the rest."""
ALONE, MOST = Goal(0.04, 0.06), Goal(-math.inf, 0.05)
SIZES = ("alike", "unequal")
WAYS = ("same", "anew", "anew unlinked")
EDGE = 0.2
"""The change up to which *gelijk gebleven* may be said."""
AREAS = 10


@lru_cache
def _few(clusters: int) -> Corporation:
    """Make areas that have some clusters drawn in each wave, and one that has many."""
    drawn = np.array([clusters] * SMALL + [LARGE])
    size = len(drawn)
    return Corporation(
        areas=tuple(f"area {place}" for place in range(size)),
        area=np.arange(size),
        dwellings=np.rint(drawn * draws.SIZE / draws.DRAWN).astype(np.int64),
        response=np.full(size, 0.4),
        mean=np.full((2, size), 7.5),
    )


def alarms(name: str, random: Generator) -> NDArray[np.float64]:
    """Test each small area once, without a true change.

    Parameters
    ----------
    name
        Clusters in the area in each wave, one of `SIZES`, and one of `WAYS`.

    Returns
    -------
    Shape (areas, 2): whether the test is significant by the domain's degrees of freedom, and by
    those of the whole design.
    """
    clusters, size, way = name.split(maxsplit=2)
    firm = _few(int(clusters))
    rows = draws.complexes(firm, random, anew=way != "same", alike=size == "alike")
    means = _estimates(rows, firm, clusters=True)
    options = {"overlap": "none"} if way == "anew unlinked" else {}
    change = means.change(*WAVES, min_answers=1, min_df=1, adjust="none", **options)
    whole = means.cells.sample(linked=change.overlap != "none").design_df
    return np.array(
        [
            [np.nan] * 2
            if row.p is None
            else [row.p < LEVEL, t_test(row.value, row.se, whole) < LEVEL]
            for row in change.rows[:SMALL]
        ]
    )


def few_clusters(run: Runner) -> None:
    """Print part b."""
    rows = []
    for size in SIZES:
        for clusters in CLUSTERS:
            row = [str(clusters), size]
            for way in WAYS:
                found = run.repeat(alarms, f"{clusters} {size} {way}", 100)
                own, whole = (Rate.of(found[..., place]) for place in (0, 1))
                row += [str(own), ALONE.judge(own), str(whole)]
            rows.append(row)
    header = ["clusters", "answers in each"]
    for way in WAYS:
        header += [f"{way}: own df %", "goal", "design's df %"]
    show("b. False alarms of one area's change at 5 % (goal: 4 to 6 %)", header, rows)


def _estimates(rows: draws.Rows, firm: Corporation, *, clusters: bool) -> Estimates:
    design = (
        Design(strata="stratum", wave="wave", clusters="complex", population=firm.population)
        if clusters
        else Design(strata="stratum", wave="wave", weights="weight")
    )
    return Survey(rows, design, count="n").mean("mark", by="area", scale=(1, 10))


DRAWS: dict[str, Callable[[Corporation, Generator], draws.Rows]] = {
    "dwellings": draws.dwellings,
    "complexes alike, the same": partial(draws.complexes, anew=False, alike=True),
    "complexes, the same": partial(draws.complexes, anew=False),
    "complexes, drawn anew": partial(draws.complexes, anew=True),
}


def _means(name: str, random: Generator, *, change: float) -> Estimates:
    clusters = name != "dwellings"
    firm = corporation(areas=AREAS, change=change, whole=WHOLE if clusters else 0)
    return _estimates(DRAWS[name](firm, random), firm, clusters=clusters)


def any_alarm(name: str, random: Generator) -> NDArray[np.float64]:
    """Say whether any of ten areas is called higher or lower: by default, and not adjusted."""
    means = _means(name, random, change=0.0)
    return np.array([_starred(means.change(*WAVES)), _starred(means.change(*WAVES, adjust="none"))])


def _starred(change: Changes) -> float:
    return float(any(row.verdict in {Verdict.HIGHER, Verdict.LOWER} for row in change.rows))


def family(run: Runner) -> None:
    """Print part c."""
    rows = []
    for name in DRAWS:
        found = run.repeat(any_alarm, name, 1500)
        holm, alone = Rate.of(found[:, 0]), Rate.of(found[:, 1])
        rows.append([name, str(holm), MOST.judge(holm), str(alone)])
    header = ["scenario", "Holm %", "goal", "not adjusted %"]
    show("c. Any wrong hoger or lager among ten areas (goal: at most 5 %)", header, rows)


def unchanged(name: str, random: Generator) -> NDArray[np.float64]:
    """Say of which areas, and of all, *gelijk gebleven* is said where the change is the edge.

    Returns
    -------
    Shape (areas + 1, 2): whether the verdict says so, and whether the two one-sided tests alone.
    """
    change = _means(name, random, change=EDGE).change(*WAVES)
    return np.array(
        [
            [np.nan] * 2
            if row.p_equivalence is None or row.verdict is Verdict.TOO_FEW
            else [row.verdict is Verdict.UNCHANGED, row.p_equivalence < LEVEL]
            for row in (*change.rows, change.total)
        ],
        dtype=np.float64,
    )


def no_change(run: Runner) -> None:
    """Print part e."""
    rows = []
    for name in DRAWS:
        found = run.repeat(unchanged, name, 1500)
        said, tests = found[..., 0], found[..., 1]
        by_area = [Rate.of(said[:, place]) for place in range(AREAS)]
        place = worst(by_area, MOST)
        areas = corporation(areas=AREAS).areas
        every, most, total = Rate.of(said[:, :-1]), by_area[place], Rate.of(said[:, -1])
        rows.append(
            [
                *(name, str(every), MOST.judge(every)),
                *(f"{most} {areas[place]}", MOST.judge(most, among=AREAS)),
                *(str(total), MOST.judge(total)),
                *(str(Rate.of(tests[:, :-1])), str(Rate.of(tests[:, -1]))),
            ]
        )
    header = [
        "scenario", "areas %", "goal", "worst area %", "goal", "all %", "goal",
        "tests alone: areas %", "all %",
    ]  # fmt: skip
    title = "e. Gelijk gebleven where the change is exactly 0.2 (goal: at most 5 %)"
    show(title, header, rows)
