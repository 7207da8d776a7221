"""What suits somebody who waits, and for how long a time is kept for them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

NOTICE: Final = timedelta(hours=2)
"""Clinic policy: nobody is offered what begins sooner."""
OF_THE_MOMENT: Final = frozenset(
    {"slot_taken", "outside_shift", "room_unsuitable", "supervisor_full", "supervisor_absent", "in_the_past"}
)
"""Refusals that another day may lift, and for which somebody may therefore wait."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Days of the week (Monday is 1; any when empty), hours of the site's clock (open where None), first and last day."""

    weekdays: frozenset[int]
    earliest: time | None
    latest: time | None
    first_on: date
    last_on: date


def suits(wish: Wish, *, start: datetime, end: datetime) -> bool:
    """Whether a visit lies wholly within the wish; both moments on the clock of the site."""
    return (
        wish.first_on <= start.date() <= wish.last_on
        and (not wish.weekdays or start.isoweekday() in wish.weekdays)
        and (wish.earliest is None or wish.earliest <= start.time())
        and (wish.latest is None or (end.date() == start.date() and end.time() <= wish.latest))
    )


def may_suit(wish: Wish, *, first: datetime, last: datetime) -> bool:
    """Whether some start from `first` to `last` may lie within the wish, whatever it lasts; both on the clock of the site."""
    days = [first.date() + timedelta(days=days) for days in range((last.date() - first.date()).days + 1)]
    wished = [
        day for day in days if wish.first_on <= day <= wish.last_on and (not wish.weekdays or day.isoweekday() in wish.weekdays)
    ]
    if len(days) > 1 or not wished:
        return bool(wished)
    begins_too_late = wish.latest is not None and first.time() >= wish.latest
    return not begins_too_late and (wish.earliest is None or wish.earliest <= last.time())


def first_offerable(*, freed_from: datetime, now: datetime) -> datetime:
    """The first start of a freed time that may still be offered (UTC)."""
    return max(freed_from, now + NOTICE)


def kept_until(*, now: datetime, start: datetime, minutes: int) -> datetime:
    """When an offer made now ends: so many minutes on, and never after the visit would have begun (UTC)."""
    return min(now + timedelta(minutes=minutes), start)
