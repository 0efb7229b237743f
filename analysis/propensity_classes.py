"""Weighting classes: respondents stand for everyone who was asked in their class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.display import Shown, Tabular, figures, table
from analysis.results import Flag
from analysis.row_design import labels, row_values, row_weights, yes_or_no

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightingClass:
    """One class of dwellings that answered about as often.

    Attributes
    ----------
    asked, answered
        Rows in the class, and those that answered.
    rate
        Weighted share that answered, in [0, 1].
    factor
        1 / rate, what the weight of its respondents is multiplied by; None where nobody answered.
    """

    label: str
    asked: int
    answered: int
    rate: float
    factor: float | None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ClassWeights(Tabular):
    """Weights that let the respondents of each class stand for all who were asked in it.

    Attributes
    ----------
    classes
        Sorted by label.
    weights
        Shape (n,): given weight times factor for respondents, 0 for others; None where a class has
        no respondent.
    kish_before, kish_after
        ``m sum w² / (sum w)²`` over the m respondents, 1 or more: by how much unequal weights
        multiply the variance of a mean that has nothing to do with the classes. Kish (1992),
        J. Official Statistics 8, §2.
    n_effective
        m / `kish_after`.
    mean_before, mean_after
        Weighted mean of the respondents' values with the given weights and with `weights`, in units
        of the answer; None without values.
    shift
        `mean_after` less `mean_before`: what the classes know of the nonresponse.
    flag, reason
        `Flag.EMPTY` where a class has no respondent; `reason` names the classes.
    """

    classes: tuple[WeightingClass, ...]
    weights: NDArray[np.float64] | None = None
    kish_before: float | None = None
    kish_after: float | None = None
    n_effective: float | None = None
    mean_before: float | None = None
    mean_after: float | None = None
    shift: float | None = None
    flag: Flag = Flag.OK
    reason: str = ""

    def _records(self) -> tuple[WeightingClass, ...]:
        return self.classes

    def _shown(self) -> Shown:
        columns = ("label", "asked", "answered", "rate", "factor")
        return Shown(
            title="Weighting classes",
            figures=figures(self, leave=["weights"]),
            tables=[table(self.classes, columns)],
        )


def propensity_classes(
    propensity: Sequence[float] | NDArray[np.float64],
    *,
    classes: int = 5,
    weights: Sequence[float] | None = None,
) -> list[str]:
    """Cut propensities to answer into classes of about equal weight, from low to high.

    Little (1986), Int. Stat. Rev. 54, §3, doi:10.2307/1403140: five classes take away about 90 % of
    the bias that the model knows of, and no weight explodes as 1 / propensity can. Equal
    propensities stay together, so there may be fewer classes than asked for.

    Parameters
    ----------
    propensity
        In [0, 1], a row each: `analysis.response_model.ResponseModel.propensity`.
    classes
        1 to 99.

    Returns
    -------
    A label a row: ``"01"`` for the lowest.

    Raises
    ------
    ValueError
        If `classes` or a propensity is out of its range, or lengths disagree.
    """
    rho = np.asarray(propensity, dtype=float)
    if not 1 <= classes <= 99:
        raise ValueError(f"classes must be 1 to 99, got {classes}")
    if not ((rho >= 0) & (rho <= 1)).all():
        raise ValueError("propensity must be between 0 and 1 in every row")
    w = row_weights(weights, len(rho))
    # Fitted numbers that differ in the last digits only are of rows that are alike.
    _, index = np.unique(np.round(rho, 12), return_inverse=True)
    mass = np.bincount(index, weights=w)
    middle = (np.cumsum(mass) - mass / 2) / w.sum()
    place = np.minimum((middle * classes).astype(int), classes - 1)
    number = np.unique(place, return_inverse=True)[1]
    return [f"{k + 1:02d}" for k in number[index].tolist()]


def weighting_classes(
    responded: Sequence[bool] | Sequence[int],
    classes: Sequence[str],
    *,
    weights: Sequence[float] | None = None,
    values: Sequence[float | None] | None = None,
) -> ClassWeights:
    """Weight respondents up to all who were asked, class by class, and show what that does.

    ``w_i* = w_i / rate_c`` with ``rate_c = sum of w over respondents / sum of w over asked``:
    Kalton & Flores-Cervantes (2003), J. Official Statistics 19, §2. The same weights as R's
    ``postStratify(respondents, ~class, totals of the sample)``. It helps where classes differ both
    in response and in answers; otherwise it only costs `kish_after`.

    Parameters
    ----------
    responded
        1 for who answered; rows that were not eligible are left out beforehand.
    classes
        A label a row: `propensity_classes`, or cells such as area × dwelling type.
    values
        A row each; those of who did not answer are not looked at. A respondent's may be None: it
        counts in the weights, not in the means.

    Raises
    ------
    ValueError
        If lengths disagree or a weight is not above 0.
    """
    r = yes_or_no("responded", responded)
    w = row_weights(weights, len(r))
    names, index = labels("classes", classes, len(r))
    table = _table(names, index, r, w)
    if silent := [repr(row.label) for row in table if row.factor is None]:
        reason = f"nobody answered in class {', '.join(silent)}: merge it with another"
        return ClassWeights(classes=table, flag=Flag.EMPTY, reason=reason)
    adjusted = np.where(r, w * np.array([row.factor for row in table])[index], 0.0)
    before, after = _mean(values, w, r), _mean(values, adjusted, r)
    kish = _kish(adjusted[r])
    return ClassWeights(
        classes=table,
        weights=adjusted,
        kish_before=_kish(w[r]),
        kish_after=kish,
        n_effective=float(r.sum()) / kish,
        mean_before=before,
        mean_after=after,
        shift=None if before is None or after is None else after - before,
    )


def _table(
    names: Sequence[str],
    index: NDArray[np.intp],
    r: NDArray[np.bool_],
    w: NDArray[np.float64],
) -> tuple[WeightingClass, ...]:
    asked, answered = np.bincount(index), np.bincount(index[r], minlength=len(names))
    of_all = np.bincount(index, weights=w)
    of_answers = np.bincount(index[r], weights=w[r], minlength=len(names))
    return tuple(
        WeightingClass(
            label=name,
            asked=int(asked[k]),
            answered=int(answered[k]),
            rate=float(of_answers[k] / of_all[k]),
            factor=float(of_all[k] / of_answers[k]) if answered[k] else None,
        )
        for k, name in enumerate(names)
    )


def _mean(
    values: Sequence[float | None] | None, w: NDArray[np.float64], r: NDArray[np.bool_]
) -> float | None:
    if values is None:
        return None
    y = row_values(values, len(r))
    known = r & np.isfinite(y)
    return float(w[known] @ y[known] / w[known].sum()) if known.any() else None


def _kish(w: NDArray[np.float64]) -> float:
    return float(len(w) * (w @ w) / w.sum() ** 2)
