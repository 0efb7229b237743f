"""The account of one figure: design, answers, formula, variance, degrees of freedom and reasons.

Every number is computed again from the cells, by the formulas as they stand in the text, so that
an auditor can follow it with a calculator; a line says whether it agrees with what was reported.
Longer than most files: estimates, intervals and changes are told in sections, on one recount.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from analysis.influence import Influence
from analysis.projection import fitted
from analysis.quantity import linearise, share_of
from analysis.rating_table import Verdict
from analysis.results import TOTAL, Flag, show_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.cells import Cells
    from analysis.estimates import Changes, Estimates
    from analysis.quantity import Linearised, Quantity
    from analysis.results import ChangeEstimate, Estimate
    from analysis.sample import Sample, Stage

_Group: TypeAlias = "tuple[str, NDArray[np.bool_]]"
_Interval: TypeAlias = tuple[list[str], tuple[float, float]]

_LISTED = 12
"""Strata listed one by one, those that add most to the variance; the others are one line."""

_MOST_MARKS = 11
_WIDTH = 100
_AGREES = 1e-9
_ROUNDING = 1e-12

_FORMULAS = {
    "mean": ("R = sum(w n y) / sum(w n)", "z = w (y - R) / sum(w n)"),
    "share": ("R = sum(w n y) / sum(w n), y = 1 or 0,", "z = w (y - R) / sum(w n)"),
    "ratio": ("R = sum(w n y) / sum(w n x)", "z = w (y - R x) / sum(w n x)"),
    "total": ("R = sum(w n y)", "z = w y"),
}

_REGRESSED = (
    "what a regression on the variables of the adjusted weights explains (Deville & Särndal 1992)"
)
_SWEPT = "its mean by label, margin by margin (R's rake)"

_ALONE = {
    "adjust": "each adds its square about the mean of all units (cautious)",
    "flag": "each adds its square about the mean of all units; no margin for a domain with answers "
    "in one",
    "certainty": "each adds nothing",
    "average": "each adds the mean of the other strata, by raising every line",
}

_ENDS = {
    "wilson": "(m p + t²/2 ± t sqrt(m p (1 - p) + t²/4)) / (m + t²)",
    "beta": "Clopper-Pearson on m (t(n - 1) / t(df))² answers",
    "likelihood": "All q with 2 m KL(p, q) <= t², m times (n - 1) / n for a share",
    "asin": "sin²(arcsin(sqrt(p)) ± t / (2 sqrt(m)))",
    "mean": "p ± t SE, cut off at 0 and 1",
    "logit": "p is at an end and has no logit: Clopper-Pearson on m (t(n - 1) / t(df))² answers",
}

_VERDICTS = {
    Verdict.HIGHER: "higher): {p} < {alpha}, and the change is above 0",
    Verdict.LOWER: "lower): {p} < {alpha}, and the change is below 0",
    Verdict.UNCHANGED: "as good as the same): {p} >= {alpha}, equivalence p {other} < {alpha}",
    Verdict.NO_DIFFERENCE: "no difference shown): {p} >= {alpha}; equivalence p {other}, which "
    "shows no sameness either",
}


@dataclass(frozen=True, eq=False)
class _Figure:
    """One estimate over the cells of its wave; `inside` marks the cells with an answer in it."""

    cells: Cells
    quantity: Quantity
    sample: Sample
    inside: NDArray[np.bool_]

    @property
    def first(self) -> Stage:
        """The first stage: its `within` are the strata, the lines of every table."""
        return self.sample.stages[0]

    @cached_property
    def answers(self) -> NDArray[np.int64]:
        return np.where(self.inside, self.cells.n, 0)

    @cached_property
    def weight(self) -> float:
        return float(self.cells.weight @ self.answers)

    @cached_property
    def sums(self) -> tuple[float, float]:
        """Numerator and denominator; the denominator of a total is 1."""
        mass, x = self.cells.weight * self.answers, self.quantity.x
        return float(mass @ self.quantity.y), 1.0 if x is None else float(mass @ x)

    @cached_property
    def value(self) -> float:
        return self.sums[0] / self.sums[1] if self.sums[1] else math.nan

    @cached_property
    def residual(self) -> NDArray[np.float64]:
        """What one answer of each cell adds, less what its calibration variables explain."""
        x = 0.0 if self.quantity.x is None else self.quantity.x
        z = self.cells.weight * (self.quantity.y - self.value * x) / self.sums[1]
        z = np.where(self.inside, z, 0.0)
        steps = self.sample.calibrations
        coefficients = fitted(steps, Influence.dense(z[:, None]), self.cells.n)
        for step, found in zip(steps, coefficients, strict=True):
            z = z - step.weight * (step.x @ found)[:, 0]
        return z

    @cached_property
    def parts(self) -> NDArray[np.float64]:
        """What each stage (row) adds to the variance, by stratum of the first (column)."""
        found, share = [], np.ones(len(self.cells.n))
        for place, stage in enumerate(self.sample.stages):
            stratum = np.zeros(len(stage.size), dtype=np.intp)
            stratum[stage.within] = self.first.within
            before = np.zeros(len(stage.size))
            before[stage.within] = share
            lonely = "certainty" if place else self.sample.lonely
            added = before * self._within(stage, lonely=lonely)
            found.append(np.bincount(stratum, weights=added, minlength=len(self.first.size)))
            share = share * _fraction(stage, self.cells.n)[stage.within]
        return np.array(found)

    @cached_property
    def variance(self) -> float:
        return float(self.parts.sum())

    def _within(self, stage: Stage, *, lonely: str) -> NDArray[np.float64]:
        """Give (1 - f) m / (m - 1) sum((t - mean t)²) of all that is drawn from."""
        n, size = self.cells.n, len(stage.size)
        t: NDArray[np.float64] = self.residual
        number, within, seen = n, stage.within, self.inside
        if stage.unit is not None:
            mass = n * self.residual
            t = np.bincount(stage.unit, weights=mass, minlength=stage.units).astype(np.float64)
            number, within = np.ones(stage.units, dtype=np.int64), stage.within_of_unit
            seen = np.bincount(stage.unit, weights=self.answers, minlength=stage.units) > 0
        m, f = stage.sampled(n), _fraction(stage, n)
        sums = np.bincount(within, weights=number * t, minlength=size)
        centre = sums / np.maximum(m, 1)
        alone = (m == 1) & (f < 1)
        if lonely in {"adjust", "flag"}:
            here = np.bincount(within, weights=number * seen, minlength=size)
            single = (here == 1) & (m > 1) & self.sample.lonely_domains
            centre[alone | single] = (number @ t) / max(number.sum(), 1)
        squares = np.bincount(within, weights=number * (t - centre[within]) ** 2, minlength=size)
        added = (1 - f) * np.where(m > 1, m / np.maximum(m - 1, 1), 1.0) * squares
        if lonely == "average":
            others = int((m > 0).sum() - alone.sum())
            added = added * (1 + alone.sum() / max(others, 1))
        return np.asarray(added, dtype=np.float64)

    def of(self, strata: NDArray[np.bool_]) -> _Figure:
        """Give the same of some strata only."""
        return replace(self, inside=self.inside & strata[self.first.within])

    @cached_property
    def units(self) -> int:
        """How many units have an answer here."""
        if self.first.unit is None:
            return int(self.answers.sum())
        return len(np.unique(self.first.unit[self.inside]))

    @cached_property
    def sampled(self) -> NDArray[np.bool_]:
        """Which strata have a unit, with an answer here or without."""
        return self.first.sampled(self.cells.n) > 0

    @cached_property
    def members(self) -> NDArray[np.bool_]:
        """Which strata have an answer here."""
        return np.bincount(self.first.within[self.inside], minlength=len(self.first.size)) > 0

    @cached_property
    def names(self) -> list[str]:
        """The name of each stratum; all names where strata were taken together."""
        found: list[list[str]] = [[] for _ in self.first.size]
        pairs = zip(self.first.within.tolist(), self.cells.stratum.tolist(), strict=True)
        for place, label in sorted(set(pairs)):
            found[place].append(self.cells.strata[label] or "(one)")
        return [" + ".join(names) for names in found]

    @cached_property
    def groups(self) -> list[_Group]:
        """The strata with answers here, as lines of a table."""
        places = np.flatnonzero(self.members)
        order = np.argsort(-np.nan_to_num(self.parts.sum(axis=0)[places]), kind="stable")
        numbered, most = np.arange(len(self.members)), places[order]
        shown = sorted(most[:_LISTED].tolist(), key=self.names.__getitem__)
        lines = [(self.names[place], numbered == place) for place in shown]
        if len(most) > _LISTED:
            name = f"{len(most) - _LISTED} more with answers here"
            lines.append((name, np.isin(numbered, most[_LISTED:])))
        return lines


def explain_estimate(estimates: Estimates, row: Estimate) -> str:
    """Tell how an estimate came about, with every number computed again from the cells.

    Parameters
    ----------
    row
        One of the rows or totals of `estimates`.

    Returns
    -------
    Plain text in sections: result, design, answers by stratum, formula, variance by stratum,
    degrees of freedom, interval and design effect.

    Raises
    ------
    KeyError, ValueError
        If `row` is not of these estimates.
    """
    where = _where(row.key, f"wave {row.wave}" if row.wave else "")
    if estimates.row(row.key, row.wave) != row:
        raise ValueError(f"row must be of these estimates, got another one of {where}")
    figure = _figure(estimates, row)
    sections = [("Result", _result(estimates, figure, row)), ("Design", _design(estimates, figure))]
    if row.value is not None:
        value = _value if estimates.quantity else _quantile
        sections += [
            ("Answers", _answers(figure)),
            ("Estimate", value(estimates, figure, row)),
            ("Variance", _variance(estimates, figure, row)),
            ("Degrees of freedom", _df(estimates, figure, row)),
            ("Interval", _interval(estimates, figure, row)),
            ("Design effect", _design_effect(figure, row)),
        ]
    return _written(f"{estimates.name}: {where}", sections)


def _figure(estimates: Estimates, row: Estimate) -> _Figure:
    cells = estimates.cells.by_wave()[estimates.cells.waves.index(row.wave)]
    # A quantile rests on the share of answers at or below it.
    below = share_of(-math.inf, math.nan if row.value is None else row.value)
    quantity = (estimates.quantity or below)(cells)
    inside = _domain(cells, row.key) & quantity.answered & cells.answered
    return _Figure(cells, quantity, cells.sample(), inside)


def _result(estimates: Estimates, figure: _Figure, row: Estimate) -> list[str]:
    flag = _wrap(f"Flag: {row.flag}; {row.reason or 'nothing is withheld'}.")
    if row.value is None:
        drawn = int(figure.cells.n[_domain(figure.cells, row.key)].sum())
        return [f"No value. Answers: {drawn} drawn here, {row.n} with a value.", *flag]
    ends = "none" if row.low is None else _range((row.low, row.high))
    interval = f"{_n(100 * estimates.confidence)} % interval {ends}"
    value = f"Value {_n(row.value)}, SE {_n(row.se)}, {interval}"
    return [f"{value}; {row.n} answers, df {row.df}.", *flag]


def _design(estimates: Estimates, figure: _Figure) -> list[str]:
    cells, design = figure.cells, figure.cells.design
    strata, units = int(figure.sampled.sum()), _all_units(figure)
    weights = design.weights or ("N / n by stratum" if cells.population else "1")
    counts = ", ".join(design.fpc_columns) or ("N by stratum" if cells.sizes else "none")
    lines = _wrap(
        f"Strata: {', '.join(design.strata_columns) or 'one'}. Units: "
        f"{', then '.join(design.cluster_columns) or 'single answers'}. Weights: {weights}. "
        f"Population counts of units: {counts}."
    )
    lines += [line for note in estimates.notes for line in _wrap(note)]
    known = int(cells.n[figure.quantity.answered].sum())
    lines.append(
        f"Drawn: {units} units in {strata} strata; {known} of {cells.n.sum()} answers have a value."
    )
    for place, step in enumerate(cells.calibrations):
        factor = step.weight / step.fit
        by = f", factors {_range((factor.min(), factor.max()))}" if step.margin is None else ""
        lines.append(f"Adjustment {place + 1} of the weights: {step.x.shape[1]} variables{by}.")
    used = cells.weight[figure.inside]
    if used.size:
        lines.append(f"Weights of the answers here: {_range((used.min(), used.max()))}.")
    return lines


def _answers(figure: _Figure) -> list[str]:
    marks = _marks(figure)
    head = ["stratum", "N", "n", "units", "sum of w", figure.quantity.kind, *map(_n, marks)]
    lines = [
        _answers_of(figure.of(strata), name, marks)
        for name, strata in [*figure.groups, ("all", figure.members)]
    ]
    below = ["Under each mark: how many gave it, not weighted."] if marks else []
    return [*_aligned([head, *lines]), *below]


def _answers_of(part: _Figure, name: str, marks: Sequence[float]) -> list[str]:
    cells = part.cells
    wave = cells.waves[int(cells.wave[0])]
    here = np.unique(cells.stratum[part.members[part.first.within]]).tolist()
    sizes = [cells.population.get((wave, cells.strata[label])) for label in here]
    known = "-" if None in sizes else str(sum(size or 0 for size in sizes))
    counts = [str(part.answers[cells.y == mark].sum()) for mark in marks]
    numbers = [str(part.answers.sum()), str(part.units), _n(part.weight), _n(part.value)]
    return [name, known, *numbers, *counts]


def _marks(figure: _Figure) -> list[float]:
    seen = np.unique(figure.cells.y[figure.inside])
    low, high = figure.cells.scale or (seen[0], seen[-1])
    if high - low >= _MOST_MARKS:
        return []
    marks = np.arange(math.ceil(low), math.floor(high) + 1, dtype=np.float64)
    found: list[float] = marks.tolist() if np.isin(seen, marks).all() else []
    return found


def _value(_: Estimates, figure: _Figure, row: Estimate) -> list[str]:
    top, bottom = figure.sums
    divided = "" if figure.quantity.x is None else f"{_n(top)} / {_n(bottom)} = "
    lines = [f"{_FORMULAS[figure.quantity.kind][0]} = {divided}{_n(figure.value)}"]
    exact = f"As an exact fraction: {row.exact}"
    if row.exact is not None and len(exact) < _WIDTH:
        lines.append(exact)
    return [*lines, _agreement("value", [figure.value], [row.value])]


def _quantile(estimates: Estimates, figure: _Figure, row: Estimate) -> list[str]:
    p, (answers, reached) = _level(estimates), _distribution(figure)
    place = _reaching(reached, p)
    below = reached[place - 1] if place else 0.0
    return [
        f"Share below {_n(answers[place])}: {_n(below)}; at or below it: {_n(reached[place])}",
        f"The lowest answer with a share of {_n(p)} or more at or below it: {_n(answers[place])}",
        _agreement("value", [answers[place]], [row.value]),
    ]


def _level(estimates: Estimates) -> float:
    return float(estimates.name.removeprefix("quantile "))


def _distribution(figure: _Figure) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the different answers, and the weighted share at or below each."""
    here, cells = figure.inside, figure.cells
    answers, index = np.unique(cells.y[here], return_inverse=True)
    mass = np.bincount(index, weights=cells.weight[here] * cells.n[here])
    return answers, np.cumsum(mass) / mass.sum()


