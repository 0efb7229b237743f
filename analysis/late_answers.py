"""Early against late respondents: a first look at what those who never answered might say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.display import Readable, Shown, figures
from analysis.results import Flag
from analysis.row_design import row_sample, row_values, row_weights, yes_or_no

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.sample import Sample


@dataclass(frozen=True, repr=False, slots=True, kw_only=True)
class EarlyLate(Readable):
    """Late less early respondents.

    Attributes
    ----------
    early, late
        Weighted means, in units of the answer; None without answers.
    n
        Answers with a value, early and late.
    value
        `late` less `early`.
    se, low, high, p
        Standard error, t interval on `df`, and two-sided p-value of no difference.
    df
        Satterthwaite's, above 0; see `early_late`.
    flag, reason
        Why something is None.
    """

    early: float | None = None
    late: float | None = None
    n: tuple[int, int]
    value: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    df: float | None = None
    p: float | None = None
    flag: Flag = Flag.OK
    reason: str = ""

    def _shown(self) -> Shown:
        return Shown(title="Late less early respondents", figures=figures(self))


def early_late(
    values: Sequence[float | None],
    late: Sequence[bool] | Sequence[int],
    *,
    weights: Sequence[float] | None = None,
    strata: Sequence[str] | None = None,
    clusters: Sequence[str] | None = None,
    confidence: float = 0.95,
) -> EarlyLate:
    """Compare the means of late and early respondents.

    Late respondents stand for those who never answered, if the two are alike: the continuum of
    resistance, Lin & Schaeffer (1995), Public Opinion Quarterly 59, 236–258. A
    difference warns of bias; none is no proof that there is none.

    Without strata and clusters the groups are two samples: unweighted this is Welch's test, R:
    ``t.test(late, early)``. With them it is the linearised contrast of two domains of one design,
    R: ``svycontrast(svyby(~y, ~late, design, svymean, covmat = TRUE), c(-1, 1))``. Degrees of
    freedom by Satterthwaite (1946), Biometrics Bulletin 2, doi:10.2307/3002019, from each group's
    own (units less strata with an answer in the group): ``(v1 + v2)² / (v1² / df1 + v2² / df2)``.

    Parameters
    ----------
    values
        A respondent each; None without an answer to this question.
    late
        1 for who answered late: after the first reminder, say.

    Raises
    ------
    ValueError
        If lengths disagree, a weight is not above 0, or `confidence` is not between 0 and 1.
    """
    is_late = yes_or_no("late", late)
    y, w = row_values(values, len(is_late)), row_weights(weights, len(is_late))
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    sample = row_sample(len(y), strata=strata, clusters=clusters)
    if strata is None and clusters is None:
        here = np.isfinite(y)
        y, w, is_late = y[here], w[here], is_late[here]
        sample = row_sample(len(y), strata=is_late.astype(str).tolist())
    return _compare(y, w, is_late, sample, confidence=confidence)


def _compare(
    y: NDArray[np.float64],
    w: NDArray[np.float64],
    is_late: NDArray[np.bool_],
    sample: Sample,
    *,
    confidence: float,
) -> EarlyLate:
    groups = [np.isfinite(y) & ~is_late, np.isfinite(y) & is_late]
    n = (int(groups[0].sum()), int(groups[1].sum()))
    early, late = (float(w[g] @ y[g] / w[g].sum()) if g.any() else None for g in groups)
    if early is None or late is None:
        reason = "no answers of one of the two groups"
        return EarlyLate(early=early, late=late, n=n, flag=Flag.EMPTY, reason=reason)
    influence = np.zeros((len(y), 2))
    for column, (g, m) in enumerate(zip(groups, (early, late), strict=True)):
        influence[g, column] = w[g] * (y[g] - m) / w[g].sum()
    found = EarlyLate(early=early, late=late, n=n, value=late - early)
    df = [sample.df(g) for g in groups]
    return _tested(found, sample.covariance(influence), df, confidence=confidence)


def _tested(
    found: EarlyLate, v: NDArray[np.float64], df: Sequence[int], *, confidence: float
) -> EarlyLate:
    from scipy.special import stdtr, stdtrit

    variance = float(v[0, 0] + v[1, 1] - 2 * v[0, 1])
    reason = ""
    if min(df) < 1:
        reason = "no degrees of freedom in one of the two groups"
    elif variance <= 0:
        reason = "all answers are the same within both groups"
    if reason or found.value is None:
        return replace(found, flag=Flag.NO_MARGIN, reason=reason)
    se, parts = variance**0.5, (float(v[0, 0]), float(v[1, 1]))
    nu = sum(parts) ** 2 / sum(part**2 / k for part, k in zip(parts, df, strict=True))
    half = float(stdtrit(nu, (1 + confidence) / 2)) * se
    return replace(
        found,
        se=se,
        low=found.value - half,
        high=found.value + half,
        df=nu,
        p=float(2 * stdtr(nu, -abs(found.value) / se)),
    )
