"""
The ripple: when an authority ends, a shift shrinks or a lesion turns out to be another, the visits that leaned on it are
moved to `needs_reassignment` in the same transaction, so that the change itself always succeeds.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from appointments.models import Appointment, AppointmentItem
from appointments.models.waitlist import WITHDRAWN
from appointments.policies.statuses import HELD, NEEDS_REASSIGNMENT, STAFFED
from appointments.selectors.visits import work_of_visit
from appointments.services.chores import REASSIGN
from appointments.services.holds import end_hold
from clinic.models import Task
from clinic.models.people import FRONT_DESK
from clinic.models.tasks import OPEN
from treatments.policies.gates.judgement import judge
from treatments.selectors.overrides import usable_overrides

# Written with the keys of Authority and ResourceClaim: what they would refuse at the end of the transaction.
UNCOVERED = """
SELECT DISTINCT a.appointment_id FROM appointments_authority a
 WHERE (a.practitioner_id = ANY (%(keys)s) OR a.supervisor_id = ANY (%(keys)s)
        OR a.authorised_by_id = ANY (%(keys)s) OR a.lesion_id = ANY (%(keys)s))
   AND NOT (
     coalesce((SELECT range_agg(p.valid) @> a.during FROM clinic_privilege p
                WHERE p.practitioner_id = a.practitioner_id AND p.site_id = a.site_id AND p.profession = a.profession
                  AND p.scope = a.scope AND p.supervision = a.supervision AND p.valid && a.during), false)
     AND coalesce((SELECT range_agg(s.during) @> a.blocked FROM clinic_shift s
                WHERE s.practitioner_id = a.practitioner_id AND s.site_id = a.site_id AND s.during && a.blocked), false)
     AND (a.supervisor_id IS NULL OR (
       coalesce((SELECT range_agg(c.valid) @> a.during FROM clinic_supervisioncover c
                  WHERE c.supervisor_id = a.supervisor_id AND c.practitioner_id = a.practitioner_id
                    AND c.site_id = a.site_id AND c.scope = a.scope AND c.supervision = a.supervision
                    AND c.valid && a.during), false)
       AND coalesce((SELECT range_agg(p.valid) @> a.during FROM clinic_privilege p
                  WHERE p.practitioner_id = a.supervisor_id AND p.site_id = a.site_id
                    AND p.profession = a.supervisor_profession AND p.scope = a.scope AND p.supervision = 'none'
                    AND p.valid && a.during), false)
       AND EXISTS (SELECT FROM appointments_appointment v JOIN clinic_seat seat ON seat.id = v.seat_id
                     JOIN clinic_practitioner p ON p.id = seat.practitioner_id
                    WHERE v.id = a.appointment_id AND seat.number <= p.max_supervisees)
       AND (a.present_supervisor IS NULL OR coalesce((SELECT range_agg(s.during) @> a.during FROM clinic_shift s
                  WHERE s.practitioner_id = a.supervisor_id AND s.site_id = a.site_id AND s.during && a.during), false))))
     AND (a.authorised_by_id IS NULL OR upper(a.during) <= %(now)s OR EXISTS (
       SELECT FROM clinic_privilege p
        WHERE p.practitioner_id = a.authorised_by_id AND p.site_id = a.site_id
          AND p.profession = a.authorised_profession AND p.scope = a.scope AND p.supervision = 'none'
          AND p.valid @> %(now)s::timestamptz))
     AND (a.lesion_id IS NULL OR EXISTS (
       SELECT FROM patients_lesion l
        WHERE l.id = a.lesion_id AND l.authority_region = a.region AND l.depth = a.lesion_depth)))
UNION
SELECT c.appointment_id FROM appointments_resourceclaim c
 WHERE c.opening = ANY (%(keys)s)
   AND NOT coalesce((SELECT range_agg(o.during) @> c.during FROM clinic_opening o
                      WHERE o.resource = c.opening AND o.during && c.during), false)
"""


def set_adrift_what_lost_its_ground(*, keys: Collection[UUID], reason: str, now: datetime) -> list[UUID]:
    """Move every staffed visit that leans on these people, rooms, devices or lesions and is covered no more."""
    with connection.cursor() as cursor:
        cursor.execute(UNCOVERED, {"keys": list(keys), "now": now})
        ids = [row[0] for row in cursor.fetchall()]
    return set_adrift(visits=ids, reason=reason, now=now)


def set_adrift(*, visits: Sequence[UUID], reason: str, now: datetime) -> list[UUID]:
    """Move these visits to `needs_reassignment` and ask the front desk to find somebody else; end what was only held."""
    if not visits:
        return []
    _end_holds(visits, reason, now)
    found = Appointment.objects.filter(id__in=visits, status__in=STAFFED)
    moved = list(found.select_for_update(of=("self",)).order_by("id").values_list("id", "site_id", "during"))
    Appointment.objects.filter(id__in=[row[0] for row in moved]).update(
        status=NEEDS_REASSIGNMENT, needs_reassignment_since=now, reassignment_reason=reason
    )
    Task.objects.bulk_create(
        [
            Task(
                kind=REASSIGN,
                subject=visit,
                site_id=site,
                role=FRONT_DESK,
                detail=reason,
                due_at=_due(during.lower, now),
                state=OPEN,
            )
            for visit, site, during in moved
        ],
        ignore_conflicts=True,
    )
    return [row[0] for row in moved]


def _end_holds(visits: Sequence[UUID], reason: str, now: datetime) -> None:
    """Nobody was promised a held time: it is given back, and whoever was offered it waits on."""
    held = Appointment.objects.filter(id__in=visits, status=HELD).select_for_update(of=("self",)).order_by("id")
    for visit in held:
        end_hold(visit=visit, reason=reason, offer=WITHDRAWN, now=now)


def set_adrift_on_orders_of_other_lesions(*, lesions: Collection[UUID], reason: str, now: datetime) -> list[UUID]:
    """Move the visits that stand on an order for a lesion that is theirs no longer: two records were parted again."""
    items = AppointmentItem.objects.filter(Q(lesion__in=lesions) | Q(order_item__lesion__in=lesions), holds_order=True)
    parted = items.filter(lesion__isnull=False, order_item__lesion__isnull=False).exclude(
        Q(lesion=F("order_item__lesion"))
        | Q(lesion__merged_into=F("order_item__lesion"))
        | Q(lesion=F("order_item__lesion__merged_into"))
        | Q(lesion__merged_into__isnull=False, lesion__merged_into=F("order_item__lesion__merged_into"))
    )
    return set_adrift(visits=list(parted.values_list("appointment", flat=True).distinct()), reason=reason, now=now)


def judge_lesions_again(*, lesions: Collection[UUID], reason: str, now: datetime) -> list[UUID]:
    """Move the coming visits of these lesions that a gate refuses now."""
    visits = Appointment.objects.filter(items__lesion__in=lesions, status__in=STAFFED, during__endswith__gt=now).select_related(
        "patient", "site"
    )
    refused = [visit.id for visit in visits.distinct() if _is_refused(visit, now)]
    return set_adrift(visits=refused, reason=reason, now=now)


def _is_refused(visit: Appointment, now: datetime) -> bool:
    work = work_of_visit(visit)
    overrides = usable_overrides(patient=visit.patient, site=visit.site, now=now, used_by=visit.id)
    on = visit.start.astimezone(visit.site.zone).date()
    judgement = judge(patient=work.facts, items=work.items, on=on, overrides=[given.facts for given in overrides])
    return bool(judgement.refusals)


def _due(start: datetime, now: datetime) -> datetime:
    """Two days before the visit, or at once."""
    return max(now, start - timedelta(days=2))
