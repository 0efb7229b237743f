"""The files that a verb reads, and those that it writes: never the same."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from enquete.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PRINTED = Path("-")


class Assigned(click.ParamType[tuple[str, str], str]):
    """A name and what it is given, such as ``gemeente=population.csv``."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def of_file(self) -> bool:
        """Whether what is given is a file to read."""
        return self.name.endswith("=FILE")

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Give what stands for it in the help."""
        return self.name

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Split at the last "=", or fail by name."""
        if isinstance(value, tuple):
            return value
        name, sign, given = str(value).rpartition("=")
        if not (sign and name and given):
            self.fail(f"must be as {self.name}, got {value!r}", param, ctx)
        return name, given


def refuse_overwriting(ctx: click.Context) -> None:
    """Look at the files of a command before it reads or writes any.

    Raises
    ------
    InputError
        If a file to be written is one that is read, or is written twice, by whatever name: another
        path, a symbolic link or a hard link.
    """
    read: list[tuple[str, Path]] = []
    written: list[tuple[str, Path]] = []
    for parameter in ctx.command.params:
        name = parameter.opts[0] if isinstance(parameter, click.Option) else ""
        for path, is_read in _files(parameter, ctx.params.get(parameter.name or "")):
            (read if is_read else written).append((name, path))
    for place, (output, path) in enumerate(written):
        for name, other in read:
            if _same(path, other):
                raise InputError(
                    f"{output} {path} would overwrite {f'{name} ' if name else ''}{other}, which "
                    "is read: choose another name"
                )
        for name, other in written[:place]:
            if _same(path, other):
                raise InputError(f"{name} and {output} both write {path}: choose another name")


def _files(parameter: click.Parameter, value: Any) -> Iterator[tuple[Path, bool]]:
    """Give the files of a parameter, and whether they are read."""
    values = value if isinstance(value, list | tuple) and parameter.multiple else [value]
    kind = parameter.type
    for one in values:
        if one is None:
            continue
        if isinstance(kind, Assigned) and kind.of_file:
            yield Path(one[1]), True
        elif isinstance(kind, click.Path) and (kind.exists or one != _PRINTED):
            yield Path(one), kind.exists


def _same(one: Path, other: Path) -> bool:
    """Say whether two names are of one file; one that is not there yet is known by its path."""
    try:
        return one.samefile(other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)
