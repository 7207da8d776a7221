"""Over HTTP: the product under gunicorn with two workers, beside views of the same stack that promise nothing."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from bench.calibration import Effort, Figure, make_plain_tables
from bench.shape import TREATMENT, Clinic, Person, Place
from clinic.local.parts import spawn
from clinic.local.process import LOOPBACK, free_port
from clinic.models import StaffToken

CLIENTS = 8
START_S = 40
OK, CREATED = 200, 201


def measure(clinic: Clinic, effort: Effort) -> Iterator[Figure]:
    """Slots against SELECT 1, a booking against a plain insert; by turns, block by block."""
    make_plain_tables()
    StaffToken.objects.update(last_used_at=timezone.now())
    with serving() as port:
        yield from _slots(clinic, effort, port)
        yield _booking(clinic, effort, port)


def _slots(clinic: Clinic, effort: Effort, port: int) -> Iterator[Figure]:
    here, fuller = clinic.here[0], clinic.people[len(clinic.people) // 2]
    day = {"from": clinic.day(1).isoformat(), "to": clinic.day(2).isoformat()}
    one = {"practitioner": str(here.practitioner), **day}
    questions = {
        "slots over HTTP, one practitioner and day": _search(clinic, here, one),
        "slots over HTTP, the same for any adult": _listing(clinic, here, one),
        "slots over HTTP, first free start of anybody": _search(clinic, here, {"limit": 1}),
        "slots over HTTP, the same after 20 full days": _search(clinic, fuller, {"limit": 1}),
    }
    bare = [_request("GET", "/bench/select-one/", here)] * effort.requests
    for what, request in questions.items():
        slots = [request] * effort.requests
        seconds = _blocks(
            {
                "slots": lambda n, sent=slots: _send(port, sent, OK, _has_results),
                "bare": lambda n: _send(port, bare, OK),
            },
            effort,
        )
        share = seconds["bare"] / seconds["slots"]
        yield Figure(
            what=what,
            shown=f"{share:.0%} of the throughput of a SELECT 1",
            target="35 %",
            reached=share >= 0.35,
            raw={"slots_a_second": effort.requests / seconds["slots"], "select_1_a_second": effort.requests / seconds["bare"]},
        )


def _booking(clinic: Clinic, effort: Effort, port: int) -> Figure:
    many = effort.requests // 4
    places = clinic.free_places(many * (effort.blocks + 1))
    bookings = [_request("POST", "/api/v1/appointments/", place.person, _asked(clinic, place)) for place in places]
    plain = [_request("POST", "/bench/plain/", place.person, _asked(clinic, place)) for place in places]

    def part(requests: list[bytes], n: int) -> float:
        return _send(port, requests[n * many : (n + 1) * many], CREATED)

    seconds = _blocks({"guarded": lambda n: part(bookings, n), "plain": lambda n: part(plain, n)}, effort)
    ratio = seconds["guarded"] / seconds["plain"]
    return Figure(
        what="booking over HTTP, all guarantees, history and messages",
        shown=f"{ratio:.1f}x the time of the view on a plain table",
        target="3x",
        reached=ratio <= 3,
        raw={"bookings_a_second": many / seconds["guarded"], "plain_a_second": many / seconds["plain"], "ratio": ratio},
    )


def _blocks(subjects: dict[str, Callable[[int], float]], effort: Effort) -> dict[str, float]:
    """The median seconds of a block of each; the first block warms up."""
    seen: dict[str, list[float]] = {name: [] for name in subjects}
    for n in range(effort.blocks + 1):
        for name, call in subjects.items():
            seen[name].append(call(n))
    return {name: median(values[1:]) for name, values in seen.items()}


def _search(clinic: Clinic, asker: Person, more: dict[str, Any]) -> bytes:
    """For a lesion of a patient whom the asker may see."""
    work = {"treatment": TREATMENT, "lesions": [str(clinic.lesion_of(asker.nth))]}
    return _request("POST", "/api/v1/slots/search/", asker, {"site": _site(clinic, asker), "treatments": [work]} | more)


def _listing(clinic: Clinic, asker: Person, more: dict[str, str]) -> bytes:
    asked = {"site": _site(clinic, asker), "treatment": TREATMENT} | more
    return _request("GET", f"/api/v1/slots/?{urlencode(asked)}", asker)


def _asked(clinic: Clinic, place: Place) -> dict[str, Any]:
    return {
        "patient": str(place.patient),
        "site": _site(clinic, place.person),
        "practitioner": str(place.person.practitioner),
        "start": place.start.isoformat(),
        "treatments": [{"treatment": TREATMENT, "lesions": [str(place.lesion)]}],
    }


def _site(clinic: Clinic, person: Person) -> str:
    return f"site-{person.nth // len(clinic.here)}"


def _has_results(body: bytes) -> bool:
    return bool(json.loads(body)["results"])


def _request(method: str, path: str, person: Person, body: dict[str, Any] | None = None) -> bytes:
    payload = json.dumps(body).encode() if body else b""
    head = f"{method} {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nAuthorization: Bearer {person.secret}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n".encode() + payload


def _send(port: int, requests: Sequence[bytes], status: int, right: Callable[[bytes], bool] = bool) -> float:
    """Seconds until all are answered, by a few clients that keep their connections; each answer must be the right one."""
    waiting, wrong, lock = iter(requests), [], threading.Lock()

    def work() -> None:
        with socket.create_connection((LOOPBACK, port), timeout=60) as link:
            while True:
                with lock:
                    request = next(waiting, None)
                if request is None:
                    return
                got, body = exchange(link, request)
                if got != status or not right(body):
                    wrong.append((got, body[:500]))

    threads = [threading.Thread(target=work) for _ in range(min(CLIENTS, len(requests)))]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if wrong:
        raise AssertionError(f"{len(wrong)} of {len(requests)} answers were wrong, the first: {wrong[0]}")
    return seconds


def exchange(link: socket.socket, request: bytes) -> tuple[int, bytes]:
    """One request and its answer over a connection that stays open."""
    link.sendall(request)
    received = b""
    while b"\r\n\r\n" not in received:
        received += link.recv(65536) or _closed()
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:"))
    while len(body) < length:
        body += link.recv(65536) or _closed()
    return int(lines[0].split()[1]), body


def _closed() -> bytes:
    raise ConnectionError("the server closed the connection")


@contextmanager
def serving() -> Iterator[int]:
    """The product under gunicorn as it is served, with the benchmark's two views; yields the port."""
    port = free_port()
    log = Path(settings.DATA_DIR) / "gunicorn.log"
    command = [sys.executable, "-m", "gunicorn", "--config", "python:clinic.serving", "clinic.wsgi"]
    process = spawn(command, folder=settings.BASE_DIR, log=log, variables={"PORT": str(port), "HOST": LOOPBACK})
    try:
        _await(port, process, log)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with socket.create_connection((LOOPBACK, port), timeout=5) as link:
                exchange(link, f"GET /api/v1/health/live/ HTTP/1.1\r\nHost: {LOOPBACK}\r\n\r\n".encode())
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"gunicorn did not start: {log.read_text(errors='replace')[-2000:]}")
