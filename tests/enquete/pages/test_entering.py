"""The code: typed, mistyped, in the letter's link, and when it cannot be used."""

from datetime import date
from random import Random

import pytest

from enquete.codes import draw_code, show_code
from forms.definition import builtin
from tests.enquete.pages.conftest import Site


def test_the_letters_link_fills_the_code_in_and_changes_nothing(site: Site) -> None:
    before = site.dump()
    page = site.visitor().open(f"/c/{site.codes[0]}")
    assert page.path == "/"
    assert page.values["code"] == [show_code(site.codes[0])]
    assert site.dump() == before


def test_the_letters_link_may_end_in_a_slash(site: Site) -> None:
    page = site.visitor().open(f"/c/{site.codes[0]}/")
    assert (page.path, page.values["code"]) == ("/", [show_code(site.codes[0])])


@pytest.mark.parametrize("address", ["/C/{}", "/c/{}/x"])
def test_a_mistyped_link_of_a_letter_leads_to_no_address_with_the_code(
    site: Site, address: str
) -> None:
    page = site.visitor().open(address.format(site.codes[0]))
    assert page.status == 404
    assert site.codes[0] not in page.html


def test_the_link_of_the_letter_works_when_maintenance_is_over(site: Site) -> None:
    visitor, closed = site.visitor(), site.app.extensions["enquete"].settings.maintenance_file
    closed.touch()
    told = visitor.open(f"/c/{site.codes[0]}")
    assert (told.status, told.path) == (503, "/")
    assert site.codes[0] not in told.html
    closed.unlink()
    assert visitor.open("/").values["code"] == [show_code(site.codes[0])]


def test_the_link_of_another_letter_goes_before_the_code_in_use(site: Site) -> None:
    visitor = site.visitor()
    visitor.enter(site.codes[0])
    assert visitor.open(f"/c/{site.codes[2]}").values["code"] == [show_code(site.codes[2])]


def test_a_code_may_be_typed_in_any_way(site: Site) -> None:
    typed = f" {show_code(site.codes[0]).lower().replace('-', ' ')} "
    assert site.visitor().enter(typed).path == "/vraag/cijfer"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("ABCD-EFGH", "ABCD-EFGH"),
        ("<b>&\"'", "<b>&\"'"),
        ("A\x00BCD", "ABCD"),
        ("x" * 5000, "x" * 40),
    ],
)
def test_a_mistyped_code_is_said_at_once_and_stays(site: Site, typed: str, kept: str) -> None:
    page = site.visitor().enter(typed)
    assert (page.status, page.path) == (422, "/")
    assert page.values["code"] == [kept]
    assert list(page.errors) == ["code"]


def test_a_code_with_one_wrong_character_is_mistyped_not_unknown(site: Site) -> None:
    code = site.codes[0]
    wrong = ("A" if code[0] != "A" else "B") + code[1:]
    assert site.visitor().enter(wrong).status == 422


def test_each_reason_not_to_go_on_has_its_own_page(site: Site) -> None:
    used, unused, *_ = site.codes
    visitor, review = site.at_review(used)
    visitor.send(review)
    pages = {"used": site.visitor().enter(used)}
    pages["unknown"] = site.visitor().enter(draw_code(Random(1)))
    pages["already"] = visitor.open("/controle")
    pages["lost"] = site.visitor().open("/vraag/cijfer")
    site.day[0] = date(2022, 9, 30)
    pages["early"] = site.visitor().enter(unused)
    site.day[0] = date(2022, 11, 1)
    pages["closed"] = site.visitor().enter(unused)
    statuses = {name: page.status for name, page in pages.items()}
    assert statuses == {
        "unknown": 404,
        "used": 410,
        "already": 409,
        "lost": 403,
        "early": 403,
        "closed": 410,
    }
    assert len({page.title for page in pages.values()}) == len(pages)
    assert "1 oktober 2022" in pages["early"].html
    assert "31 oktober 2022" in pages["closed"].html
    # It may be the letter of an earlier year.
    newest = [name for name, page in pages.items() if "uit de nieuwste brief" in page.html]
    assert sorted(newest) == ["closed", "unknown", "used"]


def test_without_cookies_the_resident_is_told_so(site: Site) -> None:
    page = site.visitor().open("/")
    stranger = site.visitor()
    answer = stranger.send(page, code=site.codes[0])
    assert answer.status == 422
    assert "cookies" in answer.html
    assert answer.values["code"] == [site.codes[0]]


def test_the_start_page_tells_about_the_survey_that_runs(site: Site) -> None:
    assert site.visitor().open("/").heading == builtin("buurt").title["nl"]
    site.day[0] = date(2023, 1, 1)
    assert site.visitor().open("/").heading == "Doe mee aan ons onderzoek"
