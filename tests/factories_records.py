"""Makers of what stands in a patient's record, straight through the tables: at noon, unless told otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from clinic.scopes import parts
from patients.models import Assessment, Lesion, Patient, Referral, ReferredLesion
from tests.factories import LANCET_FACE, NOON, a_patient, a_practitioner, a_site, a_treatment
from treatments.models import (
    Complication,
    Encounter,
    OrderItem,
    Procedure,
    ProcedureItem,
    ProcedureOutcome,
    TreatmentOrder,
)


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
    ReferredLesion.objects.bulk_create(ReferredLesion(referral=referral, lesion=lesion, patient=patient) for lesion in lesions)
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


@contextmanager
def as_told() -> Iterator[None]:
    """Rows that are stored as they are told, whatever the triggers would say of them: a signed log that nobody had to earn."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = origin")


def a_log(*results: tuple[Lesion, str], at: datetime = NOON, attempts: int = 1, **fields: Any) -> Procedure:
    """A signed lancet extraction with a result for each lesion, in a stay of its own."""
    patient = results[0][0].patient
    performer = fields.pop("performed_by", None) or a_practitioner()
    site, treatment = fields.pop("site", None) or a_site(), fields.pop("treatment", None) or a_treatment()
    stay = fields.pop("encounter", None) or a_stay(patient, site=site, practitioner=performer, started_at=at)
    signed = {"status": "signed", "signed_by": performer, "signed_at": at + timedelta(hours=1), "profession": "dermatologist"}
    times = {"performed_at": at, "ended_at": at + timedelta(minutes=20), "drafted_at": at}
    act, depth, region = parts(LANCET_FACE)
    with as_told():
        log = Procedure.objects.create(
            encounter=stay, patient=patient, site=site, performed_by=performer, **times | signed | fields
        )
        item = ProcedureItem.objects.create(
            procedure=log, patient=patient, number=1, treatment=treatment, act=act, depth=depth, region=region
        )
        ProcedureOutcome.objects.bulk_create(
            ProcedureOutcome(
                item=item,
                procedure=log,
                patient=patient,
                lesion=lesion,
                result=result,
                attempts=attempts,
                reason="She felt unwell" if result == "not_done" else "",
            )
            for lesion, result in results
        )
    return log


def a_complication(log: Procedure, kind: str = "scar", **fields: Any) -> Complication:
    """Something that went wrong, told with the log."""
    with as_told():
        return Complication.objects.create(procedure=log, patient=log.patient, kind=kind, **fields)
