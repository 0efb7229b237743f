"""From the options of the design and the weights to a survey."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from enquete.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from analysis import Design, Survey
    from analysis.weighting import Counts, Name
    from enquete.cli.analyse.survey_options import DesignAsked, WeightsAsked


def open_survey(file: Path, design: DesignAsked, weights: WeightsAsked) -> Survey:
    """Read a file of answers, say how they were drawn, and adjust their weights.

    Raises
    ------
    InputError
        If options do not fit each other or a total is no number.
    ValueError
        If a file or a column cannot be used.
    """
    from analysis import Survey

    survey = Survey.read(file, _design(design), count=design.count)
    for name, path in weights.post_stratify:
        columns = _columns(name)
        survey = survey.post_stratify(columns, _counts(path, columns, design.wave))
    margins = {
        _columns(name): _counts(path, _columns(name), design.wave) for name, path in weights.margins
    }
    survey = _calibrated(survey, margins, weights)
    if weights.trim:
        low, high = (limit or None for limit in weights.trim)
        survey = survey.trim(low=low, high=high)
    return survey


def _design(asked: DesignAsked) -> Design:
    from analysis import Design, read_population

    if asked.lonely_share and (asked.collapse or asked.lonely != "flag"):
        raise InputError("--lonely-share goes with --lonely flag")
    counts = None
    if asked.population:
        if not asked.strata:
            raise InputError("--population counts by stratum: give --strata too")
        counts = read_population(asked.population, strata=asked.strata, wave=asked.wave)
    return Design(
        strata=asked.strata or None,
        clusters=asked.clusters or None,
        wave=asked.wave,
        weights=asked.weights,
        population=counts,
        fpc=asked.fpc or None,
        lonely="collapse" if asked.collapse else asked.lonely,  # type: ignore[arg-type] # a choice
        lonely_share=asked.lonely_share,
        lonely_domains=asked.lonely_domains,
        collapse=asked.collapse,
        nest=asked.nest,
    )


def _calibrated(survey: Survey, margins: dict[Name, Counts], asked: WeightsAsked) -> Survey:
    totals: dict[Any, float] = dict(map(_total, asked.totals))
    method: Any = asked.calibrate or ("linear" if totals or asked.bounds else None)
    if not margins and not totals:
        if method:
            raise InputError("--calibrate and --bounds need what to meet: give --margin or --total")
        return survey
    if method is None:
        return survey.rake(margins)
    return survey.calibrate(margins, totals, method=method, bounds=asked.bounds)


def _total(asked: tuple[str, str]) -> tuple[Any, float]:
    from analysis.delimited import ParseError, parse_number

    name, text = asked
    try:
        number = parse_number(text)
    except ParseError:
        number = None
    if number is None:
        raise InputError(f"--total of {name!r} must be a number, got {text!r}")
    wave, sign, column = name.partition("/")
    return ((wave, column) if sign else name), number


def _columns(name: str) -> Name:
    parts = tuple(name.split("/"))
    return parts[0] if len(parts) == 1 else parts


def _counts(path: str, columns: Name, wave: str | None) -> Counts:
    from analysis import read_population

    return read_population(path, strata=columns, wave=wave)
