"""`enquete analyse trend`: the line through three waves or more, and where a series breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from enquete.cli.analyse.command import Verb, option
from enquete.cli.analyse.options import CHANGE, FIGURE, by, confidence, rating, scale
from enquete.cli.analyse.output import Found, record, with_output
from enquete.cli.analyse.sheets import Sheet, chances, numbers, texts
from enquete.cli.analyse.survey_options import with_areas
from enquete.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis import Estimates
    from analysis.trend import Breaks, Step, Trend
    from enquete.cli.analyse.merging import Areas


@click.command(
    cls=Verb,
    epilog="enquete analyse trend waves.csv --rating mark --wave year --by area",
)
@rating
@by
@option(
    "--area",
    multiple=True,
    group=FIGURE,
    help="Area to follow, with its steps from wave to wave; total: all answers.  [default: all]",
)
@scale(default=(1, 10))
@confidence
@option(
    "--new-method",
    multiple=True,
    metavar="WAVE",
    group=CHANGE,
    help="Wave from which the question or the way of asking was another: the line steps there.",
)
@option(
    "--adjust",
    type=click.Choice(["holm", "bh", "none"]),
    default="holm",
    show_default=True,
    group=CHANGE,
    help="Adjustment of the p-values of the slopes for the number of areas.",
)
@option(
    "--overlap",
    type=click.Choice(["shared", "stacked", "none"]),
    group=CHANGE,
    help="What waves share: clusters that are in both; everything, as one sample (R); or "
    "nothing.  [default: shared where there are clusters, else none]",
)
@with_areas
@with_output()
def trend(
    areas: Areas,
    rating: str,
    area: tuple[str, ...],
    scale: tuple[float, float],
    confidence: float,
    new_method: tuple[str, ...],
    adjust: str,
    overlap: Any,
) -> Found:
    """Fit a line through the means of three waves or more.

    The slope is in marks a year where waves are years. It uses what the waves share, and tells
    whether they lie on a line at all: a small "p line" says that they do not. With --area it also
    tests every step from wave to wave, and names the waves at which the series breaks.
    """
    from analysis.quantity import mean_of
    from analysis.results import Flag
    from enquete.cli.analyse.estimating import Level, area_key, estimated

    level = Level(
        rating=rating,
        quantity=mean_of,
        name=f"mean of {rating}",
        scale=scale,
        confidence=confidence,
    )
    estimates = estimated(areas, level)
    if len(estimates.waves) < 3:
        raise InputError(
            f"a trend needs three waves or more, got {len(estimates.waves)}: give --wave, or for "
            "two waves use `enquete analyse means`"
        )
    keys = [area_key(estimates, one) for one in area] or [*estimates.cells.domains, ()]
    options: dict[str, Any] = {"overlap": overlap, "new_method": new_method}
    trends = {"/".join(key) or "total": _trend(estimates, key, options) for key in keys}
    steps = {
        one: estimates.breaks(area_key(estimates, one), **options)
        for one in area
        if trends[one].flag is not Flag.EMPTY
    }
    return _found(
        estimates,
        trends,
        (area, steps),
        _adjusted(trends, adjust),
        [b.reason for b in areas.breaks],
    )


def _trend(estimates: Estimates, key: tuple[str, ...], options: Mapping[str, Any]) -> Trend:
    from analysis.results import Flag
    from analysis.trend import Trend

    empty = [wave for wave in estimates.waves if estimates.row(key, wave).value is None]
    if empty:
        reason = f"no answers in wave {', '.join(empty)}"
        return Trend(unit="wave", flag=Flag.EMPTY, reason=reason)
    return estimates.trend(key, **options)


def _adjusted(trends: Mapping[str, Trend], method: Any) -> dict[str, float]:
    """Adjust the p-values of the areas; the total is no part of the family."""
    from analysis.multiple import adjust

    tested = {
        area: found.p for area, found in trends.items() if found.p is not None and area != "total"
    }
    return dict(zip(tested, adjust(list(tested.values()), method=method), strict=True))


def _found(
    estimates: Estimates,
    trends: Mapping[str, Trend],
    followed: tuple[Sequence[str], Mapping[str, Breaks]],
    adjusted: Mapping[str, float],
    broken: Sequence[str],
) -> Found:
    asked, steps = followed
    unit = next((found.unit for found in trends.values() if found.notes or found.df), "year")
    rows = list(trends.values())
    sheet = Sheet(
        title=f"Change of the {estimates.name} a {unit}, {', '.join(estimates.waves)}",
        columns=[
            texts("area", trends),
            numbers("slope", (row.slope for row in rows)),
            *_spread(rows),
            chances("p", (row.p for row in rows)),
            chances("p adjusted", (adjusted.get(area) for area in trends)),
            chances("p line", (row.linearity.p if row.linearity else None for row in rows)),
        ],
        reasons=[row.reason for row in rows],
    )
    notes = [note for found in rows for note in found.notes]
    breaks = [f"{area}: {found.told}." for area, found in steps.items()]
    breaks += [
        f"{area}: not tested whether the series breaks: {trends[area].reason}."
        for area in asked
        if area not in steps
    ]
    lines = list(dict.fromkeys([*broken, *breaks, *notes, *estimates.notes]))
    return Found(
        sheets=[sheet, *(_steps(area, found.steps) for area, found in steps.items())],
        lines=lines,
        data={
            "name": estimates.name,
            "waves": estimates.waves,
            "confidence": estimates.confidence,
            "trends": trends,
            "p_adjusted": adjusted,
            "steps": steps,
            "notes": lines,
        },
        records=[*_slope_records(trends, adjusted), *_step_records(steps)],
    )


def _spread(rows: Sequence[Any]) -> list[Any]:
    return [
        numbers("se", (row.se for row in rows)),
        numbers("low", (row.low for row in rows)),
        numbers("high", (row.high for row in rows)),
        numbers("df", (row.df for row in rows)),
    ]


def _steps(area: str, steps: Sequence[Step]) -> Sheet:
    return Sheet(
        title=f"Steps of {area}",
        columns=[
            texts("from", (step.before for step in steps)),
            texts("to", (step.after for step in steps)),
            numbers("change", (step.value for step in steps)),
            *_spread(steps),
            chances("p", (step.p for step in steps)),
            chances("p adjusted", (step.p_adjusted for step in steps)),
        ],
        keys=2,
        reasons=[step.reason for step in steps],
    )


def _slope_records(
    trends: Mapping[str, Trend], adjusted: Mapping[str, float]
) -> list[dict[str, Any]]:
    return [
        record(
            "slope",
            found,
            area=area,
            wave="",
            since="",
            value=found.slope,
            n=None,
        )
        | {"p": found.p, "p_adjusted": adjusted.get(area)}
        for area, found in trends.items()
    ]


def _step_records(steps: Mapping[str, Breaks]) -> list[dict[str, Any]]:
    return [
        record("step", step, area=area, wave=step.after, since=step.before, n=None)
        | {"p": step.p, "p_adjusted": step.p_adjusted}
        for area, found in steps.items()
        for step in found.steps
    ]
