"""The Dutch words around the figures, once for all formats: title, legend, summary."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from analysis.rating_table import Status, Verdict
from enquete import numbers
from enquete.release.formats.shown import has_figures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.rating_table import RatingRow, RatingTable

CONFIDENCE: Final = Decimal("0.95")
CAPTION: Final = "Rapportcijfer voor de buurt per gemeente"
INVENTED: Final = "Demonstratie: deze cijfers zijn verzonnen."
WITHHELD: Final = "niet getoond"
"""What a cell says whose number is hidden."""
UNKNOWN: Final = "onbekend"
"""What a cell says whose number cannot be computed."""
UNKNOWN_MEANS: Final = "We kunnen dit getal niet berekenen."

STATUSES: Final[Mapping[Status, str]] = {
    Status.SHOWN: "Er zijn genoeg antwoorden voor dit cijfer.",
    Status.INDICATIVE: "Het cijfer is onzeker. Gebruik het alleen als aanwijzing.",
    Status.SUPPRESSED: "We tonen het cijfer niet. Zo is niemand herkenbaar.",
    Status.EMPTY: "Niemand gaf een cijfer.",
}

VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.HIGHER: "Het cijfer is aantoonbaar gestegen.",
    Verdict.LOWER: "Het cijfer is aantoonbaar gedaald.",
    Verdict.UNCHANGED: "Het cijfer is aantoonbaar vrijwel hetzelfde.",
    Verdict.NO_DIFFERENCE: "Het verschil is te klein of te onzeker. Het kan toeval zijn.",
    Verdict.TOO_FEW: "We kunnen de twee metingen niet vergelijken.",
}

CHANGES: Final[Mapping[Verdict, str]] = {
    Verdict.HIGHER: "Dat is {change} hoger dan in {compare}.",
    Verdict.LOWER: "Dat is {change} lager dan in {compare}.",
    Verdict.UNCHANGED: "Dat is vrijwel gelijk aan {compare}.",
    Verdict.NO_DIFFERENCE: "Er is geen aantoonbaar verschil met {compare}.",
    Verdict.TOO_FEW: "We kunnen het cijfer niet vergelijken met {compare}.",
}

WHY_AVERAGES_DIFFER: Final = (
    "Grote gemeenten tellen zwaarder mee in het hoofdcijfer, want daar staan meer woningen."
)


def title(table: RatingTable) -> str:
    """Name the table and its wave."""
    return f"{CAPTION}, {table.wave}"


def averages(table: RatingTable) -> list[tuple[str, str, Decimal | None]]:
    """Give the three averages of the reconciliation: name, explanation, value."""
    three = table.reconciliation
    return [
        ("Gemiddelde van de gemeenten", "Elke gemeente telt even zwaar.", three.plain_mean),
        ("Gemiddelde van de antwoorden", "Elk antwoord telt even zwaar.", three.answers_weighted),
        ("Hoofdcijfer", "Elke woning telt even zwaar.", three.population_weighted),
    ]


def legend(table: RatingTable) -> dict[str, str]:
    """Explain the words and signs of the table that stand for a number or say how good it is.

    Only those that occur in it. "te weinig antwoorden" is said of marks and of changes; where both
    occur it is explained for both.

    Parameters
    ----------
    table
        As `shown` gave it.
    """
    rows = (table.headline, *table.rows)
    words = {"marge": "Met 95 procent zekerheid ligt het echte cijfer tussen deze twee getallen."}
    for status in Status:
        if status is not Status.SHOWN and any(row.status is status for row in rows):
            words[status] = STATUSES[status]
    if any(margin(row) == WITHHELD for row in rows):
        words[WITHHELD] = "Dit getal hoort bij een cijfer dat we niet tonen."
    changes = [row.change for row in rows if row.change is not None]
    compared = table.compare is None or len(changes) == len(rows)
    if not compared or any(UNKNOWN in {value(row), margin(row)} for row in rows):
        words[UNKNOWN] = UNKNOWN_MEANS
    if any(change.value for change in changes):
        words["+ en −"] = "Het cijfer ging omhoog of omlaag."
    for verdict in Verdict:
        if any(change.verdict is verdict for change in changes):
            words[verdict] = f"{words.get(verdict, '')} {VERDICTS[verdict]}".strip()
    return words


def value(row: RatingRow) -> str:
    """Write the mark of a row, or the word in its place; `row` as `shown` gave it."""
    if has_figures(row.status):
        return numbers.mark(row.value) or UNKNOWN
    return str(row.status)


def margin(row: RatingRow) -> str:
    """Write the ends of a row's interval, or the word in their place; `row` as `shown` gave it."""
    if row.lower is None or row.upper is None:
        return missing(row.status)
    return f"{numbers.mark(row.lower)} tot {numbers.mark(row.upper)}"


def missing(status: Status) -> str:
    """Give the word for a number beside a mark that is not there."""
    return WITHHELD if status is Status.SUPPRESSED else UNKNOWN


def change_sentence(table: RatingTable) -> str:
    """Say in a sentence how the headline changed; "" without a comparison."""
    change = table.headline.change
    if change is None or table.compare is None:
        return ""
    size = numbers.mark(abs(change.value)) if change.value else "iets"
    return CHANGES[change.verdict].format(change=size, compare=table.compare)


def summary(table: RatingTable) -> str:
    """Say in words what a reader of the dot plot sees: highest, lowest, headline, what is missing.

    Parameters
    ----------
    table
        As `shown` gave it.
    """
    marks = [(row.value, row.name) for row in table.rows if row.value is not None]
    sentences = [INVENTED] if table.invented else []
    if marks:
        for word, (extreme, _) in (("Hoogste", max(marks)), ("Laagste", min(marks))):
            names = _listed([name for mark, name in marks if mark == extreme])
            sentences.append(f"{word} cijfer: {names} met {numbers.mark(extreme)}.")
    if table.headline.value is not None:
        sentences.append(f"Alle bewoners samen: {value(table.headline)}.")
    for status in (Status.INDICATIVE, Status.SUPPRESSED, Status.EMPTY):
        names = _listed([row.name for row in table.rows if row.status is status])
        if names:
            sentences.append(f"{str(status).capitalize()}: {names}.")
    return " ".join(sentences)


def _listed(names: Sequence[str]) -> str:
    *first, last = names or [""]
    return f"{', '.join(first)} en {last}" if first else last
