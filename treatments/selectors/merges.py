"""What stands in the way of one chart for two patients, as far as home care tells."""

from clinic.errors import Refusal
from patients.models import Contraindication, Patient
from treatments.policies.plans.words import RETINOID
from treatments.selectors.plans import active_home_care_of


def retinoid_in_pregnancy(duplicate: Patient, into: Patient) -> list[Refusal]:
    """A retinoid on the one chart and a pregnancy on the other: joined, the first would have to end."""
    return [
        Refusal(
            code="contraindicated",
            gate="G19",
            detail=f"{one.name} follows home care with a retinoid on one chart and is pregnant by the other.",
            source="Clinic policy: no retinoid in pregnancy, and nobody may lift that",
            mend="Stop the home care, or correct the skin profile, and merge then.",
            resource="pregnant",
        )
        for one, other in ((duplicate, into), (into, duplicate))
        if _forbids(one, other)
    ]


def _forbids(one: Patient, other: Patient) -> bool:
    row = active_home_care_of(one)
    if row is None or not row.items.filter(family=RETINOID).exists():
        return False
    held = Contraindication.objects.filter(profile__patient=other, code="pregnant")
    return held.filter(until__isnull=True).exists() or held.filter(until__gte=row.starts_on).exists()
