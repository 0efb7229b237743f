"""What is wrong in a file from outside, told by line and column, all of it in one error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_FAULTS: Final = 20
_MOST_TEXT: Final = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file.

    Attributes
    ----------
    line
        Line of the file where the row begins, from 1; 0 when the whole file is meant.
    column
        Name of the column as the file writes it; "" when the whole row is meant.
    wanted, got
        What was expected there and what was found, as phrases.
    """

    line: int
    column: str
    wanted: str
    got: str

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else ""
        column = f"column {self.column!r}" if self.column else ""
        place = ", ".join(filter(None, (line, column)))
        return f"{place}: " * bool(place) + f"wanted {self.wanted}, got {self.got}"


class DelimitedError(ValueError):
    """A file cannot be used. The message tells the first 20 faults by line, and counts the rest.

    Attributes
    ----------
    name : str
        What the file is called in the message.
    faults : tuple of Fault
        All faults, in the order of the file.
    """

    def __init__(self, name: str, faults: Iterable[Fault]) -> None:
        self.name = name
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))
        super().__init__(_message(name, self.faults))


class ParseError(ValueError):
    """A cell does not hold what its column should; `wanted` is the phrase that says what that is.

    Parameters
    ----------
    wanted
        A phrase for after "wanted".
    text
        The cell as it was read.
    """

    def __init__(self, wanted: str, text: str) -> None:
        self.wanted = wanted
        super().__init__(f"wanted {wanted}, got {shown(text)}")


class Faults:
    """Collects the faults of one file, so that one run tells all of them.

    As a context it raises what it has collected when the block ends.

    Raises
    ------
    DelimitedError
        At the end of the block, or by `raise_any`, if there was a fault.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: list[Fault] = []

    def __enter__(self) -> Faults:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None:
            self.raise_any()

    def add(self, line: int, column: str, wanted: str, got: str) -> None:
        """Note one fault; see `Fault` for the arguments."""
        self._found.append(Fault(line, column, wanted, got))

    def raise_any(self) -> None:
        """Raise all faults so far as one `DelimitedError`, if there are any."""
        if self._found:
            raise DelimitedError(self._name, self._found)


def shown(text: str) -> str:
    """Quote a text for a message, cut when it is long."""
    return repr(text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - 1] + "…")


def _message(name: str, faults: Sequence[Fault]) -> str:
    if len(faults) == 1:
        return f"{name}{', ' if faults[0].line else ': '}{faults[0]}"
    told = [f"- {fault}" for fault in faults[:MOST_FAULTS]]
    rest = [f"- and {len(faults) - MOST_FAULTS} more"] if len(faults) > MOST_FAULTS else []
    return "\n".join([f"{name} has {len(faults)} faults:", *told, *rest])
