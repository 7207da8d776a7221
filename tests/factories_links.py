"""Makers for tests of links: messages with the link that they carry."""

from datetime import datetime, timedelta
from typing import Any

from appointments.models import Message
from appointments.services.links import link_in
from patients.models import Patient
from tests.factories import NOON, a_patient, a_site, a_visit

SENT_AT = NOON - timedelta(days=3)


def a_message(visit: Any = None, **fields: Any) -> Message:
    """The confirmation of a visit by e-mail, as it stands in the ledger."""
    visit = visit or a_visit()
    defaults = {
        "site": visit.site,
        "appointment": visit,
        "subject": visit.pk,
        "revision": visit.revision,
        "recipient": visit.patient,
        "kind": "P01",
        "due_at": SENT_AT,
        "idempotency_key": f"{visit.pk}:1:P01:email",
    }
    return Message.objects.create(**defaults | fields)


def a_follow_up(patient: Patient | None = None, **fields: Any) -> Message:
    """A message about something else than a visit: the check-in after a procedure, by text message."""
    patient = patient or a_patient()
    defaults = {
        "site": a_site(),
        "subject": patient.pk,
        "subject_kind": "procedure",
        "revision": 2,
        "recipient": patient,
        "kind": "P08",
        "channel": "sms",
        "due_at": SENT_AT,
        "idempotency_key": f"{patient.pk}:2:P08:sms",
    }
    return Message.objects.create(**defaults | fields)


def a_token(message: Message, key: str = "confirmation", now: datetime = SENT_AT) -> str:
    """The token in the link of the message with the text of that key."""
    return link_in(message=message, key=key, visit=message.appointment, now=now).split("/")[-2]
