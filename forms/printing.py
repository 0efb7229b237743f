"""A questionnaire on paper: HTML of A4 pages, and PDF of the same."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from forms.fields import bounds
from forms.paper_routes import Routes
from forms.paper_style import STYLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from forms.kinds import Translations
    from forms.records import Page, Question, Questionnaire, Texts

_SPAN: Final = Markup("<span></span>")
_BOX: Final = Markup('<span class="box"></span>')
_CELL: Final = Markup("<td>") + _BOX + Markup("</td>")
_APART: Final = Markup('<td class="apart">') + _BOX + Markup("</td>")
_CODE: Final = (4, 4, 5)
"""How many characters of the code stand in each group, as in the letter."""
_ADDRESS_LINES: Final = 3
_TEXT_LINES: Final = 6
_ONE_COLUMN: Final = 6
"""Most options under each other; more stand in two columns."""
_GRID_OPTIONS: Final = 7


class PdfUnavailableError(Exception):
    """The program that makes PDF files is not installed; the message says what to do."""


def paper(
    questionnaire: Questionnaire,
    language: str,
    translations: Translations,
    *,
    direction: str = "ltr",
) -> str:
    """Write a questionnaire as one HTML page for the printer, with nothing to load.

    Parameters
    ----------
    language
        Which of the questionnaire's languages.
    translations
        Translates what is not the questionnaire's own, which is Dutch.
    direction
        Of writing: "ltr" or "rtl".
    """
    return str(_Paper(questionnaire, language, translations).html(direction))


def pdf(html: str) -> bytes:
    """Make the PDF (PDF/UA-1: tagged, with title and language) of what `paper` wrote.

    Raises
    ------
    PdfUnavailableError
        If WeasyPrint, or the Pango library that it needs, is not installed.
    """
    try:
        from weasyprint import HTML
    except ImportError:
        told = "PDF needs WeasyPrint: pip install 'enquete[paper]'; or write .html and print that"
        raise PdfUnavailableError(told) from None
    except OSError as error:
        told = f"WeasyPrint needs the library Pango (apt install libpangoft2-1.0-0): {error}"
        raise PdfUnavailableError(told) from None
    made: bytes = HTML(string=html).write_pdf(pdf_variant="pdf/ua-1")
    return made


class _Paper:
    """One questionnaire in one language."""

    def __init__(
        self, questionnaire: Questionnaire, language: str, translations: Translations
    ) -> None:
        self._questionnaire = questionnaire
        self._language = language
        self._translations = translations
        self._routes = Routes(questionnaire, language, translations)

    def html(self, direction: str) -> Markup:
        """Write all of it."""
        head = Markup(
            '<!doctype html>\n<html lang="{}" dir="{}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width">\n<title>{}</title>\n'
            "<style>{}</style>\n</head>\n<body>\n"
        )
        title = self._questionnaire.title[self._language]
        parts = [
            head.format(self._language, direction, title, Markup(STYLE)),  # noqa: S704 - ours
            *self._opening(title),
            *(part for page in self._questionnaire.pages for part in self._page(page)),
            *self._ending(),
            Markup("</body>\n</html>\n"),
        ]
        return Markup("").join(parts)

    def _opening(self, title: str) -> Iterator[Markup]:
        gettext = self._translations.gettext
        yield Markup("<h1>{}</h1>\n").format(title)
        yield self._paragraph("lead", self._questionnaire.intro)
        yield Markup(
            '<section class="how">\n<h2>{}</h2>\n<p><span class="box cross">×</span>{}</p>\n'
            "<p>{}</p>\n</section>\n"
        ).format(
            gettext("Zo vult u de vragenlijst in"),
            gettext("Zet een kruisje in het vakje van uw antwoord."),
            gettext("Verkeerd vakje? Maak het helemaal zwart. Kies dan het goede vakje."),
        )

    def _ending(self) -> Iterator[Markup]:
        gettext = self._translations.gettext
        groups = (
            (Markup('<span class="gap"></span>') if group else _SPAN) + _SPAN * (length - 1)
            for group, length in enumerate(_CODE)
        )
        yield Markup(
            '<section class="end">\n<h2>{}</h2>\n<p>{} {}</p>\n<p class="code">{}</p>\n<p>{}</p>\n'
            '<p class="lines address">{}</p>\n<p>{}</p>\n</section>\n'
        ).format(
            gettext("Dit is het einde van de vragenlijst"),
            gettext("Schrijf hier de code uit onze brief."),
            gettext("Met de code telt elke woning één keer mee."),
            Markup("").join(groups),
            gettext("Stuur de vragenlijst terug naar:"),
            _SPAN * _ADDRESS_LINES,
            gettext("Dank u wel."),
        )

    def _page(self, page: Page) -> Iterator[Markup]:
        if len(page.questions) > 1 or page.intro:
            yield Markup("<h2>{}</h2>\n").format(page.title[self._language])
        yield self._paragraph("lead", page.intro)
        for key, questions in groupby(page.questions, key=self._grid_key):
            same = tuple(questions)
            if key and len(same) > 1:
                yield self._grid(same)
            else:
                yield from map(self._question, same)

    def _grid_key(self, question: Question) -> tuple[object, ...]:
        """Give what questions must share to stand in one table; empty stands alone."""
        few = len(question.options) + bool(question.unknown) <= _GRID_OPTIONS
        alone = question.hint or question.required or self._routes.leads(question)
        if question.kind != "scale" or alone or not few:
            return ()
        texts = tuple(option.text[self._language] for option in question.options)
        return (*texts, question.unknown.get(self._language, ""))

    def _grid(self, questions: Sequence[Question]) -> Markup:
        """Write statements with the same answers as the rows of a table."""
        first = questions[0]
        heads = [option.text[self._language] for option in first.options]
        boxes = _CELL * len(heads)
        columns = Markup("").join(Markup('<th scope="col">{}</th>').format(h) for h in heads)
        if first.unknown:
            apart = Markup('<th scope="col" class="apart">{}</th>')
            columns += apart.format(first.unknown[self._language])
            boxes += _APART
        rows = Markup("").join(
            Markup('<tr><th scope="row"><span class="number">{}</span>{}</th>{}</tr>\n').format(
                self._routes.number(question), question.text[self._language], boxes
            )
            for question in questions
        )
        return Markup(
            '<table class="grid">\n<thead><tr><td></td>{}</tr></thead>\n<tbody>\n{}</tbody>\n'
            "</table>\n"
        ).format(columns, rows)

    def _question(self, question: Question) -> Markup:
        return Markup('<section class="question">\n{}{}{}{}{}{}</section>\n').format(
            self._sentence("only", self._routes.only_if(question)),
            self._heading(question),
            self._paragraph("hint", question.hint),
            self._sentence("rule", self._rule(question)),
            _WRITERS[question.kind](self, question),
            self._sentence("go", self._routes.go_to(question)),
        )

    def _heading(self, question: Question) -> Markup:
        """Write number and question; the question of a consent stands at its box."""
        if question.kind == "consent":
            return Markup("")
        return Markup('<h3><span class="number">{}</span>{}</h3>\n').format(
            self._routes.number(question), question.text[self._language]
        )

    def tick(self, question: Question) -> Markup:
        """Write the one box of a consent."""
        return Markup('<ul class="tick"><li><span class="number">{}</span>{}{}</li></ul>\n').format(
            self._routes.number(question), _BOX, question.text[self._language]
        )

    def number(self, _question: Question) -> Markup:
        """Write a short line."""
        return Markup('<p><span class="short"></span></p>\n')

    def lines(self, _question: Question) -> Markup:
        """Write the lines for a text."""
        return Markup('<p class="lines">{}</p>\n').format(_SPAN * _TEXT_LINES)

    def _rule(self, question: Question) -> str:
        if question.kind == "multiple":
            return self._translations.gettext("U mag meer dan één vakje kiezen.")
        if question.kind == "number":
            return bounds(question, self._language, self._translations.gettext)
        return ""

    def marks(self, question: Question) -> Markup:
        """Write a box for each mark, with the mark in it."""
        marks = [str(m) for m in range(int(question.low or 0), int(question.high or 0) + 1)]
        boxes = Markup("").join(Markup('<span class="mark">{}</span>').format(m) for m in marks)
        ends = Markup('<p class="ends"><span>{} = {}</span> <span>{} = {}</span></p>\n').format(
            marks[0],
            question.low_label[self._language],
            marks[-1],
            question.high_label[self._language],
        )
        return ends + Markup('<p class="marks">{}</p>\n{}').format(boxes, self.boxes(question))

    def boxes(self, question: Question) -> Markup:
        """Write a box for each option, and for "weet ik niet"."""
        texts = [option.text[self._language] for option in question.options]
        if question.unknown:
            texts.append(question.unknown[self._language])
        if not texts:
            return Markup("")
        wide = Markup(' class="wide"') if len(texts) > _ONE_COLUMN else ""
        rows = Markup("").join(Markup("<li>{}{}</li>\n").format(_BOX, text) for text in texts)
        return Markup("<ul{}>\n{}</ul>\n").format(wide, rows)

    def _paragraph(self, name: str, texts: Texts) -> Markup:
        return self._sentence(name, texts.get(self._language, ""))

    def _sentence(self, name: str, text: str) -> Markup:
        return Markup('<p class="{}">{}</p>\n').format(name, text) if text else Markup("")


_WRITERS: Final[Mapping[str, Callable[[_Paper, Question], Markup]]] = {
    "rating": _Paper.marks,
    "scale": _Paper.boxes,
    "choice": _Paper.boxes,
    "multiple": _Paper.boxes,
    "number": _Paper.number,
    "text": _Paper.lines,
    "consent": _Paper.tick,
}
