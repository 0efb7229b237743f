"""The kinds of question: all that the program knows of a kind stands in its row of `KINDS`.

To add a kind, write its functions and its row. Reading a questionnaire, building a form, following
`show_if`, checking an answer and the review page all go through the table.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeAlias

from wtforms.fields.core import UnboundField

from forms.fields import (
    AskedField,
    MarksField,
    NumberField,
    OneField,
    SeveralField,
    TextField,
    TickField,
    can_be_typed,
    is_storable,
    written,
)
from forms.records import UNKNOWN, Question

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from forms.records import Scalar

MARK_RANGE: Final = (1, 10)
_MAX_TEXT: Final = 10_000


class Translations(Protocol):
    """Translates the words that are not the questionnaire's own: Dutch in, the language out.

    The `gettext` module's classes are of this kind; `gettext.NullTranslations()` leaves it Dutch.
    """

    def gettext(self, message: str, /) -> str:
        """Translate a message."""
        ...

    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str:
        """Translate a message that counts something."""
        ...


class Fault(NamedTuple):
    """What is wrong in the definition of a question."""

    key: str
    wanted: str
    got: object


Asked: TypeAlias = "UnboundField[AskedField]"


def _none(_question: Question) -> None:
    return None


def _unlisted(_question: Question) -> tuple[Scalar, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of question.

    Attributes
    ----------
    keys
        Entries of the definition that it reads, beside those of every question.
    low, high
        Bounds where the definition gives none.
    fault
        What is wrong in a definition; None when it is right.
    values
        The answers a `show_if` may wait for; empty when they cannot be listed.
    accepts
        Whether a value is an answer to the question.
    field
        The form field that asks the question in a language.
    summary
        An accepted answer, written for people in a language.
    """

    keys: frozenset[str]
    low: int | None = None
    high: int | None = None
    fault: Callable[[Question], Fault | None] = _none
    values: Callable[[Question], tuple[Scalar, ...]] = _unlisted
    accepts: Callable[[Question, object], bool]
    field: Callable[[Question, str], Asked]
    summary: Callable[[Question, Any, str, Translations], str]


# Kinds with a list of answers: rating, scale, choice, multiple


def _unknown(question: Question) -> tuple[Scalar, ...]:
    return (UNKNOWN,) if question.unknown else ()


def _marks(question: Question) -> tuple[Scalar, ...]:
    if question.low is None or question.high is None:
        return _unknown(question)
    return (*range(int(question.low), int(question.high) + 1), *_unknown(question))


def _codes(question: Question) -> tuple[Scalar, ...]:
    return (*(option.code for option in question.options), *_unknown(question))


def _texts(question: Question, language: str) -> dict[str, str]:
    texts = {option.code: option.text[language] for option in question.options}
    return texts | ({UNKNOWN: question.unknown[language]} if question.unknown else {})


def _text_of(question: Question, answer: Scalar, language: str) -> str:
    return _texts(question, language).get(str(answer), str(answer))


def _is_among(answer: object, values: tuple[Scalar, ...]) -> bool:
    # the type too: to Python True is 1 and 7.0 is 7
    return any(type(answer) is type(value) and answer == value for value in values)


def _listed_field(
    field: type[AskedField], values: Callable[[Question], tuple[Scalar, ...]]
) -> Callable[[Question, str], Asked]:
    def build(question: Question, language: str) -> Asked:
        texts = _texts(question, language)
        answers = {value: texts.get(str(value), str(value)) for value in values(question)}
        return UnboundField(field, question=question, language=language, answers=answers)

    return build


def _listed_summary(question: Question, answer: Scalar, language: str, _: Translations) -> str:
    return _text_of(question, answer, language)


def _rating_fault(question: Question) -> Fault | None:
    low, high = question.low, question.high
    if not (isinstance(low, int) and 0 <= low < 10):
        return Fault("low", "a whole number from 0 to 9", low)
    if not (isinstance(high, int) and low < high <= 10):
        return Fault("high", f"a whole number from {low + 1} to 10", high)
    if question.role and (low, high) != MARK_RANGE:
        return Fault("role", "a scale of 1 to 10 for the headline mark", f"{low} to {high}")
    if not (question.low_label and question.high_label):
        missing = "high_label" if question.low_label else "low_label"
        return Fault(missing, "texts that say what the ends mean", "nothing")
    return None


def _options_fault(least: int) -> Callable[[Question], Fault | None]:
    def fault(question: Question) -> Fault | None:
        if len(question.options) < least:
            return Fault("options", f"at least {least} options", f"{len(question.options)}")
        return None

    return fault


