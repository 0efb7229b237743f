"""The oracle's replicate weights: jackknife, and given columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.replicates import Given, Jackknife
from tests.oracle_design import rows_of, survey_of

if TYPE_CHECKING:
    from pathlib import Path


def replicate(case: dict[str, Any], columns: dict[str, list[str]], folder: Path) -> dict[str, Any]:
    """Compute a case on replicates; the result has the shape of the case's ``expected``."""
    design, estimator = dict(case["design"]), case["estimator"]
    design["adjustment"] = design["replicates"].get("adjustment")
    columns, plan = _planned(columns, design["replicates"], folder)
    if design["lonely_psu"] == "certainty":
        # The R script says so as an argument of as.svrepdesign, which looks at the option only:
        # what ran is "adjust". R 4.2.2 with survey 4.1-1 gives the case under the one and the
        # numbers of `test_the_jackknife_leaves_lonely_units_in` under the other.
        design["lonely_psu"] = "adjust"
    survey = survey_of(columns, design).replicated(plan)
    if estimator["kind"] == "mean":
        made = survey.mean(estimator["y"], by=estimator["by"])
        # The R script leaves out the tiny areas, of which a replicate may have no estimate.
        large = [row.key[0] for row in made.rows if row.n >= 30]
        rows = [made.row(level) for level in case.get("expected", {}).get("levels", large)]
        return {
            "levels": [row.key[0] for row in rows],
            "est": [row.value for row in rows],
            "se": [row.se for row in rows],
        }
    found = {}
    for name in estimator["estimates"]:
        kind, y, *by = name.split()
        made = getattr(survey, kind)(y, by=by[1:])
        if by:
            found["by_stype"] = {
                "levels": [row.key[0] for row in made.rows],
                "est": [row.value for row in made.rows],
                "se": [row.se for row in made.rows],
                "vcov": made.covariance[""][:-1, :-1].tolist(),
            }
        else:
            found[f"{kind}_{y}"] = [made.total().value, made.total().se]
    return found


def _planned(
    columns: dict[str, list[str]], replicates: dict[str, Any], folder: Path
) -> tuple[dict[str, list[str]], Any]:
    """Give the columns with the replicate weights where these were given, and the plan."""
    if not replicates.get("weights_file"):
        # R's jackknife takes the lonely unit for one of the strata.
        return columns, Jackknife(mse=replicates["mse"], lonely_among="strata")
    weights = dict(rows_of(folder / replicates["weights_file"]))
    if weights.pop("cds") != columns["cds"]:
        raise ValueError("the replicate weights are of other rows")
    plan = Given(
        columns=tuple(weights),
        scale=replicates["scale"],
        rscales=replicates["rscales"],
        mse=replicates["mse"],
    )
    return {**columns, **weights}, plan
