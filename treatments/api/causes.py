"""Which earlier procedure a lesion came from, over HTTP."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.permissions import ANY_STAFF, PRACTITIONERS, RolesByMethod
from clinic.api.render import local, person
from clinic.api.schema import ACTS, PersonShown, describe
from clinic.api.strict import Strict, read
from clinic.api.versions import answer
from patients.models import Lesion
from patients.policies.appearance import CAUSES
from patients.selectors.records import found, lesions_visible_to
from treatments.models import LesionCause
from treatments.policies.causes import CAUSED_BY
from treatments.selectors.causes import cause_of
from treatments.selectors.log.records import procedures_visible_to
from treatments.services.causes import name_causing_procedure, withdraw_causing_procedure


class CauseInput(Strict):
    """The signed procedure that the lesion came from, and how; without a `cause` that of the chart, else a cosmetic procedure."""

    procedure = serializers.UUIDField()
    cause = serializers.ChoiceField(tuple(CAUSED_BY), required=False)


class CausingProcedureShown(serializers.Serializer[Any]):
    """What was done then, by whom and where."""

    id = serializers.UUIDField()
    treatments = serializers.ListField(child=serializers.SlugField())
    site = serializers.SlugField()
    performed_by = PersonShown()
    performed_at = serializers.DateTimeField()


class CauseShown(serializers.Serializer[Any]):
    """The cause of a lesion as charted, and the procedure of ours behind it, where somebody named one."""

    lesion = serializers.UUIDField()
    cause = serializers.ChoiceField(CAUSES, allow_null=True)
    cause_note = serializers.CharField(allow_null=True)
    procedure = CausingProcedureShown(allow_null=True)
    told_by = PersonShown(allow_null=True)
    told_at = serializers.DateTimeField(allow_null=True)


class LesionCauses(ApiView):
    """Where a lesion came from."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": PRACTITIONERS, "DELETE": PRACTITIONERS}

    @describe("Where a lesion came from", shown=CauseShown)
    def get(self, request: Request, lesion: UUID) -> Response:
        """Its cause, with the procedure behind it."""
        return _shown(request, lesion)

    @describe("Name the procedure that a lesion came from", taken=CauseInput, shown=CauseShown, refuses=ACTS)
    def post(self, request: Request, lesion: UUID) -> Response:
        """In place of any other; the chart takes the cause."""
        row = found(lesions_visible_to(request.user), lesion)
        given = read(CauseInput, request)
        procedure = found(procedures_visible_to(request.user), given.pop("procedure"))
        name_causing_procedure(actor=request.user, lesion=row, procedure=procedure, now=timezone.now(), **given)
        return _shown(request, lesion)

    @describe("Take the procedure behind a cause back", status=204)
    def delete(self, request: Request, lesion: UUID) -> Response:
        """The word for the cause stays until it is corrected."""
        withdraw_causing_procedure(actor=request.user, lesion=found(lesions_visible_to(request.user), lesion))
        return Response(status=204)


def _shown(request: Request, lesion: UUID) -> Response:
    return answer(show_cause(found(lesions_visible_to(request.user), lesion), cause_of(lesion)))


def show_cause(lesion: Lesion, link: LesionCause | None) -> dict[str, Any]:
    """The cause as CauseShown; moments in the zone of the procedure's site."""
    return {
        "lesion": str(lesion.id),
        "cause": lesion.cause or None,
        "cause_note": lesion.cause_note or None,
        "procedure": _procedure(link) if link else None,
        "told_by": person(link.told_by) if link else None,
        "told_at": local(link.told_at, link.procedure.site.zone) if link else None,
    }


def _procedure(link: LesionCause) -> dict[str, Any]:
    procedure = link.procedure
    return {
        "id": str(procedure.id),
        "treatments": [item.treatment.code for item in procedure.items.all()],
        "site": procedure.site.code,
        "performed_by": person(procedure.performed_by),
        "performed_at": local(procedure.performed_at, procedure.site.zone),
    }
