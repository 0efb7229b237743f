"""Equal to R ``survey`` 4.5: every case of the oracle, by its description, with its R call.

``classic.R`` and ``synth_expected.R`` made the expected numbers. The invented survey lies in
tests/reference; the samples of R's own packages are not copied, so those cases run where the folder
of the oracle lies beside the project.
"""

import json
import math
from pathlib import Path

import pytest

from tests import oracle

REFERENCE = Path(__file__).parents[1] / "reference"
BESIDE = Path(__file__).parents[3] / "shared" / "oracle" / "open"

# Relative tolerances by kind of estimator; what is not here is 1e-9.
TOLERANCES = {"logistic_model": 1e-7, "proportional_odds": 1e-4}

# rake() sweeps unweighted means ten times, converged or not.
RAKED = 1e-5

NOT_NUMBERS = {"note", "key", "deff_wor", "se_joint", "r_inconsistent", "svyttest_note"}

# Numbers of R that we hold to be wrong, or not to be its method's, with the argument.
WRONG = {
    "likelihood": (
        "R reads the ends off a spline through a profile of a few points (confint_profile); ours "
        "solve the same equation to rounding. They agree to 2e-5.",
        2e-5,
    ),
    "asin at one degree of freedom": (
        "asin(sqrt(p)) + t se runs past a right angle, and R takes the sine of that: a larger SE "
        "then gives a shorter interval. Ours ends at the end of the scale.",
        None,
    ),
    "logit at one degree of freedom": (
        "R turns t into a level of the normal distribution, 1 - 2 pnorm(-12.7), which rounds to 1: "
        "the ends are 0 and NaN. Ours is expit(logit(p) ± t se / (p (1 - p))).",
        None,
    ),
    "quantile at the highest answer": (
        "The share at or below the highest answer is 1, with SE 0 whatever the sample: R gives an "
        "interval without width. Ours rests on the share below it.",
        None,
    ),
    "SE of a total that the weights fix": (
        "Raked to, a total has no variance: what is left is rounding, of both, below 1e-12 "
        "of the total. R prints 1.2e-9 without and 0 with a population correction.",
        None,
    ),
    "SE of svyby and of its covariance": (
        "For totals under lonely strata SE(svyby) works on the subset, vcov() on the design: where "
        "they are not the same, the covariance is compared.",
        None,
    ),
}


def cases():
    folders = [(REFERENCE, "synth_expected.json"), (BESIDE, "classic_expected.json")]
    for folder, name in folders:
        if not (folder / name).exists():
            continue
        expected = json.loads((folder / name).read_text())
        for case in expected["cases"]:
            yield pytest.param(case, folder, id=f"{case['id']} [{case['source']}]")


def blocks():
    expected = json.loads((REFERENCE / "synth_expected.json").read_text())
    for name, block in expected["change"].items():
        yield pytest.param(block, id=f"change {name} [svycontrast on svyby(covmat = TRUE)]")
    yield pytest.param(expected["bounded_ci"], id="bounded_ci [svyciprop]")


@pytest.fixture(autouse=True)
def data(tmp_path):
    # Cases name their data as data/survey.csv.
    (tmp_path / "data").symlink_to(REFERENCE)
    return tmp_path


@pytest.mark.parametrize(("case", "folder"), list(cases()))
def test_equal_to_r(case, folder, data):
    found = oracle.run(case, data if folder == REFERENCE else folder)
    kind, step = case["estimator"]["kind"], case["design"]["adjustment"] or {}
    tolerance = TOLERANCES.get(kind, RAKED if step.get("kind") == "rake" else 1e-9)
    expected = case["expected"]
    compare(of_quantiles(expected) if kind == "quantile" else expected, found, tolerance=tolerance)


@pytest.mark.parametrize("block", list(blocks()))
def test_the_series_are_equal_to_r(block, data):
    described = {"design", "note", "scale", "method"}
    expected = {name: value for name, value in block.items() if name not in described}
    raked = (block["design"]["adjustment"] or {}).get("kind") == "rake"
    compare(expected, oracle.run(block, data), tolerance=RAKED if raked else 1e-9)


def test_none_of_the_oracle_is_left_out():
    ours = len(list(cases()))
    assert ours >= 164
    assert not BESIDE.exists() or ours == 164 + 668


