"""Questionnaires read from TOML and checked, with messages for their authors."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Final

from forms.consistency import check_conditions, check_roles, check_unique
from forms.kinds import KINDS
from forms.reading import Table, encoded, read_text, read_toml, shown
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
    "faults",
    "load",
    "parse",
    "read_text",
]

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?", re.ASCII)
_REVIEWED: Final = ("nl", "en")
"""Languages of which a questionnaire needs not say that a native speaker has read its texts."""
_COMMON: Final = frozenset({"id", "kind", "text", "hint", "required", "show_if"})
RESERVED: Final = frozenset({"csrf_token", "voor", "stoppen"})
"""No ids of questions: what else the form of a page sends."""
_REQUIRED, _SOFT, _OPTIONAL = "required", "soft", ""
_ROLES: Final[Mapping[str, Role]] = {"": "", "rating": "rating"}


def parse(text: str) -> Questionnaire:
    """Read a questionnaire and check all of it.

    Raises
    ------
    QuestionnaireError
        If the text is not TOML or not a questionnaire; the first fault found, with its line.
    """
    encoded(text)
    return _questionnaire(read_toml(text), text)


def faults(text: str) -> tuple[QuestionnaireError, ...]:
    """Give every fault of a questionnaire, by line; none when `parse` takes it."""
    found: list[QuestionnaireError] = []
    try:
        encoded(text)
        _questionnaire(replace(read_toml(text), faults=found), text)
    except QuestionnaireError as error:
        found.append(error)
    return tuple(sorted(found, key=lambda fault: fault.line))


def _questionnaire(top: Table, text: str) -> Questionnaire:
    top.only({"id", "languages", "reviewed", "title", "intro", "lists", "pages"})
    languages = _languages(top)
    tables = top.tables("pages")
    pages = _pages(tables, languages, _lists(top, languages))
    check_unique(tables, "id")
    check_unique([q for table in tables for q in table.tables("questions")], "id")
    check_conditions(tables, pages)
    check_roles(tables)
    return Questionnaire(
        id=top.identifier("id"),
        languages=languages,
        reviewed=_reviewed(top, languages),
        title=top.texts("title", languages),
        intro=top.texts("intro", languages, optional=True),
        pages=pages,
        text=text,
        hash=hashlib.sha256(encoded(text)).hexdigest(),
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
    return parse(read_text(path))


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


def _languages(top: Table) -> tuple[str, ...]:
    codes = top.scalars("languages")
    languages = tuple(c for c in codes if isinstance(c, str) and _LANGUAGE.fullmatch(c))
    if languages != codes or len(set(languages)) != len(languages):
        wanted = 'language codes such as "nl" and "en", each once'
        top.refuse("languages", wanted=wanted, got=list(codes))
    return tuple(dict.fromkeys(languages))


def _reviewed(top: Table, languages: tuple[str, ...]) -> tuple[str, ...]:
    if "reviewed" not in top.values:
        return tuple(language for language in languages if language in _REVIEWED)
    given = top.scalars("reviewed") if top.values["reviewed"] != [] else ()
    if languages and not all(language in languages for language in given):
        wanted = f"some of the languages {', '.join(languages)}"
        top.refuse("reviewed", wanted=wanted, got=list(given))
    return tuple(language for language in languages if language in given)


def _lists(top: Table, languages: tuple[str, ...]) -> dict[str, tuple[Option, ...]]:
    """Read the lists of options that several questions share."""
    if "lists" not in top.values:
        return {}
    lists = top.table("lists")
    return {name: _options(lists, name, languages) for name in lists.values}


def _options(table: Table, key: str, languages: tuple[str, ...]) -> tuple[Option, ...]:
    rows = table.tables(key)
    for row in rows:
        row.only({"code", "text", "last"})
        if row.identifier("code") == UNKNOWN:
            wanted = f'another code: "{UNKNOWN}" belongs to the entry "unknown" of a question'
            row.refuse("code", wanted=wanted, got=UNKNOWN)
    check_unique(rows, "code")
    return tuple(
        Option(
            code=row.identifier("code"), text=row.texts("text", languages), last=row.flag("last")
        )
        for row in rows
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
    kind = KINDS.get(table.string("kind"))
    if kind is None:
        table.refuse("kind", wanted=f"one of {', '.join(KINDS)}", got=table.string("kind"))
    else:
        table.only(_COMMON | kind.keys)
    demand = _demand(table)
    question = Question(
        id=_question_id(table),
        kind=table.string("kind"),
        text=table.texts("text", languages),
        hint=table.texts("hint", languages, optional=True),
        # Also in waves that were made before authors were told: no tick is forced.
        required=demand == _REQUIRED and table.string("kind") != "consent",
        soft=demand == _SOFT,
        shuffle=table.flag("shuffle"),
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
    if kind and (fault := kind.fault(question)):
        table.refuse(fault.key, wanted=fault.wanted, got=fault.got)
    return question


def _demand(table: Table) -> str:
    """Read how much an answer is wanted."""
    given = table.values.get("required", False)
    if type(given) is not bool and given != _SOFT:
        wanted = f'true, false or "{_SOFT}" (asked once more, then let go)'
        table.refuse("required", wanted=wanted, got=given)
    return _SOFT if given == _SOFT else _REQUIRED if given else _OPTIONAL


def _question_id(table: Table) -> str:
    identifier = table.identifier("id")
    if identifier in RESERVED:
        table.refuse("id", wanted="an id that the form does not need itself", got=identifier)
    return identifier


def _bounds(table: Table, kind: Kind | None) -> dict[str, int | float | None]:
    return {
        "low": table.number("low", kind.low if kind else None),
        "high": table.number("high", kind.high if kind else None),
    }


def _question_options(
    table: Table, languages: tuple[str, ...], lists: Mapping[str, tuple[Option, ...]]
) -> tuple[Option, ...]:
    given = table.values.get("options", [])
    if isinstance(given, str):
        if given not in lists:
            wanted = f"one of the lists {', '.join(lists) or '(there are none)'}"
            table.refuse("options", wanted=wanted, got=given)
        return lists.get(given, ())
    return _options(table, "options", languages) if given != [] else ()


def _role(table: Table) -> Role:
    role = table.string("role", default="")
    if role not in _ROLES:
        table.refuse("role", wanted=f"one of {', '.join(filter(None, _ROLES))}", got=role)
    return _ROLES.get(role, "")


def _condition(table: Table) -> Condition | None:
    if "show_if" not in table.values:
        return None
    entry = table.table("show_if")
    entry.only({"question", "is"})
    return Condition(question=entry.string("question"), values=entry.scalars("is"))
