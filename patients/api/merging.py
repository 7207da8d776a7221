"""Making two lesion records one over HTTP, and taking that back."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.permissions import PRACTITIONERS, RolesByMethod
from clinic.api.schema import ACTS, describe
from clinic.api.strict import Strict, read
from clinic.scopes import LESION_DEPTHS, REGIONS
from patients.api.lesions import LesionMovedShown, moved_with
from patients.models import Lesion
from patients.models.lesions import CERTAINTIES
from patients.selectors.records import found, lesions_visible_to
from patients.services.merging import merge_lesions, preview_merge, undo_merge

REASON = 500
"""Characters at most."""


class LesionIntoInput(Strict):
    """The record that lasts."""

    into = serializers.UUIDField()


class LesionMergeInput(LesionIntoInput):
    """The record that lasts, and why the two are one."""

    reason = serializers.CharField(max_length=REASON)


class LesionUnmergeInput(Strict):
    """Why the two are not one after all."""

    reason = serializers.CharField(max_length=REASON)


class LesionJudgedShown(serializers.Serializer[Any]):
    """What rules would judge about the lesion, the stricter of each, and the visits that would move."""

    region = serializers.ChoiceField(REGIONS)
    region_verified = serializers.BooleanField()
    authority_region = serializers.ChoiceField(REGIONS)
    depth = serializers.ChoiceField(LESION_DEPTHS)
    milia_type = serializers.SlugField(allow_null=True)
    diagnosis = serializers.SlugField(allow_null=True)
    diagnosis_certainty = serializers.ChoiceField(CERTAINTIES)
    suspicious = serializers.BooleanField()
    plaque_reviewed = serializers.BooleanField()
    moved = serializers.ListField(child=serializers.UUIDField())


class Merge(ApiView):
    """A record becomes part of another."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Make it part of another lesion", taken=LesionMergeInput, shown=LesionMovedShown, refuses=ACTS)
    def post(self, request: Request, lesion: UUID) -> Response:
        """The lesion that lasts is answered."""
        given = read(LesionMergeInput, request)
        other, lasting = _pair(request, lesion, given["into"])
        _, moved = merge_lesions(actor=request.user, other=other, lasting=lasting, reason=given["reason"], now=timezone.now())
        return moved_with(found(lesions_visible_to(request.user), lasting.pk), moved)


class MergePreview(ApiView):
    """What a merge would do."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("See what a merge would do", taken=LesionIntoInput, shown=LesionJudgedShown, refuses=ACTS)
    def post(self, request: Request, lesion: UUID) -> Response:
        """Nothing is written."""
        other, lasting = _pair(request, lesion, read(LesionIntoInput, request)["into"])
        state, moved = preview_merge(actor=request.user, other=other, lasting=lasting, now=timezone.now())
        return Response(
            {
                "region": state.region,
                "region_verified": state.region_verified,
                "authority_region": state.authority_region,
                "depth": state.depth,
                "milia_type": state.milia_type,
                "diagnosis": state.diagnosis,
                "diagnosis_certainty": state.certainty,
                "suspicious": state.suspicious,
                "plaque_reviewed": state.plaque_reviewed,
                "moved": [str(visit) for visit in moved],
            }
        )


class Unmerge(ApiView):
    """A merge is taken back."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Take a merge back", taken=LesionUnmergeInput, shown=LesionMovedShown, refuses=ACTS)
    def post(self, request: Request, lesion: UUID) -> Response:
        """The record that was part of another is answered."""
        given = read(LesionUnmergeInput, request)
        row = found(lesions_visible_to(request.user), lesion)
        _, moved = undo_merge(actor=request.user, other=row, reason=given["reason"], now=timezone.now())
        return moved_with(found(lesions_visible_to(request.user), lesion), moved)


def _pair(request: Request, other: UUID, lasting: UUID) -> tuple[Lesion, Lesion]:
    rows = lesions_visible_to(request.user)
    return found(rows, other), found(rows, lasting)
