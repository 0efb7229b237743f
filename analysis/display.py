"""Results as aligned text, as HTML for notebooks and as data frames."""

from __future__ import annotations

from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

from analysis.results import ChangeEstimate, Estimate, show_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

Row = TypeVar("Row", Estimate, ChangeEstimate)


def find(rows: Sequence[Row], key: str | tuple[str, ...]) -> Row:
    """Give the row of a domain.

    Raises
    ------
    ValueError
        If there is none; it names those there are.
    """
    wanted = (key,) if isinstance(key, str) else key
    for row in rows:
        if row.key == wanted:
            return row
    known = ", ".join(dict.fromkeys(show_key(row.key) for row in rows))
    raise ValueError(f"there is no domain {show_key(wanted)!r}; domains: {known}")


def frame(rows: Sequence[Any]) -> pd.DataFrame:
    """Give records as a data frame, the key as one text."""
    import pandas as pd

    records = [asdict(row) for row in rows]
    for record in records:
        record["key"] = show_key(record["key"])
    return pd.DataFrame.from_records(records)


def table(rows: Sequence[Any], columns: Sequence[str], *, last: str) -> list[list[str]]:
    """Give a head and a line of texts for each record."""
    head = ["wave", "domain", *columns, last]
    body = [
        [getattr(row, "wave", ""), show_key(row.key)]
        + [cell(getattr(row, column)) for column in columns]
        + [str(getattr(row, last))]
        for row in rows
    ]
    return [head, *body]


def as_text(lines: Sequence[Sequence[str]]) -> str:
    """Align the lines of a table; the last column is not filled up."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]) - 1)]
    aligned = (
        "  ".join(
            text.ljust(width) if i < 2 else text.rjust(width)
            for i, (text, width) in enumerate(zip(line[:-1], widths, strict=True))
        )
        + f"  {line[-1]}"
        for line in lines
    )
    return "\n".join(line.rstrip() for line in aligned)


def as_html(lines: Sequence[Sequence[str]], *, caption: str, notes: Sequence[str] = ()) -> str:
    """Write a table for a notebook: a caption, a header row, and the notes below."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in lines[0])
    rows = (
        "".join(
            f'<th scope="row">{escape(text)}</th>' if i == 1 else f"<td>{escape(text)}</td>"
            for i, text in enumerate(line)
        )
        for line in lines[1:]
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    below = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return (
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"
    )


def cell(value: Any) -> str:
    """Write a value of a result; a p-value too small for four decimals as such."""
    if value is None:
        return "-"
    if not isinstance(value, float):
        return str(value)
    if 0 < abs(value) < 0.00005:
        return f"{value:.0e}"
    return f"{value:.4f}" if abs(value) < 100_000 else f"{value:.1f}"
