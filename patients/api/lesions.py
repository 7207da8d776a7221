"""Lesions over HTTP."""

from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, PRACTITIONERS, RolesByMethod
from clinic.api.render import key, one_of
from clinic.api.schema import ACTS, EDITS, choice, describe, page_of
from clinic.api.strict import read
from clinic.api.versions import answer, etag_of, require_version
from clinic.scopes import REGIONS
from clinic.services.changes import hold
from patients.api.inputs import LesionChange, LesionInput, without_nulls
from patients.api.shown import LesionShown, show_lesion
from patients.models import Lesion
from patients.models.lesions import LESION_STATUSES
from patients.selectors.charts import family_of
from patients.selectors.records import found, lesions_visible_to, patients_visible_to
from patients.services.lesions import NewLesion, correct_lesion, note_lesion


class LesionMovedShown(LesionShown):
    """A lesion that was corrected, and the visits that no longer fitted it and now need a new time or person."""

    moved = serializers.ListField(child=serializers.UUIDField())


class Lesions(ApiView):
    """The lesions of the patients whom the caller may see."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": ANY_STAFF}

    @describe(
        "Lesions",
        shown=page_of(LesionShown),
        query={
            "patient": "Patient id.",
            "region": choice("region", REGIONS, "Where it lies."),
            "status": choice("status", LESION_STATUSES, "Its status."),
            "merged_into": "Those that became part of this lesion.",
            "recurrence_of": "Those in which this lesion came back.",
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page, without what became part of another lesion unless that is asked for."""
        allowed = {"patient": key, "region": one_of(*REGIONS), "status": one_of(*LESION_STATUSES)}
        asked = filters(request, allowed | {"merged_into": key, "recurrence_of": key})
        rows = lesions_visible_to(request.user).filter(**{"merged_into": None} | asked)
        return paged(request, rows, show_lesion)

    @describe("Note a lesion", taken=LesionInput, shown=LesionShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """Its region comes from the body site, unverified, and its diagnosis is open."""
        given = without_nulls(read(LesionInput, request))
        patient = found(patients_visible_to(request.user), given.pop("patient"))
        lesion = note_lesion(actor=request.user, patient=patient, lesion=NewLesion(**given), now=timezone.now())
        return answer(show_lesion(found(lesions_visible_to(request.user), lesion.pk)), status=201)


class OneLesion(ApiView):
    """A lesion."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "PATCH": PRACTITIONERS}

    @describe("A lesion", shown=LesionShown)
    def get(self, request: Request, lesion: UUID) -> Response:
        """Show it."""
        return answer(show_lesion(found(lesions_visible_to(request.user), lesion)))

    @describe("Correct what describes a lesion", taken=LesionChange, shown=LesionMovedShown, refuses=EDITS)
    def patch(self, request: Request, lesion: UUID) -> Response:
        """Tighten or describe; what loosens a rule is refused."""
        found(lesions_visible_to(request.user), lesion)
        given = read(LesionChange, request, partial=True)
        hold(keys=family_of([lesion]))
        row = found(lesions_visible_to(request.user), lesion)
        require_version(request, etag_of(show_lesion(row)))
        _, moved = correct_lesion(actor=request.user, lesion=lesion, changes=given, now=timezone.now())
        return moved_with(found(lesions_visible_to(request.user), lesion), moved)


def moved_with(lesion: Lesion, moved: list[UUID]) -> Response:
    """The lesion as LesionMovedShown."""
    shown = show_lesion(lesion)
    return answer(shown | {"moved": [str(visit) for visit in moved]}, etag=etag_of(shown))
