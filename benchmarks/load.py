"""Playing residents against a real server: whole journeys over kept connections."""

import http.client
import re
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from urllib.parse import urlencode, urlsplit

CSRF = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Tally:
    """What one player saw: seconds of every page saved, requests made, answers other than good."""

    saves: list[float]
    requests: int
    errors: list[str]
    seconds: float


class Resident:
    """One browser: a connection, a cookie, the page it is on."""

    def __init__(self, address):
        self.http = http.client.HTTPConnection(address, timeout=30)
        self.cookies, self.requests, self.path, self.page = {}, 0, "/", b""

    def call(self, method, path, body=None):
        """Send a request and follow its redirects, as a browser does; give the status."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers |= FORM
        self.http.request(method, path, body and urlencode(body), headers)
        answer = self.http.getresponse()
        self.page, self.requests = answer.read(), self.requests + 1
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status in {302, 303}:
            return self.call("GET", urlsplit(answer.headers["Location"]).path)
        self.path = path
        return answer.status

    def post(self, path, **fields):
        """Send the form of the page that is open; give the status."""
        token = CSRF.search(self.page)
        return self.call("POST", path, {"csrf_token": token[1].decode(), **fields})


def journey(address, code, saves):
    """Answer the one required question, pass the others, send; give the last path and requests."""
    resident = Resident(address)
    resident.call("GET", "/")
    resident.post("/", code=code)
    while resident.path.startswith("/vraag/"):
        mark = {"rapportcijfer": "8"} if b'name="rapportcijfer"' in resident.page else {}
        start = time.perf_counter()
        resident.post(resident.path, **mark)
        saves.append(time.perf_counter() - start)
    if resident.path == "/controle":
        resident.post("/versturen")
    resident.http.close()
    return resident.path, resident.requests


def play(address, codes):
    """Play one journey for each code."""
    tally = Tally([], 0, [], 0)
    start = time.perf_counter()
    for code in codes:
        path, requests = journey(address, code, tally.saves)
        tally.requests += requests
        if path != "/bedankt":
            tally.errors.append(f"ended on {path}")
    tally.seconds = time.perf_counter() - start
    return tally


def hammer(address, path, seconds):
    """Post to one path for some seconds: the yardstick has no journey."""
    connection = http.client.HTTPConnection(address, timeout=30)
    tally, start = Tally([], 0, [], 0), time.perf_counter()
    while time.perf_counter() - start < seconds:
        begin = time.perf_counter()
        connection.request("POST", path, b"mark=8", FORM)
        answer = connection.getresponse()
        answer.read()
        tally.saves.append(time.perf_counter() - begin)
        if answer.status != 200:
            tally.errors.append(f"status {answer.status}")
    tally.requests = len(tally.saves)
    tally.seconds = time.perf_counter() - start
    connection.close()
    return tally


def at_once(players, function, *arguments):
    """Run a function in several processes, one for each of `arguments` zipped; sum the tallies."""
    with ProcessPoolExecutor(players, mp_context=get_context("spawn")) as pool:
        tallies = list(pool.map(function, *arguments))
    return Tally(
        saves=sorted(second for tally in tallies for second in tally.saves),
        requests=sum(tally.requests for tally in tallies),
        errors=[error for tally in tallies for error in tally.errors],
        seconds=max(tally.seconds for tally in tallies),
    )
