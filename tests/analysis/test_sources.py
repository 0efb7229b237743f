"""The same survey by every way in: the same combinations, the same counts."""

import math
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import sources
from analysis.columns import MISSING, FileColumns
from analysis.sources import frame_source, open_source

duckdb = pytest.importorskip("duckdb")
pl = pytest.importorskip("polars")
pyreadstat = pytest.importorskip("pyreadstat")
pd = pytest.importorskip("pandas")

SURVEY = Path(__file__).parents[1] / "reference" / "survey.csv"
NAMES = ("wave", "gemeente", "stratum", "complex_id", "rapportcijfer", "w")


@pytest.fixture(scope="module")
def frame():
    return pd.read_csv(SURVEY)


def plain(value):
    """Give one spelling to a value: a number, a text, or None."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in MISSING:
        return None
    try:
        return float(value)
    except ValueError:
        return str(value)


def rows(source, names=NAMES, **options):
    columns, n = source.counted(names, **options)
    assert list(columns) == list(names)
    assert n.dtype == np.int64
    cells = list(zip(*([plain(value) for value in columns[name]] for name in names), strict=True))
    assert len(cells) == len(n)
    return dict(zip(cells, n.tolist(), strict=True))


def counted_cells(source, path):
    columns, n = source.counted(NAMES)
    pd.DataFrame({**columns, "answers": n}).to_csv(path, index=False)
    return path


def as_parquet(frame, path):
    assert frame is not None  # DuckDB finds it by its name
    duckdb.sql("SELECT * FROM frame").write_parquet(str(path))
    return path


def labelled(frame):
    """Give the frame with codes for municipalities, and the labels of the codes."""
    names = sorted(frame["gemeente"].unique())
    codes = frame["gemeente"].map({name: code for code, name in enumerate(names, 1)})
    return frame.assign(gemeente=codes), {"gemeente": dict(enumerate(names, 1))}


def write_sav(frame, path):
    coded, labels = labelled(frame)
    pyreadstat.write_sav(coded, str(path), variable_value_labels=labels)
    return open_source(path)


def write_dta(frame, path):
    coded, labels = labelled(frame)
    pyreadstat.write_dta(coded, str(path), variable_value_labels=labels)
    return open_source(path)


def large_csv(path, monkeypatch):
    monkeypatch.setattr(sources, "LARGE", 0)
    return open_source(path)


WAYS = {
    "parquet": lambda frame, folder: open_source(as_parquet(frame, folder / "s.parquet")),
    "sav": lambda frame, folder: write_sav(frame, folder / "s.sav"),
    "zsav": lambda frame, folder: write_sav(frame, folder / "s.zsav"),
    "dta": lambda frame, folder: write_dta(frame, folder / "s.dta"),
    "pandas": lambda frame, _: frame_source(frame),
    "pandas nullable": lambda frame, _: frame_source(frame.convert_dtypes()),
    "pandas category": lambda frame, _: frame_source(frame.astype({"gemeente": "category"})),
    "polars": lambda frame, _: frame_source(pl.DataFrame(frame.to_dict("list"))),
    "polars lazy": lambda *_: frame_source(pl.scan_csv(SURVEY)),
    "relation": lambda *_: frame_source(duckdb.read_csv(str(SURVEY))),
    "cells": lambda _, folder: open_source(
        counted_cells(open_source(SURVEY), folder / "cells.csv"), count="answers"
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_source_counts_the_same(way, frame, tmp_path):
    expected = rows(open_source(SURVEY))
    assert sum(expected.values()) == len(frame)
    assert rows(WAYS[way](frame, tmp_path)) == expected


def test_a_large_file_is_counted_by_duckdb_as_by_our_reader(monkeypatch):
    expected = rows(open_source(SURVEY))
    source = large_csv(SURVEY, monkeypatch)
    columns, _ = source.counted(NAMES)
    assert not isinstance(columns, FileColumns)
    assert rows(source) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a;b\n1;'x\n 2 ;\n;y\n",
        'a,b\n"x, y",1\n"he said ""no""",2\n\n3,NA\n',
        "a\tb\r\n1\t2\r\n1\t2 \r\n",
        "a;b\n1;2\n;\n3;4\n;\n",
        "sep=;\na;b\n1;2\n",
        "\ufeffa;b\né;2\n",
        'a;b\n"two\nlines";2\n',
        "a\n1\n\n2\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_large_file_means_what_a_small_one_does(text, encoding, tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding, errors="ignore"))
    small = open_source(path)
    large = large_csv(path, monkeypatch)
    assert large.names == small.names
    assert rows(large, small.names) == rows(small, small.names)


