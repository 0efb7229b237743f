from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.rating_table import Change, Reconciliation, Status, Verdict
from enquete.release.formats.shown import shown


def test_a_table_without_secrets_passes_unchanged(published):
    assert shown(published) == published


def test_a_suppressed_row_keeps_its_name_and_its_reason(mixed):
    row = shown(replace(mixed, rows=(replace(mixed.rows[-1], note="minder dan 10"),))).rows[0]
    assert (row.name, row.code, row.note) == ("Wijdemeren", "GM1696", "minder dan 10")
    assert (row.value, row.lower, row.upper, row.n) == (None, None, None, None)
    assert row.change == Change(verdict=Verdict.TOO_FEW)


def test_that_nobody_answered_is_no_secret(published):
    row = replace(published.rows[0], status=Status.EMPTY, n=0)
    assert shown(replace(published, rows=(row,))).rows[0].n == 0


def test_a_change_on_too_few_answers_has_no_size(published):
    change = replace(published.rows[0].change, verdict=Verdict.TOO_FEW, note="29 in 2021")
    row = shown(replace(published, rows=(replace(published.rows[0], change=change),))).rows[0]
    assert row.value == published.rows[0].value
    assert row.change == Change(verdict=Verdict.TOO_FEW, note="29 in 2021")


def test_a_hidden_headline_hides_the_averages_beside_it(published):
    headline = replace(published.headline, status=Status.SUPPRESSED)
    assert shown(replace(published, headline=headline)).reconciliation == Reconciliation(
        plain_mean=None, answers_weighted=None, population_weighted=None
    )


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\r\n", "\x85", "\ud800", "\ufffe"])
def test_what_is_no_text_becomes_a_space(published, bad):
    row = replace(published.rows[0], name=f"Oost{bad}West")
    table = shown(replace(published, rows=(row,), notes=(f"a{bad}b",)))
    assert table.rows[0].name == "Oost West"
    assert table.notes == ("a b",)
