"""The slot search: what the front desk offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from appointments.selectors.authorisation import authorise
from appointments.selectors.availability import MINUTE, Team, free_starts, lawful_stretches
from appointments.selectors.requests import Request
from appointments.selectors.taken import CLAIMS_SOURCE
from appointments.selectors.verdicts import performer_refusals, verdict
from clinic.errors import Refusal, by_gate
from clinic.models import Practitioner, Shift, User
from treatments.selectors.overrides import UsableOverride
from treatments.selectors.work import Work

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FULL = Refusal(
    code="slot_taken",
    detail="Everything that the rules allow in that time is taken.",
    source=CLAIMS_SOURCE,
    mend="Look further ahead, or let somebody else do it.",
    resource="practitioner",
)


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for: starts from `first` to `last` (UTC, both included), at most `limit`; `why`: with the reasons for none."""

    booker: User
    work: Work
    first: datetime
    last: datetime
    now: datetime
    limit: int = 20
    practitioner: Practitioner | None = None
    order: UUID | None = None
    overrides: tuple[UsableOverride, ...] = ()
    why: bool = True


@dataclass(frozen=True, kw_only=True)
class Found:
    """The free starts, or every reason why there are none."""

    teams: tuple[Team, ...]
    reasons: tuple[Refusal, ...]


def search_slots(*, search: Search) -> Found:
    """Every start that booking would accept, and no other, by start."""
    if search.work.patient is None:
        return _free(search, search.last, ())
    authorised = authorise(booker=search.booker, work=search.work, now=search.now, order=search.order, start=search.first)
    if authorised.refusals:
        return Found(teams=(), reasons=tuple(_why_none(search, max(search.first, search.now), search.last)))
    expires = authorised.expires_at
    last = min(search.last, expires - MICROSECOND) if expires else search.last
    facts = tuple(override.facts for override in search.overrides)
    return _free(search, last, facts)


def _free(search: Search, last: datetime, overrides) -> Found:
    first = max(search.first, search.now)
    stretches = lawful_stretches(work=search.work, first=first, last=last, overrides=overrides) if first <= last else []
    teams = free_starts(
        work=search.work,
        stretches=stretches,
        people=[search.practitioner.id] if search.practitioner else None,
        limit=search.limit,
    )
    return Found(teams=tuple(teams), reasons=() if teams else tuple(_why_none(search, first, last)))


def _why_none(search: Search, first: datetime, last: datetime) -> Sequence[Refusal]:
    """Why the first start within a shift cannot be booked; why the beginning of the search cannot, where there is no shift."""
    if not search.why:
        return ()
    request = Request(
        booker=search.booker,
        work=search.work,
        start=_telling_start(search, first, last),
        now=search.now,
        practitioner=search.practitioner,
        order=search.order,
        overrides=search.overrides,
        nearest=False,
    )
    if search.work.patient is None:
        return by_gate(performer_refusals(request)) or (FULL,)
    return verdict(request=request).reasons or (FULL,)


def _telling_start(search: Search, first: datetime, last: datetime) -> datetime:
    if first > last:
        return search.first
    shifts = Shift.objects.filter(site=search.work.site, during__overlap=DateTimeTZRange(first, last, "[]"))
    if search.practitioner:
        shifts = shifts.filter(practitioner=search.practitioner)
    shift = shifts.order_by("during").first()
    begins = shift.during.lower + search.work.buffer_before * MINUTE if shift else first
    step = search.work.site.grid_minutes * MINUTE
    return EPOCH + -(-(max(first, begins) - EPOCH) // step) * step
