"""Whether the patient has agreed to the work, at the time of the work."""

from collections.abc import Collection
from datetime import datetime

from clinic.errors import Refusal
from clinic.scopes import HANDS_ON
from patients.models import Patient
from patients.policies.ages import is_minor
from patients.selectors.consents import consents_in_force
from treatments.policies.gates.consents import consents_missing


def consent_refusals(*, patient: Patient, acts: Collection[str], at: datetime) -> list[Refusal]:
    """G16 for these acts at that moment; asks nothing of the database where none of them is hands-on."""
    if HANDS_ON.isdisjoint(acts):
        return []
    return consents_missing(
        acts=acts,
        given=consents_in_force(patient=patient.pk, at=at),
        of_minor=is_minor(born=patient.birth_date, on=at.astimezone(patient.registered_site.zone).date()),
    )
