"""Pictures that somebody sends, made safe to keep: decoded and written anew in a process with bounds of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

from clinic.errors import RuleBroken, Unavailable
from patients.policies.images import (
    DAMAGED,
    LARGEST_FILE,
    REFUSED,
    TOO_DEMANDING,
    TOO_LARGE,
    UNSUPPORTED,
    kind_of,
    name_refusal,
    refusal_of,
)

CONTENT_TYPE: Final = "image/jpeg"
AT_ONCE: Final = 2
"""Pictures that one server process has decoded at the same time; others wait."""
WAIT: Final = 10
"""Seconds, for one's turn and, on a busy machine, for the answer."""
OUT_OF_BOUNDS: Final = frozenset({signal.SIGPROF, signal.SIGABRT, signal.SIGTRAP, signal.SIGKILL, signal.SIGXFSZ})
ENVIRONMENT: Final = {"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1", "VIPS_CONCURRENCY": "1", "VIPS_BLOCK_UNTRUSTED": "1"}
_turns = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, kw_only=True)
class SentFile:
    """A file as it was sent: its bytes, and the name and type that it goes by."""

    content: bytes
    name: str = ""
    content_type: str = ""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A JPEG in sRGB, upright, with nothing beside its pixels; width and height in pixels."""

    content: bytes
    width: int
    height: int


def clean_picture(file: SentFile) -> Picture:
    """
    The picture in the file, written anew.

    :raises RuleBroken: with an `image_...` code that says what speaks against the file.
    :raises Unavailable: when too many others are being read, or the machine is too busy.
    """
    if len(file.content) > LARGEST_FILE:
        raise _refused(TOO_LARGE, f"The file has {len(file.content)} bytes: at most {LARGEST_FILE} are taken.")
    kind = kind_of(file.content)
    if kind is None:
        raise _refused(UNSUPPORTED)
    if refusal := name_refusal(kind=kind, name=file.name, content_type=file.content_type):
        raise RuleBroken(refusal.code, refusal.detail, reasons=[refusal])
    facts, content = decoded("clean", file.content)
    return Picture(content=content, width=facts["width"], height=facts["height"])


def decoded(job: str, given: bytes) -> tuple[dict[str, Any], bytes]:
    """
    What the decoding process answers to this job: facts, and a JPEG.

    :raises RuleBroken: with the code that it gave.
    :raises Unavailable: when it did not come to its turn, or to an end.
    """
    with _turn(), _answer_file() as answer:
        try:
            ended = subprocess.run(
                [sys.executable, "-m", "patients.decoder", job],
                input=given,
                stdout=answer,
                stderr=subprocess.PIPE,
                cwd=settings.BASE_DIR,
                env=_environment(),
                timeout=WAIT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise _busy() from error
        if ended.returncode:
            raise _failed(ended.returncode, ended.stderr)
        size = os.lseek(answer, 0, os.SEEK_END)
        head, _, content = os.pread(answer, size, 0).partition(b"\n")
    return json.loads(head), content


@contextmanager
def _turn():
    if not _turns.acquire(timeout=WAIT):
        raise _busy()
    try:
        yield
    finally:
        _turns.release()


@contextmanager
def _answer_file():
    """A file in memory, so that no picture is left behind on a disk, and its length can be bounded."""
    descriptor = os.memfd_create("picture")
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _environment() -> Mapping[str, str]:
    return ENVIRONMENT | {"PATH": os.environ.get("PATH", os.defpath)}


def _failed(status: int, said: bytes) -> RuleBroken | Unavailable:
    """In words why the process ended: by a bound, by the clock, by its own refusal, or by a fault of a decoder."""
    if status == -signal.SIGALRM:
        return _busy()
    if -status in OUT_OF_BOUNDS:
        return _refused(TOO_DEMANDING)
    code = said.decode(errors="replace").strip().rpartition("\n")[2]
    return _refused(code if code in REFUSED else DAMAGED)


def _refused(code: str, detail: str = "") -> RuleBroken:
    refusal = refusal_of(code, detail)
    return RuleBroken(refusal.code, refusal.detail, reasons=[refusal])


def _busy() -> Unavailable:
    return Unavailable("unavailable", "Too many pictures are being read just now: please try again shortly.")
