"""Copying every row of one database into another of the same schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enquete.store.queries import TABLES

if TYPE_CHECKING:
    from collections.abc import Collection

    from enquete.store.driver import Driver


def copy_rows(source: Driver, target: Driver, *, without: Collection[str] = ()) -> dict[str, int]:
    """Replace what the target holds by what the source holds, and give the counts by table.

    Rows go in the order of their keys, which for answers are random. The tables in `without` end
    empty.
    """
    # The names in these texts are our own: those of `TABLES` and of the schema's columns.
    for table in reversed(TABLES):
        target.rows(f"DELETE FROM {table}")  # noqa: S608 - see above
    return {table: _copy_table(table, source, target) for table in TABLES if table not in without}


def _copy_table(table: str, source: Driver, target: Driver) -> int:
    rows = source.rows(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608 - see above
    if rows:
        names = list(rows[0])
        places = ", ".join(f":{name}" for name in names)
        columns = ", ".join(names)
        target.many(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)  # noqa: S608 - see
    return len(rows)
