"""The small forms around the questionnaire: the code of the letter, and sending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from flask import current_app, request, session
from wtforms.fields import StringField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from enquete import translate
from enquete.codes import CodeError, read_code, show_code
from forms.build import TOKEN, PageForm, form_meta, page_form
from forms.fields import is_storable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wtforms.csrf.core import CSRFTokenField

    from forms.definition import Answer, Page

_SHOWN: Final = 40
"""Characters of a wrong code that come back in the field; a good one with spaces has 15."""


class CodeField(StringField):
    """A code as people type it; `data` is the code when it is a good one."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the code."""
        typed = str(valuelist[0]) if valuelist else ""
        try:
            self.data = read_code(typed)
        except CodeError:
            self.data = tidy_code(typed)
            raise ValidationError(self._message()) from None

    def _message(self) -> str:
        if not self.data:
            return self.gettext("Vul uw code in. De code staat in onze brief.")
        return self.gettext(
            "Deze code klopt niet. Vergelijk elke letter en elk cijfer met de brief."
        )


def tidy_code(text: str) -> str:
    """Write a code as in the letter when it is one, else as typed and not too long."""
    try:
        return show_code(read_code(text))
    except CodeError:
        return "".join(c for c in text.strip()[:_SHOWN] if is_storable(c))


def code_form(formdata: Any = None, *, code: str = "") -> BaseForm:
    """Make the form of the start page."""
    form = BaseForm({"code": UnboundField(CodeField, id="code")}, meta=form_meta(**_visitor()))
    form.process(formdata, data={"code": code})
    return form


def send_form(formdata: Any = None) -> BaseForm:
    """Make the form under the review: nothing but the token."""
    form = BaseForm({}, meta=form_meta(**_visitor()))
    form.process(formdata)
    return form


def questions_form(
    page: Page,
    language: str,
    *,
    answers: Mapping[str, Answer],
    formdata: Any = None,
    seed: str,
    typed_in: tuple[str, ...] = (),
) -> PageForm:
    """Make the form of a page of the questionnaire: see `forms.build.page_form`."""
    return page_form(
        page,
        language,
        data=answers,
        formdata=formdata,
        seed=seed,
        typed_in=typed_in,
        **_visitor(),
    )


def has_no_cookie() -> bool:
    """Whether the browser sent a form without the cookie that came with its page."""
    return current_app.config["SESSION_COOKIE_NAME"] not in request.cookies


def token_of(form: BaseForm) -> str:
    """Give the token that a page with this form sends along."""
    return str(cast("CSRFTokenField", form[TOKEN]).current_token)


def is_stale(form: BaseForm) -> bool:
    """Whether the form came too late, or from elsewhere; what was typed in it is still there."""
    return bool(form[TOKEN].errors)


def is_blank(form: PageForm) -> bool:
    """Whether nothing was chosen, ticked or typed in the form that was sent."""
    return not any(any(field.raw_data or ()) for field in form.questions())


def _visitor() -> dict[str, Any]:
    """Give what forms need of the visitor: where the token is, and the language of messages."""
    return {
        "csrf_secret": _secret(),
        "csrf_context": session,
        "translations": translate.catalogue(translate.language()),
    }


def _secret() -> bytes:
    secret = current_app.secret_key
    return secret if isinstance(secret, bytes) else str(secret).encode()