def _reaching(reached: NDArray[np.float64], p: float) -> int:
    # A cumulated share is a sum of rounded weights.
    return min(int(np.searchsorted(reached, p - 1e-12)), len(reached) - 1)


def _variance(estimates: Estimates, figure: _Figure, row: Estimate) -> list[str]:
    if row.df < 1:
        return ["Not estimated: there are no two units of a stratum to see their spread by."]
    outside = ~figure.members & figure.sampled
    groups = [*figure.groups, *_without(figure, outside), ("V", figure.members | outside)]
    head = ["stratum", "units m", "of M", "1 - f", "adds to V", "% of V"]
    head[5:5] = [f"at stage {place}" for place in range(2, len(figure.parts) + 1)]
    table = [head, *(_variance_of(figure, *group) for group in groups)]
    linear = _FORMULAS[figure.quantity.kind][1]
    lines = _wrap(f"{linear} for an answer here, 0 for any other; t = sum(z) over a unit.")
    if figure.sample.calibrations:
        swept = any(step.margin is not None for step in figure.sample.calibrations)
        lines += _wrap(
            f"Of z is taken out {_SWEPT if swept else _REGRESSED}, so that strata without answers "
            "here may add."
        )
    lines.append("A stratum adds (1 - f) m / (m - 1) sum((t - mean t)²), with f = m / M.")
    lines += [*_aligned(table), *_lonely(figure)]
    if not estimates.quantity:
        lines.append("V is that of the share of answers at or below the quantile.")
    se = math.sqrt(figure.variance)
    agrees = [_agreement("SE", [se], [row.se])] if estimates.quantity else []
    return [*lines, f"SE = sqrt(V) = sqrt({_n(figure.variance)}) = {_n(se)}", *agrees]


