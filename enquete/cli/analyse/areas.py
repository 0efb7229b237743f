"""`enquete analyse areas`: small areas that borrow strength from a model, always labelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from enquete.cli.analyse.command import Verb, option
from enquete.cli.analyse.levels import example
from enquete.cli.analyse.options import by, only, rating, scale
from enquete.cli.analyse.output import Found, record, with_output
from enquete.cli.analyse.sheets import Sheet, numbers, texts
from enquete.cli.analyse.survey_options import with_areas
from enquete.cli.options import existing_file
from enquete.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analysis import Estimate, Estimates
    from analysis.small_area_results import SmallArea, SmallAreas
    from enquete.cli.analyse.merging import Areas

_MODEL = "The model"


@click.command(
    cls=Verb,
    epilog=example(
        "areas",
        "--rating rapportcijfer --by wijk --only 2022 \\\n"
        "  --covariates tests/reference/fh_wijk.csv --on flat --on oud",
    ),
)
@rating
@by
@scale(default=(1, 10))
@only
@option(
    "--covariates",
    type=existing_file,
    required=True,
    metavar="FILE",
    group=_MODEL,
    help="CSV with a row for every area: its label under the column of --by, and numbers from the "
    "register. Areas without answers get a figure from the model alone.",
)
@option(
    "--on",
    multiple=True,
    metavar="COL",
    group=_MODEL,
    help="Column of that file to use.  [default: all of them]",
)
@option(
    "--no-smooth",
    is_flag=True,
    group=_MODEL,
    help="Take the variance of each area as it is, in place of one from all areas.",
)
@with_areas
@with_output()
def areas(
    areas: Areas,
    rating: str,
    scale: tuple[float, float],
    only: str | None,
    covariates: Path,
    on: tuple[str, ...],
    no_smooth: bool,
) -> Found:
    """Predict the mean of small areas with the help of a register (Fay-Herriot).

    An area with few answers is pulled towards what areas like it have. The figures stand beside
    the estimates, never in their place, and are published only with their label. gamma says how
    much of a figure is the area's own answers; rmse is what a standard error is for an estimate.
    """
    from analysis.models import small_areas
    from analysis.quantity import mean_of
    from enquete.cli.analyse.estimating import Level, estimated

    if len(areas.by) != 1:
        raise InputError(f"areas are those of one --by, got {len(areas.by)}")
    level = Level(rating=rating, quantity=mean_of, name=f"mean of {rating}", scale=scale)
    estimates = estimated(areas, level)
    wave = only or estimates.waves[-1]
    numbers_of = _covariates(covariates, areas.by[0], on)
    found = small_areas(estimates, numbers_of, wave=wave, smooth=not no_smooth)
    return _found(estimates, found, wave)


def _covariates(path: Path, area: str, on: Sequence[str]) -> dict[str, dict[str, float]]:
    """Read numbers by area.

    Raises
    ------
    InputError
        If an area stands twice.
    ValueError
        If a column is missing or holds something else than numbers.
    """
    from analysis.delimited import Faults, ParseError, parse_number, read_table

    def number(text: str) -> float:
        found = parse_number(text)
        if found is None:
            wanted = "a number"
            raise ParseError(wanted, text)
        return found

    table = read_table(path, columns=[area, *on] if on else None)
    names = [name for name in table.columns if name != area]
    if area not in table.columns:
        raise InputError(f"{table.name}: there is no column {area!r}; columns: {', '.join(names)}")
    labels = table.columns[area]
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise InputError(f"{table.name}: each area must stand once, got {twice[0]!r} twice")
    with Faults(table.name) as faults:
        columns = [table.parse(name, number, faults) for name in names]
    rows = zip(*columns, strict=True) if columns else ((),) * len(labels)
    return {
        label: dict(zip(names, row, strict=True)) for label, row in zip(labels, rows, strict=True)
    }


def _found(estimates: Estimates, found: SmallAreas, wave: str) -> Found:
    own = {row.key[0]: row for row in estimates.of(wave)}
    answers = {area: row.n for area, row in own.items()}
    rows = found.rows
    sheet = Sheet(
        title=f"{estimates.name[:1].upper()}{estimates.name[1:]} {wave}".rstrip() + ", model-based",
        columns=[
            texts("area", (row.area for row in rows)),
            numbers("n", (answers.get(row.area, 0) for row in rows)),
            numbers("estimate", (row.direct for row in rows)),
            numbers("se", (own[row.area].se if row.area in own else None for row in rows)),
            numbers("se used", (row.se for row in rows)),
            numbers("model-based", (row.value for row in rows)),
            numbers("rmse", (row.rmse for row in rows)),
            numbers("gamma", (row.gamma for row in rows)),
            numbers("residual", (row.residual for row in rows)),
        ],
        reasons=[row.reason for row in rows],
    )
    spread = found.model_variance
    fit = [
        f"{found.fitted} areas in the fit ({found.method})"
        + (
            "."
            if spread is None
            else f"; variance between areas that the model leaves: {spread:.4f}."
        )
    ]
    lines = [found.label, *fit, *found.notes]
    return Found(
        sheets=[sheet, *([_model(found)] if found.coefficients else [])],
        lines=lines,
        data={"name": estimates.name, "wave": wave, "small_areas": found, "notes": lines},
        records=[row for one in rows for row in _records(one, own.get(one.area), wave)],
    )


def _records(row: SmallArea, own: Estimate | None, wave: str) -> list[dict[str, Any]]:
    where = {"wave": wave, "area": row.area, "n": own.n if own else 0}
    return [
        record("estimate", own, **where),
        record("model-based", row, se=row.rmse, **where),
    ]


def _model(found: SmallAreas) -> Sheet:
    return Sheet(
        title="The model",
        columns=[
            texts("coefficient", (one.name for one in found.coefficients)),
            numbers("value", (one.value for one in found.coefficients)),
            numbers("se", (one.se for one in found.coefficients)),
        ],
    )
