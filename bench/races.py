"""Many at once: a rush on one slot, and visits that are moved all over one another."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import connection
from django.utils import timezone

from appointments.models import Appointment
from appointments.policies.statuses import BOOKED
from appointments.selectors.verdicts import Verdict, verdict
from appointments.services.moving import reschedule_appointment
from bench.booking import book, request_for
from bench.calibration import Effort, Figure
from bench.clients import Outcome, at_once, stand_of
from bench.shape import Clinic, Place
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
SELECT v.id FROM appointments_appointment v
 WHERE v.id = ANY (%s) AND v.status = 'booked'
   AND (SELECT count(*) FROM appointments_resourceclaim c WHERE c.appointment_id = v.id) = 3
   AND EXISTS (SELECT FROM appointments_resourceclaim c
                WHERE c.appointment_id = v.id AND c.resource = v.practitioner_id AND c.during = v.blocked)
   AND EXISTS (SELECT FROM appointments_authority a WHERE a.appointment_id = v.id AND a.practitioner_id = v.practitioner_id)
"""


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
    calls = [partial(book, slot, patient=patient, lesion=lesion) for patient, lesion in rivals]
    outcomes, seconds = at_once(calls, warm=partial(_ask_for, slot))
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


def _ask_for(place: Place) -> Verdict:
    return verdict(request=request_for(place))


def _rivals(slot: Place, many: int) -> list[tuple[UUID, UUID]]:
    """So many patients who are free then, each with a lesion."""
    with connection.cursor() as cursor:
        cursor.execute(RIVALS, [slot.start, slot.start + timedelta(minutes=30), many])
        return cursor.fetchall()


def _moves(clinic: Clinic, effort: Effort) -> Figure:
    """Each client goes on asking for any of the visits, at any of their times, with any of a few practitioners."""
    people = clinic.here[:CROWD]
    visits = _visits_of([person.practitioner for person in people], MOVED)
    starts = sorted({visit.start for visit in visits})
    practitioners = list(Practitioner.objects.filter(id__in=[person.practitioner for person in people]))

    def move(chance: random.Random) -> Appointment:
        return reschedule_appointment(
            actor=people[0].user,
            visit=Appointment.objects.select_related("patient", "site", "practitioner").get(pk=chance.choice(visits).pk),
            start=chance.choice(starts),
            practitioner=chance.choice(practitioners),
            now=timezone.now(),
        )

    clients = [partial(move, random.Random(number)) for number in range(min(MOVERS, effort.moves))]  # noqa: S311
    before = _deadlocks()
    outcomes, seconds = at_once(clients, warm=partial(_ask_for, clinic.free_places(1)[0]), each=effort.moves // MOVERS + 1)
    deadlocks, lost = _deadlocks() - before, _lost(visits, outcomes)
    ended = Counter(outcome.problem for outcome in outcomes)
    worst = max(outcome.seconds for outcome in outcomes)
    errors = {code: many for code, many in ended.items() if code and code.startswith("error")}
    return Figure(
        what=f"{len(outcomes):,} crowded moves by {len(clients)} clients",
        shown=f"{ended[None]} moved, {deadlocks} deadlocks, {lost} lost their slot, worst answer {worst:.2f} s",
        target="0 deadlocks, 0 lost, 1 s",
        reached=not deadlocks and not lost and not errors and worst <= 1,
        raw={"ended": {str(code): many for code, many in ended.items()}, "seconds": seconds, "worst_s": worst, "lost": lost},
    )


def _visits_of(practitioners: Sequence[UUID], many: int) -> list[Appointment]:
    booked = Appointment.objects.filter(practitioner__in=practitioners, status=BOOKED, during__startswith__gt=timezone.now())
    return list(booked.order_by("during", "id")[:many])


def _lost(visits: Sequence[Appointment], outcomes: Sequence[Outcome]) -> int:
    """The visits that are not whole, or do not stand where the last successful move (or, without one, nobody) put them."""
    stands = {visit.id: stand_of(visit) for visit in visits}
    for outcome in outcomes:
        if outcome.stand and outcome.stand.revision > stands[outcome.visit].revision:
            stands[outcome.visit] = outcome.stand
    now = {visit.id: stand_of(visit) for visit in Appointment.objects.filter(id__in=stands)}
    with connection.cursor() as cursor:
        cursor.execute(WHOLE, [list(stands)])
        whole = {row[0] for row in cursor.fetchall()}
    return sum(now[key] != stand or key not in whole for key, stand in stands.items())


def _deadlocks() -> int:
    """As the statistics have them once every other connection has told its own."""
    time.sleep(1.1)
    with connection.cursor() as cursor:
        cursor.execute(DEADLOCKS)
        return cursor.fetchone()[1]
