"""Starts for a course of visits, some days apart."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from appointments.selectors.slots import MICROSECOND, Found, Search, search_slots

MOST_LATE_DAYS = 7
"""A visit of the course comes so many days late at most, and before the next one is due."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What would be right for one visit of the course (UTC), and the first free start from then on, or why there is none."""

    wanted: datetime
    found: Found


def propose_course(*, search: Search, count: int, every_days: int) -> list[Proposal]:
    """
    The first free start for each of so many visits, so many days of the site's calendar apart, from the beginning of the search.

    Each is looked for by itself: what one of them takes (an order, an override) the booking tells, which judges all together.
    """
    late = timedelta(days=min(every_days, MOST_LATE_DAYS))
    wall = search.first.astimezone(search.work.site.zone)
    wanted = [(wall + timedelta(days=every_days * number)).astimezone(UTC) for number in range(count)]
    return [
        Proposal(
            wanted=moment, found=search_slots(search=replace(search, first=moment, last=moment + late - MICROSECOND, limit=1))
        )
        for moment in wanted
    ]
