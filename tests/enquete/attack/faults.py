"""Faults that each make a join possible, and the technique that must find it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from enquete.pages import keeping
from enquete.store.sqlite import SqliteDriver
from tests.enquete.attack.residents import SENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest import MonkeyPatch  # noqa: PT013 - a name in annotations

    from enquete.pages.visit import Visit
    from enquete.store import Response


def _nothing(_patch: MonkeyPatch, _log: list[str]) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault in the program or the database.

    Attributes
    ----------
    finds
        The techniques that must find it, and how many answers each must join at the least.
    plant
        Changes the program before the database is made; it may write to the server's log.
    sql
        Changes the schema, by kind of database.
    reshuffles
        Whether the attacker comes after a reshuffle.
    after
        How many have sent their answers when the attacker comes.
    """

    finds: Mapping[str, int]
    plant: Callable[[MonkeyPatch, list[str]], None] = _nothing
    sql: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reshuffles: bool = True
    after: int = SENT


def _rowid(patch: MonkeyPatch, _log: list[str]) -> None:
    patch.setattr(SqliteDriver, "keyed_order", "")


def _full_log(patch: MonkeyPatch, _log: list[str]) -> None:
    patch.setattr(SqliteDriver, "forget", lambda _self: None)


def _drafts_left(patch: MonkeyPatch, _log: list[str]) -> None:
    patch.setattr("enquete.codes._SEALED_BLOCK", 1)
    patch.setattr("enquete.store.queries.TAKE_DRAFT", "SELECT sealed FROM draft WHERE key = :key")


def kept_deleted(patch: MonkeyPatch, _log: list[str]) -> None:
    """Let SQLite leave what is deleted where it is."""
    opened = SqliteDriver._database  # noqa: SLF001 - the fault lies in it

    def without(self: SqliteDriver) -> Any:
        database = opened(self)
        database.execute("PRAGMA secure_delete = OFF")
        return database

    patch.setattr(SqliteDriver, "_database", without)


def _changed_response(patch: MonkeyPatch, change: Callable[[Visit, Response], Response]) -> None:
    made = keeping._response  # noqa: SLF001 - the fault lies in it
    patch.setattr(keeping, "_response", lambda v, *a, **options: change(v, made(v, *a, **options)))


def _answers_logged(patch: MonkeyPatch, log: list[str]) -> None:
    def logged(_visit: Visit, response: Response) -> Response:
        log.append(f"{datetime.now(UTC).isoformat()} stored {response.answers}")
        return response

    _changed_response(patch, logged)


def _id_of_the_code(patch: MonkeyPatch, _log: list[str]) -> None:
    from dataclasses import replace

    def derived(visitor: Visit, response: Response) -> Response:
        return replace(response, id=hashlib.sha256(visitor.code.encode()).hexdigest()[:32])

    _changed_response(patch, derived)


TIME_STAMP: Final = {
    "sqlite": (
        "ALTER TABLE response ADD COLUMN made TEXT",
        "ALTER TABLE invitee ADD COLUMN used TEXT",
        "CREATE TRIGGER stamp AFTER INSERT ON response BEGIN UPDATE response "
        "SET made = strftime('%Y-%m-%dT%H:%M:%f', 'now') WHERE id = new.id; END",
        "CREATE TRIGGER mark AFTER UPDATE OF status ON invitee BEGIN UPDATE invitee "
        "SET used = strftime('%Y-%m-%dT%H:%M:%f', 'now') WHERE code_hash = new.code_hash; END",
    ),
    "postgres": (
        "ALTER TABLE response ADD COLUMN made TIMESTAMPTZ DEFAULT now()",
        "ALTER TABLE invitee ADD COLUMN used TIMESTAMPTZ",
        "CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN new.used = now(); RETURN new; END $$",
        "CREATE TRIGGER mark BEFORE UPDATE ON invitee FOR EACH ROW EXECUTE FUNCTION mark()",
    ),
}

MOST = int(0.9 * SENT)
FAULTS: Final = {
    ("a time stamp", "sqlite"): Fault(finds={"column": MOST, "time": SENT // 4}, sql=TIME_STAMP),
    ("a time stamp", "postgres"): Fault(
        finds={"column": MOST, "equal values": MOST}, sql=TIME_STAMP
    ),
    ("a rowid", "sqlite"): Fault(finds={"column": MOST, "row order": MOST}, plant=_rowid),
    ("a rowid", "postgres"): Fault(
        finds={"column": MOST},
        sql={"postgres": ("ALTER TABLE response ADD COLUMN number BIGSERIAL",)},
    ),
    # Within a page of its file SQLite fills in the order of arrival, until the page is split: then
    # only pieces of the order are left, and 50 answers are about what one page of an index holds.
    ("a skipped reshuffle", "sqlite"): Fault(
        finds={"place in a file": 50}, reshuffles=False, after=50
    ),
    ("a skipped reshuffle", "postgres"): Fault(
        finds={"shared xmin": SENT, "xmin order": SENT, "ctid": SENT // 2}, reshuffles=False
    ),
    ("drafts left behind", "sqlite"): Fault(
        finds={"size": SENT // 3, "opened draft": MOST}, plant=_drafts_left
    ),
    ("drafts left behind", "postgres"): Fault(
        finds={"size": SENT // 3, "opened draft": MOST}, plant=_drafts_left
    ),
    ("answers in the log", "sqlite"): Fault(
        finds={"place in a file": MOST, "time": MOST}, plant=_answers_logged
    ),
    ("answers in the log", "postgres"): Fault(
        finds={"place in a file": MOST, "time": MOST}, plant=_answers_logged
    ),
    ("an id made of the code", "sqlite"): Fault(finds={"id or hash": SENT}, plant=_id_of_the_code),
    ("an id made of the code", "postgres"): Fault(
        finds={"id or hash": SENT}, plant=_id_of_the_code
    ),
    # The log holds what was written last, a thousand pages, so not all answers.
    ("a log that is not emptied", "sqlite"): Fault(
        finds={"log frames": 25}, plant=_full_log, reshuffles=False
    ),
}
