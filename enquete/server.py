"""Running the web service under gunicorn; docs/decisions says why this server."""

from __future__ import annotations

import os
from threading import Timer
from typing import TYPE_CHECKING, Any, Final

from flask import current_app
from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import ThreadWorker
from werkzeug.exceptions import BadRequest

from enquete.app import create_app

if TYPE_CHECKING:
    from flask import Flask

    from enquete.settings import Settings

THREADS: Final = 4
"""Threads of each process: while one waits for the disk, others answer."""

KEPT_ALIVE: Final = 5
"""Seconds in which a browser may ask for the next thing over the same connection."""

PATIENCE: Final = 2.0
"""Seconds that a process which is asked to stop gives the requests it works on."""


class _Worker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """A process that leaves in time and tells nothing of what was asked."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop after the requests at work (SIGTERM)."""
        _leave_within(PATIENCE)
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: int, frame: Any) -> None:
        """Stop now (Ctrl-C)."""
        _leave_within(PATIENCE / 4)
        super().handle_quit(sig, frame)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer a request that failed before it came to a page."""
        # Without the request: its address would be logged, and can hold a code.
        super().handle_error(None, client, addr, exc)


def _leave_within(seconds: float) -> None:
    """End this process for sure: a thread waits for what a browser may never send."""
    timer = Timer(seconds, os._exit, [0])
    timer.daemon = True
    timer.start()


class _Server(BaseApplication):  # type: ignore[misc] # gunicorn has no types
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": web_address(self._settings),
            "workers": self._settings.workers,
            "worker_class": _Worker,
            "threads": THREADS,
            "keepalive": KEPT_ALIVE,
            # A second more than the processes take by themselves; then they are killed.
            "graceful_timeout": int(PATIENCE) + 1,
            # No header of a request decides where the pages are: others would get its addresses.
            "forwarder_headers": "",
            # Loaded once and shared by all processes; each opens its own database connection.
            "preload_app": True,
            # No access log: it would hold the time of every page next to an address. And no
            # warnings: that of a garbled request quotes it, with the code of the letter's link.
            "accesslog": None,
            "loglevel": "error",
        }
        if "control_socket_disable" in self.cfg.settings:  # not in gunicorn < 25.1
            # It would be a file in the home folder, to steer the server by.
            options["control_socket_disable"] = True
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app = create_app(self._settings)
        app.register_error_handler(ParseException, _garbled)
        return app


def _garbled(_error: Exception) -> Any:
    """Answer a body in chunks that are none like one that is cut off: it is no failure of ours."""
    return current_app.handle_http_exception(BadRequest())


def web_address(settings: Settings) -> str:
    """Give the address that the server listens on: host and port, an IPv6 host in brackets."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{host}:{settings.port}"


def run(settings: Settings) -> None:
    """Serve until interrupted."""
    _Server(settings).run()
