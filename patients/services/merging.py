"""Making two records one lesion, and taking that back."""

from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from clinic.errors import Conflict, Malformed, RuleBroken
from clinic.models import User
from clinic.services.changes import preview
from patients.models import Diagnosis, Lesion, LesionMerge, MiliaType
from patients.policies.findings import LesionState
from patients.policies.merging import Record, merge_refusals, merged_state
from patients.selectors.charts import family_of
from patients.selectors.clinicians import clinician_of
from patients.services.changes import alone
from patients.services.lesions import JUDGED, held_lesions, reclassified, state_of


def merge_lesions(*, actor: User, other: Lesion, lasting: Lesion, reason: str, now: datetime) -> tuple[LesionMerge, list[UUID]]:
    """
    Make `other` part of `lasting`, which takes the stricter of each, and move the visits that no longer fit.

    Visits, orders and assessments that name `other` go on under that name, and count for the lasting lesion.

    :raises NotAllowed: for somebody who is no practitioner.
    :raises RuleBroken: with every reason why these two are not one.
    :raises Malformed: without a reason, or for a record and itself.
    """
    practitioner = clinician_of(actor)
    if other.pk == lasting.pk:
        raise Malformed({"into": "Name the other record, into which this one goes."})
    _require_reason(reason)
    with alone(keys=family_of([other.pk, lasting.pk])):
        rows = {row.pk: row for row in held_lesions([other.pk, lasting.pk])}
        other, lasting = rows[other.pk], rows[lasting.pk]
        if reasons := merge_refusals(lasting=_record(lasting), other=_record(other)):
            raise RuleBroken(reasons[0].code, reasons[0].detail, reasons=reasons)
        before, after = (state_of(lasting), state_of(other)), merged_state(state_of(lasting), state_of(other))
        _bring(lasting, after)
        _bring(other, after, merged_into=lasting)
        merge = LesionMerge.objects.create(
            lasting=lasting,
            other=other,
            reason=reason,
            merged_by=practitioner,
            merged_at=now,
            lasting_before=asdict(before[0]),
            other_before=asdict(before[1]),
            after=asdict(after),
        )
        moved = reclassified([lasting], actor=actor, reason="lesions_merged", now=now)
    return merge, moved


def preview_merge(*, actor: User, other: Lesion, lasting: Lesion, now: datetime) -> tuple[LesionState, list[UUID]]:
    """What the lesion would be, and the ids of the visits that would move; nothing is written."""
    moved = preview(partial(merge_lesions, actor=actor, other=other, lasting=lasting, reason="preview", now=now))
    return merged_state(state_of(lasting), state_of(other)), moved


def undo_merge(*, actor: User, other: Lesion, reason: str, now: datetime) -> tuple[LesionMerge, list[UUID]]:
    """
    Part two records again: each is what it was, or, where the lesion was assessed since, what it is now.

    :raises NotAllowed: for somebody who is no practitioner.
    :raises Conflict: `not_merged`, unless it is part of another record.
    :raises Malformed: without a reason.
    """
    practitioner = clinician_of(actor)
    _require_reason(reason)
    with alone(keys=family_of([other.pk])):
        merge = LesionMerge.objects.select_for_update().filter(other=other, undone_at__isnull=True).first()
        if merge is None:
            raise Conflict("not_merged", "This record is part of no other.")
        rows = {row.pk: row for row in held_lesions([merge.other_id, merge.lasting_id])}
        other, lasting = rows[merge.other_id], rows[merge.lasting_id]
        is_as_merged = asdict(state_of(lasting)) == merge.after and not lasting.absorbed.exclude(pk=other.pk).exists()
        _bring(other, LesionState(**merge.other_before) if is_as_merged else state_of(lasting), merged_into=None)
        if is_as_merged:
            _bring(lasting, LesionState(**merge.lasting_before))
        merge.undone_by, merge.undone_at, merge.undo_reason = practitioner, now, reason
        merge.save(update_fields=["undone_by", "undone_at", "undo_reason"])
        moved = reclassified([lasting, other], actor=actor, reason="merge_undone", now=now)
    return merge, moved


def _record(row: Lesion) -> Record:
    return Record(
        patient=str(row.patient_id),
        side=row.laterality,
        status=row.status,
        state=state_of(row),
        is_merged=row.merged_into_id is not None,
        absorbs=row.absorbed.exists(),
    )


def _bring(row: Lesion, state: LesionState, **links: Any) -> None:
    """Write what rules judge."""
    row.region, row.region_verified, row.depth = state.region, state.region_verified, state.depth
    row.milia_type = MiliaType.objects.get(code=state.milia_type) if state.milia_type else None
    row.diagnosis = Diagnosis.objects.get(code=state.diagnosis) if state.diagnosis else None
    row.diagnosis_certainty, row.suspicious = state.certainty, state.suspicious
    row.plaque_reviewed = state.plaque_reviewed
    for name, lesion in links.items():
        setattr(row, name, lesion)
    row.save(update_fields=[*JUDGED, *links])


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Malformed({"reason": "Say why."})
