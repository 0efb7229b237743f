"""The account of an interval, by the formula of its method."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

from analysis.account import agreement, between, num, wrapped
from analysis.intervals import mean_interval
from analysis.results import Flag
from analysis.share_intervals import ROUNDING, share_interval, t_quantile

if TYPE_CHECKING:
    from analysis.estimates import Estimates
    from analysis.recount import Recount
    from analysis.results import Estimate

_Interval: TypeAlias = tuple[list[str], tuple[float, float]]

_ENDS = {
    "wilson": "(m p + t²/2 ± t sqrt(m p (1 - p) + t²/4)) / (m + t²)",
    "beta": "Clopper-Pearson on m (t(n - 1) / t(df))² answers",
    "likelihood": "All q with 2 m KL(p, q) <= t², m times (n - 1) / n for a share",
    "asin": "sin²(arcsin(sqrt(p)) ± t / (2 sqrt(m)))",
    "mean": "p ± t SE, cut off at 0 and 1",
    "logit": "p is at an end and has no logit: Clopper-Pearson on m (t(n - 1) / t(df))² answers",
}


def interval_section(estimates: Estimates, figure: Recount, row: Estimate) -> list[str]:
    """Tell how the interval came about, by the method of `estimates`; `figure` is `row` again."""
    if row.low is None or row.high is None:
        return wrapped(f"None: {row.reason}.")
    # Where all answers are the same, the prior answer or n makes the margin.
    se = math.sqrt(figure.variance) if row.flag is Flag.OK else 0.0
    t, method = t_quantile(row.df, confidence=estimates.confidence), estimates.interval
    if estimates.p is not None:
        own = estimates.centre == "estimate" and figure.mark == row.value
        middle = figure.value if own else estimates.p
        lines, ends = _woodruff(figure, middle, half=t * se, t=t)
    elif method == "t":
        ends = figure.value - t * se, figure.value + t * se
        lines = [f"{num(figure.value)} ± {num(t)} x {num(se)} = {between(ends)}"]
    else:
        lines, ends = _bounded(estimates, figure, row, se=se)
    first = f"Method {method}, confidence {num(estimates.confidence)}: t({row.df}) = {num(t)}"
    return [first, *lines, agreement("ends", ends, [row.low, row.high])]


def _woodruff(figure: Recount, middle: float, *, half: float, t: float) -> _Interval:
    answers = figure.distribution[0]
    low, high = (figure.reaching(share) for share in (middle - half, middle + half))
    ends = float(answers[low]), float(answers[high])
    return [
        f"Shares {num(middle)} ± t SE = {between((middle - half, middle + half))}",
        f"The answers at which these shares are reached: {between(ends)}",
        f"SE of the quantile = width / (2 t) = {num((ends[1] - ends[0]) / (2 * t))}",
    ], ends


def _bounded(estimates: Estimates, figure: Recount, row: Estimate, *, se: float) -> _Interval:
    """Explain an interval that never leaves the scale."""
    method, is_share = estimates.interval, figure.quantity.kind == "share"
    scale = figure.quantity.scale or (0.0, 1.0)
    span = scale[1] - scale[0]
    p = min(max((figure.value - scale[0]) / span, 0.0), 1.0)
    at_end = min(p, 1 - p) < ROUNDING
    if method == "logit" and not (is_share and at_end):
        return _logit(
            figure, row, p=p, se=se, t=t_quantile(row.df, confidence=estimates.confidence)
        )
    # At an end the SE does not tell how many answers there were.
    m = row.n if at_end or se == 0 else p * (1 - p) * (span / se) ** 2
    options: Any = {"method": method, "n": row.n, "confidence": estimates.confidence}
    if is_share:
        ends = share_interval(p, se, row.df, **options)
    else:
        ends = mean_interval(figure.value, se, row.df, scale=scale, **options) or scale
    mapped = "" if is_share else f", mapped back to {between(scale)}"
    size = "n" if at_end or se == 0 else "p (1 - p) / SE² on 0 to 1"
    lines = [f"p = {num(p)}; effective answers m = {size} = {num(m)}"]
    return [*lines, f"{_ENDS[method]}{mapped}: {between(ends)}"], ends


def _logit(figure: Recount, row: Estimate, *, p: float, se: float, t: float) -> _Interval:
    from scipy.special import expit

    (low, high), n = figure.quantity.scale or (0.0, 1.0), row.n
    span, lines = high - low, [f"p = {num(p)}, the share; V* = V"]
    v, nearest = se**2 or p * (1 - p) / n, 0.0
    if figure.quantity.kind == "mean":
        prior, nearest = (span / 5) ** 2, 0.5 / (n + 1)
        v = ((n - 1) * se**2 + prior / n) / n
        lines = [
            f"p = (R - {num(low)}) / {num(span)} = {num(p)}; one prior answer of variance s0² = "
            f"({num(span)} / 5)² = {num(prior)}",
            f"V* = ((n - 1) SE² + s0² / n) / n = ({n - 1} x {num(se**2)} + {num(prior)} / {n}) "
            f"/ {n} = {num(v)}",
        ]
    inner = min(max(p, nearest), 1 - nearest)
    if inner != p:
        lines.append(f"So near an end p is put at {num(inner)}, and that end is the interval's.")
    half = t * math.sqrt(v) / (span * inner * (1 - inner))
    middle = math.log(inner / (1 - inner))
    below = 0.0 if p < nearest else float(expit(middle - half))
    above = 1.0 if p > 1 - nearest else float(expit(middle + half))
    ends = low + span * below, low + span * above
    return [
        *lines,
        f"logit p ± t sqrt(V*) / ({num(span)} p (1 - p)) = {num(middle)} ± {num(half)} = "
        f"{between((middle - half, middle + half))}",
        f"Mapped back, {num(low)} + {num(span)} / (1 + exp(-x)): {between(ends)}",
    ], ends
