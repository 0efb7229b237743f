"""`enquete analyse drivers`: what goes with a mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from enquete.cli.analyse.command import Verb, option
from enquete.cli.analyse.levels import example
from enquete.cli.analyse.options import FIGURE, confidence, only, rating
from enquete.cli.analyse.output import Found, record, with_output
from enquete.cli.analyse.sheets import Sheet, chances, degrees, numbers, texts
from enquete.cli.analyse.survey_options import with_survey
from enquete.cli.analyse.waves import chosen_wave
from enquete.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis import Survey
    from analysis.model_results import Drivers, ModelFit


@click.command(
    cls=Verb,
    epilog=example(
        "drivers",
        "--rating rapportcijfer --only 2022 \\\n"
        "  --on veilig --on schoon --background leeftijd --cuts 5,6,7,8",
    ),
)
@rating
@option(
    "--on",
    multiple=True,
    required=True,
    metavar="COL",
    group=FIGURE,
    help="Column of numbers that may go with the mark; give it for each.",
)
@option(
    "--background",
    multiple=True,
    metavar="COL",
    group=FIGURE,
    help="Column to hold the same besides: numbers or text.",
)
@option(
    "--cuts",
    metavar="MARK,MARK…",
    group=FIGURE,
    help="Upper ends of the levels but the last: 5,6,7,8 makes 1-5, 6, 7, 8 and 9-10. Merge marks "
    "that few gave.  [default: each mark a level]",
)
@option(
    "--check",
    is_flag=True,
    group=FIGURE,
    help="Show what the model rests on: the odds at every mark, and a linear model beside it with "
    "margins for few clusters (Bell-McCaffrey).",
)
@only
@confidence
@with_survey
@with_output()
def drivers(
    survey: Survey,
    rating: str,
    on: tuple[str, ...],
    background: tuple[str, ...],
    cuts: str | None,
    check: bool,
    only: str | None,
    confidence: float,
) -> Found:
    """Model what goes with a mark: a point more of this, how much higher the mark.

    A proportional-odds model; its effects are given in marks, every driver at equal values of the
    others and of the background. It is association and no cause. "odds" says whether the driver
    does the same for low and for high marks.
    """
    from analysis.models import driver_model, linear_model

    wave = chosen_wave(survey, [*on, *background], only)
    found = driver_model(
        survey,
        rating,
        on,
        background=background,
        cuts=_cuts(cuts),
        wave=wave,
        confidence=confidence,
    )
    linear = None
    if check:
        linear = linear_model(
            survey,
            rating,
            [*on, *background],
            wave=wave,
            margins="bell-mccaffrey",
            confidence=confidence,
        )
    return _found(found, linear, wave, rating)


def _cuts(text: str | None) -> list[float] | None:
    if text is None:
        return None
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"--cuts must be marks as 5,6,7,8, got {text!r}") from None


def _found(found: Drivers, linear: ModelFit | None, wave: str, rating: str) -> Found:
    rows = found.rows
    sheet = Sheet(
        title=f"A point more goes with, in marks of {rating}{f', {wave}' if wave else ''}",
        columns=[
            texts("driver", (row.name for row in rows)),
            numbers("effect", (row.effect for row in rows)),
            *_spread(rows),
            chances("p", (row.p for row in rows)),
            numbers("log odds", (row.log_odds for row in rows)),
            texts("odds", (row.odds for row in rows)),
        ],
    )
    checks = [] if linear is None else [_thresholds(found), _coefficients(linear)]
    lines = [f"{found.fit.n} complete answers.", *found.sentences("het cijfer"), *found.notes]
    lines += [found.fit.reason] if found.fit.reason else []
    model = {name: getattr(found.fit, name) for name in ("names", "estimate", "se", "levels", "n")}
    data: dict[str, Any] = {"wave": wave, "drivers": rows, "model": model, "notes": lines}
    records = [record("effect", row, wave=wave, term=row.name, n=found.fit.n) for row in rows]
    if linear is not None:
        terms = [linear.row(name) for name in linear.names]
        data["linear"] = terms
        records += [
            record(
                "linear coefficient", row, wave=wave, term=row.name, value=row.estimate, n=linear.n
            )
            for row in terms
        ]
    return Found(sheets=[sheet, *checks], lines=lines, data=data, records=records)


def _spread(rows: Sequence[Any]) -> list[Any]:
    return [
        numbers("se", (row.se for row in rows)),
        numbers("low", (row.low for row in rows)),
        numbers("high", (row.high for row in rows)),
        degrees("df", (float(row.df) for row in rows)),
    ]


def _thresholds(found: Drivers) -> Sheet:
    levels = found.fit.levels
    return Sheet(
        title="Log odds of a mark above each level: one number if the odds are the same",
        columns=[
            texts("driver", (row.name for row in found.rows)),
            *(
                numbers(f"above {level}", (row.by_threshold[place] for row in found.rows))
                for place, level in enumerate(levels[:-1])
            ),
            chances("p same", (row.p_odds for row in found.rows)),
            chances("p holm", (row.p_odds_adjusted for row in found.rows)),
        ],
    )


def _coefficients(linear: ModelFit) -> Sheet:
    rows = [linear.row(name) for name in linear.names]
    return Sheet(
        title=f"Linear model beside it ({linear.kind})",
        columns=[
            texts("term", (row.name for row in rows)),
            numbers("estimate", (row.estimate for row in rows)),
            *_spread(rows),
            chances("p", (row.p for row in rows)),
        ],
    )
