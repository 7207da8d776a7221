"""What patients answered about the healing, over HTTP; staff may write down what they were told on the telephone."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, ordered_by, paged
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import key, local, named, yes_or_no
from clinic.api.schema import ACTS, NamedShown, choice, describe, page_of
from clinic.api.strict import Strict, read
from clinic.api.versions import answer
from clinic.base import uuid7
from patients.selectors.photos import photos_visible_to
from patients.selectors.records import found
from treatments.models import AftercareReport
from treatments.policies.aftercare import DISCHARGE, LANGUAGES, PAIN_AT_MOST, RED_FLAGS, REDNESS, WORDS_AT_MOST, Answers
from treatments.selectors.aftercare import aftercare_reports_visible_to
from treatments.selectors.log.records import procedures_visible_to
from treatments.services.aftercare import report_aftercare


class AftercareInput(Strict):
    """What the patient says about the healing after a signed procedure; pain from 0 to 10."""

    procedure = serializers.UUIDField()
    redness = serializers.ChoiceField(REDNESS)
    pain = serializers.IntegerField(min_value=0, max_value=PAIN_AT_MOST)
    discharge = serializers.ChoiceField(DISCHARGE)
    fever = serializers.BooleanField()
    vision_changed = serializers.BooleanField()
    lid_swollen = serializers.BooleanField()
    words = serializers.CharField(max_length=WORDS_AT_MOST, required=False, allow_blank=True, default="")
    language = serializers.ChoiceField(LANGUAGES, required=False, default=LANGUAGES[0])
    photo = serializers.UUIDField(required=False)


class AftercareReportShown(serializers.Serializer[Any]):
    """An answer; `entered_by` is the user who wrote it down, null when the patient did."""

    id = serializers.UUIDField()
    patient = NamedShown()
    procedure = serializers.UUIDField()
    site = serializers.SlugField()
    answered_at = serializers.DateTimeField()
    entered_by = serializers.UUIDField(allow_null=True)
    language = serializers.ChoiceField(LANGUAGES)
    redness = serializers.ChoiceField(REDNESS)
    pain = serializers.IntegerField()
    discharge = serializers.ChoiceField(DISCHARGE)
    fever = serializers.BooleanField()
    vision_changed = serializers.BooleanField()
    lid_swollen = serializers.BooleanField()
    words = serializers.CharField(allow_blank=True)
    photo = serializers.UUIDField(allow_null=True)
    red_flags = serializers.ListField(child=serializers.ChoiceField(RED_FLAGS))


class AftercareReports(ApiView):
    """What the patients whom the caller may see have answered."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": ANY_STAFF}

    @describe(
        "What patients answered about the healing",
        shown=page_of(AftercareReportShown),
        query={
            "patient": "Patient id.",
            "procedure": "Procedure id.",
            "flagged": choice("flagged", ("true", "false"), "Whether any of it cannot wait."),
            "ordering": choice("ordering", ("answered_at", "-answered_at"), "The first, or the latest, first."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        allowed = {"patient": key, "procedure": key, "flagged": yes_or_no, "ordering": ordered_by(["answered_at"])}
        asked = filters(request, allowed)
        ordering = asked.pop("ordering", ("-answered_at", "-id"))
        if "flagged" in asked:
            asked["red_flags__len__gt" if asked.pop("flagged") else "red_flags__len"] = 0
        return paged(request, aftercare_reports_visible_to(request.user).filter(**asked), show_report, ordering=ordering)

    @describe(
        "Write down what a patient says about the healing",
        taken=AftercareInput,
        shown=AftercareReportShown,
        status=201,
        refuses=ACTS,
    )
    def post(self, request: Request) -> Response:
        """What cannot wait is put before somebody at once."""
        given = read(AftercareInput, request)
        procedure = found(procedures_visible_to(request.user), given.pop("procedure"))
        photo = found(photos_visible_to(request.user), given.pop("photo")) if "photo" in given else None
        report = report_aftercare(
            actor=request.user,
            procedure=procedure,
            submission=uuid7(),
            language=given.pop("language"),
            photo=photo,
            answers=Answers(**given),
            now=timezone.now(),
        )
        return answer(show_report(found(aftercare_reports_visible_to(request.user), report.pk)), status=201)


class OneAftercareReport(ApiView):
    """An answer."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("What a patient answered about the healing", shown=AftercareReportShown)
    def get(self, request: Request, report: UUID) -> Response:
        """Show it."""
        return answer(show_report(found(aftercare_reports_visible_to(request.user), report)))


def show_report(report: AftercareReport) -> dict[str, Any]:
    """The answer, its moment in the zone of the site."""
    site = report.procedure.site
    return {
        "id": str(report.id),
        "patient": named(report.patient),
        "procedure": str(report.procedure_id),
        "site": site.code,
        "answered_at": local(report.answered_at, site.zone),
        "entered_by": report.entered_by_id and str(report.entered_by_id),
        "language": report.language,
        "redness": report.redness,
        "pain": report.pain,
        "discharge": report.discharge,
        "fever": report.fever,
        "vision_changed": report.vision_changed,
        "lid_swollen": report.lid_swollen,
        "words": report.words,
        "photo": report.photo_id and str(report.photo_id),
        "red_flags": report.red_flags,
    }
