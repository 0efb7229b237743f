"""A visitor with a browser and without JavaScript, who checks each page in the same way."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import html5lib

from enquete import translate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

    from flask import Flask
    from werkzeug.test import TestResponse

ERROR_WORDS, NOTICE_WORDS = (
    tuple(translate.catalogue(each).gettext(word) for each in translate.LANGUAGES)
    for word in ("Fout:", "Let op:")
)
CONTROLS = ("input", "textarea", "select")


class Page:
    """A page as a visitor meets it; making one checks it."""

    def __init__(self, response: TestResponse) -> None:
        self.status = response.status_code
        self.path = urlsplit(response.request.url).path
        self.address = response.request.full_path.rstrip("?")
        self.headers = response.headers
        self.html = response.text
        self.root: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(
            self.html
        )
        self.title = text(self.all("title")[0])
        self.heading = text(self.all("h1")[0])
        self._check()

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Give the elements of a tag that have these attributes."""
        wanted = attributes.items()
        return [e for e in self.root.iter(tag) if all(e.get(k) == v for k, v in wanted)]

    def by_id(self, identifier: str) -> Element:
        [element] = [e for e in self.root.iter() if e.get("id") == identifier]
        return element

    def link(self, words: str) -> str:
        """Give the address of the first link with these words."""
        return next(a.get("href", "") for a in self.all("a") if words in text(a))

    @property
    def languages(self) -> list[Element]:
        """The links or buttons that lead to another language, and the current one."""
        [bar] = [ul for ul in self.all("ul") if ul.get("class") == "languages"] or [[]]
        return [each for item in bar for each in item]

    @property
    def values(self) -> dict[str, list[str]]:
        """What the browser would send now: hidden, typed, chosen and ticked."""
        found: dict[str, list[str]] = {}
        for control in (e for tag in CONTROLS for e in self.all(tag)):
            if control.tag == "textarea":
                value = text(control)
            elif control.get("type") in {"radio", "checkbox"} and "checked" not in control.attrib:
                continue
            else:
                value = control.get("value", "")
            found.setdefault(control.get("name", ""), []).append(value)
        return found

    @property
    def errors(self) -> dict[str, str]:
        """The messages in the summary above the form, by the id that their links lead to."""
        summary = [e for e in self.all("section") if "summary" in e.get("class", "").split()]
        return {a.get("href", "")[1:]: text(a) for e in summary for a in e.iter("a")}

    def _check(self) -> None:
        html, ids = self.all("html")[0], Counter(e.get("id") for e in self.root.iter())
        language = html.get("lang", "")
        assert html.get("dir") == translate.LANGUAGES[language].direction
        assert self.title
        assert [text(h1) != "" for h1 in self.all("h1")] == [True]
        assert [i for i, n in ids.items() if i is not None and n > 1] == []
        assert not [e for e in self.root.iter() if e.tag == "style" or "style" in e.attrib]
        for script in self.all("script"):
            assert script.get("src", "").startswith("/static/")
            assert not script.text
        self._check_languages(language)
        self._check_controls()
        self._check_references({i for i in ids if i})
        if "no-store" in self.headers.get("Cache-Control", ""):
            self._check_summary()

    def _check_languages(self, current: str) -> None:
        for each in self.languages:
            code = each.get("lang", "")
            assert text(each) == translate.LANGUAGES[code].name
            assert each.get("dir") == translate.LANGUAGES[code].direction
            assert each.get("aria-current") == ("true" if code == current else None)
            if each.tag == "a":
                assert each.get("hreflang") == code
            else:
                assert each.get("value") == code
        assert sum("aria-current" in each.attrib for each in self.languages) == bool(self.languages)

    def _check_controls(self) -> None:
        labelled = {label.get("for"): text(label) for label in self.all("label")}
        grouped = {control for fieldset in self.all("fieldset") for control in fieldset.iter()}
        for control in (e for tag in CONTROLS for e in self.all(tag)):
            if control.get("type") != "hidden":
                assert labelled[control.get("id")], control.attrib
            if control.get("type") == "radio":
                assert control in grouped, control.attrib
            assert "required" not in control.attrib
        for fieldset in self.all("fieldset"):
            first = next(iter(fieldset))
            assert first.tag == "legend"
            assert text(first)

    def _check_references(self, ids: set[str]) -> None:
        used = {i for e in self.root.iter() for i in e.get("aria-describedby", "").split()}
        assert {i for i in ids if i.endswith(("-hint", "-error", "-ends"))} <= used
        for element in self.root.iter():
            for name in ("aria-describedby", "aria-labelledby", "for"):
                assert set(element.get(name, "").split()) <= ids, element.attrib
            if element.get("href", "").startswith("#"):
                assert element.get("href", "")[1:] in ids, element.attrib

    def _check_summary(self) -> None:
        focused = [e for e in self.root.iter() if "autofocus" in e.attrib]
        is_noticed = self.title.startswith(NOTICE_WORDS)
        assert len(focused) == (self.status == 422 or is_noticed)
        assert self.title.startswith(ERROR_WORDS) == (self.status == 422 and not is_noticed)


class Visitor:
    """A browser with its cookies."""

    def __init__(self, app: Flask, *, cookie: str | None = None) -> None:
        self.client = app.test_client()
        if cookie is not None:
            self.client.set_cookie("enquete", cookie)

    @property
    def cookie(self) -> str | None:
        cookie = self.client.get_cookie("enquete")
        return cookie.value if cookie else None

    def open(self, address: str) -> Page:
        """Open an address and follow where it leads."""
        return Page(self.client.get(address, follow_redirects=True))

    def send(self, page: Page, **values: str | list[str] | None) -> Page:
        """Fill values in over what stands in the page's form, send it, and follow."""
        return Page(self.post(page, follow=True, **values))

    def back(self, page: Page, **values: object) -> Page:
        """Press the button that leads to the page before."""
        [button] = page.all("button", name="vorige-vraag")
        pressed = {"vorige-vraag": button.get("value")}
        return Page(self.post(page, follow=True, **values, **pressed))

    def switch(self, page: Page, language: str, **values: object) -> Page:
        """Press the name of a language: a link, or a button that takes the form along."""
        named = [each for each in page.languages if text(each) == language]
        if named[0].tag == "a":
            return self.open(named[0].get("href", ""))
        pressed = {named[0].get("name", ""): named[0].get("value")}
        return Page(self.post(page, follow=True, **values, **pressed))

    def post(self, page: Page, *, follow: bool = False, **values: object) -> TestResponse:
        """Send the page's form; a value of None is taken out of it."""
        [form] = page.all("form")
        address = form.get("action") or page.address
        body = {k: v for k, v in (page.values | values).items() if v is not None}
        return self.client.post(address, data=body, follow_redirects=follow)

    def enter(self, code: str) -> Page:
        """Type a code on the start page."""
        return self.send(self.open("/"), code=code)

    def answer(self, page: Page, answers: Mapping[str, str | list[str]]) -> Page:
        """Answer page after page, until the review."""
        for _ in range(30):
            if page.path == "/controle":
                return page
            names = {e.get("name") for tag in CONTROLS for e in page.all(tag)}
            page = self.send(page, **{k: v for k, v in answers.items() if k in names})
        raise AssertionError("the review did not come")


def text(element: Element) -> str:
    """Give the words in an element."""
    words = "".join(element.itertext())
    return words.removeprefix("\n") if element.tag == "textarea" else " ".join(words.split())
