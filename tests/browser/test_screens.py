"""Every kind of page at the width of a phone and of a desk: nothing sticks out.

`make screenshots` runs these and keeps the pictures in `screenshots/`.
"""

import base64
import os
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from enquete.codes import read_code
from enquete.demo import unused_code
from tests.browser.test_journey import answer, next_page

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


def test_the_survey_fits(browser, server, demo, screen):
    browser.delete_all_cookies()
    browser.get(f"{server}/c/{read_code(unused_code(*demo))}")
    screen("start")
    next_page(browser)
    screen("question")
    next_page(browser)
    assert browser.find_element(By.CSS_SELECTOR, "main form")
    screen("question-error")
    answer(browser, "7")
    number = 0
    while not browser.current_url.endswith("/controle"):
        next_page(browser)
        number += 1
        screen(f"page-{number}")
    screen("review")
    next_page(browser)
    screen("thanks")


def test_a_mistyped_code_fits(browser, server, screen):
    browser.delete_all_cookies()
    browser.get(f"{server}/")
    browser.find_element(By.NAME, "code").send_keys("2222-2222-22222")
    next_page(browser)
    screen("code-error")


def test_the_figures_fit(browser, server, screen):
    browser.get(f"{server}/cijfers/2022")
    screen("figures")
    browser.get(f"{server}/nergens")
    screen("not-found")
