"""The `enquete` command. Each command imports what it needs when it runs."""

from __future__ import annotations

import errno
import io
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from enquete import __version__
from enquete.cli import areas, fieldwork, figures, operate
from enquete.cli.analyse import analyse
from enquete.cli.key import key
from enquete.cli.questionnaire import questionnaire
from enquete.errors import EnqueteError

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Group(click.Group):
    """A group that tells in one line what the user or the machine can mend, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        for stream in (sys.stdout, sys.stderr):
            # A terminal that lacks a character shows a question mark in its place.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        try:
            with _ended_like_ctrl_c():
                return super().invoke(ctx)
        except EnqueteError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of a pipe has left: click ends quietly
                raise
            raise click.ClickException(_told(error)) from error


@contextmanager
def _ended_like_ctrl_c() -> Iterator[None]:
    """Let a command that is told to end, or whose terminal goes, clear up what it began."""
    before: dict[int, Any] = {}

    def end(_number: int, _frame: object) -> None:
        for number in before:  # once is enough: what follows is the clearing up
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            # Who ignores it (nohup) wants the command to go on.
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _told(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Enquete: from the resident's answer to the printed mark.

    The order of a survey: frame import, wave create, invite, serve, report, export. To look around
    first: demo, then serve.
    """


for command in (
    areas.areas,
    fieldwork.frame,
    questionnaire,
    fieldwork.wave,
    fieldwork.invite,
    fieldwork.answers,
    figures.report,
    figures.export,
    figures.cells,
    analyse,
    operate.serve,
    operate.migrate,
    operate.reshuffle,
    operate.maintenance,
    key,
    operate.backup,
    operate.restore,
    operate.demo,
):
    main.add_command(command)
