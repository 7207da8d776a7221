"""The course of a visit from the door to the end: check-in and its undo, start, complete, no-show, cancel, mistake."""

from datetime import datetime, timedelta

import pghistory
from django.db import transaction

from appointments.models import Appointment
from appointments.models.waitlist import WITHDRAWN
from appointments.policies.statuses import (
    BOOKED,
    CANCELLED,
    CHECKED_IN,
    COMPLETED,
    ENTERED_IN_ERROR,
    IN_TREATMENT,
    NO_SHOW,
    TRANSITIONS,
)
from appointments.selectors.decisions import decision_of
from appointments.selectors.requests import Request
from appointments.selectors.verdicts import Verdict, verdict
from appointments.selectors.visits import work_of_visit
from appointments.services.chores import seen_to
from appointments.services.encounters import ask_for_log, begin_encounter, open_encounter
from appointments.services.guarded import settled
from appointments.services.messages import plan_cancelled, plan_ended, withdraw
from appointments.services.orders import settle_orders
from appointments.services.refusing import illegal_transition, refuse
from appointments.services.waitlist.offers import close_offers
from clinic.models import User
from treatments.models import Encounter
from treatments.selectors.overrides import usable_overrides

NO_SHOW_AFTER = timedelta(minutes=15)
REPEATABLE = frozenset({CANCELLED, NO_SHOW})


@transaction.atomic
def check_in(*, actor: User, visit: Appointment, now: datetime) -> Appointment:
    """
    The patient is here: judge the visit once more and open the encounter.

    :raises WorkRefused: when what allowed the visit does not hold any more, or a consent to the work is missing.
    """
    visit = _locked(visit, CHECKED_IN)
    _judge_again(actor, visit, now)
    return _become(visit, CHECKED_IN, why="checked in", encounter=open_encounter(visit=visit, now=now))


@transaction.atomic
def undo_check_in(*, actor: User, visit: Appointment, now: datetime) -> Appointment:
    """The wrong patient was checked in: the visit is booked again, its encounter cancelled."""
    visit = _locked(visit, BOOKED, only_from=CHECKED_IN)
    encounter, visit.encounter = visit.encounter, None
    visit = _become(visit, BOOKED, why="check-in undone")
    _end_encounter(encounter, "cancelled", now)
    return visit


@transaction.atomic
def start_treatment(*, actor: User, visit: Appointment, now: datetime) -> Appointment:
    """The practitioner begins; everything is judged once more, consents included."""
    visit = _locked(visit, IN_TREATMENT)
    judged = _judge_again(actor, visit, now)
    if visit.encounter:
        decision = decision_of(work=work_of_visit(visit), team=judged.team, verdict=judged)
        begin_encounter(visit=visit, decision=decision, now=now)
    return _become(visit, IN_TREATMENT, why="started")


@transaction.atomic
def complete_visit(*, actor: User, visit: Appointment, now: datetime) -> Appointment:
    """The work is done; whoever worked by hand and has not signed the log yet is asked for it."""
    visit = _become(_locked(visit, COMPLETED), COMPLETED, why="completed")
    _end_encounter(visit.encounter, "finished", now)
    ask_for_log(visit=visit, now=now)
    seen_to(visit=visit, actor=actor, now=now)
    plan_ended(visit=visit, event="completed", reason="the visit is over", now=now)
    return visit


@transaction.atomic
def record_no_show(*, actor: User, visit: Appointment, now: datetime) -> Appointment:
    """
    The patient did not come; repeated, it changes nothing.

    :raises Conflict: `illegal_transition` before 15 minutes after the start.
    """
    visit = _locked(visit, NO_SHOW)
    if visit.status == NO_SHOW:
        return visit
    if now < visit.start + NO_SHOW_AFTER:
        raise illegal_transition("A no-show is recorded from 15 minutes after the start on.")
    visit = _end(visit, NO_SHOW, actor, now, why="no-show")
    plan_ended(visit=visit, event="no_show", reason="the patient did not come", now=now)
    return visit


@transaction.atomic
def cancel_appointment(*, actor: User, visit: Appointment, reason: str, now: datetime) -> Appointment:
    """Call the visit off and free all that it held; repeated, it changes nothing."""
    visit = _locked(visit, CANCELLED)
    if visit.status == CANCELLED:
        return visit
    visit.cancel_reason = reason
    visit = _end(visit, CANCELLED, actor, now, why=reason)
    plan_cancelled(visit=visit, now=now)
    return visit


@transaction.atomic
def mark_as_mistake(*, actor: User, visit: Appointment, reason: str, now: datetime) -> Appointment:
    """The visit should never have been entered."""
    visit = _locked(visit, ENTERED_IN_ERROR)
    visit.cancel_reason = reason
    visit = _end(visit, ENTERED_IN_ERROR, actor, now, why=reason)
    withdraw(visit=visit, reason="the visit was entered by mistake")
    return visit


def _locked(visit: Appointment, wanted: str, only_from: str | None = None) -> Appointment:
    """The row as it is now, locked; refused where it is neither what is wanted nor can become that."""
    current = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("patient", "site", "practitioner", "encounter")
        .get(pk=visit.pk)
    )
    if wanted in REPEATABLE and current.status == wanted:
        return current
    if wanted not in TRANSITIONS[current.status] or (only_from and current.status != only_from):
        words = (current.status.replace("_", " "), wanted.replace("_", " "))
        raise illegal_transition("A visit that is {} cannot become {}.".format(*words))
    return current


def _become(visit: Appointment, status: str, *, why: str, encounter: Encounter | None = None) -> Appointment:
    visit.status, visit.held_until = status, None
    if encounter:
        visit.encounter = encounter
    with settled(), pghistory.context(why=why):
        visit.save(update_fields=["status", "held_until", "encounter", "cancel_reason"])
    return visit


def _end(visit: Appointment, status: str, actor: User, now: datetime, *, why: str) -> Appointment:
    close_offers(visits=[visit.id], state=WITHDRAWN, now=now)
    visit = _become(visit, status, why=why)
    settle_orders(item_ids=list(visit.items.values_list("order_item", flat=True)))
    _end_encounter(visit.encounter, "cancelled", now)
    seen_to(visit=visit, actor=actor, now=now)
    return visit


def _end_encounter(encounter: Encounter | None, status: str, now: datetime) -> None:
    if encounter:
        Encounter.objects.filter(pk=encounter.pk).update(status=status, ended_at=now)


def _judge_again(actor: User, visit: Appointment, now: datetime) -> Verdict:
    request = Request(
        booker=actor,
        work=work_of_visit(visit),
        start=visit.start,
        now=now,
        practitioner=visit.practitioner,
        supervisor=visit.supervisor_id,
        overrides=usable_overrides(patient=visit.patient, site=visit.site, now=now, used_by=visit.id),
        visit=visit,
        nearest=False,
        here=True,
    )
    judged = verdict(request=request)
    if not judged.allowed:
        raise refuse(judged)
    return judged
