"""Static files: kept for ever under the address of their content, and never anything else."""

import gzip
import re

import pytest
from flask import url_for

from enquete import assets
from enquete.app import create_app
from enquete.store import open_store

CSS = (assets.FOLDER / "enquete.css").read_bytes()
ZIPPED = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def app(settings):
    open_store(settings.database).migrate()
    return create_app(settings)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def named(app):
    """The address that pages link."""
    with app.test_request_context():
        return url_for("static", filename="enquete.css")


def test_an_address_changes_with_the_content(client, named):
    assert re.fullmatch(r"/static/enquete\.css\?v=[0-9a-f]{16}", named)
    assert named in client.get("/").text.replace("&amp;", "&")
    first, second = (assets.asset("a.css", content) for content in (b"a{}", b"b{}"))
    assert first.hash != second.hash


def test_the_named_content_is_kept_for_ever(client, named):
    answer = client.get(named)
    assert answer.status_code == 200
    assert answer.data == CSS
    assert answer.content_type == "text/css; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("query", ["", "?v=0123456789abcdef", "?v="])
def test_other_content_is_asked_for_again(client, query):
    answer = client.get(f"/static/enquete.css{query}")
    assert answer.data == CSS
    assert answer.headers["Cache-Control"] == "no-cache"
    again = client.get("/static/enquete.css", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "no-cache"
    assert again.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "zipped"),
    [
        ("gzip, deflate, br", True),
        ("gzip;q=0.5", True),
        ("*", True),
        ("", False),
        ("br", False),
        ("gzip;q=0, *", False),
        ("identity", False),
    ],
)
def test_it_is_compressed_where_the_browser_takes_it(client, named, accepted, zipped):
    answer = client.get(named, headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == ("gzip" if zipped else None)
    assert (gzip.decompress(answer.data) if zipped else answer.data) == CSS
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_each_encoding_has_its_own_tag(client, named):
    plain, zipped = client.get(named), client.get(named, headers=ZIPPED)
    assert plain.headers["ETag"] != zipped.headers["ETag"]
    tag = {"If-None-Match": plain.headers["ETag"]}
    assert client.get(named, headers=ZIPPED | tag).status_code == 200


def test_compressing_gives_the_same_bytes_each_time():
    assert assets.asset("a.css", CSS).compressed == gzip.compress(CSS, mtime=0)
    assert assets.asset("a.css", CSS) == assets.asset("a.css", CSS)
    assert assets.asset("a.css", b"a{}").compressed is None  # it would be larger


def test_pages_are_never_compressed(client):
    for address in ("/", "/cijfers/", "/health", "/nergens"):
        assert "Content-Encoding" not in client.get(address, headers=ZIPPED).headers


def test_head_is_get_without_the_content(client, named):
    for headers in ({}, ZIPPED):
        got, head = client.get(named, headers=headers), client.head(named, headers=headers)
        assert head.data == b""
        assert dict(head.headers) == dict(got.headers)


@pytest.mark.parametrize(
    "path",
    [
        "nothing.css",
        "",
        "../app.py",
        "%2e%2e/app.py",
        "..%2fapp.py",
        "/etc/passwd",
        "enquete.css/",
        "ENQUETE.CSS",
        "enquete.css%00",
        "theme.css",
    ],
)
def test_nothing_else_is_served(client, path):
    answer = client.get(f"/static/{path}")
    assert answer.status_code in {308, 404}
    assert b"def " not in client.get(f"/static/{path}", follow_redirects=True).data


def test_a_page_cannot_link_what_is_not_there(app):
    with app.test_request_context(), pytest.raises(KeyError, match=r"nothing\.css"):
        url_for("static", filename="nothing.css")


def test_every_file_of_the_folder_is_served(client):
    for path in assets.FOLDER.iterdir():
        assert client.get(f"/static/{path.name}").data == path.read_bytes()


def test_it_gives_no_cookie_and_depends_on_none(client, named):
    client.get("/taal/en")  # a browser with a session
    answer = client.get(named)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
