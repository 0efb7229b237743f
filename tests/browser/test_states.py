"""Every state of the residents' pages in Dutch and in Arabic: to everyone's use, at every width.

`make screenshots` keeps a picture of each in `screenshots/`.
"""

import base64
import os
from importlib.resources import files
from pathlib import Path

import pytest

from forms.definition import builtin
from tests.browser.hosting import hosted
from tests.browser.states import Tour
from tests.enquete.pages.conftest import make_site

FOLDER = os.environ.get("SCREENSHOTS")
WIDTHS = (320, 360, 1280)
AXE = files("axe_playwright_python").joinpath("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TARGET = 44
RUN_AXE = """
const [tags, done] = arguments;
axe.run({runOnly: tags, resultTypes: ["violations"]}).then(
    found => done(found.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 120))])),
    error => done([["axe", String(error)]]),
);
"""
DRAWN = "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))"
SMALL = """
const inText = e => getComputedStyle(e).display === "inline";
const seen = e => e.checkVisibility() && !e.closest(".unseen, .skip") && !inText(e);
return [...document.querySelectorAll("a, button, main label[for], textarea, .code, .number")]
    .filter(seen)
    .filter(e => !e.matches("label.question, h1 > label"))
    .map(e => [e.outerHTML.slice(0, 100), e.getBoundingClientRect()])
    .filter(([, box]) => box.height < arguments[0] || box.width < arguments[0])
    .map(([html, box]) => `${html} ${box.width} x ${box.height}`);
"""
STICKING_OUT = """
const width = document.documentElement.clientWidth;
return [...document.querySelectorAll("body *")]
    .filter(e => e.checkVisibility() && !e.closest(".unseen, .skip"))
    .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
    .filter(([, box]) => box.left < -0.5 || box.right > width + 0.5)
    .map(([html]) => html);
"""


def soft():
    """Give the builtin questionnaire with a question that is asked once more."""
    text, before = builtin("buurt").text, 'id = "veiligheid"\nkind = "rating"'
    assert before in text
    return text.replace(before, f'{before}\nrequired = "soft"')


@pytest.fixture(params=["nl", "ar"])
def tour(request, browser, settings, keys):
    for site in make_site(settings, keys, soft()):
        with hosted(site.app) as url:
            yield Tour(browser, site, url, request.param)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.delete_all_cookies()


def test_every_state_is_fit_for_use(tour, monkeypatch):
    names = []
    for name in tour.all(monkeypatch):
        names.append(name)
        look(tour.browser, f"{name}-{tour.language}")
    assert len(names) == len(set(names))
    assert len(names) > 35


def look(browser, name):
    """Check the page that is open in each width, and in the dark."""
    tree(browser, name)
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    assert browser.execute_async_script(RUN_AXE, RULES) == [], name
    for width in WIDTHS:
        resize(browser, width)
        assert browser.execute_script(STICKING_OUT) == [], (name, width)
        assert browser.execute_script(SMALL, TARGET) == [], (name, width)
        keep(browser, f"{name}-{width}")
    scheme(browser, "dark")
    assert browser.execute_async_script(RUN_AXE, ["cat.color"]) == [], name
    resize(browser, 360)
    keep(browser, f"{name}-dark")
    scheme(browser, "light")


def tree(browser, name):
    """Check what a screen reader is told of each question: its name, hint and error."""
    nodes = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    told = [
        (value(node, "role"), value(node, "name"), value(node, "description")) for node in nodes
    ]
    for question in browser.execute_script(QUESTIONS):
        named = [(role, said) for role, label, said in told if label == question["name"]]
        fitting = [said for role, said in named if role in question["roles"]]
        assert fitting, (name, question, named)
        for words in question["said"]:
            assert any(words in said for said in fitting), (name, question, fitting)
    assert [role for role, *_ in told].count("heading") >= 1, name
    if not browser.execute_script("return document.querySelector('dialog[open]')"):
        assert [role for role, *_ in told].count("main") == 1, name


QUESTIONS = """
const words = e => e.textContent.replace(/\\s+/g, " ").trim();
const said = field => [...field.querySelectorAll(".hint, .error, .ends")].map(words);
const groups = [...document.querySelectorAll("main fieldset")].map(e => ({
    name: words(e.querySelector("legend") || e), roles: ["group", "radiogroup"], said: said(e),
}));
const fields = [...document.querySelectorAll("main textarea, main .code, main .number")].map(e => ({
    name: words(document.querySelector(`label[for="${e.id}"]`)), roles: ["textbox"],
    said: said(e.closest(".field")),
}));
const dialog = document.querySelector("dialog[open]");
return dialog ? [] : [...groups, ...fields];
"""


def value(node, key):
    return " ".join(str(node.get(key, {}).get("value", "")).split())


def resize(browser, width):
    metrics = {"width": width, "height": 780, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.execute_async_script(DRAWN)


def scheme(browser, which):
    features = [{"name": "prefers-color-scheme", "value": which}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def keep(browser, name):
    """Keep a picture of the whole page, where pictures are asked for."""
    if FOLDER and not name.startswith(("before", "after")):
        # Only then: Chromium draws a page from right to left that fits in its window aside of it.
        long = browser.execute_script("return document.scrollingElement.scrollHeight > innerHeight")
        whole = {"captureBeyondViewport": long}
        picture = browser.execute_cdp_cmd("Page.captureScreenshot", whole)
        path = Path(FOLDER) / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(base64.b64decode(picture["data"]))


PLANTED = {
    "a hint that is not tied to its question": "q('fieldset').removeAttribute('aria-describedby')",
    "a question that is not its group's": "q('legend').replaceWith(...q('legend').childNodes)",
    "a mark without a name": "q('.mark label').remove()",
    "a low button": "q('.buttons .button').style.cssText = 'min-block-size: 0; padding: 0'",
    "something too wide": "q('h1').style.inlineSize = '2000px'",
    "letters that are hard to see": "q('.ends').style.color = '#bbb'",
    "two pages in one": "document.body.append(document.createElement('main'))",
}


@pytest.mark.parametrize("fault", PLANTED)
@pytest.mark.parametrize("tour", ["nl"], indirect=True)
def test_a_planted_fault_is_found(tour, fault):
    tour.set_code(0)
    look(tour.browser, "before")
    script = f"const q = s => document.querySelector(`main ${{s}}`); {PLANTED[fault]}"
    tour.browser.execute_script(script)
    with pytest.raises(AssertionError):
        look(tour.browser, "after")
