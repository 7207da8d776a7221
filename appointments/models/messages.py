"""The ledger of messages: a row is written in the transaction of its cause, and nothing else sends."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from appointments.models.visits import Appointment
from clinic.base import Keyed, one_of
from clinic.constraints import Trigger
from clinic.models import Site, User
from clinic.policies.protocol import CHANNELS
from patients.models import Patient

DUE, SENT, DELIVERED, FAILED = "due", "sent", "delivered", "failed"
EXPIRED, WITHDRAWN, SUPPRESSED, DEAD = "expired", "withdrawn", "suppressed", "dead"
MESSAGE_STATES = (DUE, SENT, DELIVERED, FAILED, EXPIRED, WITHDRAWN, SUPPRESSED, DEAD)
CLAIMED = "claimed"
"""How a due message is shown while a worker holds it."""

VISIT, PROCEDURE, HOME_CARE, LESION = "visit", "procedure", "home_care", "lesion"
PLAN, OFFER, NUMBER, PAPER = "plan", "offer", "number", "paper"
SUBJECTS = (VISIT, PROCEDURE, HOME_CARE, LESION, PLAN, OFFER, NUMBER, PAPER)


TRANSITIONS = (
    ("insert", "REFERENCING NEW TABLE AS written"),
    ("update", "REFERENCING OLD TABLE AS replaced NEW TABLE AS written"),
    ("delete", "REFERENCING OLD TABLE AS removed"),
)


class Message(Keyed):
    """
    One message of one row of the protocol (`kind`, in that `version`) about one subject; `reason_not_sent` says why it did not go.

    `revision` is the revision of the visit, else the days of the offset: the key tells one from the other. `anchor_at` is the
    moment from which `offset_days` were counted, None for what leaves at once. After `expires_at` it makes no sense any more; a
    visit's own start serves for its reminders. `address` is where it went.

    The row is its own record (state, times, reason), and rows are never deleted: it needs no history beside it. No index holds its
    state: what waits stands in `DueMessage` too, and to mark a row is then the cheapest of updates, in the room that its page keeps.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="+", db_index=False)
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="messages", null=True, blank=True, db_index=False)
    subject = models.UUIDField()
    subject_kind = models.TextField(default=VISIT, choices=[(word, word) for word in SUBJECTS])
    revision = models.PositiveIntegerField()
    recipient = models.ForeignKey(Patient, models.PROTECT, related_name="messages", null=True, blank=True)
    staff = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True, db_index=False)
    kind = models.TextField()
    version = models.PositiveIntegerField(default=1)
    channel = models.TextField(default="email", choices=[(word, word) for word in CHANNELS])
    anchor_at = models.DateTimeField(null=True, blank=True)
    offset_days = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    state = models.TextField(default=DUE, choices=[(state, state) for state in MESSAGE_STATES])
    idempotency_key = models.TextField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    address = models.TextField(blank=True)
    provider_id = models.TextField(blank=True)
    reason_not_sent = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idempotency_key"], name="message_is_written_once"),
            one_of("state", MESSAGE_STATES, name="message_has_a_known_state"),
            one_of("channel", CHANNELS, name="message_has_a_known_channel"),
            one_of("subject_kind", SUBJECTS, name="message_is_about_a_known_subject"),
            models.CheckConstraint(
                name="message_has_one_recipient",
                condition=Q(recipient__isnull=False, staff__isnull=True) | Q(recipient__isnull=True, staff__isnull=False),
            ),
            models.CheckConstraint(
                name="message_about_a_visit_names_it",
                condition=Q(subject_kind=VISIT, appointment__isnull=False, subject=F("appointment"))
                | (~Q(subject_kind=VISIT) & Q(appointment__isnull=True)),
            ),
            models.CheckConstraint(
                name="message_not_sent_says_why",
                condition=~Q(state__in=[EXPIRED, WITHDRAWN, SUPPRESSED, DEAD, FAILED]) | ~Q(reason_not_sent=""),
            ),
            *(
                Trigger(
                    name=f"{act}_message_waits_while_it_is_due",
                    timing=f"AFTER {act.upper()}",
                    function=f"appointments_{act}_waiting",
                    rest=f"{tables} FOR EACH STATEMENT",
                )
                for act, tables in TRANSITIONS
            ),
            models.CheckConstraint(
                name="message_sent_says_when", condition=~Q(state__in=[SENT, DELIVERED]) | Q(sent_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["subject"], name="message_by_subject"),
            models.Index(fields=["address"], name="text_by_number", condition=Q(channel="sms")),
            models.Index(fields=["provider_id"], name="message_by_receipt", condition=~Q(provider_id="")),
        ]

    @property
    def claimed_until(self) -> datetime | None:
        """Until when a worker holds it, if one took it and has not marked it yet; asks for `waiting`."""
        waiting = getattr(self, "waiting", None)
        return waiting.claimed_until if waiting else None

    def shown_state(self, *, now: datetime) -> str:
        """`claimed` while a worker holds it, else its state."""
        until = self.claimed_until
        return CLAIMED if until is not None and until > now else self.state

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}"


class DueMessage(models.Model):
    """
    A message that waits, in a table as small as what waits: there workers claim it, by `claimed_until` alone.

    Rows come and go by triggers with the state, moment and channel of their message; nobody else adds or removes one.
    """

    message = models.OneToOneField(Message, models.DO_NOTHING, primary_key=True, related_name="waiting", db_constraint=False)
    due_at = models.DateTimeField()
    channel = models.TextField()
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            Trigger(
                name="due_message_follows_its_message",
                timing="BEFORE INSERT OR DELETE",
                function="appointments_waiting_is_derived",
                rest="FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)",
            ),
            Trigger(
                name="due_message_is_only_claimed",
                timing="BEFORE UPDATE OF message_id, due_at, channel",
                function="appointments_waiting_is_derived",
                rest="FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="message_due")]

    def __str__(self) -> str:
        return f"waiting {self.pk}"
