"""The one place that joins the parts of the web service."""

from __future__ import annotations

import time
import traceback
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from werkzeug.middleware.proxy_fix import ProxyFix

from enquete import assets, clock, error_pages, translate
from enquete.pages import figures, headers, health, layout, respond
from enquete.service import Service
from enquete.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from itsdangerous import URLSafeTimedSerializer

    from enquete.settings import Settings


class _App(Flask):
    def log_exception(self, exc_info: Any) -> None:
        """Log where it failed and not with what: addresses hold codes, messages answers."""
        self.logger.error("failed in %s\n%s", request.endpoint, "\n".join(_frames(exc_info[1])))


class _Sessions(SecureCookieSessionInterface):
    """Flask's sessions, whose signer is made once instead of twice in each request."""

    _signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        self._signer = self._signer or super().get_signing_serializer(app)
        return self._signer


def create_app(
    settings: Settings,
    *,
    today: Callable[[], date] = clock.today,
    now: Callable[[], float] = time.time,
) -> Flask:
    """Make the web service of one installation.

    Parameters
    ----------
    today, now
        The clocks: give the day, by default in the Netherlands, and the seconds since 1970.

    Raises
    ------
    StoreUnavailableError
        If the database cannot be used, is not of this program's version or of another secret.
    SettingsError
        If the theme of the instance is refused.
    """
    store = open_store(settings.database)
    try:
        store.require_current()
        keys = store.keys(settings.secret.encode())
    finally:
        store.close()  # each process that serves opens its own connections
    app = _App(__name__, static_folder=None)  # `assets` serves them
    app.config.update(
        SECRET_KEY=sha256(b"enquete session" + settings.secret.encode()).digest(),
        SESSION_COOKIE_NAME="enquete",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        MAX_CONTENT_LENGTH=256 * 1024,
    )
    app.session_interface = _Sessions()
    if settings.proxies:
        proxied: Any = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)
        app.wsgi_app = proxied  # type: ignore[method-assign]  # as Flask documents it
    app.extensions["enquete"] = Service(settings, store, keys, today, now)
    for part in (translate, headers, error_pages):
        part.init_app(app)
    assets.init_app(app, settings.instance)
    for part in (layout, respond, figures, health):
        app.register_blueprint(part.blueprint)
    return app


def _frames(error: BaseException | None) -> Iterator[str]:
    """Give the type and the stack of an error and of those that led to it, without their words."""
    while error is not None:
        yield "".join([*traceback.format_tb(error.__traceback__), type(error).__name__])
        error = error.__cause__ or error.__context__
