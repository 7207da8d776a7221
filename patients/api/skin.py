"""Skin profiles over HTTP."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, PRACTITIONERS, RolesByMethod
from clinic.api.render import key
from clinic.api.schema import ACTS, EDITS, describe, page_of
from clinic.api.strict import read
from clinic.api.versions import answer, etag_of, require_version
from clinic.models import User
from patients.api.inputs import SkinInput, SkinProfileInput
from patients.api.shown import SkinProfileShown, show_skin_profile
from patients.models import Patient, SkinProfile
from patients.selectors.records import found, patients_visible_to, skin_profiles_visible_to
from patients.services.skin import Held, record_skin


class SkinProfiles(ApiView):
    """The skin profiles of the patients whom the caller may see."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": PRACTITIONERS}

    @describe("Skin profiles", shown=page_of(SkinProfileShown), query={"patient": "Patient id."}, paging=True)
    def get(self, request: Request) -> Response:
        """One page."""
        asked = filters(request, {"patient": key})
        return paged(request, skin_profiles_visible_to(request.user).filter(**asked), show_skin_profile)

    @describe("Record a skin type", taken=SkinProfileInput, shown=SkinProfileShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """A patient has one profile: what is given is added to it."""
        given = read(SkinProfileInput, request)
        patient = found(patients_visible_to(request.user), given.pop("patient"))
        return answer(show_skin_profile(_recorded(request.user, patient, given)), status=201)


class OneSkinProfile(ApiView):
    """A skin profile."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "PATCH": PRACTITIONERS}

    @describe("A skin profile", shown=SkinProfileShown)
    def get(self, request: Request, profile: UUID) -> Response:
        """Show it."""
        return answer(show_skin_profile(found(skin_profiles_visible_to(request.user), profile)))

    @describe("Correct a skin profile", taken=SkinInput, shown=SkinProfileShown, refuses=EDITS)
    def patch(self, request: Request, profile: UUID) -> Response:
        """A contraindication that is given again takes its new end, a new one is added, the others stay."""
        row = found(skin_profiles_visible_to(request.user).select_for_update(of=("self",), no_key=True), profile)
        given = read(SkinInput, request, partial=True)
        require_version(request, etag_of(show_skin_profile(row)))
        return answer(show_skin_profile(_recorded(request.user, row.patient, given)))


def _recorded(actor: User, patient: Patient, given: dict[str, Any]) -> SkinProfile:
    held = [Held(**one) for one in given.pop("contraindications", [])]
    return record_skin(actor=actor, patient=patient, axes=given, contraindications=held, now=timezone.now())
