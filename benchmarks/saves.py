"""Page saves a second of the resident's pages, against a bare Flask view with a durable insert.

Both run under the same web server: two processes (waitress has one), four threads each. The load
comes from this machine too, so the figures are for comparing.
"""

import argparse
import contextlib
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from load import at_once, hammer, play

from enquete.codes import CodeKeys
from enquete.fieldwork.areas import builtin_areas
from enquete.fieldwork.plan import plan
from enquete.fieldwork.waves import make_wave
from enquete.settings import load_settings
from enquete.store import Dwelling, open_store

HERE = Path(__file__).parent
SERVERS = {
    "gunicorn": (
        "gunicorn --preload -w 2 -k gthread --threads 4 --log-level warning -b {address} {app}"
    ),
    "waitress": "waitress-serve --threads 8 --listen {address} --call {plain}",
    "granian": (
        "granian --interface wsgi --workers 2 --blocking-threads 4 --log-level warning"
        " --host {host} --port {port} --factory {plain}"
    ),
}


def prepare(instance, journeys, database=None):
    """Make an instance with a wave that anyone may answer, and give one code for each journey."""
    environment = {"ENQUETE_DATABASE": database} if database else {}
    settings = load_settings(instance, environment)
    store = open_store(settings.database)
    store.migrate()
    store.replace_areas(*builtin_areas())
    wave = make_wave("load", questionnaire="buurt", opens="2022-01-01")
    store.add_wave(wave)
    dwellings = [Dwelling(id=f"d{i}", area="huizen", type="flat") for i in range(journeys)]
    planned = plan(
        dwellings,
        wave=wave,
        keys=CodeKeys(settings.secret.encode()),
        base_url=settings.base_url,
        seed=1,
        code_random=random.Random(1),  # noqa: S311 - a load test
    )
    store.replace_frame(dwellings)
    store.invite("load", planned.invitees, planned.population)
    store.close()
    return [letter.code for letter in planned.letters]


@contextlib.contextmanager
def serving(server, app, environment):
    """Run a server until the block ends; yields host:port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"127.0.0.1:{port}"
    module, _, factory = app.partition(":")
    command = SERVERS[server].format(
        address=address, host="127.0.0.1", port=port, app=f"{module}:{factory}()", plain=app
    )
    program, *options = command.split()
    process = subprocess.Popen(
        [Path(sys.executable).with_name(program), *options],
        env=os.environ | environment | {"PYTHONPATH": str(HERE)},
    )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://{address}/health", timeout=10).close()
        yield address
    finally:
        process.terminate()
        process.wait(timeout=15)


def measure(server, folder, *, journeys, players, database=None):
    """Give the saves a second of the resident's pages and of the bare view, and print both."""
    instance = Path(folder) / server
    codes = prepare(instance, journeys, database)
    environment = {"ENQUETE_INSTANCE": str(instance)}
    if database:
        environment["ENQUETE_DATABASE"] = database
    with serving(server, "application:enquete_app", environment) as address:
        survey = at_once(
            players, play, [address] * players, [codes[i::players] for i in range(players)]
        )
    bare_database = {"BARE_DATABASE": str(instance / "bare.db")}
    with serving(server, "application:bare_app", bare_database) as address:
        arguments = [[value] * players for value in (address, "/save", 5)]
        bare = at_once(players, hammer, *arguments)
    rates = [len(tally.saves) / tally.seconds for tally in (survey, bare)]
    for name, tally, rate in zip(("pages", "bare view"), (survey, bare), rates, strict=True):
        p50, p99 = (tally.saves[int(share * (len(tally.saves) - 1))] for share in (0.5, 0.99))
        print(
            f"{server:<9} {name:<10} {rate:>6.0f} saves/s {tally.requests / tally.seconds:>6.0f} "
            f"requests/s   p50 {1000 * p50:5.1f} ms   p99 {1000 * p99:6.1f} ms   "
            f"{len(tally.errors)} errors",
            flush=True,
        )
    print(f"{server:<9} ratio      {rates[0] / rates[1]:.2f}", flush=True)


def main():
    """Measure under the servers named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("servers", nargs="*", default=["gunicorn"], help=", ".join(SERVERS))
    parser.add_argument("--database", help="an empty PostgreSQL database, for the pages")
    parser.add_argument("--journeys", type=int, default=300)
    parser.add_argument("--players", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for server in options.servers:
            measure(
                server,
                folder,
                journeys=options.journeys,
                players=options.players,
                database=options.database,
            )


if __name__ == "__main__":
    main()
