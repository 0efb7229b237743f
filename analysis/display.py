"""Results as aligned text, as HTML for notebooks and as data frames, all in one way."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

from analysis.results import ChangeEstimate, Estimate, show_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

Row = TypeVar("Row", Estimate, ChangeEstimate)

_TENTHS = {"df", "ndf", "ddf", "n_effective", "answers", "population", "before", "after"}
"""Names of counts that need not be whole: a tenth says enough."""

_PLAIN = str | int | float

_ROUNDING = 1e-12
"""A value below this is a rounding error of 0; a p-value can be as small."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a result shows of itself.

    Attributes
    ----------
    title
        What it is, in a few words.
    figures
        Single figures by name, a line each.
    tables
        Below the figures; one without rows is left out.
    notes
        What a reader must know, in sentences: the last lines.
    """

    title: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()

    @property
    def heading(self) -> str:
        """The title as a heading."""
        return self.title[:1].upper() + self.title[1:]

    @property
    def lines(self) -> dict[str, str]:
        """The written figures by name, a reason last."""
        named = sorted(self.figures.items(), key=lambda figure: figure[0] == "reason")
        return {
            name: ", ".join(written(name, value if isinstance(value, tuple) else [value])) or "-"
            for name, value in named
        }


@dataclass(frozen=True)
class Table:
    """Names of the columns, and rows of values; texts that come first name the row."""

    head: Sequence[str]
    rows: Sequence[Sequence[Any]]

    @property
    def columns(self) -> list[list[Any]]:
        """The values of each column."""
        return [[row[place] for row in self.rows] for place in range(len(self.head))]

    @property
    def texts(self) -> list[list[str]]:
        """The written values of each column."""
        return [written(name, column) for name, column in zip(self.head, self.columns, strict=True)]

    @property
    def labels(self) -> int:
        """How many columns name the row."""
        wordy = [_wordy(column) for column in self.columns]
        return wordy.index(False) if False in wordy else 1


class Readable:
    """A result that shows itself at a prompt and in a notebook; a record with single figures.

    Records with more than these say what is shown by `_shown`. Dataclasses need ``repr=False``.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return as_text(self._shown())

    def _repr_html_(self) -> str:
        return as_html(self._shown())

    def _shown(self) -> Shown:
        title = re.sub("(?<!^)(?=[A-Z])", " ", type(self).__name__).capitalize()
        return Shown(title=title, figures=figures(self))


class Tabular(Readable):
    """A result with a table that is the whole of it, for a data frame."""

    __slots__ = ()

    def to_frame(self) -> pd.DataFrame:
        """Give the rows of the table as a data frame, unrounded; needs pandas."""
        return frame(self._records())

    def _records(self) -> Sequence[Any]:
        raise NotImplementedError


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
    """Give records as a data frame; the key of a domain as one text."""
    import pandas as pd

    records = [dict(row) if isinstance(row, Mapping) else asdict(row) for row in rows]
    for record in records:
        if "key" in record:
            record["key"] = show_key(record["key"])
    return pd.DataFrame.from_records(records)


def figures(record: Any, *, leave: Iterable[str] = ()) -> dict[str, Any]:
    """Give the fields of a record that are a value or a few values; not what is shown elsewhere."""
    hidden = {"flag", "notes", *leave}
    found = {one.name: getattr(record, one.name) for one in fields(record)}
    return {n: value for n, value in found.items() if n not in hidden and _single(n, value)}


def table(records: Sequence[Any], columns: Sequence[str]) -> Table:
    """Make a table of fields of records; the key of a domain is its ``domain``."""
    rows = [[getattr(record, column) for column in columns] for record in records]
    if "key" in columns:
        place = columns.index("key")
        for row in rows:
            row[place] = show_key(row[place])
    return Table(["domain" if column == "key" else column for column in columns], rows)


def as_text(shown: Shown) -> str:
    """Write a result as lines: title, figures, aligned tables and notes."""
    blocks = []
    if shown.figures:
        width = max(len(name) for name in shown.figures)
        lines = shown.lines.items()
        blocks.append("\n".join(f"{name:<{width}}  {text}" for name, text in lines))
    blocks += [_aligned(one) for one in shown.tables if one.rows]
    blocks += ["\n".join(shown.notes)] if shown.notes else []
    return f"{shown.heading}\n" + "\n\n".join(blocks)


def as_html(shown: Shown) -> str:
    """Write a result for a notebook: tables, the first with the title as caption, and notes."""
    blocks = []
    if shown.figures:
        lines = shown.lines.items()
        blocks.append("".join(f"<tr>{_cell(n, row=True)}{_cell(text)}</tr>" for n, text in lines))
    blocks += [_html(one) for one in shown.tables if one.rows]
    caption = f"<caption>{escape(shown.heading)}</caption>"
    captions = [caption, *[""] * len(blocks)]
    tables = [f"<table>{c}{b}</table>" for c, b in zip(captions, blocks, strict=False)]
    return "".join(tables) + "".join(f"<p>{escape(note)}</p>" for note in shown.notes)


def written(name: str, values: Sequence[Any]) -> list[str]:
    """Write the values of a column, or of a figure, with as many decimals as each other."""
    sizes = [abs(v) for v in values if isinstance(v, float) and math.isfinite(v)]
    if not sizes:
        return [_written(value) for value in values]
    if name in _TENTHS or max(sizes) >= 1000:
        return [_written(value, decimals=1) for value in values]
    least = 0.0 if name == "p" or name.startswith("p_") else _ROUNDING
    return [_written(value, decimals=4, least=least) for value in values]


def percent(share: float) -> str:
    """Write a share, such as the coverage of an interval."""
    return f"{100 * share:g}%"


def _written(value: Any, *, decimals: int | None = None, least: float = math.inf) -> str:
    """Write a value; one above `least` that is too small for the decimals, as such."""
    if value is None or value != value:  # noqa: PLR0124 # NaN
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if decimals is None or isinstance(value, str):
        return str(value)
    if least < abs(value) < 0.00005:
        return f"{value:.0e}"
    return f"{round(value, decimals) + 0.0:.{decimals}f}"  # 0.0: no minus before a zero


def _single(name: str, value: Any) -> bool:
    if name == "reason":
        return bool(value)
    if isinstance(value, tuple):
        return bool(value) and all(isinstance(one, _PLAIN) for one in value)
    return value is None or isinstance(value, _PLAIN)


def _wordy(column: Sequence[Any]) -> bool:
    return all(isinstance(value, str) for value in column)


def _aligned(shown: Table) -> str:
    """Align the columns: words left, numbers right."""
    columns = []
    for name, column, texts in zip(shown.head, shown.columns, shown.texts, strict=True):
        width = max(len(text) for text in (name, *texts))
        place = str.ljust if _wordy(column) else str.rjust
        columns.append([place(text, width) for text in (name, *texts)])
    return "\n".join("  ".join(line).rstrip() for line in zip(*columns, strict=True))


def _html(shown: Table) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in shown.head)
    labels = shown.labels
    lines = (
        "".join(_cell(text, row=place < labels) for place, text in enumerate(line))
        for line in zip(*shown.texts, strict=True)
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"


def _cell(text: str, *, row: bool = False) -> str:
    return f'<th scope="row">{escape(text)}</th>' if row else f"<td>{escape(text)}</td>"
