"""The options that make a survey of a file: its design, its weights, areas that merged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from enquete.cli.analyse.command import option, taken, with_options
from enquete.cli.analyse.files import Assigned
from enquete.cli.analyse.options import file_argument
from enquete.cli.options import IsoDate, existing_file

if TYPE_CHECKING:
    from pathlib import Path

    from enquete.cli.analyse.command import Command

DESIGN = "How the sample was drawn"
WEIGHTS = "Adjusting the weights to the population"
AREAS = "Areas that merged"


@dataclass(frozen=True, kw_only=True)
class DesignAsked:
    """The options of the design: names of columns, and a file."""

    wave: str | None
    strata: tuple[str, ...]
    clusters: tuple[str, ...]
    weights: str | None
    fpc: tuple[str, ...]
    population: Path | None
    lonely: str
    lonely_share: float
    lonely_domains: bool
    collapse: str | None
    nest: bool
    count: str | None


@dataclass(frozen=True, kw_only=True)
class WeightsAsked:
    """The options of the weights: adjustments, in the order they are made."""

    post_stratify: tuple[tuple[str, str], ...]
    margins: tuple[tuple[str, str], ...]
    calibrate: str | None
    bounds: tuple[float, float] | None
    totals: tuple[tuple[str, str], ...]
    trim: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class MergersAsked:
    """The options of areas that merged."""

    merge: Path | None
    as_of: str | None


_DESIGN = [
    option("--wave", metavar="COL", group=DESIGN, help="Column of the wave."),
    option(
        "--strata",
        multiple=True,
        metavar="COL",
        group=DESIGN,
        help="Column of the stratum; more than one where they make it together.",
    ),
    option(
        "--clusters",
        multiple=True,
        metavar="COL",
        group=DESIGN,
        help="Column of the sampling unit, such as the complex; more than one: a stage each.  "
        "[default: every answer]",
    ),
    option("--weights", metavar="COL", group=DESIGN, help="Column of the weights."),
    option(
        "--fpc",
        multiple=True,
        metavar="COL",
        group=DESIGN,
        help="Column of the number of sampling units in the population, a stage each.",
    ),
    option(
        "--population",
        type=existing_file,
        metavar="FILE",
        group=DESIGN,
        help="CSV of the number of dwellings by stratum, and by wave if it has that column. Gives "
        "the weights, unless --weights does; and corrects margins for the finite population, "
        "unless there are --clusters (then only --fpc can) or --fpc does.",
    ),
    option(
        "--lonely",
        type=click.Choice(["adjust", "certainty", "average", "flag", "fail"]),
        default="adjust",
        show_default=True,
        group=DESIGN,
        help="What a stratum with a single unit adds to the variance; flag: no margin where it "
        "counts.",
    ),
    option(
        "--lonely-share",
        type=click.FloatRange(0, 1),
        default=0.0,
        show_default=True,
        group=DESIGN,
        help="With --lonely flag: up to which share of an area's weight, 0 to 1, such strata leave "
        "it a margin.",
    ),
    option(
        "--collapse",
        metavar="COL",
        group=DESIGN,
        help="Take such a stratum together with another of the same value here (the area).",
    ),
    option(
        "--lonely-domains",
        is_flag=True,
        group=DESIGN,
        help="A stratum with a single unit in an area is lonely for that area too.",
    ),
    option(
        "--nest",
        is_flag=True,
        group=DESIGN,
        help="Labels of clusters count within their stratum.",
    ),
    option(
        "--count",
        metavar="COL",
        group=DESIGN,
        help="Column that says how many answers a row stands for.  [default: one]",
    ),
]

_WEIGHTS = [
    option(
        "--post-stratify",
        type=Assigned("COL=FILE"),
        multiple=True,
        group=WEIGHTS,
        help="Weight to the counts of one column (or COL/COL) in a CSV.",
    ),
    option(
        "--rake",
        "--margin",
        "margins",
        type=Assigned("COL=FILE"),
        multiple=True,
        group=WEIGHTS,
        help="Weight to the counts of several columns at once; give it for each.",
    ),
    option(
        "--calibrate",
        type=click.Choice(["linear", "raking", "logit"]),
        group=WEIGHTS,
        help="How to meet the counts of --margin and the totals of --total.  "
        "[default: raking; linear with --total]",
    ),
    option(
        "--bounds",
        type=(float, float),
        metavar="LOW HIGH",
        group=WEIGHTS,
        help="Limits of the factor that --calibrate may put on a weight.",
    ),
    option(
        "--total",
        "totals",
        type=Assigned("[WAVE/]COL=NUMBER"),
        multiple=True,
        group=WEIGHTS,
        help="Population total of a column of numbers, to calibrate on.",
    ),
    option(
        "--trim",
        type=(float, float),
        metavar="LOW HIGH",
        group=WEIGHTS,
        help="Keep the weights within limits, last of all; 0: no limit there.",
    ),
]

_MERGERS = [
    option(
        "--merge",
        type=existing_file,
        metavar="FILE",
        group=AREAS,
        help="CSV of areas that became part of another: date, from, to. For the first --by.",
    ),
    option(
        "--as-of",
        type=IsoDate(),
        metavar="DATE",
        group=AREAS,
        help="Put all waves on the areas of this day.  [default: each wave, a year, on those of "
        "its 1 January, without a test where an area is not the same]",
    ),
]


def with_survey(command: Command) -> Command:
    """Give a verb the file of answers, and hand it the survey with its design and weights."""

    @wraps(command)
    def wrapped(file: Path, **arguments: Any) -> Any:
        from enquete.cli.analyse.opening import open_survey

        design, weights = taken(DesignAsked, arguments), taken(WeightsAsked, arguments)
        return command(survey=open_survey(file, design, weights), **arguments)

    return file_argument(with_options([*_DESIGN, *_WEIGHTS], wrapped))


def with_areas(command: Command) -> Command:
    """As `with_survey`, with `--by` and with areas that merged."""

    @wraps(command)
    def wrapped(survey: Any, by: tuple[str, ...], **arguments: Any) -> Any:
        from enquete.cli.analyse.merging import put_together

        asked = taken(MergersAsked, arguments)
        return command(areas=put_together(survey, by, asked), **arguments)

    return with_survey(with_options(_MERGERS, wrapped))
