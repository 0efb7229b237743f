"""Whether a Dutch text is plain (level B1): what stands in the way, and what to write instead.

These are rules of thumb on words, without grammar: they miss things, and may point at a good text.
An author reads them as questions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from forms.dutch_words import NO_PARTICIPLE, PLAINER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_WORDS: Final = 15
MAX_LETTERS: Final = 20

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*|\d+(?:[.,]\d+)*")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+|\n+")
_SHORT: Final = re.compile(
    r"\b(?:[a-z]\.){2,}|\b(?:bijv|evt|incl|excl|ca|dhr|mw|mevr|nr|tel)\.", re.IGNORECASE
)
_INFORMAL: Final = re.compile(r"\b(?:je|jij|jou|jouw|jullie|jezelf)\b", re.IGNORECASE)
_BECOMES: Final = re.compile(r"\b(?:word|wordt|worden|werd|werden)\b", re.IGNORECASE)
_IS: Final = re.compile(r"\b(?:ben|bent|is|zijn|was|waren)\b", re.IGNORECASE)
_BY: Final = re.compile(r"\bdoor\b", re.IGNORECASE)
_SPLIT: Final = (
    "aan|af|bij|door|in|mee|na|om|onder|op|over|schoon|tegen|terug|toe|uit|vast|voor|weg"
)
_PARTICIPLE: Final = re.compile(
    rf"\b(?:(?:{_SPLIT})?ge[a-z]{{2,}}|(?:be|ver|ont|her)[a-z]{{2,}})(?:d|t|en)\b", re.IGNORECASE
)
_NOT: Final = re.compile(
    r"\b(niet|geen|nooit|niemand|niets|nergens|zonder|nauwelijks)\b", re.IGNORECASE
)
_LISTED: Final = re.compile(r"\b(?:en|of|maar|noch)\s*$|[,;/]\s*$", re.IGNORECASE)


def doubts(text: str) -> tuple[str, ...]:
    """Say what makes a Dutch text hard, in the order of its sentences; nothing when it is plain."""
    return tuple(
        doubt for sentence in sentences(text) for rule in RULES for doubt in rule(sentence)
    )


def sentences(text: str) -> tuple[str, ...]:
    """Cut a text in sentences; the points of abbreviations end none."""
    kept = _SHORT.sub(lambda found: found[0].replace(".", "\0"), text)
    parts = (part.strip().replace("\0", ".") for part in _SENTENCE_END.split(kept))
    return tuple(part for part in parts if part)


def _too_long(sentence: str) -> Iterator[str]:
    words = len(_WORD.findall(sentence))
    if words > MAX_WORDS:
        yield f"{words} words in a sentence, {MAX_WORDS} at most: {_quoted(sentence)}"


def _long_word(sentence: str) -> Iterator[str]:
    for word in _WORD.findall(sentence):
        if len(word) > MAX_LETTERS:
            yield f"a word of {len(word)} letters, {MAX_LETTERS} at most: {_quoted(word)}"


def _jargon(sentence: str) -> Iterator[str]:
    for pattern, plainer in _PLAINER:
        if found := pattern.search(sentence):
            yield f"a hard word: {_quoted(found[0])}; plainer is {_quoted(plainer)}"


def _passive(sentence: str) -> Iterator[str]:
    verb = _BECOMES.search(sentence) or (_BY.search(sentence) and _IS.search(sentence))
    if not verb:
        return
    for found in _PARTICIPLE.finditer(sentence):
        if found[0].lower() not in NO_PARTICIPLE and found.span() != verb.span():
            both = f"{_quoted(verb[0])} with {_quoted(found[0])}"
            yield f"a passive sentence ({both}): say who does it"
            return


def _informal(sentence: str) -> Iterator[str]:
    if found := _INFORMAL.search(sentence):
        yield f"residents are addressed with u and uw, not with {_quoted(found[0])}"


def _double_negation(sentence: str) -> Iterator[str]:
    first, *others = _NOT.finditer(sentence) if _NOT.search(sentence) else (None,)
    for found in others:
        if first and not _LISTED.search(sentence[: found.start()]):
            yield f"two denials in a sentence: {_quoted(first[0])} and {_quoted(found[0])}"
            return


RULES: Final[tuple[Callable[[str], Iterator[str]], ...]] = (
    _too_long,
    _long_word,
    _jargon,
    _passive,
    _informal,
    _double_negation,
)


def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)


_PLAINER: Final = tuple((_pattern(word), plainer) for word, plainer in PLAINER.items())


def _quoted(text: str) -> str:
    return f"‘{text if len(text) <= 60 else text[:60].rstrip() + '…'}’"
