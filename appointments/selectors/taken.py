"""What is in the way of a visit that every rule allows."""

from typing import Any
from uuid import UUID

from appointments.models import ResourceClaim
from appointments.selectors.requests import Request
from clinic.errors import Refusal
from clinic.models import Device, Opening, Practitioner, Privilege, Room
from treatments.selectors.performers import Slot
from treatments.selectors.work import Work

CLAIMS_SOURCE = "The calendar"


def taken_refusals(request: Request) -> list[Refusal]:
    """What is in the way although every rule allows it: somebody or something is taken, or there is no room for it."""
    slot, work = request.slot, request.work
    if request.practitioner and _is_claimed(request, request.practitioner.id, slot.blocked):
        return [_slot_taken("practitioner", f"{request.practitioner.name} has another visit then.")]
    if _is_claimed(request, work.patient.id, slot.during):
        return [_slot_taken("patient", "The patient has another visit then.")]
    rooms = Room.objects.filter(site=work.site, active=True, equipment__contains=work.equipment)
    open_rooms = [room for room in rooms if _is_open(room.id, slot)]
    if not open_rooms:
        return [_no_room(work)]
    if all(_is_claimed(request, room.id, slot.blocked) for room in open_rooms):
        return [_slot_taken("room", "Every room that has the equipment is taken then.")]
    if (lacking := _devices(request)) is not None:
        return [lacking]
    if request.practitioner and _is_supervised(request, request.practitioner.id, slot.during):
        return [_supervisor_full(request.practitioner)]
    return [_slot_taken("practitioner", "Everybody who may do it has another visit then.")]


def _is_supervised(request: Request, practitioner: UUID, during: Any) -> bool:
    held = Privilege.objects.filter(
        practitioner=practitioner, site=request.work.site, scope__in=request.work.scopes, valid__overlap=during
    )
    return held.exclude(supervision="none").exists()


def _is_claimed(request: Request, resource: UUID, during: Any) -> bool:
    claims = ResourceClaim.objects.filter(resource=resource, during__overlap=during)
    return claims.exclude(appointment=request.except_for).exists() if request.except_for else claims.exists()


def _is_open(resource: UUID, slot: Slot) -> bool:
    return Opening.objects.filter(resource=resource, during__contains=slot.blocked).exists()


def _devices(request: Request) -> Refusal | None:
    """What is in the way of the first kind of device that cannot be had: it is taken, or there is none then."""
    slot, work = request.slot, request.work
    for kind in work.devices:
        devices = Device.objects.filter(site=work.site, active=True, kind=kind)
        usable = [device for device in devices if _is_open(device.id, slot)]
        if not usable:
            return _unsuitable(work, f"No {kind.replace('_', ' ')} of {work.site.name} can be used then.")
        if all(_is_claimed(request, device.id, slot.blocked) for device in usable):
            return _slot_taken("device", f"Every {kind.replace('_', ' ')} is taken then.")
    return None


def _no_room(work: Work) -> Refusal:
    needed = ", ".join(word.replace("_", " ") for word in work.equipment)
    return _unsuitable(work, f"No room of {work.site.name} that is open then has what the treatment needs: {needed}.")


def _unsuitable(work: Work, detail: str) -> Refusal:
    return Refusal(
        code="room_unsuitable", detail=detail, source="The rooms of the site", mend="Choose another start, or equip a room."
    )


def _supervisor_full(practitioner: Practitioner) -> Refusal:
    return Refusal(
        code="supervisor_full",
        gate="G08",
        detail=f"Every supervisor of {practitioner.name} already supervises as many people as they may then.",
        source="Clinic policy: a supervisor has only so many supervisees at once",
        mend="Choose another start, or a practitioner who works without supervision.",
    )


def _slot_taken(resource: str, detail: str) -> Refusal:
    return Refusal(
        code="slot_taken", detail=detail, source=CLAIMS_SOURCE, mend="Choose one of the free starts.", resource=resource
    )
