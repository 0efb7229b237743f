from __future__ import annotations

import pytest

from enquete.errors import InputError
from enquete.fieldwork.areas import builtin_areas
from enquete.fieldwork.frame import read_frame
from enquete.store.records import Dwelling

AREAS = builtin_areas()[0]
ENGLISH = "dwelling_id;area;dwelling_type;complex;buurt;language;address;email"
DUTCH = "VHE;Gemeente;Woningtype;Complex;Buurt;Taal;Adres;E-mail"
ROW = '12;almere;Eengezins;C1;Filmwijk;EN;"Straat 1\r\n1234 AB Almere";a.b@voorbeeld.nl'
DWELLING = Dwelling(
    id="12",
    area="almere",
    type="eengezins",
    complex="C1",
    buurt="Filmwijk",
    language="en",
    address="Straat 1, 1234 AB Almere",
    email="a.b@voorbeeld.nl",
)


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        read_frame(text.encode(), AREAS)
    return str(caught.value)


@pytest.mark.parametrize("header", [ENGLISH, DUTCH, DUTCH.replace("VHE", "woning id")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_reads_every_spelling(header: str, encoding: str, separator: str) -> None:
    text = f"{header}\r\n{ROW}\r\n".replace(";", separator)
    assert read_frame(text.encode(encoding), AREAS) == [DWELLING]


def test_three_columns_are_enough_and_others_are_not_read() -> None:
    text = "woning_id,gebied,huur,woningtype\nV1,Gooise  Meren,612,etage\n"
    assert read_frame(text.encode(), AREAS) == [
        Dwelling(id="V1", area="gooise-meren", type="etage")
    ]


def test_reads_a_path(tmp_path) -> None:
    path = tmp_path / "woningen.csv"
    path.write_text(f"{ENGLISH}\n{ROW}\n", encoding="utf-8")

    assert read_frame(path, AREAS) == [DWELLING]
    with pytest.raises(InputError, match=r"dwellings: cannot read .*weg\.csv: No such file"):
        read_frame(tmp_path / "weg.csv", AREAS)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "dwellings: wanted a header and rows, got an empty file"),
        (ENGLISH, "dwellings: wanted rows under the header, got a header only"),
        (
            "vhe;woningtype\n1;etage\n",
            "dwellings: wanted a column area (gemeente, gebied), got columns vhe, woningtype",
        ),
        (
            "vhe;area;gemeente;woningtype\n1;Laren;Laren;etage\n",
            "dwellings: wanted one column for area, got 'area' and 'gemeente'",
        ),
        (
            "vhe;gemeente;woningtype\n1;Almerre;etage\n",
            "dwellings, line 2, column 'gemeente': wanted a known area (did you mean Almere)",
        ),
        (
            "vhe;gemeente;woningtype\n1;Laren;etage\n2;Laren;etage\n1;Huizen;etage\n",
            "dwellings, line 4, column 'vhe': wanted a dwelling that has no other row, "
            "got '1', also on line 2",
        ),
        ("vhe;gemeente;woningtype\n;Laren;etage\n", "wanted a dwelling id, got ''"),
        ("vhe;gemeente;woningtype\n1;Laren;\n", "wanted a dwelling type, got ''"),
        (
            "vhe;gemeente;woningtype;taal\n1;Laren;etage;Nederlands\n",
            "wanted a language code of two letters, such as nl or en, got 'Nederlands'",
        ),
        (
            "vhe;gemeente;woningtype;buurt\n1;Laren;etage;a\x07b\n",
            "line 2, column 'buurt': wanted text without control characters, got 'a\\x07b'",
        ),
    ],
)
def test_refuses(text: str, wanted: str) -> None:
    assert wanted in refusal(text)


@pytest.mark.parametrize(
    "email", ["jan", "jan@", "@nl.nl", "a b@nl.nl", "a@nl", "a@b..nl", "a@b.nl,c@d.nl", "a@" * 200]
)
def test_refuses_what_is_no_address(email: str) -> None:
    told = refusal(f'vhe;gemeente;woningtype;e-mail\n1;Laren;etage;"{email}"\n')
    assert "column 'e-mail': wanted an e-mail address, or nothing" in told


def test_tells_all_faults_by_line() -> None:
    told = refusal(
        'vhe;gemeente;woningtype;adres\n1;Laren;etage;"een\ntwee"\n2;Urk;;x\n3;Laren;etage\n4;L;e;x'
    )
    # Rows of a wrong length may have lost any field, so that the cells are not judged as well.
    assert told == "dwellings, line 5: wanted 4 fields as in the header, got 3"

    told = refusal("vhe;gemeente;woningtype;taal\n1;Urk;etage;x\n2;Laren;;nl\n")
    assert [line.split(":")[0] for line in told.splitlines()] == [
        "dwellings has 3 faults",
        "- line 2, column 'gemeente'",
        "- line 2, column 'taal'",
        "- line 3, column 'woningtype'",
    ]


def test_refuses_another_encoding() -> None:
    with pytest.raises(InputError, match="UTF-16"):
        read_frame(f"{ENGLISH}\n{ROW}\n".encode("utf-16"), AREAS)
