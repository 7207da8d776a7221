"""Makers of what stands in a patient's record, straight through the tables: at noon, unless told otherwise."""

from datetime import timedelta
from typing import Any

from clinic.scopes import parts
from patients.models import Assessment, Lesion, Patient, Referral, ReferredLesion
from tests.factories import LANCET_FACE, NOON, a_patient, a_practitioner, a_site, a_treatment
from treatments.models import Encounter, OrderItem, TreatmentOrder


def an_assessment(*lesions: Lesion, **fields: Any) -> Assessment:
    """A finding about these lesions."""
    defaults = {
        "patient": lesions[0].patient,
        "profession": "dermatologist",
        "signed_at": NOON,
        "signed_by": fields.pop("signed_by", None) or a_practitioner(),
        "lesion_count": len(lesions),
    }
    assessment = Assessment.objects.create(**defaults | fields)
    assessment.lesions.set(lesions)
    return assessment


def an_order(*lesions: Lesion, **fields: Any) -> TreatmentOrder:
    """A lancet order for these lesions."""
    patient = lesions[0].patient
    defaults = {
        "patient": patient,
        "site": a_site(),
        "signed_by": fields.pop("signed_by", None) or a_practitioner(),
        "profession": "dermatologist",
        "signed_at": NOON,
        "expires_at": NOON + timedelta(days=90),
    }
    order = TreatmentOrder.objects.create(**defaults | fields)
    act, depth, region = parts(LANCET_FACE)
    OrderItem.objects.bulk_create(
        OrderItem(
            order=order, patient=patient, group=1, treatment=a_treatment(), lesion=lesion, act=act, depth=depth, region=region
        )
        for lesion in lesions
    )
    return order


def a_referral(*lesions: Lesion, **fields: Any) -> Referral:
    """To dermatology, still open."""
    patient = lesions[0].patient
    defaults = {
        "patient": patient,
        "site": a_site(),
        "to": "dermatology",
        "reason": "It may be contagious.",
        "opened_by": fields.pop("opened_by", None) or a_practitioner(),
        "opened_at": NOON,
    }
    referral = Referral.objects.create(**defaults | fields)
    ReferredLesion.objects.bulk_create(
        ReferredLesion(referral=referral, lesion=lesion, patient=patient) for lesion in lesions
    )
    return referral


def a_stay(patient: Patient | None = None, **fields: Any) -> Encounter:
    """The patient was here."""
    defaults = {
        "patient": patient or a_patient(),
        "site": fields.pop("site", None) or a_site(),
        "practitioner": fields.pop("practitioner", None) or a_practitioner(),
        "status": "finished",
        "started_at": NOON,
    }
    return Encounter.objects.create(**defaults | fields)