def _without(figure: _Figure, strata: NDArray[np.bool_]) -> list[_Group]:
    if not strata.any():
        return []
    adds = figure.parts[:, strata].sum() > _ROUNDING * figure.variance
    return [(f"{strata.sum()} without answers here{'' if adds else ' add nothing'}", strata)]


def _variance_of(figure: _Figure, name: str, strata: NDArray[np.bool_]) -> list[str]:
    size, rest = figure.first.size[strata], 1 - _fraction(figure.first, figure.cells.n)[strata]
    added = figure.parts[:, strata].sum(axis=1)
    added[added <= _ROUNDING * figure.variance] = 0.0
    return [
        name,
        _n(figure.first.sampled(figure.cells.n)[strata].sum()),
        _n(size.sum()) if size.min() > 0 else "-",
        _n(rest[0]) if np.ptp(rest) == 0 else "",
        *map(_n, added),
        f"{100 * added.sum() / (figure.variance or 1.0):.2f}",
    ]


def _lonely(figure: _Figure) -> list[str]:
    joined = [name for name in figure.names if " + " in name]
    lines = _wrap(f"Taken together for a single unit: {'; '.join(joined)}.") if joined else []
    alone = [figure.names[i] for i in np.unique(figure.first.within[figure.sample.alone]).tolist()]
    if alone:
        more = f" and {len(alone) - _LISTED} more" if len(alone) > _LISTED else ""
        rule = _ALONE.get(figure.sample.lonely, _ALONE["flag"])
        lines += _wrap(f"A single unit in {', '.join(alone[:_LISTED])}{more}: {rule}.")
    if figure.sample.lonely_domains:
        lines.append("A stratum with one unit in the domain counts as one with a single unit.")
    return lines or ["No stratum has a single unit."]


