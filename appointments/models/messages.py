"""The ledger of messages: a row is written in the transaction of its cause, and nothing else sends."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from appointments.models.visits import Appointment
from clinic.base import Keyed, one_of
from patients.models import Patient

DUE, SENT, DELIVERED, FAILED = "due", "sent", "delivered", "failed"
EXPIRED, WITHDRAWN, SUPPRESSED, DEAD = "expired", "withdrawn", "suppressed", "dead"
MESSAGE_STATES = (DUE, SENT, DELIVERED, FAILED, EXPIRED, WITHDRAWN, SUPPRESSED, DEAD)
CLAIMED = "claimed"
"""How a due message is shown while a worker holds it."""


class Message(Keyed):
    """
    One message of one kind for one revision of a visit; `reason_not_sent` says why it did not go.

    The row is its own record (state, times, reason), and rows are never deleted: it needs no history beside it. A worker claims it
    by `claimed_until` alone, which no index holds: a claim is then the cheapest of updates, in the room that the pages keep free.
    """

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="messages")
    revision = models.PositiveIntegerField()
    recipient = models.ForeignKey(Patient, models.PROTECT, related_name="messages", db_index=False)
    kind = models.TextField()
    channel = models.TextField(default="email")
    due_at = models.DateTimeField()
    state = models.TextField(default=DUE, choices=[(state, state) for state in MESSAGE_STATES])
    idempotency_key = models.TextField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.TextField(blank=True)
    reason_not_sent = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idempotency_key"], name="message_is_written_once"),
            one_of("state", MESSAGE_STATES, name="message_has_a_known_state"),
            models.CheckConstraint(
                name="message_not_sent_says_why",
                condition=~Q(state__in=[EXPIRED, WITHDRAWN, SUPPRESSED, DEAD, FAILED]) | ~Q(reason_not_sent=""),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="message_due", condition=Q(state=DUE)),
        ]

    def shown_state(self, *, now: datetime) -> str:
        """`claimed` while a worker holds it, else its state."""
        held = self.state == DUE and self.claimed_until is not None and self.claimed_until > now
        return CLAIMED if held else self.state

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}"
