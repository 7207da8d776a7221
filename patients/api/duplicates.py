"""Duplicate patients over HTTP: who they may be, and making one chart of two or two of one again."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, MANAGERS, RolesByMethod
from clinic.api.render import local, named
from clinic.api.schema import ACTS, NamedShown, ReasonShown, describe, page_of
from clinic.api.strict import Strict, read
from clinic.api.versions import answer
from patients.api.inputs import CODE, NOTE
from patients.api.shown import PatientShown, show_patient
from patients.models import Patient, PatientMerge
from patients.selectors.duplicates import likely_duplicates
from patients.selectors.patient_rows import patient_keys
from patients.selectors.records import found, patient_to_show, patients_visible_to
from patients.services.patient_merges import merge_patients, preview_merge, undo_merge

HELD = "contraindications"


class DuplicateShown(serializers.Serializer[Any]):
    """Somebody who may be the same person: points from 0 to 100, and what they were given for."""

    patient = PatientShown()
    score = serializers.IntegerField(min_value=0, max_value=100)
    because = serializers.ListField(child=serializers.CharField())


class DuplicatesShown(serializers.Serializer[Any]):
    """The likeliest first, 20 at most."""

    results = DuplicateShown(many=True)


class StricterValueShown(serializers.Serializer[Any]):
    """A value of the lasting patient that became stricter."""

    table = serializers.CharField()
    id = serializers.UUIDField()
    column = serializers.CharField()
    was = serializers.JSONField(allow_null=True)
    becomes = serializers.JSONField(allow_null=True)


class ChartMergePreviewShown(serializers.Serializer[Any]):
    """What a merge would do; `reasons` stand in its way, warnings of severity warn have to be acknowledged."""

    allowed = serializers.BooleanField()
    reasons = ReasonShown(many=True)
    warnings = ReasonShown(many=True)
    moves = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    changes = StricterValueShown(many=True)


class ChartMergeShown(serializers.Serializer[Any]):
    """A merge, the ids of what it moved by what they are, and its undoing."""

    id = serializers.UUIDField()
    duplicate = NamedShown()
    into = NamedShown()
    reason = serializers.CharField()
    merged_by = serializers.CharField()
    merged_at = serializers.DateTimeField()
    moved = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    changed = StricterValueShown(many=True)
    undone_by = serializers.CharField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)
    undo_reason = serializers.CharField(allow_null=True)


class ChartMergeAsked(Strict):
    """Into whom."""

    into = serializers.UUIDField()


class ChartMergeInput(ChartMergeAsked):
    """Into whom, why, and the codes of the warnings that were looked at."""

    reason = serializers.CharField(max_length=NOTE)
    acknowledged = serializers.ListField(child=serializers.CharField(max_length=CODE), required=False, max_length=20)


class ChartPartingInput(Strict):
    """Why they are two persons after all."""

    reason = serializers.CharField(max_length=NOTE)


class Duplicates(ApiView):
    """Who may be the same person."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("Likely duplicates of a patient", shown=DuplicatesShown, refuses=(409,))
    def get(self, request: Request, patient: UUID) -> Response:
        """Among the patients whom the caller may see."""
        filters(request, {})
        row = found(patients_visible_to(request.user), patient)
        results = [
            {"patient": show_patient(other), "score": how.score, "because": list(how.because)}
            for other, how in likely_duplicates(request.user, row)
        ]
        return Response({"results": results})


class Merges(ApiView):
    """The merges that a patient was part of."""

    roles: ClassVar[RolesByMethod] = {"GET": MANAGERS, "POST": MANAGERS}

    @describe("Merges of a patient", shown=page_of(ChartMergeShown), paging=True)
    def get(self, request: Request, patient: UUID) -> Response:
        """One page, as the duplicate or as the one who goes on."""
        filters(request, {})
        row = patient_to_show(request.user, patient)
        merges = PatientMerge.objects.filter(Q(duplicate=row) | Q(into=row))
        return paged(request, merges.select_related(*WITH), _show)

    @describe("Merge a duplicate", taken=ChartMergeInput, shown=ChartMergeShown, refuses=ACTS)
    def post(self, request: Request, patient: UUID) -> Response:
        """Everything that the duplicate has goes on under the id of the other patient."""
        given = read(ChartMergeInput, request)
        duplicate, into = _both(request, patient, given.pop("into"))
        merge = merge_patients(actor=request.user, duplicate=duplicate, into=into, now=timezone.now(), **given)
        return answer(_show(merge))


class Preview(ApiView):
    """What a merge would do."""

    roles: ClassVar[RolesByMethod] = {"POST": MANAGERS}

    @describe("Preview a merge", taken=ChartMergeAsked, shown=ChartMergePreviewShown, refuses=ACTS)
    def post(self, request: Request, patient: UUID) -> Response:
        """Nothing is written; 200 also when it would be refused."""
        duplicate, into = _both(request, patient, read(ChartMergeAsked, request)["into"])
        told = preview_merge(actor=request.user, duplicate=duplicate, into=into, now=timezone.now())
        shown = {
            "allowed": not told.reasons,
            "reasons": [one.as_dict() for one in told.reasons],
            "warnings": [one.as_dict() for one in told.warnings],
            "moves": _by_title(told.moves),
            "changes": told.changes,
        }
        return Response(shown)


class Undo(ApiView):
    """The way back."""

    roles: ClassVar[RolesByMethod] = {"POST": MANAGERS}

    @describe("Undo a merge", taken=ChartPartingInput, shown=ChartMergeShown, refuses=ACTS)
    def post(self, request: Request, patient: UUID) -> Response:
        """The duplicate gets back precisely what the merge took."""
        given = read(ChartPartingInput, request)
        duplicate = patient_to_show(request.user, patient)
        merge = undo_merge(actor=request.user, duplicate=duplicate, reason=given["reason"], now=timezone.now())
        return answer(_show(merge))


WITH = ("duplicate__registered_site", "into__registered_site", "merged_by", "undone_by")


def _both(request: Request, duplicate: UUID, into: UUID) -> tuple[Patient, Patient]:
    visible = patients_visible_to(request.user)
    return found(visible, duplicate), found(visible, into)


def _show(merge: PatientMerge) -> dict[str, Any]:
    zone = merge.into.registered_site.zone
    return {
        "id": str(merge.id),
        "duplicate": named(merge.duplicate),
        "into": named(merge.into),
        "reason": merge.reason,
        "merged_by": merge.merged_by.username,
        "merged_at": local(merge.merged_at, zone),
        "moved": _by_title(merge.moved),
        "changed": merge.changed,
        "undone_by": merge.undone_by.username if merge.undone_by else None,
        "undone_at": local(merge.undone_at, zone),
        "undo_reason": merge.undo_reason or None,
    }


def _by_title(moved: dict[str, list[str]]) -> dict[str, list[str]]:
    """By what people call the rows: `lesions`, `treatment orders`; earlier duplicates of the duplicate are `patients`."""
    titles = {key.label: key.title for key in patient_keys()}
    shown: dict[str, list[str]] = {}
    for label, ids in moved.items():
        shown.setdefault(titles.get(label, HELD), []).extend(ids)
    return shown
