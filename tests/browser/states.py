"""Every state of the residents' pages, one after another, in any language."""

from dataclasses import dataclass, replace
from datetime import date
from random import Random

from selenium.webdriver.common.by import By

from enquete.codes import draw_code
from enquete.errors import StoreBusyError
from enquete.pages import attempts
from enquete.store import Store
from tests.browser.test_journey import answer, next_page, press
from tests.enquete.pages.conftest import Site

TYPED = {"nl": "Fijne buurt, en rustig. 😀", "ar": "الحي جميل. Prima buurt, 8!"}


@dataclass
class Tour:
    """A browser before a service, in one language; each method gives the names of its states."""

    browser: object
    site: Site
    url: str
    language: str

    def open(self, path):
        """Open an address of the service."""
        self.browser.get(f"{self.url}{path}")

    def fresh(self):
        """Begin without a cookie, in the language of the tour."""
        self.browser.delete_all_cookies()
        self.open(f"/taal/{self.language}?next=/")

    def enter(self, code):
        """Type a code on the start page."""
        field = self.browser.find_element(By.NAME, "code")
        field.clear()
        field.send_keys(code)
        next_page(self.browser)

    def click(self, selector):
        """Press something and wait for the page that comes of it."""
        press(self.browser, self.browser.find_element(By.CSS_SELECTOR, selector))

    def set_code(self, number):
        """Begin with one of the codes of the service."""
        self.fresh()
        self.enter(self.site.codes[number])

    def starting(self):
        """The start page, and codes that do not work."""
        self.fresh()
        yield "start"
        self.enter("ABCD")
        yield "code-error"
        self.enter(draw_code(Random(1)))
        yield "code-unknown"
        self.fresh()
        self.browser.execute_cdp_cmd("Emulation.setDocumentCookieDisabled", {"disabled": True})
        self.browser.delete_all_cookies()
        self.enter(self.site.codes[0])
        self.browser.execute_cdp_cmd("Emulation.setDocumentCookieDisabled", {"disabled": False})
        yield "no-cookie"

    def answering(self):
        """The questions, what is wrong with them, the review and the thanks."""
        self.set_code(0)
        yield "question"
        next_page(self.browser)
        yield "question-error"
        answer(self.browser, "8")
        yield "question-chosen"
        next_page(self.browser)
        next_page(self.browser)
        yield "asked-once-more"
        number = 2
        while not self.browser.current_url.endswith("/controle"):
            next_page(self.browser)
            number += 1
            if self.browser.current_url.endswith("/opmerking"):
                yield from self.text()
            elif not self.browser.current_url.endswith("/controle"):
                yield f"page-{number}"
        yield "review"
        self.click("a[href='/kopie']")
        yield "copy"
        self.open("/controle")
        next_page(self.browser)
        yield "thanks"
        self.open("/controle")
        yield "already"
        self.set_code(0)
        yield "code-used"

    def text(self):
        """The question that is answered in one's own words."""
        area = self.browser.find_element(By.TAG_NAME, "textarea")
        area.send_keys("x" * 20)
        self.browser.execute_script("arguments[0].value = 'x '.repeat(1500)", area)
        next_page(self.browser)
        yield "text-too-long"
        area = self.browser.find_element(By.TAG_NAME, "textarea")
        area.clear()
        self.browser.execute_script("arguments[0].value = arguments[1]", area, TYPED[self.language])
        yield "text"

    def interrupted(self):
        """Other devices, other codes, long waits and stops."""
        self.set_code(2)
        other = self.site.visitor()
        other.send(other.enter(self.site.codes[2]), rapportcijfer="4")
        answer(self.browser, "9")
        next_page(self.browser)
        yield "changed-elsewhere"
        next_page(self.browser)
        self.click("button[name='stoppen']")
        yield "stopped"
        self.set_code(4)
        answer(self.browser, "7")
        self.browser.execute_script("document.getElementsByName('csrf_token')[0].value = '0'")
        next_page(self.browser)
        yield "stale"
        self.browser.execute_script("document.getElementById('timeout').showModal()")
        yield "warned"
        self.site.wait(60)
        self.open("/vraag/cijfer")
        yield "late"
        self.open("/vraag/cijfer")
        yield "lost"
        self.set_code(4)
        self.open("/vraag/cijfer")
        self.browser.execute_script("document.getElementsByName('voor')[0].value = '0'")
        answer(self.browser, "7")
        next_page(self.browser)
        yield "other-code"

    def refused(self, monkeypatch):
        """What the service cannot do now."""
        self.fresh()
        with monkeypatch.context() as often:
            often.setattr(attempts, "are_used_up", lambda: True)
            self.enter(self.site.codes[6])
        yield "often"
        for name, day in (("early", date(2022, 9, 1)), ("closed", date(2022, 11, 1))):
            self.site.day[0] = day
            self.set_code(6)
            yield name
        self.site.day[0] = date(2022, 10, 5)
        self.set_code(6)
        answer(self.browser, "7")
        with monkeypatch.context() as broken:
            broken.setattr(Store, "change_draft", _busy)
            next_page(self.browser)
            yield "busy"
        with monkeypatch.context() as broken:
            broken.setattr(Store, "change_draft", _fail)
            self.click("main form .button")
            yield "failed"
        maintenance = self.site.app.extensions["enquete"].settings.maintenance_file
        maintenance.touch()
        self.open("/")
        yield "maintenance"
        maintenance.unlink()
        self.open("/nergens")
        yield "not-found"

    def panel(self):
        """What a panel is told at the start."""
        store = self.site.app.extensions["enquete"].store
        waves = [replace(wave, anonymity="panel") for wave in store.waves(texts=False)]
        store.waves, before = (lambda **_: waves), store.waves
        try:
            self.fresh()
            yield "start-panel"
        finally:
            store.waves = before

    def all(self, monkeypatch):
        """Every state."""
        yield from self.starting()
        yield from self.answering()
        yield from self.interrupted()
        yield from self.refused(monkeypatch)
        yield from self.panel()


def _busy(*_, **__):
    raise StoreBusyError("the database is busy")


def _fail(*_, **__):
    raise RuntimeError
