"""The drawings: well formed, whole, the same every time, and told in words."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import Design, Survey
from analysis.drawing import Picture

SVG = "{http://www.w3.org/2000/svg}"


def survey(rows):
    """Make a survey of rows (wave, area, mark)."""
    names = ("wave", "area", "mark")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return Survey(columns, Design(wave="wave"))


def many(wave, area, marks):
    return [(wave, area, mark) for mark in marks]


ROWS = [
    *many("1", "Almere", [6, 7, 8] * 20),
    *many("2", "Almere", [7, 8, 9] * 20),
    *many("1", "Weesp", [6, 7, 8] * 60),
    *many("2", "Weesp", [6, 7, 8] * 60),
    *many("1", "Diemen", [1, 10]),
    *many("2", "Diemen", [1, 10, 9]),
    *many("1", "Laren", [9]),
    *many("2", "Laren", [9]),
    *many("1", "Eemnes", [""]),
    *many("2", "Eemnes", [5, 5]),
]


@pytest.fixture(scope="module")
def result():
    return survey(ROWS).mean("mark", by="area", scale=(1, 10))


def drawn(picture):
    return ET.fromstring(picture.svg)  # noqa: S314 # our own drawing


def texts(picture):
    return [element.text for element in drawn(picture).iter(f"{SVG}text")]


def shapes(picture, tag, **attributes):
    found = drawn(picture).iter(f"{SVG}{tag}")
    return [one for one in found if all(one.get(k) == v for k, v in attributes.items())]


def test_names_stand_in_the_order_of_the_result_and_the_total_last(result):
    names = [text for text in texts(result.plot("1")) if text and text[0].isupper()]
    assert names == ["Almere", "Diemen", "Eemnes", "Laren", "Weesp", "Total"]


def test_values_and_intervals_stand_as_text(result):
    row, found = result.row("Almere", "1"), texts(result.plot("1"))
    assert f"{row.value:.2f}" in found
    assert f"{row.low:.2f} to {row.high:.2f}" in found
    assert {"value", "95 % interval"} <= set(found)


def test_no_interval_is_a_hollow_dot_and_a_word(result):
    picture = result.plot("1")
    (hollow,) = shapes(picture, "circle", fill="none")
    (name,) = [one for one in drawn(picture).iter(f"{SVG}text") if one.text == "Laren"]
    assert float(hollow.get("cy")) == pytest.approx(float(name.get("y")) - 5)
    assert {"no margin", "no answers"} <= set(texts(picture))
    assert len(shapes(picture, "circle")) == 4  # Eemnes has no dot, the total a diamond
    assert len(shapes(picture, "polygon")) == 1


def test_the_axis_is_the_scale_of_the_answers(result):
    labels = [text for text in texts(result.plot("1")) if text and text.isdigit()]
    assert labels == [str(mark) for mark in range(1, 11)]
    share = survey(ROWS).share("mark", 8, 10, by="area").plot("1")
    assert [t for t in texts(share) if t in {"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}] == [
        "0.0",
        "0.2",
        "0.4",
        "0.6",
        "0.8",
        "1.0",
    ]


def test_a_value_stands_at_its_place_on_the_axis(result):
    picture = result.plot("1")
    ticks = {
        float(one.text): float(one.get("x"))
        for one in drawn(picture).iter(f"{SVG}text")
        if one.get("text-anchor") == "middle"
    }
    dot = shapes(picture, "circle")[0]
    value = result.row("Almere", "1").value
    place = ticks[1] + (value - 1) / 9 * (ticks[10] - ticks[1])
    assert float(dot.get("cx")) == pytest.approx(place, abs=0.01)


def test_it_is_told_in_words_to_who_cannot_see_it(result):
    root = drawn(result.plot("2"))
    title, told = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("aria-describedby") == told.get("id")
    assert title.text == "mean of mark, 2"
    row = result.row("Almere", "2")
    assert (
        f"Almere: value 8.00, 95 % interval {row.low:.2f} to {row.high:.2f}. Diemen:" in told.text
    )
    assert "Laren: value 9.00, no margin." in told.text
    assert "Total: value" in told.text


def test_two_drawings_on_a_page_have_ids_of_their_own(result):
    one, other = (
        {element.get("id") for element in drawn(result.plot(wave)).iter()} - {None} for wave in "12"
    )
    assert len(one) == len(other) == 2
    assert not one & other


def test_the_same_result_gives_the_same_bytes():
    one, other = (survey(rows).mean("mark", by="area").plot("1") for rows in (ROWS, ROWS[::-1]))
    assert one == other


def test_texts_take_the_colour_of_the_page(result):
    for picture in (result.plot("1"), result.change("1", "2").plot()):
        assert {one.get("fill") for one in shapes(picture, "text")} == {"currentColor"}
        assert "style=" not in picture.svg
        assert not shapes(picture, "style")


def test_long_and_odd_names_stand_whole_and_left_of_the_axis():
    long = "Zeer lange naam van een gebied: WESTERWOLDE & <OMSTREKEN> heet"
    picture = survey([("1", long.replace(":", "\x07"), 7), ("1", "b", 8), ("1", "b", 6)]).mean(
        "mark", by="area", scale=(1, 10)
    )
    picture = picture.plot("1")
    assert long.replace(":", "\ufffd") in texts(picture)
    axis = min(float(one.get("x1")) for one in shapes(picture, "line") if one.get("y1") == "72")
    assert axis > len(long) * 14 * 0.58
    assert float(drawn(picture).get("width")) > axis + 400


def test_without_a_scale_the_axis_has_nice_numbers_that_do_not_overlap():
    rows = [("1", "a", 100_000), ("1", "a", 123_456), ("1", "b", 99_000), ("1", "b", 98_000)]
    picture = survey(rows).total("mark", by="area").plot("1")
    places = [
        (float(one.get("x")), one.text)
        for one in shapes(picture, "text")
        if one.get("text-anchor") == "middle"
    ]
    assert all(float(label) % 100_000 == 0 for _, label in places)
    for (x, label), (following, _) in pairwise(places):
        assert following - x > 13 * 0.58 * len(label)


def test_one_value_only_has_an_axis_too():
    picture = survey([("1", "a", 0)]).mean("mark", by="area").plot("1")
    assert "0.00" in " ".join(filter(None, texts(picture)))
    assert "nan" not in picture.svg


def test_changes_have_a_zero_line_a_band_and_the_verdicts(result):
    changes = result.change("1", "2")
    picture = changes.plot()
    (band,) = shapes(picture, "rect")
    ticks = {
        one.text: float(one.get("x"))
        for one in shapes(picture, "text")
        if one.get("text-anchor") == "middle"
    }
    zero = next(x for label, x in ticks.items() if float(label) == 0)
    left, width = float(band.get("x")), float(band.get("width"))
    assert left + width / 2 == pytest.approx(zero, abs=0.01)
    lines = shapes(picture, "line")
    assert any(
        one.get("x1") == one.get("x2") and float(one.get("x1")) == pytest.approx(zero, abs=0.01)
        for one in lines
        if one.get("stroke-opacity") == "0.7"
    )
    verdicts = [str(changes.row(area).verdict) for area in ("Almere", "Weesp")]
    assert verdicts == ["hoger", "gelijk gebleven"]
    assert {*verdicts, "no test", "no answers"} <= set(texts(picture))
    told = drawn(picture).find(f"{SVG}desc").text
    assert f"Almere: change {changes.row('Almere').value:+.2f}" in told
    assert "hoger." in told


def test_a_margin_beyond_the_axis_ends_in_arrows(result):
    changes = result.change("1", "2")
    assert changes.row("Diemen").high > 5
    arrows = [one for one in shapes(changes.plot(), "polygon") if one.get("fill-opacity")]
    assert len(arrows) == 2
    told = drawn(changes.plot()).find(f"{SVG}desc").text
    assert f"to {changes.row('Diemen').high:+.2f}" in told


def test_without_an_equivalence_margin_there_is_no_band(result):
    assert not shapes(result.change("1", "2", equivalence=None).plot(), "rect")


def test_a_picture_is_saved_whole_or_not_at_all(tmp_path, monkeypatch):
    picture = Picture("<svg>é</svg>")
    path = tmp_path / "plot.svg"
    picture.save(path)
    picture.save(str(path))
    assert path.read_bytes() == "<svg>é</svg>\n".encode()
    assert picture._repr_svg_() == picture.svg
    monkeypatch.setattr("pathlib.Path.replace", refuse)
    with pytest.raises(OSError, match="full"):
        Picture("<svg/>").save(path)
    assert path.read_bytes() == "<svg>é</svg>\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def refuse(*_):
    raise OSError("the disk is full")


@pytest.mark.parametrize("name", ["plot.png", "plot", "plot.svg.txt"])
def test_another_suffix_is_refused(name, tmp_path):
    with pytest.raises(ValueError, match=f"a picture is saved as .svg, got '{name}'"):
        Picture("<svg/>").save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_wave_must_be_said_where_there_are_more(result):
    with pytest.raises(ValueError, match="which wave; waves: 1, 2"):
        result.plot()


@given(
    st.lists(
        st.tuples(
            st.sampled_from("12"),
            st.text(min_size=1).filter(str.strip),
            st.floats(-1e9, 1e9, allow_subnormal=False),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_any_answers_can_be_drawn(rows):
    waves = {row[0] for row in rows}
    result = survey(rows).mean("mark", by="area")
    pictures = [result.plot(wave) for wave in waves]
    if len(waves) == 2:
        pictures.append(result.change("1", "2").plot())
    for picture in pictures:
        assert drawn(picture).get("role") == "img"
        assert "nan" not in picture.svg.partition("<line")[2].partition("<circle")[0]
