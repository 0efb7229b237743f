"""The options that verbs share: the design, the weights, the change between waves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from enquete.cli.analyse.command import option, taken, with_options
from enquete.cli.options import existing_file, instance_option

if TYPE_CHECKING:
    from enquete.cli.analyse.command import Command, Decorator

CHANGE = "Comparing waves"
FIGURE = "The figure"

instance = instance_option(
    expose_value=False,
    hidden=True,
    help="Not looked at: there are no settings for this. Scripts may give it to every command.",
)


@dataclass(frozen=True, kw_only=True)
class ChangeAsked:
    """The options of a change between two waves."""

    compare: tuple[str, str] | None
    adjust: str
    equivalence: float
    min_answers: int
    min_df: int
    overlap: Any


file_argument = click.argument("file", type=existing_file)
rating = option("--rating", required=True, metavar="COL", group=FIGURE, help="Column of the marks.")
by = option(
    "--by",
    multiple=True,
    metavar="COL",
    group=FIGURE,
    help="Column to give a figure for each value of; more than one: for each combination.",
)
only = option(
    "--only", metavar="WAVE", group=FIGURE, help="Wave to look at.  [default: the last there is]"
)


def confidence_of(group: str, *, help: str) -> Decorator:  # noqa: A002 - what click calls it
    """Make the option `--confidence`."""
    return option(
        "--confidence",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        default=0.95,
        show_default="0.95",
        metavar="LEVEL",
        group=group,
        help=help,
    )


confidence = confidence_of(FIGURE, help="Coverage of the intervals.")


def scale(*, default: tuple[float, float] | None) -> Decorator:
    """Make the option `--scale`."""
    return option(
        "--scale",
        type=(float, float),
        default=default,
        show_default=default is not None,
        metavar="LOW HIGH",
        group=FIGURE,
        help="Lowest and highest mark there can be.",
    )


def interval(*methods: str) -> Decorator:
    """Make the option `--interval`."""
    return option(
        "--interval",
        type=click.Choice(methods),
        group=FIGURE,
        help="Method of the intervals.  [default: logit, which stays on the scale; t is R's]",
    )


def _change(equivalence: float) -> list[Decorator]:
    return [
        option(
            "--compare",
            type=(str, str),
            metavar="EARLIER LATER",
            group=CHANGE,
            help="Waves to compare.  [default: the two there are]",
        ),
        option(
            "--adjust",
            type=click.Choice(["holm", "bh", "none"]),
            default="holm",
            show_default=True,
            group=CHANGE,
            help="Adjustment of the p-values for the number of areas tested.",
        ),
        option(
            "--equivalence",
            type=click.FloatRange(0),
            default=equivalence,
            show_default=f"{equivalence:g}",
            metavar="SIZE",
            group=CHANGE,
            help="A change smaller than this is none to speak of; 0: leave that verdict out.",
        ),
        option(
            "--min-answers",
            type=click.IntRange(0),
            default=30,
            show_default="30",
            metavar="N",
            group=CHANGE,
            help="Answers in each wave from which an area is tested.",
        ),
        option(
            "--min-df",
            type=click.IntRange(1),
            default=4,
            show_default="4",
            metavar="N",
            group=CHANGE,
            help="Degrees of freedom from which an area is tested.",
        ),
        option(
            "--overlap",
            type=click.Choice(["shared", "stacked", "none"]),
            group=CHANGE,
            help="What waves share: clusters that are in both; everything, as one sample (R); or "
            "nothing.  [default: shared where there are clusters, else none]",
        ),
    ]


def change(*, equivalence: float = 0.0) -> Decorator:
    """Make the options of a change; `equivalence` is the default of that one, 0 for none."""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapped(**arguments: Any) -> Any:
            return command(change=taken(ChangeAsked, arguments), **arguments)

        return with_options(_change(equivalence), wrapped)

    return decorate
