"""Techniques that join a response to a code by what both have, or by what lies beside both."""

from __future__ import annotations

import hashlib
import hmac
import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final

from enquete.codes import CodeError, show_code
from tests.enquete.attack.loot import response_class, said
from tests.enquete.attack.orders import SYSTEM
from tests.enquete.attack.score import Clue
from tests.enquete.attack.sqlite_file import transactions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.enquete.attack.loot import Class, Loot, Row

_HASHES: Final = ("md5", "sha1", "sha256", "sha512", "blake2b")
_SHORTEST: Final = 8
_COPIES: Final = 2
_NEAR: Final = 4096
_SEALED: Final = re.compile(rb"([0-9a-f]{64}).{0,24}?(gAAAA[\w-]{60,}={0,2})", re.DOTALL)
_STATUS: Final = re.compile(rb"([0-9a-f]{64})[^\x00]{1,120}?(invited|answered)")


def derived(loot: Loot) -> Iterator[Clue]:
    """Make all that a code, its dwelling and the secret can be made into, and look for it."""
    made = {name: code for code in loot.used for name in _names(loot, code)}
    lengths = sorted({len(name) for name in made}, reverse=True)
    for column in loot.responses[0]:
        values = {row["id"]: str(row[column]).lower() for row in loot.responses}
        if min(map(len, values.values())) >= _SHORTEST:
            shortened = {
                name[: len(value)]: code
                for value in list(values.values())[:1]
                for name, code in made.items()
            }
            found = made | shortened
            pairs = [
                (response, found[value[:length]])
                for response, value in values.items()
                for length in (len(value), *lengths)
                if value[:length] in found
            ]
            yield Clue(name=column, pairs=pairs)


def _names(loot: Loot, code: str) -> Iterator[str]:
    dwelling, keys = loot.letters[code].id, loot.keys
    texts = [code, show_code(code), dwelling, keys.code_hash(code), keys.draft_key(code)]
    yield from texts[3:]
    yield from (keys.form_mark(code), keys.panel_key(dwelling))
    for text in (text.encode() for text in texts):
        for name in _HASHES:
            yield hashlib.new(name, text).hexdigest()
            yield hashlib.new(name, keys.secret + text).hexdigest()
            yield hmac.new(keys.secret, text, name).hexdigest()
            yield hmac.new(text, keys.secret, name).hexdigest()


def equal_values(loot: Loot) -> Iterator[Clue]:
    """Pair a response and an invitee that have a value in common: a time, a number, a key."""
    for copy, tables in loot.copies.items():
        columns = [column for column in tables["response"][0] if column not in SYSTEM]
        others = [column for column in tables["invitee"][0] if column not in SYSTEM]
        for column in columns:
            for other in others:
                pairs = list(_in_common(loot, tables, column, other))
                if pairs:
                    yield Clue(name=f"{copy} {column} = {other}", pairs=pairs)


def shared_xmin(loot: Loot) -> Iterator[Clue]:
    """Pair a response and an invitee that one transaction wrote (PostgreSQL)."""
    if "xmin" in loot.responses[0]:
        pairs = list(_in_common(loot, loot.copies["database"], "xmin", "xmin"))
        yield Clue(name="xmin", pairs=pairs)


def _in_common(
    loot: Loot, tables: dict[str, list[Row]], column: str, other: str
) -> Iterator[tuple[str, str]]:
    """Pair, by class and value, the responses as they lie with the codes as they were used."""
    hashes = {loot.keys.code_hash(code): code for code in loot.used}
    value_of = {hashes.get(row["code_hash"]): row[other] for row in tables["invitee"]}
    codes: dict[tuple[Class, Any], list[str]] = {}
    for code in loot.used:
        codes.setdefault((loot.class_of(code), value_of.get(code)), []).append(code)
    for row in tables["response"]:
        same = codes.get((response_class(row), row[column]))
        if same:
            yield row["id"], same.pop(0)


def beside(loot: Loot) -> Iterator[Clue]:
    """Pair a response with the trace of a code that lies nearest, before it or behind it."""
    traces = {trace.encode(): code for trace, code in loot.traces().items()}
    for name, content in loot.files.items():
        at = {content.find(trace): code for trace, code in traces.items()}
        at.pop(-1, None)
        places = sorted(at)
        if not places:
            continue
        found = {row["id"]: content.find(row["id"].encode()) for row in loot.responses}
        for row in loot.responses:
            if found[row["id"]] < 0:
                found[row["id"]] = content.find(max(map(str, said(row).values()), key=len).encode())
        for side, step in (("before", -1), ("behind", 0)):
            near = [
                (abs(places[number] - place), response, at[places[number]])
                for response, place in found.items()
                if place >= 0 and 0 <= (number := bisect_left(places, place) + step) < len(places)
            ]
            pairs = [(response, code) for far, response, code in sorted(near) if far < _NEAR]
            yield Clue(name=f"{name} {side}", pairs=pairs)


