"""Makers of lesions that came from an earlier procedure: a peel of the cheek at noon, a bump two weeks later."""

from datetime import date
from typing import Any

from patients.models import Lesion, Patient
from tests.factories import NOON, a_lesion, a_patient, a_practitioner, a_site, a_treatment
from tests.factories_records import a_stay, as_told
from treatments.models import Procedure, ProcedureItem

NEW_BUMP = date(2027, 1, 26)


def a_peel(patient: Patient | None = None, **fields: Any) -> Procedure:
    """A signed superficial peel of the cheek."""
    patient = patient or a_patient()
    performer = a_practitioner()
    peel = a_treatment("superficial-peel", acts=(("chemical_peel", "superficial"),), lesion_rule="or_body_site")
    stay = a_stay(patient, practitioner=performer)
    signed = {"status": "signed", "signed_by": performer, "signed_at": NOON, "profession": "dermatologist"}
    times = {"performed_at": NOON, "ended_at": NOON.replace(minute=30), "drafted_at": NOON}
    with as_told():
        row = Procedure.objects.create(
            encounter=stay, patient=patient, site=a_site(), performed_by=performer, **times | signed | fields
        )
        ProcedureItem.objects.create(
            procedure=row,
            patient=patient,
            number=1,
            treatment=peel,
            act="chemical_peel",
            depth="superficial",
            region="face",
            scopes=["chemical_peel/superficial@face"],
        )
    return row


def a_draft_of_a_peel(patient: Patient) -> Procedure:
    """Not signed yet."""
    return a_peel(patient, status="draft", signed_by=None, signed_at=None, profession="")


def a_new_bump(patient: Patient | None = None, **fields: Any) -> Lesion:
    """First noted two weeks after the peel."""
    return a_lesion(patient, **{"first_noted_on": NEW_BUMP} | fields)
