"""What a data folder says about the processes that run from it: one supervisor at a time, and none of its children left over."""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import psutil

from clinic.local.process import LocalFailure

PATIENCE_S = 15
CLOCK_SLACK_S = 2


def hold(folder: Path) -> IO[str]:
    """
    Be the only supervisor of this folder for as long as the returned file is open.

    :raises LocalFailure: when another one is at work.
    """
    lock = (folder / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise LocalFailure(f"Pearl already runs from {folder.parent} (process {lock.read().strip()}).") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def outlive(folder: Path, *, patience_s: float = PATIENCE_S) -> None:
    """Wait until the children of a supervisor that was killed are gone; those that stay are killed as well."""
    left = [process for path in folder.glob("*.pid") if (process := _writer_of(path))]
    _, stubborn = psutil.wait_procs(left, timeout=patience_s)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=5)
    for path in folder.glob("*.pid"):
        path.unlink(missing_ok=True)


def _writer_of(path: Path) -> psutil.Process | None:
    """The process that the file means: one that started later has merely been given the same number."""
    try:
        process = psutil.Process(int(path.read_text()))
        written_at = path.stat().st_mtime
        return process if process.create_time() <= written_at + CLOCK_SLACK_S and process.pid != os.getpid() else None
    except (ValueError, OSError, psutil.Error):
        return None


def wait_for(question: Callable[[], bool], *, seconds: float, pause: float = 0.1) -> bool:
    """Whether the question was answered with yes within that time."""
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
    return True
