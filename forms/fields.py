"""WTForms fields of the question kinds: what was typed, the answer in it, and what is wrong.

Messages are Dutch and go through the form's translations, as WTForms' own do; each names its
question. A field refuses by message: no form body makes it raise.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from wtforms.fields import Field
from wtforms.validators import ValidationError

from forms.records import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from wtforms.form import BaseForm

    from forms.records import Answer, Question, Scalar

TICKED: Final = "yes"
_TYPED: Final = str.maketrans({"−": "-", "،": ","})  # a true minus; the Arabic comma
_POINT: Final = frozenset({"en", "ar"})
DECIMALS: Final = 6
"""Most digits behind the decimal mark."""
_WHOLE: Final = re.compile(r"[-+]?\d{1,12}")
_DECIMAL: Final = re.compile(rf"[-+]?\d{{1,12}}(?:[.,٫]\d{{1,{DECIMALS}}})?")
_THOUSANDS: Final = {  # 1.000 is a thousand to a Dutch reader and one to an English one
    ".": re.compile(r"[-+]?[1-9]\d{0,2}\.\d{3}"),
    ",": re.compile(r"[-+]?[1-9]\d{0,2},\d{3}"),
}
_ENDS: Final = frozenset(".!?…:؟")
_GROUPED: Final = re.compile(
    r"[-+]?\d{1,3}(?:[ '’\u00a0\u202f]\d{3}|(?:[.,]\d{3}){2})+(?:[.,٫]\d+)?"
)
_ANY_NUMBER: Final = re.compile(r"[-+]?\d+(?:[.,٫]\d+)?")  # ٫ is the Arabic decimal sign


class AskedField(Field):
    """A field that asks a question: what all kinds share, mixed into the fields below.

    Attributes
    ----------
    shape
        Which template draws the field.
    question, language
        The question asked, and the language it is asked in.
    typed_in
        The languages that numbers may be typed in.
    low_label, high_label
        What the ends of a rating mean, in the form's language.
    """

    shape: ClassVar[str]

    def __init__(self, *, question: Question, language: str, **kwargs: Any) -> None:
        super().__init__(
            question.text[language],
            description=question.hint.get(language, ""),
            id=f"q-{question.id}",
            **kwargs,
        )
        self.question = question
        self.language = language
        self.typed_in: tuple[str, ...] = (language,)
        self.low_label = question.low_label.get(language, "")
        self.high_label = question.high_label.get(language, "")

    def answer(self) -> Answer | None:
        """Give the answer, or None when there is none."""
        return self.data  # type: ignore[no-any-return]  # WTForms' data is Any

    @property
    def is_empty(self) -> bool:
        """Whether there is no answer; a box that is not ticked is empty too."""
        answer = self.answer()
        return answer is None or answer is False

    def _missing(self) -> str:
        return self.gettext("Kies een antwoord bij: %(question)s")

    def shorten(self) -> None:
        """Make an answer that is only too long fit, where it can be."""

    @property
    def hint(self) -> str:
        """What is said under the question: the author's words, and the rules of the answer."""
        rules = list(self._rules())
        told = self.description
        if told and rules and told[-1] not in _ENDS:
            told += "."
        return " ".join(filter(None, (told, *rules)))

    def _rules(self) -> Iterator[str]:
        if self.question.required:
            yield self.gettext("Deze vraag is verplicht.")

    @property
    def anchor(self) -> str:
        """The id of the first input: where a link in the error summary leads."""
        return self.id

    @property
    def described_by(self) -> str:
        """The ids of what describes the question, for `aria-describedby`."""
        parts = {"ends": self.low_label, "hint": self.hint, "error": self.errors}
        return " ".join(f"{self.id}-{part}" for part, present in parts.items() if present)

    def fault(self, message: str, **values: object) -> ValidationError:
        """Make the error of a message, with the question and the values filled in."""
        return ValidationError(message % {"question": self.label.text, **values})

    def post_validate(self, form: BaseForm, validation_stopped: bool) -> None:
        """Refuse a required question without an answer."""
        if self.question.required and not self.errors and self.is_empty:
            raise self.fault(self._missing())


