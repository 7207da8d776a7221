"""Documented trainings over HTTP."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.credentials.shared import (
    PRACTITIONER_FILTER,
    STAFF_READ_MANAGERS_CHANGE,
    STAFF_READ_MANAGERS_FILE,
    DaysInput,
    PaperShown,
    choice,
    days_shown,
    moved_shown,
)
from clinic.api.pagination import filters, paged
from clinic.api.permissions import RolesByMethod
from clinic.api.render import one_of, person, word
from clinic.api.schema import ACTS, EDITS, MovedShown, describe, page_of
from clinic.api.strict import Day, Strict, read
from clinic.api.versions import answer, etag_of, require_version
from clinic.models import Certification
from clinic.models.credentials import TRAININGS
from clinic.selectors.credentials import certifications_on_file, the_one
from clinic.selectors.people import practitioner_named
from clinic.services.changes import take_alone
from clinic.services.credentials.trainings import correct_certification, end_certification, file_certification


class CertificationShown(PaperShown):
    """A training."""

    kind = serializers.ChoiceField(TRAININGS)


class CertificationMovedShown(CertificationShown, MovedShown):
    """A training, and what moved."""


class CertificationInput(Strict):
    """A training as it is documented; the practitioner by id or username, days inclusive."""

    practitioner = serializers.CharField(max_length=150)
    kind = serializers.ChoiceField(TRAININGS)
    valid_from = Day()
    valid_through = Day()


class Certifications(ApiView):
    """All trainings."""

    roles: ClassVar[RolesByMethod] = STAFF_READ_MANAGERS_FILE

    @describe(
        "Trainings on file",
        shown=page_of(CertificationShown),
        query={"practitioner": PRACTITIONER_FILTER, "kind": choice("kind", TRAININGS, "A training.")},
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        asked = filters(request, {"practitioner": word, "kind": one_of(*TRAININGS)})
        return paged(request, certifications_on_file(**asked), show_certification)

    @describe("File a training", taken=CertificationInput, shown=CertificationMovedShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """File it."""
        given = read(CertificationInput, request)
        practitioner = practitioner_named(given.pop("practitioner"))
        return _changed(
            *file_certification(actor=request.user, practitioner=practitioner, now=timezone.now(), **given), status=201
        )


class OneCertification(ApiView):
    """A training."""

    roles: ClassVar[RolesByMethod] = STAFF_READ_MANAGERS_CHANGE

    @describe("A training", shown=CertificationShown)
    def get(self, request: Request, certification: UUID) -> Response:
        """Show it."""
        return answer(show_certification(the_one(certifications_on_file(), certification)))

    @describe("Correct its days", taken=DaysInput, shown=CertificationMovedShown, refuses=EDITS)
    def patch(self, request: Request, certification: UUID) -> Response:
        """Correct them."""
        given = read(DaysInput, request, partial=True)
        take_alone(practitioners=[the_one(certifications_on_file(), certification).practitioner_id])
        current = the_one(certifications_on_file(), certification)
        require_version(request, etag_of(show_certification(current)))
        return _changed(*correct_certification(actor=request.user, certification=current, now=timezone.now(), **given))

    @describe("It counts for nothing from now on", shown=MovedShown, refuses=ACTS)
    def delete(self, request: Request, certification: UUID) -> Response:
        """End it."""
        current = the_one(certifications_on_file(), certification)
        _, moved = end_certification(actor=request.user, certification=current, now=timezone.now())
        return Response(moved_shown(moved))


def _changed(certification: Certification, moved: list[UUID], *, status: int = 200) -> Response:
    shown = show_certification(certification)
    return answer(shown | moved_shown(moved), status=status, etag=etag_of(shown))


def show_certification(certification: Certification) -> dict[str, Any]:
    """The training."""
    return {
        "id": str(certification.id),
        "practitioner": person(certification.practitioner),
        "kind": certification.kind,
        **days_shown(certification),
    }
