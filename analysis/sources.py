"""Where answers come from: files and data frames, counted by the columns an estimate looks at.

A source never hands out its rows. It gives the distinct combinations of some columns and how many
rows have each, which is all that cells are made of, so that ten million answers cost the memory of
their cells. What counts them is the engine that holds them: DuckDB for Parquet and large delimited
files, the data frame's own library, or a pass in chunks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from analysis.columns import FileColumns, read_counts
from analysis.delimited import Table, listed, read_table
from analysis.sources_counting import first_of_each

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from analysis.sources_counting import Column, Counted, Group

LARGE: Final = 20_000_000
"""Bytes from which a delimited file is counted without being held in memory."""


@dataclass(frozen=True, eq=False, repr=False)
class Source:
    """Answers that can be counted by any of their columns.

    Attributes
    ----------
    name
        What it is called in messages.
    names
        The columns there are.
    group
        Counts the rows by some of them.
    count
        Column that says how many answers a row stands for; None: one.
    """

    name: str
    names: tuple[str, ...]
    group: Group
    count: str | None = None

    def __repr__(self) -> str:
        return f"Source({self.name}: {listed(self.names)})"

    def counted(self, names: Sequence[str], *, numbers: Collection[str] = ()) -> Counted:
        """Give the distinct combinations of these columns, and how many answers have each.

        Parameters
        ----------
        names
            One column or more.
        numbers
            Those of `names` that are wanted as numbers: a code that has a label (SPSS, Stata) then
            stays a number.

        Returns
        -------
        columns
            By name, all of one length. Text is an object array with None for missing (a list where
            a delimited file was read), numbers are float64 with NaN for missing, or int64. Text
            that says it is missing, as ``NA``, is left to the reader of the column.
        n
            Answers of each combination; 0 or more, and only 0 where `count` says so.

        Raises
        ------
        ValueError
            If a column is not there, there are no rows, `count` is no whole number of 0 or more,
            or the file cannot be read to its end; the message names the file.
        """
        wanted = tuple(dict.fromkeys(names))
        self._refuse_missing(wanted)
        if self.count is None:
            columns, n = self.group(wanted, numbers)
        else:
            asked = tuple(dict.fromkeys((*wanted, self.count)))
            columns, rows = self.group(asked, {*numbers, self.count})
            n = read_counts(columns, self.count, len(rows)) * rows
            first, n = first_of_each([columns[name] for name in wanted], n)
            columns = _take(columns, wanted, first.tolist())
        if not len(n):
            raise ValueError(f"{self.name} must have rows, got columns only")
        return columns, n

    def _refuse_missing(self, wanted: Sequence[str]) -> None:
        for name in (*wanted, *([] if self.count is None else [self.count])):
            if name not in self.names:
                raise ValueError(f"{self.name}: there is no column {name!r}; {listed(self.names)}")


def open_source(path: Path | str, *, count: str | None = None) -> Source:
    """Open a file of answers, by its suffix.

    ========================  =============================================  =================
    suffix                    read by                                        package
    ========================  =============================================  =================
    .csv, .tsv, .txt          `analysis.delimited`; from 20 MB DuckDB        (duckdb)
    .parquet                  DuckDB                                         duckdb
    .sav, .zsav, .dta         pyreadstat, in chunks                          pyreadstat
    ========================  =============================================  =================

    Parameters
    ----------
    count
        Column that says how many answers a row stands for. None: one.

    Raises
    ------
    ValueError
        If the suffix is not one of these, the package is not installed (the message says how), the
        file is not what its suffix says, or it has no column `count`.
    OSError
        If the file cannot be read.
    """
    path = Path(path)
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(_KINDS)
        raise ValueError(f"{path.name} must end in one of {known}, got {path.suffix or 'none'!r}")
    with path.open("rb"):
        pass  # Not there, or not ours to read: the system's own words.
    return _checked(replace(kind(path), count=count))


def frame_source(frame: Any, *, count: str | None = None) -> Source:
    """Count the rows of a data frame.

    Parameters
    ----------
    frame
        A pandas DataFrame, a polars DataFrame or LazyFrame, or a DuckDB relation. Categories and
        enums are text; nullable types, NaN, NA and NaT are missing.
    count
        Column that says how many answers a row stands for. None: one.

    Raises
    ------
    ValueError
        If it is none of these, or it has no column `count`.
    """
    from analysis import sources_duckdb, sources_frames

    library = type(frame).__module__.partition(".")[0].lstrip("_")
    kinds: dict[str, Callable[[Any], tuple[tuple[str, ...], Group]]] = {
        "pandas": sources_frames.pandas_group,
        "polars": sources_frames.polars_group,
        "duckdb": sources_duckdb.relation_group,
    }
    if library not in kinds:
        wanted = "a pandas or polars data frame or a DuckDB relation"
        raise ValueError(f"answers must be {wanted}, got {type(frame).__name__!r}")
    names, group = kinds[library](frame)
    return _checked(Source(f"the {library} frame", names, group, count))


def _checked(source: Source) -> Source:
    if source.count is not None and source.count not in source.names:
        raise ValueError(
            f"{source.name}: there is no column {source.count!r}; {listed(source.names)}"
        )
    return source


def _text(path: Path) -> Source:
    if path.stat().st_size >= LARGE:
        from analysis.sources_duckdb import large_text

        found = large_text(
            path, instead=lambda names: _group_table(read_table(path, columns=names), names)
        )
        if found is not None:
            return Source(path.name, *found)
    table = read_table(path)
    return Source(path.name, table.header, lambda names, _: _group_table(table, names))


def _group_table(table: Table, names: Sequence[str]) -> Counted:
    columns = {name: table.columns[name] for name in names}
    first, n = first_of_each(list(columns.values()), np.ones(len(table), dtype=np.int64))
    part = FileColumns(replace(table, columns=columns))
    return _take(part, names, first.tolist()), n


def _take(
    columns: Mapping[str, Column], names: Sequence[str], rows: list[int]
) -> Mapping[str, Column]:
    """Give some entries of some columns; those of a file keep the line that each was first on."""
    if not isinstance(columns, FileColumns):
        return {name: np.asarray(columns[name])[rows] for name in names}
    parts = {name: [columns[name][row] for row in rows] for name in names}
    lines = [columns.lines[row] for row in rows]
    return FileColumns(Table(columns.name, tuple(columns), parts, lines))


def _parquet(path: Path) -> Source:
    from analysis.sources_duckdb import parquet_group

    return Source(path.name, *parquet_group(path))


def _labelled(path: Path) -> Source:
    from analysis.sources_labelled import labelled_group

    return Source(path.name, *labelled_group(path))


_KINDS: Final[dict[str, Callable[[Path], Source]]] = {
    ".csv": _text,
    ".tsv": _text,
    ".txt": _text,
    ".parquet": _parquet,
    ".sav": _labelled,
    ".zsav": _labelled,
    ".dta": _labelled,
}
