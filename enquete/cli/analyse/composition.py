"""`enquete analyse composition`: the change of the headline in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from enquete.cli.analyse.command import Verb, option
from enquete.cli.analyse.levels import example
from enquete.cli.analyse.options import CHANGE, by, confidence, rating, scale
from enquete.cli.analyse.output import Found, record, with_output
from enquete.cli.analyse.sheets import Sheet, chances, numbers, shares, texts
from enquete.cli.analyse.survey_options import with_areas
from enquete.cli.options import existing_file
from enquete.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from analysis import Estimates
    from analysis.composition import Composition
    from enquete.cli.analyse.merging import Areas

_PARTS = ("rating", "composition", "entering", "leaving")


@click.command(
    cls=Verb,
    epilog=example(
        "composition",
        "--rating rapportcijfer --by gemeente \\\n  --stock tests/reference/pop_gemeente.csv",
    ),
)
@rating
@by
@option(
    "--stock",
    type=existing_file,
    required=True,
    metavar="FILE",
    help="CSV of the number of dwellings by the columns of --by; with the column of --wave, by "
    "wave too.",
)
@scale(default=(1, 10))
@confidence
@option(
    "--compare",
    type=(str, str),
    metavar="EARLIER LATER",
    group=CHANGE,
    help="Waves to compare.  [default: the first and the last]",
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
def composition(
    areas: Areas,
    rating: str,
    stock: Path,
    scale: tuple[float, float],
    confidence: float,
    compare: tuple[str, str] | None,
    overlap: Any,
) -> Found:
    """Split the change of the headline into other marks and another stock.

    The headline can rise because areas are marked higher, or because areas with high marks have
    more of the dwellings than before. The parts add up to the change, and each has its margin:
    rating, composition, and areas that entered or left the stock.
    """
    from analysis.quantity import mean_of
    from enquete.cli.analyse.estimating import Level, estimated

    if not areas.by:
        raise InputError("the headline is put together from areas: give --by")
    level = Level(
        rating=rating,
        quantity=mean_of,
        name=f"mean of {rating}",
        scale=scale,
        confidence=confidence,
    )
    estimates = estimated(areas, level)
    before, after = compare or (estimates.waves[0], estimates.waves[-1])
    counts = _stock(stock, areas, estimates, (before, after))
    found = estimates.composition(before, after, counts, overlap=overlap)
    return _found(estimates, found, (before, after), _left_out(estimates, counts))


def _stock(
    path: Path, areas: Areas, estimates: Estimates, pair: tuple[str, str]
) -> dict[str, dict[str, float]]:
    """Read the dwellings of each area in both waves."""
    from analysis import read_population

    wave = areas.survey.design.wave
    counts: dict[Any, float] = dict(read_population(path, strata=areas.by, wave=wave))
    found: dict[str, dict[str, float]] = {one: {} for one in pair}
    for key, count in counts.items():
        for one in pair if isinstance(key, str) else {key[0]} & set(pair):
            found[one][key if isinstance(key, str) else key[1]] = count
    for one in pair:
        for row in estimates.of(one):
            area = "/".join(row.key)
            if row.value is not None and area not in found[one]:
                raise InputError(
                    f"{path.name}: area {area!r} has answers in wave {one} but no count"
                )
    return found


def _left_out(estimates: Estimates, counts: dict[str, dict[str, float]]) -> list[str]:
    known = {"/".join(key) for key in estimates.cells.domains}
    gone = sorted({area for stock in counts.values() for area in stock} - known)
    return [f"In no part, for nobody answered there: {', '.join(gone)}."] if gone else []


def _found(
    estimates: Estimates, found: Composition, pair: tuple[str, str], notes: list[str]
) -> Found:
    parts = {"change": found.change} | {name: getattr(found, name) for name in _PARTS}
    rows = list(parts.values())
    first, last = found.headline
    title = f"Headline {pair[0]} {first:.4f}, {pair[1]} {last:.4f}: the change in parts"
    whole = Sheet(
        title=title,
        columns=[
            texts("part", parts),
            numbers("value", (row.value for row in rows)),
            numbers("se", (row.se for row in rows)),
            numbers("low", (row.low for row in rows)),
            numbers("high", (row.high for row in rows)),
            chances("p", (row.p for row in rows)),
        ],
        reasons=[row.reason for row in rows],
    )
    lines = [*notes, *found.notes, *estimates.notes]
    places = [("total", parts)] + [
        (row.group, {name: getattr(row, name) for name in _PARTS}) for row in found.rows
    ]
    return Found(
        sheets=[whole, _by_area(found, pair)],
        lines=lines,
        data={"before": pair[0], "after": pair[1], "composition": found, "notes": lines},
        records=[
            record(name, part, wave=pair[1], since=pair[0], area=area, df=found.df) | {"p": part.p}
            for area, values in places
            for name, part in values.items()
        ],
    )


def _by_area(found: Composition, pair: tuple[str, str]) -> Sheet:
    return Sheet(
        title="What each area adds",
        columns=[
            texts("area", (row.group for row in found.rows)),
            shares(f"stock {pair[0]}", (row.share[0] for row in found.rows)),
            shares(f"stock {pair[1]}", (row.share[1] for row in found.rows)),
            *(numbers(name, (getattr(row, name).value for row in found.rows)) for name in _PARTS),
        ],
    )
