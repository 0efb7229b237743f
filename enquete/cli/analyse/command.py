"""A verb of `enquete analyse`: its help in groups, its faults in a line."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import click

from enquete.cli.analyse.files import refuse_overwriting
from enquete.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Command: TypeAlias = Callable[..., Any]
    Decorator: TypeAlias = Callable[[Command], Command]

Asked = TypeVar("Asked")

_PLAIN = "Options"


class _Option(click.Option):
    """An option that stands under a heading of the help."""

    def __init__(self, *arguments: Any, group: str, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.group = group


class Verb(click.Command):
    """A command whose options stand in groups, and whose example is printed as it is written."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb, unless it would write over what it reads; a refusal is told in a line."""
        refuse_overwriting(ctx)
        try:
            return super().invoke(ctx)
        except ValueError as error:
            raise InputError(str(error)) from error

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under their headings, in the order of the verb."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record and isinstance(parameter, click.Option):
                groups.setdefault(getattr(parameter, "group", _PLAIN), []).append(record)
        last = groups.pop(_PLAIN, [])
        for name, records in [*groups.items(), *([(_PLAIN, last)] if last else [])]:
            with formatter.section(name):
                formatter.write_dl(records, col_max=26)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example without breaking its lines elsewhere."""
        if self.epilog:
            with formatter.section("Example"):
                for line in self.epilog.splitlines():
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def option(*names: str, group: str = _PLAIN, **attributes: Any) -> Decorator:
    """Make an option that stands in a group of the help."""
    return click.option(*names, cls=_Option, group=group, **attributes)


def with_options(options: Sequence[Decorator], command: Command) -> Command:
    """Give a command a list of options, in that order in its help."""
    for decorate in reversed(options):
        command = decorate(command)
    return command


def taken(kind: type[Asked], arguments: dict[str, Any]) -> Asked:
    """Take out of the arguments what a record of options holds."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type] # a record
    return kind(**{name: arguments.pop(name) for name in names})
