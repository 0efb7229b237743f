"""A questionnaire goes into a spreadsheet, and into TOML, and comes back as it was."""

from dataclasses import replace

from hypothesis import given, settings

from forms.definition import Questionnaire, builtin, parse
from forms.toml_writing import write_toml
from forms.xlsform import read_xlsform
from forms.xlsform_write import write_xlsform
from tests.forms.questionnaires import questionnaires


def bare(questionnaire: Questionnaire) -> Questionnaire:
    """All but the text in which it was written."""
    return replace(questionnaire, text="", hash="")


@settings(deadline=None)
@given(questionnaire=questionnaires())
def test_what_is_written_as_toml_is_read_the_same(questionnaire: Questionnaire) -> None:
    assert bare(parse(write_toml(questionnaire))) == bare(questionnaire)


@settings(deadline=None, max_examples=40)
@given(questionnaire=questionnaires())
def test_what_is_exported_is_imported_without_loss(questionnaire: Questionnaire) -> None:
    read = read_xlsform(write_xlsform(questionnaire))
    # A text may look like markup, of which the author is told
    assert [loss for loss in read.losses if loss.what not in {"label", "hint"}] == []
    assert bare(parse(read.text)) == bare(questionnaire)


def test_the_questionnaire_that_comes_with_us_makes_the_trip() -> None:
    questionnaire = builtin("buurt")
    read = read_xlsform(write_xlsform(questionnaire))
    assert read.losses == ()
    assert bare(parse(read.text)) == bare(questionnaire)


def test_the_same_questionnaire_gives_the_same_bytes() -> None:
    assert write_xlsform(builtin("buurt")) == write_xlsform(builtin("buurt"))
