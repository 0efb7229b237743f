"""The form of one page, made from its questions."""

from __future__ import annotations

import gettext
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from wtforms.csrf.session import SessionCSRF
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta
from wtforms.validators import ValidationError

from forms.fields import AskedField, ListedField
from forms.kinds import KINDS
from forms.shuffling import shown_codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping

    from wtforms.csrf.core import CSRFTokenField

    from forms.kinds import Translations
    from forms.records import Answer, Page

TOKEN: Final = "csrf_token"  # noqa: S105 - the name of a field, not a secret
AGAIN: Final = "nog-een-keer"
"""Name of the inputs that say which questions were asked once more; no question's id has a "-"."""
TOKEN_LIFE: Final = timedelta(hours=12)
"""Long enough to put the telephone away and go on after dinner."""


class SafeSessionCSRF(SessionCSRF):
    """WTForms' token in the session, that also refuses what cannot be encoded."""

    def validate_csrf_token(self, form: BaseForm, field: CSRFTokenField) -> None:
        """Refuse a token that is not this session's, or too old."""
        try:
            super().validate_csrf_token(form, field)
        except UnicodeEncodeError:
            raise ValidationError("the token is not text") from None


class PageForm(BaseForm):
    """The form of a page: a field per question, by question id, and the token.

    WTForms' `Form` sets its fields as attributes, where a question called "data" or "validate"
    would break it; `BaseForm` only keeps them by name.
    """

    _again: frozenset[str] = frozenset()

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        """Take what was sent, and which questions it was asked once more."""
        super().process(formdata, *args, **kwargs)
        self._again = frozenset(formdata.getlist(AGAIN) if formdata else ())

    def questions(self) -> Iterator[AskedField]:
        """Iterate over the fields that ask a question, in order."""
        return (field for field in self if isinstance(field, AskedField))

    def unanswered(self) -> tuple[AskedField, ...]:
        """Give the soft-required questions without an answer that were not asked about yet.

        Of a valid form: when there are some, the page is shown once more with a notice and one
        hidden input `AGAIN` with the id of each; sent like that, the form passes.
        """
        return tuple(
            field
            for field in self.questions()
            if field.question.soft and field.is_empty and field.question.id not in self._again
        )


class _Meta(DefaultMeta):
    """The WTForms settings of all our forms: session token and translations."""

    csrf = True
    csrf_class = SafeSessionCSRF
    csrf_field_name = TOKEN
    csrf_time_limit = TOKEN_LIFE

    def __init__(
        self, secret: bytes, context: MutableMapping[str, Any], translations: Translations | None
    ) -> None:
        self.csrf_secret, self.csrf_context = secret, context
        self._translations = translations or gettext.NullTranslations()

    def get_translations(self, form: BaseForm) -> Translations:
        """Give what translates the messages."""
        return self._translations


def form_meta(
    *,
    csrf_secret: bytes,
    csrf_context: MutableMapping[str, Any],
    translations: Translations | None = None,
) -> DefaultMeta:
    """Give the WTForms settings of all our forms: session token and translations."""
    return _Meta(csrf_secret, csrf_context, translations)


def page_form(
    page: Page,
    language: str,
    *,
    data: Mapping[str, Answer] | None = None,
    formdata: Any = None,
    csrf_secret: bytes,
    csrf_context: MutableMapping[str, Any],
    translations: Translations | None = None,
    seed: str = "",
    typed_in: tuple[str, ...] = (),
) -> PageForm:
    """Make the form of a page.

    Parameters
    ----------
    page
        The page with the questions to ask, as `forms.route.path` gives it.
    language
        Which of the questionnaire's languages to ask in.
    data
        Answers so far, by question id.
    formdata
        What was sent: a multi-dictionary with `getlist`; None when nothing was sent.
    csrf_secret, csrf_context
        The installation's secret and the visitor's session.
    translations
        Translates the messages, which are Dutch; None leaves them Dutch.
    seed
        Orders the options that are shuffled, see `forms.shuffling.shown_codes`.
    typed_in
        The languages in which numbers may have been typed, where it is not just `language`.

    Returns
    -------
    PageForm
        With its data filled in; call `validate` on it when `formdata` was given.
    """
    fields = {
        question.id: KINDS[question.kind].field(question, language) for question in page.questions
    }
    meta = form_meta(csrf_secret=csrf_secret, csrf_context=csrf_context, translations=translations)
    form = PageForm(fields, meta=meta)
    for field in form.questions():
        field.typed_in = typed_in or (language,)
    form.process(formdata, data=data)
    for field in form.questions():
        if isinstance(field, ListedField) and field.question.shuffle:
            field.arrange(shown_codes(field.question, seed))
    return form


def answers_of(page: Page, form: PageForm) -> dict[str, Answer]:
    """Give the answers of a validated form; a question without one, or with an error, is absent."""
    given = {field.question.id: field.answer() for field in form.questions() if not field.errors}
    return {
        question.id: answer
        for question in page.questions
        if (answer := given.get(question.id)) is not None
    }
