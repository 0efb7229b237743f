"""Run a case of the oracle: its JSON description in, the numbers of `analysis` out.

A case names its data, its design and its estimator; what comes back has the shape of the case's
own ``expected``, so that the two can be compared number by number.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from analysis import (
    independence,
    linear_model,
    logistic_model,
    proportional_odds,
)
from analysis.quantile import quantiles
from analysis.rank_test import rank_test
from analysis.sample import make_sample
from analysis.share_intervals import share_interval
from tests import oracle_series
from tests.oracle_design import rows_of, survey_of
from tests.oracle_replicates import replicate

if TYPE_CHECKING:
    from pathlib import Path

Z = float(ndtri(0.975))


def run(case: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Compute what a case asks for.

    Parameters
    ----------
    case
        With ``data`` (a path within `folder`), ``design`` and ``estimator``; or a definition of
        change (with ``per_gemeente``), or the intervals on a bounded scale (with ``scale``).
    """
    if "per_gemeente" in case:
        return oracle_series.change(case, folder)
    if "scale" in case:
        return oracle_series.bounded(case, folder)
    columns = rows_of(folder / case["data"], case["design"].get("where_wave"))
    kind = "replicate" if "replicates" in case["design"] else case["estimator"]["kind"]
    return KINDS[kind](case, columns, folder)


def _estimated(case: dict[str, Any], columns: dict[str, list[str]], folder: Path) -> dict[str, Any]:
    estimator = case["estimator"]
    by = estimator.get("by", [])
    survey = survey_of(columns, case["design"])
    made = {
        "mean": lambda: survey.mean(estimator["y"], by=by),
        "total": lambda: survey.total(estimator["y"], by=by),
        "ratio": lambda: survey.ratio(estimator["y"], estimator["x"]),
    }[estimator["kind"]]()
    if not by:
        (row,), (matrix,) = made.totals, made.covariance.values()
        found = _row(made, row, float(matrix[-1, -1]))
        if estimator["kind"] == "ratio":
            # The R script takes degf(design) for both.
            found |= {"df_domain": found["df_design"], "ci_t_domain": found["ci_t_design"]}
        return {"rows": [found]}
    # R's svyby lets the first column vary fastest.
    order = sorted(range(len(made.rows)), key=lambda i: made.rows[i].key[::-1])
    (matrix,) = made.covariance.values()
    rows = [
        {
            "key": dict(zip(by, made.rows[i].key, strict=True)),
            **_row(made, made.rows[i], float(matrix[i, i])),
        }
        for i in order
    ]
    return {"rows": rows, "vcov": matrix[np.ix_(order, order)].tolist()}


def _row(made: Any, row: Any, variance: float) -> dict[str, Any]:
    """Give the numbers of R; the SE also where we show none, for want of degrees of freedom."""
    df, se = made.design_df[row.wave], math.sqrt(max(variance, 0.0))
    return {
        "n": row.n,
        "est": row.value,
        "se": se,
        "df_domain": row.df,
        "df_design": df,
        "ci_z": _around(row.value, se, Z),
        "ci_t_domain": _t(row.value, se, row.df),
        "ci_t_design": _t(row.value, se, df),
        "deff_wr": row.deff,
    }


def _t(value: float, se: float, df: int) -> list[float | None]:
    return _around(value, se, float(stdtrit(df, 0.975))) if df > 0 else [None, None]


def _around(value: float, se: float, times: float) -> list[float | None]:
    return [value - times * se, value + times * se]


def _difference(case: dict[str, Any], columns: dict[str, list[str]], _: Path) -> dict[str, Any]:
    estimator = case["estimator"]
    survey, (group,) = survey_of(columns, case["design"]), estimator["by"]
    made = survey.mean(estimator["y"], by=group)
    first, second = (row.key[0] for row in made.rows[:2])
    df = made.design_df[""]
    found = made.contrast({first: -1, second: 1}, df=df)
    tested = made.contrast({first: -1, second: 1}, df=df - 1)
    (matrix,) = made.covariance.values()
    t = found.value / found.se
    result = {
        "levels": [first, second],
        "est": found.value,
        "se": found.se,
        "cov_12": matrix[0, 1],
        "df_design": df,
        "t": t,
        "p_z": 2 * float(ndtr(-abs(t))),
        "p_t_design": found.p,
        "ci_t_design": [found.low, found.high],
    }
    if len(made.rows) == 2:
        result["svyttest"] = {"est": tested.value, "t": t, "df": tested.df, "p": tested.p}
    return result


def _quantile(case: dict[str, Any], columns: dict[str, list[str]], _: Path) -> dict[str, Any]:
    cells = survey_of(columns, case["design"]).cells(case["estimator"]["y"])
    levels = case.get("expected", {}).get("p", [0.25, 0.5, 0.75])
    found = [quantiles(cells, p, centre="estimate").total() for p in levels]
    return {
        "p": levels,
        "est": [row.value for row in found],
        "se": [row.se for row in found],
        "ci": [[row.low, row.high] for row in found],
    }


