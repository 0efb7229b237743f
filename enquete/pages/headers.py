"""What every answer of the server says to the browser about safety, and residents' pages more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from enquete.service import service

if TYPE_CHECKING:
    from flask import Flask, Response

SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # the letter's address holds the code
    "X-Content-Type-Options": "nosniff",
}
ONLY_HTTPS: Final = "max-age=31536000"
"""For a year, and this host alone: others of the corporation are not ours to bind."""


def init_app(app: Flask) -> None:
    """Send the security headers with everything."""
    app.after_request(secure)


def secure(response: Response) -> Response:
    """Add the security headers."""
    response.headers.extend(SECURITY)
    if service().settings.https:
        response.headers["Strict-Transport-Security"] = ONLY_HTTPS
    return response


def keep_private(response: Response) -> Response:
    """Forbid to keep a copy: the next person on this computer must not see the answers."""
    response.headers["Cache-Control"] = "no-store"
    return response
