"""Statistics of a survey from its sample design, over cells and arrays.

The names below are loaded when first used, so that reading a rating table does not load numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.cells import Cells
    from analysis.design import Design, read_population
    from analysis.results import ChangeEstimate, Changes, Estimate, Flag, Means
    from analysis.survey import Survey

__all__ = [
    "Cells",
    "ChangeEstimate",
    "Changes",
    "Design",
    "Estimate",
    "Flag",
    "Means",
    "Survey",
    "read_population",
]

_HOME = {
    "Cells": "analysis.cells",
    "Design": "analysis.design",
    "Survey": "analysis.survey",
    "read_population": "analysis.design",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    return getattr(import_module(_HOME.get(name, "analysis.results")), name)
