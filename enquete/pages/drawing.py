"""Questions as HTML. One whose answers are listed looks the same to many residents: drawn once.

Kept is how a question looks with an answer, and nothing of who gave it or whether anybody did; a
text or number in the resident's own words is drawn each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import render_template
from markupsafe import Markup

from enquete import translate
from enquete.pages.inputs import Button
from forms.fields import ListedField

if TYPE_CHECKING:
    from forms.fields import AskedField

MOST: Final = 4096
"""Looks that are kept: those of a dozen questions of eleven answers in six languages are 800."""
_looks: dict[tuple[object, ...], Markup] = {}


def draw(field: AskedField, *, questionnaire: str, alone: bool) -> Markup:
    """Draw a question.

    Parameters
    ----------
    questionnaire
        The hash of the questionnaire that it is of.
    alone
        Whether it is the only one of its page, and so its heading.
    """
    if field.errors or field.question.shuffle or not isinstance(field, ListedField):
        return _drawn(field, alone)
    answer = tuple(field.data) if isinstance(field.data, list) else field.data
    # With the type of the answer: to Python True is 1.
    asked = (questionnaire, field.question.id, field.language, translate.language(), alone)
    look = (*asked, type(answer), answer)
    drawn = _looks.get(look)
    if drawn is None:
        drawn = _drawn(field, alone)
        if len(_looks) >= MOST:
            _looks.clear()
        _looks[look] = drawn
    return drawn  # not looked up again: another thread may have emptied it


def _drawn(field: AskedField, alone: bool) -> Markup:
    template = f"respond/field-{field.shape}.html"
    html = render_template(template, field=field, alone=alone, button=Button)
    return Markup(html)  # noqa: S704 - a template's
