"""`enquete analyse plan`: the sample before it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from enquete.cli.analyse.command import Verb, option, with_options
from enquete.cli.analyse.output import Found, record, with_output
from enquete.cli.analyse.sheets import Sheet, chances, numbers, texts
from enquete.cli.options import existing_file
from enquete.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analysis.plan import Allocation, Stratum
    from enquete.cli.analyse.command import Command

EXPECTED = "What is expected"
WANTED = "What is wanted"
_ABOVE = click.FloatRange(0, min_open=True)
_SHARE = click.FloatRange(0, 1, min_open=True)


@click.group()
def plan() -> None:
    """Plan a sample: its margin, its size, its division, the change it will show."""


def _expected(command: Command) -> Command:
    """Give a command what is expected of the answers in one area."""
    return with_options(
        [
            option(
                "--sd",
                type=_ABOVE,
                default=1.6,
                show_default="1.6, usual for marks of 1 to 10",
                metavar="SIZE",
                group=EXPECTED,
                help="Standard deviation of the answers.",
            ),
            option(
                "--deff",
                type=_ABOVE,
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
            option(
                "--confidence",
                type=click.FloatRange(0, 1, min_open=True, max_open=True),
                default=0.95,
                show_default="0.95",
                metavar="LEVEL",
                group=WANTED,
                help="Coverage of the interval; 1 less it is the level of a test.",
            ),
        ],
        command,
    )


@plan.command(
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
    type=_ABOVE,
    multiple=True,
    metavar="SIZE",
    group=WANTED,
    help="Half width of the interval, as 0.2: gives the dwellings to ask.",
)
@option(
    "--response",
    type=_SHARE,
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
    type=_ABOVE,
    metavar="N",
    group=EXPECTED,
    help="Degrees of freedom: clusters less strata, where clusters are drawn.",
)
@_expected
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
            numbers("answers", (row.answers if row else None for row in rows)),
            numbers("se", (row.se if row else None for row in rows)),
            numbers("df", (row.df if row else None for row in rows)),
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


@plan.command(
    cls=Verb,
    epilog="enquete analyse plan allocate strata.csv --answers 900 --area-margin 0.3",
)
@click.argument("file", type=existing_file)
@option("--answers", type=click.IntRange(1), metavar="N", group=WANTED, help="Answers to divide.")
@option(
    "--budget",
    type=_ABOVE,
    metavar="SUM",
    group=WANTED,
    help="Ceiling of the cost, in place of --answers: as many as it pays for.",
)
@option(
    "--area-margin",
    type=_ABOVE,
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
@option(
    "--confidence",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.95,
    show_default="0.95",
    metavar="LEVEL",
    group=WANTED,
    help="Coverage of the intervals.",
)
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
    rows, areas = found.rows, [*found.areas, found.total]
    division = Sheet(
        title="Division over strata",
        columns=[
            texts("stratum", (row.stratum for row in rows)),
            texts("area", (row.area for row in rows)),
            numbers("answers", (row.answers for row in rows)),
            numbers("invited", (row.invited for row in rows)),
            numbers("cost", (row.cost for row in rows)),
        ],
        keys=2,
    )
    margins = Sheet(
        title="Expected margins",
        columns=[
            texts("area", (row.area for row in areas)),
            numbers("answers", (row.answers for row in areas)),
            numbers("se", (row.se for row in areas)),
            numbers("df", (row.df for row in areas)),
            numbers("margin ±", (row.half_width for row in areas)),
        ],
    )
    lines = [f"{found.invited} invitations, cost {found.cost:g}."]
    lines += [] if found.reached else [f"Not reached: {found.reason}."]
    where = {"stratum": ""}
    return Found(
        sheets=[division, margins],
        lines=lines,
        data={"allocation": found, "notes": lines},
        records=[
            *(
                record(name, area=row.area, stratum=row.stratum, value=getattr(row, name))
                for row in rows
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


@plan.command(
    cls=Verb,
    epilog="enquete analyse plan change --answers 300 280 --difference 0.2 --difference 0.4",
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
    type=_SHARE,
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
@_expected
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
                numbers("df", [least.df]),
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
