"""Playing residents against a real server: whole journeys over kept connections."""

import http.client
import re
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from urllib.parse import urlencode, urlsplit

HIDDEN = re.compile(rb'<input[^>]*type="hidden"[^>]*>')
ATTRIBUTE = re.compile(rb'(name|value)="([^"]*)"')
FORM_HEAD = 1_000
"""Bytes of a form in which its hidden inputs stand: playing should cost little beside serving."""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Tally:
    """What players saw: seconds of every request, answers other than good, seconds in all."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0

    def __add__(self, other):
        """Give what was seen first and then, one after another."""
        return Tally(
            self.times + other.times, self.errors + other.errors, self.seconds + other.seconds
        )

    @property
    def rate(self):
        """Requests a second."""
        return len(self.times) / self.seconds


class Resident:
    """One browser: a connection, a cookie, the page it is on."""

    def __init__(self, address, times):
        self.http = http.client.HTTPConnection(address, timeout=30)
        self.cookies, self.path, self.page, self.times = {}, "/", b"", times

    def call(self, method, path, body=None):
        """Send a request and follow its redirects, as a browser does; give the status."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers |= FORM
        start = time.perf_counter()
        self.http.request(method, path, body and urlencode(body), headers)
        answer = self.http.getresponse()
        self.page = answer.read()
        self.times.append(time.perf_counter() - start)
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status in {302, 303}:
            return self.call("GET", urlsplit(answer.headers["Location"]).path)
        self.path = path
        return answer.status

    def post(self, path, **fields):
        """Send the form of the page that is open; give the status."""
        start = self.page.find(b"<form")
        tags = HIDDEN.findall(self.page, start, start + FORM_HEAD)
        hidden = [dict(ATTRIBUTE.findall(tag)) for tag in tags]
        carried = {each[b"name"].decode(): each[b"value"].decode() for each in hidden}
        return self.call("POST", path, carried | fields)


def journey(address, code, times):
    """Answer the one required question, pass the others, send; give the last path."""
    resident = Resident(address, times)
    resident.call("GET", "/")
    resident.post("/", code=code)
    while resident.path.startswith("/vraag/"):
        mark = {"rapportcijfer": "8"} if b'name="rapportcijfer"' in resident.page else {}
        if resident.post(resident.path, **mark) != 200:
            break
    if resident.path == "/controle":
        resident.post("/versturen")
    resident.http.close()
    return resident.path


def play(address, codes):
    """Play one journey for each code."""
    tally, start = Tally(), time.perf_counter()
    for code in codes:
        path = journey(address, code, tally.times)
        if path != "/bedankt":
            tally.errors.append(f"ended on {path}")
    tally.seconds = time.perf_counter() - start
    return tally


def hammer(address, path, seconds):
    """Post to one path for some seconds: the yardstick has no journey."""
    connection = http.client.HTTPConnection(address, timeout=30)
    tally, start = Tally(), time.perf_counter()
    while time.perf_counter() - start < seconds:
        begin = time.perf_counter()
        connection.request("POST", path, b"mark=8", FORM)
        answer = connection.getresponse()
        answer.read()
        tally.times.append(time.perf_counter() - begin)
        if answer.status != 200:
            tally.errors.append(f"status {answer.status}")
    tally.seconds = time.perf_counter() - start
    connection.close()
    return tally


def at_once(players, function, *arguments):
    """Run a function in several processes, one for each of `arguments` zipped; sum the tallies."""
    with ProcessPoolExecutor(players, mp_context=get_context("spawn")) as pool:
        tallies = list(pool.map(function, *arguments))
    return Tally(
        times=[second for tally in tallies for second in tally.times],
        errors=[error for tally in tallies for error in tally.errors],
        seconds=max(tally.seconds for tally in tallies),
    )
