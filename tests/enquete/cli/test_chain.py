"""The commands as an operator types them, from an empty folder to the exported table."""

import csv
import json
import sqlite3
from datetime import timedelta

import pytest

from enquete import clock
from enquete.codes import read_code
from tests.enquete.cli.conftest import ANSWERS, EVERY_KIND, FRAME, POPULATION


def read(letters):
    with letters.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_from_dwellings_to_the_exported_table(loaded, file, tmp_path):
    assert "200 dwellings invited" in loaded("invite", "2022")
    letters = tmp_path / "instance" / "letters-2022.csv"
    rows = read(letters)
    assert len({read_code(row["code"]) for row in rows}) == 200
    loaded("answers", "import", file("b.csv", ANSWERS), "--wave", "2022")
    printed = loaded("report", "2022", "--compare", "2021")
    assert "Alle gebieden samen" in printed
    assert "7,5" in printed
    tidy = json.loads(loaded("report", "2022", "--compare", "2021", "--json"))
    assert {row["area"] for row in tidy["rows"]} >= {"total", "laren", "weesp"}
    loaded("export", "2022", "--compare", "2021", "--to", tmp_path / "out")
    written = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert {f"rating-table.{kind}" for kind in ("html", "csv", "xlsx", "json")} <= set(written)
    loaded("export", "2022", "--compare", "2021", "--to", tmp_path / "again")
    again = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    assert again == written


def test_a_sample_is_drawn_again_from_its_seed(loaded, tmp_path):
    letters = tmp_path / "letters.csv"
    printed = loaded("invite", "2022", "--sample", "20", "--seed", "7", "--letters", letters)
    assert "20 dwellings invited (seed 7)" in printed
    first = {row["address"] for row in read(letters)}
    loaded("wave", "create", "2023")
    other = tmp_path / "other.csv"
    loaded("invite", "2023", "--sample", "20", "--seed", "7", "--letters", other)
    second = {row["address"] for row in read(other)}
    assert first == second


def test_dwellings_that_no_letter_would_reach_are_told_before_anybody_is_invited(
    enquete, file, tmp_path
):
    enquete("frame", "import", file("frame.csv", FRAME + "x1;Laren;flat;;nl;\n"))
    enquete("wave", "create", "2022")
    message = enquete("invite", "2022", fails=True)
    assert "1 of the 201 dwellings drawn have no address in the frame ('x1' is one)" in message
    assert not (tmp_path / "instance" / "letters-2022.csv").exists()
    assert "\t0 invited" in enquete("wave", "list")


def test_small_strata_ask_for_a_choice_before_anything_is_invited(enquete, file):
    rows = FRAME + "".join(f"s{i};Laren;penthouse;;nl;Top {i}\n" for i in range(3))
    enquete("frame", "import", file("frame.csv", rows))
    enquete("wave", "create", "2022")
    assert "laren/penthouse (3)" in enquete("invite", "2022", fails=True)
    assert "203 dwellings invited" in enquete("invite", "2022", "--merge-small")
    enquete("wave", "create", "2023")
    assert "203 dwellings invited" in enquete("invite", "2023", "--keep-small")


def test_nobody_is_invited_to_a_closed_wave_or_to_an_address_of_this_machine(loaded, monkeypatch):
    loaded("wave", "create", "gone", "--opens", "2020-01-01", "--closes", "2020-01-31")
    assert "closed on 2020-01-31: nobody could answer" in loaded("invite", "gone", fails=True)
    monkeypatch.delenv("ENQUETE_BASE_URL")
    assert "which only this machine knows" in loaded("invite", "2022", fails=True)
    assert "\t0 invited" in loaded("wave", "list")


def test_another_secret_is_refused_before_letters_are_made(loaded, tmp_path):
    loaded("invite", "2022")
    (tmp_path / "instance" / "secret.key").write_text("x" * 64)
    loaded("wave", "create", "2023")
    assert "the secret is not the one" in loaded("invite", "2023", fails=True)
    assert "the secret is not the one" in loaded("serve", fails=True)


