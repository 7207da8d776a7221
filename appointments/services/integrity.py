"""
Looking after the fact whether what is stored holds: the guard refuses it when it is written, this finds what went around it.

Nothing is written here, and nothing is mended.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from appointments.models import Appointment
from appointments.policies.protocol import REMINDER
from appointments.policies.statuses import LIVE
from appointments.services.ripple import UNCOVERED
from clinic.models import Device, Practitioner, Room
from patients.services.photo_files import strays
from treatments.selectors.log.integrity import unsound_logs

OVERLAPPING = """
WITH claimed AS (
  SELECT v.id, w.resource, w.kind, w.period
    FROM appointments_appointment v,
         appointment_claims(v.status, v.patient_id, v.room_id, v.devices, v.practitioner_id, v.supervision, v.supervisor_id,
                            v.seat_id, v.during, v.blocked) w
   WHERE v.status = ANY (%(live)s))
SELECT a.id, a.kind || ' ' || a.resource || ' is also taken by visit ' || b.id
  FROM claimed a JOIN claimed b ON a.resource = b.resource AND a.period && b.period AND a.id < b.id
 ORDER BY a.id
"""
UNCLAIMED = """
SELECT v.id, 'the visit does not hold exactly the claims that it needs'
  FROM appointments_appointment v
 WHERE v.status = ANY (%(live)s) AND EXISTS (
   SELECT FROM (SELECT resource, period, opening FROM appointment_claims(v.status, v.patient_id, v.room_id, v.devices,
                  v.practitioner_id, v.supervision, v.supervisor_id, v.seat_id, v.during, v.blocked)) w
     FULL JOIN (SELECT resource, during, opening FROM appointments_resourceclaim WHERE appointment_id = v.id) c
       ON c.resource = w.resource AND c.during = w.period AND c.opening IS NOT DISTINCT FROM w.opening
    WHERE c.resource IS NULL OR w.resource IS NULL)
UNION ALL
SELECT v.id, 'a visit that has ended still holds claims or authorities'
  FROM appointments_appointment v
 WHERE v.status <> ALL (%(live)s) AND (EXISTS (SELECT FROM appointments_resourceclaim c WHERE c.appointment_id = v.id)
                                    OR EXISTS (SELECT FROM appointments_authority a WHERE a.appointment_id = v.id))
 ORDER BY 1
"""
UNAUTHORISED = """
SELECT v.id, 'the visit has no item' FROM appointments_appointment v
 WHERE v.status = ANY (%(live)s) AND NOT EXISTS (SELECT FROM appointments_appointmentitem i WHERE i.appointment_id = v.id)
UNION ALL
SELECT v.id, i.scope || ' stands without its authority'
  FROM appointments_appointment v JOIN appointments_appointmentitem i ON i.appointment_id = v.id
 WHERE appointment_is_staffed(v.status) AND NOT EXISTS (
   SELECT FROM appointments_authority a
    WHERE a.item_id = i.id AND a.practitioner_id = v.practitioner_id AND a.site_id = v.site_id AND a.profession = v.profession
      AND a.scope = i.scope AND a.supervision = i.supervision AND a.during = v.during AND a.blocked = v.blocked
      AND (a.supervision = 'none' OR a.supervisor_id = v.supervisor_id)
      AND a.restricted = i.restricted AND a.authorised_by_id IS NOT DISTINCT FROM i.authorised_by_id)
 ORDER BY 1
"""
MESSAGES = """
SELECT v.id, m.kind || ' waits although the visit is ' || v.status
  FROM appointments_duemessage d JOIN appointments_message m ON m.id = d.message_id JOIN appointments_appointment v ON v.id = m.appointment_id
 WHERE v.status <> ALL (%(live)s) AND m.kind = ANY (%(before)s)
UNION ALL
SELECT v.id, m.kind || ' waits although the visit was moved since'
  FROM appointments_duemessage d JOIN appointments_message m ON m.id = d.message_id JOIN appointments_appointment v ON v.id = m.appointment_id
 WHERE v.status = ANY (%(live)s) AND m.revision <> v.revision
UNION ALL
SELECT m.appointment_id, m.kind || ' is ' || m.state || ', and ' || CASE WHEN d.message_id IS NULL THEN 'nobody will send it' ELSE 'waits' END
  FROM appointments_message m FULL JOIN appointments_duemessage d ON d.message_id = m.id
 WHERE (m.state = 'due') IS DISTINCT FROM (d.message_id IS NOT NULL) OR (m.state = 'due' AND m.due_at <> d.due_at)
UNION ALL
SELECT v.id, m.kind || ' goes to somebody else than the patient'
  FROM appointments_message m JOIN appointments_appointment v ON v.id = m.appointment_id
 WHERE m.recipient_id <> v.patient_id
UNION ALL
SELECT v.id, 'the visit will not be reminded of'
  FROM appointments_appointment v
 WHERE v.status = 'booked' AND lower(v.during) > %(reminded_from)s AND NOT EXISTS (
   SELECT FROM appointments_message m WHERE m.appointment_id = v.id AND m.revision = v.revision AND m.kind = %(reminder)s)
 ORDER BY 1
"""
BEFORE_THE_VISIT = ["P01", "P02", "P03", "P04", "P28"]
REMINDED_FROM = timedelta(hours=26)
"""A visit that lies this far ahead has its reminder still to come, also across a change of clocks."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something stored that the rules do not allow: which promise it breaks, of which visit, photo or log, and how."""

    promise: str
    detail: str
    appointment: str = ""
    photo: str = ""
    procedure: str = ""

    @property
    def about(self) -> str:
        """What it is about, in words."""
        if self.appointment:
            return f"visit {self.appointment}"
        return f"log {self.procedure}" if self.procedure else f"photo {self.photo or '-'}"

    def as_dict(self) -> dict[str, str]:
        """As it is printed."""
        return asdict(self)


def integrity_findings(*, now: datetime) -> list[Finding]:
    """Whatever breaks a promise: overlaps, claims, visits without authority, messages that do not fit, pictures astray, unsound logs."""
    return [
        *_found("no_overlap", OVERLAPPING, now),
        *_found("claims_match_visits", UNCLAIMED, now),
        *_found("staffed_visits_are_privileged", UNAUTHORISED, now),
        *_uncovered(now),
        *_found("messages_match_visits", MESSAGES, now),
        *(Finding(promise="photos_match_files", photo=stray.photo, detail=stray.detail) for stray in strays()),
        *(Finding(promise=promise, procedure=str(log), detail=detail) for promise, log, detail in unsound_logs()),
    ]


def live_visits() -> int:
    """How many visits the guard watches."""
    return Appointment.objects.filter(status__in=LIVE).count()


def _found(promise: str, statement: str, now: datetime) -> list[Finding]:
    values = {"live": list(LIVE), "before": BEFORE_THE_VISIT, "reminder": REMINDER, "reminded_from": now + REMINDED_FROM}
    return [Finding(promise=promise, appointment=str(visit), detail=detail) for visit, detail in _rows(statement, values)]


def _uncovered(now: datetime) -> list[Finding]:
    """What the temporal keys would refuse: asked as the ripple asks, of everybody and everything."""
    keys = [key for model in (Practitioner, Room, Device) for key in model.objects.values_list("id", flat=True)]
    return [
        Finding(
            promise="staffed_visits_are_covered",
            appointment=str(visit),
            detail="privilege, shift, supervision, the authoriser, the lesion or an opening does not carry it",
        )
        for (visit,) in sorted(_rows(UNCOVERED, {"keys": keys, "now": now}))
    ]


def _rows(statement: str, values: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
