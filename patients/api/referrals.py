"""Referrals over HTTP: opened for lesions, and followed until somebody says what came of them."""

from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, PRACTITIONERS, RolesByMethod
from clinic.api.render import key, one_of
from clinic.api.schema import ACTS, choice, describe, page_of
from clinic.api.strict import NoInput, read
from clinic.api.versions import answer
from patients.api.referral_shapes import (
    ReferralBookingInput,
    ReferralClosingInput,
    ReferralDecliningInput,
    ReferralInput,
    ReferralSeenInput,
    ReferralShown,
    show_referral,
)
from patients.models import Referral
from patients.policies.courses import REFERRAL_STATUSES
from patients.policies.referring import DESTINATIONS
from patients.selectors.charts import referrals_visible_to
from patients.selectors.records import all_found, found, lesions_visible_to, patients_visible_to
from patients.services.referrals import (
    NewReferral,
    book_referral,
    close_referral,
    decline_referral,
    open_referral,
    record_referral_seen,
    unbook_referral,
)


class Referrals(ApiView):
    """The referrals of the patients whom the caller may see."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": PRACTITIONERS}

    @describe(
        "Referrals",
        shown=page_of(ReferralShown),
        query={
            "patient": "Patient id.",
            "lesion": "Lesion id.",
            "status": choice("status", REFERRAL_STATUSES, "How far it is."),
            "to": choice("to", DESTINATIONS, "The specialty."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        allowed = {"patient": key, "lesion": key, "status": one_of(*REFERRAL_STATUSES), "to": one_of(*DESTINATIONS)}
        asked = filters(request, allowed)
        if "lesion" in asked:
            asked["items__lesion"] = asked.pop("lesion")
        return paged(request, referrals_visible_to(request.user).filter(**asked), show_referral)

    @describe("Refer lesions", taken=ReferralInput, shown=ReferralShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """It is followed by tasks until it has ended."""
        given = read(ReferralInput, request)
        patient = found(patients_visible_to(request.user), given.pop("patient"))
        lesions = [row.pk for row in all_found(lesions_visible_to(request.user), given.pop("lesions"))]
        row = open_referral(
            actor=request.user, patient=patient, lesions=lesions, referral=NewReferral(**given), now=timezone.now()
        )
        return _answer(request, row, status=201)


class OneReferral(ApiView):
    """A referral."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A referral", shown=ReferralShown)
    def get(self, request: Request, referral: UUID) -> Response:
        """Show it."""
        return answer(show_referral(_found(request, referral)))


class Book(ApiView):
    """The visit there is booked."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Say when the visit there is", taken=ReferralBookingInput, shown=ReferralShown, refuses=ACTS)
    def post(self, request: Request, referral: UUID) -> Response:
        """Booked again, it takes the new moment."""
        given = read(ReferralBookingInput, request)
        row = book_referral(actor=request.user, referral=_found(request, referral), now=timezone.now(), **given)
        return _answer(request, row)


class Unbook(ApiView):
    """The visit there fell through."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Say that the visit there fell through", taken=NoInput, shown=ReferralShown, refuses=ACTS)
    def post(self, request: Request, referral: UUID) -> Response:
        """It is open again."""
        read(NoInput, request)
        row = unbook_referral(actor=request.user, referral=_found(request, referral), now=timezone.now())
        return _answer(request, row)


class Seen(ApiView):
    """They have seen the patient."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Say when they saw the patient", taken=ReferralSeenInput, shown=ReferralShown, refuses=ACTS)
    def post(self, request: Request, referral: UUID) -> Response:
        """What they found is still to come."""
        given = read(ReferralSeenInput, request)
        row = record_referral_seen(actor=request.user, referral=_found(request, referral), now=timezone.now(), **given)
        return _answer(request, row)


class Close(ApiView):
    """The answer is there."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Say what came of it", taken=ReferralClosingInput, shown=ReferralShown, refuses=ACTS)
    def post(self, request: Request, referral: UUID) -> Response:
        """The lesions go on; a flag is lifted by an assessment alone."""
        given = read(ReferralClosingInput, request)
        row = close_referral(actor=request.user, referral=_found(request, referral), now=timezone.now(), **given)
        return _answer(request, row)


class Decline(ApiView):
    """It comes to nothing."""

    roles: ClassVar[RolesByMethod] = {"POST": PRACTITIONERS}

    @describe("Say that it comes to nothing", taken=ReferralDecliningInput, shown=ReferralShown, refuses=ACTS)
    def post(self, request: Request, referral: UUID) -> Response:
        """The lesions are watched here again."""
        given = read(ReferralDecliningInput, request)
        row = decline_referral(actor=request.user, referral=_found(request, referral), now=timezone.now(), **given)
        return _answer(request, row)


def _found(request: Request, referral: UUID) -> Referral:
    return found(referrals_visible_to(request.user), referral)


def _answer(request: Request, row: Referral, *, status: int = 200) -> Response:
    return answer(show_referral(_found(request, row.pk)), status=status)
