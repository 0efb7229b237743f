"""What importing costs: a table without numpy, a mean without scipy.stats or pandas."""

import subprocess
import sys

HEAVY = {"numpy", "scipy.stats", "statsmodels", "pandas"}


def loaded(code):
    script = f"{code}\nimport sys; print(*(set({HEAVY!r}) & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_the_rating_table_loads_nothing_heavy():
    assert loaded("import analysis.rating_table, analysis") == set()


def test_a_mean_loads_numpy_only():
    code = "from analysis import *; Survey({'m': [7, 8]}, Design()).mean('m')"
    assert loaded(code) == {"numpy"}
