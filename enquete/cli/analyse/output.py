"""What a verb found, and where it goes: the terminal, JSON, CSV, a drawing."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from enquete.cli.analyse.command import option, with_options
from enquete.cli.analyse.options import instance
from enquete.cli.analyse.sheets import show
from enquete.errors import InputError
from enquete.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from enquete.cli.analyse.command import Command
    from enquete.cli.analyse.sheets import Sheet

OUTPUT = "Output"
_DRAWING = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a verb found.

    Attributes
    ----------
    sheets, lines
        For the terminal: tables, and what stands under them.
    data
        For `--json`: everything, in full precision.
    records
        For `--csv`: a row a figure, all with the same names.
    account
        In place of the tables: how a figure came about.
    drawing
        Draws for `--plot`.
    """

    sheets: Sequence[Sheet]
    lines: Sequence[str] = ()
    data: Mapping[str, Any]
    records: Sequence[Mapping[str, Any]]
    account: str = ""
    drawing: Callable[[], Any] | None = field(default=None, repr=False)


def with_output(*, plot: str = "") -> Callable[[Command], Command]:
    """Give a verb the options of its output, and write what it returns.

    Parameters
    ----------
    plot
        What `--plot` draws; empty: there is nothing to draw.
    """
    options = [
        option(
            "--json", "as_json", is_flag=True, group=OUTPUT, help="Print JSON, in full precision."
        ),
        option(
            "--csv",
            "table",
            type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
            metavar="FILE|-",
            group=OUTPUT,
            help="Write the figures as CSV, a line each; -: print that.",
        ),
    ]
    if plot:
        options.append(
            option("--plot", type=_DRAWING, metavar="FILE.svg", group=OUTPUT, help=f"Draw {plot}.")
        )

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapped(*, as_json: bool, table: Path | None, **arguments: Any) -> None:
            drawn: Path | None = arguments.pop("plot", None)
            _refuse(as_json=as_json, table=table, plot=drawn)
            found: Found = command(**arguments)
            if drawn:
                _draw(found, drawn)
            if table and str(table) != "-":
                write_whole(table, _as_csv(found.records))
            _print(found, as_json=as_json, as_csv=str(table) == "-")

        return with_options([*options, instance], wrapped)

    return decorate


def _refuse(*, as_json: bool, table: Path | None, plot: Path | None) -> None:
    if as_json and str(table) == "-":
        raise InputError("--json and --csv - both print: choose one, or name a file for --csv")
    if plot and plot.suffix != ".svg":
        raise InputError(f"--plot draws SVG: the name must end in .svg, got {plot}")


def _draw(found: Found, path: Path) -> None:
    if found.drawing is None:
        raise InputError("--plot has nothing to draw here")
    write_whole(path, found.drawing().svg.encode())


def _print(found: Found, *, as_json: bool, as_csv: bool) -> None:
    if as_json:
        text = json.dumps(plain(found.data), indent=2, ensure_ascii=False, allow_nan=False)
        click.echo(text.encode())  # UTF-8, whatever the terminal has
    elif as_csv:
        click.echo(_as_csv(found.records), nl=False)
    elif found.account:
        click.echo(found.account)
    else:
        show(found.sheets, found.lines)


def _as_csv(records: Sequence[Mapping[str, Any]]) -> bytes:
    from enquete.spreadsheet import as_text

    names = list(records[0])
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([as_text(name, delimiter=",") for name in names])
    for record in records:
        cells = (plain(record[name]) for name in names)
        writer.writerow(
            [as_text(cell, delimiter=",") if isinstance(cell, str) else cell for cell in cells]
        )
    return file.getvalue().encode()


def plain(value: Any) -> Any:
    """Give a value as JSON has it: records by name, arrays as lists, no number as null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {_name(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, str | Fraction) else value


def _name(key: Any) -> str:
    return "/".join(key) if isinstance(key, tuple) else str(key)


_FIGURES = ("value", "se", "low", "high", "df", "n", "flag", "reason")


def record(statistic: str, source: Any = None, /, **values: Any) -> dict[str, Any]:
    """Make a row for `--csv`: where it is of, what it is, and its numbers.

    Parameters
    ----------
    source
        A result to take from what it has of value, se, low, high, df, n, flag and reason.
    values
        Where the row is of, by name, and the numbers that `source` does not have.
    """
    numbers = {name: values.pop(name, getattr(source, name, None)) for name in _FIGURES}
    return {**values, "statistic": statistic, **numbers}
