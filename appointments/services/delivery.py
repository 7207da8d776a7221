"""
What is due leaves: claimed with a lease, looked at again, sent, marked.

A message is sent while its row is locked: whoever cancels or moves the visit waits for that one send, and so knows whether it left.
The visit itself is not locked, so that the two never wait for each other.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from appointments.models import DueMessage, Message
from appointments.models.messages import DEAD, DUE, FAILED, LESION, NUMBER, SENT, SUPPRESSED
from appointments.policies.protocol import A_WEEK, TRIES, Ruling, Standing, Visit, next_text, next_try, put_off, rule_on
from appointments.selectors.subjects import why_ended
from appointments.services.follow_up import repeat
from appointments.services.sending import Post, Trouble, trouble_of
from appointments.services.writing import write
from clinic.policies.protocol import CHANNELS, SMS
from clinic.selectors.protocol import rule_coded
from clinic.services.tasks import open_task
from patients.selectors.contact import Reach, reach

logger = structlog.get_logger(__name__)

BATCH = 50
WAITS = "waits"
"""Nothing came of it yet: its channel is away."""
ONE_MONTH = timedelta(days=30)
BESIDE = ("appointment__site", "appointment__patient", "recipient", "site")
CHANGED = ("state", "reason_not_sent", "due_at", "attempts", "sent_at", "provider_id", "address")

# The array keeps the plan off the whole table.
CLAIM = """
WITH due AS MATERIALIZED (
    SELECT message_id FROM appointments_duemessage
    WHERE due_at <= %(now)s AND (claimed_until IS NULL OR claimed_until <= %(now)s)
      AND channel = ANY (%(channels)s)
    ORDER BY due_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED
)
UPDATE appointments_duemessage SET claimed_until = %(until)s, lapsed = lapsed OR claimed_until IS NOT NULL
 WHERE message_id = ANY (ARRAY(SELECT message_id FROM due))
RETURNING message_id
"""


def deliver_due(*, now: datetime, limit: int | None = None, seconds: float | None = None) -> Counter[str]:
    """
    Deliver what is due, up to so many messages and for about so many seconds; how many came to which state.

    While a mail server or gateway is away one message of that channel has been tried; the others are due again as they were.
    """
    tally: Counter[str] = Counter()
    post, started = Post(), monotonic()
    try:
        while batch := _next_batch(now, limit, tally.total(), post.channels):
            for position, message_id in enumerate(batch):
                if seconds is not None and monotonic() - started > seconds:
                    release(message_ids=batch[position:])
                    return tally
                state = _deliver_alone(message_id, now, post)
                if state != WAITS:
                    tally[state] += 1
    finally:
        post.close()
    return tally


def claim_due(*, now: datetime, batch: int, lease_s: float | None = None, channels: Collection[str] = CHANNELS) -> list[UUID]:
    """
    Take messages that are due, or whose claim has lapsed, for so many seconds (MESSAGE_LEASE_S); nobody else takes them meanwhile.
    """
    with connection.cursor() as cursor:
        until = now + timedelta(seconds=settings.MESSAGE_LEASE_S if lease_s is None else lease_s)
        cursor.execute(CLAIM, {"now": now, "batch": batch, "until": until, "channels": list(channels)})
        return [row[0] for row in cursor.fetchall()]


def release(*, message_ids: Collection[UUID]) -> int:
    """Make claimed messages due again as they were, for whoever claims next."""
    return DueMessage.objects.filter(message__in=message_ids).update(claimed_until=None)


@transaction.atomic
def deliver(*, message_id: UUID, now: datetime, post: Post | None = None) -> str:
    """Look at a claimed message and its subject again, send it if it is still right, and mark it; the state it came to."""
    message = _claimed().select_related(*BESIDE).select_for_update(of=("self",)).filter(pk=message_id).first()
    if message is None:
        return "gone"
    post = post or Post()
    if message.channel in post.away:
        release(message_ids=[message_id])
        return WAITS
    standing = _standing(message)
    ruling = rule_on(standing, now=now)
    if ruling.state != SENT:
        return _put(message, ruling)
    rule = standing.rule
    where = _where(message, rule.consent, now)
    if where.refusal:
        return _put(message, Ruling(state=SUPPRESSED, reason=where.refusal))
    message.address = where.address
    ruling = _said_before(message, now) or _in_its_turn(message, standing, now)
    if ruling.state != SENT:
        return _put(message, ruling)
    state = _send(message, now, post)
    if state == SENT:
        repeat(message=message, rule=rule, now=now)
    return state


def _claimed() -> QuerySet[Message]:
    return Message.objects.filter(state=DUE, waiting__claimed_until__isnull=False)


def _next_batch(now: datetime, limit: int | None, done: int, channels: Collection[str]) -> list[UUID]:
    batch = BATCH if limit is None else min(BATCH, limit - done)
    return claim_due(now=now, batch=batch, channels=channels) if batch > 0 else []


def _deliver_alone(message_id: UUID, now: datetime, post: Post) -> str:
    """In a transaction of its own, so that what goes wrong with one message stays with it."""
    try:
        return deliver(message_id=message_id, now=now, post=post)
    except Exception as error:
        logger.exception("message_failed", message=str(message_id))
        trouble = trouble_of(error)
        post.close()
        return _note_failure(message_id, trouble, now)


def _standing(message: Message) -> Standing:
    visit, rule = message.appointment, rule_coded(message.kind)
    about = visit and Visit(
        revision=message.revision, visit_status=visit.status, visit_revision=visit.revision, starts_at=visit.start
    )
    return Standing(
        rule=rule,
        zone=ZoneInfo(message.recipient.time_zone),
        expires_at=message.expires_at,
        visit=about,
        ended=why_ended(message, stops=rule.stops),
    )


def _where(message: Message, consent_class: str, now: datetime) -> Reach:
    """By the patient's own word; an answer goes to the number that asked for it, which may want no texts from now on."""
    if message.subject_kind == NUMBER:
        return Reach(address=message.address)
    return reach(patient=message.recipient, channel=message.channel, consent_class=consent_class, now=now)


