"""A corporation's look: `theme.css` of the instance, over the custom properties of `enquete.css`.

It is checked at start, so that no resident meets a page that is hard to read. The check computes
what a browser would do with both style sheets in their order, in the light and the dark scheme and
on paper. A value in `:root` therefore replaces the built-in dark value too: a theme that is
readable by day only is refused, and told where its dark value belongs.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from enquete.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILE: Final = "theme.css"
BUILTIN: Final = Path(__file__).parent / "static" / "enquete.css"
LARGEST: Final = 20_000
"""Bytes: every visitor fetches it before the first page is shown."""

SCHEMES: Final = {
    "light": ("(prefers-color-scheme: light)",),
    "dark": ("(prefers-color-scheme: dark)",),
    "print": ("(prefers-color-scheme: light)", "print"),
}
"""Scheme → the media queries that hold in it; browsers print in the light scheme."""

TEXT: Final = {
    "--ink": ("--paper", "--ground", "--accent-soft", "--error-soft"),
    "--muted": ("--paper", "--ground", "--accent-soft"),
    "--accent": ("--paper", "--ground"),
    "--accent-strong": ("--paper", "--ground"),
    "--on-accent": ("--accent", "--accent-strong"),
    "--error": ("--paper", "--ground", "--error-soft"),
    "--notice-ink": ("--notice",),
}
"""Colour of text → the colours it stands on somewhere in the style sheets."""

PARTS: Final = {
    "--line": ("--paper", "--ground"),
    "--accent": ("--accent-soft",),
    "--focus-edge": ("--paper", "--ground", "--accent-soft", "--error-soft"),
}
"""Edge of a control, its tick or its focus → what it is seen against. `--faint` only decorates."""

MINIMA: Final = ((TEXT, 4.5), (PARTS, 3.0))
"""WCAG 2.2, success criteria 1.4.3 (text of any size here) and 1.4.11 (parts of controls)."""

Colour = tuple[float, float, float]
"""Red, green and blue of sRGB, each from 0 to 1."""

_FUNCTIONS: Final = frozenset({"rgb", "rgba", "hsl", "hsla", "hwb"})
_FETCHING: Final = frozenset({"url", "src", "image", "image-set", "-webkit-image-set"})
_OWN_ADDRESS: Final = re.compile(
    r"(?!//)[\w./~%-]*(?:\?[\w.=&%-]*)?(?:#[\w-]*)?",  # no scheme, host, backslash or white space
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Property:
    """One declaration of a custom property; `media` is None where only some elements get it."""

    name: str
    value: str
    important: bool
    where: tuple[str, ...]
    media: str | None
    of_theme: bool


def read(instance: Path) -> bytes | None:
    """Give the checked theme of an instance, or None where there is none.

    Raises
    ------
    SettingsError
        If it cannot be read, is too large, or `check` refuses it.
    """
    try:
        content = (instance / FILE).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(f"{FILE} cannot be read: {error.strerror}") from None
    if len(content) > LARGEST:
        raise SettingsError(f"{FILE} must have at most {LARGEST} bytes, got {len(content)}")
    try:
        check(content.decode("utf-8-sig"), BUILTIN.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise SettingsError(f"{FILE} must be UTF-8 text, got other bytes") from None
    except RecursionError:
        raise SettingsError(f"{FILE} must be nested less deeply") from None
    return content


def check(theme: str, builtin: str) -> None:
    """Refuse a theme that fetches from elsewhere, or that makes a page hard to read.

    Parameters
    ----------
    theme, builtin
        The text of `theme.css` and of `enquete.css`.

    Raises
    ------
    SettingsError
        If it cannot be parsed, has `@import` or an address of another host, sets a built-in
        property where its contrast cannot be computed, or has too little contrast.
    """
    _refuse_fetching(theme)
    ours, theirs = list(properties(builtin, of_theme=False)), list(properties(theme))
    known = {each.name for each in ours}
    for each in theirs:
        if each.name in known and each.media is None:
            place = " inside ".join(reversed(each.where))
            media = ", ".join(sorted({media for held in SCHEMES.values() for media in held}))
            raise SettingsError(
                f"{FILE}: {each.name} must be set in :root, by itself or inside one @media of "
                f"{media}, got {place}"
            )
    palette = {each.name for each in ours if colour(each.value)}
    for scheme in SCHEMES:
        found = winning(scheme, [*ours, *theirs])
        _check_contrast(scheme, {name: found[name] for name in palette})


def _check_contrast(scheme: str, palette: dict[str, Property]) -> None:
    colours = {name: _known_colour(scheme, each) for name, each in sorted(palette.items())}
    for pairs, minimum in MINIMA:
        for front, back in ((front, back) for front, backs in pairs.items() for back in backs):
            got = contrast(colours[front], colours[back])
            if got < minimum:
                # Rounded down: 4.49 is not 4.5.
                raise SettingsError(
                    f"{FILE}: {front} on {back} must have a contrast of at least {minimum:g}, "
                    f"got {math.floor(got * 10) / 10} "
                    f"({palette[front].value} on {palette[back].value}, {scheme})"
                    f"{_hint(scheme, [palette[front], palette[back]])}"
                )


def _hint(scheme: str, pair: list[Property]) -> str:
    """Say how to mend what was meant for the light scheme and counts in another."""
    names = [each.name for each in pair if each.of_theme and not each.media]
    if scheme == "light" or not names:
        return ""
    return (
        f"; what :root says counts there too: also set {' and '.join(names)} "
        f"in :root inside @media {SCHEMES[scheme][-1]}"
    )


def _known_colour(scheme: str, each: Property) -> Colour:
    found = colour(each.value)
    if found is None:
        raise SettingsError(
            f"{FILE}: {each.name} must be one opaque colour (#rrggbb, rgb(), hsl() or a name; no "
            f"var()), got {each.value!r} ({scheme})"
        )
    return found


def colour(text: str) -> Colour | None:
    """Give the colour that CSS text names, or None if it is none, is transparent or needs more.

    Numbers outside their range are refused rather than clipped.
    """
    import tinycss2
    from tinycss2.color4 import Color, parse_color

    tokens = tinycss2.parse_component_value_list(text, skip_comments=True)
    tokens = [token for token in tokens if token.type != "whitespace"]
    if len(tokens) != 1 or getattr(tokens[0], "lower_name", "rgb") not in _FUNCTIONS:
        return None
    found = parse_color(tokens[0])
    if not isinstance(found, Color) or found.alpha < 1:
        return None
    channels = found.to("srgb").coordinates
    if not all(-1e-9 < channel < 1 + 1e-9 for channel in channels):
        return None
    red, green, blue = (round(channel * 255) / 255 for channel in channels)  # as browsers do
    return red, green, blue


def luminance(colour: Colour) -> float:
    """Give the relative luminance, 0 (black) to 1 (white).

    References
    ----------
    W3C (2023), Web Content Accessibility Guidelines 2.2, "relative luminance",
    https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    """
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """Give the contrast ratio of two colours, 1 (equal) to 21 (black and white).

    References
    ----------
    W3C (2023), Web Content Accessibility Guidelines 2.2, "contrast ratio",
    https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def winning(scheme: str, declared: Iterable[Property]) -> dict[str, Property]:
    """Give the declaration that a browser takes for each name: important ones, then the last."""
    held = {"", *map(_plain, SCHEMES[scheme])}
    holding = [each for each in declared if each.media in held]
    return {each.name: each for each in sorted(holding, key=lambda each: each.important)}


