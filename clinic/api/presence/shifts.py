"""Shifts over HTTP."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
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
    practitioner,
)
from clinic.api.render import bounds, period, person, word
from clinic.api.schema import ACTS, MovedShown, PersonShown, describe, page_of
from clinic.api.strict import read
from clinic.api.versions import answer
from clinic.models import PlannedShift, Shift
from clinic.selectors.people import practitioner_named, site_named
from clinic.selectors.presence import shift_of, shifts_between
from clinic.services.rosters import file_shift, withdraw_shift


class ShiftInput(PeriodInput):
    """Who is on duty where; the practitioner by id or username."""

    practitioner = serializers.CharField(max_length=150)
    site = serializers.CharField(max_length=50)


class ShiftShown(PeriodShown):
    """Somebody is on duty."""

    practitioner = PersonShown()
    site = serializers.SlugField()


class ShiftFiled(ShiftShown, MovedShown):
    """A shift, and what moved."""


class Shifts(ApiView):
    """Who is on duty."""

    roles: ClassVar[RolesByMethod] = STAFF_READ_MANAGERS_FILE

    @describe(
        "Shifts as they are: rosters less time off and closures",
        shown=page_of(ShiftShown),
        query={"practitioner": "Id or username.", "site": "Site code.", **WHEN},
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page, by start."""
        asked = asked_of(request, practitioner=practitioner, site=word)
        return paged(request, shifts_between(**asked), show_shift, ordering=BY_START)

    @describe("File a shift", taken=ShiftInput, shown=ShiftFiled, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """Put somebody on duty, beside the weekly rules."""
        given = read(ShiftInput, request)
        during = period(given["start"], given["end"])
        site = site_named(given["site"])
        require_role(request.user, MANAGERS, site=site)
        shift, moved = file_shift(
            actor=request.user,
            practitioner=practitioner_named(given["practitioner"]),
            site=site,
            during=during,
            now=timezone.now(),
        )
        return answer(show_shift(shift) | moved_shown(moved), status=201)


class OneShift(ApiView):
    """A shift."""

    roles: ClassVar[RolesByMethod] = STAFF_READ_MANAGERS_END

    @describe("A shift, filed or from the roster", shown=ShiftShown)
    def get(self, request: Request, shift: UUID) -> Response:
        """Show it."""
        return answer(show_shift(shift_of(shift)))

    @describe("Withdraw a shift that was filed", shown=MovedShown, refuses=ACTS)
    def delete(self, request: Request, shift: UUID) -> Response:
        """Take it away; what leant on it moves."""
        require_role(request.user, MANAGERS, site=shift_of(shift).site)
        return Response(moved_shown(withdraw_shift(actor=request.user, shift=shift, now=timezone.now())))


def show_shift(shift: Shift | PlannedShift) -> dict[str, Any]:
    """A shift in the zone of its site."""
    shown = {"id": str(shift.id), "practitioner": person(shift.practitioner), "site": shift.site.code}
    return shown | bounds(shift.during, shift.site.zone)
