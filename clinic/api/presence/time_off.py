"""Time off over HTTP."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import paged
from clinic.api.permissions import MANAGERS, RolesByMethod
from clinic.api.presence.shared import (
    BY_START,
    STAFF_READ_MANAGERS_END,
    STAFF_READ_MANAGERS_FILE,
    WHEN,
    PeriodInput,
    PeriodShown,
    asked_of,
    moved_shown,
    practitioner,
)
from clinic.api.render import bounds, period, person
from clinic.api.schema import ACTS, MovedShown, PersonShown, describe, page_of
from clinic.api.strict import read
from clinic.api.versions import answer
from clinic.models import TimeOff
from clinic.selectors.people import has_role, practitioner_named
from clinic.selectors.presence import the_one, time_off_between
from clinic.services.absences import cancel_time_off, file_time_off


class TimeOffInput(PeriodInput):
    """Who is away; the practitioner by id or username."""

    practitioner = serializers.CharField(max_length=150)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class TimeOffShown(PeriodShown):
    """Somebody is away; only managers read why."""

    practitioner = PersonShown()
    reason = serializers.CharField(required=False, allow_blank=True)


class TimeOffFiled(TimeOffShown, MovedShown):
    """Time off, and what moved."""


class TimesOff(ApiView):
    """Who is away."""

    roles: ClassVar[RolesByMethod] = STAFF_READ_MANAGERS_FILE

    @describe("Time off", shown=page_of(TimeOffShown), query={"practitioner": "Id or username.", **WHEN}, paging=True)
    def get(self, request: Request) -> Response:
        """One page, by start."""
        asked = asked_of(request, practitioner=practitioner)
        return paged(request, time_off_between(**asked), show_time_off_to(request), ordering=BY_START)

    @describe("File time off: this always succeeds", taken=TimeOffInput, shown=TimeOffFiled, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """Take somebody off duty."""
        given = read(TimeOffInput, request)
        during = period(given["start"], given["end"])
        time_off, moved = file_time_off(
            actor=request.user,
            practitioner=practitioner_named(given["practitioner"]),
            during=during,
            reason=given.get("reason", ""),
            now=timezone.now(),
        )
        shown = show_time_off_to(request)(the_one(time_off_between(), time_off.id))
        return answer(shown | moved_shown(moved), status=201)


class OneTimeOff(ApiView):
    """Some time off."""

    roles: ClassVar[RolesByMethod] = STAFF_READ_MANAGERS_END

    @describe("Some time off", shown=TimeOffShown)
    def get(self, request: Request, time_off: UUID) -> Response:
        """Show it."""
        return answer(show_time_off_to(request)(the_one(time_off_between(), time_off)))

    @describe("Cancel time off", shown=MovedShown, refuses=ACTS)
    def delete(self, request: Request, time_off: UUID) -> Response:
        """Let the roster count again."""
        return Response(moved_shown(cancel_time_off(actor=request.user, time_off=time_off, now=timezone.now())))


def show_time_off_to(request: Request) -> Callable[[TimeOff], dict[str, Any]]:
    """How time off looks to the caller: why is for managers."""
    reads_why = has_role(request.user, MANAGERS)

    def show(time_off: TimeOff) -> dict[str, Any]:
        zone = ZoneInfo(time_off.time_zone or "UTC")
        shown = {"id": str(time_off.id), "practitioner": person(time_off.practitioner)} | bounds(time_off.during, zone)
        return shown | ({"reason": time_off.reason} if reads_why else {})

    return show
