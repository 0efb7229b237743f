"""Whether this server can do its work, for whoever watches it."""

from __future__ import annotations

from flask import Blueprint

from enquete import __version__
from enquete.errors import StoreError
from enquete.service import service

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> tuple[dict[str, str], int]:
    """Say 200 when the database answers and is of this version, else 503 without details."""
    try:
        current = service().store.is_current()
    except StoreError:
        current = False
    status = {"status": "ok" if current else "unavailable", "version": __version__}
    return status, 200 if current else 503