def _df(estimates: Estimates, figure: _Figure, row: Estimate) -> list[str]:
    own, whole = int(figure.members.sum()), int(figure.sampled.sum())
    df = figure.sample.design_df
    lines = [
        f"Own: units with an answer here {figure.units} - strata with one {own} = "
        f"{figure.units - own}",
        f"Whole design: units {_all_units(figure)} - strata {whole} = {df}",
    ]
    if row.df < 1:
        return [*lines, "With none of its own there is no margin, whatever the design has."]
    if row.df == df:
        return [*lines, f"They are the same here: t = {_n(_t(df, estimates.confidence))}."]
    t, design_t = (_n(_t(free, estimates.confidence)) for free in (row.df, df))
    why = "units without an answer here tell nothing of the spread here"
    return [*lines, *_wrap(f"Its own are used (t = {t}; of the design {design_t}): {why}.")]


def _interval(estimates: Estimates, figure: _Figure, row: Estimate) -> list[str]:
    if row.low is None or row.high is None:
        return _wrap(f"None: {row.reason}.")
    # Where all answers are the same, the prior answer or n makes the margin.
    se = math.sqrt(figure.variance) if row.flag is Flag.OK else 0.0
    t, method = _t(row.df, estimates.confidence), estimates.interval
    if method == "woodruff":
        lines, ends = _woodruff(estimates, figure, row, half=t * se)
    elif method == "t":
        ends = figure.value - t * se, figure.value + t * se
        lines = [f"{_n(figure.value)} ± {_n(t)} x {_n(se)} = {_range(ends)}"]
    else:
        lines, ends = _bounded(estimates, figure, row, se=se)
    first = f"Method {method}, confidence {_n(estimates.confidence)}: t({row.df}) = {_n(t)}"
    return [first, *lines, _agreement("ends", ends, [row.low, row.high])]


