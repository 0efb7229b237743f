"""A theme is what browsers would make of it, and readable in every scheme."""

import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enquete import theme
from enquete.app import create_app
from enquete.errors import SettingsError
from enquete.store import open_store

BUILTIN = theme.BUILTIN.read_text(encoding="utf-8")
DOCUMENT = Path(__file__).parents[2] / "docs" / "theme.md"
DARK = "@media (prefers-color-scheme: dark)"
GREEN = ":root { --accent: #00695c; --accent-strong: #004d40 }"
GREEN_IN_THE_DARK = f"{DARK} {{ :root {{ --accent: #80cbc4; --accent-strong: #b2dfdb }} }}"

channels = st.integers(0, 255).map(lambda number: number / 255)
colours = st.tuples(channels, channels, channels)


def fault(text):
    with pytest.raises(SettingsError) as caught:
        theme.check(text, BUILTIN)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- Contrast -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "published"),
    [
        ("#767676", "#fff", 4.54),  # the lightest grey that public checkers pass on white
        ("#777777", "#fff", 4.48),  # and the first that they do not
        ("#999999", "#ffffff", 2.85),
        ("black", "white", 21),  # by WCAG's own definition
    ],
)
def test_contrast_is_as_published(one, other, published):
    assert round(theme.contrast(theme.colour(one), theme.colour(other)), 2) == published


@given(colours, colours)
def test_contrast_is_symmetric_and_from_1_to_21(one, other):
    assert theme.contrast(one, other) == theme.contrast(other, one)
    assert 1 <= theme.contrast(one, other) <= 21.000001
    assert theme.contrast(one, one) == 1


@pytest.mark.parametrize(
    "text",
    [
        "#336699",
        "#369",
        "#369f",
        "rgb(51, 102, 153)",
        "rgb(51 102 153)",
        "rgba(51 102 153 / 100%)",
        "rgb(20% 40% 60%)",
        "hsl(210, 50%, 40%)",
        "hsl(210deg 50% 40%)",
        "hwb(210 20% 40%)",
        "/* sea */ #336699",
    ],
)
def test_a_colour_is_read_however_it_is_written(text):
    assert theme.colour(text) == (51 / 255, 102 / 255, 153 / 255)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#12345",
        "#33669980",
        "transparent",
        "currentColor",
        "Canvas",
        "inherit",
        "rgb(300 0 0)",
        "rgb(1e999 0 0)",
        "hsl(0 200% 50%)",
        "rgb(0 0 0 / 50%)",
        "var(--ink)",
        "rgb(var(--red) 0 0)",
        "color()",
        "oklch(0.5 0.1 200)",
        "red blue",
    ],
)
def test_what_is_not_one_opaque_colour_is_none(text):
    assert theme.colour(text) is None


@given(st.text(alphabet="rgbhsl()#0123456789%,./ e-turndegnone", max_size=30))
def test_no_text_breaks_the_reading_of_a_colour(text):
    found = theme.colour(text)
    assert found is None or all(0 <= channel <= 1 for channel in found)


# --- The built-in look --------------------------------------------------------------------------


def test_the_built_in_look_is_readable():
    theme.check("", BUILTIN)


def test_every_built_in_colour_is_checked_or_decoration():
    colours = {each.name for each in theme.properties(BUILTIN) if theme.colour(each.value)}
    used = {name for pairs, _ in theme.MINIMA for name in pairs}
    used |= {name for pairs, _ in theme.MINIMA for names in pairs.values() for name in names}
    assert colours - used == {"--faint", "--focus"}
    assert used <= colours


def test_text_and_background_of_one_rule_are_a_checked_pair():
    rules = re.findall(r"\{([^{}]*)\}", BUILTIN)
    found = [
        (front[1], back[1])
        for rule in rules
        if (front := re.search(r"(?<![\w-])color: var\((--[\w-]+)\)", rule))
        and (back := re.search(r"(?<![\w-])background: var\((--[\w-]+)\)", rule))
    ]
    assert ("--ink", "--ground") in found
    for front, back in found:
        assert back in theme.TEXT[front]


