"""`enquete analyse means`, `share`, `total`, `ratio` and `quantile`: figures by area and wave."""

from __future__ import annotations

import math
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from enquete.cli.analyse.command import Verb, option, with_options
from enquete.cli.analyse.options import (
    FIGURE,
    ChangeAsked,
    by,
    change,
    confidence,
    interval,
    rating,
    scale,
)
from enquete.cli.analyse.output import with_output
from enquete.cli.analyse.survey_options import with_areas
from enquete.errors import InputError

if TYPE_CHECKING:
    from enquete.cli.analyse.command import Command
    from enquete.cli.analyse.estimating import Level
    from enquete.cli.analyse.merging import Areas
    from enquete.cli.analyse.output import Found

_EXPLAIN = option(
    "--explain",
    multiple=True,
    metavar="AREA",
    group=FIGURE,
    help="Tell how the figures of an area (or total) came about, in place of the table.",
)
_FIGURE = [
    option(
        "--units",
        multiple=True,
        metavar="COL|answers",
        group=FIGURE,
        help="Show the standard error beside it as if these were the sampling units.",
    ),
    _EXPLAIN,
]


def _compares(command: Command) -> Command:
    """Estimate the level that a verb gives, compare the waves, and make both ready."""

    @wraps(command)
    def wrapped(
        areas: Areas,
        change: ChangeAsked,
        units: tuple[str, ...],
        explain: tuple[str, ...],
        **arguments: Any,
    ) -> Found:
        from enquete.cli.analyse.estimating import compared, estimated, found

        level: Level = command(**arguments)
        estimates = estimated(areas, level, units)
        changes = compared(estimates, areas, change)
        head = click.get_current_context().command.name or ""
        return found(
            estimates, areas, changes, units=units, explain=explain, head=head.removesuffix("s")
        )

    return with_options(_FIGURE, wrapped)


def example(verb: str, options: str) -> str:
    """Write a command on the invented survey that comes with Enquete."""
    words = " ".join(filter(None, ["enquete analyse", verb, "tests/reference/survey.csv"]))
    design = "--wave wave --strata stratum --clusters complex_id --weights w"
    return f"{words} \\\n  {options} \\\n  {design}"


@click.command(cls=Verb, epilog=example("", "--rating rapportcijfer --by gemeente"))
@rating
@by
@scale(default=(1, 10))
@interval("logit", "t", "likelihood", "asin", "beta", "wilson")
@confidence
@change(equivalence=0.2)
@with_areas
@with_output(plot="the changes, or the means of the last wave where nothing is compared")
@_compares
def means(
    rating: str, scale: tuple[float, float], interval: str | None, confidence: float
) -> Level:
    """Estimate mean marks with their margins from a FILE of answers.

    One row is one answer; FILE is .csv, .parquet, .sav or .dta. The design options say how the
    sample was drawn, and the margins follow from it. With two waves (or --compare) it also gives
    the change, tested on the degrees of freedom of each area's own and adjusted for the number of
    areas. What cannot be said has its reason in the place of a number.
    """
    from analysis.quantity import mean_of
    from enquete.cli.analyse.estimating import Level

    return Level(
        rating=rating,
        quantity=mean_of,
        name=f"mean of {rating}",
        scale=scale,
        interval=interval,
        confidence=confidence,
    )


