"""Closures over HTTP."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import paged
from clinic.api.permissions import MANAGERS, RolesByMethod, require_role
from clinic.api.presence.shared import (
    BY_START,
    STAFF_READ_MANAGERS_END,
    STAFF_READ_MANAGERS_FILE,
    WHEN,
    PeriodInput,
    PeriodShown,
    asked_of,
    moved_shown,
)
from clinic.api.render import bounds, key, named, period, word
from clinic.api.schema import ACTS, MovedShown, NamedShown, describe, page_of
from clinic.api.strict import read
from clinic.api.versions import answer
from clinic.errors import Malformed
from clinic.models import Closure
from clinic.selectors.people import device_named, room_named, site_named
from clinic.selectors.presence import closures_between, the_one
from clinic.services.absences import file_closure, reopen


class ClosureInput(PeriodInput):
    """What is closed: the site, or one room or device of it."""

    site = serializers.CharField(max_length=50)
    room = serializers.UUIDField(required=False, allow_null=True)
    device = serializers.UUIDField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class ClosureShown(PeriodShown):
    """Something is closed."""

    site = serializers.SlugField()
    room = NamedShown(allow_null=True)
    device = NamedShown(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class ClosureFiled(ClosureShown, MovedShown):
    """A closure, and what moved."""


class Closures(ApiView):
    """What is closed."""

    roles: ClassVar[RolesByMethod] = STAFF_READ_MANAGERS_FILE

    @describe(
        "Closures",
        shown=page_of(ClosureShown),
        query={"site": "Site code.", "room": OpenApiParameter("room", OpenApiTypes.UUID, description="Room id."), **WHEN},
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page, by start."""
        return paged(request, closures_between(**asked_of(request, site=word, room=key)), show_closure, ordering=BY_START)

    @describe("File a closure: this always succeeds", taken=ClosureInput, shown=ClosureFiled, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """Close a site, a room or a device."""
        given = read(ClosureInput, request)
        if given.get("room") and given.get("device"):
            raise Malformed({"device": "A closure is of a room or of a device: file two."})
        during = period(given["start"], given["end"])
        site = site_named(given["site"])
        require_role(request.user, MANAGERS, site=site)
        closure, moved = file_closure(
            actor=request.user,
            site=site,
            room=room_named(given["room"], site=site) if given.get("room") else None,
            device=device_named(given["device"], site=site) if given.get("device") else None,
            during=during,
            reason=given.get("reason", ""),
            now=timezone.now(),
        )
        return answer(show_closure(closure) | moved_shown(moved), status=201)


class OneClosure(ApiView):
    """A closure."""

    roles: ClassVar[RolesByMethod] = STAFF_READ_MANAGERS_END

    @describe("A closure", shown=ClosureShown)
    def get(self, request: Request, closure: UUID) -> Response:
        """Show it."""
        return answer(show_closure(the_one(closures_between(), closure)))

    @describe("End a closure", shown=MovedShown, refuses=ACTS)
    def delete(self, request: Request, closure: UUID) -> Response:
        """Open again what is left of it."""
        require_role(request.user, MANAGERS, site=the_one(closures_between(), closure).site)
        return Response(moved_shown(reopen(actor=request.user, closure=closure, now=timezone.now())))


def show_closure(closure: Closure) -> dict[str, Any]:
    """A closure in the zone of its site."""
    return {
        "id": str(closure.id),
        "site": closure.site.code,
        "room": closure.room and named(closure.room),
        "device": closure.device and named(closure.device),
        "reason": closure.reason,
    } | bounds(closure.during, closure.site.zone)
