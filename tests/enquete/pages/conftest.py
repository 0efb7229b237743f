import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from enquete.app import create_app
from enquete.codes import CodeKeys, draw_code
from enquete.settings import Settings
from enquete.store import Invitee, Store, open_store
from enquete.store.driver import connect
from forms.definition import builtin, parse
from tests.conftest import AREAS, CODES, dwellings, population, wave
from tests.enquete.pages.published import TABLE, report
from tests.enquete.pages.visitor import Page, Visitor

EVERY_KIND = Path(__file__).parents[2] / "forms" / "every_kind.toml"

ANSWERS = {
    "rapportcijfer": "8",
    "veiligheid": "unknown",
    "kennen": "oneens",
    "beheerder_bekend": "ja",
    "beheerder_bereikbaar": "soms",
    "opmerking": "Fijne buurt.\r\nVeel <groen> & 🌳",
}


@dataclass
class Site:
    """A service whose wave 2022 is open, with codes to use; the second is of an English reader."""

    app: Flask
    store: Store
    keys: CodeKeys
    codes: list[str]
    day: list[date] = field(default_factory=lambda: [date(2022, 10, 5)])
    seconds: list[float] = field(default_factory=lambda: [1_665_000_000.0])

    def wait(self, minutes: float) -> None:
        """Let some minutes go by."""
        self.seconds[0] += 60 * minutes

    def visitor(self, **options: str) -> Visitor:
        return Visitor(self.app, **options)

    def at_review(self, code: str) -> tuple[Visitor, Page]:
        """Give a visitor who has answered all questions, and the review in front of him."""
        visitor = self.visitor()
        return visitor, visitor.answer(visitor.enter(code), ANSWERS)

    def dump(self) -> list[str]:
        """Give all that the SQLite file holds, as text."""
        url = self.app.extensions["enquete"].settings.database
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return list(connection.iterdump())

    def responses(self) -> list[dict[str, Any]]:
        """Give what is stored of the answers that were sent."""
        driver = connect(self.app.extensions["enquete"].settings.database)
        try:
            return driver.rows("SELECT * FROM response ORDER BY id")
        finally:
            driver.close()

    def status(self, code: str) -> str:
        invitee = self.store.invitee(self.keys.code_hash(code))
        assert invitee is not None
        return invitee.status


def make_site(settings: Settings, keys: CodeKeys, text: str) -> Iterator[Site]:
    store = open_store(settings.database)
    store.migrate()
    store.replace_areas(AREAS, CODES)
    frame = dwellings(40)
    store.replace_frame(frame)
    store.add_wave(wave(questionnaire=text, questionnaire_hash=parse(text).hash))
    random = Random(2022)
    codes = [draw_code(random) for _ in frame]
    invitees = [
        Invitee(
            code_hash=keys.code_hash(code),
            wave="2022",
            dwelling=dwelling.id,
            area=dwelling.area,
            stratum=f"{dwelling.area}/flat",
            cluster=f"complex {i}",
            language="en" if i == 1 else "nl",
        )
        for i, (code, dwelling) in enumerate(zip(codes, frame, strict=True))
    ]
    store.invite("2022", invitees, population())
    site = Site(app=Flask(__name__), store=store, keys=keys, codes=codes)
    site.app = create_app(settings, today=lambda: site.day[0], now=lambda: site.seconds[0])
    yield site
    site.app.extensions["enquete"].store.close()
    store.close()


@pytest.fixture
def site(settings: Settings, keys: CodeKeys) -> Iterator[Site]:
    """A service on SQLite."""
    yield from make_site(settings, keys, builtin("buurt").text)


@pytest.fixture
def any_site(settings: Settings, keys: CodeKeys, database_url: str) -> Iterator[Site]:
    """A service on either database."""
    yield from make_site(replace(settings, database=database_url), keys, builtin("buurt").text)


@pytest.fixture
def every_kind_site(settings: Settings, keys: CodeKeys) -> Iterator[Site]:
    """A service with a question of each kind."""
    yield from make_site(settings, keys, EVERY_KIND.read_text(encoding="utf-8"))


@pytest.fixture
def reports(sqlite_store: Store) -> Store:
    """A store with waves and no report; the app of `client` opens the same file."""
    for slug in ("2020", "2021", "2022"):
        sqlite_store.add_wave(wave(slug))
    return sqlite_store


@pytest.fixture
def client(settings: Settings, reports: Store) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.fixture
def stored(reports: Store) -> Store:
    reports.add_report(report(TABLE, "2023-02-01T12:00:00Z"))
    return reports
