"""The catalogues of the chart over HTTP: body sites, diagnoses and types of milia."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, DIRECTORS, RolesByMethod
from clinic.api.render import one_of
from clinic.api.schema import ACTS, choice, describe, page_of
from clinic.api.strict import Strict, read
from clinic.api.versions import answer
from clinic.scopes import REGIONS
from patients.models import BodySite, Diagnosis, MiliaType
from patients.policies.charts import CHARTS, charts_of
from patients.policies.findings import KINDS
from patients.policies.sides import LID_SIDES
from patients.services.catalogues import NewDiagnosis, add_diagnosis


class BodySiteShown(serializers.Serializer[Any]):
    """
    A body site, and the charts that show it.

    `authority_region` is what rules judge until a clinician has verified a lesion's region; `laterality` is that of a lid.
    """

    code = serializers.SlugField()
    name = serializers.CharField()
    region = serializers.ChoiceField(REGIONS)
    authority_region = serializers.ChoiceField(REGIONS)
    laterality = serializers.CharField(allow_null=True)
    charts = serializers.ListField(child=serializers.ChoiceField(CHARTS))
    icd10cm = serializers.CharField(allow_null=True)
    hcpcs = serializers.CharField(allow_null=True)
    snomed = serializers.CharField(allow_null=True)


class DiagnosisInput(Strict):
    """A diagnosis that is missing; a suspicious or contagious one will block a lesion."""

    code = serializers.RegexField(r"^[a-z][a-z0-9_]*$", max_length=50)
    name = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(KINDS)
    icd10cm = serializers.CharField(max_length=20, required=False, allow_blank=True)


class DiagnosisShown(serializers.Serializer[Any]):
    """A diagnosis or look-alike; a suspicious or contagious one blocks the lesion and is referred."""

    code = serializers.SlugField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(KINDS)
    icd10cm = serializers.CharField(allow_null=True)


class MiliaTypeShown(serializers.Serializer[Any]):
    """A type of milia, and what it means for treatment."""

    code = serializers.SlugField()
    name = serializers.CharField()
    guidance = serializers.CharField()


class BodySites(ApiView):
    """The catalogue of body sites."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("Body sites", shown=page_of(BodySiteShown), paging=True)
    def get(self, request: Request) -> Response:
        """One page."""
        filters(request, {})
        return paged(request, BodySite.objects.all(), _body_site, ordering=("code",))


class Diagnoses(ApiView):
    """The catalogue of diagnoses, which stays open."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": DIRECTORS}

    @describe(
        "Diagnoses and look-alikes",
        shown=page_of(DiagnosisShown),
        query={"kind": choice("kind", KINDS, "What it means.")},
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        asked = filters(request, {"kind": one_of(*KINDS)})
        return paged(request, Diagnosis.objects.filter(**asked), _diagnosis, ordering=("code",))

    @describe("Add a diagnosis", taken=DiagnosisInput, shown=DiagnosisShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """Assessments may name it from now on."""
        row = add_diagnosis(diagnosis=NewDiagnosis(**read(DiagnosisInput, request)))
        return answer(_diagnosis(row), status=201)


class MiliaTypes(ApiView):
    """The catalogue of types of milia."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("Types of milia", shown=page_of(MiliaTypeShown), paging=True)
    def get(self, request: Request) -> Response:
        """One page."""
        filters(request, {})
        return paged(request, MiliaType.objects.all(), _milia_type, ordering=("code",))


def _body_site(site: BodySite) -> dict[str, Any]:
    side = LID_SIDES.get(site.code, "")
    return {
        "code": site.code,
        "name": site.name,
        "region": site.region,
        "authority_region": site.authority_region,
        "laterality": side or None,
        "charts": sorted(charts_of(body_site=site.code, region=site.region, side=side)),
        "icd10cm": site.icd10cm or None,
        "hcpcs": site.hcpcs or None,
        "snomed": site.snomed or None,
    }


def _diagnosis(row: Diagnosis) -> dict[str, Any]:
    return {"code": row.code, "name": row.name, "kind": row.kind, "icd10cm": row.icd10cm or None}


def _milia_type(row: MiliaType) -> dict[str, Any]:
    return {"code": row.code, "name": row.name, "guidance": row.guidance}
