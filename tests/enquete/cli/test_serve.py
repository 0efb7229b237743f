"""The server as an operator runs it: what it refuses, what it prints, and that it stops."""

import http.client
import os
import shutil
import signal
import socket
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import enquete.demo
import enquete.server  # noqa: F401 - an unprivileged process may not be able to load it later
from enquete.app import create_app
from enquete.cli import main
from enquete.codes import read_code, show_code
from enquete.settings import load_settings
from enquete.store import open_store
from tests.conftest import SECRET
from tests.enquete.cli.conftest import FRAME
from tests.enquete.cli.test_chain import read
from tests.enquete.pages.conftest import ANSWERS
from tests.enquete.serving import NetworkVisitor, serving

SAID = "Iets wat niemand mag lezen"
CHUNKED = (
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Transfer-Encoding: chunked\r\n\r\n"
)
NOBODY = 65534


@pytest.fixture
def codes(enquete, file, tmp_path):
    """An instance that invited 200 dwellings; their codes."""
    enquete("frame", "import", file("frame.csv", FRAME))
    enquete("wave", "create", "2022")
    enquete("invite", "2022")
    letters = read(tmp_path / "instance" / "letters-2022.csv")
    return [read_code(row["code"]) for row in letters]


def journey(server, code):
    visitor = NetworkVisitor(server.url)
    return visitor.send(visitor.answer(visitor.enter(code), ANSWERS | {"opmerking": SAID}))


def send_raw(server, request):
    with socket.create_connection((server.host, server.port), timeout=60) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_the_output_holds_no_code_and_no_answer(codes, enquete, tmp_path):
    code, garbled = codes[0], codes[1]
    with serving(tmp_path / "instance", tmp_path / "log") as server:
        assert journey(server, code).path == "/bedankt"
        for request in (
            f"GET /c/{garbled}\r\n\r\n",
            f"GET /c/{garbled} HTTP/9.9\r\n\r\n",
            f"get\x00 /c/{garbled} HTTP/1.1\r\n\r\n",
            f"GET /c/{garbled} HTTP/1.1\r\n{garbled}\r\n\r\n",
            f"POST /c/{garbled} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: odd\r\n\r\n{SAID}",
            f"POST /c/{garbled} HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{SAID}",
        ):
            send_raw(server, request.encode())
        output = server.stop()
    assert "1 answers" in enquete("wave", "list")
    assert "Ctrl-C stops the server." in output
    for secret in (code, garbled):
        assert secret not in output
        assert show_code(secret) not in output
    assert SAID not in output


def test_a_body_that_is_no_http_is_refused_and_no_failure(codes, tmp_path):
    with serving(tmp_path / "instance", tmp_path / "log") as server:
        for chunks in (
            f"99\r\n{SAID}",
            f"{SAID}\r\n",
            f"1\r\n{SAID}",
            f"1;{SAID}\r\n",
            f"0\r\n{SAID}: 1\r\n\r\n",
        ):
            answer = send_raw(server, f"{CHUNKED}{chunks}".encode())
            assert answer.startswith(b"HTTP/1.1 400 "), chunks
            assert SAID.encode() not in answer
        output = server.stop()
    assert output.splitlines()[-1].startswith("Ctrl-C stops the server.")


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "systemd"])
def test_it_stops_whatever_browsers_hold_open(codes, tmp_path, sign):
    with serving(tmp_path / "instance", tmp_path / "log", "--workers", "1") as server:
        kept = http.client.HTTPConnection(server.host, server.port)
        kept.request("GET", "/health")
        assert kept.getresponse().read()
        idle = socket.create_connection((server.host, server.port))
        half = socket.create_connection((server.host, server.port))
        half.sendall(b"GET / HTTP/1.1\r\nHost:")
        # One process accepts in the order of coming: once this is answered, the others are held.
        send_raw(server, b"GET /health HTTP/1.0\r\n\r\n")
        output = server.stop(sign)
        for connection in (kept, idle, half):
            connection.close()
    assert "SIGKILL" not in output
    assert "Traceback" not in output


def test_no_header_decides_where_the_pages_are(codes, tmp_path):
    with serving(tmp_path / "instance", tmp_path / "log") as server:
        asked = http.client.HTTPConnection(server.host, server.port)
        asked.request("GET", "//evil.example/", headers={"SCRIPT_NAME": "//evil.example"})
        assert asked.getresponse().status == 404
        asked.close()
        server.stop()


