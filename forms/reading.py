"""TOML read with its line numbers, so that a fault can be shown to the author where it stands."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from forms.records import NO_TEXTS, QuestionnaireError

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Collection, Iterator, Mapping

    from forms.records import Scalar, Texts

Path: TypeAlias = tuple[str | int, ...]

_IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([\w\s.\"'-]+?)\s*\]")
_KEY: Final = re.compile(r"\s*([\w.\"'-]+(?:\s*\.\s*[\w\"'-]+)*)\s*=\s*(.*)")
_LONG_STRING: Final = re.compile("\"\"\"|'''")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MAX_SHOWN: Final = 60
_STAND_INS: Final[Mapping[type, Any]] = MappingProxyType(
    {str: "?", bool: False, int: 0, list: [], dict: {}}
)
MAX_TEXT: Final = 2_000
"""Most characters of any text; what residents read is far shorter."""


def read_text(path: pathlib.Path) -> str:
    """Read the text of a questionnaire, to `parse` or to look for `faults` in.

    Raises
    ------
    QuestionnaireError
        If the file is not UTF-8.
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
    return text.replace("\r\n", "\n")


def encoded(text: str) -> bytes:
    """Give a text as UTF-8.

    Raises
    ------
    QuestionnaireError
        If it holds half a surrogate pair.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise QuestionnaireError(
            line=line, where="the file", wanted="whole characters", got="half a surrogate pair"
        ) from None


def read_toml(text: str) -> Table:
    """Read a TOML text.

    Raises
    ------
    QuestionnaireError
        If the text is not TOML.
    """
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        reason = str(error) if isinstance(error, ValueError) else "too deep a nesting"
        raise QuestionnaireError(
            line=line, where="the file", wanted="valid TOML", got=reason
        ) from None
    return Table(values=values, path=(), lines=_line_numbers(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One TOML table: where it stands, and its entries read with their types checked.

    Attributes
    ----------
    faults
        Where the faults are collected; None stops at the first. What is read in the place of a
        faulty entry lets reading go on, and is of no use.
    """

    values: Mapping[str, Any]
    path: Path
    lines: Mapping[Path, int]
    faults: list[QuestionnaireError] | None = None

    def refuse(self, key: str, *, wanted: str, got: object) -> None:
        """Stop reading at a fault; or keep it and read on, where `faults` collects them.

        Of an entry only the first fault is kept: the others would follow from it.
        """
        fault = self.fault(key, wanted=wanted, got=got)
        if self.faults is None:
            raise fault
        if all((fault.line, fault.where) != (kept.line, kept.where) for kept in self.faults):
            self.faults.append(fault)

    def fault(self, key: str, *, wanted: str, got: object) -> QuestionnaireError:
        """Make the error of one entry; `key` "" is the table itself."""
        line, where = self.place(key)
        return QuestionnaireError(line=line, where=where, wanted=wanted, got=shown(got))

    def place(self, key: str) -> tuple[int, str]:
        """Give the line of one entry and its name for people; `key` "" is the table itself."""
        path = (*self.path, key) if key else self.path
        return self._line(path), _shown_path(path)

    def only(self, allowed: Collection[str]) -> None:
        """Refuse a key that means nothing here."""
        for key in self.values:
            if key not in allowed:
                wanted = f"one of {', '.join(sorted(allowed))}"
                self.refuse(key, wanted=wanted, got=f"the unknown key {shown(key)}")

    def string(self, key: str, default: str | None = None) -> str:
        """Read a text that is not empty, or give the default."""
        value: str = self._typed(key, str, "a text", default)
        if not value.strip() and value != default:
            self.refuse(key, wanted="a text", got="an empty one")
        if len(value) > MAX_TEXT:
            wanted = f"a text of at most {MAX_TEXT} characters"
            self.refuse(key, wanted=wanted, got=f"{len(value)} characters")
        if _CONTROL.search(value):
            self.refuse(key, wanted="a text without control characters", got=repr(value))
        return value

    def identifier(self, key: str) -> str:
        """Read an id: a small letter, then small letters, digits and underscores, at most 40."""
        value = self.string(key)
        if not is_identifier(value):
            wanted = "small letters, digits and underscores, a letter first, at most 40"
            self.refuse(key, wanted=wanted, got=value)
        # Two that are missing are not the same one twice
        return value if key in self.values else _shown_path((*self.path, key))

    def flag(self, key: str) -> bool:
        """Read true or false; absent is false."""
        value: bool = self._typed(key, bool, "true or false", False)
        return value

    def integer(self, key: str, default: int) -> int:
        """Read a whole number, or give the default."""
        value: int = self._typed(key, int, "a whole number", default)
        return value

    def number(self, key: str, default: int | float | None) -> int | float | None:
        """Read a finite number, or give the default."""
        value = self.values.get(key, default)
        if value is None or (type(value) in {int, float} and abs(value) < 1e15):
            return value  # type: ignore[no-any-return]  # the line above has looked at its type
        self.refuse(key, wanted="a number", got=value)
        return default

    def scalars(self, key: str) -> tuple[Scalar, ...]:
        """Read a list, not empty, of texts, numbers, true or false."""
        values = self._typed(key, list, "a list of values")
        if not values or not all(isinstance(value, str | int | float | bool) for value in values):
            self.refuse(key, wanted="a list of texts, numbers, true or false", got=values)
        return tuple(values)

    def texts(self, key: str, languages: tuple[str, ...], *, optional: bool = False) -> Texts:
        """Read one text per language; an optional one that is absent is empty."""
        if optional and key not in self.values:
            return NO_TEXTS
        if not languages:  # a fault of theirs was told
            return MappingProxyType({"": _STAND_INS[str]})
        table = self.table(key, wanted=f"a text for each language: {key}.{languages[0]} = …")
        if table.values is not self.values.get(key):
            return MappingProxyType(dict.fromkeys(languages, _STAND_INS[str]))
        table.only(languages)
        return MappingProxyType({language: table.string(language) for language in languages})

    def table(self, key: str, *, wanted: str = "a table") -> Table:
        """Read a table inside this one."""
        values = self._typed(key, dict, wanted)
        return replace(self, values=values, path=(*self.path, key))

    def tables(self, key: str) -> tuple[Table, ...]:
        """Read a list of tables, at least one."""
        rows = self._typed(key, list, "a list of tables")
        if not rows or not all(isinstance(row, dict) for row in rows):
            self.refuse(key, wanted="a list of at least one table", got=rows)
            return ()
        return tuple(
            replace(self, values=row, path=(*self.path, key, i)) for i, row in enumerate(rows)
        )

    def _typed(self, key: str, kind: type[Any], wanted: str, default: Any = None) -> Any:
        value = self.values.get(key, default)
        # `type` and not `isinstance`: true is an int to Python, not to an author
        if type(value) is not kind:
            got = value if key in self.values else "nothing"
            self.refuse(key, wanted=wanted, got=got)
            return _STAND_INS[kind]
        return value

    def _line(self, path: Path) -> int:
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def is_identifier(text: str) -> bool:
    """Whether a text can be an id or a code."""
    return bool(_IDENTIFIER.fullmatch(text))


