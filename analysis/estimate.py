"""From a quantity over cells to estimates by domain and wave."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from analysis.condense import condensed
from analysis.estimates import Estimates
from analysis.exact import exact_means
from analysis.notes import design_notes
from analysis.quantity import linearise, mean_of
from analysis.results import TOTAL, Estimate, Flag

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from analysis.cells import Cells
    from analysis.quantity import Kind, Linearised, Quantity, QuantityOf

ZERO = 1e-12
"""An SE or a spread below this share of the value is rounding error of equal answers."""


_METHODS = {
    "mean": ("t", "logit", "likelihood", "asin", "beta", "wilson"),
    "share": ("t", "logit", "likelihood", "asin", "beta", "wilson", "mean"),
}

Ends: TypeAlias = "tuple[float, float] | tuple[None, None]"
"""Of an interval; None where there is none."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """Method and coverage of the intervals."""

    interval: str
    confidence: float


def means(cells: Cells, *, interval: str | None = None, confidence: float = 0.95) -> Estimates:
    """Estimate the mean of every domain and of all answers, wave by wave; see `estimate`."""
    return estimate(cells, mean_of, name="mean", interval=interval, confidence=confidence)


def estimate(
    cells: Cells,
    quantity_of: QuantityOf,
    *,
    name: str,
    interval: str | None = None,
    confidence: float = 0.95,
) -> Estimates:
    """Estimate a quantity in every domain and over all answers, wave by wave.

    A domain is never a subset of the rows: units and strata without an answer in it stay in the
    design. Each wave has the design of that wave. R: ``svyby(~y, ~by, design, svymean)``.

    Parameters
    ----------
    interval
        Method of the intervals: see `analysis.intervals.mean_interval` for means and
        `analysis.share_intervals.share_interval` for shares; None: ``logit`` where the scale is
        known, else ``t``.
    confidence
        Coverage of the intervals, between 0 and 1.

    Raises
    ------
    ValueError
        If an option is outside its range, or the method does not fit the quantity.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence:g}")
    rows: list[Estimate] = []
    totals: list[Estimate] = []
    matrices, design_df = {}, {}
    method = interval or ""
    small, whole = condensed(cells, quantity_of)
    method = interval or ("t" if whole.scale is None else "logit")
    options = Options(interval=method, confidence=confidence)
    for index, (here, wave) in enumerate(zip(small.by_wave(), cells.waves, strict=True)):
        quantity = whole.part(small.waves_at[index])
        sample = here.sample()
        partitions = [(here.domain, len(cells.domains)), (np.zeros_like(here.domain), 1)]
        found = linearise(here, quantity, partitions, sample)
        estimates = rows_from(
            quantity,
            found,
            [*cells.domains, TOTAL],
            wave=wave,
            exact=_exact(cells, index, quantity.kind),
            options=options,
            corrected=bool(cells.sizes),
        )
        rows += estimates[:-1]
        totals.append(estimates[-1])
        matrices[wave] = found.covariance
        design_df[wave] = sample.design_df
    return Estimates(
        name=name,
        rows=tuple(rows),
        totals=tuple(totals),
        covariance=matrices,
        design_df=design_df,
        confidence=confidence,
        interval=method,
        notes=design_notes(cells),
        cells=cells,
        quantity=quantity_of,
        condensed=(small, whole),
    )


def _exact(cells: Cells, wave: int, kind: Kind) -> list[Fraction | None]:
    domains = len(cells.domains)
    if kind != "mean" or cells.design.weights or cells.adjusted:
        return [None] * (domains + 1)
    here = cells.by_wave()[wave]
    overall = np.zeros_like(here.domain)
    return [*exact_means(here, here.domain, domains), *exact_means(here, overall, 1)]