def test_it_leaves_no_file_outside_the_instance(codes, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    options = {"HOME": str(home), "XDG_RUNTIME_DIR": ""}
    with serving(tmp_path / "instance", tmp_path / "log", **options) as server:
        server.stop()
    assert not list(home.iterdir())


def test_an_ipv6_host_is_served_and_printed_in_brackets(codes, tmp_path):
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    for host in ("::1", "[::1]"):
        with serving(tmp_path / "instance", tmp_path / "log", host=host) as server:
            assert f"http://[::1]:{server.port}/\n" in server.stop()


def test_a_port_in_use_is_named(codes, enquete):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        message = enquete("serve", "--port", port, fails=True)
    assert f"cannot listen on 127.0.0.1, port {port}: Address already in use" in message
    assert "--port" in message


@pytest.mark.parametrize(
    "host", ["203.0.113.1", "2001:db8::1", "é" * 80], ids=["IPv4", "IPv6", "name"]
)
def test_a_host_that_is_not_of_this_machine_is_named(codes, enquete, host):
    assert f"cannot listen on {host}" in enquete("serve", "--host", host, fails=True)


@pytest.fixture
def read_only():
    """Settings of an installation whose database an ordinary user can read and not write."""
    folder = Path(tempfile.mkdtemp(prefix="enquete-read-only-"))
    folder.chmod(0o777)  # SQLite makes a file beside the database, also to read
    settings = load_settings(folder, {"ENQUETE_SECRET": SECRET})
    store = open_store(settings.database)
    store.migrate()
    store.close()
    (folder / "enquete.db").chmod(0o444)
    yield settings
    shutil.rmtree(folder)


@pytest.fixture
def unprivileged():
    """Be an ordinary user for a while."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(NOBODY)
    yield
    os.seteuid(me)


def test_a_database_that_cannot_be_written_is_not_served(monkeypatch, read_only, unprivileged):
    monkeypatch.setenv("ENQUETE_SECRET", SECRET)
    result = CliRunner().invoke(main, ["serve", "--instance", str(read_only.instance)])
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 1
    assert f"{read_only.instance / 'enquete.db'} cannot be written" in result.output


def test_a_database_that_cannot_be_written_is_not_healthy(read_only, unprivileged):
    app = create_app(read_only)
    answer = app.test_client().get("/health")
    app.extensions["enquete"].store.close()
    assert answer.status_code == 503
    assert answer.json["status"] == "unavailable"
    assert set(answer.json) == {"status", "version"}


def test_health_is_ok_on_either_database_and_changes_nothing(settings, store, database_url):
    before = [store.waves(), store.reports()]
    app = create_app(replace(settings, database=database_url))
    assert app.test_client().get("/health").json["status"] == "ok"
    app.extensions["enquete"].store.close()
    assert [store.waves(), store.reports()] == before


def test_a_failure_is_logged_without_the_address_and_without_words(settings, caplog):
    open_store(settings.database).migrate()
    app = create_app(settings)

    @app.get("/broken/<code>")
    def broken(code):
        try:
            {}[SAID]
        except KeyError as error:
            raise ValueError(code) from error

    assert app.test_client().get("/broken/ABCDEF").status_code == 500
    assert "failed in broken" in caplog.text
    assert "ValueError" in caplog.text
    assert "KeyError" in caplog.text
    assert "ABCDEF" not in caplog.text
    assert SAID not in caplog.text


def test_postgresql_is_served_by_two_processes_once_it_is_up_to_date(
    postgres_url, monkeypatch, enquete, file, tmp_path
):
    monkeypatch.setenv("ENQUETE_DATABASE", postgres_url)
    assert "run `enquete migrate` first" in enquete("serve", fails=True)
    enquete("migrate")
    enquete("frame", "import", file("frame.csv", FRAME))
    enquete("wave", "create", "2022")
    enquete("invite", "2022")
    codes = [row["code"] for row in read(tmp_path / "instance" / "letters-2022.csv")]
    with serving(tmp_path / "instance", tmp_path / "log", "--workers", "2") as server:
        for code in codes[:4]:
            assert journey(server, code).path == "/bedankt"
        assert "Traceback" not in server.stop()
    assert "4 answers" in enquete("wave", "list")


def test_a_demo_whose_codes_were_spoiled_is_served(enquete, tmp_path):
    instance = tmp_path / "instance"
    enquete("wave", "list")
    (instance / "enquete.toml").write_text("demo = true\n")
    (instance / "demo-codes.csv").write_bytes(b"address;code\n\xff\xfe;\xff\n")
    with serving(instance, tmp_path / "log") as server:
        output = server.stop()
    assert "residents" in output
    assert "a code" not in output
