"""Statistics of a survey from its sample design, over cells and arrays.

The names below are loaded when first used, so that reading a rating table does not load numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.cells import Cells
    from analysis.design import Design, read_population
    from analysis.estimate import means
    from analysis.estimates import Changes, Estimates
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
    from analysis.replicates import Bootstrap, Given, Jackknife
    from analysis.results import TOTAL, ChangeEstimate, Estimate, Flag
    from analysis.survey import Survey

__all__ = [
    "TOTAL",
    "Bootstrap",
    "Cells",
    "ChangeEstimate",
    "Changes",
    "Design",
    "Estimate",
    "Estimates",
    "Flag",
    "Given",
    "Jackknife",
    "Survey",
    "compare_ranks",
    "driver_model",
    "independence",
    "linear_model",
    "logistic_model",
    "means",
    "proportional_odds",
    "read_population",
    "reliability",
    "small_areas",
]

_HOME = {
    "Cells": "analysis.cells",
    "Changes": "analysis.estimates",
    "Design": "analysis.design",
    "Estimates": "analysis.estimates",
    "Survey": "analysis.survey",
    "means": "analysis.estimate",
    "read_population": "analysis.design",
    **dict.fromkeys(("Bootstrap", "Given", "Jackknife"), "analysis.replicates"),
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
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    return getattr(import_module(_HOME.get(name, "analysis.results")), name)
