"""Makers of consents, stays and logs for tests: each names only what the test is about."""

from datetime import datetime, timedelta
from typing import Any

from clinic.models import Practitioner, Site
from clinic.scopes import HANDS_ON
from patients.models import Lesion, Patient
from tests.clinic_world import NOW
from tests.factories_consents import agreed
from treatments.models import Encounter, Procedure
from treatments.services.log.drafting import NewItem, NewLog, NewOutcome, draft_procedure

HALF_AN_HOUR = timedelta(minutes=30)
CLEAN = {"cleansed": True, "sterile": True, "single_use": True, "sharps_disposed_at": NOW}
LANCET = ({"kind": "lancet", "lot": "L-4711"},)
PEEL = {
    "agent": "glycolic_acid",
    "percent": "30",
    "ph": "3.0",
    "layers": 1,
    "minutes": "3",
    "neutralised": True,
    "sunscreen_advice": True,
}
LASER = {"kind": "co2", "fluence": "5", "spot_mm": "2", "passes": 1, "eye_protection": True, "corneal_shield": True}
FORMS = {
    "chemical_peel": {"peel": PEEL},
    "laser_resurfacing": {"laser": LASER},
    "radiofrequency": {"radiofrequency": {"watts": "10", "seconds": "4", "tip": ""}},
}


def consented(patient: Patient) -> Patient:
    """The patient, or the guardian, has agreed to all work by hand."""
    return agreed(patient, *sorted(HANDS_ON), **({"signer_role": "guardian"} if patient.guardian_name else {}))


def a_stay(
    patient: Patient, practitioner: Practitioner, *, site: Site | None = None, at: datetime = NOW, **plan: Any
) -> Encounter:
    """A patient who is here, with whatever the visit had planned."""
    return Encounter.objects.create(
        patient=patient,
        site=site or patient.registered_site,
        practitioner=practitioner,
        status="in_progress",
        started_at=at,
        plan=plan,
    )


def extracted(*lesions: Lesion, **fields: Any) -> NewItem:
    """A lancet extraction of these lesions, by the book, all of them complete."""
    defaults = {
        "treatment": "lancet-extraction",
        "lesions": tuple(lesion.pk for lesion in lesions),
        "outcomes": tuple(NewOutcome(lesion=lesion.pk, result="complete", attempts=1, seconds=10) for lesion in lesions),
        "checklist": CLEAN,
        "instruments": LANCET,
    }
    return NewItem(**(defaults | fields))


def done(performer: Practitioner, *items: NewItem, at: datetime = NOW, **fields: Any) -> NewLog:
    """Half an hour of work by that practitioner."""
    return NewLog(**({"performed_by": performer, "performed_at": at, "ended_at": at + HALF_AN_HOUR, "items": items} | fields))


def drafted(
    encounter: Encounter, performer: Practitioner, *items: NewItem, now: datetime | None = None, **fields: Any
) -> Procedure:
    """The draft of a log, written by its performer when the work was over."""
    log = done(performer, *items, **({"at": encounter.started_at} | fields))
    return draft_procedure(actor=performer.user, encounter=encounter, log=log, now=now or encounter.started_at + HALF_AN_HOUR)