def properties(text: str, *, of_theme: bool = True) -> Iterator[Property]:
    """Give the custom properties that a style sheet declares, in its order."""
    import tinycss2

    rules = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    for where, each in _declarations(rules):
        if each.name.startswith("--"):
            value = _one_line(each.value)
            yield Property(each.name, value, each.important, where, _media(where), of_theme)


def _declarations(
    nodes: Iterable[Any], where: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give every declaration with the rules it stands in, the outer rule first."""
    import tinycss2

    for node in nodes:
        _refuse_error(node)
        if node.type == "declaration":
            yield where, node
        elif node.content is not None:
            rule = f"@{node.lower_at_keyword} " if node.type == "at-rule" else ""
            inside = (*where, rule + _one_line(node.prelude))
            content = tinycss2.parse_blocks_contents(
                node.content, skip_comments=True, skip_whitespace=True
            )
            yield from _declarations(content, inside)


def _media(where: tuple[str, ...]) -> str | None:
    """Give the media query in which the root gets it: empty for always, None for no such place."""
    root, *media = sorted(map(_plain, where))  # `:` sorts before `@`
    known = {f"@media{_plain(each)}" for held in SCHEMES.values() for each in held}
    if root != ":root" or len(media) > 1 or not known.issuperset(media):
        return None
    return "".join(media).removeprefix("@media")


def _one_line(tokens: Iterable[Any]) -> str:
    import tinycss2

    return " ".join(tinycss2.serialize(tokens).split())


def _plain(text: str) -> str:
    return "".join(text.split()).lower()


def _refuse_fetching(text: str) -> None:
    """Refuse what would make a visitor's browser ask another host; the CSP forbids it again."""
    import tinycss2

    for token in _tokens(tinycss2.parse_component_value_list(text)):
        _refuse_error(token)
        if token.type == "at-keyword" and token.lower_value == "import":
            raise SettingsError(f"{FILE}: line {token.source_line} has @import, which is refused")
        for address in _addresses(token):
            if not _OWN_ADDRESS.fullmatch(address):
                raise SettingsError(
                    f"{FILE}: an address must be a path on this server, got {address!r} "
                    f"(line {token.source_line})"
                )


def _addresses(token: Any) -> list[str]:
    if token.type == "url":
        return [token.value]
    if token.type == "function" and token.lower_name in _FETCHING:
        return [each.value for each in token.arguments if each.type == "string"]
    return []


def _tokens(tokens: Iterable[Any]) -> Iterator[Any]:
    """Give all tokens, also those inside functions and brackets."""
    pending = list(tokens)
    while pending:
        token = pending.pop(0)
        yield token
        pending[:0] = getattr(token, "arguments", None) or getattr(token, "content", None) or []


def _refuse_error(node: Any) -> None:
    if node.type == "error":
        raise SettingsError(f"{FILE}: line {node.source_line} cannot be read: {node.message}")
