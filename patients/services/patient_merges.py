"""Two charts of one person become one, and come apart again: every row moves in one transaction, and is written down."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pghistory
from django.db import DatabaseError, transaction

from clinic.errors import Conflict, Malformed, Refusal, RuleBroken
from clinic.models import User
from clinic.services.changes import everything_checked_at_the_end
from patients.models import Patient, PatientMerge, SkinProfile
from patients.policies.duplicates import differences
from patients.selectors.duplicates import identity
from patients.selectors.patient_rows import both_have, patient_keys, rows_between, rows_of
from patients.selectors.records import require_lasting
from patients.services.skin_joins import LABEL, join_skin, part_skin
from patients.signals import merge_asked

HARD, WARN = "hard", "warn"


@dataclass(frozen=True, kw_only=True)
class MergePreview:
    """What would happen: `reasons` stand in the way, `warnings` are acknowledged or known, `moves` are ids by table.column."""

    reasons: list[Refusal]
    warnings: list[Refusal]
    moves: dict[str, list[str]]
    changes: list[dict[str, Any]] = field(default_factory=list)


def merge_patients(
    *, actor: User, duplicate: Patient, into: Patient, reason: str, acknowledged: Collection[str] = (), now: datetime
) -> PatientMerge:
    """
    Move everything of the duplicate to the lasting patient, who keeps their own name, birth date, contacts and guardian.

    :raises PatientMerged: when one of them is merged already.
    :raises RuleBroken: with all that stands in the way, or that is to be acknowledged and was not.
    :raises Conflict: `merge_overtaken`, when something was changed meanwhile.
    """
    with transaction.atomic(), pghistory.context(why="patients merged", user=str(actor.pk)):
        duplicate, into = _held(duplicate, into)
        found = _considered(duplicate, into)
        refused = [one for one in found if one.severity == HARD or (one.severity == WARN and one.code not in acknowledged)]
        if refused:
            raise RuleBroken(refused[0].code, refused[0].detail, reasons=refused)
        return _carry_out(actor, duplicate, into, reason, now)


def preview_merge(*, actor: User, duplicate: Patient, into: Patient, now: datetime) -> MergePreview:
    """
    Merge them, look at what came of it, and take it all back: what is told is what would happen.

    :raises PatientMerged: when one of them is merged already.
    """
    with transaction.atomic():
        duplicate, into = _held(duplicate, into)
        found = _considered(duplicate, into)
        reasons = [one for one in found if one.severity == HARD]
        moves, changes = rows_of(duplicate, into=into), []
        if not reasons:
            try:
                merge = _carry_out(actor, duplicate, into, "preview", now)
                moves, changes = merge.moved, merge.changed
            except Conflict as refused:
                reasons = refused.reasons
        transaction.set_rollback(True)
    return MergePreview(reasons=reasons, warnings=[one for one in found if one.severity != HARD], moves=moves, changes=changes)


def undo_merge(*, actor: User, duplicate: Patient, reason: str, now: datetime) -> PatientMerge:
    """
    Give the duplicate back precisely the rows that the merge took, as they are now.

    :raises Conflict: `not_merged`; `later_merge_first`, when the lasting patient was merged in turn; `stands_on_both`,
        naming each row that joins what would go back with what would stay.
    """
    with transaction.atomic(), pghistory.context(why="merge of patients undone", user=str(actor.pk)):
        merge = _standing(duplicate)
        duplicate, into = _held(merge.duplicate, merge.into, merged=True)
        _require_may_part(merge, into)
        merge.undone_by, merge.undone_at, merge.undo_reason = actor, now, reason
        with _or_overtaken():
            merge.save(update_fields=["undone_by", "undone_at", "undo_reason"])
            Patient.objects.filter(pk=duplicate.pk).update(merged_into=None)
            _move(merge.moved, of=into, to=duplicate)
            part_skin(duplicate=duplicate, moved=merge.moved.get(LABEL, ()), changes=merge.changed)
    return merge


def _held(duplicate: Patient, into: Patient, *, merged: bool = False) -> tuple[Patient, Patient]:
    """Both as they are now, taken alone: nobody else writes a row of theirs until the transaction ends."""
    if duplicate.pk == into.pk:
        raise Malformed({"into": "Nobody is merged into themselves."})
    rows = Patient.objects.select_for_update(of=("self",)).select_related("registered_site")
    by_key = {row.pk: row for row in rows.filter(pk__in=[duplicate.pk, into.pk]).order_by("pk")}
    pair = by_key[duplicate.pk], by_key[into.pk]
    if not merged:
        for patient in pair:
            require_lasting(patient)
    return pair


def _considered(duplicate: Patient, into: Patient) -> list[Refusal]:
    """All that stands in the way or has to be known, on every floor."""
    told = [one for _, answers in merge_asked.send(sender=None, duplicate=duplicate, into=into) for one in answers or ()]
    return [*_one_at_most(duplicate, into), *told, *differences(identity(duplicate), identity(into)), *_skins(duplicate, into)]


def _one_at_most(duplicate: Patient, into: Patient) -> list[Refusal]:
    return [
        Refusal(
            code="both_have_one",
            detail=f"A patient has one at most: {key.model._meta.verbose_name} {pk} of the duplicate stands beside another.",
            mend="End one of the two first.",
            resource=str(pk),
        )
        for key, pk in both_have(duplicate, into)
    ]


def _skins(duplicate: Patient, into: Patient) -> list[Refusal]:
    if SkinProfile.objects.filter(patient__in=[duplicate, into]).count() < 2:
        return []
    detail = "Both have a skin profile: what speaks against treatments of either counts, and the stricter skin type."
    return [Refusal(code="skin_profiles_join", severity="info", detail=detail)]


def _carry_out(actor: User, duplicate: Patient, into: Patient, reason: str, now: datetime) -> PatientMerge:
    with _or_overtaken():
        moved = rows_of(duplicate, into=into)
        held, changed = join_skin(duplicate=duplicate, into=into)
        merge = PatientMerge.objects.create(
            duplicate=duplicate,
            into=into,
            reason=reason,
            merged_by=actor,
            merged_at=now,
            moved=moved | ({LABEL: held} if held else {}),
            changed=changed,
        )
        _move(moved, of=duplicate, to=into)
        Patient.objects.filter(pk=duplicate.pk).update(merged_into=into)
    return merge


def _move(moved: dict[str, Sequence[str]], *, of: Patient, to: Patient) -> None:
    """Lower floors first: what stands above leans on them, such as a visit on its order."""
    for key in patient_keys():
        if ids := moved.get(key.label):
            key.of(of).filter(pk__in=ids).update(**{key.field.name: to})


def _standing(duplicate: Patient) -> PatientMerge:
    merges = PatientMerge.objects.select_for_update(of=("self",)).select_related("duplicate", "into")
    merge = merges.filter(duplicate=duplicate, undone_at=None).first()
    if merge is None:
        raise Conflict("not_merged", "This patient is not merged into another one.")
    return merge


def _require_may_part(merge: PatientMerge, into: Patient) -> None:
    if into.merged_into_id:
        detail = f"The lasting patient was merged into {into.merged_into_id} in turn."
        later = Refusal(code="later_merge_first", detail=detail, mend="Undo that merge first.", resource=str(into.pk))
        raise Conflict(later.code, later.detail, reasons=[later])
    joined = [
        Refusal(
            code="stands_on_both",
            detail=f"{str(model._meta.verbose_name).capitalize()} {pk} joins rows of both, and was written since the merge.",
            mend="Take apart what joins them, or leave them merged.",
            resource=str(pk),
        )
        for model, pk in rows_between(merge.moved)
    ]
    if joined:
        raise Conflict("stands_on_both", joined[0].detail, reasons=joined)


@contextmanager
def _or_overtaken() -> Iterator[None]:
    """One step in which everything that PostgreSQL keeps is checked at its end; what it refuses was not foreseen."""
    try:
        with transaction.atomic(), everything_checked_at_the_end():
            yield
    except DatabaseError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if not name:
            raise
        reason = Refusal(
            code="merge_overtaken",
            detail=f"The database keeps this rule, and refuses: {name.replace('_', ' ')}.",
            mend="Look at the preview again: what they have was changed meanwhile, or does not go together.",
            resource=name,
        )
        raise Conflict(reason.code, reason.detail, reasons=[reason]) from error
