"""Files and tables that DuckDB counts, in one ``GROUP BY`` that never holds the rows."""

from __future__ import annotations

import csv
import glob
from contextlib import contextmanager
from os import SEEK_END
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from analysis.delimited import DelimitedError, read_table
from analysis.sources_counting import merged, require, to_column

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from analysis.sources_counting import Column, Counted, Group

_WHOLE: Final = {"tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger"}
_BROKEN: Final = {"float", "double"}
_HEAD: Final = 65_536

_CSV: Final = """
SELECT * FROM read_csv($path, columns = $columns, delim = $delim, quote = '"', escape = '"',
                       header = true, auto_detect = false, strict_mode = true)
"""


def relation_group(relation: Any) -> tuple[tuple[str, ...], Group]:
    """Give the columns of a DuckDB relation, and what counts its rows."""
    return tuple(relation.columns), lambda names, _: _count(relation, names)


def parquet_group(path: Path) -> tuple[tuple[str, ...], Group]:
    """Give the columns of a Parquet file, and what counts its rows.

    Raises
    ------
    ValueError
        If DuckDB is not installed, or the file is no Parquet.
    """
    package = require("duckdb", path)

    with _refusing(package, path):
        relation = _connect(package).read_parquet(glob.escape(str(path)))

    def group(names: Sequence[str], _: Collection[str]) -> Counted:
        with _refusing(package, path):
            return _count(relation, names)

    return tuple(relation.columns), group


@contextmanager
def _refusing(package: Any, path: Path) -> Iterator[None]:
    try:
        yield
    except package.Error as error:
        got = str(error).partition("\n")[0] if path.stat().st_size else "an empty file"
        raise ValueError(f"{path.name} must be a Parquet file, got {got}") from None


def large_text(
    path: Path, *, instead: Callable[[Sequence[str]], Counted]
) -> tuple[tuple[str, ...], Group] | None:
    """Give the columns of a delimited file, and what counts its rows; None: not by DuckDB.

    It reads what is well-formed UTF-8. A file that it refuses is read `instead` by our own reader,
    which knows Windows-1252 too and tells each fault by its line.
    """
    try:
        package = require("duckdb", path)
    except ValueError:
        return None
    found = _header(path)
    if found is None:
        return None
    header, separator = found

    def group(names: Sequence[str], _: Collection[str]) -> Counted:
        if _ends_blank(path):
            return instead(names)
        columns = dict.fromkeys(header, "VARCHAR")
        params = {"path": glob.escape(str(path)), "columns": columns, "delim": separator}
        try:
            counted = _count(_connect(package).sql(_CSV, params=params), names)
        except package.Error:
            return instead(names)
        return _stripped(*counted)

    return header, group


def _header(path: Path) -> tuple[tuple[str, ...], str] | None:
    """Give the names and the separator of a file whose first line says them plainly."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    line = head.partition(b"\n")[0]
    try:
        header = read_table(head[: head.rfind(b"\n") + 1]).header
        text = line.decode("utf-8-sig").strip("\r")
    except (DelimitedError, UnicodeDecodeError):
        return None
    for sign in "\t;," if len(header) > 1 else "":
        if tuple(map(str.strip, next(csv.reader([text], delimiter=sign)))) == header:
            return header, sign
    return None


def _ends_blank(path: Path) -> bool:
    """Say whether the last line is separators only, which our reader does not take for a row."""
    with path.open("rb") as file:
        file.seek(-min(_HEAD, path.stat().st_size), SEEK_END)
        tail = file.read().rstrip()
    return not tail.rpartition(b"\n")[2].strip(b';,\t" ')


def _stripped(columns: Mapping[str, Column], n: NDArray[np.int64]) -> Counted:
    """Take white space off, as our reader does, and add up what is the same then."""
    return merged(
        {
            name: to_column([None if value is None else value.strip() or None for value in column])
            for name, column in columns.items()
        },
        n,
    )


def _connect(package: Any) -> Any:
    """Open an empty database in memory, which fetches nothing from elsewhere and writes nothing.

    Two threads, because each costs memory. Nothing is spilled to disk: answers would lie there, and
    what does not fit as groups does not fit as their columns either.
    """
    config = {"threads": 2, "temp_directory": "", "autoinstall_known_extensions": "false"}
    connection = package.connect(config=config)
    connection.execute("SET enable_progress_bar = false")
    return connection


def _count(relation: Any, names: Sequence[str]) -> Counted:
    """Count the rows of a relation: ``SELECT a, b, count(*) FROM ... GROUP BY a, b ORDER BY a, b``.

    Columns are renamed, so that no name can clash with that of the count. They are made plain only
    when counted, which is a few thousand times instead of for every row, and then added up once
    more: what differed before may be the same now.
    """
    kinds = dict(zip(relation.columns, (kind.id for kind in relation.types), strict=True))
    places = {name: f"c{place}" for place, name in enumerate(names)}
    keys = ", ".join(places.values())
    renamed = ", ".join(f"{_quoted(name)} AS {key}" for name, key in places.items())
    plain = ", ".join(f"{_plain(key, kinds[name])} AS {key}" for name, key in places.items())
    rows = relation.project(renamed).aggregate(f"{keys}, count(*) AS n", keys)
    cells = rows.project(f"{plain}, n").aggregate(f"{keys}, CAST(sum(n) AS BIGINT) AS n", keys)
    found = cells.order(keys).fetchnumpy()
    columns: dict[str, Column] = {name: _column(found[key]) for name, key in places.items()}
    return columns, np.asarray(found["n"]).astype(np.int64)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _plain(key: str, kind: str) -> str:
    """Give the expression that makes a column whole numbers, numbers or text."""
    if kind in _WHOLE or kind == "boolean":
        return f"CAST({key} AS BIGINT)"
    if kind in _BROKEN:
        return f"CAST(CASE WHEN isnan({key}) THEN NULL ELSE {key} END AS DOUBLE)"
    return f"CAST({key} AS {'DOUBLE' if kind == 'decimal' else 'VARCHAR'})"


def _column(values: Any) -> Column:
    if not np.ma.is_masked(values):
        return np.ma.getdata(values)
    if values.dtype.kind == "f":
        return np.ma.filled(values, np.nan)
    return to_column(values.tolist())
