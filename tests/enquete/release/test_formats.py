"""What holds for every format, also for one that is added later."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from analysis.rating_table import RatingTable, Reconciliation, Status
from enquete.release.formats import WRITERS, wording

EVERY_FORMAT = pytest.mark.parametrize("suffix", sorted(WRITERS))

HASHES = """
import hashlib, json, sys
from analysis.rating_table import RatingTable
from enquete.release.formats import WRITERS
table = RatingTable.from_json(json.load(sys.stdin))
json.dump({s: hashlib.sha256(w.write(table)).hexdigest() for s, w in WRITERS.items()}, sys.stdout)
"""


@pytest.mark.parametrize(("seed", "zone"), [("1", "UTC"), ("2", "Pacific/Auckland")])
def test_another_process_in_another_zone_writes_the_same_bytes(published, seed, zone):
    run = subprocess.run(
        [sys.executable, "-c", HASHES],
        input=json.dumps(published.to_json()),
        env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    here = {s: hashlib.sha256(w.write(published)).hexdigest() for s, w in WRITERS.items()}
    assert json.loads(run.stdout) == here


@EVERY_FORMAT
def test_another_figure_is_another_file(published, suffix):
    row = replace(published.rows[0], value=published.rows[1].value)
    other = replace(published, rows=(row, *published.rows[1:]))
    assert WRITERS[suffix].write(other) != WRITERS[suffix].write(published)


@EVERY_FORMAT
def test_a_suppressed_figure_is_in_no_format(mixed, telltales, written, suffix):
    text = written(mixed)[suffix]
    assert "Wijdemeren" in text
    assert str(Status.SUPPRESSED) in text
    assert [figure for figure in telltales if figure in text] == []


@EVERY_FORMAT
def test_a_mark_that_would_tell_answers_says_so_and_is_in_no_format(telling, written, suffix):
    text = written(telling)[suffix]
    assert str(Status.SUPPRESSED) in text
    assert "Niet getoond: het cijfer zou losse antwoorden verraden." in text
    assert [figure for figure in ("3.3", "3,3", "98765", "98.765") if figure in text] == []


def test_the_telltales_would_be_seen(mixed, telltales, written):
    """The test above can fail: the same figures of a shown row are in every format."""
    seen = replace(mixed, rows=(replace(mixed.rows[-1], status=Status.SHOWN),))
    assert all(any(figure in text for figure in telltales) for text in written(seen).values())


@EVERY_FORMAT
def test_the_published_figures_are_there(published, written, suffix):
    text = written(published)[suffix]
    for row in (published.headline, *published.rows):
        assert row.name in text
        point = str(row.value)
        assert (
            point in text
            or point.replace(".", ",") in text
            or f"<v>{float(row.value):g}</v>" in text
        )


@EVERY_FORMAT
def test_a_demonstration_says_so(published, written, suffix):
    says_so = {"csv": ",true\r\n", "json": '"invented": true'}.get(suffix, wording.INVENTED)
    assert says_so in written(replace(published, invented=True))[suffix]
    assert says_so not in written(published)[suffix]


@EVERY_FORMAT
def test_hostile_names_are_text(hostile, written, suffix):
    text = written(hostile)[suffix]
    assert "\0" not in text
    assert "\x0b" not in text
    if suffix not in {"csv", "json"}:
        assert "<script>" not in text


@EVERY_FORMAT
def test_a_table_without_figures_can_be_written(published, written, suffix):
    nothing = {"value": None, "lower": None, "upper": None, "n": 0, "change": None}
    empty = replace(
        published,
        compare=None,
        headline=replace(published.headline, status=Status.EMPTY, **nothing),
        rows=tuple(replace(row, status=Status.EMPTY, **nothing) for row in published.rows),
        reconciliation=Reconciliation(
            plain_mean=None, answers_weighted=None, population_weighted=None
        ),
        notes=(),
    )
    assert "geen antwoorden" in written(empty)[suffix]
    assert written(replace(empty, rows=()))[suffix]


@EVERY_FORMAT
def test_a_mark_without_margin_can_be_written(published, written, suffix):
    rows = [replace(published.headline, lower=None, upper=None, status=Status.INDICATIVE)]
    table = replace(published, headline=rows[0], rows=())
    text = written(table)[suffix]
    assert "7,4" in text or "7.4" in text
    assert "None" not in text


@EVERY_FORMAT
def test_a_stored_table_gives_the_same_file(published, suffix):
    stored = RatingTable.from_json(json.loads(json.dumps(published.to_json())))
    assert WRITERS[suffix].write(stored) == WRITERS[suffix].write(published)
