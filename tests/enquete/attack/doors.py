"""Two ways to the survey: over the network, and through the functions behind the pages."""

from __future__ import annotations

import re
from http.client import HTTPConnection
from itertools import count
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from enquete.codes import show_code
from enquete.pages.keeping import save, submit
from enquete.pages.visit import find_visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.enquete.attack.residents import Resident
    from tests.enquete.serving import Server

PAGES = 3
_HIDDEN = re.compile(r'name="(csrf_token|voor|stand-toen)"[^>]* value="([^"]*)"')
_NAMES = re.compile(r'name="(\w+)"')


class _Page(NamedTuple):
    path: str
    html: str


class _Browser:
    """One cookie and one connection: `NetworkVisitor` checks every page, which takes long."""

    def __init__(self, server: Server) -> None:
        self._connection = HTTPConnection(server.host, server.port, timeout=60)
        self._cookie = ""

    def open(self, path: str, body: str | None = None) -> _Page:
        headers = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("GET" if body is None else "POST", path, body, headers)
        answer = self._connection.getresponse()
        html = answer.read().decode()
        if cookie := answer.getheader("Set-Cookie"):
            self._cookie = cookie.partition(";")[0]
        if answer.status == 303:
            return self.open(answer.headers["Location"])
        assert answer.status == 200, (path, answer.status, html)
        return _Page(path, html)

    def send(self, page: _Page, values: dict[str, str]) -> _Page:
        names = set(_NAMES.findall(page.html))
        hidden = {name: value for name, value in _HIDDEN.findall(page.html) if value}
        fitting = {name: value for name, value in values.items() if name in names}
        target = "/versturen" if page.path == "/controle" else page.path
        return self.open(target, urlencode(hidden | fitting))

    def close(self) -> None:
        self._connection.close()


def online(server: Server, resident: Resident) -> Iterator[None]:
    """Answer in a browser, page by page."""
    browser, page = _entered(server, resident)
    yield
    for number in count():
        if page.path == "/controle":
            break
        page = browser.send(page, resident.answers)
        yield
        if number == resident.leaves_after:
            browser.close()
            browser, page = _entered(server, resident)
            yield
    if resident.sends:
        assert browser.send(page, {}).path == "/bedankt"
    browser.close()


def _entered(server: Server, resident: Resident) -> tuple[_Browser, _Page]:
    browser = _Browser(server)
    return browser, browser.send(browser.open("/"), {"code": show_code(resident.code)})


def behind_the_pages(app: Flask, resident: Resident) -> Iterator[None]:
    """Answer through the functions that the pages call: much faster, and in this process."""
    answers = {"cijfer": resident.mark, "verhaal": resident.story}
    with app.app_context():
        pages = find_visit(resident.code).questionnaire.pages
    for page in pages:
        with app.app_context():
            save(find_visit(resident.code), page, answers)
        yield
    if resident.sends:
        with app.app_context():
            submit(find_visit(resident.code), language=resident.dwelling.language)


def all_at_the_review(app: Flask, residents: int) -> Callable[[Resident], Iterator[None]]:
    """Give a way in which nobody sends before everybody is at the end: all have a full draft."""
    there = set[str]()

    def visit(resident: Resident) -> Iterator[None]:
        turns = behind_the_pages(app, resident)
        for _ in range(PAGES):
            yield next(turns)
        there.add(resident.code)
        while len(there) < residents:
            yield
        yield from turns

    return visit
