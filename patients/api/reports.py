"""What patients tell about lesions, over HTTP: a draft until a clinician decides."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, PRACTITIONERS, RolesByMethod
from clinic.api.render import key, local, named, one_of
from clinic.api.schema import ACTS, NamedShown, choice, describe, page_of
from clinic.api.strict import NoInput, Strict, read
from clinic.api.versions import answer
from patients.api.inputs import CODE, NOTE, PlaceInput, without_nulls
from patients.api.shown import LesionShown, show_lesion
from patients.models import LesionReport
from patients.models.reports import REPORT_STATES
from patients.selectors.charts import lesion_reports_visible_to
from patients.selectors.records import found, lesions_visible_to, patients_visible_to
from patients.services.reports import CARRIED, NewReport, accept_report, decline_report, report_lesion


class LesionReportInput(PlaceInput):
    """What a patient tells, in their own words; a clinician says what it is."""

    colour = hard = dome_shaped = clustered = cause = cause_note = None
    patient = serializers.UUIDField()
    body_site = serializers.CharField(max_length=CODE)
    words = serializers.CharField(max_length=NOTE, required=False, allow_blank=True)


class DeclineReportInput(Strict):
    """Why no lesion is noted."""

    reason = serializers.CharField(max_length=NOTE)


class LesionReportShown(serializers.Serializer[Any]):
    """A report; accepted it names the lesion that was noted, declined the reason."""

    id = serializers.UUIDField()
    patient = NamedShown()
    body_site = serializers.SlugField()
    laterality = serializers.CharField(allow_null=True)
    words = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()
    first_noted_on = serializers.DateField(allow_null=True)
    chart = serializers.CharField(allow_null=True)
    x = serializers.FloatField(allow_null=True)
    y = serializers.FloatField(allow_null=True)
    painful = serializers.BooleanField(allow_null=True)
    red = serializers.BooleanField(allow_null=True)
    picked = serializers.BooleanField(allow_null=True)
    products = serializers.CharField(allow_null=True)
    reported_at = serializers.DateTimeField()
    state = serializers.ChoiceField(REPORT_STATES)
    lesion = serializers.UUIDField(allow_null=True)
    decline_reason = serializers.CharField(allow_null=True)
    decided_by = serializers.UUIDField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)


class LesionReports(ApiView):
    """What the patients whom the caller may see have told."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": ANY_STAFF}

    @describe(
        "Lesions that patients told about",
        shown=page_of(LesionReportShown),
        query={"patient": "Patient id.", "state": choice("state", REPORT_STATES, "Whether it is decided.")},
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        asked = filters(request, {"patient": key, "state": one_of(*REPORT_STATES)})
        return paged(request, lesion_reports_visible_to(request.user).filter(**asked), show_report)

    @describe("Keep what a patient tells", taken=LesionReportInput, shown=LesionReportShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """Nothing can be booked for it until a clinician accepts it."""
        given = without_nulls(read(LesionReportInput, request))
        patient = found(patients_visible_to(request.user), given.pop("patient"))
        row = report_lesion(actor=request.user, patient=patient, report=NewReport(**given), now=timezone.now())
        return answer(show_report(found(lesion_reports_visible_to(request.user), row.pk)), status=201)


class OneLesionReport(ApiView):
    """A report."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("What a patient told", shown=LesionReportShown)
    def get(self, request: Request, report: UUID) -> Response:
        """Show it."""
        return answer(show_report(found(lesion_reports_visible_to(request.user), report)))


class Accept(ApiView):
    """A clinician notes the lesion."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Note the lesion that was told about", taken=NoInput, shown=LesionShown, status=201, refuses=ACTS)
    def post(self, request: Request, report: UUID) -> Response:
        """Its region is unverified, its depth unknown and its diagnosis open."""
        read(NoInput, request)
        row = found(lesion_reports_visible_to(request.user), report)
        lesion = accept_report(actor=request.user, report=row, now=timezone.now())
        return answer(show_lesion(found(lesions_visible_to(request.user), lesion.pk)), status=201)


class Decline(ApiView):
    """A clinician notes nothing."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Note no lesion, and say why", taken=DeclineReportInput, shown=LesionReportShown, refuses=ACTS)
    def post(self, request: Request, report: UUID) -> Response:
        """It is kept as it was told."""
        given = read(DeclineReportInput, request)
        row = found(lesion_reports_visible_to(request.user), report)
        row = decline_report(actor=request.user, report=row, now=timezone.now(), **given)
        return answer(show_report(found(lesion_reports_visible_to(request.user), row.pk)))


def show_report(row: LesionReport) -> dict[str, Any]:
    """The report as LesionReportShown, its moments in the zone of the patient's site."""
    zone = row.patient.registered_site.zone
    told = {name: getattr(row, name) for name in CARRIED}
    return {
        "id": str(row.id),
        "patient": named(row.patient),
        "body_site": row.body_site.code,
        "laterality": row.laterality or None,
        "words": row.words,
        **told,
        "first_noted_on": row.first_noted_on.isoformat() if row.first_noted_on else None,
        "chart": row.chart or None,
        "products": row.products or None,
        "reported_at": local(row.reported_at, zone),
        "state": row.state,
        "lesion": row.lesion_id and str(row.lesion_id),
        "decline_reason": row.decline_reason or None,
        "decided_by": row.decided_by_id and str(row.decided_by_id),
        "decided_at": local(row.decided_at, zone),
    }
