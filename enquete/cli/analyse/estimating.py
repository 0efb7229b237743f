"""Estimates by area and wave, and what changed: computed, and made ready to show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from enquete.cli.analyse.output import Found
from enquete.cli.analyse.sheets import Sheet, chances, numbers, texts
from enquete.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis import ChangeEstimate, Changes, Estimate, Estimates
    from analysis.quantity import QuantityOf
    from enquete.cli.analyse.merging import Areas
    from enquete.cli.analyse.options import ChangeAsked

_ANSWERS = "answers"


@dataclass(frozen=True, kw_only=True)
class Level:
    """What is estimated, and how its intervals are made."""

    rating: str
    quantity: QuantityOf
    name: str
    scale: tuple[float, float] | None = None
    keep: tuple[str, ...] = ()
    interval: str | None = None
    confidence: float = 0.95


def estimated(areas: Areas, level: Level, units: Sequence[str] = ()) -> Estimates:
    """Estimate a level by area and wave; `units` are other sampling units to be compared."""
    from analysis.estimate import estimate

    keep = dict.fromkeys([*level.keep, *(name for name in units if name != _ANSWERS)])
    cells = areas.survey.cells(level.rating, by=areas.by, keep=tuple(keep), scale=level.scale)
    return estimate(
        cells,
        level.quantity,
        name=level.name,
        interval=level.interval,
        confidence=level.confidence,
    )


def compared(estimates: Estimates, areas: Areas, asked: ChangeAsked) -> Changes | None:
    """Compare two waves; None where there are not two and none were named."""
    pair = asked.compare
    if pair is None:
        if len(estimates.waves) != 2:
            return None
        pair = (estimates.waves[0], estimates.waves[1])
    broken = {one.area: one.reason for one in areas.breaks if pair[0] < one.after <= pair[1]}
    whole = [key for key in estimates.cells.domains if key[0] not in broken]
    changes = estimates.change(
        *pair,
        adjust=asked.adjust,
        equivalence=asked.equivalence or None,
        overlap=asked.overlap,
        min_answers=asked.min_answers,
        min_df=asked.min_df,
        family=whole if broken else None,
    )
    rows = tuple(
        replace(row, reason=broken[row.key[0]]) if row.key[0] in broken and row.reason else row
        for row in changes.rows
    )
    return replace(changes, rows=rows)


def found(
    estimates: Estimates,
    areas: Areas,
    changes: Changes | None = None,
    *,
    units: Sequence[str] = (),
    explain: Sequence[str] = (),
    head: str = "estimate",
) -> Found:
    """Make estimates and changes ready to show; `head` names the column of the figure."""
    others = {name: estimates.with_units(None if name == _ANSWERS else name) for name in units}
    lines = [*(one.reason + "." for one in areas.breaks), *estimates.notes]
    sheets, data = [_levels(estimates, others, head)], _data(estimates, others, areas, head)
    records = _records(estimates, others, areas.by)
    if changes:
        sheets.append(_changes(changes))
        lines += changes.notes
        data["change"] = _change_data(changes)
        records += _change_records(changes, others, areas.by)
    elif len(estimates.waves) > 2:
        lines.append("More than two waves: --compare EARLIER LATER gives a change.")
    wave = estimates.waves[-1]
    return Found(
        sheets=sheets,
        lines=list(dict.fromkeys(lines)),
        data={**data, "notes": list(dict.fromkeys(lines))},
        records=records,
        account="\n\n".join(_account(estimates, changes, area) for area in explain),
        drawing=lambda: estimates.plot(wave) if changes is None else changes.plot(),
    )


def _levels(estimates: Estimates, others: Mapping[str, Estimates], head: str) -> Sheet:
    rows = (*estimates.rows, *estimates.totals)
    waves = [texts("wave", (row.wave for row in rows))] if any(estimates.waves) else []
    columns = [
        *waves,
        texts("area", (_shown(row.key) for row in rows)),
        numbers("n", (row.n for row in rows)),
        numbers(head, (row.value for row in rows)),
        *_spread(rows),
        numbers("deff", (row.deff for row in rows)),
    ]
    columns += [numbers(f"se by {name}", _errors(other)) for name, other in others.items()]
    return Sheet(
        title=_title(estimates),
        columns=columns,
        keys=len(waves) + 1,
        reasons=[row.reason for row in rows],
    )


def _errors(estimates: Estimates) -> list[float | None]:
    """Give the standard errors that rest on something."""
    rows = (*estimates.rows, *estimates.totals)
    return [None if row.reason else row.se for row in rows]


def _changes(changes: Changes) -> Sheet:
    rows = (*changes.rows, changes.total)
    same = [chances("p same", (row.p_equivalence for row in rows))] if changes.equivalence else []
    columns = [
        texts("area", (_shown(row.key) for row in rows)),
        numbers("n", (row.n[0] for row in rows)),
        numbers("n later", (row.n[1] for row in rows)),
        numbers("change", (row.value for row in rows)),
        *_spread(rows),
        chances("p", (row.p for row in rows)),
        chances(f"p {changes.adjustment}", (row.p_adjusted for row in rows)),
        *same,
        numbers("detectable", (row.detectable for row in rows)),
        texts("verdict", (_verdict(row) for row in rows)),
    ]
    title = f"Change {changes.before} to {changes.after}"
    return Sheet(title=title, columns=columns, reasons=[row.reason for row in rows])


def _spread(rows: Sequence[Estimate] | Sequence[ChangeEstimate]) -> list[Any]:
    return [
        numbers("se", (row.se for row in rows)),
        numbers("low", (row.low for row in rows)),
        numbers("high", (row.high for row in rows)),
        numbers("df", (row.df for row in rows)),
    ]


def _verdict(row: ChangeEstimate) -> str:
    return "" if row.reason else str(row.verdict)


def _title(estimates: Estimates) -> str:
    coverage = f"{100 * estimates.confidence:g} % intervals ({estimates.interval})"
    return f"{estimates.name[:1].upper()}{estimates.name[1:]}, {coverage}"


def _data(
    estimates: Estimates, others: Mapping[str, Estimates], areas: Areas, head: str
) -> dict[str, Any]:
    design = areas.survey.design
    return {
        "name": estimates.name,
        "design": {name: getattr(design, name) for name in _DESIGN},
        "by": areas.by,
        "confidence": estimates.confidence,
        "interval": estimates.interval,
        f"{head}s": (*estimates.rows, *estimates.totals),
        "design_df": estimates.design_df,
        "units": {name: (*other.rows, *other.totals) for name, other in others.items()},
    }


_HEADS = {
    *("wave", "since", "statistic", "value", "se", "low", "high", "df", "n", "n_before"),
    *("deff", "p", "p_adjusted", "verdict", "flag", "reason"),
}

_DESIGN = (
    "wave",
    "strata_columns",
    "cluster_columns",
    "weights",
    "fpc_columns",
    "lonely",
    "lonely_share",
    "lonely_domains",
    "collapse",
    "nest",
)


def _change_data(changes: Changes) -> dict[str, Any]:
    return {
        "before": changes.before,
        "after": changes.after,
        "adjustment": changes.adjustment,
        "equivalence": changes.equivalence,
        "overlap": changes.overlap,
        "rows": (*changes.rows, changes.total),
    }


def _records(
    estimates: Estimates, others: Mapping[str, Estimates], by: Sequence[str]
) -> list[dict[str, Any]]:
    rows = [*estimates.rows, *estimates.totals]
    ses = {f"se by {name}": _errors(other) for name, other in others.items()}
    return [
        {
            **_place(row.wave, "", row.key, by),
            "statistic": estimates.name,
            **_numbers(row, n=row.n, n_before=None),
            **{name: column[place] for name, column in ses.items()},
            "deff": row.deff,
            "p": None,
            "p_adjusted": None,
            "verdict": "",
            "flag": row.flag,
            "reason": row.reason,
        }
        for place, row in enumerate(rows)
    ]


def _change_records(
    changes: Changes, others: Mapping[str, Estimates], by: Sequence[str]
) -> list[dict[str, Any]]:
    return [
        {
            **_place(changes.after, changes.before, row.key, by),
            "statistic": f"change of {changes.estimates.name}",
            **_numbers(row, n=row.n[1], n_before=row.n[0]),
            **{f"se by {name}": None for name in others},
            "deff": None,
            "p": row.p,
            "p_adjusted": row.p_adjusted,
            "verdict": _verdict(row),
            "flag": row.flag,
            "reason": row.reason,
        }
        for row in (*changes.rows, changes.total)
    ]


def _place(wave: str, since: str, key: tuple[str, ...], by: Sequence[str]) -> dict[str, str]:
    labels = key or ("total",) * len(by)
    heads = (f"by {name}" if name in _HEADS else name for name in by)
    return {"wave": wave, "since": since, **dict(zip(heads, labels, strict=True))}


def _numbers(
    row: Estimate | ChangeEstimate, *, n: int, n_before: int | None
) -> dict[str, float | None]:
    return {
        **{name: getattr(row, name) for name in ("value", "se", "low", "high", "df")},
        "n": n,
        "n_before": n_before,
    }


def _shown(key: tuple[str, ...]) -> str:
    return "/".join(key) or "total"


def _account(estimates: Estimates, changes: Changes | None, area: str) -> str:
    """Tell how every figure of an area came about: wave by wave, and its change."""
    key = area_key(estimates, area)
    accounts = [estimates.explain(key, wave) for wave in estimates.waves]
    return "\n\n".join([*accounts, *([changes.explain(key)] if changes else [])])


def area_key(estimates: Estimates, area: str) -> tuple[str, ...]:
    """Find the area that is shown under a name.

    Raises
    ------
    InputError
        If there is none; it names those there are.
    """
    for key in ((), *estimates.cells.domains):
        if _shown(key) == area:
            return key
    known = ", ".join(_shown(key) for key in (*estimates.cells.domains, ()))
    raise InputError(f"there is no area {area!r}; areas: {known}")