def _woodruff(estimates: Estimates, figure: _Figure, row: Estimate, *, half: float) -> _Interval:
    answers, reached = _distribution(figure)

    def about(middle: float) -> tuple[float, float]:
        low, high = (_reaching(reached, share) for share in (middle - half, middle + half))
        return float(answers[low]), float(answers[high])

    # The record does not say what the interval is about: p, or as R has it the share reached.
    p = _level(estimates)
    middle = p if about(p) == (row.low, row.high) else figure.value
    ends = about(middle)
    se = (ends[1] - ends[0]) / (2 * _t(row.df, estimates.confidence))
    return [
        f"Shares {_n(middle)} ± t SE = {_range((middle - half, middle + half))}",
        f"The answers at which these shares are reached: {_range(ends)}",
        f"SE of the quantile = width / (2 t) = {_n(se)}",
    ], ends


def _bounded(estimates: Estimates, figure: _Figure, row: Estimate, *, se: float) -> _Interval:
    """Explain an interval that never leaves the scale."""
    from analysis.intervals import mean_interval
    from analysis.share_intervals import ROUNDING, share_interval

    method, is_share = estimates.interval, figure.quantity.kind == "share"
    scale = figure.quantity.scale or (0.0, 1.0)
    span = scale[1] - scale[0]
    p = min(max((figure.value - scale[0]) / span, 0.0), 1.0)
    at_end = min(p, 1 - p) < ROUNDING
    if method == "logit" and not (is_share and at_end):
        return _logit(figure, row, p=p, se=se, t=_t(row.df, estimates.confidence))
    # At an end the SE does not tell how many answers there were.
    m = row.n if at_end or se == 0 else p * (1 - p) * (span / se) ** 2
    options: Any = {"method": method, "n": row.n, "confidence": estimates.confidence}
    if is_share:
        ends = share_interval(p, se, row.df, **options)
    else:
        ends = mean_interval(figure.value, se, row.df, scale=scale, **options) or scale
    mapped = "" if is_share else f", mapped back to {_range(scale)}"
    size = "n" if at_end or se == 0 else "p (1 - p) / SE² on 0 to 1"
    lines = [f"p = {_n(p)}; effective answers m = {size} = {_n(m)}"]
    return [*lines, f"{_ENDS[method]}{mapped}: {_range(ends)}"], ends


def _logit(figure: _Figure, row: Estimate, *, p: float, se: float, t: float) -> _Interval:
    from scipy.special import expit

    (low, high), n = figure.quantity.scale or (0.0, 1.0), row.n
    span, lines = high - low, [f"p = {_n(p)}, the share; V* = V"]
    v, nearest = se**2 or p * (1 - p) / n, 0.0
    if figure.quantity.kind == "mean":
        prior, nearest = (span / 5) ** 2, 0.5 / (n + 1)
        v = ((n - 1) * se**2 + prior / n) / n
        lines = [
            f"p = (R - {_n(low)}) / {_n(span)} = {_n(p)}; one prior answer of variance s0² = "
            f"({_n(span)} / 5)² = {_n(prior)}",
            f"V* = ((n - 1) SE² + s0² / n) / n = ({n - 1} x {_n(se**2)} + {_n(prior)} / {n}) / {n}"
            f" = {_n(v)}",
        ]
    inner = min(max(p, nearest), 1 - nearest)
    if inner != p:
        lines.append(f"So near an end p is put at {_n(inner)}, and that end is the interval's.")
    half = t * math.sqrt(v) / (span * inner * (1 - inner))
    middle = math.log(inner / (1 - inner))
    below = 0.0 if p < nearest else float(expit(middle - half))
    above = 1.0 if p > 1 - nearest else float(expit(middle + half))
    ends = low + span * below, low + span * above
    return [
        *lines,
        f"logit p ± t sqrt(V*) / ({_n(span)} p (1 - p)) = {_n(middle)} ± {_n(half)} = "
        f"{_range((middle - half, middle + half))}",
        f"Mapped back, {_n(low)} + {_n(span)} / (1 + exp(-x)): {_range(ends)}",
    ], ends


