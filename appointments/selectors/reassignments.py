"""Visits that lost their ground, each with lawful substitutes: the same time first, then the nearest."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet

from appointments.models import Appointment
from appointments.policies.statuses import NEEDS_REASSIGNMENT
from appointments.selectors.authorisation import authorise
from appointments.selectors.availability import Team, free_starts, lawful_stretches, slot_of
from appointments.selectors.teams import shown_teams
from appointments.selectors.verdicts import HORIZON
from appointments.selectors.visits import appointments_visible_to, work_of_visit
from clinic.errors import Refusal, RuleBroken
from clinic.models import User
from treatments.selectors.overrides import usable_overrides
from treatments.selectors.work import Work

SUBSTITUTES, LOOKED_AT = 5, 40


def visits_to_reassign(user: User) -> QuerySet[Appointment]:
    """The visits that wait for a substitute, as far as this person may see them."""
    return appointments_visible_to(user).filter(status=NEEDS_REASSIGNMENT).select_related("patient", "site")


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """The substitutes for a visit as people read them, and what this person lacks to give it to them (a signature)."""

    visit: Appointment
    substitutes: Sequence[dict[str, Any]]
    lacking: Sequence[Refusal]


class Promises:
    """Who is named first for which time: each time of a practitioner for one visit only, so that one call can move them all."""

    def __init__(self) -> None:
        self._times: dict[UUID, list[DateTimeTZRange]] = defaultdict(list)

    def spread(self, teams: Sequence[Team], *, work: Work) -> list[Team]:
        """The same teams, those who are promised to nobody in front; the first of them is promised now."""
        blocked = {team: slot_of(work=work, start=team.start).blocked for team in teams}
        ranked = sorted(teams, key=lambda team: self._is_promised(team.practitioner, blocked[team]))
        for team in ranked[:1]:
            self._times[team.practitioner].append(blocked[team])
        return ranked

    def _is_promised(self, practitioner: UUID, time: DateTimeTZRange) -> bool:
        return any(other.lower < time.upper and time.lower < other.upper for other in self._times[practitioner])


def ways_out(*, visits: Iterable[Appointment], user: User, now: datetime) -> list[WayOut]:
    """
    The way out of each visit, the substitutes of all so chosen that the first of each can be taken in one call.

    No substitutes, and the reason, where the site does not offer the work any more.
    """
    promises = Promises()
    return [_way_out(visit, user, now, promises) for visit in visits]


def _way_out(visit: Appointment, user: User, now: datetime, promises: Promises) -> WayOut:
    try:
        work = work_of_visit(visit)
    except RuleBroken as error:
        return WayOut(visit=visit, substitutes=(), lacking=error.reasons)
    lacking = authorise(booker=user, work=work, now=now, start=visit.start, visit=visit).refusals
    teams = promises.spread(substitutes_for(visit=visit, work=work, now=now), work=work)[:SUBSTITUTES]
    return WayOut(visit=visit, substitutes=shown_teams(teams, work=work), lacking=lacking)


def substitutes_for(*, visit: Appointment, work: Work, now: datetime) -> list[Team]:
    """Who could take the visit: everybody free at its own time, then the next free starts."""
    overrides = [given.facts for given in usable_overrides(patient=visit.patient, site=visit.site, now=now, used_by=visit.id)]
    same_time = (
        _search(visit, work, first=visit.start, last=visit.start, step=1, overrides=overrides) if visit.start >= now else []
    )
    later = max(visit.start, now) + timedelta(minutes=1)
    nearest = _search(visit, work, first=later, last=later + HORIZON, step=None, overrides=overrides)
    return [*same_time, *nearest]


def _search(visit: Appointment, work: Work, *, first: datetime, last: datetime, step: int | None, overrides) -> list[Team]:
    stretches = lawful_stretches(work=work, first=first, last=last, overrides=overrides)
    return free_starts(work=work, stretches=stretches, limit=LOOKED_AT, step=step, except_for=visit.id)
