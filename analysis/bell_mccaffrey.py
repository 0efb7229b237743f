"""Bias-reduced standard errors, and degrees of freedom that know how few clusters there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from analysis.model_results import ModelFit, margins
from analysis.regression import complete_cells, least_squares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.sample import Sample

_ROUNDING = 1e-13
"""Eigenvalues below this share of the largest are rounding."""

ALONE = 1e-10
"""A variance below this share is 0: a unit that tells a coefficient by itself has no residual."""


Leverage: TypeAlias = Literal["unweighted", "weighted"]


@dataclass(frozen=True, eq=False)
class Units:
    """First-stage units of the answers in a domain, those of one cell that are alike together.

    Attributes
    ----------
    number
        Shape (u,): how many such units.
    stratum
        Shape (u,): index of the stratum.
    of_cell
        Shape (k,): the place of each cell's unit, for the k cells of the domain.
    inside
        Shape (k,): answers of the cell in one unit.
    """

    number: NDArray[np.float64]
    stratum: NDArray[np.intp]
    of_cell: NDArray[np.intp]
    inside: NDArray[np.float64]

    def add_up(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum values of the cells, shape (k, …), over the answers of each unit, shape (u, …)."""
        total = np.zeros((len(self.number), *values.shape[1:]))
        np.add.at(total, self.of_cell, self.inside.reshape(-1, *[1] * (values.ndim - 1)) * values)
        return total


def units_of(sample: Sample, member: NDArray[np.bool_]) -> Units:
    """Gather the first-stage units with an answer in a domain."""
    first, n = sample.stages[0], sample.n[member].astype(np.float64)
    if first.unit is None:
        return Units(n, first.within[member], np.arange(len(n)), np.ones(len(n)))
    _, place, of_cell = np.unique(first.unit[member], return_index=True, return_inverse=True)
    return Units(np.ones(len(place)), first.within[member][place], of_cell, n)


@dataclass(frozen=True, eq=False)
class _Hat:
    """What the residuals of k answers come from, by columns Z: cov(e) = I + Z inner Z'.

    Attributes
    ----------
    z
        Shape (k, q).
    inner
        Shape (q, q).
    slope
        Shape (q, p): a coefficient is a sum of residuals with weights Z slope.
    """

    z: NDArray[np.float64]
    inner: NDArray[np.float64]
    slope: NDArray[np.float64]


def fit_bell_mccaffrey(
    y: NDArray[np.float64],
    x: NDArray[np.float64],
    names: Sequence[str],
    weight: NDArray[np.float64],
    sample: Sample,
    *,
    leverage: Leverage = "unweighted",
    confidence: float = 0.95,
) -> ModelFit:
    """Fit a linear model with bias-reduced standard errors and Satterthwaite degrees of freedom.

    A unit g pulls the fit towards itself, so that its residuals are too small: they are first
    multiplied by (I - H_gg)^-½; then the covariance as in `fit_linear`. Bell & McCaffrey (2002),
    Survey Methodology 28(2), §3. The df of a coefficient l'b are (tr K)² / tr K², with
    K_gh = B_g'(I - H)_gh B_h and B_g = (I - H_gg)^-½ X_g (X'X)⁻¹ l: §4 there. R 4.5:
    ``svyglm(y ~ x, design, std.errors = "Bell-McCaffrey", degf = TRUE)``.

    As R does, ``leverage="unweighted"`` takes the hat matrix H *without* the weights. Strata play
    no part in H or in the df, so that df may exceed units less strata; the covariance is still
    centred in each stratum and keeps its factor m / (m - 1), which errs on the cautious side.
    ``leverage="weighted"`` takes what the residuals of the weighted fit have where all answers
    have one variance, (I - H)(I - H)' with the weights in H and in B: Pustejovsky & Tipton (2018),
    J. Bus. Econ. Stat. 36, §2.2, doi:10.1080/07350015.2016.1247004. Where weights differ much its
    df are lower, and rightly so.

    Parameters
    ----------
    leverage
        See above; the other parameters: `fit_linear`.

    Raises
    ------
    ValueError
        As `fit_linear`, or if `leverage` is neither.
    """
    if leverage not in {"unweighted", "weighted"}:
        raise ValueError(f"leverage must be 'unweighted' or 'weighted', got {leverage!r}")
    complete = complete_cells(y, x, names, weight, sample)
    units = units_of(sample, complete)
    x_in, w_in, n_in = x[complete], weight[complete], sample.n[complete].astype(np.float64)
    inverse, b = least_squares(x_in, y[complete], w_in * n_in)
    hat = _unweighted(x_in, n_in) if leverage == "unweighted" else _weighted(x_in, w_in, n_in)
    blocks = _blocks(hat, units)
    residual = y[complete] - x_in @ b
    sums = units.add_up(hat.z * residual[:, None])
    moved = np.einsum("kq,kq->k", hat.z, np.einsum("uqr,ur->uq", blocks.root, sums)[units.of_cell])
    influence = np.zeros(x.shape)
    influence[complete] = (w_in * (residual + moved))[:, None] * x_in @ inverse
    covariance = sample.covariance(influence)
    found = margins(b, covariance, _satterthwaite(hat, units, blocks), confidence=confidence)
    return ModelFit(
        kind=f"linear regression, Bell-McCaffrey margins ({leverage} leverage)",
        names=tuple(names),
        estimate=b,
        covariance=covariance,
        df_resid=sample.df(complete) + 1 - len(names),
        n=int(n_in.sum()),
        confidence=confidence,
        **vars(found),
    )


