from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enquete import numbers

marks = st.decimals(min_value=-1000, max_value=1000, places=1) | st.decimals(
    min_value=-100, max_value=100, places=3
)


def read_back(text: str, *, thousands: str, point: str) -> Decimal:
    plain = text.replace(thousands, "").replace(point, ".").replace("−", "-")
    return Decimal(plain)


@pytest.mark.parametrize(
    ("value", "dutch", "english"),
    [
        ("8.0", "8,0", "8.0"),
        ("7.25", "7,25", "7.25"),
        ("10.0", "10,0", "10.0"),
        ("-0.2", "−0,2", "−0.2"),
        ("-0.0", "0,0", "0.0"),
        ("7", "7", "7"),
        ("1234.50", "1.234,50", "1,234.50"),
        ("1E+1", "10", "10"),
    ],
)
def test_marks(value, dutch, english):
    assert numbers.mark(Decimal(value)) == dutch
    assert numbers.mark(Decimal(value), language="en") == english


@pytest.mark.parametrize(
    ("value", "dutch"),
    [("0.1", "+0,1"), ("-0.2", "−0,2"), ("0.0", "0,0"), ("-0.0", "0,0"), ("0.05", "+0,05")],
)
def test_changes_have_a_sign(value, dutch):
    assert numbers.change(Decimal(value)) == dutch


@pytest.mark.parametrize(
    ("value", "dutch", "english"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (5959, "5.959", "5,959"),
        (10**6, "1.000.000", "1,000,000"),
    ],
)
def test_counts(value, dutch, english):
    assert numbers.count(value) == dutch
    assert numbers.count(value, language="en") == english


def test_days():
    assert numbers.day("2023-02-01") == "1 februari 2023"
    assert numbers.day("2023-02-01T23:59:59Z", language="en") == "1 February 2023"


def test_nothing_is_nothing():
    assert numbers.mark(None) == numbers.change(None) == numbers.count(None) == ""


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="must be finite"):
        numbers.mark(Decimal(value))


@given(marks)
def test_a_mark_keeps_value_and_decimals(value):
    text = numbers.mark(value)
    assert read_back(text, thousands=".", point=",") == value
    assert len(text.partition(",")[2]) == -value.as_tuple().exponent
    assert "-" not in text


@given(marks)
def test_languages_differ_in_their_signs_only(value):
    english = numbers.mark(value, language="en")
    assert english.translate(str.maketrans(",.", ".,")) == numbers.mark(value)


@given(marks)
def test_a_change_is_its_mark_with_a_sign(value):
    text = numbers.change(value)
    assert text.removeprefix("+") == numbers.mark(value)
    assert text.startswith("+") == (value > 0)
    assert text.startswith("−") == (value < 0)


@given(st.integers(min_value=0, max_value=10**15))
def test_a_count_keeps_every_digit(value):
    text = numbers.count(value)
    assert int(text.replace(".", "")) == value
    assert all(len(group) == 3 for group in text.split(".")[1:])


@pytest.mark.parametrize(
    ("language", "mark", "change", "count", "day"),
    [
        ("tr", "8,0", "−0,2", "5.959", "1 Şubat 2023"),
        ("ar", "8.0", "\u200e−0.2", "5,959", "1 فبراير 2023"),
        ("uk", "8,0", "−0,2", "5\xa0959", "1 лютого 2023"),
        ("pl", "8,0", "−0,2", "5\xa0959", "1 lutego 2023"),
    ],
)
def test_each_language_has_its_signs_and_latin_digits(language, mark, change, count, day):
    assert numbers.mark(Decimal("8.0"), language=language) == mark
    assert numbers.change(Decimal("-0.2"), language=language) == change
    assert numbers.count(5959, language=language) == count
    assert numbers.day("2023-02-01", language=language) == day
