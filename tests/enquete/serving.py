"""A real `enquete serve` and a visitor who comes over the network."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from http.cookiejar import CookieJar
from types import SimpleNamespace
from urllib.error import URLError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import pytest

from tests.enquete.pages.visitor import Visitor
from tests.postgres import free_port


class Server:
    """A running server; `stop` gives all that it printed."""

    def __init__(self, process, log, host, port):
        self.process, self.host, self.port = process, host, port
        self._log = log
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def wait(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urlopen(f"{self.url}/health", timeout=5):  # noqa: S310 - our own server
                    return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        pytest.fail(f"the server does not answer:\n{self._log.read_text()}")

    def stop(self, sign=signal.SIGINT):
        self.process.send_signal(sign)
        assert self.process.wait(timeout=60) == 0, self._log.read_text()
        return self._log.read_text()


@contextmanager
def serving(instance, log, *options, host="127.0.0.1", **environment):
    """Serve an instance on a free port, its output in the file `log`."""
    port = free_port()
    command = [sys.executable, "-m", "enquete", "serve", "--instance", str(instance)]
    command += ["--host", host, "--port", str(port), *options]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=os.environ | environment
        )
    server = Server(process, log, host.strip("[]"), port)
    try:
        server.wait()
        yield server
    finally:
        process.kill()
        process.wait()


class _Client:
    """As the test client of Flask, over the network."""

    def __init__(self, url):
        self._url = url
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, address, **_):
        return self._ask(address)

    def post(self, address, *, data, **_):
        return self._ask(address, urlencode(data, doseq=True).encode())

    def _ask(self, address, body=None):
        with self._opener.open(urljoin(self._url, address), body, timeout=60) as answer:
            asked = urlsplit(answer.url)
            path = f"{asked.path}?{asked.query}"
            return SimpleNamespace(
                status_code=answer.status,
                request=SimpleNamespace(url=answer.url, full_path=path),
                headers=answer.headers,
                text=answer.read().decode(),
            )


class NetworkVisitor(Visitor):
    """A browser with its cookies, before a running server."""

    def __init__(self, url):
        self.client = _Client(url)
