"""The survey sheet of an XLSForm: its groups are pages, its `relevant` becomes `show_if`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from forms.definition import RESERVED
from forms.records import NO_TEXTS, Condition, Page, Question
from forms.xlsform_names import identifier
from forms.xlsform_questions import YES, Questions
from forms.xlsform_relevant import Asked, InexpressibleError, condition
from forms.xlsform_write import GROUP

if TYPE_CHECKING:
    from forms import records
    from forms.xlsform_names import Texts
    from forms.xlsform_sheets import Row

_META: Final = "start end today deviceid phonenumber username email audit simserial"
_NO_QUESTION: Final = {
    **dict.fromkeys(_META.split(), "no such thing is kept of a resident"),
    "": "it has no type",
}
_GROUP_COLUMNS: Final = frozenset({"type", "name", "label", "relevant", "appearance"})
_NOTE_COLUMNS: Final = frozenset({"type", "name", "label"})


@dataclass(slots=True)
class _Group:
    """A group that is open; the outermost is a page."""

    row: Row
    condition: Condition | None
    id: str = ""
    title: records.Texts = field(default_factory=lambda: NO_TEXTS)
    intro: records.Texts = field(default_factory=lambda: NO_TEXTS)
    questions: list[Question] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Survey:
    """Takes the survey sheet row by row.

    Attributes
    ----------
    intro
        The notes before the first page.
    places
        The number of the row of each question taken, by its id.
    """

    texts: Texts
    questions: Questions
    intro: records.Texts = field(default_factory=lambda: NO_TEXTS)
    places: dict[str, int] = field(default_factory=dict)
    _pages: list[Page] = field(default_factory=list)
    _groups: list[_Group] = field(default_factory=list)
    _repeats: int = 0
    _asked: dict[str, Asked] = field(default_factory=dict)

    def pages(self) -> tuple[Page, ...]:
        """Give the pages, when every row was taken."""
        while self._groups:
            self.questions.lose(self._groups[-1].row, "begin_group", "its end_group is missing")
            self._end_group()
        return tuple(self._pages)

    def take(self, row: Row) -> None:
        """Take one row."""
        kind = row.get("type").lower().replace(" ", "_")
        called = f"{row.get('type')} {row.get('name')}".strip()
        if self._repeats or kind == "begin_repeat":
            self._repeats += {"begin_repeat": 1, "end_repeat": -1}.get(kind, 0)
            if kind != "end_repeat":
                self.questions.lose(row, called, "nothing is asked several times over")
        elif row.get("disabled").lower() in YES:
            self.questions.lose(row, called, "it is disabled")
        elif kind in _NO_QUESTION:
            self.questions.lose(row, called or "a row", _NO_QUESTION[kind])
        else:
            take = {
                "begin_group": self._begin_group,
                "end_group": self._end_group,
                "note": self._note,
            }
            take.get(kind, self._question)(row)

    def _begin_group(self, row: Row) -> None:
        self.questions.tell_columns(row, _GROUP_COLUMNS)
        group = _Group(row, self._condition(row))
        if self._groups:
            why = "a group in a group: its questions stand on the page around it"
            self.questions.lose(row, f"group {row.get('name')}", why)
        else:
            group.id = self._page_id(row.get("name").removeprefix(GROUP))
            group.title = self.texts.read(row, "label", "survey")
        self._groups.append(group)

    def _end_group(self, row: Row | None = None) -> None:
        if not self._groups:
            if row:
                self.questions.lose(row, "end_group", "no group is open")
            return
        group = self._groups.pop()
        if not self._groups:
            self._finish(group)

    def _finish(self, group: _Group) -> None:
        """Make a page of a group, unless nothing was asked in it."""
        if group.questions:
            page = Page(
                id=group.id,
                title=group.title,
                intro=group.intro,
                questions=tuple(group.questions),
            )
            self._pages.append(page)
        elif group.intro:
            self.questions.lose(group.row, "note", "a page without a question is not shown")

    def _note(self, row: Row) -> None:
        self.questions.tell_columns(row, _NOTE_COLUMNS)
        group = self._groups[0] if self._groups else None
        if group and not group.questions:
            group.intro = _joined(group.intro, self.texts.read(row, "label", "survey"))
        elif group is None and not self._pages:
            self.intro = _joined(self.intro, self.texts.read(row, "label", "survey"))
        else:
            why = "a text stands before the questions of a page; or make it the hint of one"
            self.questions.lose(row, f"note {row.get('name')}", why)

    def _question(self, row: Row) -> None:
        name = row.get("name")
        taken = {asked.question.id for asked in self._asked.values()} | RESERVED
        unique = identifier(name, taken=taken, of="question")
        made = self.questions.make(row, unique)
        if made is None:
            return
        if unique != name:
            why = f"ids have small letters, digits and underscores, each once: it became {unique}"
            self.questions.lose(row, f"name {name}", why)
        question, answers = made
        question = replace(question, show_if=self._whole_condition(row))
        self._place(row, question)
        self.places[unique] = row.number
        self._asked[name] = Asked(question=question, answers=answers)

    def _place(self, row: Row, question: Question) -> None:
        """Put a question on the page of its group, or on one of its own."""
        if not self._groups:
            alone = _Group(row, None, id=self._page_id(question.id), title=question.text)
            alone.questions.append(question)
            self._finish(alone)
            return
        page = self._groups[0]
        together = {each.id for each in page.questions}
        if question.show_if and question.show_if.question in together:
            why = "its condition is on the same page: it begins a new one"
            self.questions.lose(row, f"the place of {question.id}", why)
            self._finish(page)
            page.id = self._page_id(page.id)
            page.intro, page.questions = NO_TEXTS, []
        page.questions.append(question)

    def _page_id(self, name: str) -> str:
        open_pages = [group.id for group in self._groups]
        return identifier(name, taken={*(page.id for page in self._pages), *open_pages}, of="page")

    def _condition(self, row: Row) -> Condition | None:
        """Read the condition of one row; None where it has none, or none that can be said."""
        expression = row.get("relevant")
        if not expression:
            return None
        try:
            return condition(expression, self._asked)
        except InexpressibleError as error:
            why = f"{error}; it is shown to everyone"
            self.questions.lose(row, f"relevant {expression}", why)
            return None

    def _whole_condition(self, row: Row) -> Condition | None:
        """Give the condition of a question together with those of the groups around it."""
        around = (group.condition for group in reversed(self._groups))
        whole: Condition | None = None
        for other in (self._condition(row), *around):
            whole = self._both(row, whole, other)
        return whole

    def _both(self, row: Row, inner: Condition | None, outer: Condition | None) -> Condition | None:
        if inner is None or outer is None or inner == outer:
            return inner or outer
        asked = {each.question.id: each.question for each in self._asked.values()}
        if asked[inner.question].show_if == outer:  # who does not see that one cannot answer it
            return inner
        if inner.question == outer.question and asked[inner.question].kind != "multiple":
            both = tuple(value for value in inner.values if value in outer.values)
            if both:
                return Condition(question=inner.question, values=both)
        why = "a question has one condition: that of the group around it is not taken"
        self.questions.lose(row, f"relevant {row.get('relevant')}".strip(), why)
        return inner


def _joined(texts: records.Texts, more: records.Texts) -> records.Texts:
    return {
        language: f"{texts.get(language, '')} {text}".strip() for language, text in more.items()
    }
