"""What a visitor sees when something is not there or goes wrong: one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import current_app, render_template
from werkzeug.exceptions import HTTPException, InternalServerError

from enquete.errors import NotFoundError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

PAGES: Final[dict[type[Exception] | int, tuple[int, str]]] = {
    NotFoundError: (404, "errors/not_found.html"),
    404: (404, "errors/not_found.html"),
    405: (405, "errors/not_found.html"),
    413: (413, "errors/too_large.html"),
    StoreError: (503, "errors/busy.html"),
    InternalServerError: (500, "errors/failed.html"),
}
"""Error or status → (status, template); any other status gets the page of 500."""


def init_app(app: Flask) -> None:
    """Give the app a page for every error; details go to the log only."""
    for error, (status, template) in PAGES.items():
        app.register_error_handler(error, _handler(status, template))
    app.register_error_handler(HTTPException, _other)


def _handler(status: int, template: str) -> Callable[[Exception], tuple[str, int]]:
    def handle(error: Exception) -> tuple[str, int]:
        if status == 503:
            current_app.logger.error("store: %s", error)
        return render_template(template), status

    return handle


def _other(error: HTTPException) -> tuple[str, int]:
    return render_template("errors/failed.html"), error.code or 500
