"""Consents over HTTP: the texts to show, giving consent, and taking it back."""

from functools import partial
from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import key, one_of
from clinic.api.schema import ACTS, choice, describe, page_of
from clinic.api.strict import read
from clinic.api.versions import answer
from patients.api.consent_shapes import (
    ConsentInput,
    ConsentShown,
    ConsentTextShown,
    WithdrawalInput,
    show_consent,
    show_text,
)
from patients.models.people import LANGUAGES
from patients.policies.consents import KINDS
from patients.selectors.consents import consents_visible_to, present_texts
from patients.selectors.records import found, patients_visible_to
from patients.services.consents import NewConsent, give_consent, withdraw_consent

YES_OR_NO = {"true": True, "false": False}


class ConsentTexts(ApiView):
    """The texts that are shown now."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "Texts to be signed",
        shown=page_of(ConsentTextShown),
        query={"kind": choice("kind", KINDS, "What for."), "language": choice("language", LANGUAGES, "In which language.")},
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """The present version of each, one page."""
        asked = filters(request, {"kind": one_of(*KINDS), "language": one_of(*LANGUAGES)})
        return paged(request, present_texts(at=timezone.now()).filter(**asked), show_text)


class Consents(ApiView):
    """The consents of the patients whom the caller may see."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": ANY_STAFF}

    @describe(
        "Consents",
        shown=page_of(ConsentShown),
        query={
            "patient": "Patient id.",
            "kind": choice("kind", KINDS, "What for."),
            "withdrawn": choice("withdrawn", tuple(YES_OR_NO), "Whether it was taken back."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        asked = filters(request, {"patient": key, "kind": one_of(*KINDS), "withdrawn": one_of(*YES_OR_NO)})
        if "withdrawn" in asked:
            asked["withdrawn_at__isnull"] = not YES_OR_NO[asked.pop("withdrawn")]
        rows = consents_visible_to(request.user).filter(**asked)
        return paged(request, rows, partial(show_consent, now=timezone.now()))

    @describe("Give consent", taken=ConsentInput, shown=ConsentShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """Kept as it was signed, for good."""
        given = read(ConsentInput, request)
        patient = found(patients_visible_to(request.user), given.pop("patient"))
        new = NewConsent(signer=given.pop("signed_by"), **given)
        consent = give_consent(actor=request.user, patient=patient, consent=new, now=timezone.now())
        return _shown(request, consent.pk, status=201)


class OneConsent(ApiView):
    """A consent."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A consent", shown=ConsentShown)
    def get(self, request: Request, consent: UUID) -> Response:
        """Show it."""
        return _shown(request, consent)


class Withdraw(ApiView):
    """The end of a consent."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Take a consent back", taken=WithdrawalInput, shown=ConsentShown, refuses=ACTS)
    def post(self, request: Request, consent: UUID) -> Response:
        """Whatever was agreed to in that kind ends now; repeated, it changes nothing."""
        given = read(WithdrawalInput, request)
        row = found(consents_visible_to(request.user), consent)
        withdraw_consent(actor=request.user, consent=row, reason=given["reason"], now=timezone.now())
        return _shown(request, consent)


def _shown(request: Request, consent: UUID, *, status: int = 200) -> Response:
    row = found(consents_visible_to(request.user), consent)
    return answer(show_consent(row, now=timezone.now()), status=status)
