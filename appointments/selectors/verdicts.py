"""
One verdict, asked by the dry run, booking, moving, reassigning and checking in: every refusal with gate, source and mend.

Rules are judged first, claims last: `slot_taken` is said only where no rule stands in the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef

from appointments.selectors.authorisation import Authorised, authorise
from appointments.selectors.availability import Team, free_starts, lawful_stretches, team_at
from appointments.selectors.requests import Request
from appointments.selectors.taken import taken_refusals
from clinic.errors import Refusal, by_gate
from clinic.models import Practitioner, Privilege, Shift
from treatments.policies.gates.judgement import Judgement, judge
from treatments.selectors.consents import consent_refusals
from treatments.selectors.performers import Slot, performer_reasons

HORIZON = timedelta(days=30)
MICROSECOND = timedelta(microseconds=1)
ALTERNATIVES = 3


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer: allowed with this team, or refused for these reasons."""

    reasons: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...]
    overrides_needed: tuple[str, ...]
    authorised: Authorised
    judgement: Judgement
    team: Team | None = None
    alternatives: tuple[Team, ...] = field(default=())

    @property
    def allowed(self) -> bool:
        return not self.reasons


def verdict(*, request: Request) -> Verdict:
    """Judge one request against everything that is known now; writes nothing."""
    on = request.start.astimezone(request.work.site.zone).date()
    facts = [override.facts for override in request.overrides]
    judgement = judge(patient=request.work.facts, items=request.work.items, on=on, overrides=facts)
    authorised = authorise(
        booker=request.booker,
        work=request.work,
        now=request.now,
        order=request.order,
        start=request.start,
        visit=request.visit,
    )
    patients_own = [*judgement.refusals, *_consents(request), *authorised.refusals]
    rules = [*_moment(request), *patients_own]
    team = _team(request)
    if team is None:
        rules += performer_refusals(request)
    reasons = by_gate(rules) or ([] if team else by_gate(taken_refusals(request)))
    return Verdict(
        reasons=tuple(reasons),
        warnings=judgement.warnings,
        overrides_needed=judgement.overrides_needed,
        authorised=authorised,
        judgement=judgement,
        team=team if not reasons else None,
        alternatives=alternatives(request, authorised.expires_at) if reasons and request.nearest and not patients_own else (),
    )


def alternatives(request: Request, expires_at: datetime | None = None) -> tuple[Team, ...]:
    """The nearest lawful starts, before the order expires: with the same practitioner where they may do it, and with anybody."""
    first = max(request.start, request.now + timedelta(minutes=1))
    last = min(first + HORIZON, expires_at - MICROSECOND) if expires_at else first + HORIZON
    if last < first:
        return ()
    facts = [override.facts for override in request.overrides]
    stretches = lawful_stretches(work=request.work, first=first, last=last, overrides=facts)
    found: dict[tuple[datetime, UUID], Team] = {}
    for people in [request.people, None] if request.people else [None]:
        for team in free_starts(
            work=request.work,
            stretches=stretches,
            people=people,
            supervisor=request.supervisor,
            limit=ALTERNATIVES,
            except_for=request.except_for,
        ):
            found.setdefault((team.start, team.practitioner), team)
    return tuple(sorted(found.values(), key=lambda team: (team.start, team.practitioner)))


def _team(request: Request) -> Team | None:
    return team_at(
        work=request.work,
        start=request.start,
        people=request.people,
        supervisor=request.supervisor,
        except_for=request.except_for,
    )


def _moment(request: Request) -> list[Refusal]:
    if request.skipped:
        return [
            Refusal(
                code="not_a_local_time",
                detail=f"The clocks of {request.work.site.name} skip that time on that day.",
                source="The time zone of the site",
                mend="Choose a time that the clocks show.",
            )
        ]
    if request.start >= request.now or (request.visit and request.start == request.visit.start):
        return []
    return [
        Refusal(
            code="in_the_past",
            detail="The visit would begin in the past.",
            source="The clock",
            mend="Choose a start that is still to come.",
        )
    ]


def _consents(request: Request) -> list[Refusal]:
    """Booking asks for none: a text is shown and signed when the patient has come."""
    if not request.here:
        return []
    acts = {row.act for row in request.work.rows}
    return consent_refusals(patient=request.work.patient, acts=acts, at=request.now)


def performer_refusals(request: Request) -> list[Refusal]:
    """Why the practitioner, or anybody at the site, may not do the work then, whoever is busy."""
    if request.practitioner:
        return performer_reasons(
            practitioner=request.practitioner,
            work=request.work,
            slot=request.slot,
            supervisor=request.supervisor,
        )
    return _nobody(request)


def _nobody(request: Request) -> list[Refusal]:
    """Why nobody at the site may do it then, whoever is busy; nothing where somebody may."""
    work, slot = request.work, request.slot
    able = (
        Practitioner.objects.filter(active=True).filter(*_holding_each(work.scopes, work.site.id, slot)).order_by("name", "id")
    )
    reasons: list[Refusal] = []
    for practitioner in able:
        reasons = performer_reasons(practitioner=practitioner, work=work, slot=slot, supervisor=request.supervisor)
        if not reasons:
            return []
    if reasons:
        return reasons
    present = Shift.objects.filter(practitioner=OuterRef("pk"), site=work.site, during__contains=slot.during)
    for practitioner in Practitioner.objects.filter(Exists(present), active=True).order_by("name", "id"):
        return performer_reasons(practitioner=practitioner, work=work, slot=slot, supervisor=request.supervisor)
    return [
        Refusal(
            code="outside_shift",
            detail=f"Nobody is at {work.site.name} then.",
            source="The roster of the site",
            mend="Choose a start within the opening hours.",
        )
    ]


def _holding_each(scopes: Sequence[str], site: UUID, slot: Slot) -> list[Exists]:
    held = Privilege.objects.filter(practitioner=OuterRef("pk"), site=site, valid__overlap=slot.during)
    return [Exists(held.filter(scope=scope)) for scope in scopes]
