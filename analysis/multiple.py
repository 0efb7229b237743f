"""Adjustment of p-values over a family of tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Adjustment: TypeAlias = Literal["holm", "none"]


def adjust(p_values: Sequence[float], *, method: Adjustment = "holm") -> list[float]:
    """Adjust p-values so that any false alarm in the family has the nominal chance at most.

    Holm (1979), Scandinavian Journal of Statistics 6; R: ``p.adjust``.

    Parameters
    ----------
    p_values
        Each in [0, 1]; may be empty.
    method
        ``holm``, or ``none`` to give them back as they are.

    Raises
    ------
    ValueError
        If the method is unknown.
    """
    if method not in {"holm", "none"}:
        raise ValueError(f"adjust must be 'holm' or 'none', got {method!r}")
    if method == "none" or not p_values:
        return list(p_values)
    from statsmodels.stats.multitest import multipletests

    return [float(p) for p in multipletests(p_values, method=method)[1]]
