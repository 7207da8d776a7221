"""From weekly rules to periods: what the wall clock of a site says, as UTC moments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from clinic.policies.periods import Period, subtract, union

S = TypeVar("S")


@dataclass(frozen=True, kw_only=True)
class Weekly:
    """Every such weekday (0 = Monday) from the first to the last day (None: for ever), between these times of the wall clock."""

    weekday: int
    starts: time
    ends: time
    first: date
    last: date | None


def weekly_periods(rules: Iterable[Weekly], *, start: datetime, end: datetime, zone: ZoneInfo) -> list[Period]:
    """The periods of the rules that touch [start, end), each whole; those that meet are one."""
    first, last = start.astimezone(zone).date() - timedelta(days=1), end.astimezone(zone).date()
    return union(
        (begins, ends)
        for rule in rules
        for day in _days_of(rule, first, last)
        if (begins := moment_of(day, rule.starts, zone=zone)) < end and (ends := moment_of(day, rule.ends, zone=zone)) > start
    )


@lru_cache(maxsize=8192)
def moment_of(day: date, wall: time, *, zone: ZoneInfo) -> datetime:
    """
    The UTC moment at which the clock on the wall first shows that time on that day.

    A time that the clock jumps over is the end of the jump; one that comes twice is the first.
    """
    naive = datetime.combine(day, wall)
    before, after = (naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    if after.astimezone(zone).replace(tzinfo=None) == naive:
        return after
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < naive:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def presence(
    *, roster: Mapping[S, Sequence[Period]], away: Iterable[Period], closed: Mapping[S, Sequence[Period]]
) -> list[tuple[S, Period]]:
    """
    Where somebody is when: the roster of each site, less the time away and the closures of that site.

    Nobody is at two sites at once: a site named later gives way to the earlier ones.
    """
    away = list(away)
    taken: list[Period] = []
    there: list[tuple[S, Period]] = []
    for site, periods in roster.items():
        free = subtract(union(periods), taken)
        taken = union([*taken, *free])
        there += [(site, period) for period in subtract(free, [*away, *closed.get(site, ())])]
    return there


def clash(*, roster: Mapping[UUID, Sequence[Period]]) -> Period | None:
    """The first period in which the roster names two sites, if there is one."""
    shared: list[Period] = []
    taken: list[Period] = []
    for periods in roster.values():
        shared += [(max(a, c), min(b, d)) for a, b in periods for c, d in taken if a < d and c < b]
        taken += periods
    return min(shared, default=None)


def _days_of(rule: Weekly, first: date, last: date) -> Iterable[date]:
    begins = max(rule.first, first)
    ends = last if rule.last is None else min(rule.last, last)
    day = begins + timedelta(days=(rule.weekday - begins.weekday()) % 7)
    while day <= ends:
        yield day
        day += timedelta(days=7)
