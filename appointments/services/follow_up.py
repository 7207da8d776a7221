"""
What follows from an event by the protocol: messages and tasks, written in the transaction of their cause and withdrawn in that of
whatever stops them. Sending is delivery's work.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Exists, F, IntegerField, OuterRef, When

from appointments.models import Appointment, DueMessage, Message
from appointments.models.messages import DUE, VISIT
from appointments.policies.protocol import key_of
from clinic.models import Site, User
from clinic.policies.protocol import CHANNELS, EMAIL, PORTAL, Rule, moment_of, moments
from clinic.selectors.protocol import rules_in_force, rules_of
from clinic.services.tasks import finish_tasks_about, open_task
from patients.models import Patient
from patients.selectors.contact import reaches


@dataclass(frozen=True, kw_only=True)
class Cause:
    """
    What messages and tasks are about.

    `at` is the moment of the subject (UTC): the start of a visit, the end of a procedure, the first evening of a plan. `scopes`
    are those of the work; tasks go to `assignee`, or to anybody of their role. What does not begin, but goes on, is told nothing
    whose moment has passed. With an `address` it is an answer to whoever wrote from there, by the channels that the row names.
    """

    subject: UUID
    subject_kind: str
    patient: Patient
    site: Site
    at: datetime
    scopes: Sequence[str] = ()
    assignee: User | None = None
    visit: Appointment | None = None
    revision: int | None = None
    begins: bool = True
    address: str = ""


@transaction.atomic(savepoint=False)
def follow(*, event: str, cause: Cause, now: datetime) -> list[Message]:
    """Write the messages and open the tasks that the protocol says of the event; repeated, it writes nothing more."""
    fitting = [rule for rule in rules_of(event) if rule.fits(cause.scopes)]
    open_ways = _open_ways(cause.patient, now) if any(rule.text for rule in fitting) else {}
    messages = [message for rule in fitting for message in _messages(rule, cause, open_ways, now)]
    for rule in fitting:
        _open_tasks(rule, cause, now)
    return Message.objects.bulk_create(messages, ignore_conflicts=True) if messages else []


@transaction.atomic(savepoint=False)
def withdraw_about(*, subjects: Collection[UUID], stop: str, reason: str, now: datetime, actor: User | None = None) -> int:
    """
    Withdraw what waits about these subjects and that stop ends, tasks included; how many messages there were.

    Waits for one that is being sent at this moment, and then leaves it alone.
    """
    rules = stopped_by(stop)
    for rule in rules:
        if rule.task:
            finish_tasks_about(subjects=subjects, kind=rule.task, actor=actor, now=now)
    return withdraw(Message.objects.filter(subject__in=subjects, kind__in=[rule.code for rule in rules]), reason=reason)


@transaction.atomic(savepoint=False)
def withdraw_to(*, patient: Patient, stop: str, reason: str) -> int:
    """Withdraw what waits for this patient and that stop ends, whatever it is about; how many there were."""
    codes = [rule.code for rule in stopped_by(stop)]
    return withdraw(Message.objects.filter(recipient=patient, kind__in=codes), reason=reason)


def withdraw(messages: Any, *, reason: str) -> int:
    """Withdraw those of these messages that have not left; how many there were. One that a worker held counts as tried."""
    held = DueMessage.objects.filter(message=OuterRef("pk")).exclude(claimed_until=None, lapsed=False)
    tries = Case(When(Exists(held), then=F("attempts") + 1), default=F("attempts"), output_field=IntegerField())
    return messages.filter(state=DUE).update(state="withdrawn", reason_not_sent=reason, attempts=tries)


def stopped_by(stop: str) -> list[Rule]:
    """The rows that name this stop, those that are switched off included."""
    return [rule for rule in rules_in_force().values() if stop in rule.stops]


def repeat(*, message: Message, rule: Rule, now: datetime) -> None:
    """Plan the next of a message that is said again and again, counted from the moment at which this one was due."""
    if rule.every_days is None or message.recipient is None:
        return
    days = message.offset_days + rule.every_days
    anchor = message.anchor_at or message.due_at
    due = max(moment_of(rule=rule, days=days, anchor=anchor, zone=message.site.zone), now)
    cause = Cause(
        subject=message.subject,
        subject_kind=message.subject_kind,
        patient=message.recipient,
        site=message.site,
        at=anchor,
        visit=message.appointment,
    )
    Message.objects.bulk_create([_message(rule, cause, days, due, message.channel)], ignore_conflicts=True)


@transaction.atomic
def replan(*, before: Rule, after: Rule, now: datetime) -> dict[str, Any]:
    """
    Bring the messages that wait under a row to what its next version says; how many were moved and withdrawn.

    Where the number of moments stays, each goes over to the one in its place; what has none is withdrawn.
    """
    waiting = (
        Message.objects.select_for_update(of=("self",))
        .select_related("site")
        .filter(kind=after.code, state=DUE, waiting__isnull=False)
    )
    places = dict(zip(before.offsets, after.offsets, strict=True)) if len(before.offsets) == len(after.offsets) else {}
    moved, gone = [], []
    for message in waiting.order_by("id"):
        days = places.get(message.offset_days, message.offset_days)
        if not after.active or (days not in after.offsets and after.every_days is None):
            gone.append(message.pk)
        elif (due := _due_again(after, message, days, now)) != message.due_at:
            message.due_at, message.offset_days = due, days
            moved.append(message)
        message.version = after.version
    Message.objects.bulk_update(moved, ["due_at", "offset_days", "version"])
    withdraw(Message.objects.filter(pk__in=gone), reason="the protocol was changed")
    return {"waiting": waiting.count() + len(gone), "moved": len(moved), "withdrawn": len(gone)}


def _due_again(rule: Rule, message: Message, days: int, now: datetime) -> datetime:
    if message.anchor_at is None:
        return message.due_at
    return max(moment_of(rule=rule, days=days, anchor=message.anchor_at, zone=message.site.zone), now)


def _messages(rule: Rule, cause: Cause, open_ways: Mapping[str, Sequence[str]], now: datetime) -> list[Message]:
    if not (rule.text and rule.channels):
        return []
    planned = moments(rule=rule, anchor=_anchor(rule, cause, now), zone=cause.site.zone, now=now, late=cause.begins)
    return [_message(rule, cause, days, due, way) for days, due in planned for way in _ways(rule, cause, open_ways)]


def _message(rule: Rule, cause: Cause, days: int, due: datetime, channel: str) -> Message:
    revision = abs(days) if cause.revision is None else cause.revision
    return Message(
        site=cause.site,
        appointment=cause.visit,
        subject=cause.subject,
        subject_kind=cause.subject_kind,
        revision=revision,
        recipient_id=cause.patient.pk,
        kind=rule.code,
        version=rule.version,
        channel=channel,
        anchor_at=cause.at,
        offset_days=days,
        due_at=due,
        address=cause.address,
        expires_at=due + timedelta(days=rule.keeps_days),
        idempotency_key=key_of(subject=cause.subject, revision=revision, kind=rule.code, channel=channel),
    )


def _open_ways(patient: Patient, now: datetime) -> dict[str, list[str]]:
    """The channels that are open to the patient for each class of consent."""
    known = reaches(patient=patient, now=now)
    classes = {consent for _, consent in known}
    return {each: [way for way in CHANNELS if known[way, each].address] for each in classes}


def _ways(rule: Rule, cause: Cause, open_ways: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """
    The channels that the row names and that are open to the patient; else the one that is, so that nothing is lost.

    Where none is open the message is written all the same, and says why it did not go.
    """
    if cause.address:
        return rule.channels
    open_now = open_ways[rule.consent]
    named = [channel for channel in rule.channels if channel in open_now]
    reaching = [channel for channel in open_now if channel != PORTAL]
    if any(channel != PORTAL for channel in named) or not any(channel != PORTAL for channel in rule.channels):
        return named or rule.channels[:1]
    return [*named, *reaching[:1]] or [EMAIL]


def _anchor(rule: Rule, cause: Cause, now: datetime) -> datetime:
    return now if rule.anchor == "event" else cause.at


def _open_tasks(rule: Rule, cause: Cause, now: datetime) -> None:
    if not (rule.task and rule.active):
        return
    anchor = _anchor(rule, cause, now)
    for _, due in moments(rule=rule, anchor=anchor, zone=cause.site.zone, now=now)[:1]:
        open_task(
            kind=rule.task,
            subject=cause.subject,
            site=cause.site,
            role=rule.task_role,
            due_at=due,
            detail=rule.task_detail,
            assignee=cause.assignee,
        )


def about_visit(visit: Appointment, *, revision: int | None = None) -> Cause:
    """The visit as a cause, with the scopes of its work."""
    rows = getattr(visit, "rows", None)
    scopes = [row.scope for row in rows] if rows else list(visit.items.values_list("scope", flat=True))
    return Cause(
        subject=visit.pk,
        subject_kind=VISIT,
        patient=visit.patient,
        site=visit.site,
        at=visit.start,
        scopes=scopes,
        visit=visit,
        revision=visit.revision if revision is None else revision,
    )
