"""The account of one figure: design, answers, formula, variance, degrees of freedom and reasons.

Every number is computed again from the cells, by the formulas as they stand in the text, so that
an auditor can follow it with a calculator; a line says whether it agrees with what was reported.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from analysis.account import (
    ROUNDING,
    WIDTH,
    agreement,
    aligned,
    between,
    num,
    placed,
    wrapped,
    written,
)
from analysis.explain_interval import interval_section
from analysis.recount import LISTED, fraction, in_domain, recount_of
from analysis.share_intervals import t_quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.estimates import Estimates
    from analysis.recount import Group, Recount
    from analysis.results import Estimate

_MOST_MARKS = 11

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
    "adjust": "each adds its square about the mean of all units",
    "flag": "each adds its square about the mean of all units; no margin where those with a "
    "single answer hold more of the weight than the design allows",
    "certainty": "each adds nothing",
    "average": "each adds the mean of the other strata, by raising every line",
}


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
        If `row` is not of these estimates, or their margins are not linearised ones.
    """
    if estimates.quantity is None and estimates.p is None:
        raise ValueError(f"the {estimates.name} cannot be told: its margins are of replicates")
    where = placed(row.key, f"wave {row.wave}" if row.wave else "")
    if estimates.row(row.key, row.wave) != row:
        raise ValueError(f"row must be of these estimates, got another one of {where}")
    figure = recount_of(estimates, row)
    sections = [("Result", _result(estimates, figure, row)), ("Design", _design(estimates, figure))]
    if row.value is not None:
        value = _value(figure, row) if estimates.p is None else _quantile(estimates.p, figure, row)
        sections += [
            ("Answers", _answers(figure)),
            ("Estimate", value),
            ("Variance", _variance(estimates, figure, row)),
            ("Degrees of freedom", _df(estimates, figure, row)),
            ("Interval", interval_section(estimates, figure, row)),
            ("Design effect", _design_effect(figure, row)),
        ]
    return written(f"{estimates.name}: {where}", sections)


def _result(estimates: Estimates, figure: Recount, row: Estimate) -> list[str]:
    flag = wrapped(f"Flag: {row.flag}; {row.reason or 'nothing is withheld'}.")
    if row.value is None:
        drawn = int(figure.cells.n[in_domain(figure.cells, row.key)].sum())
        return [f"No value. Answers: {drawn} drawn here, {row.n} with a value.", *flag]
    ends = "none" if row.low is None else between((row.low, row.high))
    interval = f"{num(100 * estimates.confidence)} % interval {ends}"
    value = f"Value {num(row.value)}, SE {num(row.se)}, {interval}"
    return [f"{value}; {row.n} answers, df {row.df}.", *flag]


def _design(estimates: Estimates, figure: Recount) -> list[str]:
    cells, design = figure.cells, figure.cells.design
    strata, units = int(figure.sampled.sum()), figure.all_units
    weights = design.weights or ("N / n by stratum" if cells.population else "1")
    counts = ", ".join(design.fpc_columns) or ("N by stratum" if cells.sizes else "none")
    lines = wrapped(
        f"Strata: {', '.join(design.strata_columns) or 'one'}. Units: "
        f"{', then '.join(design.cluster_columns) or 'single answers'}. Weights: {weights}. "
        f"Population counts of units: {counts}."
    )
    lines += [line for note in estimates.notes for line in wrapped(note)]
    known = int(cells.n[figure.quantity.answered].sum())
    lines.append(
        f"Drawn: {units} units in {strata} strata; {known} of {cells.n.sum()} answers have a value."
    )
    for place, step in enumerate(cells.calibrations):
        factor = step.weight / step.fit
        by = f", factors {between((factor.min(), factor.max()))}" if step.margin is None else ""
        lines.append(f"Adjustment {place + 1} of the weights: {step.x.shape[1]} variables{by}.")
    used = cells.weight[figure.inside]
    if used.size:
        lines.append(f"Weights of the answers here: {between((used.min(), used.max()))}.")
    return lines


