"""Whole journeys against the real server: start, all pages, review, send.

Several processes play residents before `enquete serve`, on SQLite and on PostgreSQL. By turns, the
same number of processes hammers the yardstick: a bare Flask view that does one durable insert in a
database of the same kind, under the same web server. The ratio is that of requests a second. The
load comes from this machine too, so the figures are for comparing.
"""

import argparse
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from load import Tally, at_once, hammer, play

from enquete.codes import CodeKeys
from enquete.fieldwork.areas import builtin_areas
from enquete.fieldwork.plan import plan
from enquete.fieldwork.waves import make_wave
from enquete.settings import load_settings
from enquete.store import Dwelling, open_store

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))  # the throw-away PostgreSQL of the tests
SERVERS = {
    "enquete serve": "{python} -m enquete serve --port {port}",
    "gunicorn": (
        "{bin}/gunicorn --preload -w {workers} -k gthread --threads 4 --log-level warning "
        "-b 127.0.0.1:{port} {module}:{factory}()"
    ),
    "waitress": "{bin}/waitress-serve --threads 8 --listen 127.0.0.1:{port} --call "
    "{module}:{factory}",
    "granian": (
        "{bin}/granian --interface wsgi --workers {workers} --blocking-threads 4 "
        "--log-level warning --host 127.0.0.1 --port {port} --factory {module}:{factory}"
    ),
}
TURNS = 4
"""How often the two take turns: a machine is not as fast in one minute as in the next."""
HAMMERED = 2
"""Seconds of a turn in which the yardstick is hammered."""


def prepare(instance, journeys, database=""):
    """Make an instance with a wave that anyone may answer, and give one code for each journey."""
    settings = load_settings(instance, {"ENQUETE_DATABASE": database} if database else {})
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
def serving(server, factory, environment, *, workers):
    """Run a server until the block ends; yields host:port."""
    from tests.postgres import free_port

    port, program = free_port(), Path(sys.executable)
    command = SERVERS[server].format(
        python=program,
        bin=program.parent,
        port=port,
        module="application",
        factory=factory,
        workers=workers,
    )
    process = subprocess.Popen(
        command.split(),
        env=os.environ | environment | {"PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])},
        stdout=subprocess.DEVNULL,
    )
    address = f"127.0.0.1:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://{address}/health", timeout=10).close()
                break
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=15)


def measure(server, folder, *, journeys, players, database=""):
    """Play the survey and hammer the yardstick by turns; print both and the ratio."""
    name = f"{server}, {'PostgreSQL' if database else 'SQLite'}"
    instance = Path(folder) / name.replace(" ", "-")
    codes = prepare(instance, journeys, database)
    workers = load_settings(instance).workers
    environment = {"ENQUETE_INSTANCE": str(instance)}
    environment |= {"ENQUETE_DATABASE": database} if database else {}
    bare_server = "gunicorn" if server == "enquete serve" else server
    bare_database = {"BARE_DATABASE": database or str(instance / "bare.db")}
    survey, bare = Tally(), Tally()
    with (
        serving(server, "enquete_app", environment, workers=workers) as address,
        serving(bare_server, "bare_app", bare_database, workers=workers) as bare_address,
    ):
        for turn in range(TURNS):
            shares = [codes[turn::TURNS][i::players] for i in range(players)]
            survey += at_once(players, play, [address] * players, shares)
            hammered = [bare_address] * players, ["/save"] * players, [HAMMERED] * players
            bare += at_once(players, hammer, *hammered)
    for what, tally in (("survey", survey), ("bare view", bare)):
        times = sorted(tally.times)
        p50, p99 = (1000 * times[int(at * (len(times) - 1))] for at in (0.5, 0.99))
        print(
            f"{name:<26} {what:<10} {tally.rate:>6.0f} requests/s   p50 {p50:5.1f} ms   "
            f"p99 {p99:6.1f} ms   {len(tally.errors)} errors",
            flush=True,
        )
    print(f"{name:<26} ratio      {survey.rate / bare.rate:.2f}", flush=True)
    for error in survey.errors[:3]:
        print(f"    {error}")


@contextlib.contextmanager
def postgres(given):
    """Give the address of a PostgreSQL database: the one given, or a throw-away one; or ""."""
    from tests.postgres import cluster, programs

    if given or not programs():
        yield given or ""
        return
    with cluster(durable=True) as address:
        yield f"{address}/postgres"


def main():
    """Measure under the servers named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("servers", nargs="*", default=["enquete serve"], help=", ".join(SERVERS))
    parser.add_argument("--postgres", help="an empty database  [default: a throw-away cluster]")
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    parser.add_argument("--journeys", type=int, default=400)
    parser.add_argument("--players", type=int, default=4)
    options = parser.parse_args()
    sizes = {"journeys": options.journeys, "players": options.players}
    with tempfile.TemporaryDirectory() as folder:
        for server in options.servers:
            if options.only != "postgres":
                measure(server, folder, **sizes)
            if options.only != "sqlite":
                with postgres(options.postgres) as database:
                    if database:
                        measure(server, folder, **sizes, database=database)
                    else:
                        print("PostgreSQL is not installed: not measured")


if __name__ == "__main__":
    main()