def test_letters_are_never_overwritten_and_a_wave_is_invited_once(loaded, tmp_path):
    loaded("invite", "2022")
    assert "was invited or imported before" in loaded("invite", "2022", fails=True)
    loaded("wave", "create", "2023")
    taken = tmp_path / "instance" / "letters-2022.csv"
    assert "is there already" in loaded("invite", "2023", "--letters", taken, fails=True)
    elsewhere = tmp_path / "elsewhere.csv"
    assert "invited or imported before" in loaded(
        "invite", "2022", "--letters", elsewhere, fails=True
    )
    assert not elsewhere.exists()


def test_letters_that_cannot_be_written_leave_nobody_invited(loaded, tmp_path):
    target = tmp_path / "no such folder" / "letters.csv"
    assert "cannot be written" in loaded("invite", "2022", "--letters", target, fails=True)
    loaded("invite", "2022")


def test_answers_are_not_added_twice_by_accident(loaded, file):
    answers = file("again.csv", ANSWERS)
    message = loaded("answers", "import", answers, "--wave", "2021", fails=True)
    assert "has 120 answers already; --add adds to them" in message


def days(enquete, slug):
    line = next(row for row in enquete("wave", "list").splitlines() if row.startswith(slug))
    return line.split("\t")[1].split(" … ")


def day(distance):
    return (clock.today() + timedelta(days=distance)).isoformat()


@pytest.mark.parametrize(
    ("opens", "closes", "last"),
    [
        (-30, 30, -1),
        (-30, None, -1),
        (-30, 0, -1),
        (-30, -1, -1),
        (-30, -10, -10),
        (0, 30, -1),
        (10, 30, -1),
        (-30, "closed by hand before", -1),
    ],
)
def test_a_closed_wave_keeps_its_first_day_and_a_last_day_that_was(enquete, opens, closes, last):
    until = ["--closes", day(closes)] if isinstance(closes, int) else []
    enquete("wave", "create", "w", "--opens", day(opens), *until)
    if closes == "closed by hand before":
        enquete("wave", "close", "w")
    assert day(last) in enquete("wave", "close", "w")
    assert days(enquete, "w") == [day(opens), day(last)]


def test_a_wave_without_a_last_day_says_so(enquete):
    enquete("wave", "create", "w", "--opens", day(-1))
    assert days(enquete, "w") == [day(-1), "until closed"]


def test_backup_and_restore(loaded, tmp_path):
    copy = tmp_path / "backup.db"
    loaded("backup", copy)
    assert "exists already" in loaded("backup", copy, fails=True)
    loaded("wave", "create", "2024")
    assert "not empty" in loaded("restore", copy, fails=True)
    loaded("restore", copy, "--replace")
    assert "2024" not in loaded("wave", "list")
    text = tmp_path / "text.db"
    text.write_text("no database at all")
    message = loaded("restore", text, "--replace", fails=True)
    assert f"{text} is not a database" in message
    assert "2021" in loaded("wave", "list")


def test_a_database_of_a_newer_version_is_refused(loaded, tmp_path):
    with sqlite3.connect(tmp_path / "instance" / "enquete.db") as database:
        database.execute("INSERT INTO schema_version (number) VALUES (999)")
    database.close()
    assert "version 999, this program knows" in loaded("wave", "list", fails=True)


def test_a_database_that_cannot_be_opened_is_named(loaded, tmp_path):
    database = tmp_path / "instance" / "enquete.db"
    database.unlink()
    database.mkdir()
    assert "enquete.db cannot be opened" in loaded("wave", "list", fails=True)