def _codes_kind(*, least: int, more: frozenset[str] = frozenset()) -> Kind:
    return Kind(
        keys=frozenset({"options", "unknown"}) | more,
        fault=_options_fault(least),
        values=_codes,
        accepts=lambda question, answer: _is_among(answer, _codes(question)),
        field=_listed_field(OneField, _codes),
        summary=_listed_summary,
    )


def _accepts_several(question: Question, answer: object) -> bool:
    return (
        isinstance(answer, list)
        and 0 < len(answer) == len(set(map(repr, answer)))
        and all(_is_among(value, _codes(question)) for value in answer)
    )


def _several_summary(question: Question, answer: list[str], language: str, _: Translations) -> str:
    return "; ".join(_text_of(question, code, language) for code in answer)


# Kinds with an open answer: number, text


def _plain_field(field: type[AskedField]) -> Callable[[Question, str], Asked]:
    def build(question: Question, language: str) -> Asked:
        return UnboundField(field, question=question, language=language)

    return build


def _number_fault(question: Question) -> Fault | None:
    low, high = question.low, question.high
    for key, bound in (("low", low), ("high", high)):
        if bound is not None and not can_be_typed(bound):
            return Fault(key, "a number of at most 12 digits and 6 decimals", bound)
    if not question.decimals and any(isinstance(bound, float) for bound in (low, high)):
        return Fault("low", "whole bounds, or decimals = true", f"{low} and {high}")
    if low is not None and high is not None and low > high:
        return Fault("low", f"at most the high bound {high}", low)
    return None


def _accepts_number(question: Question, answer: object) -> bool:
    if type(answer) is not int and not (question.decimals and type(answer) is float):
        return False
    low = -math.inf if question.low is None else question.low
    high = math.inf if question.high is None else question.high
    return math.isfinite(answer) and low <= answer <= high


def _number_summary(_question: Question, answer: float, language: str, _: Translations) -> str:
    return written(answer, language)


def _text_fault(question: Question) -> Fault | None:
    if not 0 < question.max_length <= _MAX_TEXT:
        return Fault("max_length", f"1 to {_MAX_TEXT} characters", question.max_length)
    return None


def _accepts_text(question: Question, answer: object) -> bool:
    return (
        isinstance(answer, str)
        and 0 < len(answer.strip()) <= len(answer) <= question.max_length
        and all(map(is_storable, answer))
    )


def _text_summary(_question: Question, answer: str, _language: str, _: Translations) -> str:
    return answer


# Consent: the one kind whose answer changes what is kept, see `forms.route.lifts_anonymity`


def _yes_no(question: Question) -> tuple[Scalar, ...]:
    return (True,) if question.required else (True, False)


def _consent_fault(question: Question) -> Fault | None:
    if question.soft:
        return Fault("required", "no such entry: without a tick the answer is no", "soft")
    return None


def _accepts_consent(question: Question, answer: object) -> bool:
    return isinstance(answer, bool) and answer in _yes_no(question)


def _consent_summary(
    _question: Question, answer: bool, _language: str, translations: Translations
) -> str:
    return translations.gettext("Ja") if answer else translations.gettext("Nee")


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "rating": Kind(
            keys=frozenset({"low", "high", "low_label", "high_label", "unknown", "role"}),
            low=MARK_RANGE[0],
            high=MARK_RANGE[1],
            fault=_rating_fault,
            values=_marks,
            accepts=lambda question, answer: _is_among(answer, _marks(question)),
            field=_listed_field(MarksField, _marks),
            summary=_listed_summary,
        ),
        "scale": _codes_kind(least=3),
        "choice": _codes_kind(least=2, more=frozenset({"shuffle"})),
        "multiple": Kind(
            keys=frozenset({"options", "shuffle"}),
            fault=_options_fault(2),
            values=_codes,
            accepts=_accepts_several,
            field=_listed_field(SeveralField, _codes),
            summary=_several_summary,
        ),
        "number": Kind(
            keys=frozenset({"low", "high", "decimals"}),
            fault=_number_fault,
            accepts=_accepts_number,
            field=_plain_field(NumberField),
            summary=_number_summary,
        ),
        "text": Kind(
            keys=frozenset({"max_length"}),
            fault=_text_fault,
            accepts=_accepts_text,
            field=_plain_field(TextField),
            summary=_text_summary,
        ),
        "consent": Kind(
            keys=frozenset(),
            fault=_consent_fault,
            values=_yes_no,
            accepts=_accepts_consent,
            field=_plain_field(TickField),
            summary=_consent_summary,
        ),
    }
)
