"""No page of a resident loads a statistics library."""

import subprocess
import sys

PROGRAM = """
import sys
from pathlib import Path
from enquete.app import create_app
from enquete.settings import load_settings
pages = create_app(load_settings(Path(sys.argv[1]), {})).test_client()
assert pages.get("/").status_code == 200
assert pages.get("/cijfers/2022").status_code == 200
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_the_pages_load_no_statistics(demo):
    settings, _ = demo
    command = [sys.executable, "-c", PROGRAM, settings.instance]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert {"flask", "wtforms", "sqlite_utils", "analysis"} <= loaded
    assert not {"numpy", "scipy", "statsmodels", "pandas"} & loaded