def test_a_fault_in_a_large_file_is_told_by_its_line(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text("a;b\n" + "1;2\n" * 40_000 + "3\n")
    source = large_csv(path, monkeypatch)
    with pytest.raises(ValueError, match="40002"):
        source.counted(["a"])


def test_a_small_file_keeps_the_line_of_each_combination(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a;b;n\nx;7;2\ny;8;1\nx;7;3\ny;oops;1\n")
    columns, n = open_source(path, count="n").counted(["a", "b"])
    assert columns.lines == [2, 3, 5]
    assert n.tolist() == [5, 1, 1]


def test_counts_are_added_and_zero_is_kept():
    source = frame_source(pd.DataFrame({"a": ["x", "x", "y"], "n": [2, 3, 0]}), count="n")
    assert rows(source, ["a"]) == {("x",): 5, ("y",): 0}


def test_a_count_may_be_asked_for_as_a_column_too():
    source = frame_source(pd.DataFrame({"a": ["x", "x"], "n": [2, 2]}), count="n")
    assert rows(source, ["n"]) == {(2.0,): 4}


def test_a_count_that_is_none_is_refused():
    source = frame_source(pd.DataFrame({"a": ["x"], "n": [1.5]}), count="n")
    with pytest.raises(ValueError, match="'n' must be a whole number"):
        source.counted(["a"])


@pytest.mark.parametrize("suffix", [".sav", ".dta"])
def test_codes_are_labels_where_all_have_one_and_numbers_where_asked(suffix, tmp_path):
    data = pd.DataFrame({"mark": [1.0, 5, 10], "likes": [1.0, 2, 2], "town": [1.0, 2, None]})
    labels = {
        "mark": {1: "worst", 10: "best"},
        "likes": {1: "no", 2: "yes"},
        "town": {1: "Laren", 2: "Weesp"},
    }
    path = tmp_path / f"t{suffix}"
    write = pyreadstat.write_sav if suffix == ".sav" else pyreadstat.write_dta
    write(data, str(path), variable_value_labels=labels)
    names = ["mark", "likes", "town"]
    assert rows(open_source(path), names) == {
        (1.0, "no", "Laren"): 1,
        (5.0, "yes", "Weesp"): 1,
        (10.0, "yes", None): 1,
    }
    assert rows(open_source(path), ["likes"], numbers=["likes"]) == {(1.0,): 1, (2.0,): 2}


def test_spss_declares_values_missing_and_scales(tmp_path):
    path = tmp_path / "t.sav"
    pyreadstat.write_sav(
        pd.DataFrame({"mark": [1.0, 2, 99], "age": [1.0, 2, 2], "who": ["x", "", "x"]}),
        str(path),
        variable_value_labels={"age": {1: "one", 2: "two"}, "mark": {99: "no answer"}},
        missing_ranges={"mark": [99]},
        variable_measure={"age": "scale"},
    )
    names = ["mark", "age", "who"]
    expected = {(1.0, 1.0, "x"): 1, (2.0, 2.0, None): 1, (None, 2.0, "x"): 1}
    assert rows(open_source(path), names) == expected


def test_two_codes_of_one_label_are_one(tmp_path):
    path = tmp_path / "t.sav"
    pyreadstat.write_sav(
        pd.DataFrame({"why": [1.0, 7, 7]}),
        str(path),
        variable_value_labels={"why": {1: "other", 7: "other"}},
    )
    assert rows(open_source(path), ["why"]) == {("other",): 3}


def test_a_file_of_more_than_one_chunk_is_counted_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.sources_labelled._CHUNK", 3)
    path = tmp_path / "t.sav"
    for size in (2, 3, 7):
        pyreadstat.write_sav(pd.DataFrame({"a": [1.0, 2.0, 2.0] * size}), str(path))
        assert rows(open_source(path), ["a"]) == {(1.0,): size, (2.0,): 2 * size}


def test_types_become_text_or_numbers(tmp_path):
    path = tmp_path / "t.parquet"
    duckdb.sql(
        """SELECT * FROM (VALUES
           (true, 1::TINYINT, 7.5::DECIMAL(4, 1), DATE '2022-01-02', 'nan'::DOUBLE,
            9007199254740993),
           (NULL, NULL, NULL, NULL, NULL, NULL)) t(yes, tiny, exact, day, gap, id)"""
    ).write_parquet(str(path))
    columns, n = open_source(path).counted(["yes", "tiny", "exact", "day", "gap", "id"])
    assert n.tolist() == [1, 1]
    kinds = [columns[name].dtype.kind for name in columns]
    assert kinds == ["f", "f", "f", "O", "f", "O"]
    assert columns["day"].tolist() == ["2022-01-02", None]
    assert columns["id"].tolist() == ["9007199254740993", None]
    assert np.isnan(columns["gap"]).all()
    assert columns["yes"][0] == columns["tiny"][0] == 1


def test_columns_may_have_any_name(tmp_path):
    names = ['a"b', "n", "c0", "count(*)", "é ü"]
    data = pd.DataFrame({name: [1, 1, 2] for name in names})
    path = tmp_path / "odd [1]*.parquet"
    as_parquet(data, path)
    expected = {(1.0,) * 5: 2, (2.0,) * 5: 1}
    assert rows(open_source(path), names) == expected
    assert rows(frame_source(data), names) == expected
    assert rows(frame_source(pl.DataFrame(data.to_dict("list"))), names) == expected


values = st.one_of(
    st.lists(st.one_of(st.none(), st.integers(-5, 5)), min_size=1, max_size=30),
    st.lists(st.one_of(st.none(), st.sampled_from([0.5, 1.5, -2.25])), min_size=1, max_size=30),
    st.lists(st.one_of(st.none(), st.text("abc", min_size=1, max_size=2)), min_size=1, max_size=30),
    st.lists(st.one_of(st.none(), st.booleans()), min_size=1, max_size=30),
)


@given(st.tuples(values, values))
def test_frames_count_what_a_loop_counts(pair):
    size = min(map(len, pair))
    data = {"a": pair[0][:size], "b": pair[1][:size]}
    cells = zip(*([plain(value) for value in map(as_number, data[n])] for n in "ab"), strict=True)
    expected = dict(Counter(cells))
    eager = pl.DataFrame(data)
    assert rows(frame_source(eager), ["a", "b"]) == expected
    assert rows(frame_source(pd.DataFrame(data)), ["a", "b"]) == expected
    assert rows(frame_source(pd.DataFrame(data).convert_dtypes()), ["a", "b"]) == expected
    frame = pd.DataFrame(data).astype("category")
    assert rows(frame_source(frame), ["a", "b"]) == expected


def as_number(value):
    return int(value) if isinstance(value, bool) else value


@pytest.mark.parametrize(
    ("suffix", "wanted"),
    [(".parquet", "a Parquet file"), (".sav", "an SPSS file"), (".dta", "a Stata file")],
)
def test_a_file_that_is_something_else_is_named(suffix, wanted, tmp_path):
    path = tmp_path / f"wrong{suffix}"
    path.write_text("gemeente;cijfer\nLaren;8\n" * 100)
    with pytest.raises(ValueError, match=rf"wrong{suffix} must be {wanted}, got"):
        open_source(path)
    path.write_bytes(b"")
    with pytest.raises(ValueError, match=rf"must be {wanted}, got an empty file"):
        open_source(path)
    with pytest.raises(FileNotFoundError):
        open_source(tmp_path / f"none{suffix}")


def test_a_file_that_is_cut_off_is_named(frame, tmp_path):
    path = as_parquet(frame, tmp_path / "s.parquet")
    source = open_source(path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match=r"s\.parquet must be a Parquet file"):
        source.counted(NAMES)


@pytest.mark.parametrize("way", ["parquet", "sav", "dta", "pandas", "polars", "polars lazy"])
def test_a_column_that_is_not_there_is_named(way, frame, tmp_path):
    source = WAYS[way](frame, tmp_path)
    with pytest.raises(ValueError, match=r"there is no column 'cijfer'; columns wave, person_id"):
        source.counted(["wave", "cijfer"])


def test_no_rows_are_refused(frame, tmp_path):
    path = as_parquet(frame.head(0), tmp_path / "none.parquet")
    with pytest.raises(ValueError, match=r"none\.parquet must have rows"):
        open_source(path).counted(["wave"])
    pyreadstat.write_sav(pd.DataFrame({"a": [1.0]}).head(0), str(tmp_path / "none.sav"))
    for source in (open_source(tmp_path / "none.sav"), frame_source(pl.DataFrame({"a": []}))):
        with pytest.raises(ValueError, match="must have rows"):
            source.counted(["a"])


def test_what_is_not_known_is_refused(tmp_path):
    path = tmp_path / "answers.xlsx"
    path.write_text("")
    with pytest.raises(ValueError, match=r"must end in one of \.csv, .*\.dta, got '\.xlsx'"):
        open_source(path)
    with pytest.raises(ValueError, match="a pandas or polars data frame or a DuckDB relation, got"):
        frame_source([1, 2])
    with pytest.raises(ValueError, match=r"survey\.csv: there is no column 'n'"):
        open_source(SURVEY, count="n")
    with pytest.raises(ValueError, match="got 'a' twice"):
        frame_source(pd.DataFrame([[1, 2]], columns=["a", "a"]))


@pytest.mark.parametrize(("package", "suffix"), [("duckdb", ".parquet"), ("pyreadstat", ".sav")])
def test_a_package_that_is_missing_is_named_with_its_extra(package, suffix, tmp_path, monkeypatch):
    path = tmp_path / f"t{suffix}"
    path.write_bytes(b"x")
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, package, raising=False)
    with pytest.raises(ValueError, match=rf"needs the package {package}.*enquete\[sources\]"):
        open_source(path)


def test_a_large_file_needs_no_package(monkeypatch):
    expected = rows(open_source(SURVEY))
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "duckdb", raising=False)
    assert rows(large_csv(SURVEY, monkeypatch)) == expected


def test_a_small_file_loads_no_engine():
    code = (
        "from analysis.sources import open_source\n"
        f"open_source({str(SURVEY)!r}).counted(['wave'])\n"
        "import sys; print(*({'duckdb', 'pandas', 'polars', 'pyreadstat'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
