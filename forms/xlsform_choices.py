"""The lists of choices of an XLSForm, as options and marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from forms.records import NO_TEXTS, UNKNOWN, Option, Scalar
from forms.xlsform_names import Texts, identifier
from forms.xlsform_sheets import Loss
from forms.xlsform_write import OWN, mark_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from forms import records
    from forms.xlsform_sheets import Row

_NUMBER: Final = re.compile(r"\d{1,2}", re.ASCII)
_KNOWN: Final = frozenset({"list_name", "name", "label", OWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceList:
    """One list, with the answers as they are stored by their name in the spreadsheet.

    Attributes
    ----------
    unknown
        Text of the choice called `unknown`; empty when there is none.
    marks
        Lowest and highest, where the list is a row of numbers; else None.
    low_label, high_label
        Words at the ends of the marks; empty where the list gives none.
    """

    options: tuple[Option, ...]
    answers: Mapping[str, Scalar]
    unknown: records.Texts
    marks: tuple[int, int] | None
    low_label: records.Texts
    high_label: records.Texts


def read_lists(rows: Iterable[Row], texts: Texts, losses: list[Loss]) -> dict[str, ChoiceList]:
    """Read all lists by name, and add to the losses what could not be taken."""
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        name = row.get("list_name")
        if not name or not row.get("name"):
            losses.append(Loss("choices", row.number, "a row", "list_name and name are wanted"))
            continue
        by_name.setdefault(name, []).append(row)
        for column, _language in row.cells:
            if column not in _KNOWN:
                why = "choices have a text and nothing else"
                losses.append(Loss("choices", row.number, column, why))
    return {name: _list(name, found, texts, losses) for name, found in by_name.items()}


def _list(name: str, rows: list[Row], texts: Texts, losses: list[Loss]) -> ChoiceList:
    rows = _once(name, rows, losses)
    labels = {row.get("name"): texts.read(row, "label", "choices") for row in rows}
    unknown = labels.get(UNKNOWN, NO_TEXTS)
    chosen = [row for row in rows if row.get("name") != UNKNOWN]
    marks = _marks([row.get("name") for row in chosen], labels)
    with_unknown: dict[str, Scalar] = {UNKNOWN: UNKNOWN} if unknown else {}
    if marks:
        return ChoiceList(
            options=(),
            answers={**{str(m): m for m in range(marks[0], marks[1] + 1)}, **with_unknown},
            unknown=unknown,
            marks=marks,
            low_label=_words(marks[0], labels),
            high_label=_words(marks[1], labels),
        )
    codes = _codes(name, chosen, losses)
    options = tuple(
        Option(
            code=codes[row.get("name")],
            text=labels[row.get("name")],
            last="last" in row.get(OWN).split(),
        )
        for row in chosen
    )
    answers: dict[str, Scalar] = {**codes, **with_unknown}
    return ChoiceList(
        options=options,
        answers=answers,
        unknown=unknown,
        marks=None,
        low_label=NO_TEXTS,
        high_label=NO_TEXTS,
    )


def _once(name: str, rows: list[Row], losses: list[Loss]) -> list[Row]:
    kept: dict[str, Row] = {}
    for row in rows:
        if row.get("name") in kept:
            why = f"{row.get('name')} stands twice in the list {name}"
            losses.append(Loss("choices", row.number, "name", why))
        kept.setdefault(row.get("name"), row)
    return list(kept.values())


def _codes(name: str, rows: list[Row], losses: list[Loss]) -> dict[str, str]:
    codes: dict[str, str] = {}
    for row in rows:
        code = identifier(row.get("name"), taken={UNKNOWN, *codes.values()}, of="code")
        codes[row.get("name")] = code
    changed = [f"{old} became {new}" for old, new in codes.items() if old != new]
    if changed:
        why = f"codes have small letters, digits and underscores: {', '.join(changed)}"
        losses.append(Loss("choices", rows[0].number, f"names in the list {name}", why))
    return codes


def _marks(names: list[str], labels: Mapping[str, records.Texts]) -> tuple[int, int] | None:
    """Give the ends, if the names are all numbers in a row and the labels show them."""
    if len(names) < 2 or not all(map(_NUMBER.fullmatch, names)):
        return None
    if len(names) == 2 and not all(map(_words_exactly, names, map(labels.get, names))):
        return None  # 0 = no, 1 = yes: two answers, no marks
    numbers = [int(name) for name in names]
    low, high = min(numbers), max(numbers)
    in_a_row = sorted(numbers) == list(range(low, high + 1)) and high <= 10
    plain = all(set(labels[str(m)].values()) == {str(m)} for m in range(low + 1, high) if in_a_row)
    return (low, high) if in_a_row and plain and names == list(map(str, numbers)) else None


def _words_exactly(name: str, label: records.Texts | None) -> bool:
    """Whether a label is written as ours of a mark with words."""
    before = mark_label(int(name), " ").rstrip()
    return all(text.startswith(before) for text in (label or {}).values())


def _words(mark: int, labels: Mapping[str, records.Texts]) -> records.Texts:
    """Give what an end of the marks means: its label without the number."""
    found = {}
    for language, label in labels[str(mark)].items():
        words = label.removeprefix(f"{mark} – ")
        if words == label:
            words = re.sub(rf"^{mark}\s*(?:[-–=:.]\s*)?", "", label)
        found[language] = words
    return found if all(found.values()) else NO_TEXTS
