"""`enquete analyse weights`: what the adjustments did to the weights and to the figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from enquete.cli.analyse.command import Verb
from enquete.cli.analyse.options import rating
from enquete.cli.analyse.output import Found, record, with_output
from enquete.cli.analyse.sheets import Sheet, degrees, numbers, texts
from enquete.cli.analyse.survey_options import with_survey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis import Survey
    from analysis.weight_report import MarginRow, WeightReport

_HEADS = {
    "n": "n",
    "low": "lowest",
    "high": "highest",
    "ratio_low": "factor from",
    "ratio_high": "to",
    "kish": "kish",
    "n_effective": "n effective",
    "negative": "negative",
    "figure_before": "mean before",
    "figure_after": "after",
}


@click.command(
    cls=Verb,
    epilog="enquete analyse weights tests/reference/survey.csv --rating rapportcijfer \\\n"
    "  --wave wave --post-stratify gemeente=tests/reference/pop_gemeente.csv",
)
@rating
@with_survey
@with_output()
def weights(survey: Survey, rating: str) -> Found:
    """Show what adjusting the weights did, before it is used.

    For every wave: the lowest and highest weight, the factors put on them, the Kish effect (by how
    much unequal weights widen a variance), the mean before and after, and for every label of every
    margin what the weights add up to against the population. Give the adjustments that the figures
    are to have.
    """
    waves = survey.cells(rating).waves
    reports = {wave: survey.weight_report(rating, wave) for wave in waves}
    return _found(reports)


def _found(reports: Mapping[str, WeightReport]) -> Found:
    rows = [(wave, row) for wave, report in reports.items() for row in report.margins]
    notes = list(dict.fromkeys(note for report in reports.values() for note in report.notes))
    records = [
        record(name, wave=wave, margin="", label="", value=getattr(report, name), n=report.n)
        for wave, report in reports.items()
        for name in _HEADS
        if name != "n"
    ]
    records += [
        record(name, wave=wave, margin=row.margin, label=row.label, value=getattr(row, name))
        for wave, row in rows
        for name in ("population", "before", "after")
    ]
    return Found(
        sheets=[_whole(reports), *([_margins(rows)] if rows else [])],
        lines=notes,
        data={"weights": reports, "notes": notes},
        records=records,
    )


def _whole(reports: Mapping[str, WeightReport]) -> Sheet:
    return Sheet(
        title="Weights",
        columns=[
            texts("wave", reports),
            *(
                numbers(head, (getattr(report, name) for report in reports.values()))
                for name, head in _HEADS.items()
            ),
        ],
    )


def _margins(rows: Sequence[tuple[str, MarginRow]]) -> Sheet:
    return Sheet(
        title="What the weights add up to",
        columns=[
            texts("wave", (wave for wave, _ in rows)),
            texts("margin", (row.margin for _, row in rows)),
            texts("label", (row.label for _, row in rows)),
            degrees("population", (row.population for _, row in rows)),
            degrees("before", (row.before for _, row in rows)),
            degrees("after", (row.after for _, row in rows)),
        ],
        keys=3,
    )
