"""Many clients at the same moment: a process for each core, in it a thread and a connection for each client."""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from appointments.models import Appointment
from clinic.errors import DomainError

FORK = multiprocessing.get_context("fork")
START_S, END_S = 60, 600
"""Until all have a connection, and until all are done: longer means that one of them died."""


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Where a visit stands after so many revisions."""

    revision: int
    practitioner: UUID
    start: datetime


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one call ended (None: well; else the code of the refusal or the error), its seconds, and the visit that it left."""

    problem: str | None
    seconds: float
    visit: UUID | None = None
    stand: Stand | None = None


def at_once(
    calls: Sequence[Callable[[], Appointment]], *, warm: Callable[[], object], each: int = 1
) -> tuple[list[Outcome], float]:
    """
    All calls at the same moment, each `each` times in a row; the outcomes and the seconds until the last.

    :param warm: what each client asks before, since a web process has its connections, and they their plans, from earlier requests.
    """
    shares = [share for n in range(_cores()) if (share := calls[n :: _cores()])]
    ready, done = (FORK.Barrier(len(calls) + 1, timeout=seconds) for seconds in (START_S, END_S))
    told = FORK.SimpleQueue()
    connection.close()
    connection.close_pool()  # none of its connections may be inherited
    processes = [FORK.Process(target=_run, args=[share, warm, each, ready, done, told]) for share in shares]
    for process in processes:
        process.start()
    ready.wait()
    began = time.perf_counter()
    done.wait()
    seconds = time.perf_counter() - began
    outcomes = [outcome for _ in processes for outcome in told.get()]
    for process in processes:
        process.join()
    return outcomes, seconds


def stand_of(visit: Appointment) -> Stand:
    """Where the visit stands."""
    return Stand(revision=visit.revision, practitioner=visit.practitioner_id, start=visit.start)


def _cores() -> int:
    return os.cpu_count() or 1


def _run(
    calls: Sequence[Callable[[], Appointment]], warm: Callable[[], object], each: int, ready: Any, done: Any, told: Any
) -> None:
    outcomes: list[Outcome] = []

    def work(call: Callable[[], Appointment]) -> None:
        warm()
        ready.wait()
        for _ in range(each):
            outcomes.append(_outcome(call))
        done.wait()
        connection.close()

    threads = [threading.Thread(target=work, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.put(outcomes)


def _outcome(call: Callable[[], Appointment]) -> Outcome:
    began, problem, visit = time.perf_counter(), None, None
    try:
        visit = call()
    except DomainError as refused:
        problem = refused.code
    except Exception as error:  # what nobody expected is counted and shown, not raised in a thread
        problem = f"error: {type(error).__name__}: {error}"[:200]
    return Outcome(
        problem=problem,
        seconds=time.perf_counter() - began,
        visit=visit.id if visit else None,
        stand=stand_of(visit) if visit else None,
    )
