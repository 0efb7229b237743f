"""The survey in Arabic, in a real browser: from right to left, and nothing lost by switching."""

import base64
import os
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from enquete.codes import read_code
from enquete.demo import unused_code
from enquete.translate import LANGUAGES
from tests.browser.test_journey import answer, next_page, press

FOLDER = os.environ.get("SCREENSHOTS")
METRICS = {"width": 360, "height": 780, "deviceScaleFactor": 2, "mobile": False}
WIDER = """return [...document.querySelectorAll("*")].filter(
    e => e.getBoundingClientRect().left < -0.5 || e.getBoundingClientRect().right > 360.5
).filter(e => !e.closest("thead, .unseen, .skip")).map(e => e.outerHTML.slice(0, 90))"""
OVERLAPPING = """return [...document.querySelectorAll("svg")].flatMap(svg => {
    const texts = [...svg.querySelectorAll("text")].map(e => [e, e.getBoundingClientRect()]);
    return texts.flatMap(([one, a]) => texts.filter(([other, b]) => one !== other && a.width &&
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4
    ).map(([other]) => [one.textContent, other.textContent]))
})"""


@pytest.fixture
def phone(browser):
    """A browser of 360 pixels wide, with a clean memory; `look` checks and keeps a picture."""
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", METRICS)
    browser.delete_all_cookies()
    yield browser
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def look(phone, name):
    assert phone.execute_script(WIDER) == [], name
    assert phone.execute_script("return document.documentElement.scrollWidth") <= 360, name
    if FOLDER:
        picture = phone.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
        path = Path(FOLDER) / f"{name}-360.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(base64.b64decode(picture["data"]))


def chosen(phone):
    found = phone.find_elements(By.CSS_SELECTOR, ":checked")
    return [each.get_attribute("value") for each in found]


def direction(phone):
    return phone.execute_script("return getComputedStyle(document.body).direction")


def left(phone, selector):
    element = phone.find_element(By.CSS_SELECTOR, selector)
    return element.rect["x"]


def switch(phone, language):
    press(phone, phone.find_element(By.CSS_SELECTOR, f".languages [lang='{language}']"))


def begin(phone, server, demo):
    code = read_code(unused_code(*demo))
    phone.get(f"{server}/")
    phone.find_element(By.NAME, "code").send_keys(code)
    return code


def send(phone):
    """Answer what waits and send: a code with a draft must not come to the next test."""
    if phone.current_url.endswith("/cijfer"):
        answer(phone, "7")
    while not phone.current_url.endswith("/bedankt"):
        next_page(phone)


def test_a_journey_in_arabic(phone, server, demo):
    code = begin(phone, server, demo)
    switch(phone, "ar")
    assert direction(phone) == "rtl"
    field = phone.find_element(By.NAME, "code")
    assert read_code(field.get_attribute("value")) == code
    assert phone.execute_script("return getComputedStyle(arguments[0]).direction", field) == "ltr"
    look(phone, "ar-start")
    next_page(phone)
    next_page(phone)
    assert phone.title.startswith("خطأ:")
    assert phone.switch_to.active_element.get_attribute("class") == "summary"
    look(phone, "ar-question-error")
    answer(phone, "8")
    look(phone, "ar-question")
    assert left(phone, "label[for$='--1']") > left(phone, "label[for$='--2']")
    number = 0
    while not phone.current_url.endswith("/controle"):
        next_page(phone)
        number += 1
        look(phone, f"ar-page-{number}")
        if phone.current_url.endswith("/opmerking"):
            phone.find_element(By.TAG_NAME, "textarea").send_keys("الحي جميل. Prima buurt, 8!")
    look(phone, "ar-review")
    next_page(phone)
    assert phone.current_url.endswith("/bedankt")
    assert direction(phone) == "rtl"
    look(phone, "ar-thanks")


def test_switching_keeps_a_choice_that_was_not_saved(phone, server, demo):
    begin(phone, server, demo)
    next_page(phone)
    answer(phone, "6")
    for language in reversed(LANGUAGES):
        switch(phone, language)
        assert phone.current_url.endswith("/vraag/cijfer")
        assert phone.find_element(By.TAG_NAME, "html").get_attribute("lang") == language
        current = phone.find_elements(By.CSS_SELECTOR, "[aria-current]")
        assert [each.get_attribute("lang") for each in current] == [language]
        assert chosen(phone) == ["6"]
    send(phone)


def test_the_enter_key_goes_on_and_does_not_switch(phone, server, demo):
    begin(phone, server, demo)
    press(phone, phone.find_element(By.NAME, "code"), Keys.ENTER)
    phone.get(f"{server}/vraag/cijfer")
    radio = phone.find_element(By.CSS_SELECTOR, "input[value='7']")
    answer(phone, "7")
    press(phone, radio, Keys.ENTER)
    assert phone.current_url.endswith("/vraag/veiligheid")
    assert phone.find_element(By.TAG_NAME, "html").get_attribute("lang") == "nl"
    send(phone)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figures_fit_in_every_language(phone, server, language):
    phone.get(f"{server}/cijfers/2022")
    switch(phone, language)
    assert direction(phone) == LANGUAGES[language].direction
    assert phone.execute_script(OVERLAPPING) == []
    look(phone, f"figures-{language}")


def test_the_survey_fits_in_every_language(phone, server, demo):
    begin(phone, server, demo)
    for language in LANGUAGES:
        switch(phone, language)
        look(phone, f"start-{language}")
    next_page(phone)
    answer(phone, "7")
    while not phone.current_url.endswith("/controle"):
        page = phone.current_url.rpartition("/")[2]
        for language in LANGUAGES:
            switch(phone, language)
            look(phone, f"{page}-{language}")
        next_page(phone)
    send(phone)
