"""`enquete analyse plan allocate`: a sample divided over strata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from enquete.cli.analyse.command import Verb, option
from enquete.cli.analyse.options import confidence_of
from enquete.cli.analyse.output import Found, record, with_output
from enquete.cli.analyse.plan_margin import ABOVE, WANTED
from enquete.cli.analyse.sheets import Sheet, degrees, numbers, texts
from enquete.cli.options import existing_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analysis.plan import Allocation, PlannedMargin, Stratum


@click.command(
    cls=Verb,
    epilog="enquete analyse plan allocate strata.csv --answers 900 --area-margin 0.3",
)
@click.argument("file", type=existing_file)
@option("--answers", type=click.IntRange(1), metavar="N", group=WANTED, help="Answers to divide.")
@option(
    "--budget",
    type=ABOVE,
    metavar="SUM",
    group=WANTED,
    help="Ceiling of the cost, in place of --answers: as many as it pays for.",
)
@option(
    "--area-margin",
    type=ABOVE,
    metavar="SIZE",
    group=WANTED,
    help="Widest half interval of every area.",
)
@option(
    "--rule",
    type=click.Choice(["proportional", "neyman", "optimal"]),
    default="neyman",
    show_default=True,
    group=WANTED,
    help="In proportion to dwellings, to dwellings times sd, or to that over the root of the cost.",
)
@option(
    "--least",
    type=click.IntRange(0),
    default=2,
    show_default="2",
    metavar="N",
    group=WANTED,
    help="Fewest answers in a stratum.",
)
@confidence_of(WANTED, help="Coverage of the intervals.")
@with_output()
def allocate(file: Path, area_margin: float | None, rule: Any, **wanted: Any) -> Found:
    """Divide a sample over strata, for a total, for margins or for a budget.

    FILE is a CSV with a row a stratum: stratum, area, dwellings and sd; and if they differ response
    (share that answers), cost (of an invitation) and deff. What cannot be met is said, with the
    nearest plan.
    """
    from analysis.allocation import allocate

    return _allocated(allocate(_strata(file), margin=area_margin, rule=rule, **wanted))


def _strata(path: Path) -> list[Stratum]:
    """Read the strata of a plan.

    Raises
    ------
    ValueError
        If a column is missing, a cell is no number, or a number is out of its range.
    """
    from analysis.delimited import Faults, ParseError, parse_number, parse_whole, read_table
    from analysis.plan import Stratum

    def whole(text: str) -> int:
        found = parse_whole(text)
        if found is None:
            wanted = "a whole number"
            raise ParseError(wanted, text)
        return found

    def number(text: str) -> float:
        found = parse_number(text)
        if found is None:
            wanted = "a number"
            raise ParseError(wanted, text)
        return found

    header = read_table(path).header
    more = [name for name in ("response", "cost", "deff") if name in header]
    table = read_table(path, columns=["stratum", "area", "dwellings", "sd", *more])
    with Faults(table.name) as faults:
        dwellings = table.parse("dwellings", whole, faults)
        columns = {name: table.parse(name, number, faults) for name in ("sd", *more)}
    names = zip(table.columns["stratum"], table.columns["area"], dwellings, strict=True)
    return [
        Stratum(
            name=name,
            area=area,
            population=population,
            **{option: column[row] for option, column in columns.items()},
        )
        for row, (name, area, population) in enumerate(names)
    ]


def _allocated(found: Allocation) -> Found:
    areas = [*found.areas, found.total]
    lines = [f"{found.invited} invitations, cost {found.cost:g}."]
    lines += [] if found.reached else [f"Not reached: {found.reason}."]
    where = {"stratum": ""}
    return Found(
        sheets=[_division(found), _margins(areas)],
        lines=lines,
        data={"allocation": found, "notes": lines},
        records=[
            *(
                record(name, area=row.area, stratum=row.stratum, value=getattr(row, name))
                for row in found.rows
                for name in ("answers", "invited", "cost")
            ),
            *(
                record(
                    "margin",
                    row,
                    **{"area": row.area, **where},
                    value=row.half_width,
                    n=row.answers,
                )
                for row in areas
            ),
        ],
    )


def _division(found: Allocation) -> Sheet:
    rows = found.rows
    return Sheet(
        title="Division over strata",
        columns=[
            texts("stratum", (row.stratum for row in rows)),
            texts("area", (row.area for row in rows)),
            numbers("answers", (row.answers for row in rows)),
            numbers("invited", (row.invited for row in rows)),
            degrees("cost", (row.cost for row in rows)),
        ],
        keys=2,
    )


def _margins(areas: Sequence[PlannedMargin]) -> Sheet:
    return Sheet(
        title="Expected margins",
        columns=[
            texts("area", (row.area for row in areas)),
            numbers("answers", (row.answers for row in areas)),
            numbers("se", (row.se for row in areas)),
            numbers("df", (row.df for row in areas)),
            numbers("margin ±", (row.half_width for row in areas)),
        ],
    )
