"""The whole survey by keyboard alone: every stop is seen, every error leads to its question."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from forms.definition import builtin
from tests.browser.hosting import hosted
from tests.browser.test_journey import press
from tests.enquete.pages.conftest import make_site

SEEN = """
const focused = document.activeElement;
const drawn = focused.matches(".mark input") ? focused.nextElementSibling : focused;
const style = getComputedStyle(drawn), box = drawn.getBoundingClientRect();
return {
    tag: focused.tagName, name: focused.name || "", type: focused.type || "",
    value: focused.value || "", text: focused.textContent.trim(), id: focused.id,
    outline: parseFloat(style.outlineWidth) * (style.outlineStyle !== "none"),
    shadow: style.boxShadow, inside: box.top < innerHeight && box.bottom > 0,
};
"""


class Keyboard:
    """A pair of hands without a mouse."""

    def __init__(self, browser):
        self.browser = browser

    def type(self, *keys):
        ActionChains(self.browser).send_keys(*keys).perform()

    def focused(self):
        """Give what has the focus, after checking that it can be seen."""
        found = self.browser.execute_script(SEEN)
        assert found["tag"] != "BODY"
        assert found["outline"] >= 2 or found["shadow"] != "none", found
        assert found["inside"], found
        return found

    def tab_to(self, what, most=25):
        """Press Tab until something is reached."""
        for _ in range(most):
            self.type(Keys.TAB)
            found = self.focused()
            if what(found):
                return found
        raise AssertionError(f"not reached at {self.browser.current_url}")

    def go(self, key=Keys.ENTER):
        """Press a key on what has the focus, and wait for the page that comes of it."""
        press(self.browser, self.browser.switch_to.active_element, key)

    def next(self):
        """Go to the button that goes on, and press it."""
        self.tab_to(lambda found: found["tag"] == "BUTTON" and found["text"] in NEXT)
        self.go()


NEXT = {"Begin", "Volgende", "Verstuur mijn antwoorden"}


@pytest.fixture
def keyboard(each_browser, settings, keys):
    browser = each_browser
    browser.delete_all_cookies()
    for site in make_site(settings, keys, builtin("buurt").text):
        with hosted(site.app) as url:
            browser.get(f"{url}/taal/nl?next=/")
            yield Keyboard(browser), site
    browser.delete_all_cookies()


def test_the_survey_is_answered_by_keyboard_alone(keyboard):
    hands, site = keyboard
    browser = hands.browser
    hands.type(Keys.TAB)
    assert hands.focused()["text"] == "Naar de inhoud"
    hands.type(Keys.ENTER)
    hands.tab_to(lambda found: found["name"] == "code")
    hands.type("abcd")
    hands.go()
    assert browser.switch_to.active_element.get_attribute("class") == "summary"
    hands.tab_to(lambda found: found["tag"] == "A", most=1)
    hands.type(Keys.ENTER)
    assert hands.focused()["name"] == "code"
    hands.type(Keys.END, *[Keys.BACKSPACE] * 4, site.codes[0])
    hands.go()

    hands.next()  # nothing chosen
    assert browser.title.startswith("Fout:")
    assert browser.switch_to.active_element.get_attribute("class") == "summary"
    hands.tab_to(lambda found: found["tag"] == "A", most=1)
    hands.type(Keys.ENTER)
    assert hands.focused()["id"] == "q-rapportcijfer--1"
    hands.type(Keys.SPACE, *[Keys.ARROW_RIGHT] * 7)
    assert hands.focused()["value"] == "8"
    hands.next()
    hands.tab_to(lambda found: found["text"] == "Vorige")
    hands.go()
    assert browser.current_url.endswith("/vraag/cijfer")
    hands.tab_to(lambda found: found["type"] == "radio")
    assert hands.focused()["value"] == "8"  # the one that was chosen, and none of the others
    hands.next()
    while not browser.current_url.endswith("/opmerking"):
        hands.next()
    hands.tab_to(lambda found: found["tag"] == "TEXTAREA")
    hands.type("Zonder muis.")
    hands.next()
    hands.tab_to(lambda found: found["type"] == "checkbox")
    hands.type(Keys.SPACE)
    hands.next()
    assert browser.current_url.endswith("/controle")
    hands.tab_to(lambda found: "Wijzig" in found["text"])
    hands.go()
    assert browser.current_url.endswith("/vraag/cijfer?van=controle")
    hands.tab_to(lambda found: found["type"] == "radio")
    hands.type(Keys.ARROW_RIGHT)
    hands.tab_to(lambda found: found["text"] == "Bewaar mijn antwoord")
    hands.go()
    hands.next()
    assert browser.current_url.endswith("/bedankt")
    [response] = site.responses()
    assert (response["rating"], response["dwelling"]) == (9, "d0")
    assert "Zonder muis." in response["answers"]


def with_a_choice(hands, site):
    """Type the code, go on, and choose the first mark."""
    hands.tab_to(lambda found: found["name"] == "code")
    hands.type(site.codes[0])
    hands.go()
    hands.tab_to(lambda found: found["type"] == "radio")
    hands.type(Keys.SPACE)
    return hands


def test_the_enter_key_in_a_choice_goes_on(keyboard):
    hands = with_a_choice(*keyboard)
    hands.go()
    assert hands.browser.current_url.endswith("/vraag/veiligheid")
    hands.tab_to(lambda found: found["type"] == "radio")
    hands.type(Keys.SPACE)
    hands.go()  # not the button "Vorige", which stands before it
    assert hands.browser.current_url.endswith("/vraag/overlast")


def test_a_choice_is_cleared_by_keyboard(keyboard):
    hands = with_a_choice(*keyboard)
    hands.tab_to(lambda found: found["text"].startswith("Wis mijn keuze"))
    hands.go()
    assert not hands.browser.find_elements("css selector", ":checked")
