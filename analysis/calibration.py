"""Weights that meet what is known of the population: post-stratified, raked, calibrated."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from analysis.calibration_search import Ratio, search
from analysis.margins import check_answers, design_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from analysis.calibration_search import Distance, End
    from analysis.margins import DesignColumns, Margin, Total

Method = Literal["linear", "raking", "logit"]

_ITERATIONS = 100


def post_stratify(
    base: NDArray[np.float64], n: NDArray[np.int64], margin: Margin
) -> NDArray[np.float64]:
    """Weight the answers of each label to its population count.

    ``w = d N_h / sum_h(d)``. Holt & Smith (1979), J. Royal Statistical Society A 142, §2,
    doi:10.2307/2344652; R: ``survey::postStratify``.

    Parameters
    ----------
    base
        Shape (c,): weight of one answer of each cell, above 0.
    n
        Shape (c,): answers in the cell, 0 or more.

    Returns
    -------
    Shape (c,): weight of one answer; cells without answers keep their base weight.

    Raises
    ------
    ValueError
        If base weights or counts of answers are not as said, or the margin cannot be met
        (see `analysis.margins.check_answers`).
    """
    _check_cells(base, n)
    check_answers(margin, n)
    reached = margin.sums(base * n)
    factor = np.where(reached > 0, margin.counts / np.where(reached > 0, reached, 1), 1.0)
    return np.where(n > 0, base * factor[margin.index], base)


def rake(
    base: NDArray[np.float64],
    n: NDArray[np.int64],
    margins: Sequence[Margin],
    *,
    tolerance: float = 1e-10,
    max_iterations: int = _ITERATIONS,
) -> NDArray[np.float64]:
    """Weight the answers to several margins, multiplying by one factor for each label.

    ``w = d prod(f_label)``, the weights that iterative proportional fitting ends in: Deming &
    Stephan (1940), Annals of Mathematical Statistics 11, doi:10.1214/aoms/1177731829. They are
    found as calibration with F(u) = exp(u) by Newton steps, Deville, Särndal & Sautory (1993),
    J. American Statistical Association 88, §2, doi:10.1080/01621459.1993.10476369: a few steps
    where fitting the margins in turn takes thousands. R: ``survey::rake``.

    Parameters
    ----------
    base, n
        As in `post_stratify`.
    tolerance
        Largest share by which a count may be missed.

    Returns
    -------
    Shape (c,): weight of one answer, above 0; cells without answers keep their base weight.

    Raises
    ------
    ValueError
        As `analysis.margins.design_columns`; if the margins cannot be met together, naming the
        first label that cannot be met with those before it, and how far off it is; if they can
        only be met with weights that go to 0, naming the labels of such an answer.
    """
    return _weights(
        base,
        n,
        margins,
        (),
        name="raking",
        distance=_raking,
        tolerance=tolerance,
        max_iterations=max_iterations,
    )


def calibrate(
    base: NDArray[np.float64],
    n: NDArray[np.int64],
    margins: Sequence[Margin],
    totals: Sequence[Total] = (),
    *,
    method: Method = "linear",
    bounds: tuple[float, float] | None = None,
    tolerance: float = 1e-10,
) -> NDArray[np.float64]:
    """Weight the answers to margins and totals, as near to the base weights as can be.

    ``w = d F(x'b)`` with b so that sum(w x) is the population total of x. Deville & Särndal
    (1992), J. American Statistical Association 87, §2, doi:10.1080/01621459.1992.10475217;
    Deville, Särndal & Sautory (1993), §2. R: ``survey::calibrate(calfun = )``.

    Parameters
    ----------
    base, n
        As in `post_stratify`.
    totals
        Without a margin there is no intercept, unless a total of ones says so.
    method
        ``linear``: F(u) = 1 + u, the regression estimator; weights may fall below 0. ``raking``:
        F(u) = exp(u). ``logit``: F stays between the bounds.
    bounds
        Lowest and highest w / d of ``logit``, around 1.
    tolerance
        Largest share by which a count or total may be missed.

    Returns
    -------
    Shape (c,): weight of one answer; cells without answers keep their base weight.

    Raises
    ------
    ValueError
        If bounds are missing, do not surround 1, or are given to another method; otherwise as
        `rake`.
    """
    distance = _distance(method, bounds)
    name = f"{method} calibration"
    if bounds:
        name += f" within {bounds[0]:g} to {bounds[1]:g}"
    return _weights(base, n, margins, totals, name=name, distance=distance, tolerance=tolerance)


def _check_cells(base: NDArray[np.float64], n: NDArray[np.int64]) -> None:
    if len(base) != len(n):
        raise ValueError(
            f"base must have a weight for each of {len(n)} cells, got {len(base)} weights"
        )
    wrong = ~(np.isfinite(base) & (base > 0))
    if wrong.any():
        raise ValueError(f"base weights must be above 0, got {base[wrong][0]}")
    if (n < 0).any() or not n.any():
        raise ValueError(
            f"cells must have 0 or more answers, and some at least one, got {n.sum()} in all"
        )


def _distance(method: Method, bounds: tuple[float, float] | None) -> Distance:
    if method == "logit":
        if bounds is None or not (0 <= bounds[0] < 1 < bounds[1] < np.inf):
            raise ValueError(
                f"bounds of logit must be low < 1 < high, low at least 0, got {bounds}"
            )
        return _logit(*bounds)
    if method not in _UNBOUNDED:
        raise ValueError(f"method must be 'linear', 'raking' or 'logit', got {method!r}")
    if bounds is not None:
        raise ValueError(f"bounds must go with method 'logit', got {bounds} with {method!r}")
    return _UNBOUNDED[method]


def _linear(u: NDArray[np.float64]) -> Ratio:
    return Ratio(u + u**2 / 2, 1 + u, np.ones_like(u))


def _raking(u: NDArray[np.float64]) -> Ratio:
    with np.errstate(over="ignore", under="ignore"):
        value = np.exp(u)
    return Ratio(value, value, value)


_UNBOUNDED: dict[str, Distance] = {"linear": _linear, "raking": _raking}


def _logit(low: float, high: float) -> Distance:
    """Give F(u) = low + (high - low) p with logit(p) = a u + c, so that F(0) = F'(0) = 1."""
    from scipy.special import expit

    width = high - low
    a, c = width / ((1 - low) * (high - 1)), np.log((1 - low) / (high - 1))

    def ratio(u: NDArray[np.float64]) -> Ratio:
        with np.errstate(under="ignore"):
            p, q = expit(a * u + c), expit(-a * u - c)
            integral = low * u + width / a * np.logaddexp(0, a * u + c)
            return Ratio(integral, low + width * p, width * a * p * q)

    return ratio


def _weights(
    base: NDArray[np.float64],
    n: NDArray[np.int64],
    margins: Sequence[Margin],
    totals: Sequence[Total],
    *,
    name: str,
    distance: Distance,
    tolerance: float,
    max_iterations: int = _ITERATIONS,
) -> NDArray[np.float64]:
    _check_cells(base, n)
    columns = design_columns(margins, totals, n=n)
    # Answers that are alike in all columns get the same ratio: one row is enough for them.
    all_mass = np.bincount(columns.kind, weights=base * n).astype(np.float64)
    used = all_mass > 0
    x, mass = columns.rows[used], all_mass[used]
    # Without bounds the scale of the base weights cancels: take the one nearest to the answer.
    unbounded = bool(margins) and distance in _UNBOUNDED.values()
    scale = float(margins[0].counts.sum() / mass.sum()) if unbounded else 1.0
    mass = scale * mass
    solve = partial(
        search, mass=mass, distance=distance, tolerance=tolerance, max_iterations=max_iterations
    )
    ratio, met, settled = solve(x, totals=columns.totals)
    if not met:
        raise ValueError(f"{name} does not meet {_culprit(solve, x, mass, columns)}")
    if not settled:
        lowest = int(ratio.argmin())
        cell = int(np.flatnonzero(columns.kind == np.flatnonzero(used)[lowest])[0])
        raise ValueError(f"{name} must {_limit(margins, cell, scale * float(ratio[lowest]))}")
    factor = np.ones(len(used))
    factor[used] = scale * ratio
    return base * factor[columns.kind]


def _limit(margins: Sequence[Margin], cell: int, ratio: float) -> str:
    of = ", ".join(f"{m.name} '{m.labels[m.index[cell]]}'" for m in margins)
    return (
        f"give all answers a weight, got {ratio:.2g} times the base weight and still falling"
        f"{f' for {of}' if of else ''}: merge labels"
    )


def _culprit(
    solve: Callable[..., End],
    x: NDArray[np.float64],
    mass: NDArray[np.float64],
    columns: DesignColumns,
) -> str:
    """Say which column is the first that cannot be met with those before it, and by how much."""
    possible, impossible = 0, len(columns.totals)
    ratio = np.ones(len(mass))
    while impossible - possible > 1:
        middle = (possible + impossible) // 2
        end = solve(x[:, :middle], totals=columns.totals[:middle])
        if end.met:
            possible, ratio = middle, end.ratio
        else:
            impossible = middle
    wanted, got = float(columns.totals[possible]), float(x[:, possible] @ (mass * ratio))
    share = f" ({100 * (got / wanted - 1):+.2g} %)" if wanted else ""
    return (
        f"{columns.names[possible]} together with those before it: wanted {wanted:.10g}, got "
        f"{got:.10g}{share} from weights that meet only those"
    )
