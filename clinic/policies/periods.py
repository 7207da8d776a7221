"""Arithmetic on sorted, disjoint lists of half-open periods [start, end) of UTC-aware moments."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Period = tuple[datetime, datetime]

BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
FOREVER = datetime(9999, 12, 30, tzinfo=UTC)


def midnight(day: date, *, zone: ZoneInfo) -> datetime:
    """The UTC moment at which that day begins on the wall clock of the zone, within what a datetime can hold."""
    if day < BEGINNING.date():
        return BEGINNING
    if day >= FOREVER.date():
        return FOREVER
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def days(first: date, last: date, *, zone: ZoneInfo) -> list[Period]:
    """From local midnight of the first day until the midnight that ends the last one."""
    end = FOREVER if last >= FOREVER.date() else midnight(last + timedelta(days=1), zone=zone)
    return union([(midnight(first, zone=zone), end)])


def union(periods: Iterable[Period]) -> list[Period]:
    """All of their time; periods that touch or overlap become one, and empty ones vanish."""
    joined: list[Period] = []
    for start, end in sorted(period for period in periods if period[0] < period[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def intersect(left: Iterable[Period], right: Sequence[Period]) -> list[Period]:
    """The time that both have."""
    return union((max(a, c), min(b, d)) for a, b in left for c, d in right)


def subtract(left: Iterable[Period], right: Iterable[Period]) -> list[Period]:
    """The time of the left that the right does not have."""
    rest = list(left)
    for start, end in union(right):
        rest = [piece for a, b in rest for piece in ((a, min(b, start)), (max(a, end), b)) if piece[0] < piece[1]]
    return rest


def covers(periods: Iterable[Period], *, start: datetime, end: datetime) -> bool:
    """Whether one of them holds all of [start, end)."""
    return any(a <= start and end <= b for a, b in periods)
