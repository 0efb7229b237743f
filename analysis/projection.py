"""What calibrated weights take away from a variance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.products import gram

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.influence import Influence


_SWEEPS = 10
"""How often R's ``rake`` goes through the margins."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """One adjustment of the weights to known totals.

    The estimate of a calibrated total varies as the residuals of a regression on the calibration
    variables do. Deville & Särndal (1992), §3; R: ``calibrate``, ``postStratify``.

    Attributes
    ----------
    x
        Shape (c, k): the calibration variables, of full column rank unless `margin` is given.
    fit
        Shape (c,): weight of one answer in the regression: that before the adjustment.
    weight
        Shape (c,): weight of one answer after it.
    margin
        Shape (k,): the margin that each label belongs to, where their means are to be swept out
        margin by margin, as R's ``rake`` does, in place of one regression.
    """

    x: NDArray[np.float64]
    fit: NDArray[np.float64]
    weight: NDArray[np.float64]
    margin: NDArray[np.intp] | None = None

    def part(self, here: NDArray[np.intp]) -> Calibration:
        """Give the cells at these places; variables that are 0 in all of them are left out."""
        x = self.x[here]
        used = (x != 0).any(axis=0)
        margin = None if self.margin is None else self.margin[used]
        return Calibration(x[:, used], self.fit[here], self.weight[here], margin)

    def solve(
        self, products: NDArray[np.float64], right: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Give the coefficients of the regression, shape (k, d).

        Parameters
        ----------
        products, right
            Products of the variables with each other, (k, k), and with the linearised values.
        """
        if self.margin is None:
            return np.linalg.solve(products, right).astype(np.float64)
        found = np.zeros_like(right)
        for _ in range(_SWEEPS):
            for margin in range(int(self.margin.max()) + 1):
                here = self.margin == margin
                left = right[here] - products[here] @ found
                found[here] += left / np.diag(products)[here][:, None]
        return found


def fitted(
    calibrations: Sequence[Calibration], influence: Influence, n: NDArray[np.int64]
) -> list[NDArray[np.float64]]:
    """Give the coefficients of each regression, shape (k, d), one adjustment after the other.

    The residual of an answer is its linearised value less ``weight * x @ coefficients`` of all.
    """
    found: list[NDArray[np.float64]] = []
    for place, step in enumerate(calibrations):
        share = step.fit / step.weight
        mass = share[influence.cell] * n[influence.cell] * influence.value
        right = np.column_stack(
            [
                np.bincount(influence.column, weights=mass * x, minlength=influence.width)
                for x in step.x.T[:, influence.cell]
            ]
        ).T.astype(np.float64)
        for before, coefficients in zip(calibrations[:place], found, strict=True):
            cross = gram(step.x, (share * n * before.weight)[:, None] * before.x)
            right -= cross @ coefficients
        products = gram(step.x, (step.fit * n)[:, None] * step.x)
        found.append(step.solve(products, right))
    return found
