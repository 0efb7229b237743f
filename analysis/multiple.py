"""Adjustment of p-values over a family of tests."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Adjustment: TypeAlias = Literal["holm", "bh", "none", "bonferroni", "hochberg", "hommel", "by"]

_BY_STATSMODELS = {
    "bonferroni": "bonferroni",
    "hochberg": "simes-hochberg",
    "hommel": "hommel",
    "by": "fdr_by",
}
"""Methods left to statsmodels: its import takes a second, which the common ones do without."""


def adjust(p_values: Sequence[float], *, method: Adjustment = "holm") -> list[float]:
    """Adjust p-values, so that the nominal level holds for the family and not for one test.

    With the m p-values in order, p(1) ≤ … ≤ p(m):

    ``holm``
        max over j ≤ i of (m - j + 1) p(j), at most 1: the chance of any false alarm is at most
        the level, however the tests depend. Holm (1979), Scandinavian Journal of Statistics 6;
        R: ``p.adjust(p, "holm")``.
    ``bh``
        min over j ≥ i of m p(j) / j, at most 1: the expected share of false alarms among the
        alarms is at most the level, if the tests are independent or positively dependent.
        Benjamini & Hochberg (1995), JRSS B 57, doi:10.1111/j.2517-6161.1995.tb02031.x;
        R: ``p.adjust(p, "BH")``.
    ``none``
        The p-values as they are.
    ``bonferroni``, ``hochberg``, ``hommel``, ``by``
        By `statsmodels.stats.multitest.multipletests`; R: ``p.adjust`` with the same names.

    Parameters
    ----------
    p_values
        Each in [0, 1]; may be empty. The family: every test that could have been an alarm.

    Returns
    -------
    Adjusted p-values in the order given; none is below its p-value.

    Raises
    ------
    ValueError
        If the method is unknown or a p-value is not in [0, 1].
    """
    if method not in get_args(Adjustment):
        raise ValueError(f"adjust must be one of {', '.join(get_args(Adjustment))}, got {method!r}")
    for p in p_values:
        if not 0 <= p <= 1:
            raise ValueError(f"p-values must be between 0 and 1, got {p}")
    if method in _BY_STATSMODELS and p_values:
        from statsmodels.stats.multitest import multipletests

        found: list[float] = multipletests(p_values, method=_BY_STATSMODELS[method])[1].tolist()
        return found
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(order)
    for place, p in zip(
        order, _STEPS.get(method, _unchanged)([p_values[i] for i in order]), strict=True
    ):
        adjusted[place] = min(float(p), 1.0)
    return adjusted


def _holm(rising: list[float]) -> list[float]:
    m = len(rising)
    return list(accumulate(((m - i) * p for i, p in enumerate(rising)), max))


def _benjamini_hochberg(rising: list[float]) -> list[float]:
    m = len(rising)
    falling = (m / (i + 1) * rising[i] for i in reversed(range(m)))
    return list(accumulate(falling, min))[::-1]


def _unchanged(rising: list[float]) -> list[float]:
    return rising


_STEPS: dict[str, Callable[[list[float]], list[float]]] = {
    "holm": _holm,
    "bh": _benjamini_hochberg,
}
