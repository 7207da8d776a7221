"""What a visit says to its patient: planned and withdrawn in the transaction that books, moves, ends or calls it off."""

from datetime import datetime

from django.db import transaction

from appointments.models import Appointment, Message
from appointments.models.messages import DELIVERED, SENT
from appointments.policies.protocol import CHANGE, CONFIRMATION
from appointments.services import follow_up
from appointments.services.follow_up import about_visit, follow, withdraw_to


@transaction.atomic(savepoint=False)
def plan_booked(*, visit: Appointment, now: datetime) -> list[Message]:
    """Write the confirmation, due at once, and the reminders whose moment is to come; offers to book are taken back."""
    withdraw_to(patient=visit.patient, stop="booked_again", reason="another visit was booked")
    return follow(event="booked", cause=about_visit(visit), now=now)


@transaction.atomic(savepoint=False)
def plan_moved(*, visit: Appointment, now: datetime) -> list[Message]:
    """Withdraw what earlier revisions still had to say; write one change notice, due at once, and the reminders anew."""
    withdraw(visit=visit, reason="the visit was moved")
    return follow(event="moved", cause=about_visit(visit), now=now)


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
    if not told:
        return []
    return follow(event="cancelled", cause=about_visit(visit, revision=visit.revision + 1), now=now)


@transaction.atomic(savepoint=False)
def plan_ended(*, visit: Appointment, event: str, reason: str, now: datetime) -> list[Message]:
    """Withdraw whatever waits with that reason; write what follows a visit that is completed, or to which nobody came."""
    withdraw(visit=visit, reason=reason)
    return follow(event=event, cause=about_visit(visit), now=now)


def withdraw(*, visit: Appointment, reason: str) -> int:
    """
    Withdraw every message of the visit that has not left; how many there were.

    Waits for one that is being sent at this moment, and then leaves it alone: `reason` is kept with those that never left.
    """
    return follow_up.withdraw(Message.objects.filter(subject=visit.pk), reason=reason)


def _may_have_been_told(visit: Appointment) -> bool:
    """
    Whether a confirmation or a change notice has left, or may have.

    A claimed one may have reached the provider of a worker that died; a tried one may have arrived although its answer did not.
    Locking the rows waits for a message that is being sent.
    """
    announcements = (
        Message.objects.select_related("waiting")
        .select_for_update(of=("self",))
        .filter(recipient=visit.patient_id, appointment=visit, kind__in=(CONFIRMATION, CHANGE))
    )
    return any(row.state in (SENT, DELIVERED) or row.claimed_until or row.attempts for row in announcements)