def _design_effect(figure: _Figure, row: Estimate) -> list[str]:
    if row.deff is None or row.n_effective is None:
        return ["None: only for means and shares with a margin."]
    mass, total = figure.cells.weight * figure.answers, figure.weight
    spread = float(mass @ (figure.quantity.y - figure.value) ** 2) / total
    simple = spread / (row.n - 1)
    deff = figure.variance / simple
    kish = row.n * float(mass @ figure.cells.weight) / total**2
    return [
        f"Simple random sampling: V0 = sum(w n (y - R)²) / sum(w n) / (n - 1) = {_n(spread)} / "
        f"{row.n - 1} = {_n(simple)}",
        f"deff = V / V0 = {_n(deff)}; effective n = n / deff = {_n(row.n / deff)}",
        f"Unequal weights alone: n sum(w²) / sum(w)² = {_n(kish)}",
        _agreement("deff", [deff], [row.deff]),
    ]


def explain_change(changes: Changes, row: ChangeEstimate) -> str:
    """Tell how a change came about, with every number computed again from the cells.

    Parameters
    ----------
    row
        One of the rows of `changes`, or its total.

    Returns
    -------
    Plain text in sections: result, waves, variance, degrees of freedom, test, family of tests,
    equivalence, detectable difference, verdict and notes.

    Raises
    ------
    KeyError, ValueError
        If `row` is not of these changes.
    """
    span = f"{changes.before} to {changes.after}"
    if changes.row(row.key) != row:
        raise ValueError(f"row must be of these changes, got another one of {show_key(row.key)}")
    pair = _Pair(changes, row)
    sections = [("Result", _changed(changes, row)), ("Waves", _waves(pair))]
    if row.value is not None:
        sections += [("Variance", _joint(pair)), ("Degrees of freedom", _pair_df(pair))]
    if row.p is not None:
        sections += [
            ("Test", _test(pair)),
            ("Family of tests", _family(changes, row)),
            ("Equivalence", _equivalence(pair)),
            ("Detectable difference", _detectable(pair)),
        ]
    sections.append(("Verdict", _verdict(changes, row)))
    sections.append(("Notes", [line for note in changes.notes for line in _wrap(note)]))
    return _written(f"Change of {changes.estimates.name}: {_where(row.key, span)}", sections)


@dataclass(frozen=True, eq=False)
class _Pair:
    """Both waves of one domain in the stacked design, computed again."""

    changes: Changes
    row: ChangeEstimate

    @cached_property
    def cells(self) -> Cells:
        cells = self.changes.estimates.cells
        return cells.part(cells.of_waves(self.changes.before, self.changes.after))

    @cached_property
    def quantity(self) -> Quantity:
        return self.changes.estimates._quantity()(self.cells)  # noqa: SLF001 # of the same package

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        return _domain(self.cells, self.row.key) & self.quantity.answered & self.cells.answered

    @cached_property
    def later(self) -> NDArray[np.bool_]:
        return self.cells.of_waves(self.changes.after)

    @cached_property
    def sample(self) -> Sample:
        return self.cells.sample(linked=self.changes.linked)

    @cached_property
    def found(self) -> Linearised:
        label = np.where(self.inside, self.later.astype(np.intp), -1)
        return linearise(self.cells, self.quantity, [(label, 2)], self.sample)

    @cached_property
    def value(self) -> float:
        return float(self.found.value[1] - self.found.value[0])

    @cached_property
    def variance(self) -> float:
        v = self.found.covariance
        return max(float(v[0, 0] + v[1, 1] - 2 * v[0, 1]), 0.0)

    @cached_property
    def se(self) -> float:
        return math.sqrt(self.variance)

    @property
    def alpha(self) -> float:
        return 1 - self.changes.estimates.confidence


def _changed(changes: Changes, row: ChangeEstimate) -> list[str]:
    flag = _wrap(f"Flag: {row.flag}; {row.reason or 'nothing is withheld'}.")
    if row.value is None:
        return ["No change.", *flag]
    ends = "none" if row.low is None else _range((row.low, row.high))
    level = f"{_n(100 * changes.estimates.confidence)} % interval"
    return [f"Change {_n(row.value)}, SE {_n(row.se)}, {level} {ends}; df {row.df}.", *flag]


