"""Supervision agreements over HTTP."""

from collections.abc import Iterable
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
    days_shown,
    moved_shown,
)
from clinic.api.pagination import filters, paged
from clinic.api.permissions import MANAGERS, RolesByMethod, require_role
from clinic.api.render import person, word
from clinic.api.schema import ACTS, EDITS, MovedShown, PersonShown, describe, page_of
from clinic.api.strict import Day, Strict, read
from clinic.api.versions import answer, etag_of, require_version
from clinic.models import Site, SupervisionAgreement, User
from clinic.scopes import ACTS as CLINIC_ACTS
from clinic.scopes import LEVELS
from clinic.selectors.credentials import agreements_on_file, the_one
from clinic.selectors.people import practitioner_named, site_named
from clinic.services.changes import take_alone
from clinic.services.credentials.agreements import correct_agreement, end_agreement, file_agreement


class AgreementShown(serializers.Serializer[Any]):
    """Who supervises whom, for which acts, where, up to which level; days are inclusive."""

    id = serializers.UUIDField()
    supervisor = PersonShown()
    supervisee = PersonShown()
    sites = serializers.ListField(child=serializers.SlugField())
    acts = serializers.ListField(child=serializers.ChoiceField(CLINIC_ACTS))
    level = serializers.ChoiceField(LEVELS[1:])
    valid_from = serializers.DateField()
    valid_through = serializers.DateField()


class AgreementMovedShown(AgreementShown, MovedShown):
    """An agreement, and what moved."""


class AgreementInput(Strict):
    """People by id or username, sites by code; days inclusive."""

    supervisor = serializers.CharField(max_length=150)
    supervisee = serializers.CharField(max_length=150)
    sites = serializers.ListField(child=serializers.CharField(max_length=50), min_length=1, max_length=100)
    acts = serializers.ListField(child=serializers.ChoiceField(CLINIC_ACTS), min_length=1, max_length=len(CLINIC_ACTS))
    level = serializers.ChoiceField(LEVELS[1:])
    valid_from = Day()
    valid_through = Day()


class Agreements(ApiView):
    """All agreements."""

    roles: ClassVar[RolesByMethod] = STAFF_READ_MANAGERS_FILE

    @describe(
        "Supervision agreements",
        shown=page_of(AgreementShown),
        query={"supervisor": PRACTITIONER_FILTER, "supervisee": PRACTITIONER_FILTER, "site": "Site code."},
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        asked = filters(request, {"supervisor": word, "supervisee": word, "site": word})
        return paged(request, agreements_on_file(**asked), show_agreement)

    @describe("File an agreement", taken=AgreementInput, shown=AgreementMovedShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """File it."""
        given = read(AgreementInput, request)
        parties = {role: practitioner_named(given.pop(role)) for role in ("supervisor", "supervisee")}
        sites = [site_named(code) for code in sorted(set(given.pop("sites")))]
        _require_manager(request.user, sites)
        return _changed(*file_agreement(actor=request.user, sites=sites, now=timezone.now(), **parties, **given), status=201)


class OneAgreement(ApiView):
    """An agreement."""

    roles: ClassVar[RolesByMethod] = STAFF_READ_MANAGERS_CHANGE

    @describe("An agreement", shown=AgreementShown)
    def get(self, request: Request, agreement: UUID) -> Response:
        """Show it."""
        return answer(show_agreement(the_one(agreements_on_file(), agreement)))

    @describe("Correct its days", taken=DaysInput, shown=AgreementMovedShown, refuses=EDITS)
    def patch(self, request: Request, agreement: UUID) -> Response:
        """Correct them."""
        given = read(DaysInput, request, partial=True)
        parties = the_one(agreements_on_file(), agreement)
        _require_manager(request.user, parties.sites.all())
        take_alone(practitioners=[parties.supervisor_id, parties.supervisee_id])
        current = the_one(agreements_on_file(), agreement)
        require_version(request, etag_of(show_agreement(current)))
        _, moved = correct_agreement(actor=request.user, agreement=current, now=timezone.now(), **given)
        return _changed(the_one(agreements_on_file(), agreement), moved)

    @describe("It covers nothing from now on", shown=MovedShown, refuses=ACTS)
    def delete(self, request: Request, agreement: UUID) -> Response:
        """End it."""
        current = the_one(agreements_on_file(), agreement)
        _require_manager(request.user, current.sites.all())
        _, moved = end_agreement(actor=request.user, agreement=current, now=timezone.now())
        return Response(moved_shown(moved))


def _require_manager(user: User, sites: Iterable[Site]) -> None:
    for site in sites:
        require_role(user, MANAGERS, site=site)


def _changed(agreement: SupervisionAgreement, moved: list[UUID], *, status: int = 200) -> Response:
    shown = show_agreement(agreement)
    return answer(shown | moved_shown(moved), status=status, etag=etag_of(shown))


def show_agreement(agreement: SupervisionAgreement) -> dict[str, Any]:
    """The agreement."""
    return {
        "id": str(agreement.id),
        "supervisor": person(agreement.supervisor),
        "supervisee": person(agreement.supervisee),
        "sites": sorted(site.code for site in agreement.sites.all()),
        "acts": agreement.acts,
        "level": agreement.level,
        **days_shown(agreement),
    }
