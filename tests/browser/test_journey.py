"""A resident fills in the survey in a real browser, and the answer is in the next report."""

import json

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from enquete.codes import CodeKeys, read_code
from enquete.demo import unused_code
from enquete.report import compute
from tests.browser.conftest import enquete


def next_page(browser):
    press(browser, browser.find_element(By.CSS_SELECTOR, "main form .button"))


def press(browser, element, *keys):
    """Click an element, or press keys in it, and wait for the page that comes of it."""
    browser.execute_script("window.left = true")
    element.send_keys(*keys) if keys else element.click()
    # Asking while pages change may fail: then ask again.
    wait = WebDriverWait(browser, 10, poll_frequency=0.05, ignored_exceptions=[WebDriverException])
    arrived = "return document.readyState === 'complete' && !window.left"
    wait.until(lambda _: browser.execute_script(arrived))


def answer(browser, value):
    browser.find_element(By.CSS_SELECTOR, f"input[type='radio'][value='{value}']").click()


@pytest.fixture
def code(demo):
    return unused_code(*demo)


def test_an_answer_given_in_the_browser_is_in_the_next_report(browser, server, demo, code):
    settings, store = demo
    area = store.invitee(CodeKeys(settings.secret.encode()).code_hash(read_code(code))).area
    before = n_of(compute(store, "2022", today="2022-11-01"), area)

    browser.get(f"{server}/c/{read_code(code)}")
    assert read_code(code) not in browser.current_url
    assert read_code(browser.find_element(By.NAME, "code").get_attribute("value")) == read_code(
        code
    )
    next_page(browser)
    next_page(browser)  # nothing chosen: the one required question says so
    assert browser.title.startswith("Fout:")
    answer(browser, "9")
    for _ in range(40):
        if browser.current_url.endswith("/controle"):
            break
        next_page(browser)
    assert "9" in browser.find_element(By.TAG_NAME, "main").text
    next_page(browser)
    assert browser.current_url.endswith("/bedankt")

    reporting = enquete("report", "2022", "--json", "--instance", settings.instance)
    rows = json.loads(reporting.communicate()[0])["rows"]
    assert next(row["n"] for row in rows if row["area"] == area) == before + 1


def n_of(table, area):
    return next(row.n for row in table.rows if row.area == area)


def test_the_figures_say_what_the_table_says(browser, server):
    browser.get(f"{server}/cijfers/2022")
    text = browser.find_element(By.TAG_NAME, "main").text
    assert "is het gemiddelde cijfer dat bewoners hun buurt geven" in text
    rows = browser.find_elements(By.CSS_SELECTOR, "table tbody tr")
    marks = {row.find_element(By.TAG_NAME, "th").text.split("\n")[0]: row.text for row in rows}
    assert "7,6" in marks["Amsterdam"]
    assert "8,0" in marks["Laren"]
