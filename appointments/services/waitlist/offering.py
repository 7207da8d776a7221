"""
Offering what was freed: in order, to one person at a time, with a real hold.

Whoever frees a time only notes it; the worker does the rest, each time in a transaction of its own. A worker holds at most one
entry, which waits; whoever ends an offer holds its visit first. So the two never wait for each other.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Q

from appointments.models import Appointment, FreedSlot, WaitlistEntry
from appointments.models.waitlist import WAITING
from appointments.policies.waitlist import first_offerable, kept_until
from appointments.selectors.availability import MINUTE
from appointments.selectors.requests import Request
from appointments.selectors.slots import MICROSECOND
from appointments.selectors.waitlist import in_order, suitable_requests, with_wishes
from appointments.services.holds import hold_appointment
from appointments.services.waitlist.offers import make_offer
from clinic.errors import DomainError

logger = structlog.get_logger(__name__)

MOST_DOUBLINGS = 6
"""Pauses between tries of a time that fails: 1, 2, 4 ... 64 minutes."""


class Passed(Exception):
    """Somebody else has offered them something meanwhile."""


def offer_freed(*, now: datetime, seconds: float | None = None) -> Counter[str]:
    """Offer every freed time that waits, for about so many seconds; how many were offered, wanted by nobody, or begin too soon."""
    tally: Counter[str] = Counter()
    started = monotonic()
    while seconds is None or monotonic() - started <= seconds:
        outcome = _next(now)
        if outcome is None:
            break
        tally[outcome] += 1
    return tally


def _next(now: datetime) -> str | None:
    """What became of the freed time that has waited longest; None when none waits."""
    taken: UUID | None = None
    try:
        with transaction.atomic():
            waiting = FreedSlot.objects.filter(Q(due_at=None) | Q(due_at__lte=now))
            freed = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("site").order_by("id").first()
            if freed is None:
                return None
            taken = freed.pk
            return _offer(freed, now)
    except Exception:
        if taken is None:
            raise
        logger.exception("freed_time_not_offered", freed=str(taken))
        return _put_off(taken, now)


def _offer(freed: FreedSlot, now: datetime) -> str:
    FreedSlot.objects.filter(pk=freed.pk).delete()
    first, last = first_offerable(freed_from=freed.during.lower, now=now), freed.during.upper - MICROSECOND
    if first > last:
        return "too_late"
    for entry in with_wishes(in_order(site=freed.site, freed=freed.during)):
        if visit := _serve(entry, first, last, now):
            _leave_the_rest(freed, visit)
            return "offered"
    return "nobody"


def _serve(entry: WaitlistEntry, first: datetime, last: datetime, now: datetime) -> Appointment | None:
    """Hold the first start that suits them and may be booked for them; None where there is none."""
    for request in _requests(entry, first, last, now):
        try:
            with transaction.atomic():
                return _hold_for(entry, request)
        except Passed:
            return None
        except DomainError:
            continue
    return None


def _requests(entry: WaitlistEntry, first: datetime, last: datetime, now: datetime) -> Iterator[Request]:
    """What may be held for them; nothing where the site does not offer the work any more."""
    try:
        yield from suitable_requests(entry=entry, first=first, last=last, now=now)
    except DomainError:
        return


def _hold_for(entry: WaitlistEntry, request: Request) -> Appointment:
    if WaitlistEntry.objects.select_for_update().get(pk=entry.pk).state != WAITING:
        raise Passed
    until = kept_until(now=request.now, start=request.start, minutes=settings.WAITLIST_HOLD_MINUTES)
    visit = hold_appointment(request=request, until=until)
    make_offer(entry=entry, visit=visit, now=request.now)
    return visit


def _leave_the_rest(freed: FreedSlot, visit: Appointment) -> None:
    """What the held visit leaves of the freed time is freed time of its own."""
    before = (freed.during.lower, min(visit.blocked.lower, freed.during.upper))
    after = (max(visit.blocked.upper, freed.during.lower), freed.during.upper)
    rest = [DateTimeTZRange(*edges) for edges in (before, after) if edges[0] + MINUTE <= edges[1]]
    FreedSlot.objects.bulk_create(FreedSlot(site=freed.site, during=during) for during in rest)


def _put_off(freed: UUID, now: datetime) -> str:
    row = FreedSlot.objects.filter(pk=freed)
    attempts = row.values_list("attempts", flat=True).first() or 0
    row.update(attempts=F("attempts") + 1, due_at=now + timedelta(minutes=2 ** min(attempts, MOST_DOUBLINGS)))
    return "failed"
