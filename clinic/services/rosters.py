"""Who and what is there when, as managers file it: shifts and weekly rules."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.errors import RuleBroken
from clinic.models import Device, PlannedShift, Practitioner, Room, Site, User, WeeklyRule
from clinic.policies.presence import clash
from clinic.services.changes import hold
from clinic.services.presence import HORIZON_DAYS, Moved, change_presence, delete, found, rosters_of


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
    return change_presence(actor=actor, reason="shift_filed", now=now, change=change, practitioners=[practitioner.id])


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
    owner = (
        {"practitioner": whose}
        if isinstance(whose, Practitioner)
        else {"room": whose}
        if isinstance(whose, Room)
        else {"device": whose}
    )

    def change() -> list[WeeklyRule]:
        rules = [
            WeeklyRule(
                site=site,
                weekday=weekday,
                starts=starts,
                ends=ends,
                valid_from=valid_from,
                valid_through=valid_through,
                **owner,
            )
            for weekday in sorted(set(weekdays))
        ]
        WeeklyRule.objects.bulk_create(rules)
        if isinstance(whose, Practitioner):
            _require_one_site_at_a_time(whose, now)
        return rules

    hold(keys=[site.id])
    people, things = ([whose.id], []) if isinstance(whose, Practitioner) else ([], [whose.id])
    return change_presence(
        actor=actor,
        reason="roster_changed",
        now=now,
        change=change,
        practitioners=people,
        resources=things,
        horizon_days=horizon_days,
    )


@transaction.atomic
def withdraw_shift(*, actor: User | None, shift: UUID, now: datetime) -> Moved:
    """
    Take a shift that was filed by hand away again.

    :raises NotFound: if there is no such shift (any more).
    """
    held = found(PlannedShift, shift)
    hold(keys=[held.site_id])
    return change_presence(
        actor=actor,
        reason="shift_withdrawn",
        now=now,
        change=lambda: delete(PlannedShift, shift),
        practitioners=[held.practitioner_id],
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
    change_presence(
        actor=None,
        reason="roster_changed",
        now=now,
        change=lambda: None,
        practitioners=practitioners,
        resources=resources,
        horizon_days=horizon_days,
    )


def _require_one_site_at_a_time(practitioner: Practitioner, now: datetime) -> None:
    until = now + timedelta(days=HORIZON_DAYS)
    roster = rosters_of(practitioners=[practitioner.id], now=now, until=until).get(practitioner.id, {})
    if clash(roster=roster):
        raise RuleBroken("shift_overlaps", "This practitioner is on duty at another site in that time.")
