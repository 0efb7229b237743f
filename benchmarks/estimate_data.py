"""Invented answers for `estimate.py`, made once: Parquet, bare columns, and a filled store."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from enquete.fieldwork.waves import make_wave
from enquete.store import Area, PopulationRow, Response, open_store

WAVES = ("2021", "2022")
AREAS, STRATA, COMPLEXES = 11, 44, 2_200
PART = 500_000


def dwellings(stratum):
    """Give the dwellings of a stratum: unequal, and always more than its answers."""
    return 1_000_000 + 37_000 * (stratum % 7)


def parts(answers, wave):
    """Draw the answers of a wave, some at a time: arrays of the complex and of the mark.

    Every stratum has as many answers as the next, give or take one, so that its weight is known
    beforehand. Complexes differ, and keep what they differ by from wave to wave.
    """
    random = np.random.default_rng([2022, wave])
    level = np.random.default_rng(7).normal(7.4, 0.4, COMPLEXES) + 0.05 * wave
    size = answers // len(WAVES)
    for start in range(0, size, PART):
        stratum = np.arange(start, min(start + PART, size)) % STRATA
        complexes = stratum + STRATA * random.integers(0, COMPLEXES // STRATA, len(stratum))
        drawn = random.normal(level[complexes], 1.6)
        yield complexes, np.clip(np.rint(drawn), 1, 10).astype(np.int8)


def weights(answers):
    """Give the weight of an answer by stratum: N / n."""
    size = answers // len(WAVES)
    n = np.array([len(range(stratum, size, STRATA)) for stratum in range(STRATA)])
    return np.array([dwellings(stratum) for stratum in range(STRATA)]) / n


def write_rows(answers, folder):
    """Write the Parquet file, and the bare columns that the one pass and R read."""
    weight = weights(answers)
    names = {
        "area": np.array([f"area-{s % AREAS:02d}" for s in range(STRATA)]),
        "stratum": np.array([f"stratum-{s:02d}" for s in range(STRATA)]),
        "complex": np.array([f"complex-{c:04d}" for c in range(COMPLEXES)]),
    }
    kinds = {"wave": pa.string(), **dict.fromkeys(names, pa.string())}
    schema = pa.schema({**kinds, "mark": pa.int8(), "w": pa.float64()})
    bare = {name: [] for name in ("domain", "complex", "mark")}
    with pq.ParquetWriter(folder / "answers.parquet", schema, compression="zstd") as writer:
        for wave, slug in enumerate(WAVES):
            for complexes, mark in parts(answers, wave):
                stratum = complexes % STRATA
                places = {"area": stratum, "stratum": stratum, "complex": complexes}
                texts = {name: names[name][place] for name, place in places.items()}
                columns = {"wave": [slug] * len(mark), **texts, "mark": mark, "w": weight[stratum]}
                writer.write_table(pa.table(columns, schema=schema))
                bare["domain"].append((wave * AREAS + stratum % AREAS).astype(np.int8))
                bare["complex"].append(complexes.astype(np.int16))
                bare["mark"].append(mark)
    for name, arrays in bare.items():
        np.concatenate(arrays).tofile(folder / f"{name}.bin")


def write_store(answers, folder):
    """Fill a SQLite store with the same answers, through the store's own door."""
    store = open_store(f"sqlite:///{folder / 'answers.db'}")
    store.migrate()
    areas = [
        Area(id=f"area-{a:02d}", name=f"Area {a}", published=True, position=a) for a in range(AREAS)
    ]
    store.replace_areas(areas, [])
    population = [
        PopulationRow(
            stratum=f"stratum-{s:02d}", area=f"area-{s % AREAS:02d}", dwellings=dwellings(s)
        )
        for s in range(STRATA)
    ]
    for wave, slug in enumerate(WAVES):
        store.add_wave(
            make_wave(slug, questionnaire="buurt", opens=f"{slug}-10-01", sampled="complex")
        )
        store.add_answers(slug, [], population)
        rows = responses(answers, wave)
        while some := list(islice(rows, PART)):
            store.add_answers(slug, some)
    store.close()


def responses(answers, wave):
    """Give the answers of a wave as the store keeps them."""
    number = 0
    for complexes, marks in parts(answers, wave):
        for place, mark in zip(complexes.tolist(), marks.tolist(), strict=True):
            number += 1
            stratum = place % STRATA
            yield Response(
                id=f"{wave}{number:011d}",
                wave=WAVES[wave],
                area=f"area-{stratum % AREAS:02d}",
                stratum=f"stratum-{stratum:02d}",
                cluster=f"complex-{place:04d}",
                mode="import",
                language="nl",
                day=f"{WAVES[wave]}-10-02",
                questionnaire_hash="",
                answers="{}",
                rating=mark,
                dwelling="",
            )


if __name__ == "__main__":
    what, size, where = sys.argv[1:]
    {"rows": write_rows, "store": write_store}[what](int(size), Path(where))
