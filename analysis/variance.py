"""Covariance of linearised totals under stratified sampling of units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.products import gram, sums_by

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.design import Lonely


@dataclass(frozen=True, eq=False)
class Units:
    """Sampling units, those with equal totals counted together.

    Attributes
    ----------
    totals
        Shape (u, d): the sum of the linearised values of each kind of unit, for d estimates.
    number
        Shape (u,): how many such units there are.
    stratum
        Shape (u,): index of the stratum.
    fraction
        Shape (h,): share of the stratum's units that were sampled, in [0, 1]; 0 without correction.
    inherited
        Shape (h,): share that was sampled at the stages before; 1 at the first.
    """

    totals: NDArray[np.float64]
    number: NDArray[np.int64]
    stratum: NDArray[np.intp]
    fraction: NDArray[np.float64]
    inherited: NDArray[np.float64]

    def per_stratum(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum values of shape (u, d) over the units of each stratum; shape (h, d)."""
        single = (self.number == 1).all()
        rows = values if single else self.number[:, None] * values
        return sums_by(self.stratum, rows, len(self.fraction))


def covariance(
    units: Units, *, lonely: Lonely, active: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Estimate the covariance matrix of d estimates by Taylor linearisation.

    V = sum over strata of g (1 - f) m / (m - 1) sum over units of (t - mean t)(t - mean t)',
    with m units in the stratum, f of them sampled and g sampled before. Särndal, Swensson &
    Wretman (1992), Model Assisted Survey Sampling, §5.5 and result 3.7.3; R:
    ``survey:::onestage``.

    Parameters
    ----------
    lonely
        What a stratum with m = 1 adds; see `analysis.design.Design`.
    active
        Shape (u, d): whether a unit has a member of the domain. Where given, a stratum with one
        such unit is treated as lonely for that domain. R: ``survey.adjust.domain.lonely``.

    Returns
    -------
    Shape (d, d).

    Raises
    ------
    ValueError
        If a stratum has a single unit, not the whole of its population, and `lonely` is ``fail``.
    """
    m = np.bincount(units.stratum, weights=units.number, minlength=len(units.fraction))
    sums = units.per_stratum(units.totals)
    centre = sums / np.maximum(m, 1)[:, None]
    alone = (m == 1) & (units.fraction < 1)
    if alone.any() and lonely == "fail":
        raise ValueError(
            f"{int(alone.sum())} strata have a single sampling unit: say by `lonely` what they add"
        )
    if lonely in {"adjust", "flag", "collapse"}:
        overall = sums.sum(axis=0) / max(m.sum(), 1)
        centre[alone] = overall
        if active is not None:
            single = (units.per_stratum(active.astype(np.float64)) == 1) & (m > 1)[:, None]
            centre = np.where(single, overall, centre)
    spread = np.where(m > 1, m / np.maximum(m - 1, 1), 1.0)
    factor = units.inherited * (1 - units.fraction) * spread
    deviation = units.totals - centre[units.stratum]
    scale = (factor[units.stratum] * units.number)[:, None]
    matrix = gram(deviation, scale * deviation)
    if alone.any() and lonely == "average":
        with_variance = int((m > 0).sum() - alone.sum())
        matrix *= (with_variance + alone.sum()) / with_variance if with_variance else np.nan
    return matrix
