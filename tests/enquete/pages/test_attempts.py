"""A search for codes is stopped, and nobody else is."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from enquete.codes import CodeKeys, draw_code
from enquete.pages import attempts
from enquete.settings import Settings
from forms.definition import builtin
from tests.enquete.pages.conftest import Site, make_site
from tests.enquete.pages.visitor import Page

FLATS = "203.0.113.7"


@pytest.fixture
def behind_proxy(settings: Settings, keys: CodeKeys, database_url: str) -> Iterator[Site]:
    """A service with a web server in front of it, on either database."""
    changed = replace(settings, database=database_url, proxies=1)
    yield from make_site(changed, keys, builtin("buurt").text)


def enter(site: Site, code: str, *, address: str = FLATS, **options: str) -> Page:
    visitor = site.visitor(**options)
    visitor.client.environ_base["HTTP_X_FORWARDED_FOR"] = address
    return visitor.enter(code)


def guess(site: Site, number: int, *, address: str = FLATS) -> list[int]:
    random = Random(number)
    return [enter(site, draw_code(random), address=address).status for _ in range(number)]


def test_a_search_from_one_address_is_stopped(behind_proxy: Site) -> None:
    assert set(guess(behind_proxy, attempts.PER_VISITOR)) == {404}
    page = enter(behind_proxy, draw_code(Random(7)))
    assert (page.status, page.heading) == (429, "U kunt nu even geen code invullen")
    assert page.headers["Retry-After"] == "600"
    assert enter(behind_proxy, behind_proxy.codes[0]).status == 429  # else the search goes on
    assert enter(behind_proxy, behind_proxy.codes[0], address="203.0.113.8").status == 200


def test_good_codes_and_mistyped_ones_count_for_nothing(behind_proxy: Site) -> None:
    """A block of flats behind one address: all come, all mistype, a few have an old letter."""
    guess(behind_proxy, attempts.PER_VISITOR - 1)
    for code in behind_proxy.codes:
        assert enter(behind_proxy, code[::-1] if code != code[::-1] else "A").status in {404, 422}
        break
    for code in behind_proxy.codes:
        wrong = ("A" if code[0] != "A" else "B") + code[1:]
        assert enter(behind_proxy, wrong).status == 422
        assert enter(behind_proxy, code).path == "/vraag/cijfer"


def test_who_is_answering_is_not_stopped(behind_proxy: Site) -> None:
    visitor = behind_proxy.visitor()
    visitor.client.environ_base["HTTP_X_FORWARDED_FOR"] = FLATS
    page = visitor.enter(behind_proxy.codes[0])
    guess(behind_proxy, attempts.PER_VISITOR)
    assert visitor.send(page, rapportcijfer="7").path == "/vraag/veiligheid"


def test_after_ten_minutes_everyone_may_try_again(
    behind_proxy: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    guess(behind_proxy, attempts.PER_VISITOR)
    behind_proxy.wait(10)
    assert enter(behind_proxy, behind_proxy.codes[0]).status == 200
    monkeypatch.setattr(attempts, "TOGETHER", 1)
    assert enter(behind_proxy, draw_code(Random(8))).status == 404
    assert enter(behind_proxy, draw_code(Random(9)), address="198.51.100.1").status == 429


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::5", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::5", "2001:db8:1:3::5", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
    ],
)
def test_one_home_has_many_addresses(
    behind_proxy: Site, monkeypatch: pytest.MonkeyPatch, first: str, second: str, same: bool
) -> None:
    monkeypatch.setattr(attempts, "PER_VISITOR", 1)
    guess(behind_proxy, 1, address=first)
    assert enter(behind_proxy, draw_code(Random(5)), address=second).status == (
        429 if same else 404
    )


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "onzin", ""])
def test_an_address_that_is_everybodys_is_counted_among_all_only(
    behind_proxy: Site, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(attempts, "PER_VISITOR", 2)
    assert set(guess(behind_proxy, 3, address=address)) == {404}
    monkeypatch.setattr(attempts, "TOGETHER", 3)
    assert guess(behind_proxy, 1, address=address) == [429]


def test_a_header_that_anyone_can_send_is_not_believed_by_default(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "PER_VISITOR", 1)
    visitor = site.visitor()
    visitor.client.environ_base["REMOTE_ADDR"] = "198.51.100.9"
    assert visitor.enter(draw_code(Random(1))).status == 404
    visitor.client.environ_base["HTTP_X_FORWARDED_FOR"] = FLATS
    assert visitor.enter(draw_code(Random(2))).status == 429


def test_the_web_server_in_front_on_another_machine_is_everybody(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "PER_VISITOR", 1)
    service = site.app.extensions["enquete"]
    public = replace(service.settings, base_url="https://enquete.example")
    monkeypatch.setitem(site.app.extensions, "enquete", replace(service, settings=public))
    for number in (1, 2):
        visitor = site.visitor()
        visitor.client.environ_base["REMOTE_ADDR"] = "198.51.100.9"
        assert visitor.enter(draw_code(Random(number))).status == 404


def test_what_is_counted_leads_to_no_address(site: Site) -> None:
    visitor = site.visitor()
    visitor.client.environ_base["REMOTE_ADDR"] = FLATS
    visitor.enter(draw_code(Random(1)))
    stored = "\n".join(site.dump())
    assert "attempt" in stored
    assert FLATS not in stored
