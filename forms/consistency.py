"""What must hold between the parts of a questionnaire: names, the headline mark, `show_if`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from forms.reading import Table
    from forms.records import Condition, Page, Question, Scalar


def check_unique(tables: Iterable[Table], key: str) -> None:
    """Refuse a name that stands in two of the tables."""
    seen: set[str] = set()
    for table in tables:
        value = table.identifier(key)
        if value in seen:
            table.refuse(key, wanted="a name that is used once", got=f"{value} a second time")
        seen.add(value)


def check_roles(tables: Iterable[Table]) -> None:
    """Refuse a questionnaire without one headline mark."""
    questions = [q for table in tables for q in table.tables("questions")]
    headline = [q for q in questions if q.values.get("role") == "rating"]
    if questions and not headline:
        wanted = 'one question with role = "rating": the headline mark'
        questions[0].refuse("role", wanted=wanted, got="none in the whole questionnaire")
    if len(headline) > 1:
        wanted = 'role = "rating" on one question only'
        headline[1].refuse("role", wanted=wanted, got="a second one")


def check_conditions(tables: Iterable[Table], pages: Iterable[Page]) -> None:
    """Refuse a `show_if` on what is not asked before, or that waits for no possible answer."""
    earlier: dict[str, Question] = {}
    for table, page in zip(tables, pages, strict=True):
        for row, question in zip(table.tables("questions"), page.questions, strict=True):
            if question.show_if is not None:
                _check_condition(row.table("show_if"), question.show_if, earlier)
        earlier |= {question.id: question for question in page.questions}


def _check_condition(entry: Table, condition: Condition, earlier: Mapping[str, Question]) -> None:
    asked = earlier.get(condition.question)
    if asked is None:
        wanted = f"a question of an earlier page ({', '.join(earlier) or 'there is none'})"
        entry.refuse("question", wanted=wanted, got=condition.question)
        return
    if asked.kind not in KINDS:  # told at the question itself
        return
    possible = KINDS[asked.kind].values(asked)
    if not possible:
        wanted = "a question whose answers can be listed"
        entry.refuse("question", wanted=wanted, got=f"{asked.id}, of the kind {asked.kind}")
        return
    for value in condition.values:
        if not any(type(value) is type(other) and value == other for other in possible):
            wanted = f"answers to {asked.id}: {', '.join(map(_as_written, possible))}"
            entry.refuse("is", wanted=wanted, got=_as_written(value))


def _as_written(answer: Scalar) -> str:
    """Write an answer as in TOML: the mark 1 is another than the text "1"."""
    return f'"{answer}"' if isinstance(answer, str) else str(answer).lower()
