"""WebKit, the engine of Safari and of every browser on an iPhone, as Debian packages it."""

import os
import shutil
import subprocess
import warnings
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Remote
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service


def programs():
    """Give WebKit's driver, its small browser and a screen to draw on; None where one is absent."""
    browsers = sorted(map(str, Path("/usr/lib").glob("*/webkit2gtk-*/MiniBrowser")))
    browser = browsers[-1] if browsers else None
    found = shutil.which("WebKitWebDriver"), browser, shutil.which("Xvfb")
    return found if all(found) else None


@contextmanager
def webkit():
    """Open the browser on a screen that nobody sees; yields what drives it."""
    driver, browser, screen = programs()
    options = Options()
    options.binary_location = browser
    options.add_argument("--automation")
    with _screen(screen) as display:
        service = Service(driver, env=os.environ | {"DISPLAY": display})
        service.start()
        try:
            with warnings.catch_warnings():
                # Selenium warns of its own way to make this connection.
                warnings.simplefilter("ignore", DeprecationWarning)
                window = Remote(service.service_url, options=options)
            try:
                yield window
            finally:
                window.quit()
        finally:
            service.stop()


@contextmanager
def _screen(program):
    """Draw on a screen without a monitor; yields its name."""
    command = [program, "-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            number = server.stdout.readline().decode().strip()
            assert number, "Xvfb did not start"
            yield f":{number}"
        finally:
            server.terminate()