def _waves(pair: _Pair) -> list[str]:
    lines = [["wave", "value", "SE by itself", "df", "n"]]
    for wave in (pair.changes.before, pair.changes.after):
        one = pair.changes.estimates.row(pair.row.key, wave)
        lines.append([wave, _n(one.value), _n(one.se), str(one.df), str(one.n)])
    if pair.row.value is None:
        return _aligned(lines)
    before, after = pair.found.value
    return [
        *_aligned(lines),
        f"D = {_n(after)} - {_n(before)} = {_n(pair.value)}",
        _agreement("change", [pair.value], [pair.row.value]),
    ]


def _joint(pair: _Pair) -> list[str]:
    v, row = pair.found.covariance, pair.row
    (first, second), between = np.diag(v), v[0, 1]
    lines = _wrap(_shared(pair))
    if row.df < 1:
        return lines
    whole = f"{_n(first)} + {_n(second)} - 2 x {_n(between)}"
    lines += [
        f"V = V1 + V2 - 2 cov = {whole} = {_n(pair.variance)}",
        f"SE = sqrt(V) = {_n(pair.se)}; were cov 0: {_n(math.sqrt(first + second))}",
    ]
    if pair.changes.linked:
        lines += _wrap(
            "V1 and V2 are those in the design over both waves, where a unit of either counts; the "
            "SE by itself above is of the wave's own design."
        )
    return [*lines, _agreement("SE", [pair.se], [row.se])]


def _shared(pair: _Pair) -> str:
    """Say where the covariance of the waves comes from."""
    if not pair.cells.clusters:
        return "Each answer is a unit of its own: the waves are independent samples, and cov is 0."
    unit = pair.cells.sample(linked=True).stages[0].unit
    inside, later = pair.inside, pair.later
    numbers = np.zeros(len(inside)) if unit is None else unit
    one, two = (set(numbers[inside & side].tolist()) for side in (~later, later))
    count = (
        f"Clusters with an answer here: {len(one)} in the earlier wave, {len(two)} in the later, "
        f"{len(one & two)} in both"
    )
    if pair.changes.linked:
        return f"{count}: what these share is the covariance, in one design over both waves."
    return f"{count}. They are taken as different units: cov is 0, and the SE cautious."


def _pair_df(pair: _Pair) -> list[str]:
    figure = _Figure(pair.cells, pair.quantity, pair.sample, pair.inside)
    units, strata, linked = figure.units, int(figure.members.sum()), pair.changes.linked
    kind = "once where it is in both waves" if linked else "in each wave"
    lines = [
        f"Own: units with an answer here {units} - strata with one {strata} = {units - strata}; "
        f"a unit counts {kind}"
    ]
    if pair.row.df < units - strata:
        lines.append("A wave without degrees of freedom of its own has no variance: 0 are left.")
    return [*lines, f"Whole design over both waves: {figure.sample.design_df}"]


def _test(pair: _Pair) -> list[str]:
    from scipy.special import stdtr

    row, confidence = pair.row, pair.changes.estimates.confidence
    t, quantile = pair.value / pair.se, _t(row.df, confidence)
    p = float(2 * stdtr(row.df, -abs(t)))
    ends = pair.value - quantile * pair.se, pair.value + quantile * pair.se
    lines = [
        f"t = D / SE = {_n(pair.value)} / {_n(pair.se)} = {_n(t)}; p = 2 P(T({row.df}) < -|t|) = "
        f"{_n(p)}",
        f"D ± t({row.df}) SE = {_n(pair.value)} ± {_n(quantile)} x {_n(pair.se)} = {_range(ends)}",
        _agreement("p and ends", [p, *ends], [row.p, row.low, row.high]),
    ]
    if row.effect_size is not None:
        sd = math.sqrt(float(pair.found.n @ pair.found.spread) / pair.found.n.sum())
        size = f"{_n(pair.value)} / {_n(sd)} = {_n(pair.value / sd)}"
        lines.append(f"Effect size: D / SD of the answers of both waves = {size}")
    return lines


def _family(changes: Changes, row: ChangeEstimate) -> list[str]:
    tested = [other for other in changes.rows if other.flag is Flag.OK]
    family = sorted((other.p or 0.0, show_key(other.key)) for other in tested)
    m = len(family)
    if row.key == TOTAL:
        return [f"The total is no part of the family of {m} tests: p stays as it is."]
    if row.p_adjusted is None:
        return _wrap(f"Not one of the {m} tests of the family: {row.reason}.")
    rank = family.index((row.p or 0.0, show_key(row.key))) + 1
    method = changes.adjustment
    steps = [p * _factor(method, place + 1, m) for place, (p, _) in enumerate(family)]
    if method == "bh":
        from_rank = min(range(rank - 1, m), key=steps.__getitem__)
        which = "the smallest of this and every later rank"
    else:
        from_rank = max(range(rank), key=steps.__getitem__)
        which = "the largest of this and every earlier rank"
    adjusted = min(steps[from_rank], 1.0)
    if method == "none":
        return [f"Rank {rank} of {m} tests; p is not adjusted.", f"adjusted p = {_n(row.p)}"]
    own = {"holm": f"p({rank}) x ({m} - {rank} + 1)", "bh": f"p({rank}) x {m} / {rank}"}[method]
    return [
        f"Rank {rank} of {m} tests, {method}: {own} = {_n(row.p)} x "
        f"{_n(_factor(method, rank, m))} = {_n(steps[rank - 1])}",
        f"Of these {which}: rank {from_rank + 1} ({family[from_rank][1]}), at most 1",
        f"adjusted p = {_n(adjusted)}",
        _agreement("adjusted p", [adjusted], [row.p_adjusted]),
    ]


