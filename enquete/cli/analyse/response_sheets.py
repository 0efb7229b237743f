"""The tables of `enquete analyse response`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from enquete.cli.analyse.sheets import Sheet, chances, numbers, shares, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.late_answers import EarlyLate
    from analysis.propensity_classes import ClassWeights
    from analysis.r_indicator import Representativity
    from analysis.response import OutcomeRates

_RATES = ("rr1", "rr2", "rr3", "rr4", "rr5", "rr6", "coop1", "ref1", "con1")


@dataclass(frozen=True)
class Model:
    """Who answered in a wave, by what is known of everyone asked."""

    indicator: Representativity
    classes: ClassWeights


def rate_sheet(rates: Mapping[str, Mapping[str, OutcomeRates]]) -> Sheet:
    """Show the outcome rates of each wave and area."""
    rows = [(wave, area, row) for wave, areas in rates.items() for area, row in areas.items()]
    waves = [texts("wave", (wave for wave, _, _ in rows))] if any(rates) else []
    return Sheet(
        title="Outcome rates",
        columns=[
            *waves,
            texts("area", (area for _, area, _ in rows)),
            numbers("dwellings", (round(sum(row.counts.values())) for _, _, row in rows)),
            *(shares(name.upper(), (getattr(row, name) for _, _, row in rows)) for name in _RATES),
            shares("e", (row.eligibility for _, _, row in rows)),
        ],
        keys=len(waves) + 1,
        reasons=[row.reason for _, _, row in rows],
    )


def model_sheets(models: Mapping[str, Model]) -> list[Sheet]:
    """Show the R-indicator, its parts, the weighting classes and what these do."""
    if not models:
        return []
    return [_indicators(models), _partials(models), _classes(models), _effects(models)]


def _indicators(models: Mapping[str, Model]) -> Sheet:
    rows = [one.indicator for one in models.values()]
    return Sheet(
        title="Were they like the others: R-indicator",
        columns=[
            texts("wave", models),
            numbers("asked", (row.n for row in rows)),
            shares("answered", (row.mean_propensity for row in rows)),
            numbers("R", (row.r for row in rows)),
            numbers("se", (row.se for row in rows)),
            numbers("R adjusted", (row.r_adjusted for row in rows)),
            numbers("most bias, in sd", (row.cv for row in rows)),
        ],
        reasons=[row.reason for row in rows],
    )


def _partials(models: Mapping[str, Model]) -> Sheet:
    rows = [
        (wave, variable.variable, level.level, level)
        for wave, one in models.items()
        for variable in one.indicator.variables
        for level in variable.levels
    ]
    totals = [
        (wave, variable.variable, "all levels", variable)
        for wave, one in models.items()
        for variable in one.indicator.variables
    ]
    lines: list[tuple[str, str, str, Any]] = sorted([*rows, *totals], key=lambda row: row[:2])
    return Sheet(
        title="Who is missing: partial indicators (below 0: too few answered)",
        columns=[
            texts("wave", (row[0] for row in lines)),
            texts("variable", (row[1] for row in lines)),
            texts("level", (row[2] for row in lines)),
            shares("of asked", (getattr(row[3], "share", None) for row in lines)),
            shares("answered", (getattr(row[3], "propensity", None) for row in lines)),
            numbers("indicator", (row[3].value for row in lines)),
            numbers("se", (row[3].se for row in lines)),
        ],
        keys=3,
    )


def _classes(models: Mapping[str, Model]) -> Sheet:
    rows = [(wave, one) for wave, found in models.items() for one in found.classes.classes]
    return Sheet(
        title="Weighting classes, from the least likely to answer",
        columns=[
            texts("wave", (wave for wave, _ in rows)),
            texts("class", (row.label for _, row in rows)),
            numbers("asked", (row.asked for _, row in rows)),
            numbers("answered", (row.answered for _, row in rows)),
            shares("rate", (row.rate for _, row in rows)),
            numbers("factor", (row.factor for _, row in rows)),
        ],
        keys=2,
    )


EFFECT = {
    "kish_before": "kish before",
    "kish_after": "after",
    "n_effective": "n effective",
    "mean_before": "mean before",
    "mean_after": "mean after",
    "shift": "shift",
}


def effect(classes: ClassWeights) -> dict[str, Any]:
    """Give what weighting classes do to the weights and the mean."""
    return {name: getattr(classes, name) for name in (*EFFECT, "flag", "reason")}


def _effects(models: Mapping[str, Model]) -> Sheet:
    rows = [one.classes for one in models.values()]
    return Sheet(
        title="What the classes do",
        columns=[
            texts("wave", models),
            *(numbers(head, (getattr(row, name) for row in rows)) for name, head in EFFECT.items()),
        ],
        reasons=[row.reason for row in rows],
    )


def late_sheet(late: Mapping[str, EarlyLate]) -> Sheet:
    """Show late less early answers of each wave."""
    rows = list(late.values())
    return Sheet(
        title="Late against early answers",
        columns=[
            texts("wave", late),
            numbers("n early", (row.n[0] for row in rows)),
            numbers("n late", (row.n[1] for row in rows)),
            *(
                numbers(name, (getattr(row, name) for row in rows))
                for name in ("early", "late", "value", "se", "low", "high", "df")
            ),
            chances("p", (row.p for row in rows)),
        ],
        reasons=[row.reason for row in rows],
    )
