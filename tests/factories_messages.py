"""Makers of many visits with messages that are due: straight through the tables, planned as a booking plans them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from appointments.models import Appointment, AppointmentItem, Message
from appointments.services.messages import plan_booked, plan_moved
from clinic.base import uuid7
from clinic.scopes import parts
from patients.models import ContactConsent, Lesion, Patient
from tests.factories import LANCET_FACE, a_body_site, a_practitioner, a_room, a_site, a_treatment
from tests.factories_contact import BEFORE

HALF_AN_HOUR = timedelta(minutes=30)
_numbers = count(1)


def a_crowd(size: int, **fields: Any) -> list[Patient]:
    """Adults who are reached by mail and, each at a number of their own, by texts about visits."""
    numbers = [next(_numbers) for _ in range(size)]
    crowd = Patient.objects.bulk_create(
        Patient(**{"given_name": "Ada", "family_name": f"Patient{number}", **_reached(number), **fields}) for number in numbers
    )
    ContactConsent.objects.bulk_create(
        ContactConsent(
            patient=patient, channel="sms", consent_class="transactional", granted=True, at=BEFORE, source="At the desk"
        )
        for patient in crowd
        if patient.phone
    )
    return crowd


def booked_for(crowd: Sequence[Patient], *, start: datetime, now: datetime) -> list[Appointment]:
    """A visit for each of them, one after the other from that moment on, booked at `now`."""
    with transaction.atomic():
        practitioner, room = a_practitioner(LANCET_FACE), a_room()
        visits = Appointment.objects.bulk_create(
            _visit(patient, start + number * HALF_AN_HOUR, now, practitioner=practitioner, room=room)
            for number, patient in enumerate(crowd)
        )
        AppointmentItem.objects.bulk_create(_items(visits))
        for visit in visits:
            plan_booked(visit=visit, now=now)
    return visits


def move(visit: Appointment, *, by: timedelta, now: datetime) -> Appointment:
    """As the desk does: the visit first, then what it says, in one transaction."""
    with transaction.atomic():
        held = Appointment.objects.select_for_update().get(pk=visit.pk)
        held.during = held.blocked = DateTimeTZRange(held.during.lower + by, held.during.upper + by)
        held.revision += 1
        held.save()
        plan_moved(visit=held, now=now)
    return held


def keys_due(visits: Sequence[Appointment], *, now: datetime) -> set[str]:
    """The keys of their messages that should leave by now."""
    rows = Message.objects.filter(appointment__in=[visit.pk for visit in visits], due_at__lte=now)
    return set(rows.values_list("idempotency_key", flat=True))


def _reached(number: int) -> dict[str, Any]:
    return {
        "registered_site": a_site(),
        "birth_date": datetime(1990, 5, 17, tzinfo=UTC).date(),
        "email": f"p{number}@example.org",
        "phone": f"+1614{3_000_000 + number}",
        "time_zone": "America/New_York",
    }


def _items(visits: Sequence[Appointment]) -> list[AppointmentItem]:
    """A milium on the cheek for each, to be opened with a lancet."""
    act, depth, region = parts(LANCET_FACE)
    cheek, treatment = a_body_site(), a_treatment()
    lesions = Lesion.objects.bulk_create(
        Lesion(patient=visit.patient, body_site=cheek, region=region, depth=depth, laterality="left") for visit in visits
    )
    return [
        AppointmentItem(
            appointment=visit,
            patient=visit.patient,
            group=uuid7(),
            treatment=treatment,
            minutes=30,
            lesion=lesion,
            lesion_depth=depth,
            act=act,
            depth=depth,
            region=region,
            authorised_by=visit.practitioner,
            authorised_profession=visit.profession,
            authorised_at=visit.booked_at,
        )
        for visit, lesion in zip(visits, lesions, strict=True)
    ]


def _visit(patient: Patient, start: datetime, now: datetime, **who: Any) -> Appointment:
    during = DateTimeTZRange(start, start + HALF_AN_HOUR)
    return Appointment(
        patient=patient, site=a_site(), profession="dermatologist", during=during, blocked=during, booked_at=now, **who
    )
