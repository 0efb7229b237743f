"""Playing residents against a real server: whole journeys over kept connections."""

import re
import socket
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from urllib.parse import urlencode, urlsplit

HIDDEN = re.compile(rb'<input[^>]*type="hidden"[^>]*>')
ATTRIBUTE = re.compile(rb'(name|value)="([^"]*)"')
FORM_HEAD = 1_000
"""Bytes of a form in which its hidden inputs stand: playing should cost little beside serving."""
REDIRECTS = {302, 303}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the headers that a journey needs, and the body."""

    status: int
    location: str
    cookies: list[str]
    body: bytes


class Connection:
    """A kept connection that speaks as much HTTP as our servers do.

    `http.client` used a quarter as much processor time as the server that it measured.
    """

    def __init__(self, address):
        self._host = address
        host, port = address.split(":")
        self._socket = socket.create_connection((host, int(port)), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")

    def send(self, method, path, body="", cookies=""):
        """Send a request, with a form where it has a body, and read the answer."""
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\nCookie: {cookies}\r\n"
        if method == "POST":
            head += "Content-Type: application/x-www-form-urlencoded\r\n"
            head += f"Content-Length: {len(body)}\r\n"
        self._socket.sendall(f"{head}\r\n{body}".encode())
        return self._answer()

    def close(self):
        """Close the connection."""
        self._answers.close()
        self._socket.close()

    def _answer(self):
        status, length, location, cookies = self._line().split()[1], 0, "", []
        while (line := self._line()) != b"\r\n":
            name, _, value = line.decode().partition(":")
            match name.lower():
                case "content-length":
                    length = int(value)
                case "location":
                    location = value.strip()
                case "set-cookie":
                    cookies.append(value.strip())
        return Answer(int(status), location, cookies, self._answers.read(length))

    def _line(self):
        if line := self._answers.readline():
            return line
        raise ConnectionError("the server closed the connection in the middle of an answer")


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
        self.http = Connection(address)
        self.cookies, self.path, self.page, self.times = {}, "/", b"", times

    def call(self, method, path, body=""):
        """Send a request and follow its redirects, as a browser does; give the status."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        start = time.perf_counter()
        answer = self.http.send(method, path, body, cookies)
        self.times.append(time.perf_counter() - start)
        for cookie in answer.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status in REDIRECTS:
            return self.call("GET", urlsplit(answer.location).path)
        self.path, self.page = path, answer.body
        return answer.status

    def post(self, path, **fields):
        """Send the form of the page that is open; give the status."""
        start = self.page.find(b"<form")
        tags = HIDDEN.findall(self.page, start, start + FORM_HEAD)
        hidden = [dict(ATTRIBUTE.findall(tag)) for tag in tags]
        carried = {each[b"name"].decode(): each[b"value"].decode() for each in hidden}
        return self.call("POST", path, urlencode(carried | fields))


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
    connection = Connection(address)
    tally, start = Tally(), time.perf_counter()
    while time.perf_counter() - start < seconds:
        begin = time.perf_counter()
        answer = connection.send("POST", path, "mark=8")
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