def shown(value: object) -> str:
    """Write a value for a message, cut when long."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def _shown_path(path: Path) -> str:
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".") or "the file"


def _line_numbers(text: str) -> dict[Path, int]:
    """Find the first line of each table, key and list element.

    tomllib does not tell positions. This reads headers and keys line by line, which is exact for
    TOML as people write it; what it does not see is reported at the line of what encloses it.
    """
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    section: Path = ()
    array: Path | None = None
    for number, line in _lines_outside_long_strings(text):
        if array is not None:
            if line.lstrip().startswith("{"):
                lines[(*array, _count(counts, array))] = number
            array = None if line.lstrip().startswith("]") else array
        elif header := _HEADER.match(line):
            is_array = header[1] == "[["
            section = _section(header[2], is_array=is_array, counts=counts)
            lines.setdefault(section, number)
            if is_array:
                lines.setdefault(section[:-1], number)
        elif key := _KEY.match(line):
            path = (*section, *_parts(key[1]))
            for length in range(len(section) + 1, len(path) + 1):
                lines.setdefault(path[:length], number)
            array = path if key[2].split("#")[0].strip() == "[" else None
    return lines


def _section(name: str, *, is_array: bool, counts: dict[Path, int]) -> Path:
    *parents, last = _parts(name)
    path: Path = ()
    for part in parents:
        path = (*path, part)
        if path in counts:
            path = (*path, counts[path])
    path = (*path, last)
    return (*path, _count(counts, path)) if is_array else path


def _count(counts: dict[Path, int], path: Path) -> int:
    counts[path] = counts.get(path, -1) + 1
    return counts[path]


def _parts(name: str) -> list[str]:
    return [part.strip().strip("\"'") for part in name.split(".")]


def _lines_outside_long_strings(text: str) -> Iterator[tuple[int, str]]:
    inside = False
    for number, line in enumerate(text.split("\n"), start=1):
        if not inside:
            yield number, line
        inside ^= len(_LONG_STRING.findall(line)) % 2 == 1
