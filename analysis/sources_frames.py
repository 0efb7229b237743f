"""Data frames of pandas and polars, each counted by its own library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.sources_counting import merged, to_column

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd
    import polars as pl

    from analysis.sources_counting import Counted, Group


def pandas_group(frame: pd.DataFrame) -> tuple[tuple[str, ...], Group]:
    """Give the columns of a pandas data frame, and what counts its rows.

    Raises
    ------
    ValueError
        If two columns have one name.
    """
    places: dict[str, int] = {}
    for place, label in enumerate(frame.columns):
        if str(label) in places:
            raise ValueError(f"columns must have names of their own, got {str(label)!r} twice")
        places[str(label)] = place

    def group(names: Sequence[str], _: Collection[str]) -> Counted:
        part = frame.iloc[:, [places[name] for name in names]].set_axis(range(len(names)), axis=1)
        keys = list(range(len(names)))
        rows = part.groupby(keys, dropna=False, observed=True, sort=False).size()
        cells = rows.index.to_frame(index=False)
        values = [_plain(cells.iloc[:, key]) for key in keys]
        columns = {name: to_column(column) for name, column in zip(names, values, strict=True)}
        return merged(columns, rows.to_numpy().astype(np.int64))

    return tuple(places), group


def _plain(column: pd.Series[Any]) -> list[Any]:
    """Give Python values, with None for every kind of missing."""
    missing = column.isna().tolist()
    values = column.astype(object).tolist()
    return [None if gone else value for value, gone in zip(values, missing, strict=True)]


def polars_group(frame: pl.DataFrame | pl.LazyFrame) -> tuple[tuple[str, ...], Group]:
    """Give the columns of a polars data frame, eager or lazy, and what counts its rows."""
    import polars as pl

    lazy = frame.lazy()

    def group(names: Sequence[str], _: Collection[str]) -> Counted:
        keys = [pl.col(name).alias(f"c{place}") for place, name in enumerate(names)]
        rows = lazy.group_by(keys).agg(pl.len().alias("n")).collect(engine="streaming")
        cells = rows.sort(rows.columns[: len(names)])
        columns = {
            name: to_column(cells[f"c{place}"].to_list()) for place, name in enumerate(names)
        }
        return merged(columns, cells["n"].to_numpy().astype(np.int64))

    return tuple(lazy.collect_schema().names()), group
