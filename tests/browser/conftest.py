"""A real server with the demo corporation, and real browsers in front of it."""

import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from urllib.error import URLError

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from tests.browser import webkit
from tests.conftest import need
from tests.postgres import free_port

QUIET = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run
--disable-background-networking --disable-component-update --disable-sync --hide-scrollbars
--accept-lang=nl-NL"""


def enquete(*arguments, **options):
    command = [sys.executable, "-m", "enquete", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


def wait_until_up(url, process):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=1):  # noqa: S310 - our own server
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    process.kill()
    pytest.fail(f"the server does not answer:\n{process.communicate()[0].decode()}")


@pytest.fixture(scope="session")
def server(demo):
    """The address of `enquete serve` on the demo; it must stop cleanly on Ctrl-C."""
    settings, _ = demo
    port = free_port()
    process = enquete("serve", "--instance", settings.instance, "--port", port)
    wait_until_up(f"http://127.0.0.1:{port}", process)
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=15)
    assert process.returncode == 0, output.decode()
    assert b"Traceback" not in output


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    need(chromium and driver, "chromium with chromedriver")
    options = ChromeOptions()
    options.binary_location = chromium
    for flag in QUIET.split():
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    chrome = Chrome(options=options, service=Service(driver))
    chrome.implicitly_wait(2)
    yield chrome
    chrome.quit()


@pytest.fixture(scope="session")
def safari():
    need(webkit.programs(), "WebKitWebDriver, WebKit's MiniBrowser or Xvfb")
    with webkit.webkit() as window:
        window.implicitly_wait(2)
        yield window


@pytest.fixture(params=["browser", "safari"], ids=["chromium", "webkit"])
def each_browser(request):
    return request.getfixturevalue(request.param)
