"""The slot search: what the front desk offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from appointments.selectors.authorisation import authorise
from appointments.selectors.availability import Team, free_starts, lawful_stretches
from appointments.selectors.verdicts import Request, verdict
from clinic.errors import Refusal
from clinic.models import Practitioner, User
from treatments.policies.gates.judgement import judge
from treatments.selectors.overrides import UsableOverride
from treatments.selectors.work import Work

MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for: starts from `first` to `last` (UTC, both included), at most `limit`."""

    booker: User
    work: Work
    first: datetime
    last: datetime
    now: datetime
    limit: int = 20
    practitioner: Practitioner | None = None
    order: UUID | None = None
    overrides: tuple[UsableOverride, ...] = ()
    any_patient: bool = False


@dataclass(frozen=True, kw_only=True)
class Found:
    """The free starts, or every reason why there are none."""

    teams: tuple[Team, ...]
    reasons: tuple[Refusal, ...]


def search_slots(*, search: Search) -> Found:
    """Every start that booking would accept, and no other, by start."""
    if search.any_patient:
        return _free(search, search.last, ())
    authorised = authorise(booker=search.booker, work=search.work, now=search.now, order=search.order, start=search.first)
    if authorised.refusals:
        return Found(teams=(), reasons=(*_judged(search), *authorised.refusals))
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
        patient=not search.any_patient,
    )
    return Found(teams=tuple(teams), reasons=() if teams else tuple(_why_none(search, first)))


def _judged(search: Search) -> Sequence[Refusal]:
    on = search.first.astimezone(search.work.site.zone).date()
    facts = [override.facts for override in search.overrides]
    return judge(patient=search.work.facts, items=search.work.items, on=on, overrides=facts).refusals


def _why_none(search: Search, first: datetime) -> Sequence[Refusal]:
    """Why the first moment of the search cannot be booked."""
    if search.any_patient:
        return ()
    request = Request(
        booker=search.booker,
        work=search.work,
        start=first,
        now=search.now,
        practitioner=search.practitioner,
        order=search.order,
        overrides=search.overrides,
    )
    return verdict(request=request, with_alternatives=False).reasons
