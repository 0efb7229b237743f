"""What the store promises, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Barrier

import pytest

from enquete.errors import ConflictError, NotFoundError, StoreError, StoreUnavailableError
from enquete.store import Invitee, Outcome, ReportRow, Response, open_store
from tests.conftest import AREAS, CODES, dwellings, population, wave

TODAY = "2022-10-05"


def response(number=0, **changes):
    values = {"id": f"r{number}", "wave": "2022", "area": "laren", "stratum": "laren/flat"}
    values |= {"cluster": "", "mode": "web", "language": "nl", "day": TODAY}
    values |= {"questionnaire_hash": "", "answers": "{}", "rating": 7}
    return Response(**values | changes)


def invitee(number=0):
    return Invitee(
        code_hash=f"h{number}",
        wave="2022",
        dwelling=f"d{number}",
        area="laren",
        stratum="laren/flat",
    )


def submit(store, *, today=TODAY, respond=lambda _: response()):
    return store.submit(code_hash="h0", draft_key="k", today=today, respond=respond)


@pytest.fixture
def invited(store):
    store.replace_areas(AREAS, CODES)
    store.replace_frame(dwellings())
    store.add_wave(wave())
    store.invite("2022", [invitee(0), invitee(2)], population())
    return store


def test_records_come_back_as_they_went_in(invited):
    assert invited.areas() == AREAS
    assert invited.area_codes() == CODES
    assert invited.dwellings() == dwellings()
    assert invited.waves() == [wave()]
    assert invited.wave("2022") == wave()
    assert invited.population("2022") == population()
    assert invited.invitee("h0") == invitee(0)
    assert invited.invitee("nobody") is None


def test_an_unknown_wave_is_named_with_the_known_ones(invited):
    with pytest.raises(NotFoundError, match=r"no wave '2023'; waves: 2022"):
        invited.wave("2023")


def test_a_wave_is_added_and_invited_once(invited):
    with pytest.raises(ConflictError, match="exists already"):
        invited.add_wave(wave())
    with pytest.raises(ConflictError, match="invited or imported before"):
        invited.invite("2022", [invitee(5)], population())
    assert invited.invitee("h5") is None


def test_a_frame_with_a_fault_leaves_the_old_one(invited):
    with pytest.raises(ConflictError):
        invited.replace_frame([*dwellings(2), replace(dwellings(3)[2], area="nowhere")])
    assert invited.dwellings() == dwellings()


def test_an_area_with_dwellings_cannot_go(invited):
    with pytest.raises(ConflictError, match="area 'laren' cannot go"):
        invited.replace_areas(AREAS[1:], [])
    assert invited.areas() == AREAS
    assert invited.area_codes() == CODES


def test_a_draft_changes_under_the_lock(invited):
    assert invited.draft("k") is None
    assert invited.change_draft("k", "2022", lambda old: f"{old}+1") == "None+1"
    invited.change_draft("k", "2022", lambda old: f"{old}+2")
    assert invited.draft("k") == "None+1+2"


def test_drafts_saved_at_once_are_all_kept(invited):
    def save(number):
        invited.change_draft("k", "2022", lambda old: f"{old or ''}<{number}>")
        invited.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(save, range(20)))
    assert sorted(invited.draft("k").strip("<>").split("><"), key=int) == [
        str(number) for number in range(20)
    ]


def test_submitting_cuts_the_answers_loose(invited):
    invited.change_draft("k", "2022", lambda _: "sealed")
    drafts = []
    outcome = submit(invited, respond=lambda draft: drafts.append(draft) or response())
    assert drafts == ["sealed"]
    assert outcome is Outcome.STORED
    assert invited.draft("k") is None
    assert invited.invitee("h0").status == "answered"
    assert [(cell.area, cell.rating, cell.n) for cell in invited.cells("2022")] == [("laren", 7, 1)]


def test_twenty_at_once_store_one(invited):
    def send(number):
        outcome = submit(invited, respond=lambda _: response(number))
        invited.close()
        return outcome

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(send, range(20)))
    assert outcomes.count(Outcome.STORED) == 1
    assert outcomes.count(Outcome.ALREADY) == 19
    assert invited.count_responses("2022") == 1


@pytest.mark.parametrize("today", ["2022-09-30", "2022-11-01"])
def test_outside_its_dates_a_wave_takes_nothing(invited, today):
    outcome = submit(invited, today=today)
    assert outcome is Outcome.NOT_OPEN
    assert invited.invitee("h0").status == "invited"
    assert invited.count_responses("2022") == 0


def test_a_failed_submit_leaves_the_code_usable(invited):
    with pytest.raises(ConflictError):
        submit(invited, respond=lambda _: response(rating=11))
    assert invited.invitee("h0").status == "invited"


def test_cells_count_what_is_equal(invited):
    marks = [7, 7, 8, None]
    invited.add_answers("2022", [response(i, rating=mark) for i, mark in enumerate(marks)])
    assert {(cell.rating, cell.n) for cell in invited.cells("2022")} == {(7, 2), (8, 1), (None, 1)}


def test_imported_answers_bring_their_population(store):
    store.replace_areas(AREAS, [])
    store.add_wave(wave("2021"))
    store.add_answers("2021", [response(wave="2021")], population())
    assert store.population("2021") == population()
    with pytest.raises(ConflictError):
        store.add_answers("2021", [response(9, wave="2021")], population())
    with pytest.raises(ConflictError, match="has 1 answers already"):
        store.add_answers("2021", [response(9, wave="2021")], first=True)
    assert store.count_responses("2021") == 1


def test_the_newest_report_is_found(invited):
    def report(created, compare=""):
        return ReportRow(
            wave="2022", compare=compare, created=created, code_version="0", figures="{}"
        )

    with pytest.raises(NotFoundError, match="no report"):
        invited.report("2022")
    for row in (report("2022-11-02T10:00:00Z"), report("2022-11-01T10:00:00Z", "2021")):
        invited.add_report(row)
    assert invited.report("2022").created == "2022-11-02T10:00:00Z"
    assert invited.report("2022", "2021").created == "2022-11-01T10:00:00Z"
    assert [row.compare for row in invited.reports()] == ["", "2021"]


def test_a_copy_holds_everything_and_fills_only_an_empty_store(invited, tmp_path):
    invited.add_answers("2022", [response()])
    copy = open_store(f"sqlite:///{tmp_path / 'copy.db'}")
    copy.migrate()
    assert invited.copy_to(copy)["response"] == 1
    assert copy.dwellings() == invited.dwellings()
    assert copy.cells("2022") == invited.cells("2022")
    with pytest.raises(ConflictError, match="not empty"):
        invited.copy_to(copy)
    copy.copy_to(invited, replace=True)
    assert invited.count_responses("2022") == 1
    copy.close()


@pytest.mark.parametrize("drafts", [True, False])
def test_a_copy_has_the_drafts_only_where_they_are_wanted(invited, tmp_path, drafts):
    invited.change_draft("k", "2022", lambda _: "sealed")
    copy = open_store(f"sqlite:///{tmp_path / 'copy.db'}")
    copy.migrate()
    invited.copy_to(copy, drafts=drafts)
    assert copy.draft("k") == ("sealed" if drafts else None)
    assert invited.draft("k") == "sealed"
    copy.close()


def test_what_respond_raises_undoes_the_submit(invited):
    def refuse(_):
        raise LookupError

    invited.change_draft("k", "2022", lambda _: "sealed")
    with pytest.raises(LookupError):
        submit(invited, respond=refuse)
    assert invited.draft("k") == "sealed"
    assert invited.invitee("h0").status == "invited"


@pytest.mark.parametrize("kept", [None, "kept "], ids=["the first save", "a later save"])
def test_a_save_just_before_sending_is_sent(invited, kept):
    """A save and a send at once: the save is in the draft that is sent, or comes too late."""
    saved, sent, barrier = [], [], Barrier(2)
    if kept:
        invited.change_draft("k", "2022", lambda _: kept)

    def save():
        barrier.wait()

        def change(old):
            if invited.invitee("h0").status == "answered":
                raise LookupError
            return f"{old or ''}saved"

        with suppress(LookupError):
            invited.change_draft("k", "2022", change)
            saved.append("saved")
        invited.close()

    def send():
        barrier.wait()
        submit(invited, respond=lambda draft: sent.append(draft) or response())
        invited.close()

    with ThreadPoolExecutor(2) as pool:
        for job in [pool.submit(save), pool.submit(send)]:
            job.result()
    assert sent == [f"{kept or ''}saved" if saved else kept]
    assert invited.draft("k") is None


def test_reshuffling_keeps_every_answer(invited):
    answers = [response(i, answers=f'{{"i": {i}}}') for i in range(50)]
    invited.add_answers("2022", answers)
    before = invited.cells("2022")
    invited.reshuffle()
    assert invited.cells("2022") == before
    assert invited.count_responses("2022") == 50


def test_another_key_is_refused(invited):
    invited.require_key("one")
    invited.require_key("one", adopt=True)
    invited.require_key("one")
    with pytest.raises(StoreUnavailableError, match="not the one that this database's codes"):
        invited.require_key("another")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_connection_that_the_server_dropped_is_replaced(invited, database_url):
    import psycopg

    def drop():
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    drop()
    assert invited.waves() == [wave()]
    drop()
    invited.set_wave_dates("2022", opens="2022-10-02", closes="")
    assert invited.wave("2022").opens == "2022-10-02"

    def lose_a_transaction():
        with invited.writing():
            drop()
            invited.set_fact("key", "lost")

    with pytest.raises(StoreError):
        lose_a_transaction()
    assert invited.fact("key") is None
