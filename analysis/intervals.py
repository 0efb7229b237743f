"""Intervals and tests on Student's t. scipy.special is a quarter of the weight of scipy.stats."""

from __future__ import annotations


def t_interval(
    value: float, se: float, df: int, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Give the ends of value ± t(df) · se. R: ``confint(…, df = df)``.

    Raises
    ------
    ValueError
        If `df` is below 1 or `confidence` is not between 0 and 1.
    """
    from scipy.special import stdtrit

    if df < 1:
        raise ValueError(f"df must be at least 1, got {df}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    half = float(stdtrit(df, (1 + confidence) / 2)) * se
    return value - half, value + half


def t_test(value: float, se: float, df: int) -> float:
    """Give the two-sided p-value of no difference. R: ``2 * pt(-abs(value / se), df)``."""
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(value / se)))


def equivalence_test(value: float, se: float, df: int, *, margin: float) -> float:
    """Give the larger p-value of the two one-sided tests that the difference is within ± margin.

    Schuirmann (1987), J. Pharmacokinet. Biopharm. 15, doi:10.1007/BF01068419.
    """
    from scipy.special import stdtr

    return float(max(stdtr(df, (value - margin) / se), stdtr(df, -(value + margin) / se)))
