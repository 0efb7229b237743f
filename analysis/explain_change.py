"""The account of one change: both waves, what they share, the test, the family and the verdict."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from analysis.account import agreement, aligned, between, num, placed, wrapped, written
from analysis.rating_table import Verdict
from analysis.recount import PairRecount, Recount
from analysis.results import TOTAL, Flag, show_key
from analysis.share_intervals import t_quantile

if TYPE_CHECKING:
    from analysis.estimates import Changes
    from analysis.results import ChangeEstimate
    from analysis.verdicts import Rules

_VERDICTS = {
    Verdict.HIGHER: "higher): {p} < {alpha}, and the change is above 0",
    Verdict.LOWER: "lower): {p} < {alpha}, and the change is below 0",
    Verdict.UNCHANGED: "as good as the same): {p} >= {alpha}, equivalence p {other} < {alpha}",
    Verdict.NO_DIFFERENCE: "no difference shown): {p} >= {alpha}; equivalence p {other}, which "
    "shows no sameness either",
}


def explain_change(changes: Changes, row: ChangeEstimate) -> str:
    """Tell how a change came about, with every number computed again from the cells.

    Parameters
    ----------
    row
        One of the rows of `changes`, or its total.

    Returns
    -------
    Plain text in sections: result, waves, variance, degrees of freedom, rules of the tests, test,
    family of tests, equivalence, detectable difference, verdict and notes.

    Raises
    ------
    KeyError, ValueError
        If `row` is not of these changes.
    """
    span = f"{changes.before} to {changes.after}"
    if changes.row(row.key) != row:
        raise ValueError(f"row must be of these changes, got another one of {show_key(row.key)}")
    pair = PairRecount(changes, row)
    sections = [("Result", _changed(changes, row)), ("Waves", _waves(pair))]
    if row.value is not None:
        sections += [("Variance", _joint(pair)), ("Degrees of freedom", _pair_df(pair))]
    if changes.rules is not None:
        sections.append(("Rules", _rules(changes.rules)))
    if row.p is not None:
        sections += [
            ("Test", _test(pair)),
            ("Family of tests", _family(changes, row)),
            ("Equivalence", _equivalence(pair)),
            ("Detectable difference", _detectable(pair)),
        ]
    sections.append(("Verdict", _verdict(changes, row)))
    sections.append(("Notes", [line for note in changes.notes for line in wrapped(note)]))
    return written(f"Change of {changes.estimates.name}: {placed(row.key, span)}", sections)


def _changed(changes: Changes, row: ChangeEstimate) -> list[str]:
    flag = wrapped(f"Flag: {row.flag}; {row.reason or 'nothing is withheld'}.")
    if row.value is None:
        return ["No change.", *flag]
    ends = "none" if row.low is None else between((row.low, row.high))
    level = f"{num(100 * changes.estimates.confidence)} % interval"
    return [f"Change {num(row.value)}, SE {num(row.se)}, {level} {ends}; df {row.df}.", *flag]


def _waves(pair: PairRecount) -> list[str]:
    lines = [["wave", "value", "SE by itself", "df", "n"]]
    for wave in (pair.changes.before, pair.changes.after):
        one = pair.changes.estimates.row(pair.row.key, wave)
        lines.append([wave, num(one.value), num(one.se), str(one.df), str(one.n)])
    if pair.row.value is None:
        return aligned(lines)
    before, after = pair.found.value
    return [
        *aligned(lines),
        f"D = {num(after)} - {num(before)} = {num(pair.value)}",
        agreement("change", [pair.value], [pair.row.value]),
    ]


def _joint(pair: PairRecount) -> list[str]:
    v, row = pair.found.covariance, pair.row
    (first, second), between = np.diag(v), v[0, 1]
    lines = wrapped(_shared(pair))
    if row.df < 1:
        return lines
    whole = f"{num(first)} + {num(second)} - 2 x {num(between)}"
    lines += [
        f"V = V1 + V2 - 2 cov = {whole} = {num(pair.variance)}",
        f"SE = sqrt(V) = {num(pair.se)}; were cov 0: {num(math.sqrt(first + second))}",
    ]
    if pair.changes.overlap == "stacked":
        lines += wrapped(
            "V1 and V2 are those in the design over both waves, where a unit of either counts; the "
            "SE by itself above is of the wave's own design."
        )
    return [*lines, agreement("SE", [pair.se], [row.se])]


def _shared(pair: PairRecount) -> str:
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
    if pair.changes.overlap == "stacked":
        return f"{count}: what these share is the covariance, in one design over both waves."
    if pair.changes.overlap == "shared":
        return (
            f"{count}: these give the covariance, by stratum (n12 - n1 n2 / N) times that of their "
            "linearised values (Tam 1984)."
        )
    return f"{count}. They are taken as different units: cov is 0, and the SE cautious."


def _pair_df(pair: PairRecount) -> list[str]:
    figure = Recount(pair.cells, pair.quantity, pair.cells.sample(), pair.inside)
    counted = {
        "none": "a unit counts in each wave, as its stratum does",
        "stacked": "a unit of both waves counts once, as its stratum does",
        "shared": "a unit of both waves counts once; a stratum too, but for each wave where its "
        "waves share no unit",
    }
    lines = wrapped(f"Own: units with an answer here - strata with one = {pair.df}")
    lines += wrapped(f"Here {counted[pair.changes.overlap]}.")
    if pair.row.df < pair.df:
        lines.append("A wave without degrees of freedom of its own has no variance: 0 are left.")
    return [*lines, f"Whole design, each wave by itself: {figure.sample.design_df}"]


def _rules(rules: Rules) -> list[str]:
    """Say who is tested."""
    family = "every domain that may be tested"
    if rules.family is not None:
        family = ", ".join(sorted(map(show_key, rules.family))) or "none"
        family += " (chosen before looking)"
    return wrapped(
        f"A change is tested from n = {rules.min_answers} in each wave and df = {rules.min_df}. "
        f"The family of tests: {family}. The total is tested by itself."
    )


def _test(pair: PairRecount) -> list[str]:
    from scipy.special import stdtr

    row, confidence = pair.row, pair.changes.estimates.confidence
    t, quantile = pair.value / pair.se, t_quantile(row.df, confidence=confidence)
    p = float(2 * stdtr(row.df, -abs(t)))
    ends = pair.value - quantile * pair.se, pair.value + quantile * pair.se
    lines = [
        f"t = D / SE = {num(pair.value)} / {num(pair.se)} = {num(t)}; "
        f"p = 2 P(T({row.df}) < -|t|) = {num(p)}",
        f"D ± t({row.df}) SE = {num(pair.value)} ± {num(quantile)} x {num(pair.se)} = "
        f"{between(ends)}",
        agreement("p and ends", [p, *ends], [row.p, row.low, row.high]),
    ]
    if row.effect_size is not None:
        sd = math.sqrt(float(pair.found.n @ pair.found.spread) / pair.found.n.sum())
        size = f"{num(pair.value)} / {num(sd)} = {num(pair.value / sd)}"
        lines.append(f"Effect size: D / SD of the answers of both waves = {size}")
    return lines


def _family(changes: Changes, row: ChangeEstimate) -> list[str]:
    tested = [other for other in changes.rows if other.flag is Flag.OK]
    family = sorted((other.p or 0.0, show_key(other.key)) for other in tested)
    m = len(family)
    if row.key == TOTAL:
        return [f"The total is no part of the family of {m} tests: p stays as it is."]
    if row.p_adjusted is None:
        return wrapped(f"Not one of the {m} tests of the family: {row.reason}.")
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
        return [f"Rank {rank} of {m} tests; p is not adjusted.", f"adjusted p = {num(row.p)}"]
    own = {"holm": f"p({rank}) x ({m} - {rank} + 1)", "bh": f"p({rank}) x {m} / {rank}"}[method]
    return [
        f"Rank {rank} of {m} tests, {method}: {own} = {num(row.p)} x "
        f"{num(_factor(method, rank, m))} = {num(steps[rank - 1])}",
        f"Of these {which}: rank {from_rank + 1} ({family[from_rank][1]}), at most 1",
        f"adjusted p = {num(adjusted)}",
        agreement("adjusted p", [adjusted], [row.p_adjusted]),
    ]


def _factor(method: str, rank: int, m: int) -> float:
    return {"holm": m - rank + 1, "bh": m / rank, "none": 1}[method]


def _equivalence(pair: PairRecount) -> list[str]:
    from scipy.special import stdtr

    margin, df = pair.changes.equivalence, pair.row.df
    if margin is None:
        return ["Not asked for."]
    lower, upper = (pair.value + margin) / pair.se, (pair.value - margin) / pair.se
    p_lower, p_upper = float(stdtr(df, -lower)), float(stdtr(df, upper))
    p = max(p_lower, p_upper)
    return [
        f"D <= -{num(margin)}: t = (D + {num(margin)}) / SE = {num(lower)}, p = {num(p_lower)}",
        f"D >= {num(margin)}: t = (D - {num(margin)}) / SE = {num(upper)}, p = {num(p_upper)}",
        f"The larger counts: p = {num(p)} (Schuirmann 1987)",
        agreement("equivalence p", [p], [pair.row.p_equivalence]),
    ]


def _detectable(pair: PairRecount) -> list[str]:
    from scipy.special import stdtrit

    df, confidence = pair.row.df, pair.changes.estimates.confidence
    alpha, power = t_quantile(df, confidence=confidence), float(stdtrit(df, 0.8))
    least = (alpha + power) * pair.se
    return [
        f"(t({num((1 + confidence) / 2)}) + t(0.8)) SE = ({num(alpha)} + {num(power)}) x "
        f"{num(pair.se)} = {num(least)}",
        "A change this large is found 8 times in 10, before the adjustment of p.",
    ]


def _verdict(changes: Changes, row: ChangeEstimate) -> list[str]:
    if row.flag is not Flag.OK:
        return wrapped(f"{row.verdict} (too few answers): not tested; {row.reason}.")
    p = f"p {num(row.p)}" if row.key == TOTAL else f"adjusted p {num(row.p_adjusted)}"
    alpha = num(1 - changes.estimates.confidence)
    why = _VERDICTS[row.verdict].format(p=p, alpha=alpha, other=num(row.p_equivalence))
    return wrapped(f"{row.verdict} ({why}.")
