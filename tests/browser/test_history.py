"""The browser's own way back, and a button that is pressed twice: what residents do."""

import time
from functools import partial

import pytest
from selenium.webdriver.common.by import By

from forms.definition import builtin
from tests.browser.hosting import hosted
from tests.browser.states import Tour
from tests.browser.test_journey import answer, next_page
from tests.enquete.pages.conftest import make_site

SLOW = {"offline": False, "latency": 600, "downloadThroughput": -1, "uploadThroughput": -1}
TWICE = """
const button = document.querySelector("main form .button");
button.click();
setTimeout(() => button.click(), 200);
"""


@pytest.fixture
def tour_in(settings, keys):
    """Give what begins a tour in a browser."""
    for site in make_site(settings, keys, builtin("buurt").text):
        with hosted(site.app) as url:
            yield partial(Tour, site=site, url=url, language="nl")


def back(browser, title):
    """Go back with the browser's button, and wait for a page with that title."""
    browser.back()
    wait_for(lambda: title in browser.title, lambda: browser.title)


def wait_for(done, said):
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end, said()
        time.sleep(0.05)


def test_the_way_back_over_an_error_is_a_page_of_ours(tour_in, each_browser):
    browser = each_browser
    tour_in(browser).set_code(0)
    next_page(browser)
    assert browser.title.startswith("Fout:")
    answer(browser, "8")
    next_page(browser)
    assert "Hoe veilig" in browser.title
    back(browser, "Welk rapportcijfer")
    assert not browser.title.startswith("Fout:")
    assert browser.find_element(By.CSS_SELECTOR, "input:checked").get_attribute("value") == "8"
    back(browser, "Welk rapportcijfer")
    back(browser, "Vul uw code in")


def test_the_way_back_over_a_wrong_code_is_the_first_page(tour_in, each_browser):
    tour = tour_in(each_browser)
    tour.fresh()
    tour.enter("ABCD")
    assert each_browser.title.startswith("Fout:")
    tour.enter(tour.site.codes[0])
    assert "Welk rapportcijfer" in each_browser.title
    back(each_browser, "Vul uw code in")
    wait_for(lambda: not each_browser.title.startswith("Fout:"), lambda: each_browser.title)


@pytest.mark.parametrize("away", ["a link", "the way back"])
def test_what_was_typed_and_not_saved_is_there_on_the_way_back(tour_in, each_browser, away):
    browser, tour = each_browser, tour_in(each_browser)
    tour.set_code(0)
    answer(browser, "7")
    while not browser.current_url.endswith("/opmerking"):
        next_page(browser)
    browser.find_element(By.TAG_NAME, "textarea").send_keys("Nog niet bewaard.")
    if away == "a link":
        tour.click(".brand")
        back(browser, "vertellen")
    else:
        back(browser, "buurtbeheerder")
        browser.forward()
        wait_for(lambda: "vertellen" in browser.title, lambda: browser.title)
    kept = browser.find_element(By.TAG_NAME, "textarea").get_attribute("value")
    assert kept == "Nog niet bewaard."


def test_the_way_back_after_sending_shows_no_answers(tour_in, each_browser):
    browser, tour = each_browser, tour_in(each_browser)
    tour.set_code(0)
    answer(browser, "7")
    while not browser.current_url.endswith("/bedankt"):
        next_page(browser)
    receipt = browser.find_element(By.CLASS_NAME, "receipt").text
    browser.refresh()
    assert browser.find_element(By.CLASS_NAME, "receipt").text == receipt
    back(browser, "Wij hebben uw antwoorden al")
    back(browser, "Wij hebben uw antwoorden al")
    assert len(tour.site.responses()) == 1


def test_two_presses_send_once_and_show_the_receipt(tour_in, browser):
    tour_in(browser).set_code(1)
    answer(browser, "7")
    while not browser.current_url.endswith("/controle"):
        next_page(browser)
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", SLOW)
    try:
        browser.execute_script(TWICE)
        wait_for(lambda: not browser.current_url.endswith("/controle"), lambda: browser.title)
        wait_for(lambda: "Bedankt" in browser.title, lambda: browser.title)
    finally:
        browser.execute_cdp_cmd("Network.emulateNetworkConditions", SLOW | {"latency": 0})
        browser.execute_cdp_cmd("Network.disable", {})
    assert browser.find_elements(By.CLASS_NAME, "receipt")
