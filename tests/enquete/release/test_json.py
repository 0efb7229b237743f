from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from analysis.rating_table import Status, Verdict
from enquete.release.formats.json import write
from enquete.release.formats.tidy import COLUMNS


def test_meta_says_what_the_rows_cannot(published):
    meta = json.loads(write(published))["meta"]
    assert list(meta) == [
        *("title", "wave", "compare", "computed", "confidence", "invented"),
        *("notes", "reconciliation", "legend"),
    ]
    assert meta["title"] == "Rapportcijfer voor de buurt per gemeente, 2022"
    assert (meta["wave"], meta["compare"], meta["confidence"]) == ("2022", "2021", 0.95)
    assert meta["invented"] is False
    assert meta["notes"] == list(published.notes)
    assert meta["reconciliation"] == {
        "plain_mean": 7.7,
        "answers_weighted": 7.5,
        "population_weighted": 7.4,
    }


def test_every_status_and_verdict_is_explained(published):
    legend = json.loads(write(published))["meta"]["legend"]
    assert set(legend["status"]) == {str(status) for status in Status}
    assert set(legend["verdict"]) == {str(verdict) for verdict in Verdict}
    assert all(text.endswith(".") for words in legend.values() for text in words.values())


def test_rows_are_tidy(published):
    rows = json.loads(write(published), parse_float=Decimal)["rows"]
    assert all(tuple(row) == COLUMNS for row in rows)
    assert [row["value"] for row in rows] == [
        published.headline.value,
        *(row.value for row in published.rows),
    ]
    assert [row["n"] for row in rows] == [5959, *(row.n for row in published.rows)]
    assert rows[0]["area"] == "total"
    assert rows[0]["code"] is None


def test_numbers_have_exactly_their_decimals(published):
    texts: list[str] = []
    json.loads(write(published), parse_float=lambda text: texts.append(text) or text)
    assert "8.0" in texts
    assert "0.3333" in texts
    marks = [text for text in texts if text not in {"0.95", "0.3333", "0.6667", "1.5E-9"}]
    assert all(len(text.partition(".")[2]) == 1 for text in marks), marks
    two = replace(published.headline, value=Decimal("8.00"))
    assert b'"value": 8.00,' in write(replace(published, headline=two))


def test_hidden_figures_are_null(mixed):
    row = json.loads(write(mixed))["rows"][-1]
    assert row["name"] == "Wijdemeren"
    assert [row[name] for name in ("value", "lower", "upper", "n", "change", "p")] == [None] * 6


def test_text_is_kept_as_it_is(hostile):
    names = [row["name"] for row in json.loads(write(hostile))["rows"][1:]]
    assert names[0] == "=1+1"
    assert names[7] == "<script>alert(1)</script>"


def test_what_json_has_no_number_for_is_refused(published):
    headline = replace(published.headline, value=Decimal("NaN"))
    with pytest.raises(TypeError, match="Decimal"):
        write(replace(published, headline=headline))