def _unweighted(x: NDArray[np.float64], n: NDArray[np.float64]) -> _Hat:
    """I - X (X'X)⁻¹ X', with the columns of X made orthonormal."""
    inverse, _ = least_squares(x, n, n)
    half = np.linalg.cholesky(inverse)
    return _Hat(np.asarray(x @ half), -np.eye(len(half)), np.asarray(half.T))


def _weighted(x: NDArray[np.float64], weight: NDArray[np.float64], n: NDArray[np.float64]) -> _Hat:
    """(I - H)(I - H)' for H = X (X'WX)⁻¹ X'W, in the columns X and WX."""
    w = weight / weight.mean()
    inverse, _ = least_squares(x, n, n * w)
    half = np.linalg.cholesky(inverse)
    u = x @ half
    p = len(half)
    spread: NDArray[np.float64] = u.T @ ((n * w**2)[:, None] * u)
    inner = np.block([[spread, -np.eye(p)], [-np.eye(p), np.zeros((p, p))]])
    return _Hat(np.column_stack([u, w[:, None] * u]), inner, np.vstack([np.zeros((p, p)), half.T]))


@dataclass(frozen=True, eq=False)
class _Blocks:
    """What is known of each of u units, in the columns Z; each of shape (u, q, q).

    Attributes
    ----------
    gram
        Z'Z.
    root
        S with (I + Z inner Z')^-½ = I + Z S Z'.
    lost
        T with Z T Z' the directions in which the unit has no residual: it tells them by itself.
    """

    gram: NDArray[np.float64]
    root: NDArray[np.float64]
    lost: NDArray[np.float64]


def _blocks(hat: _Hat, units: Units) -> _Blocks:
    gram = units.add_up(hat.z[:, :, None] * hat.z[:, None, :])
    if len(units.of_cell) == len(units.number) and (units.inside == 1).all():
        # Each answer a unit: one direction, its own row of Z, and no eigenvectors needed.
        length = np.einsum("kq,kq->k", hat.z, hat.z)
        value = np.einsum("kq,qr,kr->k", hat.z, hat.inner, hat.z)[:, None]
        back = (hat.z / np.where(length > 0, length, 1.0)[:, None])[:, :, None]
    else:
        size, basis = np.linalg.eigh(gram)
        known = size > _ROUNDING * size.max(axis=1, keepdims=True)
        size = np.sqrt(np.where(known, size, 1.0))
        scaled = np.where(known, size, 0.0)[:, None, :] * basis
        value, turn = np.linalg.eigh(np.swapaxes(scaled, 1, 2) @ hat.inner @ scaled)
        back = (np.where(known, 1 / size, 0.0)[:, None, :] * basis) @ turn
    alone = 1 + value < ALONE
    # (1 + value)^-½ - 1, with the Moore-Penrose inverse of 0.
    change = np.where(alone, 0.0, np.where(alone, 1.0, 1 + value) ** -0.5) - 1
    forth = np.swapaxes(back, 1, 2)
    return _Blocks(gram, (back * change[:, None, :]) @ forth, (back * alone[:, None, :]) @ forth)


def _satterthwaite(hat: _Hat, units: Units, blocks: _Blocks) -> NDArray[np.float64]:
    """Give (tr K)² / tr K² of each coefficient, K = diag(a) + U' inner U.

    0 for a coefficient that one unit tells by itself: nothing is left to see its spread.
    """
    b = hat.slope + blocks.root @ blocks.gram @ hat.slope
    u = blocks.gram @ b
    a = np.einsum("uqp,uqp->up", b, u)
    low = np.einsum("uqp,qr,urp->up", u, hat.inner, u)
    n = units.number[:, None]
    trace = (n * (a + low)).sum(axis=0)
    outer = np.einsum("u,uqp,urp->pqr", units.number, u, u)
    turned = hat.inner @ outer
    square = (n * (a**2 + 2 * a * low)).sum(axis=0) + np.einsum("pqr,prq->p", turned, turned)
    own = blocks.gram @ hat.slope
    lost = np.einsum("uqp,uqr,urp->up", own, blocks.lost, own).sum(axis=0)
    some = (trace > ALONE * (n * a).sum(axis=0)) & (
        lost < ALONE * np.einsum("qp,uqp->p", hat.slope, own)
    )
    return np.where(some, trace**2 / np.where(some, square, 1.0), 0.0)
