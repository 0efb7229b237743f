"""Questionnaires read from TOML and checked, with messages for their authors."""

from __future__ import annotations

import hashlib
import re
from importlib import resources
from typing import TYPE_CHECKING, Final

from forms.kinds import KINDS
from forms.reading import Table, read_toml, shown
from forms.records import (
    UNKNOWN,
    Answer,
    Condition,
    Option,
    Page,
    Question,
    Questionnaire,
    QuestionnaireError,
    Scalar,
    Texts,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from forms.kinds import Kind
    from forms.records import Role

__all__ = [
    "UNKNOWN",
    "Answer",
    "Condition",
    "Option",
    "Page",
    "Question",
    "Questionnaire",
    "QuestionnaireError",
    "Scalar",
    "Texts",
    "builtin",
    "builtin_names",
    "load",
    "parse",
]

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?", re.ASCII)
_COMMON: Final = frozenset({"id", "kind", "text", "hint", "required", "show_if"})
_RESERVED: Final = frozenset({"csrf_token"})
_ROLES: Final[Mapping[str, Role]] = {"": "", "rating": "rating"}


def parse(text: str) -> Questionnaire:
    """Read a questionnaire and check all of it.

    Raises
    ------
    QuestionnaireError
        If the text is not TOML or not a questionnaire; the first fault found, with its line.
    """
    digest = hashlib.sha256(_encoded(text)).hexdigest()
    top = read_toml(text)
    top.only({"id", "languages", "title", "intro", "lists", "pages"})
    languages = _languages(top)
    tables = top.tables("pages")
    pages = _pages(tables, languages, _lists(top, languages))
    _check_unique(tables, "id")
    _check_unique([q for table in tables for q in table.tables("questions")], "id")
    _check_conditions(tables, pages)
    _check_roles(tables)
    return Questionnaire(
        id=top.identifier("id"),
        languages=languages,
        title=top.texts("title", languages),
        intro=top.texts("intro", languages, optional=True),
        pages=pages,
        text=text,
        hash=digest,
    )


def load(path: Path) -> Questionnaire:
    """Read a questionnaire from a UTF-8 file.

    Raises
    ------
    QuestionnaireError
        As `parse`, and if the file is not UTF-8.
    OSError
        If the file cannot be read.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        got = f"the byte 0x{data[error.start]:02x}"
        raise QuestionnaireError(
            line=line, where="the file", wanted="UTF-8 text", got=got
        ) from None
    return parse(text.replace("\r\n", "\n"))


def builtin(name: str) -> Questionnaire:
    """Read a questionnaire that comes with the program.

    Raises
    ------
    QuestionnaireError
        If there is none of that name.
    """
    if name not in builtin_names():
        wanted = f"one of {', '.join(builtin_names())}"
        raise QuestionnaireError(line=1, where="the name", wanted=wanted, got=shown(name))
    return parse(_builtins().joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def builtin_names() -> tuple[str, ...]:
    """Name the questionnaires that come with the program."""
    names = (entry.name for entry in _builtins().iterdir())
    return tuple(sorted(name[:-5] for name in names if name.endswith(".toml")))


def _builtins() -> resources.abc.Traversable:
    return resources.files("forms.questionnaires")


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise QuestionnaireError(
            line=line, where="the file", wanted="whole characters", got="half a surrogate pair"
        ) from None


def _languages(top: Table) -> tuple[str, ...]:
    codes = top.scalars("languages")
    languages = tuple(c for c in codes if isinstance(c, str) and _LANGUAGE.fullmatch(c))
    if languages != codes or len(set(languages)) != len(languages):
        wanted = 'language codes such as "nl" and "en", each once'
        raise top.fault("languages", wanted=wanted, got=list(codes))
    return languages


def _lists(top: Table, languages: tuple[str, ...]) -> dict[str, tuple[Option, ...]]:
    """Read the lists of options that several questions share."""
    if "lists" not in top.values:
        return {}
    lists = top.table("lists")
    return {name: _options(lists, name, languages) for name in lists.values}


def _options(table: Table, key: str, languages: tuple[str, ...]) -> tuple[Option, ...]:
    rows = table.tables(key)
    for row in rows:
        row.only({"code", "text"})
        if row.identifier("code") == UNKNOWN:
            wanted = f'another code: "{UNKNOWN}" belongs to the entry "unknown" of a question'
            raise row.fault("code", wanted=wanted, got=UNKNOWN)
    _check_unique(rows, "code")
    return tuple(
        Option(code=row.identifier("code"), text=row.texts("text", languages)) for row in rows
    )


def _pages(
    tables: Iterable[Table], languages: tuple[str, ...], lists: Mapping[str, tuple[Option, ...]]
) -> tuple[Page, ...]:
    pages = []
    for table in tables:
        table.only({"id", "title", "intro", "questions"})
        page = Page(
            id=table.identifier("id"),
            title=table.texts("title", languages),
            intro=table.texts("intro", languages, optional=True),
            questions=tuple(_question(q, languages, lists) for q in table.tables("questions")),
        )
        pages.append(page)
    return tuple(pages)


def _question(
    table: Table, languages: tuple[str, ...], lists: Mapping[str, tuple[Option, ...]]
) -> Question:
    name = table.string("kind")
    if name not in KINDS:
        raise table.fault("kind", wanted=f"one of {', '.join(KINDS)}", got=name)
    kind = KINDS[name]
    table.only(_COMMON | kind.keys)
    question = Question(
        id=_question_id(table),
        kind=name,
        text=table.texts("text", languages),
        hint=table.texts("hint", languages, optional=True),
        required=table.flag("required"),
        show_if=_condition(table),
        role=_role(table),
        options=_question_options(table, languages, lists),
        **_bounds(table, kind),
        low_label=table.texts("low_label", languages, optional=True),
        high_label=table.texts("high_label", languages, optional=True),
        unknown=table.texts("unknown", languages, optional=True),
        max_length=table.integer("max_length", default=2000),
        decimals=table.flag("decimals"),
    )
    if fault := kind.fault(question):
        raise table.fault(fault.key, wanted=fault.wanted, got=fault.got)
    return question


def _question_id(table: Table) -> str:
    identifier = table.identifier("id")
    if identifier in _RESERVED:
        raise table.fault("id", wanted="an id that the form does not need itself", got=identifier)
    return identifier


def _bounds(table: Table, kind: Kind) -> dict[str, int | float | None]:
    return {"low": table.number("low", kind.low), "high": table.number("high", kind.high)}


def _question_options(
    table: Table, languages: tuple[str, ...], lists: Mapping[str, tuple[Option, ...]]
) -> tuple[Option, ...]:
    given = table.values.get("options", [])
    if isinstance(given, str):
        if given not in lists:
            wanted = f"one of the lists {', '.join(lists) or '(there are none)'}"
            raise table.fault("options", wanted=wanted, got=given)
        return lists[given]
    return _options(table, "options", languages) if given != [] else ()


def _role(table: Table) -> Role:
    role = table.string("role", default="")
    if role not in _ROLES:
        raise table.fault("role", wanted=f"one of {', '.join(filter(None, _ROLES))}", got=role)
    return _ROLES[role]


def _condition(table: Table) -> Condition | None:
    if "show_if" not in table.values:
        return None
    entry = table.table("show_if")
    entry.only({"question", "is"})
    return Condition(question=entry.string("question"), values=entry.scalars("is"))


def _check_unique(tables: Iterable[Table], key: str) -> None:
    seen: set[str] = set()
    for table in tables:
        value = table.identifier(key)
        if value in seen:
            raise table.fault(key, wanted="a name that is used once", got=f"{value} a second time")
        seen.add(value)


def _check_roles(tables: Iterable[Table]) -> None:
    questions = [q for table in tables for q in table.tables("questions")]
    headline = [q for q in questions if q.values.get("role") == "rating"]
    if not headline:
        wanted = 'one question with role = "rating": the headline mark'
        raise questions[0].fault("role", wanted=wanted, got="none in the whole questionnaire")
    if len(headline) > 1:
        wanted = 'role = "rating" on one question only'
        raise headline[1].fault("role", wanted=wanted, got="a second one")


def _check_conditions(tables: Iterable[Table], pages: Iterable[Page]) -> None:
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
        raise entry.fault("question", wanted=wanted, got=condition.question)
    possible = KINDS[asked.kind].values(asked)
    if not possible:
        wanted = "a question whose answers can be listed"
        raise entry.fault("question", wanted=wanted, got=f"{asked.id}, of the kind {asked.kind}")
    for value in condition.values:
        if not any(type(value) is type(other) and value == other for other in possible):
            wanted = f"answers to {asked.id}: {', '.join(map(str, possible))}"
            raise entry.fault("is", wanted=wanted, got=value)
