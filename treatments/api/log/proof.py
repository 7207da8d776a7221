"""The proof of a signed procedure over HTTP: as JSON, and as a page to be printed for an inspector."""

from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

import patients
from clinic.api.base import ApiView
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import named, person
from clinic.api.schema import BoundsShown, NamedShown, PersonShown, describe
from clinic.api.versions import answer
from clinic.pdf import pdf_of
from patients.selectors.records import found
from treatments.api.log.shapes import AddendumShown
from treatments.api.log.shown import show_addendum
from treatments.models import Procedure
from treatments.selectors.log.proof import proof_of
from treatments.selectors.log.records import procedures_visible_to

STYLE = "patients/paper.css"
STYLE_FILE = Path(patients.__file__).resolve().parent / "static" / STYLE


class EvidenceShown(serializers.Serializer[Any]):
    """What stood then, as the database had recorded it."""

    as_of = serializers.DateTimeField()
    practitioner = NamedShown()
    profession = serializers.CharField()
    licence = serializers.DictField(allow_null=True)
    policy = serializers.ListField(child=serializers.DictField())
    sources = serializers.ListField(child=serializers.CharField())
    supervision = serializers.DictField(allow_null=True)
    consents = serializers.ListField(child=serializers.DictField())
    lesions = serializers.ListField(child=serializers.DictField())
    decision = serializers.DictField(required=False)


class ProofShown(serializers.Serializer[Any]):
    """Why it was lawful; null where the stay had no visit, or nobody noted its start."""

    procedure = serializers.UUIDField()
    encounter = serializers.UUIDField()
    patient = NamedShown()
    site = serializers.SlugField()
    performed_by = PersonShown()
    profession = serializers.CharField()
    supervision = serializers.CharField()
    supervisor = PersonShown(allow_null=True)
    performed = BoundsShown()
    scopes = serializers.ListField(child=serializers.CharField())
    booking = EvidenceShown(allow_null=True)
    start = EvidenceShown(allow_null=True)
    signature = EvidenceShown()
    signed_by = PersonShown()
    signed_at = serializers.DateTimeField()
    cosigned_by = PersonShown(allow_null=True)
    cosigned_at = serializers.DateTimeField(allow_null=True)
    addenda = AddendumShown(many=True)


class Proof(ApiView):
    """Why a signed procedure was lawful."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("Why a signed procedure was lawful, as of booking, start and signature", shown=ProofShown, refuses=(422,))
    def get(self, request: Request, procedure: UUID) -> Response:
        """Read from what was recorded then."""
        return answer(show_proof(found(procedures_visible_to(request.user), procedure)))


class ProofPage(ApiView):
    """The same to be read and printed."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "The proof as a page", shown=OpenApiTypes.STR, status=(200, "text/html"), operation_id="procedures_proof_page_show"
    )
    def get(self, request: Request, procedure: UUID) -> HttpResponse:
        """For an inspector."""
        row = found(procedures_visible_to(request.user), procedure)
        return _on_paper(row, _page(row, style=static(STYLE)), kind="html", media="text/html; charset=utf-8")


class ProofPdf(ApiView):
    """The same to be handed over."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "The proof as PDF", shown=OpenApiTypes.BINARY, status=(200, "application/pdf"), operation_id="procedures_proof_pdf_show"
    )
    def get(self, request: Request, procedure: UUID) -> HttpResponse:
        """The same page."""
        row = found(procedures_visible_to(request.user), procedure)
        pdf = pdf_of(html=_page(row), css=STYLE_FILE.read_text(encoding="utf-8"))
        return _on_paper(row, pdf, kind="pdf", media="application/pdf")


def show_proof(procedure: Procedure) -> dict[str, Any]:
    """The proof as ProofShown."""
    zone = procedure.site.zone
    return proof_of(procedure) | {
        "patient": named(procedure.patient),
        "site": procedure.site.code,
        "performed_by": person(procedure.performed_by),
        "supervisor": person(procedure.supervisor) if procedure.supervisor else None,
        "signed_by": person(procedure.signed_by),
        "signed_at": procedure.signed_at.astimezone(zone).isoformat(),
        "cosigned_by": person(procedure.cosigned_by) if procedure.cosigned_by else None,
        "cosigned_at": procedure.cosigned_at.astimezone(zone).isoformat() if procedure.cosigned_at else None,
        "addenda": [show_addendum(addendum, zone) for addendum in procedure.addenda.all()],
    }


def _page(procedure: Procedure, *, style: str = "") -> str:
    shown = show_proof(procedure)
    moments = [
        ("As of the booking", shown["booking"]),
        ("As of the start", shown["start"]),
        ("As of the signature", shown["signature"]),
    ]
    return render_to_string("treatments/proof.html", {"proof": shown, "moments": moments, "style": style})


def _on_paper(procedure: Procedure, content: str | bytes, *, kind: str, media: str) -> HttpResponse:
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'inline; filename="proof-{procedure.pk}.{kind}"'}
    return HttpResponse(content, content_type=media, headers=headers)
