"""The `enquete` command. Each command imports what it needs when it runs."""

from __future__ import annotations

from typing import Any

import click

from enquete import __version__
from enquete.cli import areas, fieldwork, figures, operate
from enquete.errors import EnqueteError


class _Group(click.Group):
    """A group that tells our own errors in one line, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except EnqueteError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Enquete: from the resident's answer to the printed mark."""


for command in (
    areas.areas,
    fieldwork.frame,
    fieldwork.wave,
    fieldwork.invite,
    fieldwork.answers,
    figures.report,
    figures.export,
    figures.analyse,
    operate.serve,
    operate.migrate,
    operate.backup,
    operate.restore,
    operate.demo,
):
    main.add_command(command)
