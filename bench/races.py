"""Many at once: a rush on one slot, and visits that are moved all over one another."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from appointments.models import Appointment
from appointments.policies.statuses import BOOKED
from appointments.services.moving import reschedule_appointment
from bench.booking import book
from bench.calibration import Effort, Figure
from bench.shape import Clinic, Place
from clinic.errors import DomainError
from clinic.models import Practitioner

MOVERS, MOVED = 40, 60
CROWD = 6
"""Practitioners among whom the visits are moved."""

DEADLOCKS = "SELECT pg_stat_clear_snapshot(), deadlocks FROM pg_stat_database WHERE datname = current_database()"

RIVALS = """
SELECT p.patient, p.lesion FROM bench_patient p
 WHERE NOT EXISTS (SELECT FROM appointments_resourceclaim c WHERE c.resource = p.patient AND c.during && tstzrange(%s, %s))
 ORDER BY p.nth LIMIT %s
"""

WHOLE = """
SELECT count(*) FROM appointments_appointment v
 WHERE v.id = ANY (%s) AND v.status = 'booked'
   AND (SELECT count(*) FROM appointments_resourceclaim c WHERE c.appointment_id = v.id) = 3
   AND EXISTS (SELECT FROM appointments_resourceclaim c
                WHERE c.appointment_id = v.id AND c.resource = v.practitioner_id AND c.during = v.blocked)
   AND EXISTS (SELECT FROM appointments_authority a WHERE a.appointment_id = v.id AND a.practitioner_id = v.practitioner_id)
"""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one call ended (None: well; else the code of the refusal or the error) and how many seconds it took."""

    problem: str | None
    seconds: float


def measure(clinic: Clinic, effort: Effort) -> Iterator[Figure]:
    """The rush, then the moves."""
    yield _rush(clinic, effort)
    yield _moves(clinic, effort)


def _rush(clinic: Clinic, effort: Effort) -> Figure:
    slot, *lone = clinic.free_places(effort.clients + 1)
    rivals = _rivals(slot, effort.clients)
    began = time.perf_counter()
    for place in lone:
        book(place)
    in_a_row = time.perf_counter() - began
    before = _deadlocks()
    outcomes, seconds = at_once([partial(book, slot, patient=patient, lesion=lesion) for patient, lesion in rivals])
    deadlocks = _deadlocks() - before
    ended = Counter(outcome.problem for outcome in outcomes)
    winners, ratio = ended.pop(None, 0), seconds / in_a_row
    return Figure(
        what=f"{effort.clients} clients on one slot",
        shown=f"{winners} booked, {deadlocks} deadlocks, {ratio:.2f}x as long as {effort.clients} lone bookings",
        target="1 booked, 0 deadlocks, 1x",
        reached=winners == 1 and not deadlocks and set(ended) <= {"slot_taken"} and ratio <= 1,
        raw={"winners": winners, "refused": dict(ended), "deadlocks": deadlocks, "rush_s": seconds, "lone_s": in_a_row},
    )


def _rivals(slot: Place, many: int) -> list[tuple[UUID, UUID]]:
    """So many patients who are free then, each with a lesion."""
    with connection.cursor() as cursor:
        cursor.execute(RIVALS, [slot.start, slot.start + timedelta(minutes=30), many])
        return cursor.fetchall()


def _moves(clinic: Clinic, effort: Effort) -> Figure:
    chance = random.Random(7)  # noqa: S311
    people = [clinic.here[n] for n in range(min(CROWD, len(clinic.here)))]
    visits = _visits_of([person.practitioner for person in people], MOVED)
    starts = sorted({visit.start for visit in visits})
    practitioners = list(Practitioner.objects.filter(id__in=[person.practitioner for person in people]))
    booker = people[0].user

    def move() -> object:
        return reschedule_appointment(
            actor=booker,
            visit=Appointment.objects.select_related("patient", "site", "practitioner").get(pk=chance.choice(visits).pk),
            start=chance.choice(starts),
            practitioner=chance.choice(practitioners),
            now=timezone.now(),
        )

    each = effort.moves // MOVERS + 1
    before = _deadlocks()
    outcomes, seconds = at_once([move] * min(MOVERS, effort.moves), each=each)
    deadlocks, whole = _deadlocks() - before, _whole([visit.id for visit in visits])
    ended = Counter(outcome.problem for outcome in outcomes)
    worst = max(outcome.seconds for outcome in outcomes)
    lost = len(visits) - whole
    errors = {code: many for code, many in ended.items() if code and code.startswith("error")}
    return Figure(
        what=f"{len(outcomes):,} crowded moves by {min(MOVERS, effort.moves)} clients",
        shown=f"{ended[None]} moved, {deadlocks} deadlocks, {lost} lost their slot, worst answer {worst:.2f} s",
        target="0 deadlocks, 0 lost, 1 s",
        reached=not deadlocks and not lost and not errors and worst <= 1,
        raw={"ended": {str(code): many for code, many in ended.items()}, "seconds": seconds, "worst_s": worst, "lost": lost},
    )


def _visits_of(practitioners: Sequence[UUID], many: int) -> list[Appointment]:
    booked = Appointment.objects.filter(practitioner__in=practitioners, status=BOOKED, during__startswith__gt=timezone.now())
    return list(booked.order_by("during", "id")[:many])


def _whole(visits: Sequence[UUID]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(WHOLE, [list(visits)])
        return cursor.fetchone()[0]


def at_once(calls: Sequence[Callable[[], object]], *, each: int = 1) -> tuple[list[Outcome], float]:
    """All calls at the same moment, each from a thread and connection of its own; the outcomes and the seconds they took."""
    outcomes: list[Outcome] = []
    ready, done = threading.Barrier(len(calls) + 1), threading.Barrier(len(calls) + 1)

    def run(call: Callable[[], Any]) -> None:
        connection.ensure_connection()
        ready.wait()
        for _ in range(each):
            outcomes.append(_outcome(call))
        done.wait()
        connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    ready.wait()
    began = time.perf_counter()
    done.wait()
    seconds = time.perf_counter() - began
    for thread in threads:
        thread.join()
    return outcomes, seconds


def _outcome(call: Callable[[], Any]) -> Outcome:
    began = time.perf_counter()
    try:
        call()
        problem = None
    except DomainError as refused:
        problem = refused.code
    except Exception as error:  # what nobody expected is counted and shown, not raised in a thread
        problem = f"error: {type(error).__name__}: {error}"[:200]
    return Outcome(problem=problem, seconds=time.perf_counter() - began)


def _deadlocks() -> int:
    """As the statistics have them once every other connection has told its own."""
    time.sleep(1.1)
    with connection.cursor() as cursor:
        cursor.execute(DEADLOCKS)
        return cursor.fetchone()[1]
