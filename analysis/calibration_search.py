"""The search behind calibration: Newton steps on a convex problem, cut where needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_HALVINGS = 200

_SETTLED = 1e-4
"""A step of u below this is the last needed. Where the margins are met but weights are still on
their way to a limit (0, or a bound), every step is as long as the one before."""

_PATIENCE = 4
"""Steps that are taken to settle once the margins are met; Newton's double the digits."""

_DESCENT = 1e-4
"""Share of the expected gain that a step must bring: Armijo (1966), Pacific J. Mathematics 16."""

_ROUNDING = 1e-13
"""Share of the objective that is rounding error."""


class Ratio(NamedTuple):
    """New weight over base weight as a function of u, with its integral and derivative."""

    integral: NDArray[np.float64]
    value: NDArray[np.float64]
    slope: NDArray[np.float64]


class End(NamedTuple):
    """Where a search ended: whether the totals are met, by ratios that are final."""

    ratio: NDArray[np.float64]
    met: bool
    settled: bool


Distance: TypeAlias = "Callable[[NDArray[np.float64]], Ratio]"
"""The function F of a method of calibration."""


@dataclass(frozen=True, eq=False)
class _Problem:
    """Minimise sum(mass G(x'b)) - totals'b over b, where G' = F: convex, so at most one solution.

    The columns of z span those of x and are orthonormal under the mass, so that the units and
    means of totals do not matter.
    """

    x: NDArray[np.float64]
    mass: NDArray[np.float64]
    totals: NDArray[np.float64]
    distance: Distance
    z: NDArray[np.float64]
    change: NDArray[np.float64]
    """x' (change) = z': the change of basis, applied to sums and totals alike."""

    def run(self, tolerance: float, max_iterations: int) -> End:
        """Take Newton steps, cut where needed."""
        u = np.zeros(len(self.x))
        here = self.distance(u)
        met, left = False, _PATIENCE
        for _ in range(max_iterations):
            gradient = self.change @ (self.x.T @ (self.mass * here.value) - self.totals)
            met = self.met(here.value, tolerance)
            step = self.newton(here, gradient)
            if step is None or left == 0:
                break
            settled = met and bool(np.abs(self.z @ step).max() <= _SETTLED)
            u = u + self.cut(u, step, float(gradient @ step)) * (self.z @ step)
            here = self.distance(u)
            if settled:
                return End(here.value, met=True, settled=True)
            left -= met
        return End(here.value, met=met, settled=False)

    def newton(self, here: Ratio, gradient: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Give the step to where the totals would be met if F were straight; None if flat."""
        hessian = self.z.T @ ((self.mass * here.slope)[:, None] * self.z)
        try:
            return np.linalg.solve(hessian, -gradient).astype(np.float64)
        except np.linalg.LinAlgError:
            return None

    def cut(self, u: NDArray[np.float64], step: NDArray[np.float64], descent: float) -> float:
        """Give the share of a step that brings the objective down; 0 if none does."""
        move, gain = self.z @ step, float(self.change @ self.totals @ step)
        before = self.mass * self.distance(u).integral
        now, size = float(before.sum()), float(np.abs(before).sum())
        share = 1.0
        for _ in range(_HALVINGS):
            # Too far a step gives infinity or no number: neither is less.
            with np.errstate(over="ignore", invalid="ignore"):
                value = float(self.mass @ self.distance(u + share * move).integral)
            slack = _ROUNDING * (size + share * abs(gain))
            if value - share * gain <= now + _DESCENT * share * descent + slack:
                return share
            share /= 2
        return 0.0

    def met(self, ratio: NDArray[np.float64], tolerance: float) -> bool:
        """Tell whether each total is met, but for a share of it or of what adds up to it."""
        weight = self.mass * ratio
        size = np.maximum(np.abs(self.totals), np.abs(self.x).T @ np.abs(weight))
        return bool((np.abs(self.x.T @ weight - self.totals) <= tolerance * size).all())


def search(
    x: NDArray[np.float64],
    *,
    mass: NDArray[np.float64],
    totals: NDArray[np.float64],
    distance: Distance,
    tolerance: float,
    max_iterations: int,
) -> End:
    """Find ratios of new to base weight by which the totals of `x` are met.

    Parameters
    ----------
    x
        Shape (c, p): a row for each kind of answer.
    mass
        Shape (c,): base weight of all its answers, above 0.
    totals
        Shape (p,): wanted sums of x.
    tolerance
        Largest share by which a total may be missed.
    """
    root = np.sqrt(mass)[:, None]
    size = np.linalg.norm(root * x, axis=0)
    q, triangle = np.linalg.qr(root * x / size)
    change = np.linalg.inv(triangle).T / size
    return _Problem(x, mass, totals, distance, q / root, change).run(tolerance, max_iterations)
