"""`enquete analyse battery`: items that measure one thing, their reliability and their score."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from enquete.cli.analyse.command import Verb, option
from enquete.cli.analyse.levels import example
from enquete.cli.analyse.options import FIGURE, ChangeAsked, by, change, confidence, scale
from enquete.cli.analyse.output import Found, record, with_output
from enquete.cli.analyse.sheets import Sheet, numbers, texts
from enquete.cli.analyse.survey_options import with_areas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis import Estimates
    from analysis.scales import Alpha
    from enquete.cli.analyse.merging import Areas


@click.command(
    cls=Verb,
    epilog=example("battery", "--item veilig --item schoon --item onderhoud --by gemeente"),
)
@option(
    "--item",
    multiple=True,
    required=True,
    metavar="COL",
    group=FIGURE,
    help="Column of an item; give it for each.",
)
@option(
    "--reverse",
    multiple=True,
    metavar="COL",
    group=FIGURE,
    help="Item on which a high answer says the opposite of the others.",
)
@by
@scale(default=(1, 10))
@confidence
@change(equivalence=0.2)
@with_areas
@with_output(plot="the changes of the score, or the scores of the last wave")
def battery(
    areas: Areas,
    item: tuple[str, ...],
    reverse: tuple[str, ...],
    scale: tuple[float, float],
    confidence: float,
    change: ChangeAsked,
) -> Found:
    """Say how reliable a battery of items is, and give its score from 0 to 10.

    Cronbach's alpha with a margin from the design, for each wave; for each item its correlation
    with the others (below 0: reverse it) and alpha without it. The score is the mean of the items
    that a respondent answered, if that is more than half of them, and is estimated like a mark. All
    items must be on the one --scale.
    """
    from analysis.models import reliability
    from enquete.cli.analyse.estimating import compared, found

    estimates, doubts = _scores(areas, item, reverse, scale, confidence)
    alphas = {
        wave: reliability(
            areas.survey, item, scale=scale, reverse=reverse, wave=wave, confidence=confidence
        )
        for wave in estimates.waves
    }
    scores = found(estimates, areas, compared(estimates, areas, change), head="score")
    notes = [
        *doubts,
        *scores.lines,
        "Item means are rescaled to 0-10, reversed items turned round.",
    ]
    return replace(
        scores,
        sheets=[*_sheets(alphas), *scores.sheets],
        lines=notes,
        data={"alpha": alphas, **scores.data, "notes": notes},
        records=[*_records(alphas, scores.records[0]), *scores.records],
    )


def _scores(
    areas: Areas,
    item: tuple[str, ...],
    reverse: tuple[str, ...],
    scale: tuple[float, float],
    confidence: float,
) -> tuple[Estimates, tuple[str, ...]]:
    """Estimate the score, and doubt the scale of items."""
    import numpy as np

    from analysis.estimate import means
    from analysis.item_scales import doubted_scales
    from analysis.scales import scale_score

    cells = areas.survey.cells(None, by=areas.by, keep=item)
    answers = np.column_stack([cells.numbers(name) for name in item])
    doubts = doubted_scales(answers, item, low=scale[0], high=scale[1])
    turned = [place for place, name in enumerate(item) if name in reverse]
    score = scale_score(answers, low=scale[0], high=scale[1], reverse=turned)
    scored = replace(cells, y=score, scale=(0.0, 10.0))
    found = replace(means(scored, confidence=confidence), name=f"score of {', '.join(item)}")
    return found, doubts


def _sheets(alphas: Mapping[str, Alpha]) -> list[Sheet]:
    rows = list(alphas.values())
    whole = Sheet(
        title="Cronbach's alpha",
        columns=[
            texts("wave", alphas),
            numbers("n", (row.n for row in rows)),
            numbers("alpha", (row.value for row in rows)),
            numbers("se", (row.se for row in rows)),
            numbers("low", (row.low for row in rows)),
            numbers("high", (row.high for row in rows)),
            numbers("df", (row.df for row in rows)),
        ],
        reasons=[row.reason for row in rows],
    )
    items = [(wave, one) for wave, row in alphas.items() for one in row.items]
    single = Sheet(
        title="Items",
        columns=[
            texts("wave", (wave for wave, _ in items)),
            texts("item", (one.name for _, one in items)),
            numbers("mean", (one.mean for _, one in items)),
            numbers("with the rest", (one.rest_correlation for _, one in items)),
            numbers("alpha without", (one.alpha_without for _, one in items)),
        ],
        keys=2,
    )
    return [whole, single]


def _records(alphas: Mapping[str, Alpha], like: Mapping[str, object]) -> list[dict[str, object]]:
    """Give alpha of each wave, with the columns that the scores have."""
    blank = dict.fromkeys(like)
    return [blank | record("Cronbach's alpha", alpha, wave=wave) for wave, alpha in alphas.items()]
