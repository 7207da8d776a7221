"""The logs of visits that are over: signed, co-signed, waiting for the second signature, and one that became an incident."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from appointments.demo.ground import Ground
from appointments.demo.treating import COMEDONE, FORMS, LANCET, SUPERFICIAL, draft_log, sign
from appointments.demo.visits import Register
from appointments.models import Appointment, AppointmentItem
from appointments.policies.statuses import CANCELLED, COMPLETED
from appointments.services.encounters import begin_encounter, replan_encounter
from treatments.models import Encounter, Procedure
from treatments.models.orders import ACTIVE
from treatments.services.log.incidents import close_incident, report_incident, review_incident
from treatments.services.log.signing import cosign_procedure

LOGGED = {LANCET: 23, COMEDONE: 2, SUPERFICIAL: 2}
"""So many visits of each treatment, done alone; enough extractions that their outcomes are compared."""
RESULTS, SHARES = ("complete", "partial", "not_expressed"), (85, 10, 5)
UNFINISHED = RESULTS[1:]
"""How it came out where the patient is booked or ordered to have it done again."""
SOON = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Visited:
    """A completed visit with its only item; `is_last` says that nothing else is booked or ordered for the lesion."""

    visit: Appointment
    item: AppointmentItem
    is_last: bool


def log_visits(ground: Ground, register: Register) -> None:
    """Logs for some of the visits that are over, through the services, each at the end of its visit."""
    over = _over(register)
    supervised = [row for row in over if row.visit.supervisor_id and row.item.treatment.code == LANCET]
    alone = [row for row in over if row.visit.supervisor_id is None]
    chosen = [row for treatment, number in LOGGED.items() for row in _some(ground, alone, treatment, number)]
    for row in sorted(chosen, key=lambda row: row.visit.start):
        _sign(ground, row)
    for row in supervised[-3:-2]:
        _report(ground, row)
    for row in supervised[-2:-1]:
        _cosign(ground, row, _sign(ground, row))
    for row in supervised[-1:]:
        _sign(ground, row)


def _over(register: Register) -> list[Visited]:
    """Completed visits of one item of a treatment that is logged, the earliest first."""
    visits = {visit.id: visit for visit in register.visits}
    size = Counter(item.appointment_id for item in register.items)
    last: dict[Any, datetime] = {}
    for item in register.items:
        visit = visits[item.appointment_id]
        if item.lesion_id and visit.status != CANCELLED:
            last[item.lesion_id] = max(visit.start, last.get(item.lesion_id, visit.start))
    ordered = {item.lesion_id for item in register.orders.items if item.order.status == ACTIVE}
    rows = [
        Visited(
            visit=visits[item.appointment_id],
            item=item,
            is_last=last.get(item.lesion_id) == visits[item.appointment_id].start and item.lesion_id not in ordered,
        )
        for item in register.items
        if visits[item.appointment_id].status == COMPLETED and size[item.appointment_id] == 1 and item.treatment.code in FORMS
    ]
    return sorted(rows, key=lambda row: (row.visit.start, row.visit.id))


def _some(ground: Ground, rows: list[Visited], treatment: str, number: int) -> list[Visited]:
    """So many by chance, those first after which nothing more is planned for the lesion."""
    offered = [row for row in rows if row.item.treatment.code == treatment]
    drawn = ground.chance.sample(offered, len(offered))
    return sorted(drawn, key=lambda row: not row.is_last)[:number]


def _sign(ground: Ground, row: Visited) -> Procedure:
    visit, item, chance = row.visit, row.item, ground.chance
    _remember(visit)
    procedure = draft_log(
        encounter=visit.encounter,
        performer=visit.practitioner,
        treatment=item.treatment.code,
        start=visit.start,
        end=visit.end,
        lesion=item.lesion_id,
        body_site=item.body_site.code if item.body_site else None,
        result=chance.choices(RESULTS, SHARES)[0] if row.is_last else chance.choice(UNFINISHED),
        attempts=chance.choices((1, 2), (75, 25))[0],
        supervisor=visit.supervisor,
    )
    return sign(procedure, at=min(visit.end + SOON, ground.now))


def _cosign(ground: Ground, row: Visited, procedure: Procedure) -> None:
    visit = row.visit
    if procedure.is_signed:
        cosigned_at = min(visit.end + timedelta(hours=20), ground.now)
        cosign_procedure(actor=visit.supervisor.user, procedure=procedure, now=cosigned_at)


def _remember(visit: Appointment) -> None:
    """What the stay keeps of its visit, as check-in and start would have left it."""
    replan_encounter(visit=visit)
    begin_encounter(visit=visit, decision=visit.decision, now=visit.start)
    Encounter.objects.filter(pk=visit.encounter_id).update(status="finished", ended_at=visit.end)
    visit.encounter.refresh_from_db()


def _report(ground: Ground, row: Visited) -> None:
    """Told by who did the work, reviewed and closed by the medical director."""
    visit = row.visit
    _remember(visit)
    director = ground.users["director"]
    incident = report_incident(
        actor=visit.practitioner.user,
        encounter=visit.encounter,
        kind="depth_not_permitted",
        what_happened="The plug lay deeper than it was charted. The work was stopped, and the physician on site was called.",
        lesions=[row.item.lesion_id],
        now=min(visit.end + SOON, ground.now),
    )
    finding = "The depth had been charted from the surface alone. Nothing was harmed, and the lesion is left in peace."
    measures = "Depth is looked at again under magnification before the first touch."
    incident = review_incident(
        actor=director,
        incident=incident,
        finding=finding,
        measures=measures,
        now=min(visit.end + timedelta(hours=4), ground.now),
    )
    close_incident(actor=director, incident=incident, measures="", now=min(visit.end + timedelta(hours=5), ground.now))