BAD_FRAMES = {
    "empty": (b"", "empty"),
    "header only": (b"vhe;gemeente;woningtype\n", "header only"),
    "utf-16": ("vhe;gemeente;woningtype\nd1;Laren;flat\n".encode("utf-16"), "UTF-16"),
    "missing column": (b"vhe;woningtype\nd1;flat\n", "area"),
    "unknown area": (b"vhe;gemeente;woningtype\nd1;Larem;flat\n", "Laren"),
    "duplicate dwelling": (
        b"vhe;gemeente;woningtype\nd1;Laren;flat\nd1;Laren;flat\n",
        "line 3",
    ),
}


@pytest.mark.parametrize(("content", "message"), BAD_FRAMES.values(), ids=BAD_FRAMES)
def test_a_bad_frame_is_refused_whole(loaded, file, content, message):
    assert message in loaded("frame", "import", file("bad.csv", content), fails=True)
    assert "200 dwellings: 0 new, 0 changed, 0 gone" in loaded(
        "frame", "import", file("frame.csv", FRAME)
    )


def test_windows_1252_with_commas_is_read(enquete, file):
    text = "vhe,gemeente,woningtype,adres\nd1,Laren,flat,Café 1\n"
    enquete("frame", "import", file("frame.csv", text.encode("cp1252")))


@pytest.mark.parametrize(
    ("population", "message"),
    [
        (POPULATION.replace(";100", ";-1", 1), "'-1'"),
        (POPULATION.replace(";100", ";50", 1), "must be at least its 60 answers, got 50"),
        ("gemeente;woningtype;woningen\nLaren;flat;100\n", "no population count"),
    ],
)
def test_a_population_that_does_not_fit_is_refused(enquete, file, population, message):
    enquete("wave", "create", "2021")
    answers, counts = file("a.csv", ANSWERS), file("p.csv", population)
    output = enquete(
        "answers", "import", answers, "--wave", "2021", "--population", counts, fails=True
    )
    assert message in output
    assert "\t0 answers" in enquete("wave", "list")


QUESTIONNAIRE = """\
id = "klein"
languages = ["nl"]
title.nl = "Klein"
[[pages]]
id = "een"
title.nl = "Een"
[[pages.questions]]
id = "cijfer"
kind = "rating"
role = "rating"
text.nl = "Welk cijfer?"
low_label.nl = "laag"
high_label.nl = "hoog"
"""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('kind = "rating"', 'kind = "stars"'), "stars"),
        (
            (
                "high_label.nl",
                'high_label.nl = "h"\n[[pages.questions]]\nid = "cijfer"\nkind = '
                '"text"\ntext.nl = "Wat?"\n#',
            ),
            "cijfer",
        ),
        (('id = "klein"', "id ="), "line 1"),
    ],
    ids=["unknown kind", "duplicate id", "no TOML"],
)
def test_a_faulty_questionnaire_makes_no_wave(enquete, file, change, message):
    path = file("q.toml", QUESTIONNAIRE)
    enquete("wave", "create", "good", "--questionnaire", path)
    path = file("bad.toml", QUESTIONNAIRE.replace(*change))
    assert message in enquete("wave", "create", "bad", "--questionnaire", path, fails=True)
    assert "bad" not in enquete("wave", "list")


def test_unknown_waves_and_empty_ones_are_told(loaded):
    assert "there is no wave '1999'; waves: 2021, 2022" in loaded("report", "1999", fails=True)
    assert "no answers to the rating question yet" in loaded("report", "2022", fails=True)
    assert "the frame is empty" not in loaded("invite", "2022")


def test_a_questionnaire_in_no_language_of_the_pages_is_refused(enquete, file):
    text = EVERY_KIND.read_text().replace('["nl", "en"]', '["fr", "de"]')
    foreign = file("foreign.toml", text.replace("nl =", "fr =").replace("en =", "de ="))
    printed = enquete("wave", "create", "2022", "--questionnaire", foreign, fails=True)
    assert "languages must have one of the pages around it (nl, en, tr, ar, uk, pl)" in printed
    assert "got fr, de" in printed
    assert "2022" not in enquete("wave", "list")
