"""What an SQLite file keeps beside its rows; the format is on https://sqlite.org/fileformat2.html."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_WAL_HEADER, _FRAME_HEADER = 32, 24
_INTERIOR = 2


def page_size(content: bytes) -> int:
    [size] = struct.unpack_from(">H", content, 16)
    return 65536 if size == 1 else size


def free_pages(content: bytes) -> bytes:
    """Give the pages that no table uses, one after another."""
    size = page_size(content)
    [trunk] = struct.unpack_from(">I", content, 32)
    numbers: list[int] = []
    while trunk:
        start = (trunk - 1) * size
        following, leaves = struct.unpack_from(">II", content, start)
        numbers += [trunk, *struct.unpack_from(f">{leaves}I", content, start + 8)]
        trunk = following
    return b"".join(content[(n - 1) * size : n * size] for n in numbers)


def transactions(log: bytes) -> Iterator[bytes]:
    """Give the pages that each transaction in the log wrote, those of an older round included."""
    if len(log) < _WAL_HEADER:
        return
    [size] = struct.unpack_from(">I", log, 8)
    pages = b""
    for start in range(_WAL_HEADER, len(log) - size, _FRAME_HEADER + size):
        _number, commits = struct.unpack_from(">II", log, start)
        pages += log[start + _FRAME_HEADER : start + _FRAME_HEADER + size]
        if commits:
            yield pages
            pages = b""


def tree(content: bytes, root: int) -> bytes:
    """Give the pages of a table WITHOUT ROWID or of an index, in the order in which they lie."""
    size = page_size(content)
    found, left = set[int](), [root]
    while left:
        number = left.pop()
        found.add(number)
        start = (number - 1) * size
        if content[start] == _INTERIOR:
            [cells] = struct.unpack_from(">H", content, start + 3)
            [last, *places] = struct.unpack_from(f">I{cells}H", content, start + 8)
            left.append(last)
            left += [struct.unpack_from(">I", content, start + place)[0] for place in places]
    return b"".join(content[(n - 1) * size : n * size] for n in sorted(found))
