"""Which wave a verb looks at that can look at one only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enquete.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis import Survey


def chosen_wave(survey: Survey, columns: Sequence[str], only: str | None) -> str:
    """Give the wave that was asked for, or else the last.

    Raises
    ------
    InputError
        If there is no such wave.
    """
    waves = survey.cells(None, keep=columns).waves
    if only is not None and only not in waves:
        raise InputError(f"there is no wave {only!r}; waves: {', '.join(waves) or 'none'}")
    return waves[-1] if only is None else only
