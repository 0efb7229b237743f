"""Means of domains from cells, with linearised covariance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.exact import exact_mean
from analysis.intervals import t_interval
from analysis.results import TOTAL, Estimate, Flag, Means

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.cells import Cells
    from analysis.sample import Sample

_ZERO = 1e-12
"""An SE below this share of the value is rounding error of answers that are all the same."""


@dataclass(frozen=True, eq=False)
class Linearised:
    """Means of d domains over the same units, and what their variance is made of.

    Attributes
    ----------
    members
        Shape (c, d): whether a cell has answers in the domain.
    value, df
        Shape (d,): NaN where a domain has no answers; degrees of freedom of the domain's own.
    covariance
        Shape (d, d).
    """

    members: NDArray[np.bool_]
    value: NDArray[np.float64]
    covariance: NDArray[np.float64]
    df: NDArray[np.int64]


def means(cells: Cells, *, confidence: float = 0.95) -> Means:
    """Estimate the mean of every domain and of all answers, wave by wave.

    A domain is never a subset of the rows: units and strata without an answer in it stay in the
    design. Each wave has the design of that wave. R: ``svyby(~y, ~by, design, svymean)``.

    Parameters
    ----------
    confidence
        Coverage of the intervals, between 0 and 1.
    """
    rows: list[Estimate] = []
    totals: list[Estimate] = []
    matrices = {}
    for index, wave in enumerate(cells.waves):
        here = cells.part(cells.wave == index)
        masks = [here.domain == d for d in range(len(cells.domains))]
        found = linearise(here, [*masks, here.n >= 0], here.sample())
        keys = [*cells.domains, TOTAL]
        estimates = [
            _estimate(here, found, i, wave=wave, key=key, confidence=confidence)
            for i, key in enumerate(keys)
        ]
        rows += estimates[:-1]
        totals.append(estimates[-1])
        matrices[wave] = found.covariance
    return Means(tuple(rows), tuple(totals), matrices, notes=design_notes(cells), cells=cells)


def linearise(cells: Cells, domains: Sequence[NDArray[np.bool_]], sample: Sample) -> Linearised:
    """Linearise the means of some domains over a sample.

    The mean of domain d is R = sum(w n y) / sum(w n), its linearised value of one answer
    w (y - R) / sum(w n) inside the domain and 0 outside. Särndal, Swensson & Wretman (1992),
    §5.6-5.8; R: ``svymean``, ``svyby(covmat = TRUE)``.

    Parameters
    ----------
    domains
        One mask over the cells for each domain.
    sample
        The design of the same cells.
    """
    answered = ~np.isnan(cells.y) & (cells.n > 0)
    members = np.column_stack([mask & answered for mask in domains])
    y = np.where(answered, cells.y, 0.0)
    mass = members * (cells.weight * cells.n)[:, None]
    weight = mass.sum(axis=0)
    empty = weight == 0
    value = (mass * y[:, None]).sum(axis=0) / np.where(empty, 1, weight)
    share = cells.weight[:, None] / np.where(empty, 1, weight)
    influence = members * share * (y[:, None] - value)
    return Linearised(
        members=members,
        value=np.where(empty, np.nan, value),
        covariance=sample.covariance(influence),
        df=np.array([sample.df(member) for member in members.T], dtype=np.int64),
    )


def _estimate(
    cells: Cells,
    found: Linearised,
    index: int,
    *,
    wave: str,
    key: tuple[str, ...],
    confidence: float,
) -> Estimate:
    member = found.members[:, index]
    value, df = float(found.value[index]), int(found.df[index])
    n = int(cells.n[member].sum())
    se = float(np.sqrt(max(found.covariance[index, index], 0.0)))
    if n == 0:
        return Estimate(wave=wave, key=key, df=df, n=n, flag=Flag.EMPTY, reason="no answers")
    flag, reason = margin_flag(cells, member, value=value, se=se, df=df)
    low, high = t_interval(value, se, df, confidence=confidence) if not reason else (None, None)
    deff = None if reason else _design_effect(cells, member, value, se)
    return Estimate(
        wave=wave,
        key=key,
        value=value,
        se=se if df > 0 else None,
        low=low,
        high=high,
        df=df,
        n=n,
        deff=deff,
        n_effective=None if deff is None else n / deff,
        exact=exact_mean(cells, member),
        flag=flag,
        reason=reason,
    )


def margin_flag(
    cells: Cells, member: NDArray[np.bool_], *, value: float, se: float, df: int
) -> tuple[Flag, str]:
    """Say whether an estimate gets an interval and a test; the reason is empty where it does."""
    if cells.n[member].sum() > 1 and len(np.unique(cells.y[member])) == 1:
        return Flag.SAME, "all answers are the same: their spread cannot be estimated"
    if df < 1:
        return Flag.NO_MARGIN, "no degrees of freedom: no stratum has two units with an answer here"
    if se > _ZERO * max(abs(value), 1.0):
        return Flag.OK, ""
    if cells.sizes:
        return Flag.NO_MARGIN, "all of the population answered, or no stratum has any spread"
    return Flag.NO_MARGIN, "no stratum has any spread between its units"


def _design_effect(
    cells: Cells, member: NDArray[np.bool_], value: float, se: float
) -> float | None:
    """Give the variance over that of simple random sampling with replacement."""
    n, mass = int(cells.n[member].sum()), (cells.weight * cells.n)[member]
    spread = float((mass * (cells.y[member] - value) ** 2).sum() / mass.sum())
    return se**2 / (spread / (n - 1)) if n > 1 and spread > 0 else None


def design_notes(cells: Cells) -> tuple[str, ...]:
    """Say what was sampled and what was corrected for, in sentences."""
    unit = "cluster" if cells.design.clusters else "single answer"
    notes = [f"The sampling unit is the {unit}, within its stratum and wave."]
    if cells.population:
        notes.append("Weights are dwellings over answers in each stratum (N/n).")
    elif not cells.design.weights:
        notes.append("Every answer has the same weight: no population or weights were given.")
    corrected = "corrected" if cells.sizes else "not corrected"
    notes.append(f"Margins are {corrected} for the finite population.")
    return tuple(notes)