def _answers(figure: Recount) -> list[str]:
    marks = _marks(figure)
    head = ["stratum", "N", "n", "units", "sum of w", figure.quantity.kind, *map(num, marks)]
    lines = [
        _answers_of(figure.of(strata), name, marks)
        for name, strata in [*figure.groups, ("all", figure.members)]
    ]
    below = ["Under each mark: how many gave it, not weighted."] if marks else []
    return [*aligned([head, *lines]), *below]


def _answers_of(part: Recount, name: str, marks: Sequence[float]) -> list[str]:
    cells = part.cells
    wave = cells.waves[int(cells.wave[0])]
    here = np.unique(cells.stratum[part.members[part.first.within]]).tolist()
    sizes = [cells.population.get((wave, cells.strata[label])) for label in here]
    known = "-" if None in sizes else str(sum(size or 0 for size in sizes))
    counts = [str(part.answers[cells.y == mark].sum()) for mark in marks]
    numbers = [str(part.answers.sum()), str(part.units), num(part.weight), num(part.value)]
    return [name, known, *numbers, *counts]


def _marks(figure: Recount) -> list[float]:
    seen = np.unique(figure.cells.y[figure.inside])
    low, high = figure.cells.scale or (seen[0], seen[-1])
    if high - low >= _MOST_MARKS:
        return []
    marks = np.arange(math.ceil(low), math.floor(high) + 1, dtype=np.float64)
    found: list[float] = marks.tolist() if np.isin(seen, marks).all() else []
    return found


def _value(figure: Recount, row: Estimate) -> list[str]:
    top, bottom = figure.sums
    divided = "" if figure.quantity.x is None else f"{num(top)} / {num(bottom)} = "
    lines = [f"{_FORMULAS[figure.quantity.kind][0]} = {divided}{num(figure.value)}"]
    exact = f"As an exact fraction: {row.exact}"
    if row.exact is not None and len(exact) < WIDTH:
        lines.append(exact)
    return [*lines, agreement("value", [figure.value], [row.value])]


def _quantile(p: float, figure: Recount, row: Estimate) -> list[str]:
    (answers, reached), place = figure.distribution, figure.reaching(p)
    below = reached[place - 1] if place else 0.0
    return [
        f"Share below {num(answers[place])}: {num(below)}; at or below it: {num(reached[place])}",
        f"The lowest answer with a share of {num(p)} or more at or below it: {num(answers[place])}",
        agreement("value", [answers[place]], [row.value]),
    ]


def _variance(estimates: Estimates, figure: Recount, row: Estimate) -> list[str]:
    if row.df < 1:
        return ["Not estimated: there are no two units of a stratum to see their spread by."]
    outside = ~figure.members & figure.sampled
    groups = [*figure.groups, *_without(figure, outside), ("V", figure.members | outside)]
    head = ["stratum", "units m", "of M", "1 - f", "adds to V", "% of V"]
    head[5:5] = [f"at stage {place}" for place in range(2, len(figure.parts) + 1)]
    table = [head, *(_variance_of(figure, *group) for group in groups)]
    linear = _FORMULAS[figure.quantity.kind][1]
    lines = wrapped(f"{linear} for an answer here, 0 for any other; t = sum(z) over a unit.")
    if figure.sample.calibrations:
        swept = any(step.margin is not None for step in figure.sample.calibrations)
        lines += wrapped(
            f"Of z is taken out {_SWEPT if swept else _REGRESSED}, so that strata without answers "
            "here may add."
        )
    lines.append("A stratum adds (1 - f) m / (m - 1) sum((t - mean t)²), with f = m / M.")
    lines += [*aligned(table), *_lonely(figure)]
    if not estimates.quantity:
        lines += wrapped(_judged(figure, row))
    se = math.sqrt(figure.variance)
    agrees = [agreement("SE", [se], [row.se])] if estimates.quantity else []
    return [*lines, f"SE = sqrt(V) = sqrt({num(figure.variance)}) = {num(se)}", *agrees]


