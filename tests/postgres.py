"""A real PostgreSQL server that lives as long as a test session."""

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root


def programs():
    """Give the folder of initdb and pg_ctl, or None where PostgreSQL is not installed."""
    found = shutil.which("pg_ctl")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    path = Path(found) if found else debian[-1] if debian else None
    return path and path.resolve().parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def cluster(*, durable=False):
    """Start a throw-away cluster on a free port of the loopback; yields its address.

    Only a `durable` one waits for the disk at each commit, as a real one does.
    """
    user = {"user": UNPRIVILEGED} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="enquete-pg-"))
    if user:
        shutil.chown(folder, UNPRIVILEGED)
    data, port = folder / "data", free_port()

    def run(program, *arguments):
        command = [programs() / program, "-D", data, *arguments]
        with (folder / "log").open("ab") as log:
            subprocess.run(command, check=True, stdout=log, stderr=log, cwd=folder, **user)

    try:
        run("initdb", "--no-sync", "--username=enquete", "--auth=trust", "--encoding=UTF8")
        fsync = "on" if durable else "off"
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        run("pg_ctl", "start", "-w", "-o", f"{options} -c fsync={fsync} -c max_connections=60")
        yield f"postgresql://enquete@127.0.0.1:{port}"
        run("pg_ctl", "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
