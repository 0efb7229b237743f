"""`enquete analyse plan change`: the change that two waves will show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from enquete.cli.analyse.command import Verb, option
from enquete.cli.analyse.output import Found, record, with_output
from enquete.cli.analyse.plan_margin import EXPECTED, SHARE, WANTED, expected
from enquete.cli.analyse.sheets import Sheet, chances, degrees, numbers
from enquete.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command(
    cls=Verb,
    epilog="enquete analyse plan change --answers 300 280 --difference 0.2",
)
@option(
    "--answers",
    type=(float, float),
    metavar="EARLIER LATER",
    group=WANTED,
    help="Answers in each wave: gives the change that will show, and the chance of each "
    "--difference.",
)
@option(
    "--difference",
    type=float,
    multiple=True,
    metavar="SIZE",
    group=WANTED,
    help="True change; without --answers: gives the answers in each wave that it needs.",
)
@option(
    "--chance",
    type=SHARE,
    default=0.8,
    show_default="0.8",
    metavar="SHARE",
    group=WANTED,
    help="Chance that a true change is shown.",
)
@option(
    "--areas",
    type=click.IntRange(1),
    default=1,
    show_default="1",
    metavar="N",
    group=WANTED,
    help="Areas that are tested: the level is divided over them.",
)
@option(
    "--overlap",
    type=click.FloatRange(0),
    default=0.0,
    show_default="0",
    metavar="N|SHARE",
    group=EXPECTED,
    help="Dwellings that answer in both waves; without --answers the share of them.",
)
@option(
    "--correlation",
    type=click.FloatRange(-1, 1),
    default=0.0,
    show_default="0",
    metavar="SIZE",
    group=EXPECTED,
    help="Of the two answers of one dwelling.",
)
@expected
@with_output()
def change(
    answers: tuple[float, float] | None,
    difference: tuple[float, ...],
    chance: float,
    areas: int,
    confidence: float,
    **expected: Any,
) -> Found:
    """Say which change two waves will show, or how many answers a change needs."""
    level = {"alpha": 1 - confidence, "tests": areas}
    expected["population"] = expected.pop("dwellings")
    if answers is None:
        return _needed(difference, {**level, **expected, "chance": chance})
    return _shown(answers, difference, chance, level, expected)


def _needed(differences: Sequence[float], options: dict[str, Any]) -> Found:
    from analysis.power import answers_for_change

    if not differences:
        raise InputError("give --answers or --difference: there is nothing to plan")
    rows = [answers_for_change(size, **options) for size in differences]
    sheet = Sheet(
        title="Answers that a change needs in each wave",
        columns=[
            numbers("difference", differences),
            numbers("answers", (row.answers for row in rows)),
            numbers("exact", (row.exact for row in rows)),
        ],
        reasons=[row.reason for row in rows],
    )
    return Found(
        sheets=[sheet],
        data={"options": options, "needed": dict(zip(map(str, differences), rows, strict=True))},
        records=[
            record("answers needed", row, difference=size, value=row.exact, n=row.answers)
            for size, row in zip(differences, rows, strict=True)
        ],
    )


def _shown(
    answers: tuple[float, float],
    differences: Sequence[float],
    chance: float,
    level: dict[str, Any],
    expected: dict[str, Any],
) -> Found:
    from analysis.power import detectable_change, power_curve
    from analysis.wave_pair import WavePair

    sd = expected.pop("sd")
    waves = WavePair(answers=answers, sd=(sd, sd), **expected)
    least = detectable_change(waves, chance=chance, **level)
    curve = power_curve(differences, waves, **level)
    sheets = [
        Sheet(
            title=f"Smallest change that is shown with a chance of {chance:g}",
            columns=[
                numbers("change", [least.value]),
                numbers("se", [least.se]),
                degrees("df", [least.df]),
                numbers("level", [least.alpha]),
            ],
            reasons=[least.reason],
        )
    ]
    if curve:
        sheets.append(
            Sheet(
                title="Chance that a true change is shown",
                columns=[
                    numbers("difference", (point.difference for point in curve)),
                    chances("chance", (point.power for point in curve)),
                ],
            )
        )
    return Found(
        sheets=sheets,
        data={"waves": waves, "detectable": least, "power": curve},
        records=[
            record("detectable change", least, difference=None),
            *(record("power", difference=p.difference, value=p.power) for p in curve),
        ],
    )
