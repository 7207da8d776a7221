"""What a manager files: shifts, weekly rules, time off and closures; visits that lose their footing are moved in the same transaction."""

from collections.abc import Callable, Collection
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.errors import NotFound, RuleBroken
from clinic.models import Closure, Device, PlannedShift, Practitioner, Room, Site, TimeOff, User, WeeklyRule
from clinic.policies.presence import clash
from clinic.services.changes import change_authority, hold
from clinic.services.presence import HORIZON_DAYS, rebuild_openings, rebuild_presence, rosters_of

T = TypeVar("T")
Moved = list[UUID]


@transaction.atomic
def file_shift(
    *, actor: User | None, practitioner: Practitioner, site: Site, during: DateTimeTZRange, now: datetime
) -> tuple[PlannedShift, Moved]:
    """
    Put the practitioner on duty at the site.

    :raises RuleBroken: `in_the_past`, `practitioner_inactive`, or `shift_overlaps` a shift at another site.
    """
    if during.upper <= now:
        raise RuleBroken("in_the_past", "A shift is filed before it ends.")
    if not practitioner.active:
        raise RuleBroken("practitioner_inactive", "This practitioner no longer works here.")

    def change() -> PlannedShift:
        shift = PlannedShift.objects.create(practitioner=practitioner, site=site, during=during)
        _require_one_site_at_a_time(practitioner, now)
        return shift

    # The site is taken first: a closure filed meanwhile has to know everybody who works there.
    hold(keys=[site.id])
    return _change_presence(actor=actor, reason="shift_filed", now=now, change=change, practitioners=[practitioner.id])


@transaction.atomic
def file_weekly_rule(
    *,
    actor: User | None,
    site: Site,
    whose: Practitioner | Room | Device,
    weekdays: Collection[int],
    starts: time,
    ends: time,
    valid_from: date,
    valid_through: date | None,
    now: datetime,
    horizon_days: int = HORIZON_DAYS,
) -> tuple[list[WeeklyRule], Moved]:
    """
    Let somebody or something be there on these weekdays (0 = Monday), between these times of the site's wall clock.

    :raises RuleBroken: `shift_overlaps` a shift of the same person at another site.
    """
    owner = {"practitioner": whose} if isinstance(whose, Practitioner) else {"room": whose} if isinstance(whose, Room) else {"device": whose}

    def change() -> list[WeeklyRule]:
        rules = [
            WeeklyRule(
                site=site, weekday=weekday, starts=starts, ends=ends, valid_from=valid_from, valid_through=valid_through, **owner
            )
            for weekday in sorted(set(weekdays))
        ]
        WeeklyRule.objects.bulk_create(rules)
        if isinstance(whose, Practitioner):
            _require_one_site_at_a_time(whose, now)
        return rules

    hold(keys=[site.id])
    people, things = ([whose.id], []) if isinstance(whose, Practitioner) else ([], [whose.id])
    return _change_presence(
        actor=actor,
        reason="roster_changed",
        now=now,
        change=change,
        practitioners=people,
        resources=things,
        horizon_days=horizon_days,
    )


@transaction.atomic
def file_time_off(
    *, actor: User | None, practitioner: Practitioner, during: DateTimeTZRange, reason: str = "", now: datetime
) -> tuple[TimeOff, Moved]:
    """Take the practitioner off every shift in that time; this always succeeds."""

    def change() -> TimeOff:
        return TimeOff.objects.create(practitioner=practitioner, during=during, reason=reason)

    return _change_presence(actor=actor, reason="time_off", now=now, change=change, practitioners=[practitioner.id])


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
    return _change_presence(
        actor=actor, reason="closure", now=now, change=change, practitioners=people, resources=things, also=[site.id]
    )


@transaction.atomic
def withdraw_shift(*, actor: User | None, shift: UUID, now: datetime) -> Moved:
    """
    Take a shift that was filed by hand away again.

    :raises NotFound: if there is no such shift (any more).
    """
    held = _found(PlannedShift, shift)
    hold(keys=[held.site_id])
    return _change_presence(
        actor=actor, reason="shift_withdrawn", now=now, change=lambda: _delete(PlannedShift, shift), practitioners=[held.practitioner_id]
    )[1]