def _proportion(case: dict[str, Any], columns: dict[str, list[str]], _: Path) -> dict[str, Any]:
    made = survey_of(columns, case["design"]).share(case["estimator"]["y"], 1)
    row, rows = made.total(), len(columns[case["estimator"]["y"]])
    df = made.design_df[""]
    ends = {
        method: list(share_interval(row.value, row.se, df, method=used, n=rows))
        for method, used in SHARE_METHODS.items()
    }
    return {"est": row.value, "se": row.se, "ci": ends}


SHARE_METHODS = {
    **{name: name for name in ("logit", "likelihood", "asin", "beta", "mean", "wilson")},
    "xlogit": "logit",
}


def _weights(case: dict[str, Any], columns: dict[str, list[str]], _: Path) -> dict[str, Any]:
    cells = survey_of(columns, case["design"]).cells("rapportcijfer")
    weight, n = cells.weight, cells.n
    return {
        "sum": float((n * weight).sum()),
        "sumsq": float((n * weight**2).sum()),
        "min": float(weight.min()),
        "max": float(weight.max()),
    }


def _regression(case: dict[str, Any], columns: dict[str, list[str]], _: Path) -> dict[str, Any]:
    y, on = _formula(case)
    model = {"linear_model": linear_model, "logistic_model": logistic_model}
    fit = model[case["estimator"]["kind"]](survey_of(columns, case["design"]), y, on)
    return {
        "terms": list(fit.names),
        "est": fit.estimate.tolist(),
        "se": fit.se.tolist(),
        "vcov": fit.covariance.tolist(),
        "df_resid": fit.df_resid,
    }


def _bell_mccaffrey(case: dict[str, Any], columns: dict[str, list[str]], _: Path) -> dict[str, Any]:
    y, on = _formula(case)
    survey = survey_of(columns, case["design"])
    fit = linear_model(survey, y, on, margins="bell-mccaffrey")
    one = len(fit.names) == 1  # R's JSON has a single number where there is one coefficient
    plain = linear_model(survey, y, on)
    found = {
        "terms": list(fit.names),
        "est": fit.estimate.tolist(),
        "se": fit.se.tolist(),
        "df": fit.df.tolist(),
        "se_linearized": plain.se.tolist(),
    }
    return {name: value[0] for name, value in found.items()} if one else found


def _ordinal(case: dict[str, Any], columns: dict[str, list[str]], _: Path) -> dict[str, Any]:
    y, on = _formula(case)
    name, ends = re.fullmatch(r"cut\((\w+), ?c\(([^)]*)\)\)", y).groups()
    cuts = [float(end) for end in ends.split(",")]
    survey = survey_of(columns, case["design"])
    fit = proportional_odds(survey, name, on, cuts=cuts[1:-1], hessian="svyolr")
    levels = [f"({a:g},{b:g}]" for a, b in pairwise(cuts)]
    return {
        "terms": [*fit.names[: fit.slopes], *(f"{a}|{b}" for a, b in pairwise(levels))],
        "est": fit.estimate.tolist(),
        "se": fit.se.tolist(),
        "loglik_weighted": fit.log_likelihood,
    }


def _formula(case: dict[str, Any]) -> tuple[str, list[str]]:
    y, terms = (side.strip() for side in case["estimator"]["formula"].split("~"))
    return y, [] if terms == "1" else [term.strip() for term in terms.split("+")]


def _independence(case: dict[str, Any], columns: dict[str, list[str]], _: Path) -> dict[str, Any]:
    estimator, survey = case["estimator"], survey_of(columns, case["design"])
    found = independence(survey, estimator["rows"], estimator["cols"])
    return {"F": found.F, "ndf": found.ndf, "ddf": found.ddf, "p": found.p}


def _ranks(case: dict[str, Any], columns: dict[str, list[str]], _: Path) -> dict[str, Any]:
    """Rank rows in their own order, as R breaks ties: cells have no order."""
    design, estimator = case["design"], case["estimator"]
    data = {name: np.array(column) for name, column in columns.items()}
    rows = len(data[design["weights"]])
    stratum = _codes(data[design["strata"]]) if design["strata"] else np.zeros(rows, dtype=int)
    sample = make_sample(
        np.ones(rows, dtype=np.int64),
        stratum,
        [_codes(data[name]) for name in design["clusters"]],
        [data[name].astype(float) for name in design["fpc"]],
        lonely=design["lonely_psu"],
    )
    found = rank_test(
        data[estimator["y"]].astype(float),
        _codes(data[estimator["by"][0]]),
        data[design["weights"]].astype(float),
        sample,
        ties="row order",
    )
    return {"t": found.t, "df": found.df, "est": found.value, "p": found.p}


def _codes(column: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.unique(column, return_inverse=True)[1]


KINDS = {
    "replicate": replicate,
    "linear_model": _regression,
    "logistic_model": _regression,
    "linear_model_bell_mccaffrey": _bell_mccaffrey,
    "proportional_odds": _ordinal,
    "rao_scott_F": _independence,
    "rank_test": _ranks,
    "mean": _estimated,
    "total": _estimated,
    "ratio": _estimated,
    "difference_of_domain_means": _difference,
    "quantile": _quantile,
    "proportion_ci": _proportion,
    "weights": _weights,
}
