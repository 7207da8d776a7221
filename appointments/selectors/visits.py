"""Visits: who may see them, and what was asked for in them."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from appointments.models import Appointment, AppointmentItem
from clinic.models import User
from patients.selectors.records import patients_visible_to
from treatments.selectors.work import Asked, Work, work_of


def appointments_visible_to(user: User) -> QuerySet[Appointment]:
    """The visits of the patients whom this person may see."""
    return Appointment.objects.filter(patient__in=patients_visible_to(user))


def asked_of(visit: Appointment) -> dict[UUID, Asked]:
    """The items of a visit as they were asked for, by their group, in the order of booking."""
    groups: dict[UUID, list[AppointmentItem]] = {}
    for row in visit.items.select_related("treatment", "body_site").order_by("id"):
        groups.setdefault(row.group, []).append(row)
    return {group: _asked(rows) for group, rows in groups.items()}


def work_of_visit(visit: Appointment, asked: Sequence[Asked] | None = None) -> Work:
    """The work of the visit as the chart and the catalogue have it today."""
    items = asked if asked is not None else list(asked_of(visit).values())
    return work_of(patient=visit.patient, site=visit.site, asked=items)


def _asked(rows: Sequence[AppointmentItem]) -> Asked:
    first = rows[0]
    lesions = tuple(dict.fromkeys(row.lesion_id for row in rows if row.lesion_id))
    return Asked(
        treatment=first.treatment.code,
        lesions=lesions,
        body_site=first.body_site.code if first.body_site else None,
        minutes=first.minutes if first.minutes != first.treatment.minutes else None,
    )
