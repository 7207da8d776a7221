"""PostgreSQL refuses to run as root: as root it runs through a system user of its own, and no folder's mode is loosened for that."""

import ctypes
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clinic.local.process import LocalFailure

USER = "pearl-postgres"
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, PR_SET_SECUREBITS = 47, 2, 28
NO_SETUID_FIXUP = 1 << 2
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_SETPCAP = 1, 2, 8
CAPABILITY_VERSION_3 = 0x20080522
LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The user whom a child becomes; `passage` is the capability it keeps to walk through closed parent folders."""

    uid: int
    gid: int
    passage: int | None

    def assume(self) -> None:
        """Become that user for good, in a child between fork and exec."""
        if self.passage is not None:
            _keep_capabilities_of_root()
        os.setgroups([])
        os.setresgid(self.gid, self.gid, self.gid)
        os.setresuid(self.uid, self.uid, self.uid)
        if self.passage is not None:
            _keep_only(self.passage)


def identity_for(folder: Path, *, reach: list[Path]) -> Identity | None:
    """Whom a child that owns `folder` runs as and how it gets to the paths of `reach`; None: as we are, which is not root."""
    if os.geteuid() != 0:
        return None
    owner = folder.stat()
    if owner.st_uid != 0:
        uid, gid = owner.st_uid, owner.st_gid
    else:
        entry = _system_user()
        uid, gid = entry.pw_uid, entry.pw_gid
    closed = [path for path in reach if not _others_may_pass(path)]
    return Identity(uid=uid, gid=gid, passage=_passage(closed) if closed else None)


def drop_for(identity: Identity | None) -> Callable[[], None] | None:
    """The step that loses root's rights in a child, where there are any."""
    return identity.assume if identity else None


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if not useradd:
        raise LocalFailure(f"PostgreSQL does not run as root: add a system user {USER}, or start as an ordinary user.")
    command = [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/false", USER]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        raise LocalFailure(f"The system user {USER} could not be added: {done.stderr.strip()}") from None


def _others_may_pass(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def _passage(closed: list[Path]) -> int:
    held = int(_status_field("CapEff"), 16)
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        if held & (1 << capability) and held & (1 << CAP_SETPCAP):
            return capability
    raise LocalFailure(f"PostgreSQL's user cannot get to {closed[0]}: choose a DATA_DIR whose parent folders others may pass.")


def _status_field(name: str) -> str:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return line.split()[1]
    return "0"


def _keep_capabilities_of_root() -> None:
    """Neither setresuid nor access(2), by which PostgreSQL looks for its own programs, shall drop them for a user who is not root."""
    if LIBC.prctl(PR_SET_SECUREBITS, NO_SETUID_FIXUP, 0, 0, 0):
        os._exit(126)


def _keep_only(capability: int) -> None:
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    bit = 1 << capability
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    if LIBC.capset(header, sets) or LIBC.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0):
        os._exit(126)
