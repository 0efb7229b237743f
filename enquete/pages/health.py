"""Whether this server can do its work, for whoever watches it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flask import Blueprint

from enquete import __version__
from enquete.errors import NotFoundError, StoreError
from enquete.service import service

if TYPE_CHECKING:
    from enquete.store import Store

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> tuple[dict[str, str], int]:
    """Say 200 when the database takes writes and is of this version, else 503 without details."""
    status, code = "ok", 200
    try:
        require_usable(service().store)
    except StoreError:
        status, code = "unavailable", 503
    return {"status": status, "version": __version__}, code


def require_usable(store: Store) -> None:
    """Check that the schema is of this program and that the database takes writes.

    Raises
    ------
    StoreError
        If the database does not answer, is of another version, or cannot be written.
    """
    store.require_current()
    # A transaction alone says nothing: SQLite and PostgreSQL begin and end one on a database that
    # they may only read. No wave has this name, so that nothing is changed.
    with suppress(NotFoundError):
        store.set_wave_dates("", opens="", closes="")