def _factor(method: str, rank: int, m: int) -> float:
    return {"holm": m - rank + 1, "bh": m / rank, "none": 1}[method]


def _equivalence(pair: _Pair) -> list[str]:
    from scipy.special import stdtr

    margin, df = pair.changes.equivalence, pair.row.df
    if margin is None:
        return ["Not asked for."]
    lower, upper = (pair.value + margin) / pair.se, (pair.value - margin) / pair.se
    p_lower, p_upper = float(stdtr(df, -lower)), float(stdtr(df, upper))
    p = max(p_lower, p_upper)
    return [
        f"D <= -{_n(margin)}: t = (D + {_n(margin)}) / SE = {_n(lower)}, p = {_n(p_lower)}",
        f"D >= {_n(margin)}: t = (D - {_n(margin)}) / SE = {_n(upper)}, p = {_n(p_upper)}",
        f"The larger counts: p = {_n(p)} (Schuirmann 1987)",
        _agreement("equivalence p", [p], [pair.row.p_equivalence]),
    ]


def _detectable(pair: _Pair) -> list[str]:
    from scipy.special import stdtrit

    df, confidence = pair.row.df, pair.changes.estimates.confidence
    alpha, power = _t(df, confidence), float(stdtrit(df, 0.8))
    least = (alpha + power) * pair.se
    return [
        f"(t({_n((1 + confidence) / 2)}) + t(0.8)) SE = ({_n(alpha)} + {_n(power)}) x "
        f"{_n(pair.se)} = {_n(least)}",
        "A change this large is found 8 times in 10, before the adjustment of p.",
    ]


def _verdict(changes: Changes, row: ChangeEstimate) -> list[str]:
    if row.flag is not Flag.OK:
        return _wrap(f"{row.verdict} (too few answers): not tested; {row.reason}.")
    p = f"p {_n(row.p)}" if row.key == TOTAL else f"adjusted p {_n(row.p_adjusted)}"
    alpha = _n(1 - changes.estimates.confidence)
    why = _VERDICTS[row.verdict].format(p=p, alpha=alpha, other=_n(row.p_equivalence))
    return _wrap(f"{row.verdict} ({why}.")


def _domain(cells: Cells, key: tuple[str, ...]) -> NDArray[np.bool_]:
    if key == TOTAL:
        return np.ones(len(cells.n), dtype=np.bool_)
    here: NDArray[np.bool_] = cells.domain == cells.domains.index(key)
    return here


def _fraction(stage: Stage, n: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the share of each stratum's units that were sampled; 0 where that is not known."""
    size = np.where(stage.size > 0, stage.size, np.inf)
    return np.minimum(stage.sampled(n) / size, 1.0)


def _all_units(figure: _Figure) -> int:
    return figure.sample.design_df + int(figure.sampled.sum())


def _t(df: float, confidence: float) -> float:
    from analysis.share_intervals import t_quantile

    return t_quantile(df, confidence=confidence)


def _where(key: tuple[str, ...], when: str) -> str:
    where = show_key(key) if key else "all answers"
    return ", ".join(filter(None, (where, when)))


def _n(value: Any) -> str:
    """Write a number to seven digits: whole ones, and those above a million, not as a power."""
    if value is None:
        return "none"
    number = float(value)
    if math.isnan(number):
        return "-"
    return f"{number:.1f}" if 1e6 <= abs(number) < 1e15 else f"{number:.7g}"


def _range(ends: Sequence[float | None]) -> str:
    return " to ".join(map(_n, ends))


def _agreement(name: str, found: Sequence[float], reported: Sequence[float | None]) -> str:
    same = all(
        there is not None and math.isclose(here, there, rel_tol=_AGREES, abs_tol=_ROUNDING)
        for here, there in zip(found, reported, strict=True)
    )
    there = ", ".join(map(_n, reported))
    return f"Agrees with the reported {name}." if same else f"DIFFERS from the {name}: {there}."


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    """Align a table: names to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip()
        for line in lines
    ]


def _written(title: str, sections: Sequence[tuple[str, Sequence[str]]]) -> str:
    lines = [title]
    for head, body in sections:
        lines += [head, *(f"  {line}" for line in body)]
    return "\n".join(lines)