def of_quantiles(expected):
    """Leave out the margin of R at the highest answer: see WRONG."""
    without = [se == 0 for se in expected["se"]]
    return expected | {
        name: [None if gone else one for gone, one in zip(without, expected[name], strict=True)]
        for name in ("se", "ci")
    }


def compare(expected, found, *, tolerance):
    """Compare what R printed; null there is no number to compare with."""
    differ = list(differences(expected, found, tolerance, at=""))
    assert not differ, "\n".join(differ[:20])


def differences(expected, found, tolerance, *, at, scale=0.0):
    if isinstance(expected, dict):
        yield from of_record(expected, found, tolerance, at=at)
    elif isinstance(expected, list):
        if len(expected) != len(found):
            yield f"{at}: {len(expected)} values of R, {len(found)} of ours"
            return
        numbers = [abs(x) for x in flat(expected) if isinstance(x, float | int)]
        # A covariance is compared on the scale of its matrix.
        largest = max(numbers, default=0.0) if at.endswith("vcov") else scale
        for i, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, tolerance, at=f"{at}[{i}]", scale=largest)
    elif isinstance(expected, str):
        if found != expected and "|" not in expected:  # thresholds have labels of R's making
            yield f"{at}: R {expected}, ours {found}"
    elif expected is not None and not near(expected, found, tolerance, scale):
        yield f"{at}: R {expected}, ours {found}"


def of_record(expected, found, tolerance, *, at):
    record = {name: value for name, value in expected.items() if name not in NOT_NUMBERS}
    if "se_joint" in expected and expected["se_joint"] != expected["se"]:
        inconsistent = {"se", "ci_z", "ci_t_domain", "ci_t_design"}
        record = {name: value for name, value in record.items() if name not in inconsistent}
    if fixed(expected, found):
        record = {name: value for name, value in record.items() if name != "se"}
    for name, value in record.items():
        if value is None or (name == "svyttest" and at.startswith(".per_gemeente")):
            continue
        if name not in found:
            yield f"{at}.{name}: R {value}, ours nothing"
        elif name == "ci" and "df_domain" in expected and expected["df_domain"] == 1:
            kept = {
                method: ends for method, ends in value.items() if method not in {"asin", "logit"}
            }
            yield from differences(kept, found[name], tolerance, at=f"{at}.{name}")
        else:
            used = WRONG[name][1] if name == "likelihood" else tolerance
            yield from differences(value, found[name], used, at=f"{at}.{name}")


def fixed(expected, found):
    """Say whether both standard errors are rounding errors of the estimate."""
    if not isinstance(expected.get("se"), float | int) or not isinstance(found, dict):
        return False
    return max(expected["se"], found["se"]) < 1e-12 * abs(expected["est"])


def near(expected, found, tolerance, scale):
    if found is None:
        return False
    size = max(abs(expected), scale)
    return math.isclose(expected, found, rel_tol=tolerance, abs_tol=max(tolerance * size, 0)) or (
        abs(expected) < 2e-9 and abs(found - expected) < 1e-9
    )


def flat(values):
    for value in values:
        if isinstance(value, list):
            yield from flat(value)
        else:
            yield value


def test_the_ends_at_one_degree_of_freedom_are_the_formula(data):
    """Where R's svyciprop breaks down at df 1 (see WRONG), ours is what the method says."""
    block = json.loads((REFERENCE / "synth_expected.json").read_text())["bounded_ci"]
    rows = [row for row in oracle.run(block, data)["rows"] if row["df_domain"] == 1 and "ci" in row]
    assert rows
    for row in rows:
        p, se = (row["est"] - 1) / 9, row["se"] / 9
        t = math.tan(math.pi * 0.475)  # the t distribution with one df is Cauchy's
        for sign, end in zip((-1, 1), row["ci"]["logit"], strict=True):
            logit = math.log(p / (1 - p)) + sign * t * se / (p * (1 - p))
            assert end == pytest.approx(1 + 9 / (1 + math.exp(-logit)), rel=1e-9)
        low, high = (
            math.asin(math.sqrt(p)) + sign * t * se / (2 * math.sqrt(p * (1 - p)))
            for sign in (-1, 1)
        )
        within = [max(low, 0.0), min(high, math.pi / 2)]
        assert row["ci"]["asin"] == pytest.approx([1 + 9 * math.sin(x) ** 2 for x in within])
