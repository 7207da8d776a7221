"""Makers of consents, stays and logs for tests: each names only what the test is about."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from clinic.models import Practitioner, Site, User
from clinic.scopes import HANDS_ON
from patients.models import Consent, ConsentText, Lesion, Patient
from tests.clinic_world import BEFORE, NOW
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


def consented(patient: Patient, *kinds: str, at: datetime = BEFORE, **fields: Any) -> list[Consent]:
    """Signed consents of the patient, to all work by hand unless kinds are named."""
    return [_consent(patient, kind, at, fields) for kind in kinds or sorted(HANDS_ON)]


def _consent(patient: Patient, kind: str, at: datetime, fields: dict[str, Any]) -> Consent:
    body = f"What {kind} means."
    text, _ = ConsentText.objects.get_or_create(
        kind=kind,
        version=99,
        language="en",
        defaults={
            "title": kind,
            "body": body,
            "sha256": sha256(f"{kind}\n\n{body}".encode()).hexdigest(),
            "in_force_from": BEFORE,
        },
    )
    defaults = {
        "patient": patient,
        "kind": kind,
        "text": text,
        "text_sha256": text.sha256,
        "signer_role": "guardian" if patient.guardian_name else "patient",
        "signer_name": patient.guardian_name or patient.name,
        "signer_relationship": "mother" if patient.guardian_name else "",
        "signature_name": patient.guardian_name or patient.name,
        "signed_at": at,
        "recorded_by": User.objects.get_or_create(username="recorder")[0],
    }
    return Consent.objects.create(**(defaults | fields))


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
