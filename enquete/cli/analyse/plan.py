"""`enquete analyse plan`: the sample before it is drawn."""

from __future__ import annotations

import click

from enquete.cli.analyse import plan_allocate, plan_change, plan_margin


@click.group()
def plan() -> None:
    """Plan a sample: its margin, its size, its division, the change it will show."""


for verb in (plan_margin.margin, plan_allocate.allocate, plan_change.change):
    plan.add_command(verb)
