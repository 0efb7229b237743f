"""The expressions in `relevant` that a `show_if` can say: answers to one earlier question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from forms.reading import shown
from forms.records import Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from forms.records import Question, Scalar

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<name>\$\{\s*[\w.\-]+\s*\})|(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>selected|and|or)\b|(?P<sign>!=|<=|>=|[=<>(),]))"
)
_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_MAX_LENGTH: Final = 1_000


class InexpressibleError(ValueError):
    """The expression says something that `show_if` cannot; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that an expression may name, and its answers by their name in the spreadsheet."""

    question: Question
    answers: Mapping[str, Scalar]


class _Meant(NamedTuple):
    """The question, and the names of those of its answers that make an expression true."""

    asked: Asked
    names: tuple[str, ...]


def condition(expression: str, asked: Mapping[str, Asked]) -> Condition:
    """Read an expression as a condition.

    Parameters
    ----------
    asked
        The earlier questions, by their name in the spreadsheet.

    Raises
    ------
    InexpressibleError
        If `show_if` cannot say it.
    """
    meant = _Parser(_tokens(expression), asked).whole()
    if not meant.names:
        raise InexpressibleError("no answer makes it true")
    values = tuple(meant.asked.answers[name] for name in meant.names)
    return Condition(question=meant.asked.question.id, values=values)


def _tokens(expression: str) -> list[tuple[str, str]]:
    if len(expression) > _MAX_LENGTH:
        raise InexpressibleError(f"it is longer than {_MAX_LENGTH} characters")
    tokens, at, end = [], 0, len(expression.rstrip())
    while at < end:
        found = _TOKEN.match(expression, at)
        if not found:
            raise InexpressibleError(f"{shown(expression[at:].strip())!r} cannot be said")
        tokens.append((found.lastgroup or "", found[found.lastgroup or 0]))
        at = found.end()
    return tokens


class _Parser:
    """Reads `or` of `and` of comparisons, in brackets or not."""

    def __init__(self, tokens: Sequence[tuple[str, str]], asked: Mapping[str, Asked]) -> None:
        self._tokens, self._asked, self._at, self._depth = tokens, asked, 0, 0

    def whole(self) -> _Meant:
        """Read all of it."""
        meant = self._any()
        if self._at < len(self._tokens):
            raise InexpressibleError(f"{self._tokens[self._at][1]!r} is not expected there")
        return meant

    def _any(self) -> _Meant:
        meant = self._all()
        while self._took("or"):
            other = self._same(meant, self._all())
            meant = _Meant(meant.asked, tuple(dict.fromkeys((*meant.names, *other.names))))
        return meant

    def _all(self) -> _Meant:
        meant = self._one()
        while self._took("and"):
            other = self._same(meant, self._one())
            if meant.asked.question.kind == "multiple":
                raise InexpressibleError("two answers to one question at once")
            names = tuple(name for name in meant.names if name in other.names)
            meant = _Meant(meant.asked, names)
        return meant

    def _same(self, meant: _Meant, other: _Meant) -> _Meant:
        if meant.asked is not other.asked:
            raise InexpressibleError("it names more than one question")
        return other

    def _one(self) -> _Meant:
        if self._took("("):
            self._depth += 1
            if self._depth > 20:
                raise InexpressibleError("too many brackets")
            meant = self._any()
            self._need(")")
            return meant
        if self._took("selected"):
            self._need("(")
            asked = self._named()
            self._need(",")
            name = self._literal()
            self._need(")")
            return self._equal(asked, name)
        asked = self._named()
        _, sign = self._next()
        return self._compared(asked, sign, self._literal())

    def _compared(self, asked: Asked, sign: str, literal: str) -> _Meant:
        if sign == "=" and literal and asked.question.kind != "multiple":
            return self._equal(asked, literal)
        if sign in {"=", "!="}:
            return self._unequal(asked, sign, literal)
        if sign not in _COMPARE or asked.question.kind != "rating":
            raise InexpressibleError(f"{sign!r} with a question of the kind {asked.question.kind}")
        names = tuple(n for n in asked.answers if _is_less(n, sign, literal))
        return _Meant(asked, names)

    def _equal(self, asked: Asked, name: str) -> _Meant:
        if name not in asked.answers:
            raise InexpressibleError(f"{name!r} is not an answer to {asked.question.id}")
        return _Meant(asked, (name,))

    def _unequal(self, asked: Asked, sign: str, literal: str) -> _Meant:
        """Read what is also true without an answer, where that makes no difference."""
        names = tuple(name for name in asked.answers if (name == literal) == (sign == "="))
        answered = asked.question.required or asked.question.kind == "consent" or literal == ""
        if (asked.question.kind == "multiple" and literal) or not answered or not names:
            raise InexpressibleError("it asks for who gave no answer, or not this one")
        return _Meant(asked, names)

    def _named(self) -> Asked:
        kind, text = self._next()
        name = text.strip("${} \t")
        if kind != "name":
            raise InexpressibleError(f"{text!r} stands where a question is wanted")
        if name not in self._asked:
            raise InexpressibleError(f"{name} is not a question taken before it")
        if not self._asked[name].answers:
            raise InexpressibleError(f"the answers to {name} cannot be listed")
        return self._asked[name]

    def _literal(self) -> str:
        kind, text = self._next()
        if kind not in {"text", "number"}:
            raise InexpressibleError(f"{text!r} stands where an answer is wanted")
        return text[1:-1] if kind == "text" else text

    def _took(self, text: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at][1] == text:
            self._at += 1
            return True
        return False

    def _need(self, text: str) -> None:
        if not self._took(text):
            raise InexpressibleError(f"{text!r} is missing")

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise InexpressibleError("it stops half-way")
        self._at += 1
        return self._tokens[self._at - 1]


def _is_less(name: str, sign: str, literal: str) -> bool:
    try:
        return _COMPARE[sign](float(name), float(literal))
    except ValueError:
        return False
