from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from random import Random
from time import process_time
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enquete.codes import ALPHABET, LENGTH, CodeError, CodeKeys, draw_code, read_code, show_code

KEYS = CodeKeys(b"a secret of thirty-two bytes ...")
codes = st.integers().map(lambda seed: draw_code(Random(seed)))
places = st.integers(0, LENGTH - 1)


@given(codes)
def test_what_is_drawn_and_shown_is_read(code: str) -> None:
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    assert [len(part) for part in show_code(code).split("-")] == [4, 4, 5]
    assert read_code(code) == read_code(show_code(code)) == code


@given(codes, st.text(" -–.\t\n\u00a0\u00ad\u200e\u202f_/", max_size=3), st.booleans())
def test_reads_any_case_and_any_signs_between(code: str, between: str, small: bool) -> None:
    typed = between + between.join(code.lower() if small else code) + between
    assert read_code(typed) == code


LOOKALIKES = {"5": "sS٥５", "A": "Аа", "B": "Вв", "C": "Сс", "E": "Ее", "H": "Нн", "K": "Кк"}
LOOKALIKES |= {"M": "Мм", "P": "Рр", "T": "Тт", "X": "Хх", "Y": "Уу", "2": "٢۲", "7": "٧۷"}


@given(codes, st.data())
def test_reads_what_looks_like_the_character_that_is_meant(code: str, data: st.DataObject) -> None:
    typed = [data.draw(st.sampled_from(c + LOOKALIKES.get(c, ""))) for c in code]
    assert read_code("".join(typed)) == code


@given(codes)
def test_the_whole_link_of_the_letter_is_read(code: str) -> None:
    for text in (
        f"HTTPS://BUURT.EXAMPLE.NL/C/{code}",
        f"https://buurt.example.nl/c/{code}",
        f" http://127.0.0.1:8000/x/c/{code}?a=1#b ",
    ):
        assert read_code(text) == code


def test_a_draw_whose_check_has_no_character_is_thrown_away() -> None:
    """The weighted sums of the first two are 2 × 14 = 28 and 4 × 14 = 56, modulo 29 27."""

    class Drawn:
        bodies = iter(["2G2222222222", "222G22222222", "222222222223"])

        def choices(self, population: str, *, k: int) -> list[str]:
            assert (population, k) == (ALPHABET, 12)
            return list(next(self.bodies))

    assert draw_code(Drawn()) == "222222222223" + ALPHABET[12]


@given(codes, places, st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_caught(code: str, place: int, other: str) -> None:
    wrong = code[:place] + other + code[place + 1 :]
    if wrong != code:
        with pytest.raises(CodeError, match="check character"):
            read_code(wrong)


@given(codes, places, places)
def test_every_swap_of_two_characters_is_caught(code: str, one: int, other: int) -> None:
    swapped = list(code)
    swapped[one], swapped[other] = code[other], code[one]
    if code[one] != code[other]:
        with pytest.raises(CodeError, match="check character"):
            read_code("".join(swapped))


@given(codes)
def test_all_errors_of_one_code_are_caught(code: str) -> None:
    wrong = {code[:i] + c + code[i + 1 :] for i in range(LENGTH) for c in ALPHABET} - {code}
    assert not [text for text in wrong if _is_code(text)]


@given(st.text() | st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH + 1))
def test_any_text_is_a_code_or_a_code_error(text: str) -> None:
    try:
        code = read_code(text)
    except CodeError:
        return
    assert read_code(show_code(code)) == code


MEANT = {look: char for char, looks in LOOKALIKES.items() for look in looks}
near_codes = st.tuples(codes, st.lists(st.tuples(places, st.characters()), max_size=3)).map(
    lambda drawn: "".join((dict(enumerate(drawn[0])) | dict(drawn[1])).values())
)


@given(near_codes)
def test_nothing_is_taken_for_a_code_that_does_not_say_so(text: str) -> None:
    """A second reading, by character: what was accepted stands there, and its check fits."""
    try:
        code = read_code(text)
    except CodeError:
        return
    letters = [c for c in text if c.isalnum()]
    said = [MEANT.get(c) or (str(int(c)) if c.isdecimal() else c.upper()) for c in letters]
    assert "".join(said) == code
    values = [ALPHABET.index(c) for c in code]
    assert sum((i + 1) * v for i, v in enumerate(values[:12])) % 29 == values[12]