# --- The cascade --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/* nothing */",
        f"{GREEN} {GREEN_IN_THE_DARK}",
        f"{GREEN} :root {{ {DARK} {{ --accent: #80cbc4; --accent-strong: #b2dfdb }} }}",
        f"@media (prefers-color-scheme: light) {{ {GREEN} }}",
        f"{DARK} {{ :root {{ --ground: #000 }} }}",
        ":root { --accent: #f90; --accent: #0d5c75 } " + GREEN_IN_THE_DARK,
        ":root { --radius: 0; --own: url(/logo.svg) } .brand { color: red }",
        "@media (min-width: 40rem) { .brand { font-size: 2rem } }",
        "@font-face { font-family: Own; src: local('Own') }",
    ],
)
def test_a_theme_that_is_readable_is_accepted(text):
    theme.check(text, BUILTIN)


def test_too_little_contrast_says_name_wanted_got_and_scheme():
    assert fault(":root { --accent: #f90 }") == (
        "theme.css: --accent on --paper must have a contrast of at least 4.5, got 2.1 "
        "(#f90 on #ffffff, light)"
    )
    assert fault(":root { --line: #aaa }") == (
        "theme.css: --line on --paper must have a contrast of at least 3, got 2.3 "
        "(#aaa on #ffffff, light)"
    )


def test_a_value_over_several_lines_is_told_in_one():
    assert "(rgb(255 153 0) on" in fault(":root { --accent: rgb(255\n 153\n 0) }")


def test_what_was_got_is_rounded_down():
    # #777 on white is 4.478: rounded up it would read as what was wanted, nearly.
    assert "got 4.4 " in fault(":root { --muted: #777 }")


def test_a_light_value_counts_in_the_dark_and_says_how_to_mend_it():
    assert fault(GREEN) == (
        "theme.css: --accent on --paper must have a contrast of at least 4.5, got 2.4 "
        "(#00695c on #172127, dark); what :root says counts there too: also set --accent "
        "in :root inside @media (prefers-color-scheme: dark)"
    )


def test_the_later_rule_wins_as_in_a_browser():
    assert "(#00695c on #172127, dark)" in fault(f"{GREEN_IN_THE_DARK} {GREEN}")


def test_an_important_value_wins_from_a_later_one():
    important = GREEN.replace("#00695c", "#00695c !important")
    assert "(#00695c on #172127, dark)" in fault(f"{important} {GREEN_IN_THE_DARK}")


def test_paper_is_a_scheme_of_its_own():
    assert "(#eee on #ffffff, print)" in fault("@media print { :root { --ink: #eee } }")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("body { --ink: #000 }", "body"),
        (":root, body { --ink: #000 }", ":root, body"),
        (":root,\n  body { --ink: #000 }", ":root, body"),
        (":root { .card { --ink: #000 } }", ".card inside :root"),
        (":root { :root { --ink: #000 } }", ":root inside :root"),
        ("@layer look { :root { --ink: #000 } }", ":root inside @layer look"),
        ("@media screen { :root { --radius: 0 } }", ":root inside @media screen"),
        (f"@media print {{ {DARK} {{ :root {{ --ink: #000 }} }} }}", f"inside {DARK} inside"),
    ],
)
def test_a_built_in_property_elsewhere_is_refused(text, place):
    said = fault(text)
    assert "must be set in :root" in said
    assert place in said


@pytest.mark.parametrize(
    "value", ["var(--own)", "transparent", "#16262e80", "inherit", "teal blue"]
)
def test_a_value_that_is_no_colour_is_named(value):
    said = fault(f":root {{ --ink: {value} }}")
    assert said.startswith("theme.css: --ink must be one opaque colour")
    assert said.endswith(f"got '{value}' (light)")
    assert fault(f"{DARK} {{ :root {{ --faint: {value} }} }}").endswith(f"got '{value}' (dark)")


