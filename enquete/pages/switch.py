"""Another language in the middle of a form: what was filled in comes along, saved or not.

Where a page has a form, its languages are buttons of that form and not links: a link would leave
behind what the resident filled in. The form goes to its own address, and this module takes it
there before its view does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

from enquete.pages import remembered
from enquete.pages.entry import tidy_code
from enquete.pages.pressed import keep, keep_out_of_reach, sent_form, visit_of_form
from enquete.pages.screens import sent_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def keep_typed() -> str | None:
    """Keep what the form holds, where its page can be opened again with it.

    Returns
    -------
    str or None
        The same page, where what was typed cannot be kept: too long, or a form too old. It stands
        in that page, with what is wrong in the new language.

    Raises
    ------
    ChangedError, RefusedError
        If the resident cannot go on, whatever the language.
    """
    keeper = _KEEPERS.get(request.endpoint or "")
    return keeper() if keeper else None


def _keep_code() -> None:
    if typed := tidy_code(request.form.get("code", "")):
        remembered.offer(typed)


def _keep_answers() -> str | None:
    visit = visit_of_form(late=True)
    if not remembered.is_expired():
        remembered.touch()
    page_id = (request.view_args or {})["page_id"]
    page = visit.reach(page_id)
    if page is None:
        keep_out_of_reach(visit, page_id)
        return None
    form = sent_form(visit, page)
    if keep(visit, page, form, lenient=True) is None:
        return sent_page(visit, page, form)
    return None


_KEEPERS: Final[Mapping[str, Callable[[], str | None]]] = {
    "respond.enter": _keep_code,
    "respond.answer": _keep_answers,
}
