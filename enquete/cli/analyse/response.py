"""`enquete analyse response`: who answered, and who did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from enquete.cli.analyse import response_found
from enquete.cli.analyse.command import Verb, option
from enquete.cli.analyse.options import file_argument
from enquete.cli.analyse.output import with_output
from enquete.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from enquete.cli.analyse.output import Found

_SAMPLE = "The sample"
_MODEL = "Were they like the others"
_ELIGIBLE = "What is not known to be a dwelling"


@dataclass(frozen=True)
class Sample:
    """Dwellings that were asked: columns of texts, one a dwelling."""

    columns: Mapping[str, Sequence[str]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def where(self, kept: Sequence[bool]) -> Sample:
        """Give the dwellings that are marked."""
        return Sample(
            {
                name: [text for text, keep in zip(column, kept, strict=True) if keep]
                for name, column in self.columns.items()
            }
        )

    def labels(self, names: Sequence[str]) -> list[str] | None:
        """Give one label a dwelling, of columns together; None without columns."""
        parts = [self.columns[name] for name in names]
        return ["/".join(row) for row in zip(*parts, strict=True)] if parts else None

    def numbers(self, name: str | None) -> list[float | None] | None:
        """Give a column as numbers; None without a column."""
        if name is None:
            return None
        from analysis.columns import read_numbers

        values = read_numbers(self.columns, name).tolist()
        return [None if value != value else value for value in values]  # noqa: PLR0124 - NaN


@click.command(
    cls=Verb,
    epilog="enquete analyse response tests/reference/gross_sample.csv \\\n"
    "  --disposition disposition --wave wave --weights d_weight --by gemeente \\\n"
    "  --model leeftijd --model woningtype",
)
@file_argument
@option(
    "--disposition",
    required=True,
    metavar="COL",
    group=_SAMPLE,
    help="Column of what became of each dwelling: I complete, P partial, R refusal, NC not "
    "reached, O other, UH not known if lived in, UO not known if eligible, NE not eligible.",
)
@option("--by", multiple=True, metavar="COL", group=_SAMPLE, help="Rates for each area, stratum…")
@option("--wave", metavar="COL", group=_SAMPLE, help="Column of the wave.")
@option("--weights", metavar="COL", group=_SAMPLE, help="Column of the design weights.")
@option("--strata", multiple=True, metavar="COL", group=_SAMPLE, help="Column of the stratum.")
@option("--clusters", metavar="COL", group=_SAMPLE, help="Column of the sampling unit.")
@option(
    "--eligibility",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    group=_ELIGIBLE,
    help="Share of UH and UO that is taken to be eligible.  [default: as among the others]",
)
@option(
    "--pooled", is_flag=True, group=_ELIGIBLE, help="Estimate that share over all areas together."
)
@option(
    "--model",
    multiple=True,
    metavar="COL",
    group=_MODEL,
    help="Column known of everyone asked, to see who answered by; give it for each.",
)
@option(
    "--classes",
    type=click.IntRange(1, 99),
    default=5,
    show_default="5",
    metavar="N",
    group=_MODEL,
    help="Weighting classes to cut the chances of an answer into.",
)
@option("--partials", is_flag=True, group=_MODEL, help="Partial answers (P) count as answers too.")
@option(
    "--rating",
    metavar="COL",
    group=_MODEL,
    help="Column of the mark of who answered: what the classes do to its mean.",
)
@option(
    "--late",
    metavar="COL",
    group=_MODEL,
    help="Column with 1 for who answered late (after a reminder) and 0 for early: compares their "
    "--rating.",
)
@with_output()
def response(
    file: Path,
    disposition: str,
    by: tuple[str, ...],
    wave: str | None,
    model: tuple[str, ...],
    rating: str | None,
    late: str | None,
    **options: Any,
) -> Found:
    """Say who answered: outcome rates, and whether they were like the others.

    FILE is the whole sample, a row a dwelling. The rates are those of AAPOR: RR1 counts every
    unknown dwelling as one that should have answered, RR5 none, RR3 a share. --model gives the
    R-indicator (1: all were as likely to answer) with what each variable adds to it, and weighting
    classes with their effect.
    """
    if late and not rating:
        raise InputError("--late compares the marks of early and late answers: give --rating")
    design = (options["weights"], options["clusters"], *options["strata"])
    more = (disposition, wave, *by, *model, rating, late, *design)
    sample = _read(file, [name for name in more if name is not None])
    waves = {"": sample}
    if wave:
        texts = sample.columns[wave]
        waves = {one: sample.where([text == one for text in texts]) for one in sorted(set(texts))}
    asked = response_found.Asked(
        disposition=disposition, by=by, model=model, rating=rating, late=late, **options
    )
    return response_found.found(waves, asked)


def _read(file: Path, names: Sequence[str]) -> Sample:
    """Read columns as texts, a dwelling each; a source that counts them is spread out again."""
    import numpy as np

    from analysis.columns import as_text
    from analysis.sources import open_source

    columns, n = open_source(file).counted(names)
    return Sample({name: np.repeat(as_text(columns, name), n).tolist() for name in names})
