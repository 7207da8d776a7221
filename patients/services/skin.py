"""What is known about a patient's skin, and what speaks against treatments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from clinic.errors import Malformed
from clinic.models import User
from patients.models import Contraindication, Patient, SkinProfile
from patients.selectors.clinicians import clinician_of
from patients.signals import contraindications_coming

AXES = ("oily", "sensitive", "pigmented", "wrinkled", "fitzpatrick")


@dataclass(frozen=True, kw_only=True)
class Held:
    """Something that speaks against treatments from a day on; `until` is its last day, None while it lasts."""

    code: str
    since: date
    until: date | None = None


@transaction.atomic
def record_skin(
    *,
    actor: User,
    patient: Patient,
    axes: Mapping[str, Any],
    contraindications: Sequence[Held] = (),
    now: datetime,
) -> SkinProfile:
    """
    Record the skin type (the axes that are given) and what speaks against treatments.

    A contraindication is known by its code and first day: one on file takes the end that is given, a new one is added,
    and one that is not named stays as it is. Before they are written, the floors above end what they forbid.

    :raises NotAllowed: for somebody who is no practitioner.
    :raises Malformed: when one ends before it begins, or begins twice on a day.
    """
    clinician_of(actor)
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    profile, _ = SkinProfile.objects.get_or_create(patient=patient)
    for name in AXES:
        if name in axes:
            setattr(profile, name, axes[name])
    profile.save()
    _require_sane(contraindications)
    if contraindications:
        contraindications_coming.send(sender=None, patient=patient, held=tuple(contraindications), actor=actor, now=now)
    _keep(profile, contraindications, actor=actor)
    return (
        SkinProfile.objects.select_related("patient__registered_site").prefetch_related("contraindications").get(pk=profile.pk)
    )


def _require_sane(held: Sequence[Held]) -> None:
    for index, one in enumerate(held):
        if one.until is not None and one.until < one.since:
            raise Malformed({f"contraindications[{index}].until": "It ends before it begins."})
    if len({(one.code, one.since) for one in held}) < len(held):
        raise Malformed({"contraindications": "One of them is named twice."})


def _keep(profile: SkinProfile, wanted: Sequence[Held], *, actor: User) -> None:
    on_file = {(row.code, row.since): row for row in profile.contraindications.all()}
    for held in wanted:
        row = on_file.get((held.code, held.since))
        if row is None:
            Contraindication.objects.create(
                profile=profile, code=held.code, since=held.since, until=held.until, recorded_by=actor
            )
        elif row.until != held.until:
            row.until = held.until
            row.save(update_fields=["until"])
