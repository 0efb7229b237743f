"""HTML that looks the same to many residents, drawn once.

Remembered is how a question looks with a listed answer or none, and what stands around the
questions of a page; nothing of who gave an answer, though somebody did where one is remembered. A
text or number in the resident's own words is drawn each time.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

from flask import render_template, request
from markupsafe import Markup, escape

from enquete import translate
from enquete.pages.entry import questions_form
from enquete.pages.inputs import Button
from enquete.service import service
from forms.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from enquete.pages.visit import Visit
    from forms.definition import Page, Question
    from forms.fields import AskedField

MOST: Final = 4096
"""Looks that are remembered, of some 2 kB each: those of a dozen questions of eleven answers in six
languages are 800; pages and combinations of ticks come on top."""
_HOLE: Final = re.compile("\0(.*?)\0")
"""A place to fill in: no text of ours or of a questionnaire has the character."""
_Drawn = TypeVar("_Drawn")


def draw(field: AskedField, *, alone: bool) -> Markup:
    """Draw a question with what was filled in; `alone` is whether it is the heading of its page."""
    template = f"respond/field-{field.shape}.html"
    html = render_template(template, field=field, alone=alone, button=Button)
    return Markup(html)  # noqa: S704 - a template's


def draw_kept(visit: Visit, page: Page, language: str, *, alone: bool) -> Markup:
    """Draw the questions of a page with the answers that are kept."""
    answers = visit.draft.answers

    @cache
    def fields() -> dict[str, AskedField]:
        form = questions_form(page, language, answers=answers, seed=visit.mark)
        return {field.question.id: field for field in form.questions()}

    def drawn(question: Question) -> Markup:
        answer = answers.get(question.id)
        if question.shuffle or not (answer is None or KINDS[question.kind].values(question)):
            return draw(fields()[question.id], alone=alone)
        asked = (visit.questionnaire.hash, question.id, language, translate.language(), alone)
        # With the type of the answer: to Python True is 1.
        look = (*asked, type(answer), tuple(answer) if isinstance(answer, list) else answer)
        return _once(look, lambda: draw(fields()[question.id], alone=alone))

    return Markup("\n").join(map(drawn, page.questions))


def draw_around(template: str, inside: Mapping[str, str], **values: Hashable) -> str:
    """Draw a page around what differs from resident to resident.

    Parameters
    ----------
    inside
        What the template shows as it is, and asks nothing about.
    values
        All else that it is given.
    """
    language, offered = translate.language(), tuple(translate.offered())
    # Addresses in the page begin with the root that a web server in front gave
    pieces = _once(
        (template, request.script_root, language, offered, *inside, *values.items()),
        lambda: _pieces(template, inside, values),
    )
    filled = [escape(inside[piece]) if is_hole else piece for is_hole, piece in pieces]
    return "".join(filled)


def _pieces(
    template: str, inside: Mapping[str, str], values: Mapping[str, Hashable]
) -> list[tuple[bool, str]]:
    holes = {name: Markup(f"\0{name}\0") for name in inside}  # noqa: S704 - names of ours
    page = render_template(template, **holes, **values)
    return [(place % 2 == 1, piece) for place, piece in enumerate(_HOLE.split(page))]


def _once(look: Hashable, draw: Callable[[], _Drawn]) -> _Drawn:
    looks = service().drawn
    drawn: _Drawn | None = looks.get(look)
    if drawn is None:
        drawn = draw()
        if len(looks) >= MOST:
            looks.clear()
        looks[look] = drawn
    return drawn  # not looked up again: another thread may have emptied it
