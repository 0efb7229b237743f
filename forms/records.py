"""A questionnaire as frozen records; `forms.definition` reads them from TOML."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Scalar: TypeAlias = int | float | str | bool
Answer: TypeAlias = Scalar | list[str]
Texts: TypeAlias = "Mapping[str, str]"
Role: TypeAlias = Literal["", "rating"]

UNKNOWN: Final = "unknown"
"""The stable code of "weet ik niet / geen mening", in every kind that offers it."""

NO_TEXTS: Final[Texts] = MappingProxyType({})


class QuestionnaireError(ValueError):
    """The text of a questionnaire cannot be used; the message is for its author.

    Attributes
    ----------
    line
        Line of the text, from 1.
    where
        The faulty entry, e.g. ``pages[2].questions[1].kind``, counted from 1.
    wanted, got
        What may stand there and what stands there.
    """

    def __init__(self, *, line: int, where: str, wanted: str, got: str) -> None:
        super().__init__(f"line {line}, {where}: wanted {wanted}, got {got}")
        self.line, self.where, self.wanted, self.got = line, where, wanted, got


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One possible answer: the code is what is stored and never changes, the text may.

    Attributes
    ----------
    last
        Whether it keeps its place at the end when the options are shuffled: "other", "none".
    """

    code: str
    text: Texts
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When a question is shown: an answer given on an earlier page is one of these values."""

    question: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. Which of the later attributes mean something depends on the kind.

    Attributes
    ----------
    id
        Key of the answer: small letters, digits and underscores.
    kind
        A key of `forms.kinds.KINDS`.
    text, hint
        The question and a help text, by language; an empty mapping is no hint.
    required
        Whether the page waits for an answer. "Weet ik niet" is an answer.
    soft
        Whether the page asks once more when there is no answer, and then goes on without.
    shuffle
        Whether each respondent sees the options in an order of his own.
    options
        What can be chosen, in the order shown.
    low, high
        Bounds of a rating or number, both included; None is no bound.
    low_label, high_label
        What the ends of a rating mean, by language.
    unknown
        Text of the "weet ik niet" option, by language; an empty mapping is no such option.
    show_if
        Condition under which the question is asked; None is always.
    role
        ``"rating"`` for the headline mark: exactly one question of a questionnaire has it.
    max_length
        Most characters of a text.
    decimals
        Whether a number may have decimals.
    """

    id: str
    kind: str
    text: Texts
    hint: Texts
    required: bool
    soft: bool
    shuffle: bool
    options: tuple[Option, ...]
    low: int | float | None
    high: int | float | None
    low_label: Texts
    high_label: Texts
    unknown: Texts
    show_if: Condition | None
    role: Role
    max_length: int
    decimals: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One screen: one idea, mostly one question."""

    id: str
    title: Texts
    intro: Texts
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """A whole questionnaire.

    Attributes
    ----------
    languages
        Every text exists in each of these; the first is the one to fall back on.
    reviewed
        Those of the languages in which a native speaker has read the texts. For authors only.
    title, intro
        What residents read before the first page, by language.
    text, hash
        The TOML text it was read from and its SHA-256 (hexadecimal): a wave freezes both.
    """

    id: str
    languages: tuple[str, ...]
    reviewed: tuple[str, ...]
    title: Texts
    intro: Texts
    pages: tuple[Page, ...]
    text: str = field(repr=False)
    hash: str

    @property
    def unreviewed(self) -> tuple[str, ...]:
        """The languages of which an author is told: not yet reviewed by a native speaker."""
        return tuple(language for language in self.languages if language not in self.reviewed)

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions in the order of the pages."""
        return tuple(question for page in self.pages for question in page.questions)

    @property
    def rating(self) -> Question:
        """The question with role "rating": the headline mark."""
        return next(question for question in self.questions if question.role == "rating")
