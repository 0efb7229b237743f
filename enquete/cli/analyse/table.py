"""`enquete analyse table`: two questions crossed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from enquete.cli.analyse.command import Verb, option
from enquete.cli.analyse.levels import example
from enquete.cli.analyse.options import FIGURE, only
from enquete.cli.analyse.output import Found, record, with_output
from enquete.cli.analyse.sheets import Sheet, chance, numbers, shares, texts
from enquete.cli.analyse.survey_options import with_survey
from enquete.cli.analyse.waves import chosen_wave

if TYPE_CHECKING:
    from analysis import Survey
    from analysis.crosstab import RaoScott

_OF = {"rows": "row_share", "columns": "column_share", "all": "share"}


@click.command(cls=Verb, epilog=example("table", "--rows leeftijd --columns tevreden --only 2022"))
@option("--rows", required=True, metavar="COL", group=FIGURE, help="Question of the rows.")
@option("--columns", required=True, metavar="COL", group=FIGURE, help="Question of the columns.")
@option(
    "--percent",
    type=click.Choice(list(_OF)),
    default="rows",
    show_default=True,
    group=FIGURE,
    help="What the shares add up to 100% over.",
)
@only
@with_survey
@with_output()
def table(survey: Survey, rows: str, columns: str, percent: str, only: str | None) -> Found:
    """Cross two questions, and test whether they are independent.

    Shares of the population with the answers behind them. The test is Rao and Scott's F, which
    knows the clusters and the weights; an ordinary chi-square test does not. Cramér's V says how
    strong the association is, from 0 to 1.
    """
    from analysis.models import independence

    wave = chosen_wave(survey, [rows, columns], only)
    found = independence(survey, rows, columns, wave=wave)
    labels = (list(map(str, found.rows)), list(map(str, found.columns)))
    return _found(found, (rows, columns), labels, percent=percent, wave=wave)


def _found(
    found: RaoScott,
    names: tuple[str, str],
    labels: tuple[list[str], list[str]],
    *,
    percent: str,
    wave: str,
) -> Found:
    share = getattr(found, _OF[percent])
    lines = [_test(found), f"Cramér's V {found.cramer_v:.4f}."]
    cells: list[dict[str, Any]] = [
        {"row": row, "column": column, "share": share[i, j], "answers": found.count[i, j]}
        for i, row in enumerate(labels[0])
        for j, column in enumerate(labels[1])
    ]
    test = {name: getattr(found, name) for name in ("F", "ndf", "ddf", "p", "df", "reason")}
    return Found(
        sheets=_sheets(found, names, labels, percent=percent, wave=wave),
        lines=lines,
        data={
            "wave": wave,
            "rows": names[0],
            "columns": names[1],
            "percent": percent,
            "cells": cells,
            "independence": test | {"cramer_v": found.cramer_v},
            "notes": lines,
        },
        records=[
            record(
                f"share of {percent}",
                wave=wave,
                row=one["row"],
                column=one["column"],
                value=one["share"],
                n=one["answers"],
            )
            for one in cells
        ],
    )


def _test(found: RaoScott) -> str:
    if found.F is None or found.ndf is None or found.ddf is None:
        return f"Not tested: {found.reason}."
    return (
        f"Independent? Rao-Scott F({found.ndf:.2f}, {found.ddf:.1f}) = {found.F:.4f}, "
        f"p {chance(found.p)}."
    )


def _sheets(
    found: RaoScott,
    names: tuple[str, str],
    labels: tuple[list[str], list[str]],
    *,
    percent: str,
    wave: str,
) -> list[Sheet]:
    share = getattr(found, _OF[percent])
    title = f"{names[0]} by {names[1]}{f', {wave}' if wave else ''}"
    shown = Sheet(
        title=f"{title}: shares of {percent}",
        columns=[
            texts(names[0], labels[0]),
            *(shares(label, share[:, j].tolist()) for j, label in enumerate(labels[1])),
        ],
    )
    answers = Sheet(
        title=f"{title}: answers",
        columns=[
            texts(names[0], labels[0]),
            *(numbers(label, found.count[:, j].tolist()) for j, label in enumerate(labels[1])),
            numbers("all", found.count.sum(axis=1).tolist()),
        ],
    )
    return [shown, answers]
