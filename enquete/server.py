"""Running the web service under gunicorn; docs/decisions says why this server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from enquete.app import create_app

if TYPE_CHECKING:
    from flask import Flask

    from enquete.settings import Settings

THREADS = 4
"""Threads of each process: while one waits for the disk, others answer."""


class _Server(BaseApplication):  # type: ignore[misc] # gunicorn has no types
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": self._settings.workers,
            "worker_class": "gthread",
            "threads": THREADS,
            # Loaded once and shared by all processes; each opens its own database connection.
            "preload_app": True,
            # No access log: it would hold the time of every page next to an address.
            "accesslog": None,
            "loglevel": "warning",
            "proc_name": "enquete",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(self._settings)


def run(settings: Settings) -> None:
    """Serve until interrupted."""
    _Server(settings).run()
