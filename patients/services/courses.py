"""How lesions go on: to another status, back again as a recurrence, or as part of another record."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.errors import Conflict, NotFound, RuleBroken
from clinic.models import User
from patients.models import Lesion, Patient
from patients.policies.courses import LESION_TRANSITIONS, RECURRED, RESOLVED, WATCHING
from patients.selectors.clinicians import clinician_of
from patients.signals import lesions_settled


@transaction.atomic
def bring_to(*, lesions: Iterable[Lesion], status: str, now: datetime) -> list[Lesion]:
    """Bring lesions to that status where their course allows it, and leave the others; answers those that changed."""
    changed = [lesion for lesion in lesions if status in LESION_TRANSITIONS[lesion.status]]
    for lesion in changed:
        lesion.status = status
        lesion.save(update_fields=["status"])
    tell_settled(lesions=changed, now=now)
    return changed


def tell_settled(*, lesions: Iterable[Lesion], now: datetime) -> None:
    """Let the upper apps end what waited for lesions that are not merely watched any more."""
    by_status: dict[str, list[UUID]] = {}
    for lesion in lesions:
        if lesion.status != WATCHING:
            by_status.setdefault(lesion.status, []).append(lesion.pk)
    for status, keys in by_status.items():
        reason = f"the lesion is {status.replace('_', ' ')}"
        lesions_settled.send(sender=None, lesions=keys, reason=reason, now=now)


@transaction.atomic
def came_back(*, actor: User, patient: Patient, lesion: UUID, now: datetime) -> Lesion:
    """
    The resolved lesion that came back, which has recurred from now on.

    :raises NotAllowed: for somebody who is no practitioner.
    :raises RuleBroken: `lesion_of_another_patient`; `lesion_merged`.
    :raises Conflict: `illegal_transition`, for what was never resolved.
    """
    clinician_of(actor)
    earlier = Lesion.objects.select_for_update(of=("self",)).filter(pk=lesion).first()
    if earlier is None:
        raise NotFound
    require_lasting([earlier])
    if earlier.patient_id != patient.pk:
        raise RuleBroken("lesion_of_another_patient", "A recurrence belongs to the patient of the lesion that came back.")
    if earlier.status not in {RESOLVED, RECURRED}:
        raise Conflict("illegal_transition", "Only a lesion that was resolved comes back.")
    bring_to(lesions=[earlier], status=RECURRED, now=now)
    return earlier


def require_lasting(lesions: Collection[Lesion]) -> None:
    """
    Nothing is charted about a record that became part of another.

    :raises RuleBroken: `lesion_merged`, naming the one that lasts.
    """
    if merged := [lesion for lesion in lesions if lesion.merged_into_id]:
        names = ", ".join(str(lesion.merged_into_id) for lesion in merged)
        raise RuleBroken("lesion_merged", f"This record became part of another lesion: name that one ({names}).")
