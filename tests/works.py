"""The processes by which messages leave, over the database of the tests: Redis, workers, beats, those who take the messages."""

import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from celery import Celery
from django.db import connection

from clinic.local import parts, redis
from clinic.local.parts import Process
from clinic.local.place import Place
from clinic.local.process import LOOPBACK, free_port
from tests.machine import ROOT, soon

BELL = "appointments.tasks.deliver_due_messages"
CLOCK = Path(__file__).parent / "clock"
LEASE_S = 3
TAKERS = [sys.executable, "-m", "tests.takers"]


class Works:
    """
    Real processes with one clock, which started at the moment that was named and runs as the machine's does.

    Each of them is known by its process alone: whoever kills one starts another. `staff` are the workers and `mailer` is the mail
    server that a test finds and leaves. `end` ends all, however the test went.
    """

    def __init__(self, folder: Path, *, began: datetime, **variables: str) -> None:
        self.folder = folder
        self.port, self._mail_port, self._sms_port = free_port(), free_port(), free_port()
        self.staff: list[Process] = []
        self.mailer: Process | None = None
        self._processes: list[Process] = []
        self._places = 0
        for name in ("redis", "run"):
            (folder / name).mkdir(parents=True)
        self._redis = self._start_redis()
        self._app = Celery(broker=self._redis.url)
        self._variables = {
            "DATABASE_URL": self._database(),
            "REDIS_URL": self._redis.url,
            "EMAIL_URL": f"smtp://{LOOPBACK}:{self._mail_port}/",
            "SMS_GATEWAY": "http",
            "SMS_URL": f"http://{LOOPBACK}:{self._sms_port}/",
            "MESSAGE_LEASE_S": str(LEASE_S),
            "DATABASE_POOL": "8",
            "PORT": str(self.port),
            "DEMO": "1",
            "HTTPS": "0",
            "PYTHONPATH": str(CLOCK),
            "PYTHONUNBUFFERED": "1",
            **variables,
        }
        self.turn_to(began)

    @property
    def now(self) -> datetime:
        """What the clock of all processes shows."""
        return self._began + timedelta(seconds=time.time() - self._zero)

    @property
    def redis_url(self) -> str:
        """Where Redis answers."""
        return self._redis.url

    def worker(self) -> Process:
        """One more worker, as the product starts it."""
        return self._part(parts.worker)

    def beat(self) -> Process:
        """One more beat, which knows of no other."""
        return self._part(parts.beat)

    def web(self) -> Process:
        """The web server, once it answers."""
        process = self._part(parts.web)
        self._await_port(self.port)
        return process

    def mail(self, *, slow: float = 0.0, mood: str = "fine") -> Process:
        """The mail server (again), once it answers."""
        return self._taker("mail", self._mail_port, "--slow", str(slow), "--mood", mood)

    def sms(self, *, slow: float = 0.0) -> Process:
        """The SMS gateway (again), once it answers."""
        return self._taker("sms", self._sms_port, "--slow", str(slow))

    def turn_to(self, moment: datetime) -> None:
        """The clock shows that moment from now on to whoever is started from now on."""
        self._began, self._zero = moment, time.time()
        self._variables["CLOCK_AHEAD"] = repr(moment.timestamp() - self._zero)

    def ring(self, times: int = 1) -> None:
        """As beat does, but for an end by its own clock, which is not the one of the workers."""
        for _ in range(times):
            self._app.send_task(BELL)

    def lose_redis(self) -> None:
        """Kill it and all that it kept, and start an empty one at its place."""
        kill(self._redis.process)
        shutil.rmtree(self.folder / "redis" / "appendonlydir", ignore_errors=True)
        for kept in (self.folder / "redis").glob("*.[ar][od][fb]"):
            kept.unlink()
        self._redis = self._start_redis(port=self._redis.port)

    def taken(self, kind: str = "*") -> list[dict[str, Any]]:
        """What mail server and gateway have taken, in order."""
        lines = [line for book in self.folder.glob(f"{kind}.jsonl") for line in book.read_text().splitlines()]
        return sorted((json.loads(line) for line in lines), key=lambda line: line["at"])

    def logs(self) -> dict[str, str]:
        """What every process said, by the name of its file."""
        return {str(path.relative_to(self.folder)): path.read_text(errors="replace") for path in self.folder.rglob("*.log")}

    def end(self) -> None:
        """Nothing of it is left running."""
        for process in (*self._processes, self._redis.process):
            if process.poll() is None:
                kill(process)
        self._app.close()

    def _database(self) -> str:
        address = os.environ["DATABASE_URL"].rpartition("/")[0]
        return f"{address}/{connection.settings_dict['NAME']}"

    def _start_redis(self, port: int | None = None) -> redis.Server:
        return redis.start(home=self.folder / "redis", log=self.folder / "redis.log", port=port)

    def _part(self, part: Callable[[Place], parts.Part]) -> Process:
        """In a place of its own, as on a machine of its own; the data folder is one."""
        self._places += 1
        folder = self.folder / f"place-{self._places}"
        for needed in ("log", "run"):
            (folder / needed).mkdir(parents=True)
        variables = self._variables | {"DATA_DIR": str(self.folder)}
        place = Place(code=ROOT, folder=folder, host=LOOPBACK, port=self.port, demo=True, variables=variables)
        return self._kept(part(place).launch())

    def _taker(self, kind: str, port: int, *options: str) -> Process:
        command = [*TAKERS, kind, str(port), str(self.folder / f"{kind}.jsonl"), *options]
        process = parts.spawn(command, folder=ROOT, log=self.folder / f"taker-{kind}.log", variables={})
        self._await_port(port)
        return self._kept(process)

    def _kept(self, process: Process) -> Process:
        self._processes.append(process)
        return process

    def _await_port(self, port: int) -> None:
        def answers() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex((LOOPBACK, port)) == 0

        assert soon(answers, seconds=60)


def kill(process: Process) -> None:
    """At once, without a word, with its children: by the number of the group that it leads."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
