"""The change of domain means between two waves, and what may be said of it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from analysis.intervals import equivalence_test, t_interval, t_test
from analysis.mean import Linearised, linearise, margin_flag
from analysis.multiple import Adjustment, adjust
from analysis.rating_table import Verdict
from analysis.results import TOTAL, ChangeEstimate, Changes, Flag

if TYPE_CHECKING:
    from collections.abc import Collection

    from analysis.cells import Cells


def change(
    cells: Cells,
    before: str,
    after: str,
    *,
    adjust: Adjustment = "holm",
    equivalence: float | None = 0.2,
    overlap: Literal["clusters", "none"] | None = None,
    min_answers: int = 30,
    min_df: int = 4,
    family: Collection[tuple[str, ...]] | None = None,
    confidence: float = 0.95,
) -> Changes:
    """Estimate later less earlier for every domain and for all answers, in one stacked design.

    The variance is that of the contrast under the joint covariance of both waves. With
    `overlap` ``clusters`` a cluster is the same unit in both waves, so that what the waves share
    is subtracted; R: ``svycontrast`` on ``svydesign(ids = ~cluster, strata = ~stratum)`` over both
    waves. With ``none`` the waves are independent: strata are wave × stratum. Degrees of freedom
    are the domain's own, over both waves together.

    Parameters
    ----------
    adjust
        ``holm`` or ``none``; the family is every domain (not the total) that may be tested:
        at least `min_answers` answers in each wave, and `min_df` degrees of freedom.
    equivalence
        A change smaller than this, in units of the answer, is no change to speak of: the verdict is
        *gelijk gebleven* when both one-sided tests say so. None leaves that verdict out.
    family
        Keys of the domains that are tested, chosen before looking; None: all of them.
    overlap
        None: ``clusters`` where the design has clusters, else ``none``.

    Raises
    ------
    ValueError
        If a wave is unknown or both are the same, or an option is out of its range.
    """
    if before == after:
        raise ValueError(f"two different waves are compared, got {before!r} twice")
    if overlap == "clusters" and not cells.clusters:
        raise ValueError("overlap='clusters' needs a design with clusters")
    linked = bool(cells.clusters) if overlap is None else overlap == "clusters"
    here = cells.part(cells.of_waves(before, after))
    keys = [*cells.domains, TOTAL]
    inside = [*(here.domain == d for d in range(len(cells.domains))), here.n >= 0]
    waves = [here.of_waves(before), here.of_waves(after)]
    sample = here.sample(linked=linked)
    found = linearise(here, [mask & wave for mask in inside for wave in waves], sample)
    pairs = found.members.reshape(len(here.n), len(keys), 2)
    df = [sample.df(pairs[:, i, 0] | pairs[:, i, 1]) for i in range(len(keys))]
    rows = [
        _difference(here, found, df[i], i, key=key, linked=linked, confidence=confidence)
        for i, key in enumerate(keys)
    ]
    rows = [_equivalent(row, equivalence) for row in rows]
    rows = [_testable(row, min_answers=min_answers, min_df=min_df) for row in rows]
    *areas, total = [_chosen(row, family) for row in rows]
    decided = _decide(areas, method=adjust, equivalence=equivalence, alpha=1 - confidence)
    headline = _verdict(total, total.p, equivalence=equivalence, alpha=1 - confidence)
    return Changes(before, after, tuple(decided), headline, notes=_notes(linked=linked))


def _difference(
    cells: Cells,
    found: Linearised,
    df: int,
    index: int,
    *,
    key: tuple[str, ...],
    linked: bool,
    confidence: float,
) -> ChangeEstimate:
    pair = [2 * index, 2 * index + 1]
    n_before, n_after = (int(cells.n[found.members[:, i]].sum()) for i in pair)
    n = (n_before, n_after)
    if 0 in n:
        reason = f"no answers in the {'earlier' if n_before == 0 else 'later'} wave"
        return ChangeEstimate(key=key, df=df, n=n, flag=Flag.EMPTY, reason=reason)
    value = float(found.value[pair[1]] - found.value[pair[0]])
    contrast = np.array([-1.0, 1.0])
    variance = float(contrast @ found.covariance[np.ix_(pair, pair)] @ contrast)
    se = math.sqrt(max(variance, 0.0))
    # A wave without degrees of freedom of its own has no variance to show, whatever the other has.
    df = df if linked or found.df[pair].min() > 0 else 0
    member = found.members[:, pair[0]] | found.members[:, pair[1]]
    flag, reason = margin_flag(cells, member, value=float(found.value[pair[0]]), se=se, df=df)
    if reason:
        se_known = se if df > 0 else None
        return ChangeEstimate(
            key=key, value=value, se=se_known, df=df, n=n, flag=flag, reason=reason
        )
    low, high = t_interval(value, se, df, confidence=confidence)
    return ChangeEstimate(
        key=key, value=value, se=se, low=low, high=high, df=df, n=n, p=t_test(value, se, df)
    )


def _equivalent(row: ChangeEstimate, margin: float | None) -> ChangeEstimate:
    if margin is None or row.flag is not Flag.OK or row.value is None or row.se is None:
        return row
    if margin <= 0:
        raise ValueError(f"equivalence must be above 0, got {margin}")
    return replace(row, p_equivalence=equivalence_test(row.value, row.se, row.df, margin=margin))


def _testable(row: ChangeEstimate, *, min_answers: int, min_df: int) -> ChangeEstimate:
    if row.flag is not Flag.OK:
        return row
    if min(row.n) < min_answers:
        reason = f"tested from {min_answers} answers in each wave, got {row.n[0]} and {row.n[1]}"
        return replace(row, flag=Flag.NO_TEST, reason=reason)
    if row.df < min_df:
        reason = f"tested from {min_df} degrees of freedom, got {row.df}"
        return replace(row, flag=Flag.NO_TEST, reason=reason)
    return row


def _chosen(row: ChangeEstimate, family: Collection[tuple[str, ...]] | None) -> ChangeEstimate:
    if family is None or row.key == TOTAL or row.key in family or row.flag is not Flag.OK:
        return row
    return replace(row, flag=Flag.NO_TEST, reason="not in the family of tests")


def _decide(
    rows: list[ChangeEstimate], *, method: Adjustment, equivalence: float | None, alpha: float
) -> list[ChangeEstimate]:
    family = [row.p for row in rows if row.flag is Flag.OK and row.p is not None]
    adjusted = iter(adjust(family, method=method))
    decided = []
    for row in rows:
        if row.flag is not Flag.OK:
            decided.append(row)
            continue
        p = next(adjusted)
        with_p = replace(row, p_adjusted=p)
        decided.append(_verdict(with_p, p, equivalence=equivalence, alpha=alpha))
    return decided


def _verdict(
    row: ChangeEstimate, p: float | None, *, equivalence: float | None, alpha: float
) -> ChangeEstimate:
    if row.flag is not Flag.OK or p is None or row.value is None:
        return row
    if p < alpha:
        return replace(row, verdict=Verdict.HIGHER if row.value > 0 else Verdict.LOWER)
    if equivalence and row.p_equivalence is not None and row.p_equivalence < alpha:
        return replace(row, verdict=Verdict.UNCHANGED)
    return replace(row, verdict=Verdict.NO_DIFFERENCE)


def _notes(*, linked: bool) -> tuple[str, ...]:
    if linked:
        return ("Clusters are the same units in both waves: what the waves share is taken out.",)
    return (
        "The waves are taken as independent samples: where the same dwellings answered in both, "
        "the margin of the change is cautious (too wide).",
    )
