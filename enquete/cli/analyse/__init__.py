"""`enquete analyse`: the analyst's tool, on a file of answers and without any database."""

from __future__ import annotations

import click
from click_default_group import DefaultGroup  # type: ignore[import-untyped] # it has no types

from enquete.cli.analyse import (
    areas,
    battery,
    composition,
    drivers,
    levels,
    plan,
    response,
    table,
    trend,
    weights,
)


@click.group(cls=DefaultGroup, default="means")
def analyse() -> None:
    """Estimate, compare and explain figures from a file of answers.

    Needs no database. `enquete analyse FILE --rating COLUMN` gives means, as the verb `means`
    does. Every verb tells its options and has an example: `enquete analyse share --help`.
    """


for verb in (
    levels.means,
    levels.share,
    levels.total,
    levels.ratio,
    levels.quantile,
    trend.trend,
    composition.composition,
    areas.areas,
    drivers.drivers,
    battery.battery,
    table.table,
    weights.weights,
    response.response,
    plan.plan,
):
    analyse.add_command(verb)
