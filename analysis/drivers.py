"""What goes with a mark: the driver model, in marks and in words a board member can repeat."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from analysis.model_frame import design_matrix
from analysis.model_results import Driver, Drivers, Odds, margins
from analysis.multiple import adjust
from analysis.ordinal import fit_ordinal
from analysis.regression import logistic_influence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.ordinal import OrdinalFit
    from analysis.sample import Sample

_MOST_LEVELS = 10
_LEVEL = 0.05
"""Chance of calling any driver unequal when all have one odds ratio at every mark."""


def drivers(
    mark: NDArray[np.float64],
    columns: Mapping[str, Sequence[object]],
    weight: NDArray[np.float64],
    sample: Sample,
    *,
    of: Sequence[str],
    background: Sequence[str] = (),
    cuts: Sequence[float] | None = None,
    confidence: float = 0.95,
) -> Drivers:
    """Model a mark by drivers and background with proportional odds; effects in marks.

    The expected mark of an answer is sum of m_k P(Y = k), m_k the mark of level k; the effect of
    driver j is its slope b_j sum of f(zeta_k - x b) (m_k+1 - m_k), averaged over the answers with
    their weights: the average marginal effect, Bartus (2005), Stata Journal 5(3), §2. Its standard
    error is the delta method on the sandwich covariance of `fit_ordinal`, the answers' own values
    taken as given.

    The check on one odds ratio at every mark compares logistic models of Y > k, one a threshold:
    Brant (1990), Biometrics 46, §3, doi:10.2307/2532457, with the joint covariance by the design
    and the Wald statistic as F(r, d - r + 1), d the units less strata: Korn & Graubard (1990), Am.
    Stat. 44, doi:10.1080/00031305.1990.10475737.

    Parameters
    ----------
    mark
        Shape (c,): the mark of the answers of a cell; NaN where missing.
    columns
        By name the drivers and background, a value a cell, as `design_matrix` takes them.
    weight
        Shape (c,): of one answer, above 0.
    of
        The drivers: columns of numbers.
    background
        What to hold the same besides: numbers or text.
    cuts
        Upper ends of the levels but the last, rising: (5, 6, 7, 8) makes 1-5, 6, 7, 8 and 9-10.
        Merge marks that few gave. None: each mark a level, at most ten.
    confidence
        Coverage of the intervals, between 0 and 1.

    Raises
    ------
    ValueError
        As `design_matrix` and `fit_ordinal`; if a driver is not numeric, `of` is empty, `cuts` do
        not rise, or there are more than ten marks and no cuts.
    """
    if not of:
        raise ValueError("of must name at least one driver, got none")
    matrix = design_matrix(columns, [*of, *background])
    for name in of:
        if name not in matrix.names:
            raise ValueError(f"driver {name!r} must be a column of numbers, got text")
    known = matrix.complete & ~np.isnan(mark) & (sample.n > 0)
    if not known.any():
        raise ValueError(f"no answer of {len(mark)} cells has a mark and all columns")
    place, labels, level_marks = _levels(mark, weight * sample.n, known, cuts)
    fit = fit_ordinal(
        place, matrix.x, matrix.names, weight, sample, levels=labels, confidence=confidence
    )
    share = (weight * sample.n)[known]
    at = [matrix.columns_of[name][0] - 1 for name in of]
    effect, covariance = _effects(fit, matrix.x[known, 1:], share / share.sum(), level_marks, at)
    margin = margins(effect, covariance, np.full(len(of), fit.df_resid), confidence=confidence)
    slopes, p_odds, skipped = _equal_odds(
        place, matrix.x, matrix.names, weight, sample, levels=len(labels), at=at
    )
    adjusted = _adjusted(p_odds)
    rows = tuple(
        Driver(
            name=name,
            effect=float(effect[j]),
            **{key: float(getattr(margin, key)[j]) for key in ("se", "low", "high", "p", "df")},
            log_odds=float(fit.estimate[at[j]]),
            by_threshold=tuple(slopes[:, j].tolist()),
            p_odds=p_odds[j],
            p_odds_adjusted=adjusted[j],
            odds=_verdict(adjusted[j]),
        )
        for j, name in enumerate(of)
    )
    notes = _notes(rows, [f"{fit.names[fit.slopes + k]}" for k in skipped])
    return Drivers(rows=rows, fit=fit, level_marks=tuple(level_marks.tolist()), notes=notes)


def _levels(
    mark: NDArray[np.float64],
    mass: NDArray[np.float64],
    known: NDArray[np.bool_],
    cuts: Sequence[float] | None,
) -> tuple[NDArray[np.float64], list[str], NDArray[np.float64]]:
    """Give the level of each cell, NaN where missing, their labels and their marks."""
    seen = np.unique(mark[known])
    if cuts is None:
        if not 2 <= len(seen) <= _MOST_LEVELS:
            raise ValueError(
                f"mark must have 2 to {_MOST_LEVELS} values when there are no cuts, got {len(seen)}"
            )
        cuts = seen[:-1].tolist()
    cuts = list(cuts)
    if not cuts or any(a >= b for a, b in pairwise(cuts)):
        raise ValueError(f"cuts must be one or more numbers, rising, got {cuts}")
    place = np.where(np.isnan(mark), np.nan, np.searchsorted(cuts, mark, side="left"))
    labels, marks = [], []
    ends = [-np.inf, *cuts, np.inf]
    for k in range(len(cuts) + 1):
        inside = known & (place == k)
        if not inside.any():
            raise ValueError(
                f"every level must have a complete answer, got none with a mark above {ends[k]:g} "
                f"up to {ends[k + 1]:g}: merge it"
            )
        low, high = mark[inside].min(), mark[inside].max()
        labels.append(f"{low:g}" if low == high else f"{low:g}-{high:g}")
        mean = np.average(mark[inside], weights=mass[inside])
        marks.append(low if low == high else mean)
    return place, labels, np.array(marks)


def _effects(
    fit: OrdinalFit,
    x: NDArray[np.float64],
    share: NDArray[np.float64],
    level_marks: NDArray[np.float64],
    at: Sequence[int],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the average marginal effects of the slopes `at` and their covariance."""
    from scipy.special import expit

    below = expit(fit.thresholds - (x @ fit.slope)[:, None])
    density = below * (1 - below) * np.diff(level_marks)
    turn = share[:, None] * density * (1 - 2 * below)
    mean = float(share @ density.sum(axis=1))
    of_mean = np.concatenate([-(turn.sum(axis=1) @ x), turn.sum(axis=0)])
    b = fit.slope[list(at)]
    gradient = np.outer(b, of_mean)
    gradient[np.arange(len(at)), list(at)] += mean
    return b * mean, gradient @ fit.covariance @ gradient.T


