"""Names and texts of an XLSForm, as a questionnaire wants them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from forms.reading import is_identifier
from forms.records import NO_TEXTS
from forms.xlsform_sheets import Loss

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from forms import records
    from forms.xlsform_sheets import Row

_LONGEST: Final = 40
_OTHER: Final = re.compile(r"[^a-z0-9_]+", re.ASCII)
_SHOWS: Final = re.compile(r"\$\{|</?\w+[^>]*>|\*\*|!\[|\]\(")


class Texts:
    """Reads texts in every language of the form, and tells where one is missing."""

    def __init__(self, languages: Sequence[str], losses: list[Loss]) -> None:
        self.languages = tuple(languages)
        self._losses = losses

    def read(self, row: Row, column: str, sheet: str) -> records.Texts:
        """Give the texts of a row; its name where it has none, another language where one lacks."""
        found = row.texts(column, self.languages[0])
        fallback = next(iter(found.values()), "") or row.get("name") or "?"
        texts = {language: found.get(language) or fallback for language in self.languages}
        lacking = [language for language in self.languages if not found.get(language)]
        if lacking:
            why = f"there is none in {', '.join(lacking)}; {fallback[:30]!r} stands there instead"
            self._losses.append(Loss(sheet, row.number, column, why))
        if any(map(_SHOWS.search, texts.values())):
            why = "texts are shown as they stand: no answers, no marks for bold or links in them"
            self._losses.append(Loss(sheet, row.number, column, why))
        return texts

    def read_optional(self, row: Row, column: str, sheet: str) -> records.Texts:
        """Give the texts of a row, or none at all where no language has one."""
        has = any(row.texts(column, self.languages[0]).values())
        return self.read(row, column, sheet) if has else NO_TEXTS


def identifier(name: str, *, taken: Collection[str], of: str) -> str:
    """Make an id of a name: small letters, digits, underscores; not one of those taken.

    Parameters
    ----------
    of
        What it is an id of: stands before a name that begins with no letter.
    """
    made = name
    if not is_identifier(name):
        made = _OTHER.sub("_", name.lower()).strip("_")
        made = made if made[:1].isalpha() else f"{of}_{made}".rstrip("_")
        made = made[:_LONGEST]
    number = 2
    unique = made
    while unique in taken:
        unique = f"{made[: _LONGEST - len(str(number)) - 1]}_{number}"
        number += 1
    return unique
