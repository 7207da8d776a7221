"""Overrides of soft gates over HTTP: given by a dermatologist, confirmed by somebody else."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, PRACTITIONERS, RolesByMethod
from clinic.api.render import key, local, named, person, word
from clinic.api.schema import ACTS, NamedShown, PersonShown, describe, page_of
from clinic.api.strict import NoInput, Strict, read
from clinic.api.versions import answer
from clinic.selectors.people import site_named
from patients.selectors.records import found, lesions_visible_to, patients_visible_to
from treatments.api.items import CODE
from treatments.models import Override
from treatments.selectors.records import overrides_visible_to
from treatments.services.overrides import FEWEST_CHARACTERS, NewOverride, confirm_override, give_override

GATES = tuple(f"G{number:02}" for number in range(1, 31))
LONGEST_REASON = 2000


class OverrideInput(Strict):
    """One gate, for one treatment, of one lesion or wherever it is done; only soft gates can be lifted."""

    patient = serializers.UUIDField()
    site = serializers.CharField(max_length=CODE)
    treatment = serializers.CharField(max_length=CODE)
    lesion = serializers.UUIDField(required=False, allow_null=True)
    gate = serializers.ChoiceField(GATES)
    reason = serializers.CharField(min_length=FEWEST_CHARACTERS, max_length=LONGEST_REASON)


class OverrideShown(serializers.Serializer[Any]):
    """An override; it serves one visit, once it is confirmed and before it expires."""

    id = serializers.UUIDField()
    patient = NamedShown()
    site = serializers.SlugField()
    treatment = serializers.SlugField()
    lesion = serializers.UUIDField(allow_null=True)
    gate = serializers.ChoiceField(GATES)
    reason = serializers.CharField()
    given_by = PersonShown()
    given_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    confirmed_by = serializers.UUIDField(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    used_by = serializers.UUIDField(allow_null=True)


class Overrides(ApiView):
    """The overrides for the patients whom the caller may see."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": PRACTITIONERS}

    @describe("Overrides", shown=page_of(OverrideShown), query={"patient": "Patient id.", "site": "Site code."}, paging=True)
    def get(self, request: Request) -> Response:
        """One page."""
        asked = filters(request, {"patient": key, "site": word})
        if "site" in asked:
            asked["site__code"] = asked.pop("site")
        return paged(request, overrides_visible_to(request.user).filter(**asked), show_override)

    @describe("Give an override", taken=OverrideInput, shown=OverrideShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """It waits for a second person."""
        given = read(OverrideInput, request)
        patient = found(patients_visible_to(request.user), given["patient"])
        site = site_named(given["site"])
        lesion = found(lesions_visible_to(request.user), given["lesion"]) if given.get("lesion") else None
        wanted = NewOverride(treatment=given["treatment"], gate=given["gate"], reason=given["reason"], lesion=lesion)
        override = give_override(actor=request.user, patient=patient, site=site, override=wanted, now=timezone.now())
        return answer(show_override(found(overrides_visible_to(request.user), override.pk)), status=201)


class OneOverride(ApiView):
    """An override."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("An override", shown=OverrideShown)
    def get(self, request: Request, override: UUID) -> Response:
        """Show it."""
        return answer(show_override(found(overrides_visible_to(request.user), override)))


class Confirm(ApiView):
    """The second person's word."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Confirm an override", taken=NoInput, shown=OverrideShown, refuses=ACTS)
    def post(self, request: Request, override: UUID) -> Response:
        """It can serve a visit from now on."""
        read(NoInput, request)
        row = found(overrides_visible_to(request.user), override)
        confirm_override(actor=request.user, override=row, now=timezone.now())
        return answer(show_override(found(overrides_visible_to(request.user), override)))


def show_override(override: Override) -> dict[str, Any]:
    """The override as OverrideShown, its moments in the zone of its site."""
    zone = override.site.zone
    return {
        "id": str(override.id),
        "patient": named(override.patient),
        "site": override.site.code,
        "treatment": override.treatment.code,
        "lesion": override.lesion_id and str(override.lesion_id),
        "gate": override.gate,
        "reason": override.reason,
        "given_by": person(override.given_by),
        "given_at": local(override.given_at, zone),
        "expires_at": local(override.expires_at, zone),
        "confirmed_by": override.confirmed_by_id and str(override.confirmed_by_id),
        "confirmed_at": local(override.confirmed_at, zone),
        "used_by": override.used_by and str(override.used_by),
    }