class Choice(NamedTuple):
    """One radio button or checkbox, as a template draws it."""

    id: str
    value: str
    label: str
    checked: bool


class ListedField(AskedField):
    """A field whose answers are listed.

    Not on WTForms' own `RadioField`: what that takes as choices changes with each minor version.
    """

    def __init__(self, *, answers: Mapping[Scalar, str], **kwargs: Any) -> None:
        self._answers = {str(answer): answer for answer in answers}
        self._labels = {str(answer): label for answer, label in answers.items()}
        self._shown = tuple(self._answers)
        super().__init__(**kwargs)

    def arrange(self, codes: Sequence[str]) -> None:
        """Show the answers in this order, and those that it does not name after them.

        The order in which answers are read, kept and stored stays that of the questionnaire: it
        would tell which respondent gave them.
        """
        self._shown = (*codes, *(value for value in self._answers if value not in codes))

    def choices(self) -> list[Choice]:
        """Give the radio buttons or checkboxes, in order."""
        given = self.data if isinstance(self.data, list) else [self.data]
        return [
            Choice(self._id_of(value), value, self._labels[value], self._answers[value] in given)
            for value in self._shown
        ]

    @property
    def anchor(self) -> str:
        """The id of the first input."""
        return self._id_of(self._shown[0])

    def _known(self, value: object) -> Scalar:
        try:
            return self._answers[str(value)]
        except KeyError:
            message = self.gettext("Kies een antwoord uit de lijst bij: %(question)s")
            raise self.fault(message) from None

    def _id_of(self, value: str) -> str:
        # two hyphens keep it apart from the ids of hint and error
        return f"{self.id}--{value}"


class OneField(ListedField):
    """One of the answers."""

    shape = "radios"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the chosen answer; nothing chosen is no answer."""
        self.data = self._known(valuelist[0]) if valuelist else None


class MarksField(OneField):
    """One mark of a scale of numbers, drawn side by side, or "weet ik niet"."""

    shape = "marks"

    def marks(self) -> list[Choice]:
        """Give the numbers."""
        return [choice for choice in self.choices() if choice.value != UNKNOWN]

    def others(self) -> list[Choice]:
        """Give what stands apart from the numbers: "weet ik niet"."""
        return [choice for choice in self.choices() if choice.value == UNKNOWN]

    def _missing(self) -> str:
        return self.gettext("Kies een cijfer bij: %(question)s")


class SeveralField(ListedField):
    """Any of the answers."""

    shape = "checkboxes"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the ticked answers, in the order of the questionnaire."""
        chosen = {self._known(value) for value in valuelist}
        self.data = [answer for answer in self._answers.values() if answer in chosen] or None

    def _missing(self) -> str:
        return self.gettext("Kies één of meer antwoorden bij: %(question)s")


