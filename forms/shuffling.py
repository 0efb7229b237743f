"""The order in which one respondent sees the options of a question."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forms.records import Question


def shown_codes(question: Question, seed: str) -> tuple[str, ...]:
    """Give the codes of the options in the order shown: the same each time for the same seed.

    Options marked `last` stay behind the others, in the author's order. Each code has its place
    from the seed, the question and itself alone: an option that is added moves no other, and two
    questions that share a list have different orders.

    Parameters
    ----------
    seed
        Differs by respondent and is not stored with the answers. "" is the author's order.
    """
    codes = [option.code for option in question.options if not option.last]
    behind = [option.code for option in question.options if option.last]
    if question.shuffle and seed:
        codes.sort(key=lambda code: sha256(f"{seed}\n{question.id}\n{code}".encode()).digest())
        return (*codes, *behind)
    return tuple(option.code for option in question.options)
