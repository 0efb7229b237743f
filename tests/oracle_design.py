"""What a case of the oracle describes: its rows, its design and its weights."""

from __future__ import annotations

import csv
from functools import cache
from typing import TYPE_CHECKING, Any

from analysis import Design, Survey

if TYPE_CHECKING:
    from pathlib import Path


@cache
def _read(path: Path) -> dict[str, list[str]]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def rows_of(path: Path, waves: Any = None) -> dict[str, list[str]]:
    """Read a CSV file, the rows of some waves only where the case says so."""
    columns = _read(path.resolve())  # each test has a folder of its own that leads to the same
    if waves is None:
        return columns
    chosen = {str(wave) for wave in (waves if isinstance(waves, list) else [waves])}
    keep = [i for i, wave in enumerate(columns["wave"]) if wave in chosen]
    return {name: [column[i] for i in keep] for name, column in columns.items()}


def survey_of(columns: dict[str, list[str]], design: dict[str, Any], **more: Any) -> Survey:
    """Make the survey of a case: its design, and its weights."""
    survey = Survey(
        columns,
        Design(
            strata=(design["strata"] or "").removeprefix("wave:") or None,
            clusters=design["clusters"],
            weights=design["weights"],
            fpc=design["fpc"],
            nest=design["nest"],
            lonely=design["lonely_psu"],
            lonely_domains=design.get("adjust_domain_lonely", False),
            **more,
        ),
    )
    step = design.get("adjustment")
    return ADJUSTMENTS[step["kind"]](survey, step) if step else survey


def _post_stratify(survey: Survey, step: dict[str, Any]) -> Survey:
    (cells,) = step["cells"]
    return survey.post_stratify(cells, step["counts"])


def _rake(survey: Survey, step: dict[str, Any]) -> Survey:
    return survey.rake(_margins(step), sweep=True)


def _calibrate(survey: Survey, step: dict[str, Any]) -> Survey:
    if "margins" in step:
        return survey.calibrate(_margins(step), method=step["method"], bounds=step.get("bounds"))
    margins, totals = _from_formula(survey, step)
    return survey.calibrate(margins, totals, method=step["method"], bounds=step.get("bounds"))


ADJUSTMENTS = {"poststratify": _post_stratify, "rake": _rake, "calibrate": _calibrate}


def _margins(step: dict[str, Any]) -> dict[str, Any]:
    """Read margins; one named ``wave:x`` has its counts by wave."""
    return {
        name.removeprefix("wave:"): {
            tuple(label.split(":", 1)) if name.startswith("wave:") else label: count
            for label, count in counts.items()
        }
        for name, counts in step["margins"].items()
    }


def _from_formula(survey: Survey, step: dict[str, Any]) -> tuple[dict[str, Any], dict[str, float]]:
    """Read totals of R's model matrix: the first level of a factor is what the others leave."""
    margins: dict[str, Any] = {}
    totals: dict[str, float] = {}
    for name in step["formula"].removeprefix("~").replace(" ", "").split("+"):
        if name in step["totals"]:
            totals[name] = step["totals"][name]
            continue
        levels = sorted(set(survey.columns[name]))
        known = {level: step["totals"].get(f"{name}{level}") for level in levels[1:]}
        first = step["totals"]["(Intercept)"] - sum(known.values())
        margins[name] = {levels[0]: first, **known}
    return margins, totals
