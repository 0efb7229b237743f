"""Medians and other quantiles, with intervals by Woodruff's method."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from analysis.estimates import Estimates
from analysis.notes import design_notes
from analysis.quantity import linearise, share_of
from analysis.results import TOTAL, Estimate, Flag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.cells import Cells

Centre: TypeAlias = Literal["p", "estimate"]

_LEVEL = 1e-12
"""A cumulated share is at p when it is this near: it is a sum of rounded weights."""


_WITHHELD = {
    True: (Flag.SAME, "all answers are the same: their spread cannot be estimated"),
    False: (
        Flag.NO_MARGIN,
        "a stratum with answers here has a single unit: no variance is known of it",
    ),
}


def quantiles(
    cells: Cells,
    p: float = 0.5,
    *,
    name: str | None = None,
    confidence: float = 0.95,
    centre: Centre = "p",
) -> Estimates:
    """Estimate a quantile of every domain and of all answers, wave by wave.

    The quantile is the lowest answer at which the weighted distribution reaches `p`. The interval
    are the quantiles at p ± t × SE of the share at or below it: Woodruff (1952), JASA 47, 635-646,
    doi:10.2307/2280781; Särndal, Swensson & Wretman (1992), §5.11. R: ``svyquantile(qrule =
    "math")``. The SE of the quantile is the width of the interval over 2 t: marks lie on a grid, so
    it is a rough one.

    Woodruff's distribution is smooth; on marks p lies between the share at or below the quantile
    and the share below it. The SE is the larger of theirs: a lower mark is then left out of the
    interval only if its own share says so, as when the test is inverted (Francisco & Fuller 1991,
    The Annals of Statistics 19, §2, doi:10.1214/aos/1176347993). At the highest answer the share
    at or below it is 1, whatever the sample: only the share below has an SE. R takes the share of 1
    there, and gives an interval without width.

    Parameters
    ----------
    p
        Share of the population at or below the quantile, between 0 and 1; 0.5 for the median.
    name
        What is estimated, such as ``quantile 0.5 of rapportcijfer``; None: that without the answer.
    centre
        ``p``: the interval is about `p`. ``estimate``: about the share at or below the quantile,
        with the SE of that share, as R has it; at the highest answer, where that share is 1, about
        `p` all the same. For amounts that hardly matters. Marks lie on a grid: with 40 % at 7 or
        lower and 62 % at 8 or lower the median is 8 beyond doubt, and R's interval runs from 8 to
        9.

    Raises
    ------
    ValueError
        If `p` is not between 0 and 1.
    """
    if not 0 < p < 1:
        raise ValueError(f"p must be between 0 and 1, got {p:g}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence:g}")
    rows: list[Estimate] = []
    totals: list[Estimate] = []
    for here, wave in zip(cells.by_wave(), cells.waves, strict=True):
        for place, key in enumerate([*cells.domains, TOTAL]):
            inside = here.domain == place if key != TOTAL else np.ones_like(here.answered)
            found = _quantile(here, inside, p, wave=wave, key=key, level=(confidence, centre))
            (totals if key == TOTAL else rows).append(found)
    return Estimates(
        name=name or f"quantile {p:g}",
        rows=tuple(rows),
        totals=tuple(totals),
        covariance={},
        confidence=confidence,
        interval="woodruff",
        p=p,
        centre=centre,
        notes=design_notes(cells),
        cells=cells,
    )


def _quantile(
    cells: Cells,
    inside: NDArray[np.bool_],
    p: float,
    *,
    wave: str,
    key: tuple[str, ...],
    level: tuple[float, Centre],
) -> Estimate:
    from scipy.special import stdtrit

    here = inside & cells.answered
    n = int(cells.n[here].sum())
    if not n:
        return Estimate(wave=wave, key=key, df=0, n=0, flag=Flag.EMPTY, reason="no answers")
    answers, index = np.unique(cells.y[here], return_inverse=True)
    mass = np.bincount(index, weights=cells.weight[here] * cells.n[here])
    reached = np.cumsum(mass) / mass.sum()
    value = _at(answers, reached, p)
    confidence, centre = level
    label = np.where(inside, 0, -1)
    tried = [
        linearise(cells, share_of(-math.inf, mark)(cells), [(label, 1)], cells.sample())
        for mark in marks_about(answers, value, centre)
    ]
    found = max(tried, key=lambda one: float(one.covariance[0, 0]))
    df = int(found.df[0])
    if df < 1:
        reason = "no degrees of freedom: no stratum has two units with an answer here"
        return Estimate(
            wave=wave, key=key, value=value, df=df, n=n, flag=Flag.NO_MARGIN, reason=reason
        )
    if found.lonely[0] or len(answers) == 1:
        flag, reason = _WITHHELD[len(answers) == 1]
        return Estimate(wave=wave, key=key, value=value, df=df, n=n, flag=flag, reason=reason)
    width = float(stdtrit(df, (1 + confidence) / 2))
    half = width * math.sqrt(max(float(found.covariance[0, 0]), 0.0))
    middle = p if centre == "p" or value == answers[-1] else float(found.value[0])
    low, high = _at(answers, reached, middle - half), _at(answers, reached, middle + half)
    se = (high - low) / (2 * width)
    return Estimate(wave=wave, key=key, value=value, se=se, low=low, high=high, df=df, n=n)


def marks_about(answers: NDArray[np.float64], value: float, centre: str) -> list[float]:
    """Give the answers up to which a share can say how sure a quantile is: its own, the one below.

    Parameters
    ----------
    answers
        The different answers, sorted; `value`, the quantile, is one of them.
    """
    place = int(np.searchsorted(answers, value))
    below: list[float] = answers[max(place - 1, 0) : place].tolist()
    if not below:
        return [value]
    if place == len(answers) - 1:
        return below
    return [value] if centre == "estimate" else [value, *below]


def _at(answers: NDArray[np.float64], reached: NDArray[np.float64], p: float) -> float:
    """Give the lowest answer at which the distribution reaches p."""
    place = int(np.searchsorted(reached, p - _LEVEL))
    return float(answers[min(place, len(answers) - 1)])
