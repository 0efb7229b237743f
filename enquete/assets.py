"""The files that pages link: read once at start, each under an address that names its content.

What is asked for by that address may be kept for ever; by any other it is asked for again. Only
these files are compressed: a page holds tokens, and its length would tell of them.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Response, abort, request

from enquete import theme

if TYPE_CHECKING:
    from flask import Flask

FOLDER: Final = Path(__file__).parent / "static"
MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
"""What is served; a table of our own, since that of Python differs from machine to machine."""

FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file; `compressed` is None where that would not make it smaller."""

    media_type: str
    content: bytes
    compressed: bytes | None
    hash: str


def init_app(app: Flask, instance: Path) -> None:
    """Serve `static/` and the theme of the instance as the endpoint ``static``.

    Raises
    ------
    SettingsError
        If the theme is refused.
    """
    files = {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.is_file()}
    look = theme.read(instance)
    if look is not None:
        files[theme.FILE] = look
    assets = {
        name: asset(name, content)
        for name, content in files.items()
        if Path(name).suffix in MEDIA_TYPES
    }

    def static(filename: str) -> Response:
        return _answer(assets.get(filename) or abort(404))

    def name_content(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values["v"] = assets[values["filename"]].hash

    app.add_url_rule("/static/<filename>", view_func=static)
    app.url_defaults(name_content)
    app.context_processor(lambda: {"themed": theme.FILE in assets})


def asset(name: str, content: bytes) -> Asset:
    """Prepare a file; the same content gives the same bytes and hash on every host."""
    compressed = gzip.compress(content, mtime=0)
    return Asset(
        media_type=MEDIA_TYPES[Path(name).suffix],
        content=content,
        compressed=compressed if len(compressed) < len(content) else None,
        hash=sha256(content).hexdigest()[:16],
    )


def _answer(asset: Asset) -> Response:
    etag, content = asset.hash, asset.content
    compressed = asset.compressed if request.accept_encodings["gzip"] else None
    if compressed is not None:
        etag, content = f"{etag}-gzip", compressed
    response = Response(content, content_type=asset.media_type)
    if compressed is not None:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    is_named = request.args.get("v") == asset.hash
    response.headers["Cache-Control"] = FOR_EVER if is_named else "no-cache"
    response.set_etag(etag)
    response.make_conditional(request)
    return response
