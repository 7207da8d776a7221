"""What PostgreSQL, Redis and the supervisor share: secrets, free ports, children that die with their parent, and running below root."""

import ctypes
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

LOOPBACK = "127.0.0.1"
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class LocalFailure(Exception):
    """A part of the one-machine set-up cannot start; the message says why in one line."""


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def is_taken(*, host: str, port: int) -> bool:
    """Whether somebody else already listens on that address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def kept_secret(path: Path, *, length: int = 48) -> str:
    """The secret of that file, made on first use and readable by its owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(length))
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Replace a file's text in one step, readable by its owner alone."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)


def ends_with_parent(death_signal: signal.Signals, *, parent: int) -> None:
    """Run in a child before exec: the kernel sends it this signal when its parent is gone, however that came (Linux)."""
    if not sys.platform.startswith("linux"):
        return
    LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def child_setup(death_signal: signal.Signals, *, drop: Callable[[], None] | None = None) -> Callable[[], None]:
    """What a child does between fork and exec: leave the terminal's group, lose its rights, and tie its life to ours."""
    parent = os.getpid()

    def prepare() -> None:
        os.setsid()
        if drop is not None:
            drop()
        ends_with_parent(death_signal, parent=parent)

    return prepare
