"""A page left alone: it warns, keeps what stands in it, and closes."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from forms.definition import builtin
from tests.browser.hosting import hosted
from tests.browser.states import Tour
from tests.browser.test_journey import answer, next_page
from tests.enquete.pages.conftest import make_site

SKIP = """
if (window.skipped === undefined) {
    const now = Date.now;
    Date.now = () => now() + 60000 * window.skipped;
    window.skipped = 0;
}
window.skipped += arguments[0];
"""
"""Minutes pass when the test says so, for the script that counts them."""

HEARD = """
return performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/verder"));
"""
"""The server has said whether who pressed "Ga door" may go on."""


@pytest.fixture
def tour(each_browser, settings, keys, request):
    mark = getattr(request, "param", "rapportcijfer")
    for site in make_site(settings, keys, builtin("buurt").text.replace("rapportcijfer", mark)):
        with hosted(site.app) as url:
            yield Tour(each_browser, site, url, "nl")


@pytest.fixture
def alone(tour):
    """Lets minutes pass in which nobody touches the page."""

    def wait(minutes):
        tour.browser.execute_script(SKIP, minutes)
        tour.site.wait(minutes)

    return wait


def dialog(browser):
    return browser.find_element(By.ID, "timeout")


def until(browser, what):
    WebDriverWait(browser, 20, poll_frequency=0.05).until(lambda _: what())


def test_a_page_left_alone_warns_and_then_closes_with_what_was_chosen(alone, tour):
    browser = tour.browser
    tour.set_code(0)
    answer(browser, "7")
    alone(42.5)
    assert not dialog(browser).is_displayed()
    alone(1)
    until(browser, lambda: dialog(browser).is_displayed())
    assert browser.switch_to.active_element.text == "Ga door"
    alone(1.5)
    until(browser, lambda: browser.current_url.endswith("/te-lang-weg"))
    assert "U was even weg" in browser.title
    visitor = tour.site.visitor()
    assert visitor.enter(tour.site.codes[0]).path == "/vraag/veiligheid"
    assert visitor.back(visitor.open("/vraag/veiligheid")).values["rapportcijfer"] == ["7"]


@pytest.mark.parametrize("tour", ["submit", "append"], indirect=True)
def test_a_page_closes_whatever_its_question_is_called(alone, tour):
    """In a script the fields of a form hide what the form can do."""
    browser = tour.browser
    tour.set_code(0)
    answer(browser, "7")
    alone(45)
    until(browser, lambda: browser.current_url.endswith("/te-lang-weg"))
    visitor = tour.site.visitor()
    assert visitor.enter(tour.site.codes[0]).path == "/vraag/veiligheid"


def test_a_review_left_alone_is_closed_too(alone, tour):
    browser = tour.browser
    visitor, _review = tour.site.at_review(tour.site.codes[2])
    tour.fresh()
    browser.add_cookie({"name": "enquete", "value": visitor.cookie})
    tour.open("/controle")
    alone(45)
    until(browser, lambda: browser.current_url.endswith("/te-lang-weg"))
    tour.open("/controle")
    assert "Vul uw code opnieuw in" in browser.title
    assert tour.site.responses() == []


def test_a_page_that_the_browser_kept_in_memory_closes_with_what_was_chosen(alone, tour):
    browser = tour.browser
    tour.set_code(0)
    answer(browser, "7")
    tour.click(".brand")
    tour.site.wait(46)
    browser.back()
    until(browser, lambda: browser.title.startswith("U was even weg"))
    visitor = tour.site.visitor()
    assert visitor.enter(tour.site.codes[0]).path == "/vraag/veiligheid"


def test_who_is_still_there_goes_on(alone, tour):
    browser = tour.browser
    tour.set_code(0)
    answer(browser, "7")
    alone(44)
    until(browser, lambda: dialog(browser).is_displayed())
    browser.switch_to.active_element.click()
    until(browser, lambda: not dialog(browser).is_displayed())
    until(browser, lambda: browser.execute_script(HEARD))
    alone(30)  # counted from the click on: not from the page
    next_page(browser)
    assert browser.current_url.endswith("/vraag/veiligheid")
