"""One machine, one supervisor: starts every part in order, starts again what dies, and ends all of them together."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict, deque
from collections.abc import Mapping
from types import FrameType
from typing import NoReturn

from clinic.local import parts
from clinic.local.parts import Part
from clinic.local.place import Place, furnish
from clinic.local.process import LocalFailure, is_taken
from clinic.local.running import hold, outlive, wait_for

PREPARE_S = 300
READY_S = 60
GREEN_S = 10
GRACE_S = 12
PAUSE_S = 3
DEATHS, WITHIN_S = 5, 120


class Ended(BaseException):
    """Somebody asked the supervisor to end."""


def run(place: Place, *, given: Mapping[str, str], public: bool) -> None:
    """
    Run Pearl until it is told to end.

    :param given: the environment as the caller found it: DATABASE_URL and REDIS_URL there replace the embedded servers.
    :raises LocalFailure: when a part cannot start; everything else has ended by then.
    """
    furnish(place, given=given, public=public)
    with hold(place.run):
        outlive(place.run)
        if is_taken(host=place.host, port=place.port):
            raise LocalFailure(f"Port {place.port} of {place.host} is taken: free it, or set PORT to another.")
        supervisor = Supervisor(place)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _end)
        try:
            supervisor.start_all(given=given)
            supervisor.watch()
        except Ended:
            pass
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            supervisor.end_all()


class Supervisor:
    """The parts that run, in the order in which they were started."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.running: list[Part] = []
        self.deaths: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=DEATHS))

    def start_all(self, *, given: Mapping[str, str]) -> None:
        """Start every part, each once what it needs is there, and say when people can come in."""
        for variable, part in (("DATABASE_URL", parts.database), ("REDIS_URL", parts.broker)):
            if not given.get(variable):
                self.start(part(self.place))
            else:
                (self.place.run / variable.lower()).unlink(missing_ok=True)
        self._prepare()
        for part in (parts.web, parts.worker, parts.beat):
            self.start(part(self.place))
        self._await_answers()
        print(f"READY {self.place.url}", flush=True)
        for line in logins(self.place):
            print(line, flush=True)

    def start(self, part: Part) -> None:
        """Start one part and note its process number."""
        part.process = part.launch()
        if part not in self.running:
            self.running.append(part)
        (self.place.run / f"{part.name}.pid").write_text(str(part.process.pid))

    def watch(self) -> NoReturn:
        """Start again what dies; give up on what keeps dying."""
        while True:
            for part in self.running:
                if part.process is None or part.process.poll() is not None:
                    self._revive(part)
            time.sleep(0.2)

    def end_all(self) -> None:
        """End the parts in reverse order, so that nothing loses what it still needs."""
        servers = [part for part in self.running if part.name in {"postgres", "redis"}]
        for group in ([part for part in self.running if part not in servers], servers):
            for part in group:
                if part.process and part.process.poll() is None:
                    part.process.send_signal(part.end_signal)
            for part in group:
                self._see_off(part)

    def _revive(self, part: Part) -> None:
        ended = f"{part.name} ended (status {part.process.returncode})" if part.process else f"{part.name} did not start"
        deaths = self.deaths[part.name]
        deaths.append(time.monotonic())
        if len(deaths) == DEATHS and deaths[-1] - deaths[0] < WITHIN_S:
            raise LocalFailure(f"{ended} once too often: see {self.place.log(part.name)}")
        print(f"{ended}; it is started again in {PAUSE_S} s.", file=sys.stderr, flush=True)
        part.process = None
        time.sleep(PAUSE_S)
        with contextlib.suppress(LocalFailure):
            self.start(part)

    def _see_off(self, part: Part) -> None:
        if part.process:
            try:
                part.process.wait(timeout=GRACE_S)
            except subprocess.TimeoutExpired:
                os.killpg(part.process.pid, signal.SIGKILL)
                part.process.wait()
        (self.place.run / f"{part.name}.pid").unlink(missing_ok=True)

    def _prepare(self) -> None:
        part = parts.preparation(self.place)
        self.start(part)
        process = part.process
        if process is None or not wait_for(lambda: process.poll() is not None, seconds=PREPARE_S) or process.returncode:
            raise LocalFailure(f"The database could not be prepared: {last_line(self.place, 'prepare')}")
        self.running.remove(part)
        self._see_off(part)

    def _await_answers(self) -> None:
        """Wait for the web to answer, then a little for the worker's first sign of life."""
        if not wait_for(lambda: self._still_alive() and self._status("live") is not None, seconds=READY_S):
            raise LocalFailure(f"The web server did not answer: {last_line(self.place, 'web')}")
        wait_for(lambda: self._still_alive() and self._status("ready") == "ok", seconds=GREEN_S)

    def _still_alive(self) -> bool:
        for part in self.running:
            if part.process and part.process.poll() is not None:
                raise LocalFailure(f"{part.name} ended while starting: {last_line(self.place, part.name)}")
        return True

    def _status(self, which: str) -> str | None:
        address = f"{self.place.own_url}/api/v1/health/{which}/"
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310
                return json.load(answer)["status"]
        except (OSError, ValueError, KeyError):
            return None


def logins(place: Place) -> list[str]:
    """The demo's users, as its data file names them."""
    try:
        users = json.loads((place.folder / "demo.json").read_text())["users"]
    except (OSError, ValueError, KeyError):
        return []
    names = (
        users if isinstance(users, dict) else [user.get("username", user) if isinstance(user, dict) else user for user in users]
    )
    return [f"Demo logins (password: demo): {', '.join(names)}"] if place.demo else []


def last_line(place: Place, name: str) -> str:
    """The last thing that a part said."""
    lines = place.log(name).read_text(errors="replace").split("\n") if place.log(name).exists() else []
    said = [line.strip() for line in lines if line.strip()]
    return f"{said[-1][:300] if said else 'it said nothing'} (see {place.log(name)})"


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise Ended
