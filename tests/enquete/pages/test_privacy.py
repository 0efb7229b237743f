"""What must not leak, and what every page says to the browser."""

from dataclasses import replace

from enquete.app import create_app
from enquete.codes import show_code
from enquete.settings import Settings
from tests.enquete.pages.conftest import Site
from tests.enquete.pages.visitor import Visitor


def test_no_page_after_the_first_holds_the_code(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    pages = [review, visitor.open("/vraag/cijfer"), visitor.send(review)]
    for page in pages:
        assert site.codes[0] not in page.html
        assert show_code(site.codes[0]) not in page.html


def test_the_database_holds_no_code_and_no_readable_draft(site: Site) -> None:
    site.at_review(site.codes[0])
    stored = "\n".join(site.dump())
    assert site.codes[0] not in stored
    assert "Fijne buurt" not in stored
    assert 'rapportcijfer":' not in stored


def test_pages_are_not_kept_and_say_so(site: Site) -> None:
    visitor, review = site.at_review(site.codes[0])
    for page in (visitor.open("/"), visitor.open("/vraag/cijfer"), review, visitor.send(review)):
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "unsafe" not in policy
    letter = visitor.client.get(f"/c/{site.codes[0]}")
    assert letter.headers["Cache-Control"] == "no-store"
    assert letter.headers["Referrer-Policy"] == "no-referrer"


def test_browsers_are_held_to_https_where_residents_come_over_it(
    site: Site, settings: Settings
) -> None:
    secure = create_app(replace(settings, base_url="https://buurt.example"))
    for app, said in ((site.app, None), (secure, "max-age=31536000")):
        for address in ("/", "/static/enquete.css", "/health", "/nergens"):
            with app.test_client().get(address) as response:
                assert response.headers.get("Strict-Transport-Security") == said
    secure.extensions["enquete"].store.close()


def test_a_demonstration_says_so(site: Site) -> None:
    words = "Dit is een demonstratie met een verzonnen verhuurder."
    assert words not in site.visitor().open("/").html
    settings = replace(site.app.extensions["enquete"].settings, demo=True)
    assert words in Visitor(create_app(settings)).open("/").html