def opened_drafts(loot: Loot) -> Iterator[Clue]:
    """Open every draft that was left anywhere, and look for the response that says the same."""
    for name, drafts in _drafts(loot):
        pairs = []
        for code, sealed in drafts:
            try:
                told = loot.keys.unseal(code, sealed)["answers"].items()
            except CodeError:
                continue  # only a part of it was left
            rows = loot.classes()[loot.class_of(code)][0]
            same = [row["id"] for row in rows if told and told <= said(row).items()]
            pairs += [(same[0], code)] if len(same) == 1 else []
        yield Clue(name=name, pairs=pairs)


def by_size(loot: Loot) -> Iterator[Clue]:
    """Pair the longest draft of a class with its longest answers, and so on to the shortest."""
    for name, drafts in _drafts(loot):
        sizes: dict[str, int] = {}
        for code, sealed in drafts:
            sizes[code] = max(len(sealed), sizes.get(code, 0))
        pairs: list[tuple[str, str]] = []
        for rows, codes in loot.classes().values():
            left = sorted((code for code in codes if code in sizes), key=lambda code: sizes[code])
            by_length = sorted(rows, key=lambda row: len(row["answers"]))
            pairs += zip((row["id"] for row in by_length), left, strict=False)
        yield Clue(name=name, pairs=pairs)


def _drafts(loot: Loot) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Give what is left of the drafts of used codes: code and sealed answers, by where it lies."""
    code_of = {loot.keys.draft_key(code): code for code in loot.used}
    places: dict[str, Iterable[tuple[str, str]]] = {
        f"rows of {copy}": [(row["key"], row["sealed"]) for row in tables["draft"]]
        for copy, tables in loot.copies.items()
    }
    for name, content in loot.files.items():
        places[name] = [(m[1].decode(), m[2].decode()) for m in _SEALED.finditer(content)]
    for name, drafts in places.items():
        found = [(code_of[key], sealed) for key, sealed in drafts if key in code_of and sealed]
        if found:
            yield name, found


def by_log_frames(loot: Loot) -> Iterator[Clue]:
    """Pair the response and the used code that are new in one transaction of SQLite's log."""
    code_of = {loot.keys.code_hash(code).encode(): code for code in loot.used}
    for name, content in loot.files.items():
        if not name.endswith("-wal"):
            continue
        pairs: list[tuple[str, str]] = []
        seen, used = set[str](), set[str]()
        for pages in transactions(content):
            ids = [row["id"] for row in loot.responses if row["id"].encode() in pages]
            marked = {code_of.get(h, "") for h, s in _STATUS.findall(pages) if s == b"answered"}
            marked.discard("")
            new, now_used = [each for each in ids if each not in seen], marked - used
            if len(new) == len(now_used) == 1:
                pairs.append((new[0], *now_used))
            seen |= set(ids)
            used |= marked
        yield Clue(name=name, pairs=pairs)


def by_difference(loot: Loot) -> Iterator[Clue]:
    """Pair what is new from copy to copy: the responses of a class with codes used meanwhile."""
    code_of = {loot.keys.code_hash(code): code for code in loot.used}
    seen, used = set[str](), set[str]()
    pairs: list[tuple[str, str]] = []
    copies = sorted(loot.copies.values(), key=lambda tables: len(tables["response"]))
    if len(copies) < _COPIES:
        return
    for tables in copies:
        new = [row for row in tables["response"] if row["id"] not in seen]
        marked = {row["code_hash"] for row in tables["invitee"] if row["status"] == "answered"}
        codes = [code for hash_, code in code_of.items() if hash_ in marked - used]
        for each in sorted({response_class(row) for row in new}):
            ids = [row["id"] for row in new if response_class(row) == each]
            pairs += zip(ids, (c for c in codes if loot.class_of(c) == each), strict=False)
        seen |= {row["id"] for row in new}
        used |= marked
    yield Clue(name=f"{len(copies)} copies", pairs=pairs)
