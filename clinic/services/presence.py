"""Presence, rewritten from rosters, time off and closures: shifts of people, openings of rooms and devices."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Model, QuerySet

from clinic.errors import NotFound
from clinic.models import Closure, Device, Opening, PlannedShift, Practitioner, Room, Shift, Site, TimeOff, User, WeeklyRule
from clinic.policies.periods import Period, subtract
from clinic.policies.presence import Weekly, presence, weekly_periods
from clinic.policies.rewriting import Rewriting
from clinic.services.changes import change_authority

HORIZON_DAYS = 180
"""How many days ahead weekly rules become shifts that can be booked; a nightly task moves the edge."""

T = TypeVar("T")
M = TypeVar("M", bound=Model)
Moved = list[UUID]
Roster = dict[UUID, list[Period]]


@transaction.atomic
def rebuild_presence(*, practitioners: Collection[UUID], now: datetime, horizon_days: int = HORIZON_DAYS) -> None:
    """Make the shifts of these practitioners what roster, time off and closures say from now on; the caller holds them."""
    until = now + timedelta(days=horizon_days)
    rosters = rosters_of(practitioners=practitioners, now=now, until=until)
    away: dict[UUID, list[Period]] = defaultdict(list)
    for holder, during in TimeOff.objects.filter(practitioner_id__in=practitioners).values_list("practitioner_id", "during"):
        away[holder].append(_period(during))
    closed = _closures(Closure.objects.filter(room=None, device=None, during__endswith__gt=now), "site_id")
    wanted = [
        ((holder, site), period)
        for holder, roster in rosters.items()
        for site, period in presence(roster=roster, away=away[holder], closed=closed)
    ]
    rows = Shift.objects.filter(practitioner_id__in=practitioners)
    _rewrite(rows, attributes=("practitioner_id", "site_id"), wanted=wanted, now=now)


@transaction.atomic
def rebuild_openings(*, resources: Collection[UUID], now: datetime, horizon_days: int = HORIZON_DAYS) -> None:
    """Make the openings of these rooms and devices what rules and closures say from now on; the caller holds them."""
    until = now + timedelta(days=horizon_days)
    current = Closure.objects.filter(during__endswith__gt=now)
    of_site = _closures(current.filter(room=None, device=None), "site_id")
    of_room, of_device = _closures(current, "room_id"), _closures(current, "device_id")
    wanted = []
    for field, kind in (("room_id", Room), ("device_id", Device)):
        rules = _rules(field, resources)
        for thing in kind.objects.filter(id__in=rules, active=True, site__active=True).select_related("site"):
            there = [rule for _, rule in rules[thing.id].get(thing.site_id, ())]
            hours = weekly_periods(there, start=now, end=until, zone=thing.site.zone)
            closed = [*of_site[thing.site_id], *of_room[thing.id], *of_device[thing.id]]
            wanted += [((thing.id, thing.site_id), period) for period in subtract(hours, closed)]
    _rewrite(Opening.objects.filter(resource__in=resources), attributes=("resource", "site_id"), wanted=wanted, now=now)


def change_presence(
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


def found(model: type[M], key: UUID) -> M:
    """
    The row of that id.

    :raises NotFound: if there is none (any more).
    """
    held = model._default_manager.filter(id=key).first()
    if held is None:
        raise NotFound
    return held


def delete(model: type[Model], key: UUID) -> None:
    """
    Delete the row of that id.

    :raises NotFound: if somebody else did already.
    """
    if not model._default_manager.filter(id=key).delete()[0]:
        raise NotFound


def rosters_of(*, practitioners: Collection[UUID], now: datetime, until: datetime) -> dict[UUID, Roster]:
    """
    When each active one should be where, by site: weekly rules until `until` and all shifts filed by hand.

    The site of the oldest source comes first. Time off and closures are not taken out.
    """
    sites = Site.objects.filter(active=True).in_bulk()
    active = set(Practitioner.objects.filter(id__in=practitioners, active=True).values_list("id", flat=True))
    rules = _rules("practitioner_id", active)
    oldest: dict[tuple[UUID, UUID], UUID] = {}
    found: dict[tuple[UUID, UUID], list[Period]] = defaultdict(list)
    for holder, by_site in rules.items():
        for site, numbered in by_site.items():
            if site in sites:
                there = [rule for _, rule in numbered]
                found[holder, site] += weekly_periods(there, start=now, end=until, zone=sites[site].zone)
                oldest[holder, site] = min(id_ for id_, _ in numbered)
    filed = PlannedShift.objects.filter(practitioner_id__in=active, site_id__in=sites, during__endswith__gt=now)
    for id_, holder, site, during in filed.values_list("id", "practitioner_id", "site_id", "during"):
        found[holder, site].append(_period(during))
        oldest[holder, site] = min(oldest.get((holder, site), id_), id_)
    rosters: dict[UUID, Roster] = defaultdict(dict)
    for holder, site in sorted(found, key=lambda place: oldest[place]):
        rosters[holder][site] = found[holder, site]
    return rosters


def _rules(field: str, holders: Iterable[UUID]) -> Mapping[UUID, dict[UUID, list[tuple[UUID, Weekly]]]]:
    """The weekly rules of each holder by site, with their ids."""
    rules: dict[UUID, dict[UUID, list[tuple[UUID, Weekly]]]] = defaultdict(lambda: defaultdict(list))
    for row in WeeklyRule.objects.filter(**{f"{field}__in": list(holders)}):
        rule = Weekly(weekday=row.weekday, starts=row.starts, ends=row.ends, first=row.valid_from, last=row.valid_through)
        rules[getattr(row, field)][row.site_id].append((row.id, rule))
    return rules


def _closures(rows: QuerySet[Closure], field: str) -> dict[UUID, list[Period]]:
    closed: dict[UUID, list[Period]] = defaultdict(list)
    for place, during in rows.exclude(**{field: None}).values_list(field, "during"):
        closed[place].append(_period(during))
    return closed


def _period(during: Any) -> Period:
    return during.lower, during.upper


def _rewrite(
    rows: QuerySet[Any], *, attributes: tuple[str, str], wanted: Iterable[tuple[tuple[Any, ...], Period]], now: datetime
) -> None:
    """Delete the rows that go and insert those that come; rows that ended before now are not even read."""
    reaching = rows.filter(during__endswith__gte=now).values_list("id", "during", *attributes)
    existing = [(id_, tuple(what), _period(during)) for id_, during, *what in reaching]
    target = list(wanted)
    # Most rows stay. What is wanted never touches its like, so equals that are still to come can be left out beforehand.
    staying = {(what, period) for _, what, period in existing if period[0] > now} & set(target)
    rewriting = Rewriting(
        existing=[row for row in existing if row[1:] not in staying],
        wanted=[row for row in target if row not in staying],
        now=now,
    )
    model: type[Model] = rows.model
    model._default_manager.filter(id__in=rewriting.gone).delete()
    coming = [
        model(during=DateTimeTZRange(start, end), **dict(zip(attributes, what, strict=True)))
        for what, (start, end) in rewriting.coming
    ]
    model._default_manager.bulk_create(coming, batch_size=2000)
