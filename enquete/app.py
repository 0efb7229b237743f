"""The one place that joins the parts of the web service."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import Flask

from enquete import error_pages, translate
from enquete.codes import CodeKeys
from enquete.errors import StoreUnavailableError
from enquete.pages import figures, headers, health, respond
from enquete.service import Service
from enquete.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from enquete.settings import Settings


def create_app(settings: Settings, *, today: Callable[[], date] | None = None) -> Flask:
    """Make the web service of one installation.

    Parameters
    ----------
    today
        The clock: gives the day in the Netherlands by default.

    Raises
    ------
    StoreUnavailableError
        If the database cannot be used or is not of this program's version.
    """
    store = open_store(settings.database)
    if not store.is_current():
        raise StoreUnavailableError(
            f"the database is of version {store.version()}: run `enquete migrate` first"
        )
    store.close()
    keys = CodeKeys(settings.secret.encode())
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=sha256(b"enquete session" + settings.secret.encode()).digest(),
        SESSION_COOKIE_NAME="enquete",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        MAX_CONTENT_LENGTH=256 * 1024,
    )
    app.extensions["enquete"] = Service(settings, store, keys, today or _today)
    for part in (translate, headers, error_pages):
        part.init_app(app)
    for blueprint in (respond.blueprint, figures.blueprint, health.blueprint):
        app.register_blueprint(blueprint)
    return app


def _today() -> date:
    return datetime.now(ZoneInfo("Europe/Amsterdam")).date()