class NumberField(AskedField):
    """A number, typed with a comma or a point; what was typed stays in the form."""

    shape = "line"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number."""
        typed = _in_our_digits(str(valuelist[0])).strip() if valuelist else ""
        self.data = self._number(typed) if typed else None

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse a number out of bounds."""
        low, high = self.question.low, self.question.high
        if self.data is None:
            return
        if low is not None and self.data < low:
            message = self.gettext("Vul een getal in van %(low)s of meer bij: %(question)s")
            raise self.fault(message, low=written(low, self.language))
        if high is not None and self.data > high:
            message = self.gettext("Vul een getal in van %(high)s of minder bij: %(question)s")
            raise self.fault(message, high=written(high, self.language))

    def _missing(self) -> str:
        return self.gettext("Vul een getal in bij: %(question)s")

    def _rules(self) -> Iterator[str]:
        if rule := bounds(self.question, self.language, self.gettext):
            yield rule
        yield from super()._rules()

    def _number(self, typed: str) -> int | float:
        if _WHOLE.fullmatch(typed):
            return int(typed)
        if self.question.decimals and _DECIMAL.fullmatch(typed) and not self._is_thousands(typed):
            number = float(Decimal(typed.replace(",", ".").replace("٫", ".")))
            return number + 0.0  # no minus before a zero
        raise self.fault(self._not_a_number(typed))

    def _is_thousands(self, typed: str) -> bool:
        marks = {"," if language in _POINT else "." for language in self.typed_in}
        return any(_THOUSANDS[mark].fullmatch(typed) for mark in marks)

    def _not_a_number(self, typed: str) -> str:
        if self._is_thousands(typed) or _GROUPED.fullmatch(typed):
            return self.gettext(
                "Schrijf duizend als 1000, zonder punt, komma of spatie, bij: %(question)s"
            )
        if not _ANY_NUMBER.fullmatch(typed):
            return self.gettext("Vul alleen een getal in, bijvoorbeeld 12, bij: %(question)s")
        if not self.question.decimals and not typed.lstrip("+-").isdigit():
            return self.gettext("Vul een heel getal in, zonder komma of punt, bij: %(question)s")
        return self.gettext("Dit getal heeft te veel cijfers. Maak het korter bij: %(question)s")

    def typed(self) -> str:
        """Give what stands in the form: as typed, or else the number."""
        if self.raw_data:
            return "".join(c for c in str(self.raw_data[0]) if is_storable(c))
        return "" if self.data is None else written(self.data, self.language)


class TextField(AskedField):
    """A text of some lines."""

    shape = "text"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the text, less what no database keeps."""
        typed = str(valuelist[0]) if valuelist else ""
        lines = typed.replace("\r\n", "\n").replace("\r", "\n")
        self.data = "".join(c for c in lines if is_storable(c))
        if self.data != lines:
            raise self.fault(
                self.gettext(
                    "Een teken in uw tekst kunnen wij niet bewaren. Wij hebben het weggehaald."
                    " Kijk uw tekst na bij: %(question)s"
                )
            )

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse a text that is too long."""
        most, length = self.question.max_length, len(self.answer() or "")
        if length > most:
            message = self.gettext(
                "Uw tekst heeft %(length)s tekens. Maak er %(most)s of minder van bij: %(question)s"
            )
            raise self.fault(message, length=length, most=most)

    def shorten(self) -> None:
        """Keep the first part of a text that is too long."""
        self.data, self.errors = (self.answer() or "")[: self.question.max_length], []

    def answer(self) -> str | None:
        """Give the text without the white space around it, or None when empty."""
        return (self.data or "").strip() or None

    def _missing(self) -> str:
        return self.gettext("Vul een antwoord in bij: %(question)s")


class TickField(AskedField):
    """A box that is ticked or not. Not ticked is an answer too: no."""

    shape = "tick"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read whether the box was ticked."""
        self.data = bool(valuelist)
        if valuelist not in ([], [TICKED]):
            self.data = False
            raise self.fault(self.gettext("Zet een vinkje of laat het leeg bij: %(question)s"))


def bounds(question: Question, language: str, gettext: Callable[[str], str]) -> str:
    """Say between which numbers an answer lies; "" where it has no bounds on both sides."""
    if question.low is None or question.high is None:
        return ""
    low, high = written(question.low, language), written(question.high, language)
    return gettext("Een getal van %(low)s tot en met %(high)s.") % {"low": low, "high": high}


def _in_our_digits(typed: str) -> str:
    """Write digits of any script as 0 to 9, without the marks that say which way a text runs."""
    visible = (c for c in typed.translate(_TYPED) if unicodedata.category(c) != "Cf")
    return "".join(str(unicodedata.decimal(c, c)) for c in visible)


def written(number: float, language: str) -> str:
    """Write a number with the decimal mark of the language: a point in some, else a comma."""
    text = format(Decimal(str(number)), "f")  # not 1e-06, which the field would refuse
    return text if language in _POINT else text.replace(".", ",")


def can_be_typed(number: float) -> bool:
    """Whether a field takes the number, were it typed."""
    return bool(_DECIMAL.fullmatch(written(number, "en")))


def is_storable(character: str) -> bool:
    """Whether a database keeps it: not a control character (NUL), not half a surrogate pair."""
    return character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cs"}