def _equal_odds(
    place: NDArray[np.float64],
    x: NDArray[np.float64],
    names: Sequence[str],
    weight: NDArray[np.float64],
    sample: Sample,
    *,
    levels: int,
    at: Sequence[int],
) -> tuple[NDArray[np.float64], list[float | None], list[int]]:
    """Give log odds by threshold, shape (K - 1, J), p-values of their being equal, and gaps."""
    slopes = np.full((levels - 1, len(at)), np.nan)
    influences, skipped, df = [], [], 0
    columns = [j + 1 for j in at]
    for k in range(levels - 1):
        above = np.where(np.isnan(place), np.nan, (place > k).astype(float))
        try:
            b, influence, complete = logistic_influence(above, x, names, weight, sample)
        except ValueError:
            # Few answers at the end of the scale, separated from the others: no odds to compare.
            skipped.append(k)
            continue
        slopes[k] = b[columns]
        influences.append(influence[:, columns])
        df = sample.df(complete)
    if len(influences) < 2:
        return slopes, [None] * len(at), skipped
    known = slopes[~np.isnan(slopes[:, 0])]
    covariance = sample.covariance(np.column_stack(influences))
    tests = [_wald(known[:, j], covariance[j :: len(at), j :: len(at)], df) for j in range(len(at))]
    return slopes, tests, skipped


def _wald(slopes: NDArray[np.float64], covariance: NDArray[np.float64], df: int) -> float | None:
    """Test that slopes are equal; None where the design has too few units for it."""
    from scipy.special import fdtrc

    contrast = np.column_stack([-np.ones(len(slopes) - 1), np.eye(len(slopes) - 1)])
    r = len(contrast)
    spread = contrast @ covariance @ contrast.T
    if df - r + 1 < 1 or np.linalg.matrix_rank(spread, hermitian=True) < r:
        return None
    apart = contrast @ slopes
    wald = float(apart @ np.linalg.solve(spread, apart))
    return float(fdtrc(r, df - r + 1, (df - r + 1) / (df * r) * wald))


def _adjusted(p_values: Sequence[float | None]) -> list[float | None]:
    tested = iter(adjust([p for p in p_values if p is not None]))
    return [None if p is None else next(tested) for p in p_values]


def _verdict(p: float | None) -> Odds:
    if p is None:
        return Odds.UNTESTED
    return Odds.UNEQUAL if p < _LEVEL else Odds.EQUAL


def _notes(rows: Sequence[Driver], skipped: Sequence[str]) -> tuple[str, ...]:
    notes = [
        "Samenhang is geen oorzaak: dit zegt niet dat het cijfer stijgt als aan een onderwerp "
        "wordt gewerkt.",
        "Elk effect geldt bij gelijke waarden van de andere onderwerpen en achtergronden in het "
        "model, gemiddeld over alle antwoorden.",
    ]
    if unequal := [row.name for row in rows if row.odds is Odds.UNEQUAL]:
        notes.append(
            f"Bij {', '.join(unequal)} verschilt de samenhang tussen lage en hoge cijfers; "
            "het getal is een gemiddelde."
        )
    if skipped:
        notes.append(
            f"Bij {', '.join(skipped)} waren te weinig antwoorden om de samenhang apart te bepalen."
        )
    return tuple(notes)