@transaction.atomic
def cancel_time_off(*, actor: User | None, time_off: UUID, now: datetime) -> Moved:
    """
    Let the roster count again in that time.

    :raises NotFound: if there is no such time off (any more).
    """
    held = _found(TimeOff, time_off)
    return _change_presence(
        actor=actor, reason="time_off_cancelled", now=now, change=lambda: _delete(TimeOff, time_off), practitioners=[held.practitioner_id]
    )[1]


@transaction.atomic
def reopen(*, actor: User | None, closure: UUID, now: datetime) -> Moved:
    """
    End a closure, or what is left of it.

    :raises NotFound: if there is no such closure (any more).
    """
    held = _found(Closure, closure)
    hold(keys=[held.site_id])
    people, things = _concerned(held.site, held.room, held.device)
    return _change_presence(
        actor=actor,
        reason="reopened",
        now=now,
        change=lambda: _delete(Closure, closure),
        practitioners=people,
        resources=things,
        also=[held.site_id],
    )[1]


def extend_rosters(*, now: datetime, horizon_days: int = HORIZON_DAYS) -> None:
    """Carry every weekly rule forward to the horizon, one holder at a time, so that bookings hardly wait."""
    rules = WeeklyRule.objects.order_by()
    for holder in rules.exclude(practitioner=None).values_list("practitioner_id", flat=True).distinct():
        _extend([holder], [], now, horizon_days)
    for field in ("room", "device"):
        for thing in rules.exclude(**{field: None}).values_list(f"{field}_id", flat=True).distinct():
            _extend([], [thing], now, horizon_days)


def _extend(practitioners: Collection[UUID], resources: Collection[UUID], now: datetime, horizon_days: int) -> None:
    _change_presence(
        actor=None,
        reason="roster_changed",
        now=now,
        change=lambda: None,
        practitioners=practitioners,
        resources=resources,
        horizon_days=horizon_days,
    )


def _change_presence(
    *,
    actor: User | None,
    reason: str,
    now: datetime,
    change: Callable[[], T],
    practitioners: Collection[UUID] = (),
    resources: Collection[UUID] = (),
    also: Collection[UUID] = (),
    horizon_days: int = HORIZON_DAYS,
) -> tuple[T, Moved]:
    """Make the change and rewrite the presence that follows from it, with the ripple behind both."""

    def change_and_rewrite() -> T:
        changed = change()
        rebuild_presence(practitioners=practitioners, now=now, horizon_days=horizon_days)
        rebuild_openings(resources=resources, now=now, horizon_days=horizon_days)
        return changed

    return change_authority(
        practitioners=practitioners,
        keys=[*resources, *also],
        actor=actor,
        reason=reason,
        now=now,
        change=change_and_rewrite,
        papers=False,
    )


def _concerned(site: Site, room: Room | None, device: Device | None) -> tuple[list[UUID], list[UUID]]:
    """The practitioners, and the rooms and devices, whose presence a closure touches."""
    if room or device:
        return [], [thing.id for thing in (room, device) if thing]
    rostered = WeeklyRule.objects.filter(site=site).exclude(practitioner=None).values_list("practitioner_id", flat=True)
    filed = PlannedShift.objects.filter(site=site).values_list("practitioner_id", flat=True)
    rooms, devices = (kind.objects.filter(site=site).values_list("id", flat=True) for kind in (Room, Device))
    return sorted({*rostered, *filed}), [*rooms, *devices]


def _require_one_site_at_a_time(practitioner: Practitioner, now: datetime) -> None:
    until = now + timedelta(days=HORIZON_DAYS)
    roster = rosters_of(practitioners=[practitioner.id], now=now, until=until).get(practitioner.id, {})
    if clash(roster=roster):
        raise RuleBroken("shift_overlaps", "This practitioner is on duty at another site in that time.")


def _found(model: type[T], key: UUID) -> T:
    held = model.objects.filter(id=key).first()
    if held is None:
        raise NotFound
    return held


def _delete(model: type[T], key: UUID) -> None:
    if not model.objects.filter(id=key).delete()[0]:
        raise NotFound
