"""Moving a visit: another time, other hands, other work. The same visit, one revision on; a refused move keeps all as it was."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import pghistory
from django.db import connection

from appointments.models import Appointment, AppointmentItem
from appointments.policies.statuses import BOOKED, CHECKED_IN, IN_TREATMENT, NEEDS_REASSIGNMENT
from appointments.selectors.decisions import decision_of
from appointments.selectors.requests import Request
from appointments.selectors.verdicts import Verdict
from appointments.selectors.visits import asked_of, work_of_visit
from appointments.services.booking import allowed, items_of, lock, placement, use_overrides
from appointments.services.chores import seen_to
from appointments.services.encounters import replan_encounter
from appointments.services.guarded import guarded, until_settled
from appointments.services.messages import plan_moved, plan_reassigned
from appointments.services.orders import settle_orders
from appointments.services.refusing import illegal_transition
from clinic.errors import NotFound, RuleBroken
from clinic.models import Practitioner, User
from treatments.selectors.overrides import usable_overrides
from treatments.selectors.work import Asked

MOVABLE = frozenset({BOOKED, NEEDS_REASSIGNMENT})
CHANGEABLE = MOVABLE | {CHECKED_IN, IN_TREATMENT}


def reschedule_appointment(
    *,
    actor: User,
    visit: Appointment,
    start: datetime,
    now: datetime,
    practitioner: Practitioner | None = None,
    skipped: bool = False,
) -> Appointment:
    """
    Move the visit to another start, with the same practitioner or another; `skipped` as in a Request.

    :raises DomainError: as booking does; the visit then keeps its old place.
    """
    _require_status(visit, MOVABLE)
    taker = practitioner or visit.practitioner
    return _move(actor=actor, visit=visit, start=start, now=now, practitioner=taker, skipped=skipped)


def reassign_appointment(
    *,
    actor: User,
    visit: Appointment,
    practitioner: Practitioner,
    now: datetime,
    start: datetime | None = None,
    skipped: bool = False,
    nearest: bool = True,
) -> Appointment:
    """Give the visit to another practitioner, at its own time or another; it is booked again if it was adrift."""
    _require_status(visit, MOVABLE)
    begins = start or visit.start
    return _move(actor=actor, visit=visit, start=begins, now=now, practitioner=practitioner, skipped=skipped, nearest=nearest)


def hand_over(*, actor: User, visit: Appointment, practitioner: Practitioner, now: datetime) -> Appointment:
    """Another practitioner goes on with a visit whose patient is here."""
    _require_status(visit, frozenset({CHECKED_IN, IN_TREATMENT}))
    return _move(actor=actor, visit=visit, start=visit.start, now=now, practitioner=practitioner)


def add_treatment(*, actor: User, visit: Appointment, item: Asked, now: datetime, order: UUID | None = None) -> Appointment:
    """
    Add one item; the visit grows by its minutes and is judged as a whole.

    :raises WorkRefused: as booking does; once the patient is here also for a consent that is missing.
    """
    _require_status(visit, CHANGEABLE)
    return _move(
        actor=actor,
        visit=visit,
        start=visit.start,
        now=now,
        practitioner=visit.practitioner,
        asked=[*asked_of(visit).values(), item],
        order=order,
        here=visit.status not in MOVABLE,
    )


def remove_treatment(*, actor: User, visit: Appointment, item: UUID, now: datetime) -> Appointment:
    """
    Take one item (a group of rows) off the visit.

    :raises RuleBroken: `last_treatment`: cancel the visit instead.
    """
    _require_status(visit, CHANGEABLE)
    asked = asked_of(visit)
    if item not in asked:
        raise NotFound
    if len(asked) == 1:
        raise RuleBroken("last_treatment", "A visit has at least one treatment: cancel it instead.")
    remaining = [wanted for group, wanted in asked.items() if group != item]
    return _move(actor=actor, visit=visit, start=visit.start, now=now, practitioner=visit.practitioner, asked=remaining)


def _move(
    *,
    actor: User,
    visit: Appointment,
    start: datetime,
    now: datetime,
    practitioner: Practitioner,
    asked: Sequence[Asked] | None = None,
    order: UUID | None = None,
    skipped: bool = False,
    nearest: bool = True,
    here: bool = False,
) -> Appointment:
    def read() -> Request:
        return Request(
            booker=actor,
            work=work_of_visit(visit, asked),
            start=start,
            now=now,
            practitioner=practitioner,
            order=order,
            overrides=usable_overrides(patient=visit.patient, site=visit.site, now=now, used_by=visit.id),
            visit=visit,
            skipped=skipped,
            nearest=nearest,
            here=here,
        )

    def attempt(anew: bool) -> Appointment:
        request = read() if anew else first
        judged = allowed(request)
        with guarded(), pghistory.context(why="moved"):
            return _store(request, judged, repriced=asked is not None)

    first = read()
    return until_settled(attempt)


def _store(request: Request, judged: Verdict, *, repriced: bool) -> Appointment:
    lock(request.work, judged.team, judged)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    visit = Appointment.objects.select_for_update().get(pk=request.visit.pk)
    if (visit.revision, visit.status) != (request.visit.revision, request.visit.status):
        raise illegal_transition("Somebody else changed this visit just now: look at it again.")
    before = visit.status
    freed = list(visit.items.filter(order_item__isnull=False).values_list("order_item", flat=True))
    visit.items.all().delete()
    _place(visit, request, judged)
    if repriced:
        visit.price = request.work.price
    visit.save(force_update=True)
    AppointmentItem.objects.bulk_create(items_of(visit, request, judged))
    settle_orders(item_ids=[*freed, *(row.order_item for row in judged.authorised.rows)])
    use_overrides(request, visit, judged)
    replan_encounter(visit=visit)
    _tell(visit, before, request.booker, request.now)
    return visit


def _place(visit: Appointment, request: Request, judged: Verdict) -> None:
    if judged.team.start != visit.start:
        visit.previous_starts = [*visit.previous_starts, visit.start]
    for name, value in placement(request.work, judged.team).items():
        setattr(visit, name, value)
    visit.revision += 1
    visit.decision = decision_of(work=request.work, team=judged.team, verdict=judged)
    if visit.status == NEEDS_REASSIGNMENT:
        visit.status = BOOKED
        visit.reassignment_reason = ""
        visit.needs_reassignment_since = None


def _tell(visit: Appointment, before: str, actor: User, now: datetime) -> None:
    if before == NEEDS_REASSIGNMENT:
        seen_to(visit=visit, actor=actor, now=now)
        plan_reassigned(visit=visit, now=now)
    elif visit.status == BOOKED:
        plan_moved(visit=visit, now=now)


def _require_status(visit: Appointment, allowed_statuses: frozenset[str]) -> None:
    if visit.status not in allowed_statuses:
        raise illegal_transition(f"A visit that is {visit.status.replace('_', ' ')} cannot be changed in this way.")
