"""The rows of an XLSForm that ask something, by their type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from forms.fields import can_be_typed
from forms.records import NO_TEXTS, Question
from forms.xlsform_sheets import Loss
from forms.xlsform_write import OWN, TICKED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from forms.xlsform_choices import ChoiceList
    from forms.xlsform_names import Texts
    from forms.xlsform_sheets import Row

YES: Final = frozenset({"yes", "true", "true()", "1"})
_NO: Final = frozenset({"", "no", "false", "false()", "0"})
_SELECT: Final = re.compile(
    r"select[_ ](one|multiple)\s+(\S+)(\s+or_other|\s+or specify other)?", re.IGNORECASE
)
_BOUND: Final = re.compile(r"\.\s*(>=|<=|>|<)\s*'?(-?\d{1,12}(?:\.\d{1,6})?)'?", re.ASCII)
_LENGTH: Final = re.compile(r"string-length\(\s*\.\s*\)\s*(<=|<)\s*(\d{1,5})", re.ASCII)
_PARAMETER: Final = re.compile(r"(\w+)\s*=\s*([^\s;,]+)")
_SAME: Final = {
    "int": "integer",
    "string": "text",
    "trigger": "acknowledge",
    "select1": "select_one",
}
_LOOKS: Final = {"text": {"multiline"}, "scale": {"likert"}}
_USED: Final = frozenset(
    {"type", "name", "label", "hint", "required", "relevant", "constraint", "appearance",
     "parameters", OWN}
)  # fmt: skip
_WHY_NOT: Final = {
    "calculation": "nothing is calculated while a resident answers",
    "choice_filter": "all options are always offered",
    "constraint_message": "the messages are those of the pages",
    "required_message": "the messages are those of the pages",
    "default": "no answer is filled in beforehand",
    "guidance_hint": "only the hint is shown",
    "read_only": "every question can be answered",
    "readonly": "every question can be answered",
}


class Questions:
    """Makes questions of rows, and adds to the losses what could not be taken of them."""

    def __init__(self, lists: Mapping[str, ChoiceList], texts: Texts, losses: list[Loss]) -> None:
        self._lists, self._texts, self._losses = lists, texts, losses

    def make(self, row: Row, identifier: str) -> tuple[Question, Mapping[str, Any]] | None:
        """Give the question of a row and its answers by their name; None when it has no kind here.

        Its `show_if` is not yet read.
        """
        found = self._kind(row)
        if found is None:
            return None
        own = row.get(OWN).split()
        values: dict[str, Any] = {**_DEFAULTS, **found}
        answers = values.pop("answers", {})
        self._tell_rest(row, values["kind"])
        question = Question(
            id=identifier,
            text=self._texts.read(row, "label", "survey"),
            hint=self._texts.read_optional(row, "hint", "survey"),
            required=self._required(row, values["kind"]),
            soft="soft" in own and values["kind"] != "consent",
            shuffle=self._shuffled(row, values["kind"]),
            show_if=None,
            role="rating" if "headline" in own and values["kind"] == "rating" else "",
            **values,
        )
        return question, answers

    def lose(self, row: Row, what: str, why: str) -> None:
        """Add a loss."""
        self._losses.append(Loss("survey", row.number, what, why))

    def _kind(self, row: Row) -> dict[str, Any] | None:
        given = row.get("type").strip()
        if select := _SELECT.fullmatch(given.replace("select1 ", "select_one ")):
            if select[3]:
                self.lose(row, "or_other", "a box for another answer is a text question of its own")
            return self._select(row, several=select[1].lower() == "multiple", name=select[2])
        kind = given.lower().replace(" ", "_")
        make = _MAKERS.get(_SAME.get(kind, kind))
        if make is None:
            self.lose(row, f"type {given}", "there is no such kind of question")
            return None
        return make(self, row)

    def _select(self, row: Row, *, several: bool, name: str) -> dict[str, Any] | None:
        found = self._lists.get(name)
        if found is None:
            self.lose(row, f"the list {name}", "it does not stand in the sheet choices")
            return None
        values: dict[str, Any] = {"answers": found.answers, "unknown": found.unknown}
        if found.marks and not several:
            return values | self._marks(row, found)
        options = found.options
        if found.marks:
            self.lose(row, f"the list {name}", "numbers are marks, of which one is chosen")
            return None
        if several and found.unknown:
            self.lose(
                row, "the choice unknown", "who chooses more than one has nothing to say it in"
            )
            values["unknown"] = NO_TEXTS
        likert = row.get("appearance") == "likert" and len(options) > 2
        kind = "multiple" if several else "scale" if likert else "choice"
        return values | {"kind": kind, "options": options}

    def _marks(self, row: Row, found: ChoiceList) -> dict[str, Any]:
        low, high = found.marks or (1, 10)
        labels = {"low_label": found.low_label, "high_label": found.high_label}
        for (key, texts), mark in zip(labels.items(), (low, high), strict=True):
            if not texts:
                self.lose(row, f"the meaning of {mark}", f"the list does not say it: write {key}")
                labels[key] = dict.fromkeys(self._texts.languages, str(mark))
        return {"kind": "rating", "low": low, "high": high, **labels}

    def range(self, row: Row) -> dict[str, Any]:
        """Read a range: marks from 0 to 10 at most, any other is a number."""
        given = {"start": "1", "end": "10", "step": "1", **_parameters(row)}
        low, high, step = (_number(given[key]) for key in ("start", "end", "step"))
        if low is None or high is None or low >= high:
            self.lose(row, "parameters", "start and end must be numbers, start the lower")
            low, high = 1, 10
        marks = isinstance(low, int) and isinstance(high, int) and low >= 0 and high <= 10
        if marks and step == 1:
            answers = {str(mark): mark for mark in range(int(low), int(high) + 1)}
            ends = {
                key: dict.fromkeys(self._texts.languages, str(mark))
                for key, mark in (("low_label", low), ("high_label", high))
            }
            self.lose(
                row, "the meaning of the ends", "a range has none: write low_label, high_label"
            )
            return {"kind": "rating", "low": low, "high": high, "answers": answers, **ends}
        if step != 1:
            self.lose(row, "step", "a number has bounds and no steps")
        decimals = not all(isinstance(each, int) for each in (low, high, step))
        return {"kind": "number", "low": low, "high": high, "decimals": decimals}

    def number(self, row: Row, *, decimals: bool) -> dict[str, Any]:
        """Read a number with its bounds."""
        bounds: dict[str, Any] = {"low": None, "high": None}
        for part in filter(None, re.split(r"\s+and\s+", row.get("constraint"))):
            found = _BOUND.fullmatch(part.strip(" ()"))
            bound = _number(found[2]) if found else None
            if not found or bound is None or (decimals and found[1] in "<>"):
                self.lose(row, f"constraint {part}", "a number has a lowest and a highest value")
                continue
            if not decimals and not isinstance(bound, int):
                self.lose(row, f"constraint {part}", "the bounds of a whole number are whole")
                continue
            key, narrower = ("low", max) if found[1].startswith(">") else ("high", min)
            bound += {">": 1, "<": -1}.get(found[1], 0)
            bounds[key] = bound if bounds[key] is None else narrower(bounds[key], bound)
        return {"kind": "number", "decimals": decimals, **bounds}

    def text(self, row: Row) -> dict[str, Any]:
        """Read a text with its length."""
        given = row.get("constraint")
        found = _LENGTH.fullmatch(given)
        if given and not found:
            self.lose(row, f"constraint {given}", "a text has a length and no other condition")
        most = int(found[2]) - (found[1] == "<") if found else 2000
        return {"kind": "text", "max_length": most}

    def consent(self, row: Row) -> dict[str, Any] | None:
        """Read a box to tick: elsewhere it says that something was read, here it names people."""
        if "consent" not in row.get(OWN).split():
            why = f"here a tick lifts the anonymity: where that is meant, write consent in {OWN}"
            self.lose(row, f"type {row.get('type')}", why)
            return None
        return {"kind": "consent", "answers": {TICKED: True, "": False}}

    def _required(self, row: Row, kind: str) -> bool:
        given = row.get("required").lower()
        if kind == "consent" and given in YES:
            self.lose(row, "required", "a tick that must be given is no consent")
            return False
        if given not in YES | _NO:
            self.lose(row, f"required {given}", "a question is required always or never")
        return given in YES

    def _shuffled(self, row: Row, kind: str) -> bool:
        given = _parameters(row) if row.get("type") != "range" else {}
        asked = given.pop("randomize", "false")
        wanted = asked.lower() == "true"
        if asked.lower() not in {"true", "false"}:
            self.lose(row, f"randomize {asked}", "the order is shuffled or not")
        for key in given:
            self.lose(row, f"parameter {key}", "there is no such setting")
        if wanted and kind not in {"choice", "multiple"}:
            self.lose(row, "randomize", f"the answers of a {kind} have their order")
        return wanted and kind in {"choice", "multiple"}

    def _tell_rest(self, row: Row, kind: str) -> None:
        look = row.get("appearance")
        if look and look not in _LOOKS.get(kind, set()):
            self.lose(row, f"appearance {look}", "a question looks as its kind does")
        if row.get("constraint") and kind not in {"number", "text"}:
            self.lose(row, "constraint", f"the answers of a {kind} are listed")
        self.tell_columns(row, _USED)

    def tell_columns(self, row: Row, used: frozenset[str]) -> None:
        """Add a loss for each cell that stands in a column of no use."""
        for column, _language in row.cells:
            if column not in used:
                why = _WHY_NOT.get(column, "a question has nothing of the kind")
                self.lose(row, column, why)


_DEFAULTS: Final[Mapping[str, Any]] = {
    "options": (), "low": None, "high": None, "low_label": NO_TEXTS, "high_label": NO_TEXTS,
    "unknown": NO_TEXTS, "max_length": 2000, "decimals": False,
}  # fmt: skip

_MAKERS: Final[Mapping[str, Callable[[Questions, Row], dict[str, Any] | None]]] = {
    "integer": lambda questions, row: questions.number(row, decimals=False),
    "decimal": lambda questions, row: questions.number(row, decimals=True),
    "text": Questions.text,
    "range": Questions.range,
    "acknowledge": Questions.consent,
}


def _parameters(row: Row) -> dict[str, str]:
    return {key.lower(): value for key, value in _PARAMETER.findall(row.get("parameters"))}


def _number(text: str) -> int | float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    if not can_be_typed(number):
        return None
    return int(number) if number.is_integer() else number