def rows_from(
    quantity: Quantity,
    found: Linearised,
    keys: Sequence[tuple[str, ...]],
    *,
    wave: str,
    exact: Sequence[Fraction | None],
    options: Options,
    corrected: bool,
) -> list[Estimate]:
    """Give a row for each estimate of a wave: flagged, with its interval and design effect.

    Parameters
    ----------
    keys, exact
        Of each estimate: its domain, and its value as a fraction where that is known.
    corrected
        Whether there is a finite population correction.
    """
    se = np.sqrt(np.maximum(np.diag(found.covariance), 0.0)).tolist()
    figures = [
        Figure(quantity.kind, corrected, quantity.scale, error, value, n, df, spread, lonely)
        for error, value, n, df, spread, lonely in zip(
            se,
            found.value.tolist(),
            found.n.tolist(),
            found.df.tolist(),
            found.spread.tolist(),
            found.lonely.tolist(),
            strict=True,
        )
    ]
    flags = [margin_flag(figure) for figure in figures]
    ends = intervals(quantity, figures, [flag for flag, _ in flags], options)
    return [
        _row(figure, wave=wave, key=key, exact=fraction, flag=flag, ends=pair)
        for figure, key, fraction, flag, pair in zip(figures, keys, exact, flags, ends, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Figure:
    """What a margin is judged by: one estimate's numbers, as in `analysis.quantity.Linearised`."""

    kind: Kind
    corrected: bool
    scale: tuple[float, float] | None
    se: float
    value: float
    n: int
    df: int
    spread: float
    lonely: bool

    @property
    def outside(self) -> bool:
        """Whether the value cannot be: weights below 0 do that."""
        return self.scale is not None and abs(self.value - self.on_scale) > ZERO * abs(self.value)

    @property
    def on_scale(self) -> float:
        """The value, without the rounding that can put it just outside its scale."""
        low, high = self.scale or (-math.inf, math.inf)
        return min(max(self.value, low), high)


def margin_flag(figure: Figure) -> tuple[Flag, str]:
    """Say whether an estimate gets a margin and a test; the reason is empty where it does."""
    if figure.n == 0:
        return Flag.EMPTY, "no answers"
    if math.isnan(figure.value):
        return Flag.EMPTY, "what it is divided by adds up to 0"
    smallest = ZERO * max(abs(figure.value), 1.0)
    same = abs(figure.spread) <= smallest**2
    same = same and figure.n > 1 and figure.kind in {"mean", "share"}
    reasons = (
        (figure.outside, "weights below 0 put it outside its scale: calibrate by raking or logit"),
        (figure.df < 1, "no degrees of freedom: no stratum has two units with an answer here"),
        (
            figure.lonely,
            "a stratum with answers here has a single unit: no variance is known of it",
        ),
        (same, "all answers are the same: their spread cannot be estimated"),
        (figure.se > smallest, ""),
        (figure.corrected, "all of the population answered, or no stratum has any spread"),
    )
    reason = next(
        (reason for holds, reason in reasons if holds),
        "no stratum has any spread between its units",
    )
    if not reason:
        return Flag.OK, ""
    return (Flag.SAME if same and figure.df > 0 and not figure.lonely else Flag.NO_MARGIN), reason


def _row(
    figure: Figure,
    *,
    wave: str,
    key: tuple[str, ...],
    exact: Fraction | None,
    flag: tuple[Flag, str],
    ends: Ends,
) -> Estimate:
    kind, reason = flag
    if kind is Flag.EMPTY:
        return Estimate(wave=wave, key=key, df=figure.df, n=figure.n, flag=kind, reason=reason)
    deff = _design_effect(figure) if kind is Flag.OK else None
    return Estimate(
        wave=wave,
        key=key,
        value=figure.value,
        se=figure.se if figure.df > 0 else None,
        low=ends[0],
        high=ends[1],
        df=figure.df,
        n=figure.n,
        deff=deff,
        n_effective=None if deff is None else figure.n / deff,
        exact=exact,
        flag=kind,
        reason=reason,
    )


def intervals(
    quantity: Quantity, figures: Sequence[Figure], flags: Sequence[Flag], options: Options
) -> list[Ends]:
    """Give the ends of the interval of each estimate; None where there is none.

    Answers that are all the same still get a margin where a prior answer, or n, gives one.

    Raises
    ------
    ValueError
        If the method needs a scale and there is none, or there is no such method.
    """
    method: Any = options.interval
    if quantity.scale is None and method != "t":
        raise ValueError(
            f"interval {method!r} needs the ends of a scale: say scale=(low, high) or interval='t'"
        )
    methods = _METHODS["share" if quantity.kind == "share" else "mean"]
    if method not in methods:
        raise ValueError(f"interval must be one of {', '.join(methods)}, got {method!r}")
    known = {Flag.OK} if method in {"t", "mean"} else {Flag.OK, Flag.SAME}
    ends: list[Ends] = [(None, None)] * len(figures)
    places = [place for place, flag in enumerate(flags) if flag in known]
    se = [figures[place].se if flags[place] is Flag.OK else 0.0 for place in places]
    if quantity.kind == "mean" and method == "logit":
        found = _logit([figures[place] for place in places], se, quantity, options)
    else:
        found = [
            _interval(figures[place], error, quantity, options)
            for place, error in zip(places, se, strict=True)
        ]
    for place, pair in zip(places, found, strict=True):
        ends[place] = pair
    return ends


def _logit(
    figures: Sequence[Figure], se: Sequence[float], quantity: Quantity, options: Options
) -> list[Ends]:
    """Give the default intervals of means, all at once."""
    from analysis.intervals import logit_interval

    low, high = logit_interval(
        np.array([figure.on_scale for figure in figures]),
        np.array(se),
        np.array([figure.df for figure in figures]),
        n=np.array([figure.n for figure in figures]),
        scale=quantity.scale or (0, 1),
        confidence=options.confidence,
    )
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _interval(figure: Figure, se: float, quantity: Quantity, options: Options) -> Ends:
    from analysis.intervals import mean_interval, t_interval
    from analysis.share_intervals import share_interval

    method: Any = options.interval
    value, df, confidence = figure.on_scale, figure.df, options.confidence
    if method == "t":
        return t_interval(value, se, df, confidence=confidence)
    if quantity.kind == "share":
        return share_interval(value, se, df, method=method, n=figure.n, confidence=confidence)
    pair = mean_interval(
        value, se, df, n=figure.n, scale=quantity.scale, method=method, confidence=confidence
    )
    return pair or (None, None)


def _design_effect(figure: Figure) -> float | None:
    """Give the variance over that of simple random sampling with replacement."""
    if figure.kind not in {"mean", "share"} or figure.n < 2 or figure.spread <= 0:
        return None
    return figure.se**2 / (figure.spread / (figure.n - 1))
