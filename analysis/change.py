"""The change of domain means between two waves, and what may be said of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from analysis.estimate import Figure, margin_flag
from analysis.estimates import Changes
from analysis.intervals import t_interval
from analysis.overlap import chosen_overlap, joint_covariance, joint_df
from analysis.quantity import linearise
from analysis.results import TOTAL, Flag
from analysis.verdicts import Difference, Margin, Rules, decide

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from analysis.cells import Cells
    from analysis.estimates import Estimates
    from analysis.multiple import Adjustment
    from analysis.overlap import Overlap
    from analysis.quantity import Linearised, Quantity


_MARGIN = 0.2
"""A change of the mean mark that is no change to speak of."""


def change(
    estimates: Estimates,
    before: str,
    after: str,
    *,
    adjust: Adjustment = "holm",
    equivalence: float | Literal["default"] | None = "default",
    overlap: Overlap | None = None,
    min_answers: int = 30,
    min_df: int = 4,
    family: Collection[tuple[str, ...]] | None = None,
) -> Changes:
    """Estimate later less earlier for every domain and for all answers.

    The variance is that of the contrast under the joint covariance of both waves: where they share
    clusters, what these have in common is subtracted. R, with ``overlap="stacked"``:
    ``svycontrast`` on ``svydesign(ids = ~cluster, strata = ~stratum)`` over both waves. Degrees of
    freedom are the domain's own, over both waves together.

    Parameters
    ----------
    adjust
        ``holm``, ``bh`` or ``none``; the family is every domain (not the total) that may be tested:
        at least `min_answers` answers in each wave, and `min_df` degrees of freedom (also of
        `analysis.verdicts.balanced_df`, where one wave has few units).
    equivalence
        A change smaller than this, in units of the answer, is no change to speak of: the verdict is
        *gelijk gebleven* when both one-sided tests say so. None leaves that verdict out; by default
        0.2 for means, and none for other figures: what is no change to speak of in a share or a
        total depends on what it is of.
    family
        Keys of the domains that are tested, chosen before looking; None: all of them.
    overlap
        How the waves hang together; see `analysis.overlap.Overlap`. None: ``shared`` where the
        design has clusters, else ``none``.

    Raises
    ------
    ValueError
        If a wave is unknown or both are the same, or an option is out of its range.
    """
    if before == after:
        raise ValueError(f"two different waves are compared, got {before!r} twice")
    if equivalence == "default":
        equivalence = _MARGIN if estimates.condensed_cells()[1].kind == "mean" else None
    if equivalence is not None and equivalence <= 0:
        raise ValueError(f"equivalence must be above 0, got {equivalence}")
    texts = [key for key in family or () if isinstance(key, str)]
    if texts:
        raise ValueError(f"family must be of keys of domains, as ('Weesp',), got {texts[0]!r}")
    way = chosen_overlap(estimates.cells, overlap)
    pair = _pair(estimates, before, after, way)
    rules = Rules(
        adjust=adjust,
        alpha=1 - estimates.confidence,
        equivalence=equivalence,
        min_answers=min_answers,
        min_df=min_df,
        family=None if family is None else frozenset(family),
    )
    differences = pair.differences(
        [*estimates.cells.domains, TOTAL], confidence=estimates.confidence
    )
    *rows, total = decide(differences, rules)
    return Changes(
        before=before,
        after=after,
        rows=tuple(rows),
        total=total,
        notes=(_NOTES[way],),
        adjustment=adjust,
        equivalence=equivalence,
        overlap=way,
        rules=rules,
        estimates=estimates,
    )


@dataclass(frozen=True, eq=False)
class _Pair:
    """Both waves together: estimate 2i is the earlier of domain i, 2i + 1 the later.

    `df` counts units and strata with an answer in the domain in either wave.
    """

    cells: Cells
    quantity: Quantity
    found: Linearised
    df: NDArray[np.int64]

    def differences(
        self, keys: Sequence[tuple[str, ...]], *, confidence: float
    ) -> list[Difference]:
        """Give the numbers of every domain's change, tested or not."""
        found = self.found
        value, spread, n = (
            column.reshape(-1, 2) for column in (found.value, found.spread, found.n)
        )
        variance = np.diag(found.covariance).reshape(-1, 2).sum(axis=1)
        variance = variance - 2 * np.diag(found.covariance, 1)[::2]
        answers = n.sum(axis=1)
        pooled = (n * spread).sum(axis=1) / np.maximum(answers, 1)
        change = value[:, 1] - value[:, 0]
        # A wave without degrees of freedom of its own has no variance to show, whatever the other
        # has: the residuals of a domain add up to zero in its only unit.
        wave_df = found.df.reshape(-1, 2)
        alone = wave_df.min(axis=1) < 1
        se, df = np.sqrt(np.maximum(variance, 0.0)), np.where(alone, 0, self.df)
        lonely = found.lonely.reshape(-1, 2).any(axis=1)
        # All answers are the same when they are in both waves and no change is between them.
        columns = (se, value[:, 0], answers, df, pooled + change**2, lonely)
        corrected = bool(self.cells.sizes)
        figures = [
            Figure(self.quantity.kind, corrected, None, *row)
            for row in zip(*(column.tolist() for column in columns), strict=True)
        ]
        return [
            self._difference(
                key,
                figure,
                float(change[i]),
                float(pooled[i]),
                (int(n[i, 0]), int(n[i, 1])),
                wave_df=(int(wave_df[i, 0]), int(wave_df[i, 1])),
                confidence=confidence,
            )
            for i, (key, figure) in enumerate(zip(keys, figures, strict=True))
        ]

    def _difference(
        self,
        key: tuple[str, ...],
        figure: Figure,
        change: float,
        pooled: float,
        n: tuple[int, int],
        *,
        wave_df: tuple[int, int],
        confidence: float,
    ) -> Difference:
        df = figure.df
        if 0 in n:
            reason = f"no answers in the {'earlier' if n[0] == 0 else 'later'} wave"
            return Difference(key, n, df, Flag.EMPTY, reason)
        flag, reason = margin_flag(figure)
        se = figure.se if df > 0 else None
        if flag is not Flag.OK:
            return Difference(key, n, df, flag, reason, change, se)
        low, high = t_interval(change, figure.se, df, confidence=confidence)
        total = self.quantity.kind == "total"
        effect = change / math.sqrt(pooled) if pooled > 0 and not total else None
        margin = Margin(change, figure.se, low, high, effect)
        return Difference(key, n, df, flag, reason, change, se, margin, wave_df)


def _pair(estimates: Estimates, before: str, after: str, overlap: Overlap) -> _Pair:
    cells, quantity = estimates.condensed_cells()
    here = cells.of_waves(before, after)
    cells, quantity = cells.part(here), quantity.part(here)
    later = cells.of_waves(after).astype(np.intp)
    domains = len(cells.domains)
    label = np.where(cells.domain >= 0, 2 * cells.domain + later, -1)
    found = linearise(
        cells,
        quantity,
        [(label, 2 * domains), (later, 2)],
        cells.sample(),
        covariance=lambda influence: joint_covariance(cells, influence, overlap),
    )
    inside = np.where(quantity.answered, cells.domain, -1)
    overall = np.where(quantity.answered, 0, -1)
    df = [
        joint_df(cells, inside, domains, overlap),
        joint_df(cells, overall, 1, overlap),
    ]
    return _Pair(cells, quantity, found, np.concatenate(df))


_NOTES = {
    "shared": "Clusters in both waves are the same units: what they have in common is taken out.",
    "stacked": "Both waves are one sample: a cluster in both counts once.",
    "none": "The waves are taken as independent samples: where the same dwellings answered in "
    "both, the margin of the change is cautious (too wide).",
}
