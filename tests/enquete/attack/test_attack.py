"""The survey is anonymous: who has everything cannot join an answer to a code.

300 residents answer, and the attacker has both databases' files, a backup, all logs, the secret,
every letter, and the order in which answers were sent. What he cannot have is said in
docs/privacy.md, and `test_remaining` shows that it is so. That he looks well is shown by faults
which are planted, and which he finds.
"""

import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from functools import partial

import pytest

from tests.conftest import SECRET
from tests.enquete.attack.doors import all_at_the_review, behind_the_pages, online
from tests.enquete.attack.faults import FAULTS, kept_deleted
from tests.enquete.attack.residents import SENT
from tests.enquete.attack.town import Town
from tests.enquete.serving import serving


@pytest.fixture
def town(settings, database_url):
    with closing(Town(replace(settings, database=database_url))) as town:
        yield town


def test_nothing_joins_an_answer_to_a_code(town, tmp_path):
    instance, log, backup = tmp_path / "instance", tmp_path / "log", tmp_path / "backup.db"
    outside = {"ENQUETE_DATABASE": town.url, "ENQUETE_SECRET": SECRET}
    printed = []

    def enquete(*words):
        command = [sys.executable, "-m", "enquete", *words, "--instance", str(instance)]
        done = subprocess.run(
            command, check=True, capture_output=True, env=os.environ | outside, timeout=60
        )
        printed.append(done.stdout + done.stderr)

    with serving(instance, log, **outside) as server:
        # Once while residents are answering, as every night, and once after the last of them.
        night = {SENT // 2: lambda: enquete("reshuffle")}
        town.play(partial(online, server), threads=4, at=night)
        enquete("reshuffle")
        enquete("backup", str(backup))
        taken = town.plunder(backups=[backup])
        server.stop()
    logs = {"log": log.read_bytes() + b"".join(printed)}
    taken = replace(taken, files=taken.files | logs)
    assert len(taken.responses) == SENT
    assert len(taken.copies["database"]["draft"]) > 0
    assert town.attack(taken) == {}


@pytest.mark.parametrize(
    ("database_url", "fault"),
    [(database, fault) for (_, database), fault in FAULTS.items()],
    ids=[f"{database}: {name}" for name, database in FAULTS],
    indirect=["database_url"],
)
def test_the_join_is_found_when_there_is(fault, settings, database_url, monkeypatch, request):
    log, found = [], {}
    fault.plant(monkeypatch, log)

    def attack():
        if fault.reshuffles:
            town.store.reshuffle()
        taken = town.plunder(files={"log": "\n".join(log).encode()})
        found.update(town.attack(taken))

    with closing(Town(replace(settings, database=database_url))) as town:
        town.run(fault.sql.get(request.node.callspec.id.partition(":")[0], ()))
        with town.app() as app:
            town.play(partial(behind_the_pages, app), at={fault.after: attack})
    best = {name: verdicts[0].right for name, verdicts in found.items()}
    assert {name: best.get(name, 0) >= least for name, least in fault.finds.items()} == (
        dict.fromkeys(fault.finds, True)
    ), best


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "overwritten"])
def test_deleted_drafts_are_found_in_free_pages_only_where_they_are_kept(
    settings, monkeypatch, kept
):
    if kept:
        kept_deleted(monkeypatch, [])
    # Short answers: they leave room in the pages that drafts gave back.
    with closing(Town(settings, longest=100)) as town, town.app() as app:
        visit = all_at_the_review(app, len(town.residents))
        town.play(visit, together=len(town.residents))
        found = town.attack(town.plunder())
        joined = {verdict.name: verdict.right for verdict in found.get("opened draft", ())}
        assert (joined.get("enquete.db free pages", 0) > SENT // 10) == kept
        assert bool(joined) == kept
        town.store.reshuffle()
        assert town.attack(town.plunder()) == {}
