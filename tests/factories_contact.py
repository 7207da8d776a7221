"""Makers of what patients said about messages, and of numbers that want no texts."""

from datetime import UTC, datetime
from typing import Any

from appointments.models import Message
from patients.models import ContactConsent, Patient, StoppedNumber
from tests.factories import NOON, a_patient, a_visit
from tests.factories_consents import a_consent

BEFORE = datetime(2026, 6, 1, 15, tzinfo=UTC)
PHONE = "+16145550199"


def a_word(patient: Patient, channel: str = "sms", consent_class: str = "transactional", **fields: Any) -> ContactConsent:
    """A yes that was told at the desk, unless told otherwise; one to offers is signed."""
    defaults = {"granted": True, "at": BEFORE, "source": "At the desk"}
    signed = consent_class == "marketing" and fields.get("granted", True)
    if signed and "consent" not in fields:
        defaults["consent"] = a_consent(patient, "marketing")
    return ContactConsent.objects.create(patient=patient, channel=channel, consent_class=consent_class, **defaults | fields)


def a_texted_patient(phone: str = PHONE, **fields: Any) -> Patient:
    """A patient with a number who agreed to texts about visits and care."""
    patient = a_patient(phone=phone, **fields)
    for consent_class in ("transactional", "treatment"):
        a_word(patient, "sms", consent_class)
    return patient


def a_stopped_number(phone: str = PHONE, **fields: Any) -> StoppedNumber:
    """A number that answered STOP."""
    return StoppedNumber.objects.create(phone=phone, **{"stopped_at": BEFORE, "source": "Answered a text with STOP"} | fields)


def a_sent_text(**fields: Any) -> Message:
    """A reminder by text that has left, unless told otherwise."""
    visit = a_visit(patient=a_texted_patient())
    defaults = {
        "site": visit.site,
        "appointment": visit,
        "subject": visit.pk,
        "revision": 1,
        "recipient": visit.patient,
        "kind": "P03",
        "channel": "sms",
        "due_at": NOON,
        "sent_at": NOON,
        "state": "sent",
        "address": PHONE,
        "provider_id": "p-1",
        "idempotency_key": str(visit.pk),
    }
    return Message.objects.create(**defaults | fields)
