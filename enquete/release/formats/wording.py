"""The words around the figures, once for all formats: Dutch, and translated on a page.

Files are Dutch. Where a page is in another language, `Wording` says what is ours in that language;
what an analyst or a computation wrote into the table (names, notes) stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from analysis.rating_table import Status, Verdict
from enquete import numbers
from enquete.release.formats.shown import has_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analysis.rating_table import Change, RatingRow, RatingTable


def N_(text: str) -> str:  # noqa: N802 - Babel's name
    """Mark a text for the catalogues that is translated where it is used."""
    return text


CONFIDENCE: Final = Decimal("0.95")
CAPTION: Final = N_("Rapportcijfer voor de buurt per gemeente")
INVENTED: Final = N_("Demonstratie: deze cijfers zijn verzonnen.")
WITHHELD: Final = N_("niet getoond")
"""What a cell says whose number is hidden."""
UNKNOWN: Final = N_("onbekend")
"""What a cell says whose number cannot be computed."""
UNKNOWN_MEANS: Final = N_("We kunnen dit getal niet berekenen.")

STATUSES: Final[Mapping[Status, str]] = {
    Status.SHOWN: N_("Er zijn genoeg antwoorden voor dit cijfer."),
    Status.INDICATIVE: N_("Het cijfer is onzeker. Gebruik het alleen als aanwijzing."),
    Status.SUPPRESSED: N_("We tonen het cijfer niet. Zo is niemand herkenbaar."),
    Status.EMPTY: N_("Niemand gaf een cijfer."),
}

VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.HIGHER: N_("Het cijfer is aantoonbaar gestegen."),
    Verdict.LOWER: N_("Het cijfer is aantoonbaar gedaald."),
    Verdict.UNCHANGED: N_("Het cijfer is aantoonbaar vrijwel hetzelfde."),
    Verdict.NO_DIFFERENCE: N_("Het verschil is te klein of te onzeker. Het kan toeval zijn."),
    Verdict.TOO_FEW: N_("We kunnen de twee metingen niet vergelijken."),
}

CHANGES: Final[Mapping[Verdict, str]] = {
    Verdict.HIGHER: N_("Dat is %(change)s hoger dan in %(compare)s."),
    Verdict.LOWER: N_("Dat is %(change)s lager dan in %(compare)s."),
    Verdict.UNCHANGED: N_("Dat is vrijwel gelijk aan %(compare)s."),
    Verdict.NO_DIFFERENCE: N_("Er is geen aantoonbaar verschil met %(compare)s."),
    Verdict.TOO_FEW: N_("We kunnen het cijfer niet vergelijken met %(compare)s."),
}

WHY_AVERAGES_DIFFER: Final = N_(
    "Grote gemeenten tellen zwaarder mee in het hoofdcijfer, want daar staan meer woningen."
)


@dataclass(frozen=True, slots=True)
class Wording:
    """What is said of a table, in one language. Tables come in as `shown` gave them.

    Parameters
    ----------
    language
        Language of the numbers and days.
    gettext
        Translates our Dutch into it.
    """

    language: str = "nl"
    gettext: Callable[[str], str] = str

    @property
    def caption(self) -> str:
        """Name the table."""
        return self.gettext(CAPTION)

    @property
    def invented(self) -> str:
        """Say that the figures are those of a demonstration."""
        return self.gettext(INVENTED)

    @property
    def unknown(self) -> str:
        """Write what stands for a number that cannot be computed."""
        return self.gettext(UNKNOWN)

    @property
    def why_averages_differ(self) -> str:
        """Say why the headline is not the mean of the rows."""
        return self.gettext(WHY_AVERAGES_DIFFER)

    def mark(self, value: Decimal | None) -> str:
        """Write a mark; "" for none."""
        return numbers.mark(value, language=self.language)

    def change(self, value: Decimal | None) -> str:
        """Write a change with its sign; "" for none."""
        return numbers.change(value, language=self.language)

    def count(self, value: int | None) -> str:
        """Write a number of answers; "" for none."""
        return numbers.count(value, language=self.language)

    def day(self, iso: str) -> str:
        """Write an ISO day."""
        return numbers.day(iso, language=self.language)

    def title(self, table: RatingTable) -> str:
        """Name the table and its wave."""
        return f"{self.caption}, {table.wave}"

    def averages(self, table: RatingTable) -> list[tuple[str, str, Decimal | None]]:
        """Give the three averages of the reconciliation: name, explanation, value."""
        say, three = self.gettext, table.reconciliation
        return [
            (
                say(N_("Gemiddelde van de gemeenten")),
                say(N_("Elke gemeente telt even zwaar.")),
                three.plain_mean,
            ),
            (
                say(N_("Gemiddelde van de antwoorden")),
                say(N_("Elk antwoord telt even zwaar.")),
                three.answers_weighted,
            ),
            (
                say(N_("Hoofdcijfer")),
                say(N_("Elke woning telt even zwaar.")),
                three.population_weighted,
            ),
        ]

    def name(self, row: RatingRow) -> str:
        """Name a row; the headline's name is ours, an area's its own."""
        return self.gettext(row.name) if row.area == "total" else row.name

    def value(self, row: RatingRow) -> str:
        """Write the mark of a row, or the word in its place."""
        if has_figures(row.status):
            return self.mark(row.value) or self.unknown
        return self.gettext(str(row.status))

    def margin(self, row: RatingRow) -> str:
        """Write the ends of a row's interval, or the words in their place."""
        if row.lower is None or row.upper is None:
            return self.missing(row.status)
        return self._range(row.lower, row.upper, self.mark)

    def change_margin(self, change: Change) -> str:
        """Write the ends of a change's interval; "" without."""
        if change.lower is None or change.upper is None:
            return ""
        return self._range(change.lower, change.upper, self.change)

    def margin_sentence(self, row: RatingRow) -> str:
        """Say in a sentence where the true mark lies; "" without a margin."""
        if row.lower is None or row.upper is None:
            return ""
        if row.lower == row.upper:
            sentence = self.gettext(
                "Met 95 procent zekerheid ligt het echte cijfer er minder dan %(step)s vanaf."
            )
            return sentence % {"step": self._step(row.lower)}
        sentence = self.gettext(
            "Met 95 procent zekerheid ligt het echte cijfer tussen %(low)s en %(high)s."
        )
        return sentence % {"low": self.mark(row.lower), "high": self.mark(row.upper)}

    def missing(self, status: Status) -> str:
        """Give the word for a number beside a mark that is not there."""
        return self.gettext(WITHHELD) if status is Status.SUPPRESSED else self.unknown

    def change_sentence(self, table: RatingTable) -> str:
        """Say in a sentence how the headline changed; "" without a comparison."""
        change = table.headline.change
        if change is None or table.compare is None:
            return ""
        size = self.mark(abs(change.value)) if change.value else self.gettext("iets")
        return self.gettext(CHANGES[change.verdict]) % {"change": size, "compare": table.compare}

    def summary(self, table: RatingTable) -> str:
        """Say what a reader of the dot plot sees: highest, lowest, headline, what is missing."""
        sentences = [self.invented] if table.invented else []
        marks = [(row.value, row.name) for row in table.rows if row.value is not None]
        if marks:
            highest = self.gettext("Hoogste cijfer: %(areas)s met %(mark)s.")
            lowest = self.gettext("Laagste cijfer: %(areas)s met %(mark)s.")
            for sentence, (extreme, _) in ((highest, max(marks)), (lowest, min(marks))):
                areas = self._listed([name for mark, name in marks if mark == extreme])
                sentences.append(sentence % {"areas": areas, "mark": self.mark(extreme)})
        if table.headline.value is not None:
            said = self.gettext("Alle bewoners samen: %(mark)s.")
            sentences.append(said % {"mark": self.value(table.headline)})
        for status in (Status.INDICATIVE, Status.SUPPRESSED, Status.EMPTY):
            areas = self._listed([row.name for row in table.rows if row.status is status])
            if areas:
                sentences.append(f"{self.gettext(str(status)).capitalize()}: {areas}.")
        return " ".join(sentences)

    def _range(self, low: Decimal, high: Decimal, write: Callable[[Decimal], str]) -> str:
        if low == high:  # "7,4 tot 7,4" would look like no margin at all
            return self.gettext("minder dan %(step)s") % {"step": self._step(low)}
        ends = {"low": write(low), "high": write(high)}
        return self.gettext("%(low)s tot %(high)s") % ends

    def _step(self, number: Decimal) -> str:
        """Write one unit of the last decimal: 0,1 for 7,4. Nearer is all that rounding leaves."""
        return self.mark(Decimal((0, (1,), int(number.as_tuple().exponent))))

    def _listed(self, names: Sequence[str]) -> str:
        *first, last = names or [""]
        if not first:
            return last
        return self.gettext("%(first)s en %(last)s") % {"first": ", ".join(first), "last": last}


DUTCH: Final = Wording()