@click.command(cls=Verb, epilog=example("share", "--rating rapportcijfer --from 8 --by gemeente"))
@rating
@option(
    "--from",
    "low",
    type=float,
    required=True,
    metavar="MARK",
    group=FIGURE,
    help="Lowest mark that counts: 8 is an 8 or higher, unless there is --to.",
)
@option(
    "--to",
    "high",
    type=float,
    metavar="MARK",
    group=FIGURE,
    help="Highest mark that counts.  [default: any]",
)
@by
@scale(default=None)
@interval("logit", "t", "likelihood", "asin", "beta", "wilson")
@confidence
@change()
@with_areas
@with_output(plot="the changes, or the shares of the last wave where nothing is compared")
@_compares
def share(
    rating: str,
    low: float,
    high: float | None,
    scale: tuple[float, float] | None,
    interval: str | None,
    confidence: float,
) -> Level:
    """Estimate the share of answers from one mark up to another.

    Of an 8 or higher: --from 8; of exactly a 5: --from 5 --to 5; of a yes as 1: --from 1. (Python's
    share(y, 8) is of exactly an 8, and share(y, 8, inf) of an 8 or higher.) Shares are from 0 to 1,
    of the answers that have a mark. --equivalence is in the same units: 0.05 is five per cent
    points.
    """
    from analysis.quantity import share_name, share_of
    from enquete.cli.analyse.estimating import Level

    last = math.inf if high is None else high
    if last < low:
        raise InputError(f"--to must be at least --from, got {low:g} to {last:g}")
    return Level(
        rating=rating,
        quantity=share_of(low, last),
        name=share_name(rating, low, last),
        scale=scale,
        interval=interval,
        confidence=confidence,
    )


@click.command(cls=Verb, epilog=example("total", "--rating huishouden --by gemeente"))
@rating
@by
@confidence
@change()
@with_areas
@with_output(plot="the changes, or the totals of the last wave where nothing is compared")
@_compares
def total(rating: str, confidence: float) -> Level:
    """Estimate the total of a column of numbers over the population.

    The sum of weight times number: people from the sizes of households, or with a column of 0 and 1
    how many there are. It is right as far as the weights add up to the population.
    """
    from analysis.quantity import total_of
    from enquete.cli.analyse.estimating import Level

    return Level(rating=rating, quantity=total_of, name=f"total of {rating}", confidence=confidence)


@click.command(cls=Verb, epilog=example("ratio", "--rating veilig --over rapportcijfer"))
@rating
@option("--over", required=True, metavar="COL", group=FIGURE, help="Column to divide by.")
@by
@confidence
@change()
@with_areas
@with_output(plot="the changes, or the ratios of the last wave where nothing is compared")
@_compares
def ratio(rating: str, over: str, confidence: float) -> Level:
    """Estimate the total of one column over the total of another.

    Both are estimated from the same answers, and the margin knows that: of people a dwelling, of
    complaints a resident. Only answers that have both numbers count.
    """
    from analysis.quantity import ratio_of
    from enquete.cli.analyse.estimating import Level

    return Level(
        rating=rating,
        quantity=ratio_of(over),
        name=f"ratio of {rating} over {over}",
        keep=(over,),
        confidence=confidence,
    )


@click.command(cls=Verb, epilog=example("quantile", "--rating rapportcijfer --p 0.25"))
@rating
@option(
    "--p",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.5,
    show_default="0.5",
    metavar="SHARE",
    group=FIGURE,
    help="Share of the population at or below it; 0.5 is the median.",
)
@by
@scale(default=None)
@option(
    "--centre",
    type=click.Choice(["p", "estimate"]),
    default="p",
    show_default=True,
    group=FIGURE,
    help="What the interval is about: the share asked for, or that at or below the quantile, as R.",
)
@confidence
@_EXPLAIN
@with_areas
@with_output(plot="the quantiles of the last wave")
def quantile(
    areas: Areas,
    rating: str,
    p: float,
    scale: tuple[float, float] | None,
    centre: Any,
    confidence: float,
    explain: tuple[str, ...],
) -> Found:
    """Estimate a quantile, such as the median, with Woodruff's interval.

    Marks lie on a grid: the median of marks moves in whole points, and its interval ends on marks.
    Quantiles are not compared between waves; see share for how many are at a mark or above.
    """
    from enquete.cli.analyse.estimating import found

    estimates = areas.survey.quantile(
        rating, p, by=areas.by, scale=scale, centre=centre, confidence=confidence
    )
    return found(estimates, areas, explain=explain, head="quantile")
