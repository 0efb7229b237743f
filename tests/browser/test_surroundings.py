"""A slow telephone, no JavaScript, large letters, forced colours, and paper."""

import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from forms.definition import builtin
from tests.browser.hosting import hosted
from tests.browser.test_journey import answer, next_page
from tests.browser.test_states import DRAWN, STICKING_OUT, keep, resize
from tests.enquete.pages.conftest import make_site

FIRST_PAGE = 20_000
SLOW = {"offline": False, "latency": 800, "downloadThroughput": 6_250, "uploadThroughput": 2_500}
"""2G: 50 kbit a second down, 20 up, and most of a second until anything comes."""
LOADED = """
const [page] = performance.getEntriesByType("navigation");
return [page, ...performance.getEntriesByType("resource")].map(e => [e.name, e.transferSize]);
"""


@pytest.fixture
def site(settings, keys):
    yield from make_site(settings, keys, builtin("buurt").text)


@pytest.fixture
def url(site, browser):
    browser.delete_all_cookies()
    with hosted(site.app) as address:
        browser.get(f"{address}/taal/nl?next=/")
        yield address
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.delete_all_cookies()


def begin(browser, url, site, number=0):
    browser.get(f"{url}/")
    browser.find_element(By.NAME, "code").send_keys(site.codes[number])
    next_page(browser)


def test_the_first_page_is_light_and_asks_nobody_else(browser, url):
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.clearBrowserCache", {})
    browser.get(f"{url}/")
    loaded = browser.execute_script(LOADED)
    assert len(loaded) >= 2
    assert all(name.startswith(url) for name, _ in loaded)
    assert 0 < sum(size for _, size in loaded) < FIRST_PAGE
    browser.get(f"{url}/")
    again = dict(browser.execute_script(LOADED))
    assert [size for name, size in again.items() if "/static/" in name] == [0]  # kept


def test_no_style_names_a_font_to_fetch(site):
    for name in ("enquete.css", "figures.css"):
        with site.visitor().client.get(f"/static/{name}") as style:
            assert not re.search(r"@font-face|@import|url\(", style.text)


def test_the_survey_works_on_a_slow_telephone(browser, url, site):
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", SLOW)
    try:
        begin(browser, url, site)
        answer(browser, "7")
        next_page(browser)
        assert browser.current_url.endswith("/vraag/veiligheid")
    finally:
        fast = SLOW | {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        browser.execute_cdp_cmd("Network.emulateNetworkConditions", fast)


def test_a_whole_journey_without_javascript(browser, url, site):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        begin(browser, url, site)
        answer(browser, "7")
        for _ in range(20):
            if browser.current_url.endswith("/bedankt"):
                break
            button = browser.find_element(By.CSS_SELECTOR, "main form .button")
            before = browser.current_url
            button.click()
            WebDriverWait(browser, 10).until(lambda _, old=before: browser.current_url != old)
        assert browser.current_url.endswith("/bedankt")
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert [each["rating"] for each in site.responses()] == [7]


@pytest.mark.parametrize("width", [360, 640, 1280])
def test_letters_of_twice_the_size_fit(browser, url, site, width):
    begin(browser, url, site)
    resize(browser, width)
    for path in ("/", "/vraag/cijfer", "with an error"):
        if path.startswith("/"):
            browser.get(f"{url}{path}")
        else:
            next_page(browser)
        browser.execute_script("document.documentElement.style.fontSize = '200%'")
        browser.execute_async_script(DRAWN)
        assert browser.execute_script(STICKING_OUT) == [], path
        if width == 360:
            keep(browser, f"large{path.replace('/', '-')}")


def test_a_choice_is_seen_in_forced_colours(browser, url, site):
    begin(browser, url, site)
    answer(browser, "7")
    features = [{"name": "forced-colors", "value": "active"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    colours = {
        value: browser.execute_script(
            "return getComputedStyle(arguments[0].nextElementSibling).backgroundColor",
            browser.find_element(By.CSS_SELECTOR, f"input[value='{value}']"),
        )
        for value in ("6", "7")
    }
    assert colours["6"] != colours["7"]


def test_nothing_moves(browser, url, site):
    begin(browser, url, site)
    moving = """return [...document.querySelectorAll("*")].map(e => getComputedStyle(e)).filter(
        s => s.animationName !== "none" || !/^(0s(, )?)+$/.test(s.transitionDuration)).length"""
    assert browser.execute_script(moving) == 0


def test_the_copy_on_paper_holds_the_answers_and_no_buttons(browser, url, site):
    visitor, _review = site.at_review(site.codes[2])
    cookie = {"name": "enquete", "value": visitor.cookie}
    browser.add_cookie(cookie)
    browser.get(f"{url}/kopie")
    assert browser.find_element(By.CSS_SELECTOR, "[data-print]").is_displayed()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = browser.find_element(By.TAG_NAME, "body").text
    assert "Fijne buurt." in shown
    assert "Kopie van uw antwoorden" in shown
    for hidden in ("Druk af", "English", "Terug naar het overzicht"):
        assert hidden not in shown
    paper = browser.execute_cdp_cmd("Page.printToPDF", {})
    assert len(paper["data"]) > 1000
