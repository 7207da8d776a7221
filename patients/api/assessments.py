"""Assessments over HTTP: signed when made, co-signed by a physician, never edited."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, PRACTITIONERS, RolesByMethod
from clinic.api.render import key
from clinic.api.schema import ACTS, describe, page_of
from clinic.api.strict import NoInput, read
from clinic.api.versions import answer, etag_of
from patients.api.inputs import AssessmentInput, without_nulls
from patients.api.shown import AssessmentShown, show_assessment
from patients.models import Assessment
from patients.selectors.charts import family_of
from patients.selectors.records import all_found, assessments_visible_to, found, lesions_visible_to
from patients.services.assessments import NewAssessment, cosign_assessment, sign_assessment


class SignedShown(AssessmentShown):
    """A finding, the visits that no longer fitted its lesions and need a new time or person, and the referrals it opened."""

    moved = serializers.ListField(child=serializers.UUIDField())
    referrals = serializers.ListField(child=serializers.UUIDField())


class Assessments(ApiView):
    """The findings about the patients whom the caller may see."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": PRACTITIONERS}

    @describe(
        "Assessments",
        shown=page_of(AssessmentShown),
        query={"patient": "Patient id.", "lesion": "Lesion id."},
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page; those of a lesion with those of what became part of it."""
        asked = filters(request, {"patient": key, "lesion": key})
        rows = assessments_visible_to(request.user)
        if "lesion" in asked:
            rows = rows.filter(lesions__in=family_of([asked.pop("lesion")])).distinct()
        return paged(request, rows.filter(**asked), show_assessment)

    @describe("Sign a finding", taken=AssessmentInput, shown=SignedShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """The lesions follow it at once."""
        given = without_nulls(read(AssessmentInput, request))
        lesions = all_found(lesions_visible_to(request.user), given.pop("lesions"))
        signed, moved = sign_assessment(
            actor=request.user,
            lesions=[lesion.pk for lesion in lesions],
            assessment=NewAssessment(**given),
            now=timezone.now(),
        )
        return _signed(request, signed, moved, status=201)


class OneAssessment(ApiView):
    """A finding."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("An assessment", shown=AssessmentShown)
    def get(self, request: Request, assessment: UUID) -> Response:
        """Show it."""
        return answer(show_assessment(found(assessments_visible_to(request.user), assessment)))


class Cosign(ApiView):
    """A physician's signature beneath it."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Co-sign a finding", taken=NoInput, shown=SignedShown, refuses=ACTS)
    def post(self, request: Request, assessment: UUID) -> Response:
        """What a PA or NP confirmed counts from now on."""
        read(NoInput, request)
        row = found(assessments_visible_to(request.user), assessment)
        signed, moved = cosign_assessment(actor=request.user, assessment=row, now=timezone.now())
        return _signed(request, signed, moved)


def _signed(request: Request, assessment: Assessment, moved: list[UUID], *, status: int = 200) -> Response:
    shown: dict[str, Any] = show_assessment(found(assessments_visible_to(request.user), assessment.pk))
    opened = assessment.referrals.order_by("id").values_list("id", flat=True)
    followed = {"moved": [str(visit) for visit in moved], "referrals": [str(referral) for referral in opened]}
    return answer(shown | followed, status=status, etag=etag_of(shown))
