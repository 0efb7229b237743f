"""The check of a theme takes the colours that a real browser takes."""

from pathlib import Path

import pytest

from enquete import theme
from tests.enquete.serving import serving
from tests.enquete.test_theme import BUILTIN, DARK, GREEN, GREEN_IN_THE_DARK

EMULATED = {
    "light": {"media": "screen", "scheme": "light"},
    "dark": {"media": "screen", "scheme": "dark"},
    "print": {"media": "print", "scheme": "light"},
}
THEMES = [
    "",
    GREEN,
    f"{GREEN_IN_THE_DARK} {GREEN}",
    f"{GREEN} {GREEN_IN_THE_DARK}",
    f":root {{ --ink: red !important; {DARK} {{ --ink: blue; --muted: blue }} }}",
    ":ROOT { --ink: hsl(10 50% 20%); --Ink: red } @media ( PREFERS-color-scheme:light ) "
    "{ :root { --muted: rgb(1,2,3) } }",
    "@media print { :root { --paper: snow; --line: #123 } } :root { --line: #456 }",
]
READ = """
    const style = getComputedStyle(document.documentElement);
    const read = name => [name, style.getPropertyValue(name).trim()];
    return Object.fromEntries(arguments[0].map(read));
"""


@pytest.fixture
def emulate(browser):
    def set_media(media, scheme):
        features = [{"name": "prefers-color-scheme", "value": scheme}] if scheme else []
        browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"media": media, "features": features}
        )

    yield set_media
    set_media("", "")


@pytest.mark.parametrize("text", THEMES)
def test_the_cascade_is_that_of_a_browser(browser, emulate, tmp_path, text):
    for name, content in (("enquete.css", BUILTIN), ("theme.css", text)):
        (tmp_path / name).write_text(content)
    page = (
        "<!doctype html><link rel=stylesheet href=enquete.css><link rel=stylesheet href=theme.css>"
    )
    (tmp_path / "page.html").write_text(page)
    browser.get((tmp_path / "page.html").as_uri())
    declared = [*theme.properties(BUILTIN, of_theme=False), *theme.properties(text)]
    for scheme in theme.SCHEMES:
        emulate(**EMULATED[scheme])
        expected = {each.name: each.value for each in theme.winning(scheme, declared).values()}
        assert browser.execute_script(READ, list(expected)) == expected


def test_a_served_theme_reaches_the_page(browser, emulate, demo, tmp_path):
    settings, _ = demo
    look = Path(settings.instance) / "theme.css"
    look.write_text(f"{GREEN} {GREEN_IN_THE_DARK}")
    try:
        with serving(settings.instance, tmp_path / "log") as server:
            browser.get(server.url)
            for scheme, background in (
                ("light", "rgb(0, 105, 92)"),
                ("dark", "rgb(128, 203, 196)"),
            ):
                emulate(**EMULATED[scheme])
                button = (
                    "return getComputedStyle(document.querySelector('.button')).backgroundColor"
                )
                assert browser.execute_script(button) == background
    finally:
        look.unlink()
