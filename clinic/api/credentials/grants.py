"""Grants over HTTP: the clinic's own privileges by name."""

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
    days_shown,
    id_shown,
    moved_shown,
)
from clinic.api.pagination import filters, paged
from clinic.api.permissions import MANAGERS, RolesByMethod, require_role
from clinic.api.render import person, word
from clinic.api.schema import ACTS, EDITS, MovedShown, describe, page_of
from clinic.api.strict import Day, Strict, read
from clinic.api.versions import answer, etag_of, require_version
from clinic.models import Grant
from clinic.selectors.credentials import grants_on_file, the_one
from clinic.selectors.people import practitioner_named, site_named
from clinic.services.changes import take_alone
from clinic.services.credentials.grants import correct_grant, end_grant, file_grant


class GrantShown(PaperShown):
    """A grant of one scope at one site."""

    site = serializers.SlugField()
    scope = serializers.CharField()
    granted_by = serializers.UUIDField(allow_null=True)


class GrantMovedShown(GrantShown, MovedShown):
    """A grant, and what moved."""


class GrantInput(Strict):
    """The practitioner by id or username, a scope such as `lancet_extraction/epidermal@periocular`; days inclusive."""

    practitioner = serializers.CharField(max_length=150)
    site = serializers.CharField(max_length=50)
    scope = serializers.CharField(max_length=100)
    valid_from = Day()
    valid_through = Day()


class Grants(ApiView):
    """All grants."""

    roles: ClassVar[RolesByMethod] = STAFF_READ_MANAGERS_FILE

    @describe(
        "Grants",
        shown=page_of(GrantShown),
        query={"practitioner": PRACTITIONER_FILTER, "site": "Site code.", "scope": "A scope."},
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        asked = filters(request, {"practitioner": word, "site": word, "scope": word})
        return paged(request, grants_on_file(**asked), show_grant)

    @describe("Grant a scope for at most 24 months", taken=GrantInput, shown=GrantMovedShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """File it."""
        given = read(GrantInput, request)
        practitioner, site = practitioner_named(given.pop("practitioner")), site_named(given.pop("site"))
        require_role(request.user, MANAGERS, site=site)
        return _changed(
            *file_grant(actor=request.user, practitioner=practitioner, site=site, now=timezone.now(), **given), status=201
        )


class OneGrant(ApiView):
    """A grant."""

    roles: ClassVar[RolesByMethod] = STAFF_READ_MANAGERS_CHANGE

    @describe("A grant", shown=GrantShown)
    def get(self, request: Request, grant: UUID) -> Response:
        """Show it."""
        return answer(show_grant(the_one(grants_on_file(), grant)))

    @describe("Correct its days", taken=DaysInput, shown=GrantMovedShown, refuses=EDITS)
    def patch(self, request: Request, grant: UUID) -> Response:
        """Correct them."""
        given = read(DaysInput, request, partial=True)
        held = the_one(grants_on_file(), grant)
        require_role(request.user, MANAGERS, site=held.site)
        take_alone(practitioners=[held.practitioner_id])
        current = the_one(grants_on_file(), grant)
        require_version(request, etag_of(show_grant(current)))
        return _changed(*correct_grant(actor=request.user, grant=current, now=timezone.now(), **given))

    @describe("It counts for nothing from now on", shown=MovedShown, refuses=ACTS)
    def delete(self, request: Request, grant: UUID) -> Response:
        """End it."""
        current = the_one(grants_on_file(), grant)
        require_role(request.user, MANAGERS, site=current.site)
        _, moved = end_grant(actor=request.user, grant=current, now=timezone.now())
        return Response(moved_shown(moved))


def _changed(grant: Grant, moved: list[UUID], *, status: int = 200) -> Response:
    shown = show_grant(grant)
    return answer(shown | moved_shown(moved), status=status, etag=etag_of(shown))


def show_grant(grant: Grant) -> dict[str, Any]:
    """The grant."""
    return {
        "id": str(grant.id),
        "practitioner": person(grant.practitioner),
        "site": grant.site.code,
        "scope": grant.scope,
        **days_shown(grant),
        "granted_by": id_shown(grant.granted_by_id),
    }
