"""What is drawn once for many: each resident sees his own, whoever was there before."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest
from flask import Flask

from enquete.app import create_app
from enquete.codes import CodeKeys
from enquete.settings import Settings
from forms.definition import builtin
from tests.enquete.pages.conftest import ANSWERS, Site, make_site
from tests.enquete.pages.visitor import Visitor

TOKEN = re.compile(r'(name="csrf_token" value=")[^"]*')
OTHER_ANSWERS = {
    "cijfer": "1",
    "rapportcijfer": "1",
    "kennen": "eens",
    "beheerder_bekend": "nee",
    "opmerking": "{{ mark }} <b>",
}
EVERY_KIND = {
    "cijfer": "unknown",
    "huisdier": "ja",
    "stelling": "eens",
    "dieren": ["kat", "hond"],
    "honden": "2",
    "afstand": "1,5",
}


class EmptiedMeanwhile(dict[Any, Any]):
    """What is remembered, which another thread empties after each addition."""

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        self.clear()


def test_a_question_is_drawn_though_another_thread_empties_what_is_remembered(site: Site) -> None:
    service = site.app.extensions["enquete"]
    site.app.extensions["enquete"] = replace(service, drawn=EmptiedMeanwhile())
    visitor = site.visitor()
    page = visitor.send(visitor.enter(site.codes[0]), rapportcijfer="8")
    assert (page.status, page.path) == (200, "/vraag/veiligheid")


@pytest.mark.parametrize("which", ["site", "every_kind_site"])
def test_a_page_is_the_same_whoever_was_there_before(
    which: str, request: pytest.FixtureRequest
) -> None:
    site: Site = request.getfixturevalue(which)
    residents = [
        answered(site, code, language, answers)
        for code, (language, answers) in zip(
            site.codes,
            product(["Nederlands", "English"], [ANSWERS | EVERY_KIND, OTHER_ANSWERS]),
            strict=False,
        )
    ]
    for resident in residents:
        for address in addresses(resident):
            seen = resident.client.get(address).text
            assert "\N{NULL}" not in seen
            unused = Visitor(app_like(site), cookie=resident.cookie)
            assert TOKEN.sub(r"\1", seen) == TOKEN.sub(r"\1", unused.client.get(address).text)


def test_what_a_page_gives_each_resident_is_his_own(site: Site) -> None:
    first, second = (site.visitor().enter(code) for code in site.codes[:2])
    assert first.values["csrf_token"] != second.values["csrf_token"]
    assert first.values["voor"] != second.values["voor"]


def test_an_address_is_shown_as_it_is_asked_for(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.open(visitor.enter(site.codes[0]).address + '?van="><b>')
    assert page.by_id("form").get("action") == '/vraag/cijfer?van="><b>'
    again = visitor.open("/vraag/cijfer")
    assert again.by_id("form").get("action") == "/vraag/cijfer"


def test_the_root_that_one_request_names_is_not_that_of_another(site: Site) -> None:
    client, code = site.app.test_client(), site.codes[0]
    named = client.get("/", environ_overrides={"SCRIPT_NAME": "//evil.example"})
    assert "evil.example" in named.text
    client.get("/bedankt", environ_overrides={"SCRIPT_NAME": "//evil.example"})
    assert "evil.example" not in client.get("/").text
    for address in ("/bedankt", f"/c/{code}"):
        assert client.get(address).headers["Location"] == "/"
    visitor = site.visitor()
    page = visitor.enter(code)
    visitor.client.get(page.address, environ_overrides={"SCRIPT_NAME": "//evil.example"})
    assert "evil.example" not in visitor.open(page.address).html


def answered(
    site: Site, code: str, language: str, answers: Mapping[str, str | list[str]]
) -> Visitor:
    """Let somebody answer all questions in a language."""
    visitor = site.visitor()
    start = visitor.open("/")
    if language != "Nederlands":
        start = visitor.switch(start, language)
    visitor.answer(visitor.send(start, code=code), answers)
    return visitor


def addresses(visitor: Visitor) -> list[str]:
    """Give those of the start page and of each page of the questionnaire, twice."""
    review = visitor.open("/controle")
    changes = [a.get("href", "") for a in review.all("a") if "van=" in a.get("href", "")]
    assert changes
    return ["/", *changes, *(address.partition("?")[0] for address in changes)]


def app_like(site: Site) -> Flask:
    """Make a service on the same database that nobody used yet."""
    used = site.app.extensions["enquete"]
    return create_app(used.settings, today=used.today, now=used.now)


def test_nobodys_own_words_are_remembered(site: Site) -> None:
    visitor = answered(site, site.codes[0], "Nederlands", ANSWERS)
    assert "Fijne buurt" in visitor.open("/vraag/opmerking").html
    remembered = repr(site.app.extensions["enquete"].drawn)
    assert "opmerking" in remembered
    assert "Fijne buurt" not in remembered


def test_the_order_of_shuffled_options_is_the_residents_own(settings: Settings) -> None:
    text = builtin("buurt").text
    text = text.replace('kind = "choice"', 'kind = "choice"\nshuffle = true', 1)
    orders = set()
    for site in make_site(settings, CodeKeys(settings.secret.encode()), text):
        for code in site.codes[:12]:
            visitor = site.visitor()
            visitor.answer(visitor.enter(code), ANSWERS)
            page = visitor.open("/vraag/beheerder")
            orders.add(tuple(e.get("value") for e in page.all("input", type="radio")))
    assert len(orders) > 1


def test_without_a_survey_the_start_page_is_in_the_language_chosen(site: Site) -> None:
    site.day[0] = date(2000, 1, 1)
    visitor = site.visitor()
    assert visitor.open("/").heading == "Doe mee aan ons onderzoek"
    assert visitor.open("/taal/en").heading == "Take part in our survey"