def _said_before(message: Message, now: datetime) -> Ruling | None:
    """Many lesions are one question: the patient is asked once a month."""
    if message.subject_kind != LESION:
        return None
    same = Message.objects.filter(recipient=message.recipient_id, kind=message.kind, sent_at__gt=now - ONE_MONTH)
    if same.filter(channel=message.channel, revision=message.revision).exists():
        return Ruling(state=SUPPRESSED, reason="the patient was told the same within the last month")
    return None


def _in_its_turn(message: Message, standing: Standing, now: datetime) -> Ruling:
    """Send it, or later where its number has had its texts; whoever else sends to that number waits meanwhile."""
    if message.channel != SMS or not standing.rule.capped:
        return Ruling(state=SENT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('text to ' || %s, 0))", [message.address])
    sent = Message.objects.filter(channel=SMS, address=message.address, sent_at__gt=now - A_WEEK)
    free = next_text(sent=list(sent.values_list("sent_at", flat=True)), now=now, zone=standing.zone)
    return put_off(standing, until=free, now=now)


def _send(message: Message, now: datetime, post: Post) -> str:
    text = write(message=message, visit=message.appointment, now=now)
    try:
        message.provider_id = post.send(message=message, text=text, now=now)
    except OSError as error:
        trouble = trouble_of(error)
        post.drop(message.channel, trouble)
        return _fail(message, trouble, now)
    message.attempts += 1
    message.sent_at = now
    return _put(message, Ruling(state=SENT))


def _put(message: Message, ruling: Ruling) -> str:
    message.state, message.reason_not_sent = ruling.state, ruling.reason
    message.due_at = ruling.due_at or message.due_at
    message.save(update_fields=CHANGED)
    return message.state


@transaction.atomic
def _note_failure(message_id: UUID, trouble: Trouble, now: datetime) -> str:
    message = _claimed().select_related(*BESIDE).select_for_update(of=("self",)).filter(pk=message_id).first()
    return _fail(message, trouble, now) if message else "gone"


def _fail(message: Message, trouble: Trouble, now: datetime) -> str:
    message.attempts += 1
    again = None if trouble.final else next_try(tries=message.attempts, now=now)
    if again is not None:
        return _put(message, Ruling(state=DUE, reason=trouble.reason, due_at=again))
    ending = FAILED if trouble.final else DEAD
    reason = trouble.reason if trouble.final else f"{trouble.reason}, {TRIES} times"
    detail = f"The message {message.kind} to the patient did not leave: {reason}. Tell the patient another way."
    open_task(kind="dead_letter", subject=message.subject, site=message.site, role="front_desk", due_at=now, detail=detail)
    return _put(message, Ruling(state=ending, reason=reason))
