"""The response to a sample, wave by wave: rates, the model of response, early against late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from enquete.cli.analyse.output import Found, record
from enquete.cli.analyse.response_sheets import (
    EFFECT,
    Model,
    effect,
    late_sheet,
    model_sheets,
    rate_sheet,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.late_answers import EarlyLate
    from analysis.response import OutcomeRates
    from enquete.cli.analyse.response import Sample

_ALL = (
    *("rr1", "rr2", "rr3", "rr4", "rr5", "rr6"),
    *("coop1", "coop2", "coop3", "coop4", "ref1", "ref2", "ref3", "con1", "con2", "con3"),
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of the sample: names of columns and options."""

    disposition: str
    by: tuple[str, ...]
    model: tuple[str, ...]
    rating: str | None
    late: str | None
    weights: str | None
    strata: tuple[str, ...]
    clusters: str | None
    eligibility: float | None
    pooled: bool
    classes: int
    partials: bool


def found(waves: Mapping[str, Sample], asked: Asked) -> Found:
    """Compute what was asked of each wave, and make it ready to show.

    Raises
    ------
    ValueError
        If a disposition is unknown, or a column cannot be used.
    """
    rates = {wave: _rates(sample, asked) for wave, sample in waves.items()}
    models = {wave: _model(sample, asked) for wave, sample in waves.items()} if asked.model else {}
    late = {wave: _late(sample, asked) for wave, sample in waves.items()} if asked.late else {}
    sheets = [rate_sheet(rates), *model_sheets(models), *([late_sheet(late)] if late else [])]
    lines = _notes(asked)
    return Found(
        sheets=sheets,
        lines=lines,
        data={
            "rates": rates,
            "model": {
                wave: {
                    "representativity": one.indicator,
                    "classes": one.classes.classes,
                    "effect": effect(one.classes),
                }
                for wave, one in models.items()
            },
            "early_late": late,
            "notes": lines,
        },
        records=[*_rate_records(rates), *_model_records(models), *_late_records(late)],
    )


def _notes(asked: Asked) -> list[str]:
    weighted = "weighted: of the population" if asked.weights else "not weighted: of the sample"
    notes = [f"Rates are {weighted} (AAPOR, Standard Definitions, 2023)."]
    if asked.model:
        who = "complete and partial answers" if asked.partials else "complete answers"
        notes.append(
            f"The model is of {who} against all others that were or may have been eligible; it "
            "says nothing of what is not in it."
        )
    if asked.late:
        notes.append(
            "Late answers stand for those who never answered, if the two are alike: a difference "
            "warns of bias, none is no proof that there is none."
        )
    return notes


def _rates(sample: Sample, asked: Asked) -> dict[str, OutcomeRates]:
    from analysis.response import outcome_rates_by

    return outcome_rates_by(
        sample.columns[asked.disposition],
        sample.labels(asked.by),
        weights=_weights(sample, asked),
        eligibility=asked.eligibility,
        pooled=asked.pooled,
    )


def _weights(sample: Sample, asked: Asked) -> Any:
    return sample.numbers(asked.weights)


def _design(sample: Sample, asked: Asked) -> dict[str, Any]:
    return {
        "weights": _weights(sample, asked),
        "strata": sample.labels(asked.strata),
        "clusters": sample.columns[asked.clusters] if asked.clusters else None,
    }


def _answered(sample: Sample, asked: Asked) -> list[bool]:
    codes = {"I", "P"} if asked.partials else {"I"}
    return [text in codes for text in sample.columns[asked.disposition]]


def _model(sample: Sample, asked: Asked) -> Model:
    from analysis.propensity_classes import propensity_classes, weighting_classes
    from analysis.r_indicator import representativity
    from analysis.response_model import fit_response

    eligible = sample.where([text != "NE" for text in sample.columns[asked.disposition]])
    answered, weights = _answered(eligible, asked), _weights(eligible, asked)
    variables = {name: eligible.columns[name] for name in asked.model}
    model = fit_response(answered, variables, **_design(eligible, asked))
    places = propensity_classes(model.propensity, classes=asked.classes, weights=weights)
    values = eligible.numbers(asked.rating)
    classes = weighting_classes(answered, places, weights=weights, values=values)
    return Model(representativity(model), classes)


def _late(sample: Sample, asked: Asked) -> EarlyLate:
    from analysis.late_answers import early_late

    respondents = sample.where(_answered(sample, asked))
    late: Any = respondents.numbers(asked.late)
    values: Any = respondents.numbers(asked.rating)
    return early_late(values, late, **_design(respondents, asked))


def _row(statistic: str, source: Any = None, /, **values: Any) -> dict[str, Any]:
    where = {"wave": "", "area": "", "variable": "", "level": ""}
    return record(statistic, source, **{**where, **values})


def _rate_records(rates: Mapping[str, Mapping[str, OutcomeRates]]) -> list[dict[str, Any]]:
    return [
        _row(name, row, wave=wave, area=area, value=getattr(row, name), n=sum(row.counts.values()))
        for wave, areas in rates.items()
        for area, row in areas.items()
        for name in (*_ALL, "eligibility")
    ]


def _model_records(models: Mapping[str, Model]) -> list[dict[str, Any]]:
    rows = []
    for wave, one in models.items():
        indicator = one.indicator
        rows.append(_row("R-indicator", indicator, wave=wave, value=indicator.r))
        rows.append(_row("R-indicator adjusted", wave=wave, value=indicator.r_adjusted))
        for variable in indicator.variables:
            name = variable.variable
            rows.append(_row("partial indicator", variable, wave=wave, variable=name))
            rows += [
                _row("partial indicator", level, wave=wave, variable=name, level=level.level)
                for level in variable.levels
            ]
        rows += [
            _row("class factor", wave=wave, level=row.label, value=row.factor, n=row.answered)
            for row in one.classes.classes
        ]
        rows += [_row(name, wave=wave, value=getattr(one.classes, name)) for name in EFFECT]
    return rows


def _late_records(late: Mapping[str, EarlyLate]) -> list[dict[str, Any]]:
    return [_row("late less early", row, wave=wave, n=sum(row.n)) for wave, row in late.items()]
