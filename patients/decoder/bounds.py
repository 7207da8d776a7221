"""What the process that decodes may use: it is given a file that somebody sent, and ends by itself when that takes too much."""

import resource
import signal
from typing import Final

from patients.policies.images import HEIC, JPEG, PNG, WEBP

DATA: Final = {JPEG: 205_000_000, PNG: 205_000_000, WEBP: 350_000_000, HEIC: 178_000_000}
"""
Bytes of address space that a decoder may ask for, so that what is really used stays below 200 MB with everything else.

The stacks of libvips' threads and half of what its WebP decoder asks for are never touched; libheif decodes in this thread.
"""
LESS: Final = 120_000_000
"""Before the kind of the file is known."""
PROCESSOR_SECONDS: Final = {JPEG: 1.8, PNG: 1.8, WEBP: 1.9, HEIC: 4.0}
"""HEVC takes several times as long as the others, also for what a telephone takes."""
SECONDS: Final = 8
"""By the clock, on a machine that is busy with other things."""
LARGEST_ANSWER: Final = 32_000_000
"""Bytes."""


def bound_this_process() -> None:
    """From here on more memory is refused, a longer answer is cut off, and a lapse of time ends the process."""
    most = max(DATA.values())
    resource.setrlimit(resource.RLIMIT_DATA, (LESS, most))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_ANSWER, LARGEST_ANSWER))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_PROF, min(PROCESSOR_SECONDS.values()))
    signal.alarm(SECONDS)


def bound_for(kind: str) -> None:
    """What the decoder of that kind may use; more is never allowed afterwards."""
    resource.setrlimit(resource.RLIMIT_DATA, (DATA[kind], DATA[kind]))
    left, _ = signal.getitimer(signal.ITIMER_PROF)
    spent = min(PROCESSOR_SECONDS.values()) - left
    signal.setitimer(signal.ITIMER_PROF, max(PROCESSOR_SECONDS[kind] - spent, left))
