"""Strata of the frame, their merging where they are small, and a reproducible stratified sample."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from enquete.errors import InputError
from enquete.store.records import Dwelling, PopulationRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from random import Random

SMALLEST_STRATUM: Final = 10
_FOR_A_VARIANCE: Final = 2


def strata(dwellings: Iterable[Dwelling]) -> dict[str, str]:
    """Give the stratum of each dwelling, by its id: area id, a slash and the dwelling type."""
    return {dwelling.id: f"{dwelling.area}/{dwelling.type}" for dwelling in dwellings}


def population(
    dwellings: Iterable[Dwelling], *, stratum_of: Mapping[str, str] | None = None
) -> list[PopulationRow]:
    """Count the dwellings of each stratum.

    Parameters
    ----------
    dwellings
        The frame.
    stratum_of
        Stratum of each dwelling id; by default `strata` of the dwellings.

    Returns
    -------
    list of PopulationRow
        By area and stratum; none has 0 dwellings.
    """
    frame = list(dwellings)
    label = strata(frame) if stratum_of is None else stratum_of
    counts = Counter((dwelling.area, label[dwelling.id]) for dwelling in frame)
    return [
        PopulationRow(stratum=stratum, area=area, dwellings=n)
        for (area, stratum), n in sorted(counts.items())
    ]


def merge_small(
    dwellings: Iterable[Dwelling], *, minimum: int = SMALLEST_STRATUM, size: int | None = None
) -> dict[str, str]:
    """Give the stratum of each dwelling after merging those that would make a resident known.

    Within an area the smallest stratum is merged with the next smallest until none is too small or
    one is left. The label joins the types, sorted, with "+". Merging comes before the draw, so that
    the sample is drawn from the strata by which it is weighted.

    Parameters
    ----------
    dwellings
        The frame.
    minimum
        Dwellings that will be invited in a stratum, at least 1.
    size
        Total size of the sample to be drawn with proportional allocation; by default all dwellings
        are invited.

    Returns
    -------
    dict
        Dwelling id → stratum. An area that is too small as a whole is one stratum; `small_strata`
        tells it.
    """
    frame = list(dwellings)
    # A proportional sample has `minimum` of a stratum when the stratum has this many.
    least = minimum if size is None else -(-minimum * len(frame) // max(size, 1))
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for dwelling in frame:
        counts[dwelling.area][dwelling.type] += 1
    label = {
        (area, kind): f"{area}/{'+'.join(kinds)}"
        for area, sizes in counts.items()
        for kinds in _merged(sizes, least)
        for kind in kinds
    }
    return {dwelling.id: label[dwelling.area, dwelling.type] for dwelling in frame}


def small_strata(
    dwellings: Iterable[Dwelling],
    *,
    stratum_of: Mapping[str, str] | None = None,
    minimum: int = SMALLEST_STRATUM,
) -> list[PopulationRow]:
    """Tell the strata with fewer than `minimum` of the dwellings, which are those to be invited."""
    rows = population(dwellings, stratum_of=stratum_of)
    return [row for row in rows if row.dwellings < minimum]


def draw(
    dwellings: Iterable[Dwelling],
    *,
    random: Random,
    size: int | None = None,
    stratum_of: Mapping[str, str] | None = None,
) -> list[Dwelling]:
    """Draw a stratified simple random sample without replacement, or take all.

    Parameters
    ----------
    dwellings
        The frame, ids unique. Their order does not matter: one seed gives one sample.
    random
        Source of randomness.
    size
        Total number to draw, parted over the strata by `allocate`; by default all.
    stratum_of
        Stratum of each dwelling id; by default `strata` of the dwellings.

    Returns
    -------
    list of Dwelling
        By id.

    Raises
    ------
    InputError
        If the size is more than there are, or less than two a stratum.
    """
    frame = sorted(dwellings, key=lambda dwelling: dwelling.id)
    if size is None:
        return frame
    label = strata(frame) if stratum_of is None else stratum_of
    members: defaultdict[str, list[Dwelling]] = defaultdict(list)
    for dwelling in frame:
        members[label[dwelling.id]].append(dwelling)
    sizes = allocate({s: len(members[s]) for s in members}, size)
    drawn = [d for s in sorted(members) for d in random.sample(members[s], sizes[s])]
    return sorted(drawn, key=lambda dwelling: dwelling.id)


def allocate(dwellings: Mapping[str, int], size: int) -> dict[str, int]:
    """Part a sample over strata in proportion to their dwellings, by largest remainder.

    A stratum gets at least two, or one when it has one, because one answer gives no variance within
    a stratum (Cochran, *Sampling Techniques*, 1977, §5A.12); what this takes is spread over the
    others in proportion. None gets more than it has.

    Parameters
    ----------
    dwellings
        Stratum → number of dwellings, at least 1.
    size
        Total number to draw.

    Returns
    -------
    dict
        Stratum → number to draw; the numbers add up to `size`.

    Raises
    ------
    InputError
        If the size is more than there are, or too small for two a stratum.
    """
    least = {stratum: min(_FOR_A_VARIANCE, n) for stratum, n in dwellings.items()}
    if not sum(least.values()) <= size <= sum(dwellings.values()):
        raise InputError(
            f"sample size: wanted {sum(least.values())} (two a stratum) to "
            f"{sum(dwellings.values())} (all dwellings), got {size}"
        )
    fixed: dict[str, int] = {}
    while True:
        free = {stratum: n for stratum, n in dwellings.items() if stratum not in fixed}
        left, total = size - sum(fixed.values()), sum(free.values())
        short = [s for s, n in free.items() if left * n < least[s] * total]
        if not short:
            return fixed | _by_largest_remainder(free, left)
        fixed |= {stratum: least[stratum] for stratum in short}


def _by_largest_remainder(dwellings: Mapping[str, int], size: int) -> dict[str, int]:
    total = sum(dwellings.values())
    sizes = {stratum: size * n // total for stratum, n in dwellings.items()}

    def rank(stratum: str) -> tuple[int, int, str]:
        # Whole numbers throughout, and a tie goes to the larger stratum, then by name: no
        # rounding and no order of rows decides who is asked.
        return -(size * dwellings[stratum] % total), -dwellings[stratum], stratum

    for stratum in sorted(dwellings, key=rank)[: size - sum(sizes.values())]:
        sizes[stratum] += 1
    return sizes


def _merged(sizes: Mapping[str, int], least: int) -> list[Sequence[str]]:
    """Group the types of one area so that every group has `least` dwellings, if all together do."""
    groups: list[tuple[int, tuple[str, ...]]] = [(n, (kind,)) for kind, n in sizes.items()]
    heapq.heapify(groups)
    while len(groups) > 1 and groups[0][0] < least:
        n, kinds = heapq.heappop(groups)
        m, others = heapq.heappop(groups)
        heapq.heappush(groups, (n + m, tuple(sorted(kinds + others))))
    return [kinds for _, kinds in groups]
