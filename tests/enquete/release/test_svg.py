from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from analysis.rating_table import Status
from enquete.release.formats.plot import NARROW, WIDE, Axis
from enquete.release.formats.svg import draw, write

SVG = "{http://www.w3.org/2000/svg}"
LAYOUTS = pytest.mark.parametrize("layout", [WIDE, NARROW], ids=lambda layout: layout.name)


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own


def of(root: ET.Element, paint: str, tag: str) -> list[ET.Element]:
    return [e for e in root.iter(f"{SVG}{tag}") if e.get("class") == f"dots-{paint}"]


def texts(root: ET.Element) -> list[str]:
    return [e.text or "" for e in root.iter(f"{SVG}text")]


@LAYOUTS
def test_a_screen_reader_gets_name_and_description(mixed, layout):
    root = parsed(draw(mixed, layout=layout))
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    title, description = root[0], root[1]
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("aria-describedby") == description.get("id")
    assert title.text == "Rapportcijfer voor de buurt per gemeente, 2022"
    assert description.text == (
        "Hoogste cijfer: Diemen met 8,5. Laagste cijfer: Almere met 7,1. "
        "Alle bewoners samen: 7,4. Indicatief: Laren. Te weinig antwoorden: Wijdemeren."
    )


def test_equal_extremes_are_all_named(published):
    low = Decimal("7.2")
    rows = tuple(row for row in published.rows if row.name != "Almere")
    text = parsed(draw(replace(published, rows=rows)))[1].text
    assert f"Laagste cijfer: Gooise Meren, Hilversum en Huizen met {low}".replace(".", ",") in text


@LAYOUTS
def test_marks_are_drawn_from_high_to_low_after_the_headline(published, layout):
    said = texts(parsed(draw(published, layout=layout)))
    names = [text for text in said if text in {row.name for row in published.rows}]
    marks = {row.name: row.value for row in published.rows}
    assert len(names) == 10
    assert [marks[name] for name in names] == sorted(marks.values(), reverse=True)
    assert said.index("Alle gebieden samen") < said.index(names[0])
    assert "8,0" in said


@LAYOUTS
def test_every_shown_mark_has_a_dot_at_its_place_on_the_axis(mixed, layout):
    root = parsed(draw(mixed, layout=layout))
    key = 1
    dots = of(root, "dot", "circle")[key:]
    shown = [row for row in mixed.rows if row.status is Status.SHOWN]
    assert len(dots) == len(shown) == 8
    assert len(of(root, "hollow", "circle")) == 1 + key
    assert len(of(root, "margin", "line")) == len(shown) + 2 + key
    axis = Axis(Decimal(6), Decimal(9), Decimal("0.5"))
    places = sorted(f"{axis.place(row.value, layout):.1f}" for row in shown)
    assert sorted(dot.get("cx") for dot in dots) == places


@LAYOUTS
def test_everything_lies_inside_the_view(mixed, layout):
    root = parsed(draw(mixed, layout=layout))
    x, y, width, height = map(float, root.get("viewBox").split())
    for element in root.iter():
        for name in ("x", "x1", "x2", "cx"):
            assert x <= float(element.get(name, x)) <= x + width
        for name in ("y", "y1", "y2", "cy"):
            assert y <= float(element.get(name, y)) <= y + height


@LAYOUTS
def test_the_content_security_policy_lets_it_through(hostile, layout):
    root = parsed(draw(hostile, layout=layout))
    for element in root.iter():
        assert element.tag.removeprefix(SVG) not in {"script", "style", "image", "use", "a"}
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
    assert "<script>alert(1)</script>" in texts(root)


def test_letters_are_readable_on_a_screen_of_360_pixels(published):
    content_width = 360 - 2 * 16
    root = parsed(draw(published, layout=NARROW))
    sizes = [float(e.get("font-size", NARROW.font)) for e in root.iter(f"{SVG}text")]
    assert min(sizes) * content_width / float(root.get("viewBox").split()[2]) >= 12


def test_the_file_has_its_own_title_source_and_colours(published):
    root = parsed(write(replace(published, invented=True)).decode())
    said = texts(root)
    assert "Rapportcijfer voor de buurt per gemeente, 2022" in said
    assert "Demonstratie: deze cijfers zijn verzonnen." in said
    assert "Enquete, berekend op 1 februari 2023." in said
    for element in root:
        if element.tag not in {f"{SVG}title", f"{SVG}desc"}:
            paint = element.get("fill") or element.get("stroke")
            assert re.fullmatch("#[0-9a-f]{6}", paint)


@pytest.mark.parametrize(
    ("lower", "upper", "low", "high", "ticks"),
    [
        ("7.1", "7.4", "5", "8", 7),
        ("6.0", "9.0", "6", "9", 7),
        ("9.2", "9.9", "7", "10", 7),
        ("1.0", "1.2", "1", "4", 7),
        ("3.4", "9.1", "3", "10", 8),
        ("1.0", "10.0", "1", "10", 10),
    ],
)
def test_the_axis_shows_whole_marks_around_the_figures(published, lower, upper, low, high, ticks):
    row = replace(published.headline, lower=Decimal(lower), value=None, upper=Decimal(upper))
    axis = Axis.around([row])
    assert (axis.low, axis.high) == (Decimal(low), Decimal(high))
    assert len(axis.ticks()) == ticks
    assert (axis.ticks()[0], axis.ticks()[-1]) == (axis.low, axis.high)


def test_the_file_tells_why_a_mark_is_hidden_and_the_page_leaves_that_to_the_table(telling):
    reason = "Niet getoond: het cijfer zou losse antwoorden verraden."
    file = parsed(write(telling).decode())
    assert reason in texts(file)
    assert reason not in texts(parsed(draw(telling)))
    heights = [float(e.get("y")) for e in file.iter(f"{SVG}text")]
    assert len(heights) == len(set(zip(heights, texts(file), strict=True)))
    source = next(e for e in file.iter(f"{SVG}text") if e.text and e.text.startswith("Enquete"))
    assert float(source.get("y")) == max(heights)
    _x, y, _width, height = map(float, file.get("viewBox").split())
    assert max(heights) < y + height


def test_a_long_name_is_cut(published):
    row = replace(published.rows[0], name="Een heel lange naam van een gebied ver weg van hier")
    said = texts(parsed(draw(replace(published, rows=(row,)), layout=WIDE)))
    assert "Een heel lange naam van een gebie…" in said
