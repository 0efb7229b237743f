"""Statistics of a survey from its sample design, over cells and arrays.

The names below are loaded when first used, so that reading a rating table does not load numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.allocation import allocate
    from analysis.area_history import AreaChange, AreaHistory
    from analysis.cells import Cells
    from analysis.contrast import Contrast
    from analysis.design import Design, read_population
    from analysis.estimate import means
    from analysis.estimates import Changes, Estimates
    from analysis.late_answers import early_late
    from analysis.mergers import regrouped, series_areas
    from analysis.models import (
        compare_ranks,
        driver_model,
        independence,
        linear_model,
        logistic_model,
        proportional_odds,
        reliability,
        small_areas,
    )
    from analysis.multiple import adjust
    from analysis.plan import Stratum
    from analysis.planning import Spread, expected_margin, needed_sample
    from analysis.power import answers_for_change, detectable_change, power_curve
    from analysis.propensity_classes import weighting_classes
    from analysis.r_indicator import representativity
    from analysis.replicates import Bootstrap, Given, Jackknife
    from analysis.response import outcome_rates, outcome_rates_by
    from analysis.response_model import fit_response
    from analysis.results import TOTAL, ChangeEstimate, Estimate, Flag
    from analysis.scales import scale_score
    from analysis.studentised import bootstrap_t
    from analysis.survey import Survey
    from analysis.wave_pair import WavePair

__all__ = [
    "TOTAL",
    "AreaChange",
    "AreaHistory",
    "Bootstrap",
    "Cells",
    "ChangeEstimate",
    "Changes",
    "Contrast",
    "Design",
    "Estimate",
    "Estimates",
    "Flag",
    "Given",
    "Jackknife",
    "Spread",
    "Stratum",
    "Survey",
    "WavePair",
    "adjust",
    "allocate",
    "answers_for_change",
    "bootstrap_t",
    "compare_ranks",
    "detectable_change",
    "driver_model",
    "early_late",
    "expected_margin",
    "fit_response",
    "independence",
    "linear_model",
    "logistic_model",
    "means",
    "needed_sample",
    "outcome_rates",
    "outcome_rates_by",
    "power_curve",
    "proportional_odds",
    "read_population",
    "regrouped",
    "reliability",
    "representativity",
    "scale_score",
    "series_areas",
    "small_areas",
    "weighting_classes",
]

_HOME = {
    "allocate": "analysis.allocation",
    **dict.fromkeys(("AreaChange", "AreaHistory"), "analysis.area_history"),
    "bootstrap_t": "analysis.studentised",
    "Cells": "analysis.cells",
    "Contrast": "analysis.contrast",
    **dict.fromkeys(("Design", "read_population"), "analysis.design"),
    "early_late": "analysis.late_answers",
    "means": "analysis.estimate",
    **dict.fromkeys(("Changes", "Estimates"), "analysis.estimates"),
    **dict.fromkeys(("regrouped", "series_areas"), "analysis.mergers"),
    **dict.fromkeys(
        (
            "compare_ranks",
            "driver_model",
            "independence",
            "linear_model",
            "logistic_model",
            "proportional_odds",
            "reliability",
            "small_areas",
        ),
        "analysis.models",
    ),
    "adjust": "analysis.multiple",
    "Stratum": "analysis.plan",
    **dict.fromkeys(("Spread", "expected_margin", "needed_sample"), "analysis.planning"),
    **dict.fromkeys(("answers_for_change", "detectable_change", "power_curve"), "analysis.power"),
    **dict.fromkeys(("Bootstrap", "Given", "Jackknife"), "analysis.replicates"),
    "representativity": "analysis.r_indicator",
    **dict.fromkeys(("outcome_rates", "outcome_rates_by"), "analysis.response"),
    "fit_response": "analysis.response_model",
    "scale_score": "analysis.scales",
    "Survey": "analysis.survey",
    "WavePair": "analysis.wave_pair",
    "weighting_classes": "analysis.propensity_classes",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    return getattr(import_module(_HOME.get(name, "analysis.results")), name)
