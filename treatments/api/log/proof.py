"""The proof of a signed procedure over HTTP: as JSON, and as a page to be printed for an inspector."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.template.loader import render_to_string
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import named, person
from clinic.api.schema import BoundsShown, NamedShown, PersonShown, describe
from clinic.api.versions import answer
from patients.selectors.records import found
from treatments.api.log.shapes import AddendumShown
from treatments.api.log.shown import show_addendum
from treatments.models import Procedure
from treatments.selectors.log.proof import proof_of
from treatments.selectors.log.records import procedures_visible_to


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
    """The same to be printed."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("The proof as a page to be printed", shown=str, refuses=(422,))
    def get(self, request: Request, procedure: UUID) -> HttpResponse:
        """HTML."""
        shown = show_proof(found(procedures_visible_to(request.user), procedure))
        return HttpResponse(proof_html(shown), headers={"Cache-Control": "no-store"})


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


def proof_html(shown: dict[str, Any]) -> str:
    """The proof as a page of its own."""
    moments = [
        ("As of the booking", shown["booking"]),
        ("As of the start", shown["start"]),
        ("As of the signature", shown["signature"]),
    ]
    return render_to_string("treatments/proof.html", {"proof": shown, "moments": moments})
