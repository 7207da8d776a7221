"""The parts of Pearl on one machine: how each is started, and by which signal it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import dj_database_url

from clinic.local import postgres, redis
from clinic.local.place import Place
from clinic.local.process import child_setup, write_private

Process = subprocess.Popen[bytes]
CELERY = [sys.executable, "-m", "celery", "-A", "clinic", "--quiet"]


@dataclass(kw_only=True)
class Part:
    """One child: how to start it (again), and how to end it."""

    name: str
    launch: Callable[[], Process]
    end_signal: signal.Signals = signal.SIGTERM
    process: Process | None = field(default=None)


def database(place: Place) -> Part:
    """The embedded PostgreSQL; its address is kept, so that `psql` and other commands find it."""
    address = place.run / "database_url"

    def launch() -> Process:
        before = dj_database_url.parse(address.read_text().strip())["PORT"] if address.exists() else None
        server = postgres.start(home=place.folder / "postgres", log=place.log("postgres"), port=before)
        write_private(address, server.url)
        place.variables["DATABASE_URL"] = server.url
        return server.process

    return Part(name="postgres", launch=launch, end_signal=signal.SIGINT)


def broker(place: Place) -> Part:
    """The embedded Redis; its address is kept like that of the database."""
    address = place.run / "redis_url"

    def launch() -> Process:
        before = int(address.read_text().rsplit(":", 1)[1].split("/")[0]) if address.exists() else None
        server = redis.start(home=place.folder / "redis", log=place.log("redis"), port=before)
        write_private(address, server.url)
        place.variables["REDIS_URL"] = server.url
        return server.process

    return Part(name="redis", launch=launch)


def preparation(place: Place) -> Part:
    """The migrations and, on the first start of a demo, its data."""
    return _python(place, "prepare", [sys.executable, "manage.py", "prepare"])


def web(place: Place) -> Part:
    """gunicorn, which reads the rest from `clinic.serving`."""
    return _python(place, "web", [sys.executable, "-m", "gunicorn", "--config", "python:clinic.serving", "clinic.wsgi"])


def worker(place: Place) -> Part:
    """One Celery worker: a process with a few threads, for its tasks wait more than they compute."""
    command = [*CELERY, "worker", "--pool", "threads", "--concurrency", "4", "--without-gossip", "--without-mingle"]
    return _python(place, "worker", command)


def beat(place: Place) -> Part:
    """The one Celery beat."""
    return _python(place, "beat", [*CELERY, "beat", "--schedule", str(place.run / "beat-schedule"), "--pidfile="])


def _python(place: Place, name: str, command: list[str]) -> Part:
    return Part(name=name, launch=lambda: spawn(command, folder=place.code, log=place.log(name), variables=place.variables))


def spawn(command: list[str], *, folder: Path, log: Path, variables: Mapping[str, str]) -> Process:
    """Start a child that ends when this process ends, with its output appended to a log."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=child_setup(signal.SIGTERM),
        )
