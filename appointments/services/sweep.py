"""The nightly sweep: what ended by itself is noticed, and what nobody saw to is put before somebody."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from appointments.models import Appointment
from appointments.policies.statuses import NEEDS_REASSIGNMENT, STAFFED
from appointments.services.adrift import tell_managers_of_visits_adrift
from appointments.services.chores import ESCALATION, UNCLOSED
from appointments.services.waitlist.entries import expire_entries
from clinic.models.people import FRONT_DESK, MANAGER
from clinic.services import sweep
from clinic.services.tasks import open_task
from treatments.services.log.sweep import sweep_procedures

ESCALATE_BEFORE = timedelta(hours=48)
CLOSED_WITHIN = timedelta(hours=12)


def sweep_visits(*, now: datetime) -> None:
    """Judge all authority anew, hand what nobody reassigned or co-signed to who answers for it, list visits left open, end what waited in vain."""
    sweep.sweep_authority(now=now)
    sweep_procedures(now=now)
    expire_entries(now=now)
    adrift = Appointment.objects.filter(
        status=NEEDS_REASSIGNMENT, during__startswith__gt=now, during__startswith__lte=now + ESCALATE_BEFORE
    )
    _put_before(MANAGER, ESCALATION, "Nobody has taken this visit yet.", adrift, now)
    tell_managers_of_visits_adrift(now=now)
    left_open = Appointment.objects.filter(status__in=STAFFED, during__endswith__lte=now - CLOSED_WITHIN)
    _put_before(FRONT_DESK, UNCLOSED, "The visit is over, and nobody closed it.", left_open, now)


def _put_before(role: str, kind: str, detail: str, visits: QuerySet[Appointment], now: datetime) -> None:
    for visit in visits.select_related("site"):
        open_task(kind=kind, subject=visit.id, site=visit.site, role=role, detail=detail, due_at=now)
