from __future__ import annotations

import csv
import io
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enquete.codes import ALPHABET, CodeKeys, read_code
from enquete.errors import InputError
from enquete.fieldwork.invitations import Letter, invite, write_letters
from enquete.fieldwork.sample import strata
from enquete.store.records import Dwelling, Invitee

KEYS = CodeKeys(b"a secret of thirty-two bytes ...")
BASE = "https://buurt.example.nl"


def frame(n: int) -> list[Dwelling]:
    return [
        Dwelling(
            id=f"V{i:05}", area="laren", type="etage", complex=f"C{i // 5}", address=f"Pad {i}"
        )
        for i in range(n)
    ]


def invited(
    dwellings: list[Dwelling], *, seed: int = 1, clustered: bool = False
) -> tuple[list[Invitee], list[Letter]]:
    return invite(
        dwellings,
        wave="2022",
        keys=KEYS,
        base_url=f"{BASE}/",
        random=Random(seed),
        stratum_of=strata(dwellings),
        clustered=clustered,
    )


def test_every_dwelling_gets_a_code_that_leads_to_its_invitee() -> None:
    dwellings = frame(200)
    invitees, letters = invited(dwellings)
    by_hash = {invitee.code_hash: invitee for invitee in invitees}

    assert len({letter.code for letter in letters}) == len(by_hash) == 200
    for letter in letters:
        invitee = by_hash[KEYS.code_hash(read_code(letter.code))]
        assert letter.address == f"Pad {int(invitee.dwelling[1:])}"
        assert letter.link == f"{BASE}/c/{letter.code}"
        assert (invitee.wave, invitee.area, invitee.stratum) == ("2022", "laren", "laren/etage")
        assert (invitee.cluster, invitee.status) == ("", "invited")


def test_no_order_joins_frame_invitees_and_letters() -> None:
    dwellings = frame(200)
    invitees, letters = invited(dwellings)
    orders = [
        [dwelling.address for dwelling in dwellings],
        [f"Pad {int(invitee.dwelling[1:])}" for invitee in invitees],
        [letter.address for letter in letters],
    ]

    # Of two independent orders of 200 about one place is alike; ten has a chance of 1e-7.
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert sum(a == b for a, b in zip(orders[one], orders[other], strict=True)) < 10


def test_a_seed_gives_the_same_letters_whatever_the_order_of_the_frame() -> None:
    dwellings = frame(50)
    assert invited(dwellings) == invited(dwellings[::-1])
    assert invited(dwellings)[1] != invited(dwellings, seed=2)[1]


def test_a_code_that_was_drawn_already_is_drawn_again() -> None:
    class Stutterer(Random):
        def choices(self, population, *_, k):
            said = getattr(self, "said", [])
            self.said = [*said, said[-1] if len(said) % 2 else super().choices(population, k=k)]
            return self.said[-1]

    dwellings = frame(20)
    letters = invite(
        dwellings,
        wave="w",
        keys=KEYS,
        base_url=BASE,
        random=Stutterer(1),
        stratum_of=strata(dwellings),
    )[1]
    assert len({letter.code for letter in letters}) == 20


def test_the_complex_is_kept_only_when_complexes_were_drawn() -> None:
    assert {invitee.cluster for invitee in invited(frame(10), clustered=True)[0]} == {"C0", "C1"}


def test_refuses_dwellings_without_a_complex_when_complexes_were_drawn() -> None:
    dwellings = [replace(dwelling, complex="") for dwelling in frame(8)]
    with pytest.raises(InputError, match=r"wanted a complex, got none for V00000, .*and 3 more"):
        invited(dwellings, clustered=True)


def test_letters_are_written_for_a_dutch_excel() -> None:
    letter = Letter(
        code="23456789ABCDE", address='Hoek; "Eén" 1', language="nl", link=f"{BASE}/c/23456789ABCDE"
    )
    assert write_letters([letter]) == (
        b"\xef\xbb\xbfaddress;language;code;link\r\n"
        b'"Hoek; ""E\xc3\xa9n"" 1";nl;2345-6789-ABCDE;https://buurt.example.nl/c/23456789ABCDE\r\n'
    )


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("=HYPERLINK(A1)", "'=HYPERLINK(A1)"),
        ("+31 6", "'+31 6"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "' =1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("Pad 1\r\n=1", "Pad 1 =1"),
        ("'s-Gravelandseweg 1", "'s-Gravelandseweg 1"),
    ],
)
def test_no_address_is_a_formula(address: str, written: str) -> None:
    assert cells(address)[1][0] == written


@given(st.text())
def test_any_address_stays_one_harmless_cell(address: str) -> None:
    # A lone surrogate cannot come from a decoded file.
    address = address.encode("utf-8", "ignore").decode()
    header, *rows = cells(address)

    assert len(rows) == 1
    assert len(rows[0]) == len(header) == 4
    assert not rows[0][0].lstrip().startswith(("=", "+", "-", "@"))


def test_codes_use_the_whole_alphabet() -> None:
    assert set("".join(letter.code for letter in invited(frame(500))[1])) == set(ALPHABET)


def cells(address: str) -> list[list[str]]:
    letter = Letter(code="2" * 13, address=address, language="nl", link=BASE)
    text = write_letters([letter]).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
