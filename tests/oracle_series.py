"""The oracle's two waves: definitions of change, and intervals on the marks' own scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr

from analysis.intervals import equivalence_test, mean_interval, t_interval, t_test
from analysis.multiple import adjust
from analysis.series import pair_df
from tests.oracle_design import rows_of, survey_of

if TYPE_CHECKING:
    from pathlib import Path

    from analysis import Estimates
    from analysis.overlap import Overlap

MARK, AREA = "rapportcijfer", "gemeente"


def change(block: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Compute one definition of change: both waves in one design."""
    design = block["design"]
    columns = rows_of(folder / "data/survey.csv")
    made = survey_of(columns, design, wave="wave").mean(MARK, by=AREA)
    apart = (design["strata"] or "").startswith("wave:")
    overlap = "none" if apart else "stacked"
    places, matrix = made.joint(overlap=overlap)
    values = {
        (wave, key): made.row(key, wave).value if key else made.total(wave).value
        for wave, key in places
    }
    areas = [i for i, (_, key) in enumerate(places) if key]
    rows = [
        {AREA: key[0], **_compared(made, places, matrix, values, key, overlap=overlap)}
        for key in made.cells.domains
    ]
    raw = [row["p_t_domain"] for row in rows]
    return {
        "labels": [f"{places[i][1][0]}:{places[i][0]}" for i in areas],
        "est": [values[places[i]] for i in areas],
        "vcov": matrix[np.ix_(areas, areas)].tolist(),
        "per_gemeente": rows,
        "total": _compared(made, places, matrix, values, (), overlap=overlap),
        "p_adjusted": {
            "order": [row[AREA] for row in rows],
            "raw": raw,
            "holm": _over_known(raw, "holm"),
            "BH": _over_known(raw, "bh"),
        },
    }


def _compared(
    made: Estimates,
    places: list[Any],
    matrix: Any,
    values: dict[Any, Any],
    key: tuple[str, ...],
    *,
    overlap: Overlap,
) -> dict[str, Any]:
    pair = [(wave, key) for wave in made.waves]
    first, second = (places.index(place) for place in pair)
    v1, v2, cov = matrix[first, first], matrix[second, second], matrix[first, second]
    difference = values[pair[1]] - values[pair[0]]
    se = math.sqrt(max(float(v1 + v2 - 2 * cov), 0.0))
    df = pair_df(made, key, made.waves, overlap=overlap)
    df_design = made.cells.sample(linked=overlap == "stacked").design_df
    found = {
        "mean_1": values[pair[0]],
        "se_1": math.sqrt(max(v1, 0.0)),
        "mean_2": values[pair[1]],
        "se_2": math.sqrt(max(v2, 0.0)),
        "cov_12": float(cov),
        "diff": difference,
        "se_diff": se,
        "df_domain": df,
        "df_design": df_design,
        "p_t_domain": None,
    }
    if se < 1e-9:
        return found | _without_spread(difference, df)
    if df < 1:
        return found
    return found | {
        "corr_12": float(cov) / math.sqrt(v1 * v2),
        "t": difference / se,
        "p_z": 2 * float(ndtr(-abs(difference / se))),
        "p_t_domain": t_test(difference, se, df),
        "p_t_design": t_test(difference, se, df_design),
        "ci_t_domain": list(t_interval(difference, se, df)),
        "ci_t_design": list(t_interval(difference, se, df_design)),
        "tost_t_domain": [
            {"margin": margin, "p": equivalence_test(difference, se, df, margin=margin)}
            for margin in (0.1, 0.2, 0.3)
        ],
    }


def _without_spread(difference: float, df: int) -> dict[str, Any]:
    """Give what R prints for a difference with SE 0: no width, and p 0. We publish neither."""
    p = 0.0 if abs(difference) > 1e-9 else None
    ends = [difference, difference]
    found: dict[str, Any] = {"p_z": p, "p_t_design": p, "ci_t_design": ends}
    return found | {
        "p_t_domain": p if df > 0 else None,
        "ci_t_domain": ends if df > 0 else [None, None],
    }


def _over_known(raw: list[float | None], method: Any) -> list[float | None]:
    adjusted = iter(adjust([p for p in raw if p is not None], method=method))
    return [None if p is None else next(adjusted) for p in raw]


def bounded(block: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Compute the intervals of R's ``svyciprop`` on marks put between 0 and 1."""
    columns = rows_of(folder / "data/survey.csv")
    made = survey_of(columns, block["design"], wave="wave").mean(MARK, by=AREA)
    rows = []
    for wave in made.waves:
        for row in (*made.of(wave), made.total(wave)):
            found = {
                "wave": int(wave),
                AREA: row.key[0] if row.key else "TOTAAL",
                "n": row.n,
                "est": row.value,
                "df_domain": row.df,
            }
            if row.se is not None and row.se > 1e-9:
                found |= {"se": row.se, "ci": _ends(row, tuple(block["scale"]))}
            rows.append(found)
    return {"rows": rows}


def _ends(row: Any, scale: tuple[float, float]) -> dict[str, list[float]]:
    ends = {
        method: mean_interval(
            row.value, row.se, row.df, n=row.n, scale=scale, method=method, prior_variance=0.0
        )
        for method in ("logit", "asin", "wilson", "beta")
    }
    ends["mean"] = t_interval(row.value, row.se, row.df)
    return {method: list(pair) for method, pair in ends.items() if pair}
