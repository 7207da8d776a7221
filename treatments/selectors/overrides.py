"""Overrides that can still serve a visit."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from clinic.models import Site
from patients.models import Lesion, Patient
from treatments.models import Override
from treatments.policies.facts import OverrideFacts


@dataclass(frozen=True, kw_only=True)
class UsableOverride:
    """A confirmed, unused override and what it lifts."""

    id: UUID
    facts: OverrideFacts


def usable_overrides(
    *,
    patient: Patient,
    site: Site,
    now: datetime,
    ids: Collection[UUID] | None = None,
    used_by: UUID | None = None,
) -> tuple[UsableOverride, ...]:
    """The patient's confirmed overrides at the site, only those of `ids` where given; those a moved visit used stay with it."""
    free = Q(used_by__isnull=True, expires_at__gt=now)
    rows = Override.objects.filter(
        free | Q(used_by=used_by) if used_by else free, patient=patient, site=site, confirmed_at__isnull=False
    )
    if ids is not None:
        rows = rows.filter(Q(id__in=ids) | (Q(used_by=used_by) if used_by else Q()))
    return tuple(
        UsableOverride(
            id=row.id,
            facts=OverrideFacts(
                gate=row.gate, treatment=row.treatment.code, lesion_id=_lasting(row.lesion) if row.lesion else None
            ),
        )
        for row in rows.select_related("treatment", "lesion").order_by(F("used_by").asc(nulls_last=True), "given_at", "id")
    )


def _lasting(lesion: Lesion) -> str:
    """What became part of another lesion counts as that one."""
    return str(lesion.merged_into_id or lesion.id)
