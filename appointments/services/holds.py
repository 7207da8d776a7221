"""
Holds: a time that is kept for somebody for some minutes, under the rules of a booking; nobody is told, nothing is confirmed.

An ended hold is cancelled, and what it held is free. It has ended at its moment, whether the sweep has come by or not.
"""

from datetime import datetime
from functools import partial

import pghistory
from django.db import transaction

from appointments.models import Appointment
from appointments.models.waitlist import ACCEPTED, EXPIRED, WITHDRAWN
from appointments.policies.statuses import BOOKED, CANCELLED, HELD
from appointments.selectors.requests import Request
from appointments.selectors.verdicts import Verdict
from appointments.selectors.visits import work_of_visit
from appointments.services.booking import allowed, attempt, use_overrides
from appointments.services.guarded import guarded, settled, share, until_settled
from appointments.services.messages import plan_booked
from appointments.services.orders import settle_orders
from appointments.services.refusing import hold_expired, illegal_transition
from appointments.services.waitlist.offers import close_offers
from clinic.models import User
from treatments.selectors.overrides import usable_overrides

RAN_OUT = "The hold ran out"


def hold_appointment(*, request: Request, until: datetime) -> Appointment:
    """
    Keep the time until that moment (UTC) without booking it; an override that it takes is used up by the confirmation alone.

    :raises DomainError: as booking does.
    """
    return until_settled(partial(attempt, request, until=until))


def confirm_hold(*, actor: User, visit: Appointment, now: datetime) -> Appointment:
    """
    Book what is held, judged once more; the patient is told as of any booking.

    :raises Conflict: `hold_expired` once its time is over, `illegal_transition` when it is not held any more.
    :raises DomainError: as booking does; the hold then stays.
    """
    return until_settled(lambda _: _confirm(actor, visit, now))


@transaction.atomic
def release_hold(*, visit: Appointment, reason: str, now: datetime, offer: str = WITHDRAWN) -> Appointment:
    """
    Give the time back; `offer` is what becomes of the offer that it stands in, if any.

    :raises Conflict: as `confirm_hold` does.
    """
    held = _locked(visit)
    _require_hold(held, now)
    with settled():
        return end_hold(visit=held, reason=reason, offer=offer, now=now)


def expire_holds(*, now: datetime) -> int:
    """End every hold whose time is over, each for itself; how many there were."""
    ended = 0
    while _expire_one(now):
        ended += 1
    return ended


def end_hold(*, visit: Appointment, reason: str, offer: str, now: datetime) -> Appointment:
    """Cancel a held visit that is locked, in the transaction of the caller."""
    close_offers(visits=[visit.id], state=offer, now=now)
    visit.status, visit.held_until, visit.cancel_reason = CANCELLED, None, reason
    with pghistory.context(why=reason):
        visit.save(update_fields=["status", "held_until", "cancel_reason"])
    settle_orders(item_ids=list(visit.items.values_list("order_item", flat=True)))
    return visit


def _confirm(actor: User, visit: Appointment, now: datetime) -> Appointment:
    current = _fresh(visit)
    _require_hold(current, now)
    request = _request(actor, current, now)
    judged = allowed(request)
    with guarded(), pghistory.context(why="confirmed"):
        return _book(request, judged)


def _book(request: Request, judged: Verdict) -> Appointment:
    visit = request.visit
    lean = visit.items.values_list("authorised_by", "lesion")
    share(visit.practitioner_id, visit.supervisor_id, visit.room_id, *visit.devices, *(key for pair in lean for key in pair))
    held = _locked(visit)
    _require_hold(held, request.now)
    close_offers(visits=[held.id], state=ACCEPTED, now=request.now)
    held.status, held.held_until = BOOKED, None
    held.booked_by, held.booked_at = request.booker, request.now
    held.save(update_fields=["status", "held_until", "booked_by", "booked_at"])
    use_overrides(request, held, judged)
    plan_booked(visit=held, now=request.now)
    return held


def _request(actor: User, visit: Appointment, now: datetime) -> Request:
    return Request(
        booker=actor,
        work=work_of_visit(visit),
        start=visit.start,
        now=now,
        practitioner=visit.practitioner,
        supervisor=visit.supervisor_id,
        overrides=usable_overrides(patient=visit.patient, site=visit.site, now=now, used_by=visit.id),
        visit=visit,
        nearest=False,
    )


@transaction.atomic
def _expire_one(now: datetime) -> bool:
    over = Appointment.objects.filter(status=HELD, held_until__lte=now).order_by("held_until")
    visit = over.select_for_update(skip_locked=True, of=("self",)).first()
    if visit is not None:
        with settled():
            end_hold(visit=visit, reason=RAN_OUT, offer=EXPIRED, now=now)
    return visit is not None


def _require_hold(visit: Appointment, now: datetime) -> None:
    if visit.status == CANCELLED and visit.cancel_reason == RAN_OUT:
        raise hold_expired()
    if visit.status != HELD:
        raise illegal_transition(f"A visit that is {visit.status.replace('_', ' ')} is not held.")
    if visit.held_until <= now:
        raise hold_expired()


def _fresh(visit: Appointment) -> Appointment:
    return Appointment.objects.select_related("patient", "site", "practitioner").get(pk=visit.pk)


def _locked(visit: Appointment) -> Appointment:
    rows = Appointment.objects.select_related("patient", "site", "practitioner")
    return rows.select_for_update(of=("self",)).get(pk=visit.pk)
