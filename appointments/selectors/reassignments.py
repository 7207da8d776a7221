"""Visits that lost their ground, each with lawful substitutes: the same time first, then the nearest."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from appointments.models import Appointment
from appointments.policies.statuses import NEEDS_REASSIGNMENT
from appointments.selectors.authorisation import authorise
from appointments.selectors.availability import Team, free_starts, lawful_stretches
from appointments.selectors.teams import shown_teams
from appointments.selectors.verdicts import HORIZON
from appointments.selectors.visits import appointments_visible_to, work_of_visit
from clinic.errors import Refusal, RuleBroken
from clinic.models import User
from treatments.selectors.overrides import usable_overrides
from treatments.selectors.work import Work

SUBSTITUTES = 5


def visits_to_reassign(user: User) -> QuerySet[Appointment]:
    """The visits that wait for a substitute, as far as this person may see them."""
    return appointments_visible_to(user).filter(status=NEEDS_REASSIGNMENT).select_related("patient", "site")


def way_out_of(*, visit: Appointment, user: User, now: datetime) -> tuple[list[dict[str, Any]], tuple[Refusal, ...]]:
    """
    The substitutes as people read them, and what this person lacks to give them the visit (a signature).

    No substitutes, and the reason, where the site does not offer the work any more.
    """
    try:
        work = work_of_visit(visit)
    except RuleBroken as error:
        return [], tuple(error.reasons)
    lacking = authorise(booker=user, work=work, now=now, start=visit.start, visit=visit).refusals
    return shown_teams(substitutes_for(visit=visit, work=work, now=now), work=work), lacking


def substitutes_for(*, visit: Appointment, work: Work, now: datetime) -> list[Team]:
    """Who could take the visit: everybody free at its own time, then the next free starts."""
    overrides = [given.facts for given in usable_overrides(patient=visit.patient, site=visit.site, now=now, used_by=visit.id)]
    same_time = (
        _search(visit, work, first=visit.start, last=visit.start, step=1, overrides=overrides) if visit.start >= now else []
    )
    if len(same_time) >= SUBSTITUTES:
        return same_time
    later = max(visit.start, now) + timedelta(minutes=1)
    nearest = _search(visit, work, first=later, last=later + HORIZON, step=None, overrides=overrides)
    return [*same_time, *nearest][:SUBSTITUTES]


def _search(visit: Appointment, work: Work, *, first: datetime, last: datetime, step: int | None, overrides) -> list[Team]:
    stretches = lawful_stretches(work=work, first=first, last=last, overrides=overrides)
    return free_starts(work=work, stretches=stretches, limit=SUBSTITUTES, step=step, except_for=visit.id)
