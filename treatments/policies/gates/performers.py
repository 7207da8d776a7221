"""Two gates whose answer depends on what the performer may do."""

from collections.abc import Collection
from datetime import date

from clinic.errors import Refusal
from treatments.policies.dates import birthday
from treatments.policies.facts import ItemFacts, PatientFacts
from treatments.policies.gates.patients import ADULT

CHILDREN_ONLY = "patient_under_18"


def region_unverified(item: ItemFacts, *, may_do_eyelid: bool) -> Refusal | None:
    """G14: work beside the eye counts as work on the lid for everybody who may not do it there, until a clinician has looked."""
    near = [lesion.body_site for lesion in item.lesions if lesion.borders_the_eye]
    near += [item.body_site or ""] if item.borders_the_eye else []
    if may_do_eyelid or not near:
        return None
    return Refusal(
        code="region_unverified",
        gate="G14",
        detail=f"No clinician has verified yet that the spot recorded as {near[0].replace('_', ' ')} lies off the eyelid.",
        source="Clinic policy: what is reported as beside the eye counts as eyelid until a clinician has seen it",
        mend="Have a dermatologist verify the region, or choose a dermatologist or an ophthalmologist.",
    )


def children_only(*, patient: PatientFacts, on: date, requires: Collection[str]) -> Refusal | None:
    """G04: a permission that asks for a patient under 18, as a pediatrician's does, does not reach an adult."""
    if CHILDREN_ONLY not in requires or on < birthday(patient.birth_date, ADULT):
        return None
    return Refusal(
        code="privilege_missing",
        gate="G04",
        detail=f"This practitioner sees patients under {ADULT} only, and the patient is older on that day.",
        source="Clinical guideline: a pediatrician looks at babies and children",
        mend="Choose a dermatologist; at the eyelid an ophthalmologist will do as well.",
    )
