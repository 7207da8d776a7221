"""Shifts, time off and closures over HTTP: filing answers which visits were moved."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, MANAGERS, RolesByMethod, require_role
from clinic.api.render import bounds, key, moment, named, period, person, word
from clinic.api.schema import ACTS, NamedShown, PersonShown, describe, page_of
from clinic.api.strict import Moment, Strict, read
from clinic.api.versions import answer
from clinic.errors import Malformed
from clinic.models import Closure, PlannedShift, Shift, TimeOff
from clinic.selectors.people import device_named, has_role, practitioner_named, room_named, site_named
from clinic.selectors.presence import closures_between, shift_of, shifts_between, the_one, time_off_between
from clinic.services.rosters import cancel_time_off, file_closure, file_shift, file_time_off, reopen, withdraw_shift

BY_START = ("starts", "id")
WHEN = {"from": "Only what ends after this moment.", "to": "Only what begins before this moment."}
STAFF_READ_MANAGERS_FILE: RolesByMethod = {"GET": ANY_STAFF, "POST": MANAGERS}
STAFF_READ_MANAGERS_END: RolesByMethod = {"GET": ANY_STAFF, "DELETE": MANAGERS}


class PeriodInput(Strict):
    """From `start` up to, not including, `end`."""

    start = Moment()
    end = Moment()


class ShiftInput(PeriodInput):
    """Who is on duty where; the practitioner by id or username."""

    practitioner = serializers.CharField(max_length=150)
    site = serializers.CharField(max_length=50)


class TimeOffInput(PeriodInput):
    """Who is away; the practitioner by id or username."""

    practitioner = serializers.CharField(max_length=150)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class ClosureInput(PeriodInput):
    """What is closed: the site, or one room or device of it."""

    site = serializers.CharField(max_length=50)
    room = serializers.UUIDField(required=False, allow_null=True)
    device = serializers.UUIDField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class _PeriodShown(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


class MovedShown(serializers.Serializer[Any]):
    """The visits that lost their footing and wait for a new one."""

    moved = serializers.ListField(child=serializers.UUIDField())


class ShiftShown(_PeriodShown):
    """Somebody is on duty."""

    practitioner = PersonShown()
    site = serializers.SlugField()


class ShiftFiled(ShiftShown, MovedShown):
    """A shift, and what moved."""


class TimeOffShown(_PeriodShown):
    """Somebody is away; only managers read why."""

    practitioner = PersonShown()
    reason = serializers.CharField(required=False, allow_blank=True)


class TimeOffFiled(TimeOffShown, MovedShown):
    """Time off, and what moved."""


class ClosureShown(_PeriodShown):
    """Something is closed."""

    site = serializers.SlugField()
    room = NamedShown(allow_null=True)
    device = NamedShown(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class ClosureFiled(ClosureShown, MovedShown):
    """A closure, and what moved."""


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
        asked = _asked(request, practitioner=_practitioner, site=word)
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
        return answer(show_shift(shift) | _moved(moved), status=201)


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
        return Response(_moved(withdraw_shift(actor=request.user, shift=shift, now=timezone.now())))


class TimesOff(ApiView):
    """Who is away."""

    roles: ClassVar[RolesByMethod] = STAFF_READ_MANAGERS_FILE

    @describe("Time off", shown=page_of(TimeOffShown), query={"practitioner": "Id or username.", **WHEN}, paging=True)
    def get(self, request: Request) -> Response:
        """One page, by start."""
        asked = _asked(request, practitioner=_practitioner)
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
        return answer(shown | _moved(moved), status=201)


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
        return Response(_moved(cancel_time_off(actor=request.user, time_off=time_off, now=timezone.now())))


class Closures(ApiView):
    """What is closed."""

    roles: ClassVar[RolesByMethod] = STAFF_READ_MANAGERS_FILE

    @describe("Closures", shown=page_of(ClosureShown), query={"site": "Site code.", "room": "Room id.", **WHEN}, paging=True)
    def get(self, request: Request) -> Response:
        """One page, by start."""
        return paged(request, closures_between(**_asked(request, site=word, room=key)), show_closure, ordering=BY_START)

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
        return answer(show_closure(closure) | _moved(moved), status=201)


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
        return Response(_moved(reopen(actor=request.user, closure=closure, now=timezone.now())))


def show_shift(shift: Shift | PlannedShift) -> dict[str, Any]:
    """A shift in the zone of its site."""
    shown = {"id": str(shift.id), "practitioner": person(shift.practitioner), "site": shift.site.code}
    return shown | bounds(shift.during, shift.site.zone)


def show_time_off_to(request: Request) -> Callable[[TimeOff], dict[str, Any]]:
    """How time off looks to the caller: why is for managers."""
    reads_why = has_role(request.user, MANAGERS)

    def show(time_off: TimeOff) -> dict[str, Any]:
        zone = ZoneInfo(time_off.time_zone or "UTC")
        shown = {"id": str(time_off.id), "practitioner": person(time_off.practitioner)} | bounds(time_off.during, zone)
        return shown | ({"reason": time_off.reason} if reads_why else {})

    return show


def show_closure(closure: Closure) -> dict[str, Any]:
    """A closure in the zone of its site."""
    return {
        "id": str(closure.id),
        "site": closure.site.code,
        "room": closure.room and named(closure.room),
        "device": closure.device and named(closure.device),
        "reason": closure.reason,
    } | bounds(closure.during, closure.site.zone)


def _asked(request: Request, **parsers: Callable[[str], Any]) -> dict[str, Any]:
    """The filters of a list; `from` and `to` as `start` and `end`."""
    asked = filters(request, {**parsers, "from": moment, "to": moment})
    renamed = {"start": asked.pop("from", None), "end": asked.pop("to", None)}
    if renamed["start"] and renamed["end"] and renamed["start"] >= renamed["end"]:
        raise Malformed({"to": "The end is after the start."})
    return asked | renamed


def _practitioner(text: str) -> UUID:
    return practitioner_named(word(text)).id


def _moved(visits: list[UUID]) -> dict[str, list[str]]:
    return {"moved": [str(visit) for visit in visits]}
