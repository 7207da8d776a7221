"""Messages are planned and withdrawn in the transaction of their cause; sending them is delivery's work."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from appointments.models import Appointment, Message
from appointments.models.messages import DELIVERED, DUE, SENT
from appointments.policies.protocol import CHANGE, CONFIRMATION, EMAIL, Rule, due_at, key_of, rules_of


@transaction.atomic(savepoint=False)
def plan_booked(*, visit: Appointment, now: datetime) -> list[Message]:
    """Write the confirmation, due at once, and the reminder, unless its moment has passed."""
    return _plan("booked", visit, visit.revision, now)


@transaction.atomic(savepoint=False)
def plan_moved(*, visit: Appointment, now: datetime) -> list[Message]:
    """Withdraw what earlier revisions still had to say; write one change notice, due at once, and the reminder anew."""
    withdraw(visit=visit, reason="the visit was moved")
    return _plan("moved", visit, visit.revision, now)


@transaction.atomic(savepoint=False)
def plan_reassigned(*, visit: Appointment, now: datetime) -> list[Message]:
    """
    As for a move, also when only the practitioner is another: one change notice, which names day, time and clinic alone.

    `visit.revision` counts the reassignment, so that a change notice of the revision before it is not taken for this one.
    """
    return plan_moved(visit=visit, now=now)


@transaction.atomic(savepoint=False)
def plan_cancelled(*, visit: Appointment, now: datetime) -> list[Message]:
    """
    Withdraw whatever waits; write a cancellation notice only to somebody who may have been told of the visit.

    The cancellation counts as one revision more, so that it has a key of its own.
    """
    told = _may_have_been_told(visit)
    withdraw(visit=visit, reason="the visit was cancelled")
    return _plan("cancelled", visit, visit.revision + 1, now) if told else []


def withdraw(*, visit: Appointment, reason: str) -> int:
    """
    Withdraw every message of the visit that has not left; how many there were.

    Waits for one that is being sent at this moment, and then leaves it alone: `reason` is kept with those that never left.
    """
    waiting = Message.objects.filter(appointment=visit, state=DUE)
    return waiting.update(state="withdrawn", reason_not_sent=reason, claimed_until=None)


def _may_have_been_told(visit: Appointment) -> bool:
    """
    Whether a confirmation or a change notice has left, or may have.

    A claimed one may have reached the provider of a worker that died; a tried one may have arrived although its answer did not.
    Locking the rows waits for a message that is being sent.
    """
    announcements = Message.objects.select_for_update().filter(appointment=visit, kind__in=(CONFIRMATION, CHANGE))
    return any(row.state in (SENT, DELIVERED) or row.claimed_until or row.attempts for row in announcements)


def _plan(event: str, visit: Appointment, revision: int, now: datetime) -> list[Message]:
    return Message.objects.bulk_create(_messages(rules_of(event), visit, revision, now), ignore_conflicts=True)


def _messages(rules: Iterable[Rule], visit: Appointment, revision: int, now: datetime) -> list[Message]:
    zone = visit.site.zone
    planned = ((rule.id, due_at(rule=rule, starts_at=visit.start, site_zone=zone, now=now)) for rule in rules)
    return [
        Message(
            appointment=visit,
            revision=revision,
            recipient_id=visit.patient_id,
            kind=kind,
            channel=EMAIL,
            due_at=due,
            idempotency_key=key_of(subject=visit.pk, revision=revision, kind=kind, channel=EMAIL),
        )
        for kind, due in planned
        if due is not None
    ]
