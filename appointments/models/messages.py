"""The ledger of messages: a row is written in the transaction of its cause, and nothing else sends."""

from django.db import models
from django.db.models import Q

from appointments.models.visits import Appointment
from clinic.base import Keyed, one_of
from patients.models import Patient

DUE, CLAIMED, SENT, DELIVERED, FAILED = "due", "claimed", "sent", "delivered", "failed"
EXPIRED, WITHDRAWN, SUPPRESSED, DEAD = "expired", "withdrawn", "suppressed", "dead"
MESSAGE_STATES = (DUE, CLAIMED, SENT, DELIVERED, FAILED, EXPIRED, WITHDRAWN, SUPPRESSED, DEAD)


class Message(Keyed):
    """
    One message of one kind for one revision of a visit; `reason_not_sent` says why it did not go.

    The row is its own record (state, times, reason), and rows are never deleted: it needs no history beside it.
    """

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="messages")
    revision = models.PositiveIntegerField()
    recipient = models.ForeignKey(Patient, models.PROTECT, related_name="messages")
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
            models.Index(fields=["claimed_until"], name="message_claimed", condition=Q(state=CLAIMED)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}"
