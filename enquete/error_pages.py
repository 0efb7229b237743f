"""What a visitor sees when something is not there or goes wrong: one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import current_app, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError

from enquete.errors import MaintenanceError, NotFoundError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    Answer = tuple[str, int, dict[str, str]]

PAGES: Final[dict[type[Exception] | int, tuple[int, str]]] = {
    NotFoundError: (404, "errors/not_found.html"),
    404: (404, "errors/not_found.html"),
    405: (405, "errors/not_found.html"),
    413: (413, "errors/too_large.html"),
    MaintenanceError: (503, "errors/maintenance.html"),
    StoreError: (503, "errors/busy.html"),
    InternalServerError: (500, "errors/failed.html"),
}
"""Error or status → (status, template); any other status gets the page of 500."""
RETRY_SECONDS: Final = 60
"""After how long a program may ask again when the service is not there for the moment."""


def init_app(app: Flask) -> None:
    """Give the app a page for every error; details go to the log only."""
    for error, (status, template) in PAGES.items():
        app.register_error_handler(error, _handler(status, template))
    app.register_error_handler(HTTPException, _other)


def _handler(status: int, template: str) -> Callable[[Exception], Answer]:
    def handle(error: Exception) -> Answer:
        if isinstance(error, StoreError) and status == 503:
            current_app.logger.error("store: %s", error)
        headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}
        return render_template(template, again=_sent() if status >= 500 else []), status, headers

    return handle


def _sent() -> list[tuple[str, str]]:
    """Give what a form sent in vain, to be sent once more: nothing that was typed is lost."""
    try:
        return list(request.form.items(multi=True))
    except HTTPException:  # too large to be read
        return []


def _other(error: HTTPException) -> tuple[str, int]:
    return render_template("errors/failed.html"), error.code or 500