# --- What it may fetch --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/logo.svg", "logo.svg", "../img/logo.svg?v=2", "#filter", "/a//b.png"]
)
def test_an_address_on_this_server_is_accepted(address):
    theme.check(f".brand {{ background: url({address}) }}", BUILTIN)
    theme.check(f".brand {{ background: image-set('{address}' 1x) }}", BUILTIN)


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example/x.png",
        "HTTPS:other.example",
        "//other.example/x.png",
        "/\\\\other.example/x.png",
        "/\\9 /other.example",
        " //other.example",
        "data:image/png;base64,AAAA",
    ],
)
@pytest.mark.parametrize(
    "written",
    [
        ".a {{ background: url('{}') }}",
        ".a {{ background: \\75RL('{}') }}",
        ".a {{ background: -webkit-image-set('{}' 1x) }}",
        "@media print {{ .a {{ mask: src('{}') }} }}",
        ":root {{ --own: url('{}') }}",
        "@font-face {{ src: local(x), url('{}') }}",
    ],
)
def test_an_address_elsewhere_is_refused(address, written):
    assert "an address must be a path on this server, got" in fault(written.format(address))


@pytest.mark.parametrize(
    "text",
    [
        "@import 'other.css';",
        "@IMPORT url(other.css);",
        ".a {}\n@\\69mport 'x';",
        "@media print { @import 'x'; }",
    ],
)
def test_an_import_is_refused(text):
    assert "has @import" in fault(text)


# --- The file -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [".a { color: red } }", ".a { color }", ".a", ".a { b: url(a b) }"]
)
def test_css_that_cannot_be_parsed_is_named_with_its_line(text):
    assert re.match(r"theme\.css: line 2 cannot be read: ", fault(f"\n{text}"))


@given(st.text(alphabet=":root{}()[]@media;'\"\\/*-#!, \n", max_size=60))
def test_any_text_is_accepted_or_refused(text):
    with suppress(SettingsError):
        theme.check(text, BUILTIN)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"/*" + b"x" * 20_000 + b"*/", "must have at most 20000 bytes, got 20004"),
        (b".a { content: '\xff' }", "must be UTF-8 text"),
        (b"a{" * 9_000, "must be nested less deeply"),
        (b":root{--ink:" + b"(" * 19_000, "must be nested less deeply"),
    ],
)
def test_a_file_that_is_not_a_style_sheet_is_named(tmp_path, content, message):
    (tmp_path / "theme.css").write_bytes(content)
    with pytest.raises(SettingsError, match=f"^theme.css {message}"):
        theme.read(tmp_path)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "theme.css").mkdir()
    with pytest.raises(SettingsError, match=r"^theme.css cannot be read: Is a directory"):
        theme.read(tmp_path)


def test_no_file_is_no_theme(tmp_path):
    assert theme.read(tmp_path) is None


def test_the_documented_theme_is_accepted_and_every_property_documented():
    text = DOCUMENT.read_text(encoding="utf-8")
    (example,) = re.findall(r"```css\n(.*?)```", text, flags=re.DOTALL)
    theme.check(example, BUILTIN)
    (told,) = re.findall(r"```\nError: (.*?)\n```", text)
    assert fault(":root { --accent: #f90 }") == told
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall(r"`(--[\w-]+)`", row)}
    assert documented == {each.name for each in theme.properties(BUILTIN)}


# --- At start -----------------------------------------------------------------------------------


def test_a_bad_theme_is_not_served(settings):
    (settings.instance / "theme.css").write_text(":root { --accent: #f90 }")
    command = [sys.executable, "-m", "enquete", "serve", "--instance", settings.instance]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.startswith("Error: theme.css: --accent on --paper must have")
    assert len(run.stderr.splitlines()) == 1


def test_a_page_links_the_theme_last(settings):
    open_store(settings.database).migrate()
    for themed in (False, True):
        if themed:
            (settings.instance / "theme.css").write_text(f"{GREEN} {GREEN_IN_THE_DARK}")
        client = create_app(settings).test_client()
        for address in ("/", "/cijfers/", "/nergens"):
            html = client.get(address).text
            sheets = re.findall(r'<link rel="stylesheet" href="/static/([\w.]+)\?', html)
            assert sheets[0] == "enquete.css"
            assert (sheets[-1] == "theme.css") == themed
    assert client.get("/static/theme.css").text.startswith(":root")


def test_without_a_theme_no_parser_is_loaded(settings):
    open_store(settings.database).migrate()
    program = (
        "import sys; from pathlib import Path; from enquete.app import create_app; "
        "from enquete.settings import load_settings; "
        "create_app(load_settings(Path(sys.argv[1]))); print('tinycss2' in sys.modules)"
    )
    command = [sys.executable, "-c", program, settings.instance]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout == "False\n"
