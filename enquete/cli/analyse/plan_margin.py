"""`enquete analyse plan margin`: the margin of a sample, and the sample of a margin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from enquete.cli.analyse.command import Verb, option, with_options
from enquete.cli.analyse.options import confidence_of
from enquete.cli.analyse.output import Found, record, with_output
from enquete.cli.analyse.sheets import Sheet, degrees, numbers
from enquete.errors import InputError

if TYPE_CHECKING:
    from enquete.cli.analyse.command import Command

EXPECTED = "What is expected"
WANTED = "What is wanted"
ABOVE = click.FloatRange(0, min_open=True)
SHARE = click.FloatRange(0, 1, min_open=True)


def expected(command: Command) -> Command:
    """Give a command what is expected of the answers in one area."""
    return with_options(
        [
            option(
                "--sd",
                type=ABOVE,
                default=1.6,
                show_default="1.6, usual for marks of 1 to 10",
                metavar="SIZE",
                group=EXPECTED,
                help="Standard deviation of the answers.",
            ),
            option(
                "--deff",
                type=ABOVE,
                default=1.0,
                show_default="1",
                metavar="SIZE",
                group=EXPECTED,
                help="Design effect, of clusters and unequal weights.",
            ),
            option(
                "--dwellings",
                type=click.IntRange(1),
                metavar="N",
                group=EXPECTED,
                help="Dwellings in the area.  [default: far more than are asked]",
            ),
            confidence_of(
                WANTED, help="Coverage of the interval; 1 less it is the level of a test."
            ),
        ],
        command,
    )


@click.command(
    cls=Verb,
    epilog="enquete analyse plan margin --invited 600 --margin 0.2 --response 0.35",
)
@option(
    "--invited",
    type=click.IntRange(0),
    multiple=True,
    metavar="N",
    group=WANTED,
    help="Dwellings to ask: gives their margin. More than once: one after another.",
)
@option(
    "--margin",
    type=ABOVE,
    multiple=True,
    metavar="SIZE",
    group=WANTED,
    help="Half width of the interval, as 0.2: gives the dwellings to ask.",
)
@option(
    "--response",
    type=SHARE,
    default=1.0,
    show_default="1",
    metavar="SHARE",
    group=EXPECTED,
    help="Share of the invited that answers.",
)
@option(
    "--mean",
    type=float,
    metavar="MARK",
    group=EXPECTED,
    help="Expected mean on 1 to 10: gives the interval of the figures, which stays on the scale.",
)
@option(
    "--df",
    type=ABOVE,
    metavar="N",
    group=EXPECTED,
    help="Degrees of freedom: clusters less strata, where clusters are drawn.",
)
@expected
@with_output()
def margin(
    invited: tuple[int, ...], margin: tuple[float, ...], dwellings: int | None, **expected: Any
) -> Found:
    """Say what margin a sample will have, and what sample a margin needs."""
    from analysis.planning import Spread, expected_margin, needed_sample

    if not (invited or margin):
        raise InputError("give --invited or --margin: there is nothing to plan")
    spread = Spread(population=dwellings, **expected)
    needs = [needed_sample(size, spread) for size in margin]
    found = [expected_margin(number, spread) for number in invited]
    rows = [*found, *(need.margin for need in needs)]
    wanted = [None] * len(found) + list(margin)
    reasons = [*(row.reason for row in found), *(need.reason for need in needs)]
    sheet = Sheet(
        title="Expected margin",
        columns=[
            numbers("wanted", wanted),
            numbers("invited", (row.invited if row else None for row in rows)),
            degrees("answers", (row.answers if row else None for row in rows)),
            numbers("se", (row.se if row else None for row in rows)),
            degrees("df", (row.df if row else None for row in rows)),
            numbers("margin ±", (row.half_width if row else None for row in rows)),
            numbers("low", (row.low if row else None for row in rows)),
            numbers("high", (row.high if row else None for row in rows)),
        ],
        keys=1,
        reasons=reasons,
    )
    return Found(
        sheets=[sheet],
        data={"spread": spread, "margins": found, "needed": needs},
        records=[
            record(
                "expected margin",
                row,
                wanted=size,
                invited=row and row.invited,
                answers=row and row.answers,
                value=row and row.half_width,
                reason=reason,
            )
            for row, size, reason in zip(rows, wanted, reasons, strict=True)
        ],
    )
