"""Files of SPSS and Stata, read in chunks, with the labels of their codes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from analysis.sources_counting import merged, require, to_column

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from analysis.sources_counting import Column, Counted, Group

_READERS: Final = {".sav": "read_sav", ".zsav": "read_sav", ".dta": "read_dta"}
_WANTED: Final = {
    ".sav": "an SPSS file",
    ".zsav": "a compressed SPSS file",
    ".dta": "a Stata file",
}
_CHUNK: Final = 200_000
"""Rows held at once: a few columns of Python values, about a hundred megabytes."""


def labelled_group(path: Path) -> tuple[tuple[str, ...], Group]:
    """Give the columns of an SPSS or Stata file, and what counts its rows.

    Values that the file declares missing are missing. Codes become their labels where the file says
    they are categories: every code that occurs has a label, and the measurement level is not
    *scale*. A mark from 1 to 10 of which only the ends are labelled stays a number.

    Raises
    ------
    ValueError
        If pyreadstat is not installed, or the file is not what its suffix says.
    """
    package = require("pyreadstat", path)
    read = _reader(getattr(package, _READERS[path.suffix.lower()]), package, path)
    _, about = read(metadataonly=True)

    def group(names: Sequence[str], numbers: Collection[str]) -> Counted:
        rows: Counter[tuple[Any, ...]] = Counter()
        for chunk in _chunks(read, names):
            rows.update(zip(*chunk, strict=True))
        values = zip(*rows, strict=True) if rows else [()] * len(names)
        columns: dict[str, Column] = {}
        for name, column in zip(names, values, strict=True):
            plain = [None if value == "" else value for value in column]
            scale = name in numbers or about.variable_measure.get(name) == "scale"
            labels = {} if scale else about.variable_value_labels.get(name, {})
            columns[name] = to_column(_named(plain, labels))
        return merged(columns, np.array(list(rows.values()), dtype=np.int64))

    return tuple(about.column_names), group


def _reader(read: Callable[..., Any], package: Any, path: Path) -> Callable[..., Any]:
    def reading(**options: Any) -> Any:
        try:
            return read(str(path), output_format="dict", **options)
        except package.ReadstatError as error:
            wanted = _WANTED[path.suffix.lower()]
            got = "an empty file" if not path.stat().st_size else str(error)
            raise ValueError(f"{path.name} must be {wanted}, got {got}") from None

    return reading


def _chunks(read: Callable[..., Any], names: Sequence[str]) -> Iterator[list[list[Any]]]:
    """Give the columns of some rows at a time, until there are no more."""
    offset, found = 0, _CHUNK
    while found == _CHUNK:
        columns, _ = read(usecols=list(names), row_offset=offset, row_limit=_CHUNK)
        chunk = [columns[name] for name in names]
        found = len(chunk[0])
        offset += found
        yield chunk


def _named(values: list[Any], labels: Mapping[Any, str]) -> list[Any]:
    if not all(value is None or value in labels for value in values):
        return values
    return [None if value is None else labels[value] for value in values]
