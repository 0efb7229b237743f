from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from enquete.errors import InputError
from enquete.fieldwork.sample import allocate, draw, merge_small, population, small_strata, strata
from enquete.store.records import Dwelling, PopulationRow


def dwellings(counts: dict[tuple[str, str], int]) -> list[Dwelling]:
    return [
        Dwelling(id=f"{area}-{kind}-{i}", area=area, type=kind)
        for (area, kind), n in counts.items()
        for i in range(n)
    ]


frames = st.dictionaries(
    st.tuples(st.sampled_from("ab"), st.sampled_from("pqrs")), st.integers(1, 30), min_size=1
).map(dwellings)


@st.composite
def frames_and_sizes(draw_from: st.DrawFn) -> tuple[list[Dwelling], int]:
    frame = draw_from(frames)
    least = sum(min(2, row.dwellings) for row in population(frame))
    return frame, draw_from(st.integers(least, len(frame)))


def per_stratum(drawn: list[Dwelling]) -> Counter[str]:
    return Counter(strata(drawn).values())


def test_strata_and_population() -> None:
    frame = dwellings({("b", "etage"): 1, ("a", "galerij"): 2, ("a", "etage"): 3})

    assert strata(frame)["b-etage-0"] == "b/etage"
    assert population(frame) == [
        PopulationRow(stratum="a/etage", area="a", dwellings=3),
        PopulationRow(stratum="a/galerij", area="a", dwellings=2),
        PopulationRow(stratum="b/etage", area="b", dwellings=1),
    ]


def test_merges_the_smallest_with_the_next_within_the_area() -> None:
    counts = {("a", "p"): 4, ("a", "q"): 5, ("a", "r"): 50, ("a", "s"): 9, ("b", "p"): 3}
    frame = dwellings(counts)

    merged = merge_small(frame, minimum=10)

    # p and q make 9, which with s (9 too) makes 18; b is small as a whole.
    assert [(row.stratum, row.dwellings) for row in population(frame, stratum_of=merged)] == [
        ("a/p+q+s", 18),
        ("a/r", 50),
        ("b/p", 3),
    ]
    assert small_strata(frame, stratum_of=merged) == [
        PopulationRow(stratum="b/p", area="b", dwellings=3)
    ]
    assert [row.stratum for row in small_strata(frame)] == ["a/p", "a/q", "a/s", "b/p"]


@given(frames, st.integers(1, 20), st.randoms(use_true_random=False))
def test_merged_strata_are_big_enough_whatever_the_order(
    frame: list[Dwelling], minimum: int, random: Random
) -> None:
    merged = merge_small(frame, minimum=minimum)
    rows = population(frame, stratum_of=merged)
    areas = Counter(dwelling.area for dwelling in frame)
    shuffled = random.sample(frame, len(frame))

    assert merge_small(shuffled, minimum=minimum) == merged
    assert all(row.dwellings >= min(minimum, areas[row.area]) for row in rows)
    assert sum(row.dwellings for row in rows) == len(frame)
    assert all(merged[d.id].startswith(f"{d.area}/") for d in frame)
    assert all(d.type in merged[d.id].split("/")[1].split("+") for d in frame)


@given(frames_and_sizes(), st.integers(1, 8))
def test_a_sample_of_merged_strata_has_the_minimum(
    frame_and_size: tuple[list[Dwelling], int], minimum: int
) -> None:
    frame, size = frame_and_size
    merged = merge_small(frame, minimum=minimum, size=size)
    areas = Counter(dwelling.area for dwelling in frame)
    # Areas that are too small as a whole take two from the others; without them it is exact.
    assume(all(n * size >= minimum * len(frame) for n in areas.values()))
    assume(minimum >= 2)

    drawn = draw(frame, size=size, random=Random(1), stratum_of=merged)

    assert not small_strata(drawn, stratum_of=merged, minimum=minimum)


@given(frames_and_sizes(), st.integers(), st.randoms(use_true_random=False))
def test_a_sample_has_its_size_and_bounds_whatever_the_order(
    frame_and_size: tuple[list[Dwelling], int], seed: int, random: Random
) -> None:
    frame, size = frame_and_size
    drawn = draw(frame, size=size, random=Random(seed))
    has, got = per_stratum(frame), per_stratum(drawn)

    assert len(drawn) == len({d.id for d in drawn}) == size
    assert all(min(2, has[s]) <= got[s] <= has[s] for s in has)
    assert drawn == draw(random.sample(frame, len(frame)), size=size, random=Random(seed))
    assert set(drawn) <= set(frame)


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 10**6), min_size=1), st.data())
def test_allocation_is_proportional_but_for_the_bound(has: dict[str, int], data: Any) -> None:
    total = sum(has.values())
    size = data.draw(st.integers(sum(min(2, n) for n in has.values()), total))

    got = allocate(has, size)

    assert sum(got.values()) == size
    assert all(min(2, n) <= got[s] <= n for s, n in has.items())
    # What the bound gives to small strata is taken from the others, never from one of them alone.
    above = [s for s in has if got[s] > 2]
    share = sum(got[s] for s in above) / max(1, sum(has[s] for s in above))
    assert all(abs(got[s] - share * has[s]) <= 2 for s in above)
    if all(size * n >= 2 * total for n in has.values()):
        assert all(abs(got[s] * total - size * n) < total for s, n in has.items())


def test_allocation_by_hand() -> None:
    # Quotas of 20 in 100: 0.2, 9.9, 9.9. The first has one dwelling and gets it; 19 are left.
    assert allocate({"x": 1, "y": 50, "z": 49}, 20) == {"x": 1, "y": 10, "z": 9}
    assert allocate({"x": 5, "y": 500}, 10) == {"x": 2, "y": 8}


def test_every_dwelling_of_a_stratum_has_the_same_chance() -> None:
    frame = dwellings({("a", "p"): 8, ("a", "q"): 4})
    random = Random(2022)
    seen = Counter(d.id for _ in range(3_000) for d in draw(frame, size=6, random=random))

    # Half of each stratum: 1500 expected, standard deviation 27.
    assert all(abs(n - 1_500) < 5 * 27.4 for n in seen.values())


def test_all_are_taken_without_a_size() -> None:
    frame = dwellings({("a", "p"): 3, ("b", "q"): 2})
    assert draw(frame[::-1], random=Random(1)) == frame


def test_seeds_differ() -> None:
    frame = dwellings({("a", "p"): 100})
    assert draw(frame, size=10, random=Random(1)) != draw(frame, size=10, random=Random(2))


@pytest.mark.parametrize("size", [0, 3, 21, -1])
def test_refuses_a_size(size: int) -> None:
    frame = dwellings({("a", "p"): 10, ("a", "q"): 10})
    with pytest.raises(
        InputError, match=rf"wanted 4 \(two a stratum\) to 20 \(all dwellings\), got {size}"
    ):
        draw(frame, size=size, random=Random(1))
