"""Charts of two patients who are one person, and all tables at a glance."""

import json
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.db import connection
from pghistory.models import Event

from appointments.models import Appointment, Message
from clinic.base import uuid7
from clinic.models import Practitioner, User
from patients.models import Assessment, Contraindication, Lesion, Patient, PatientMerge, SkinProfile
from patients.services.assessments import NewAssessment, sign_assessment
from patients.services.patient_merges import merge_patients, preview_merge, undo_merge
from tests.factories import LANCET_FACE, NOON, a_lesion, a_patient, a_practitioner, a_site, a_treatment, a_user, a_visit, span
from tests.factories_contact import a_word
from tests.patients.charting import a_clinician
from treatments.models import Encounter, OrderItem, Override, TreatmentOrder

NOW = NOON
NEXT_WEEK = 7 * 24 * 60
LAST_WEEK = -NEXT_WEEK


def two_patients(**fields: Any) -> tuple[Patient, Patient]:
    """One person under two ids: the duplicate, and who is to go on."""
    same = {"given_name": "Ada", "family_name": "Lovelace", "birth_date": date(1990, 5, 17)}
    return a_patient(**same | fields), a_patient(**same)


def a_chart(patient: Patient, *, start: int = NEXT_WEEK) -> Lesion:
    """Whatever the clinic can have on file about a patient; the visit to come begins so many minutes after noon."""
    practitioner = a_practitioner(LANCET_FACE)
    lesion = a_lesion(patient)
    a_finding(lesion)
    item = an_ordered_item(lesion, practitioner)
    ordered = {"lesion": lesion, "order_item": item}
    coming = a_visit(practitioner, patient=patient, during=span(start), items=(ordered,))
    ended = a_visit(practitioner, patient=patient, during=span(LAST_WEEK), status="completed", items=({"lesion": lesion},))
    stay = Encounter.objects.create(patient=patient, site=a_site(), practitioner=practitioner, started_at=NOW)
    Appointment.objects.filter(pk=coming.pk).update(encounter=stay)
    Message.objects.create(
        site=ended.site,
        appointment=ended,
        subject=ended.pk,
        revision=1,
        recipient=patient,
        kind="b",
        due_at=NOW,
        idempotency_key=str(ended.pk),
    )
    an_override(lesion, practitioner)
    a_word(patient)
    return lesion


def a_finding(*lesions: Lesion) -> Assessment:
    """Signed by a dermatologist, and saying nothing that is judged."""
    seen = NewAssessment(note="seen")
    return sign_assessment(actor=a_clinician(), lesions=[lesion.pk for lesion in lesions], assessment=seen, now=NOW)[0]


def an_ordered_item(lesion: Lesion, practitioner: Practitioner) -> OrderItem:
    """A signed order to open the lesion, good for two months."""
    order = TreatmentOrder.objects.create(
        patient=lesion.patient,
        site=a_site(),
        signed_by=practitioner,
        profession="dermatologist",
        signed_at=NOW - timedelta(days=30),
        expires_at=NOW + timedelta(days=60),
    )
    return OrderItem.objects.create(
        order=order,
        patient=lesion.patient,
        group=1,
        treatment=a_treatment(),
        lesion=lesion,
        act="lancet_extraction",
        depth="epidermal",
        region="face",
    )


def an_override(lesion: Lesion, practitioner: Practitioner) -> Override:
    return Override.objects.create(
        patient=lesion.patient,
        site=a_site(),
        treatment=a_treatment(),
        lesion=lesion,
        gate="G19",
        reason="Weighed with the patient, who understands it.",
        given_by=practitioner,
        given_by_user=a_user(),
        given_at=NOW,
        expires_at=NOW + timedelta(days=30),
    )


def some_skin(patient: Patient, *codes: str, since: date = date(2026, 12, 1), **fields: Any) -> SkinProfile:
    profile = SkinProfile.objects.create(patient=patient, **fields)
    for code in codes:
        Contraindication.objects.create(profile=profile, code=code, since=since)
    return profile


def a_manager() -> User:
    """Under a name that no other maker gives."""
    return a_user("manager", username=f"manager-{uuid7()}")


def merged(duplicate: Patient, into: Patient, **fields: Any) -> PatientMerge:
    """The duplicate merged into the other by a manager, whatever has to be acknowledged."""
    manager = a_manager()
    told = preview_merge(actor=manager, duplicate=duplicate, into=into, now=NOW).warnings
    given = {"actor": manager, "reason": "same person", "acknowledged": [one.code for one in told], "now": NOW}
    return merge_patients(duplicate=duplicate, into=into, **given | fields)


def parted(duplicate: Patient, **fields: Any) -> PatientMerge:
    return undo_merge(duplicate=duplicate, **{"actor": a_manager(), "reason": "two persons", "now": NOW} | fields)


def all_rows() -> dict[str, list[str]]:
    """Every row of every table but histories, merges and their makers; what the database derives goes without its number."""
    without = {PatientMerge._meta.db_table, User._meta.db_table, "clinic_membership"}
    tables = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not issubclass(model, Event)
    } - without
    with connection.cursor() as cursor:
        there = tables & set(connection.introspection.table_names(cursor))
        return {table: sorted(_rows(cursor, table)) for table in sorted(there)}


def _rows(cursor: Any, table: str) -> list[str]:
    numbered = "id" if table == "appointments_resourceclaim" else ""
    cursor.execute(f'SELECT (to_jsonb(row) - %s)::text FROM "{table}" row', [numbered])
    return [json.dumps(json.loads(text), sort_keys=True) for (text,) in cursor.fetchall()]
