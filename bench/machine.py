"""`manage.py up` with the demo clinic: how soon it is ready, the first time and later, and how much memory it takes."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
from django.conf import settings

from bench.calibration import Effort, Figure
from bench.shape import Clinic
from clinic.local.process import free_port

FIRST_S, LATER_S, MEMORY_MB = 60, 15, 600
GIVEN_UP_S = 300
PARTS = ("web", "worker", "beat")


def measure(clinic: Clinic, effort: Effort) -> Iterator[Figure]:
    """A first start in an empty folder, its memory, an end, and a second start."""
    with tempfile.TemporaryDirectory(prefix="pearl-start-") as folder:
        Path(folder).chmod(0o711)
        data = Path(folder) / "data"
        first, memory = _start(data)
        later, _ = _start(data)
    yield _figure("first start, migrations and demo clinic included", first, FIRST_S)
    yield _figure("later start", later, LATER_S)
    yield Figure(
        what="memory of web, worker and beat together",
        shown=f"{memory / 2**20:.0f} MB",
        target=f"{MEMORY_MB} MB",
        reached=memory <= MEMORY_MB * 2**20,
        raw={"bytes": memory},
    )


def _figure(what: str, seconds: float, target: int) -> Figure:
    return Figure(
        what=what, shown=f"{seconds:.0f} s", target=f"{target} s", reached=seconds <= target, raw={"seconds": seconds}
    )


def _start(data: Path) -> tuple[float, int]:
    """Seconds until it says READY, and the bytes that its parts then share out among them; ended again."""
    log = data.parent / "up.out"
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(data.parent),
        "DATA_DIR": str(data),
        "PORT": str(free_port()),
        "DEMO": "1",
    }
    began = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up"], cwd=settings.BASE_DIR, env=variables, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        while b"READY" not in log.read_bytes():
            if process.poll() is not None or time.perf_counter() - began > GIVEN_UP_S:
                raise AssertionError(f"it did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        return time.perf_counter() - began, _memory(data / "run")
    finally:
        process.terminate()
        process.wait(timeout=60)


def _memory(run: Path) -> int:
    """Proportional set size: what processes share is counted once."""
    total = 0
    for part in PARTS:
        parent = psutil.Process(int((run / f"{part}.pid").read_text()))
        for process in [parent, *parent.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                total += process.memory_full_info().pss
    return total
