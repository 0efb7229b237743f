"""Allocation: how many dwellings of each stratum to ask, given a total, margins or a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from analysis.fill import fill_to_cost, fill_to_total
from analysis.plan import Allocated, Allocation, planned_margin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.plan import PlannedMargin, Stratum

Rule: TypeAlias = Literal["proportional", "neyman", "optimal"]


def allocate(
    strata: Sequence[Stratum],
    *,
    answers: int | None = None,
    budget: float | None = None,
    margin: float | Mapping[str, float] | None = None,
    rule: Rule = "neyman",
    least: int = 2,
    confidence: float = 0.95,
) -> Allocation:
    """Divide answers over strata.

    Answers in proportion to N_h (``proportional``), to N_h S_h (``neyman``; Neyman (1934), J. Royal
    Stat. Soc. 97, doi:10.2307/2342192) or to N_h S_h / sqrt(c_h) (``optimal``; Cochran (1977),
    Sampling Techniques, §5.5), with S_h² the variance times the design effect and c_h the cost of
    an answer (of an invitation over the response). Between bounds,
    ``n_h = min(u_h, max(l_h, k a_h))`` with one k for all: the exact optimum of the bounded problem
    in real numbers, Stenger & Gabler (2005), Metrika 61, doi:10.1007/s001840400328. Rounded down,
    what is left goes to the largest remainders, in the order given where they are equal. R:
    ``stratallo::opt``.

    Lower bounds: `least` answers in each stratum (all it can give, where that is fewer), and for
    each area with a `margin` what the same rule gives its strata at the smallest total that is
    narrow enough. Upper bounds: the answers that asking every dwelling is expected to give.

    Parameters
    ----------
    answers
        Total to divide.
    budget
        Ceiling of the cost, instead of `answers`: as many answers as it pays for.
    margin
        Widest half interval of an area's mean, one for all or by area. Without `answers` and
        `budget` the plan is the smallest one with these margins.

    Raises
    ------
    ValueError
        If no goal or both totals are given, a name is not unique, or an option is out of range.
    """
    _refuse(strata, answers=answers, budget=budget, margin=margin)
    if least < 0:
        raise ValueError(f"least must be 0 or more, got {least}")
    size = _size(strata, rule)
    high = np.array([s.most for s in strata])
    low = np.minimum(least, high)
    missed = _raise_for_margins(strata, size, low, _margins(strata, margin), confidence=confidence)
    if budget is not None:
        price = np.array([s.cost / s.response for s in strata])
        n, reason = fill_to_cost(
            size, low, high, price, cost=lambda n: _cost(strata, n), budget=budget
        )
    else:
        n, reason = fill_to_total(size, low, high, int(low.sum()) if answers is None else answers)
    return _plan(strata, n, "; ".join([*missed, *filter(None, [reason])]), confidence=confidence)


def _refuse(
    strata: Sequence[Stratum],
    *,
    answers: int | None,
    budget: float | None,
    margin: float | Mapping[str, float] | None,
) -> None:
    if not strata:
        raise ValueError("strata must have at least one stratum, got none")
    names = [s.name for s in strata]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"the name of a stratum must be unique, got {twice[0]!r} twice")
    if answers is None and budget is None and margin is None:
        raise ValueError("give answers, a budget or a margin: there is nothing to reach")
    if answers is not None and budget is not None:
        raise ValueError(f"give answers or a budget, got both: {answers} and {budget:g}")
    for name, value in (("answers", answers), ("budget", budget)):
        if value is not None and not value > 0:
            raise ValueError(f"{name} must be above 0, got {value}")


def _size(strata: Sequence[Stratum], rule: Rule) -> NDArray[np.float64]:
    if rule not in {"proportional", "neyman", "optimal"}:
        raise ValueError(f"rule must be 'proportional', 'neyman' or 'optimal', got {rule!r}")
    population = np.array([float(s.population) for s in strata])
    if rule == "proportional":
        return population
    spread = population * np.array([s.sd * s.deff**0.5 for s in strata])
    price = np.array([s.cost / s.response if rule == "optimal" else 1.0 for s in strata])
    size: NDArray[np.float64] = spread / np.sqrt(price)
    return size


def _margins(
    strata: Sequence[Stratum], margin: float | Mapping[str, float] | None
) -> dict[str, float]:
    areas = sorted({s.area for s in strata})
    if margin is None:
        return {}
    by_area = dict.fromkeys(areas, float(margin)) if isinstance(margin, float | int) else margin
    for area, half_width in by_area.items():
        if area not in areas:
            raise ValueError(f"margin must name areas of the plan, got {area!r}")
        if not half_width > 0:
            raise ValueError(f"margin of {area!r} must be above 0, got {half_width}")
    return dict(by_area)


def _raise_for_margins(
    strata: Sequence[Stratum],
    size: NDArray[np.float64],
    low: NDArray[np.int64],
    margins: Mapping[str, float],
    *,
    confidence: float,
) -> list[str]:
    """Raise the lower bounds, in place, to what the margins need; say which are out of reach."""
    missed = []
    for area, half_width in margins.items():
        here = [i for i, s in enumerate(strata) if s.area == area]
        inside = [strata[i] for i in here]
        low[here] = _smallest(inside, size[here], low[here], half_width, confidence=confidence)
        if not _narrow(inside, low[here], half_width, confidence=confidence):
            missed.append(f"{area!r} cannot have a margin of ±{half_width:g}")
    return missed


def _smallest(
    strata: Sequence[Stratum],
    size: NDArray[np.float64],
    low: NDArray[np.int64],
    half_width: float,
    *,
    confidence: float,
) -> NDArray[np.int64]:
    """Give the division of the smallest total that is narrow enough; of the largest if none is."""
    high = np.array([s.most for s in strata])
    below, enough = int(low.sum()) - 1, int(high.sum())
    while enough - below > 1:
        middle = (below + enough) // 2
        n, _ = fill_to_total(size, low, high, middle)
        if _narrow(strata, n, half_width, confidence=confidence):
            enough = middle
        else:
            below = middle
    return fill_to_total(size, low, high, enough)[0]


def _narrow(
    strata: Sequence[Stratum], n: NDArray[np.int64], half_width: float, *, confidence: float
) -> bool:
    found = planned_margin("", strata, n.tolist(), confidence=confidence).half_width
    return found is not None and found <= half_width


def _cost(strata: Sequence[Stratum], n: NDArray[np.int64]) -> float:
    return sum(s.cost * s.invited(k) for s, k in zip(strata, n.tolist(), strict=True))


def _plan(
    strata: Sequence[Stratum], n: NDArray[np.int64], reason: str, *, confidence: float
) -> Allocation:
    rows = tuple(
        Allocated(
            stratum=s.name, area=s.area, answers=k, invited=s.invited(k), cost=s.cost * s.invited(k)
        )
        for s, k in zip(strata, n.tolist(), strict=True)
    )

    def margin(area: str, inside: Sequence[int]) -> PlannedMargin:
        counts = [rows[i].answers for i in inside]
        return planned_margin(area, [strata[i] for i in inside], counts, confidence=confidence)

    return Allocation(
        rows=rows,
        areas=tuple(
            margin(area, [i for i, s in enumerate(strata) if s.area == area])
            for area in sorted({s.area for s in strata})
        ),
        total=margin("total", range(len(strata))),
        invited=sum(row.invited for row in rows),
        cost=sum(row.cost for row in rows),
        reached=not reason,
        reason=reason,
    )
