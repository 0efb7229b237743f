"""Who answered: outcome rates of a sample from the dispositions of its dwellings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from analysis.display import Readable, Shown, figures
from analysis.results import Flag
from analysis.row_design import labels, row_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Disposition(StrEnum):
    """What became of one dwelling that was asked (AAPOR, final disposition)."""

    COMPLETE = "I"
    PARTIAL = "P"
    REFUSAL = "R"
    NON_CONTACT = "NC"
    OTHER = "O"
    """Eligible and reached, without refusing: ill, language, a return in blank."""
    UNKNOWN_HOUSEHOLD = "UH"
    """Not known whether the address is a lived-in dwelling."""
    UNKNOWN_OTHER = "UO"
    """Not known whether who lives there is eligible."""
    NOT_ELIGIBLE = "NE"


@dataclass(frozen=True, repr=False, slots=True, kw_only=True)
class OutcomeRates(Readable):
    """The rates of the AAPOR Standard Definitions, each in [0, 1] or None where it is 0 / 0.

    With I, P, R, NC, O, UH, UO the (weighted) counts, U = UH + UO,
    K = I + P + R + NC + O known to be eligible and e = `eligibility`:

    Attributes
    ----------
    counts
        (Weighted) number of each disposition, all eight of them.
    eligibility
        e, share of U that is taken to be eligible: given, or estimated as K / (K + NE), the
        proportional allocation method (CASRO).
    eligibility_given
        Whether `eligibility` was given.
    rr1, rr2
        I / (K + U) and (I + P) / (K + U): the lowest, U all eligible.
    rr3, rr4
        I / (K + e U) and (I + P) / (K + e U).
    rr5, rr6
        I / K and (I + P) / K: the highest, U not eligible at all.
    coop1, coop2
        I / (I + P + R + O) and (I + P) / (I + P + R + O): cooperation of those reached.
    coop3, coop4
        I / (I + P + R) and (I + P) / (I + P + R): of those able to.
    ref1, ref2, ref3
        R / (K + U), R / (K + e U), R / K.
    con1, con2, con3
        (I + P + R + O) over K + U, K + e U, K: share that was reached.
    flag, reason
        `Flag.EMPTY` where no dwelling was eligible or may have been.
    """

    counts: dict[Disposition, float]
    eligibility: float | None = None
    eligibility_given: bool = False
    rr1: float | None = None
    rr2: float | None = None
    rr3: float | None = None
    rr4: float | None = None
    rr5: float | None = None
    rr6: float | None = None
    coop1: float | None = None
    coop2: float | None = None
    coop3: float | None = None
    coop4: float | None = None
    ref1: float | None = None
    ref2: float | None = None
    ref3: float | None = None
    con1: float | None = None
    con2: float | None = None
    con3: float | None = None
    flag: Flag = Flag.OK
    reason: str = ""

    def _shown(self) -> Shown:
        counts = tuple(f"{code} {count:.10g}" for code, count in self.counts.items())
        return Shown(title="Outcome rates", figures={"counts": counts, **figures(self)})


def outcome_rates(counts: Mapping[str, float], *, eligibility: float | None = None) -> OutcomeRates:
    """Compute the outcome rates from the number of each disposition.

    AAPOR (2023), Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for
    Surveys, 10th edition, "Calculating outcome rates". R has no package for them: equal to
    ``aapor()`` of the oracle's ``misc.R``, which writes the formulas out.

    Parameters
    ----------
    counts
        By code (see `Disposition`) a count or a sum of weights, 0 or more; a code that is left out
        counts 0.
    eligibility
        e, in [0, 1]; None estimates it from the counts.

    Raises
    ------
    ValueError
        If a code is unknown, a count is below 0, or `eligibility` is not in [0, 1].
    """
    n = dict.fromkeys(Disposition, 0.0)
    for code, count in counts.items():
        if not (np.isfinite(count) and count >= 0):
            raise ValueError(f"count of disposition {code!r} must be 0 or more, got {count}")
        n[_disposition(code)] = float(count)
    if eligibility is not None and not 0 <= eligibility <= 1:
        raise ValueError(f"eligibility must be between 0 and 1, got {eligibility}")
    e = _eligibility(n) if eligibility is None else float(eligibility)
    empty = not sum(n.values()) - n[Disposition.NOT_ELIGIBLE]
    return OutcomeRates(
        counts=n,
        eligibility=e,
        eligibility_given=eligibility is not None,
        **_rates(n, e),
        flag=Flag.EMPTY if empty else Flag.OK,
        reason="no dwelling was eligible" if empty else "",
    )


def outcome_rates_by(
    dispositions: Sequence[str],
    by: Sequence[str] | None = None,
    *,
    weights: Sequence[float] | None = None,
    eligibility: float | None = None,
    pooled: bool = False,
) -> dict[str, OutcomeRates]:
    """Compute the outcome rates of each group of dwellings, and of all under ``"total"``.

    Parameters
    ----------
    dispositions
        A code a dwelling, see `Disposition`.
    by
        The group of each dwelling: its area, its stratum; None: the total only.
    weights
        Design weights, above 0: rates of the population instead of the sample.
    eligibility
        e for every group; None estimates it.
    pooled
        Estimate e over all dwellings instead of in each group: steadier in small groups, right
        where a dwelling is as often empty in one as in the other.

    Raises
    ------
    ValueError
        If a code is unknown, lengths disagree, a weight is not above 0, a group is called
        ``total``, or both `eligibility` and `pooled` are given.
    """
    if pooled and eligibility is not None:
        raise ValueError(f"pooled estimates e: leave out eligibility, got {eligibility}")
    w = row_weights(weights, len(dispositions))
    codes, index = labels("dispositions", dispositions, len(dispositions))
    kinds = [_disposition(code) for code in codes]

    def count(rows: slice | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> dict[str, float]:
        sums = np.bincount(index[rows], weights=w[rows], minlength=len(kinds))
        return dict(zip(kinds, sums.tolist(), strict=True))

    total = outcome_rates(count(slice(None)), eligibility=eligibility)
    e = total.eligibility if pooled else eligibility
    found: dict[str, OutcomeRates] = {}
    if by is not None:
        groups, of_row = labels("by", by, len(dispositions))
        if "total" in groups:
            raise ValueError("by must not have a group 'total': that is the name of all dwellings")
        for place, group in enumerate(groups):
            found[group] = outcome_rates(count(of_row == place), eligibility=e)
    return {**found, "total": total}


def _disposition(code: str) -> Disposition:
    try:
        return Disposition(code)
    except ValueError:
        known = ", ".join(Disposition)
        raise ValueError(f"disposition must be one of {known}, got {code!r}") from None


def _eligibility(n: Mapping[Disposition, float]) -> float | None:
    known = _known(n)
    return _share(known, known + n[Disposition.NOT_ELIGIBLE])


def _known(n: Mapping[Disposition, float]) -> float:
    return sum(n[Disposition(code)] for code in ("I", "P", "R", "NC", "O"))


def _rates(n: Mapping[Disposition, float], e: float | None) -> dict[str, float | None]:
    i, p, r, o = (n[Disposition(code)] for code in ("I", "P", "R", "O"))
    known, unknown = _known(n), n[Disposition.UNKNOWN_HOUSEHOLD] + n[Disposition.UNKNOWN_OTHER]
    some = None if e is None else known + e * unknown
    bases = (known + unknown, some, known)
    rates: dict[str, float | None] = {}
    for place, base in enumerate(bases):
        rates[f"rr{2 * place + 1}"] = _share(i, base)
        rates[f"rr{2 * place + 2}"] = _share(i + p, base)
        rates[f"ref{place + 1}"] = _share(r, base)
        rates[f"con{place + 1}"] = _share(i + p + r + o, base)
    for place, base in enumerate((i + p + r + o, i + p + r)):
        rates[f"coop{2 * place + 1}"] = _share(i, base)
        rates[f"coop{2 * place + 2}"] = _share(i + p, base)
    return rates


def _share(part: float, whole: float | None) -> float | None:
    return part / whole if whole else None
