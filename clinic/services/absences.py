"""Who is away and what is closed, as managers file it: filing always succeeds, and says which visits were moved."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.models import Closure, Device, PlannedShift, Practitioner, Room, Site, TimeOff, User, WeeklyRule
from clinic.services.changes import hold
from clinic.services.presence import Moved, change_presence, delete, found


@transaction.atomic
def file_time_off(
    *, actor: User | None, practitioner: Practitioner, during: DateTimeTZRange, reason: str = "", now: datetime
) -> tuple[TimeOff, Moved]:
    """Take the practitioner off every shift in that time; this always succeeds."""

    def change() -> TimeOff:
        return TimeOff.objects.create(practitioner=practitioner, during=during, reason=reason)

    return change_presence(actor=actor, reason="time_off", now=now, change=change, practitioners=[practitioner.id])


@transaction.atomic
def file_closure(
    *,
    actor: User | None,
    site: Site,
    during: DateTimeTZRange,
    room: Room | None = None,
    device: Device | None = None,
    reason: str = "",
    now: datetime,
) -> tuple[Closure, Moved]:
    """Close the site, or one room or device of it; this always succeeds."""

    def change() -> Closure:
        return Closure.objects.create(site=site, room=room, device=device, during=during, reason=reason)

    hold(keys=[site.id])
    people, things = _concerned(site, room, device)
    return change_presence(
        actor=actor, reason="closure", now=now, change=change, practitioners=people, resources=things, also=[site.id]
    )


@transaction.atomic
def cancel_time_off(*, actor: User | None, time_off: UUID, now: datetime) -> Moved:
    """
    Let the roster count again in that time.

    :raises NotFound: if there is no such time off (any more).
    """
    held = found(TimeOff, time_off)
    return change_presence(
        actor=actor,
        reason="time_off_cancelled",
        now=now,
        change=lambda: delete(TimeOff, time_off),
        practitioners=[held.practitioner_id],
    )[1]


@transaction.atomic
def reopen(*, actor: User | None, closure: UUID, now: datetime) -> Moved:
    """
    End a closure, or what is left of it.

    :raises NotFound: if there is no such closure (any more).
    """
    held = found(Closure, closure)
    hold(keys=[held.site_id])
    people, things = _concerned(held.site, held.room, held.device)
    return change_presence(
        actor=actor,
        reason="reopened",
        now=now,
        change=lambda: delete(Closure, closure),
        practitioners=people,
        resources=things,
        also=[held.site_id],
    )[1]


def _concerned(site: Site, room: Room | None, device: Device | None) -> tuple[list[UUID], list[UUID]]:
    """The practitioners, and the rooms and devices, whose presence a closure touches."""
    if room or device:
        return [], [thing.id for thing in (room, device) if thing]
    rostered = WeeklyRule.objects.filter(site=site).exclude(practitioner=None).values_list("practitioner_id", flat=True)
    filed = PlannedShift.objects.filter(site=site).values_list("practitioner_id", flat=True)
    rooms, devices = (kind.objects.filter(site=site).values_list("id", flat=True) for kind in (Room, Device))
    return sorted({*rostered, *filed}), [*rooms, *devices]