def _judged(figure: Recount, row: Estimate) -> str:
    """Say of which share the variance of a quantile is."""
    if figure.mark == row.value:
        return "V is that of the share of answers at or below the quantile."
    top = figure.mark is not None and row.value == figure.distribution[0][-1]
    why = "no answer is above the quantile" if top else "it is the larger of the two"
    return f"V is that of the share of answers below the quantile: {why}."


def _without(figure: Recount, strata: NDArray[np.bool_]) -> list[Group]:
    if not strata.any():
        return []
    adds = figure.parts[:, strata].sum() > ROUNDING * figure.variance
    return [(f"{strata.sum()} without answers here{'' if adds else ' add nothing'}", strata)]


def _variance_of(figure: Recount, name: str, strata: NDArray[np.bool_]) -> list[str]:
    size, rest = figure.first.size[strata], 1 - fraction(figure.first, figure.cells.n)[strata]
    added = figure.parts[:, strata].sum(axis=1)
    added[added <= ROUNDING * figure.variance] = 0.0
    return [
        name,
        num(figure.first.sampled(figure.cells.n)[strata].sum()),
        num(size.sum()) if size.min() > 0 else "-",
        num(rest[0]) if np.ptp(rest) == 0 else "",
        *map(num, added),
        f"{100 * added.sum() / (figure.variance or 1.0):.2f}",
    ]


def _lonely(figure: Recount) -> list[str]:
    joined = [name for name in figure.names if " + " in name]
    lines = wrapped(f"Taken together for a single unit: {'; '.join(joined)}.") if joined else []
    alone = [figure.names[i] for i in np.unique(figure.first.within[figure.sample.alone]).tolist()]
    if alone:
        more = f" and {len(alone) - LISTED} more" if len(alone) > LISTED else ""
        rule = _ALONE.get(figure.sample.lonely, _ALONE["flag"])
        lines += wrapped(f"A single unit in {', '.join(alone[:LISTED])}{more}: {rule}.")
    if figure.sample.lonely_domains:
        lines.append("A stratum with one unit in the domain counts as one with a single unit.")
    return lines or ["No stratum has a single unit."]


def _df(estimates: Estimates, figure: Recount, row: Estimate) -> list[str]:
    own, whole = int(figure.members.sum()), int(figure.sampled.sum())
    df = figure.sample.design_df
    lines = [
        f"Own: units with an answer here {figure.units} - strata with one {own} = "
        f"{figure.units - own}",
        f"Whole design: units {figure.all_units} - strata {whole} = {df}",
    ]
    if row.df < 1:
        return [*lines, "With none of its own there is no margin, whatever the design has."]
    if row.df == df:
        return [
            *lines,
            f"They are the same here: t = {num(t_quantile(df, confidence=estimates.confidence))}.",
        ]
    t, design_t = (num(t_quantile(free, confidence=estimates.confidence)) for free in (row.df, df))
    why = "units without an answer here tell nothing of the spread here"
    return [*lines, *wrapped(f"Its own are used (t = {t}; of the design {design_t}): {why}.")]


def _design_effect(figure: Recount, row: Estimate) -> list[str]:
    if row.deff is None or row.n_effective is None:
        return ["None: only for means and shares with a margin."]
    mass, total = figure.cells.weight * figure.answers, figure.weight
    spread = float(mass @ (figure.quantity.y - figure.value) ** 2) / total
    simple = spread / (row.n - 1)
    deff = figure.variance / simple
    kish = row.n * float(mass @ figure.cells.weight) / total**2
    return [
        f"Simple random sampling: V0 = sum(w n (y - R)²) / sum(w n) / (n - 1) = {num(spread)} / "
        f"{row.n - 1} = {num(simple)}",
        f"deff = V / V0 = {num(deff)}; effective n = n / deff = {num(row.n / deff)}",
        f"Unequal weights alone: n sum(w²) / sum(w)² = {num(kish)}",
        agreement("deff", [deff], [row.deff]),
    ]
