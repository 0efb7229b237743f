"""The figures at the width of a phone and of a desk: nothing sticks out.

`make screenshots` runs these and keeps the pictures in `screenshots/`.
"""

import base64
import os
from pathlib import Path

import pytest

WIDTHS = (360, 1280)
FOLDER = os.environ.get("SCREENSHOTS")


@pytest.fixture(params=WIDTHS)
def screen(browser, request):
    """Check the page for what sticks out, and keep a picture of all of it if asked."""
    metrics = {"width": request.param, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def look(name):
        widest = browser.execute_script("return document.documentElement.scrollWidth")
        assert widest <= request.param, name
        if FOLDER:
            picture = browser.execute_cdp_cmd(
                "Page.captureScreenshot", {"captureBeyondViewport": True}
            )
            path = Path(FOLDER) / f"{name}-{request.param}.png"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(base64.b64decode(picture["data"]))

    yield look
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_figures_fit(browser, server, screen):
    browser.get(f"{server}/cijfers/2022")
    screen("figures")
    browser.get(f"{server}/nergens")
    screen("not-found")
