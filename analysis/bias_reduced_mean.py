"""The mean of a domain with a margin that knows how few clusters there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.bell_mccaffrey import ALONE, units_of
from analysis.display import Readable
from analysis.model_results import margins
from analysis.regression import complete_cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.bell_mccaffrey import Units
    from analysis.sample import Sample


@dataclass(frozen=True, repr=False, slots=True, kw_only=True)
class BiasReducedMean(Readable):
    """A mean with the margin that fits few clusters.

    Attributes
    ----------
    value
        Weighted mean.
    se
        Bias-reduced standard error; None where no stratum leaves any spread.
    se_linearised
        The common one, without the correction.
    df
        Satterthwaite degrees of freedom, 0 or more.
    low, high
        Ends of the t interval on `df`; None where `se` is.
    n
        Answers.
    """

    value: float
    se: float | None
    se_linearised: float
    df: float
    low: float | None
    high: float | None
    n: int


def bell_mccaffrey_mean(
    y: NDArray[np.float64],
    weight: NDArray[np.float64],
    sample: Sample,
    *,
    domain: NDArray[np.bool_] | None = None,
    confidence: float = 0.95,
) -> BiasReducedMean:
    """Estimate the mean of a domain with a margin for few clusters.

    The linearised variance is a quadratic form s'Qs in the totals of the units, s_g the sum of
    w (y - mean) / W, Q centring in each stratum with m / (m - 1), over all units of the stratum. It
    is multiplied by true over expected variance where answers have one variance and are
    independent, and gets df (tr QS)² / tr (QS)² with S the covariance of s in that case. This is
    the idea of Bell & McCaffrey (2002), Survey Methodology 28(2), §3-4, with weights and strata
    taken into account, which R's ``svyglm(y ~ 1, std.errors = "Bell-McCaffrey")`` does not.
    Every answer a unit, equal weights, one stratum: the textbook s² / n on n - 1. The correction
    leaves finite populations and later stages aside.

    Parameters
    ----------
    y, weight
        Shape (c,): value of the answers of a cell, NaN where missing, and weight of one answer.
    domain
        Shape (c,): the cells of the domain; None: all.

    Raises
    ------
    ValueError
        If the domain has no answers or a weight in it is not above 0.
    """
    member = ~np.isnan(y) & (sample.n > 0) & (True if domain is None else domain)
    if not member.any():
        raise ValueError(f"the domain must have at least one answer, got none in {len(y)} cells")
    ones = np.where(member, 1.0, np.nan)[:, None]
    complete_cells(y, ones, ["(Intercept)"], weight, sample)
    mass = np.where(member, weight, 0.0) / (weight * sample.n)[member].sum()
    value = float((mass * sample.n)[member] @ y[member])
    influence = np.where(member, mass * (np.where(member, y, value) - value), 0.0)
    variance = max(float(sample.covariance(influence[:, None])[0, 0]), 0.0)
    ratio, df = _expected(units_of(sample, member), mass[member], sample)
    known = df > 0 and sample.df(member) > 0
    found = margins(
        np.array([value]),
        np.array([[variance * ratio]]),
        [df if known else 0.0],
        confidence=confidence,
    )
    return BiasReducedMean(
        value=value,
        se=float(found.se[0]) if known else None,
        se_linearised=variance**0.5,
        df=df if known else 0.0,
        low=float(found.low[0]) if known else None,
        high=float(found.high[0]) if known else None,
        n=int(sample.n[member].sum()),
    )


def _expected(units: Units, mass: NDArray[np.float64], sample: Sample) -> tuple[float, float]:
    """Give true over expected variance, and Satterthwaite df, of answers of one variance.

    cov(s) = diag(q) + Z N Z' with Z = (w, q): w_g and q_g the sums of the shares and their squares.
    """
    q = units.add_up(mass**2)
    z = np.column_stack([units.add_up(mass), q])
    of_all = _units_by_stratum(sample)
    m = of_all[units.stratum]
    alone = m == 1
    factor = np.where(alone, float(sample.lonely != "certainty"), m / np.maximum(m - 1, 1))
    part = np.where(alone, 0.0, 1 / m)
    n = units.number
    true = float(n @ q)
    inner = np.array([[true, -1.0], [-1.0, 0.0]])
    sums = np.zeros((len(of_all), 2))
    np.add.at(sums, units.stratum, n[:, None] * z)
    centred = factor[:, None] * (z - part[:, None] * sums[units.stratum])
    turned = inner @ (z.T @ (n[:, None] * centred))
    expected = float(n @ (factor * (1 - part) * q)) + float(np.trace(turned))
    square = float(n @ (factor**2 * ((1 - 2 * part) * q + part**2 * sums[units.stratum, 1]) * q))
    square += 2 * float(np.trace(inner @ (centred.T @ ((n * q)[:, None] * centred))))
    square += float(np.trace(turned @ turned))
    if expected < ALONE * true:
        return 1.0, 0.0
    return true / expected, expected**2 / square


def _units_by_stratum(sample: Sample) -> NDArray[np.float64]:
    """Count the first-stage units of each stratum, with and without an answer in a domain."""
    first = sample.stages[0]
    if first.unit is None:
        return np.bincount(first.within, weights=sample.n).astype(np.float64)
    place = np.unique(first.unit, return_index=True)[1]
    return np.bincount(first.within[place]).astype(np.float64)