@pytest.mark.parametrize("text", ["", "2345", "\ud800" * 13, "ß" * 13, "2" * 100_000])
def test_no_code(text: str) -> None:
    with pytest.raises(CodeError):
        read_code(text)


def test_a_long_text_does_not_hold_up_the_server() -> None:
    """Of all that a form may hold, half a minute's work for the pattern of a link."""
    began = process_time()
    with pytest.raises(CodeError):
        read_code("://a/" * 50_000)
    assert process_time() - began < 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)
)


@given(codes, st.dictionaries(st.text(max_size=8), json_values, max_size=5))
def test_a_draft_opens_with_its_own_code_and_secret_only(code: str, answers: dict) -> None:
    sealed = KEYS.seal(code, MappingProxyType(answers))

    assert KEYS.unseal(code, sealed) == json.loads(json.dumps(answers))
    for keys, other in ((KEYS, draw_code(Random(code))), (CodeKeys(b"another secret" * 3), code)):
        with pytest.raises(CodeError, match="another code or another secret"):
            keys.unseal(other, sealed)
    with pytest.raises(CodeError):
        KEYS.unseal(code, sealed[:-5])


@given(codes | st.text(st.characters(codec="utf-8")))
def test_what_the_cookie_keeps_opens_with_its_own_secret_only(text: str) -> None:
    sealed = KEYS.seal_code(text)
    assert len(text) < 8 or text not in sealed
    assert KEYS.open_code(sealed) == text
    for keys, other in (
        (CodeKeys(b"another secret" * 3), sealed),
        (KEYS, sealed[:-5]),
        (KEYS, "é"),
    ):
        with pytest.raises(CodeError):
            keys.open_code(other)


def test_what_is_sealed_does_not_tell_when() -> None:
    code = draw_code(Random(1))
    for sealed in (KEYS.seal(code, {"cijfer": 7}), KEYS.seal_code(code)):
        version_and_time = urlsafe_b64decode(sealed)[:9]
        assert version_and_time == b"\x80" + bytes(8)


@given(codes)
def test_the_two_keys_of_a_code_are_unlike_each_other_and_depend_on_the_secret(code: str) -> None:
    other = CodeKeys(b"another secret" * 3)
    keys = {
        KEYS.code_hash(code),
        KEYS.draft_key(code),
        other.code_hash(code),
        other.draft_key(code),
    }

    assert len(keys) == 4
    assert all(len(key) == 64 and code not in key for key in keys)
    assert KEYS.code_hash(code) == KEYS.code_hash(code)


def test_the_length_of_what_is_sealed_does_not_tell_the_answers() -> None:
    code = draw_code(Random(1))
    lengths = {len(KEYS.seal(code, {"opmerking": "x" * n})) for n in range(200)}
    assert len(lengths) == 1
    assert len(KEYS.seal(code, {"opmerking": "x" * 300})) > min(lengths)


def test_after_a_change_of_the_secret_earlier_codes_are_still_known() -> None:
    code, dwelling = draw_code(Random(1)), "d1"
    second = KEYS.succeeded_by(b"the second secret" * 2)
    third = CodeKeys(b"the third secret" * 2).with_ring(
        second.succeeded_by(b"the third secret" * 2).ring()
    )
    assert [keys.code_hash(code) for keys in third.each()] == [
        CodeKeys(secret).code_hash(code) for secret in (third.secret, second.secret, KEYS.secret)
    ]
    assert third.panel_key(dwelling) == second.panel_key(dwelling) == KEYS.panel_key(dwelling)
    assert third.panel_key(dwelling) != CodeKeys(third.secret).panel_key(dwelling)
    assert third.without_earlier().each() == (third.without_earlier(),)
    assert KEYS.secret.hex() not in third.ring()
    with pytest.raises(CodeError):
        second.with_ring(third.ring())


def test_a_visitor_has_another_mark_in_each_slot() -> None:
    marks = {KEYS.visitor_mark(address, slot) for address in "ab" for slot in (1, 2)}
    assert len(marks) == 4


def test_the_secrets_are_not_shown() -> None:
    assert "secret" not in repr(KEYS)
    assert repr(KEYS.succeeded_by(b"the second secret" * 2)) == repr(KEYS)


def _is_code(text: str) -> bool:
    try:
        read_code(text)
    except CodeError:
        return False
    return True
