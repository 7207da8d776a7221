"""What a text from outside does: the end of texts and their return take effect at once, all else waits for somebody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from appointments.models import InboundText, Message
from appointments.models.messages import DUE, NUMBER, SUPPRESSED
from appointments.policies.answers import HELP, START, STOP, meaning_of
from appointments.selectors.inbound import owners_of
from appointments.services.follow_up import Cause, follow
from clinic.models.people import FRONT_DESK
from clinic.policies.protocol import SMS
from clinic.services.tasks import open_task
from patients.models import Patient
from patients.selectors.contact import is_stopped
from patients.services.contact import restart_number, stop_number

WANTS_NO_TEXTS: Final = "texts_stopped"
WROTE: Final = "text_received"
STOPPED_DETAIL: Final = (
    "The number of this patient asked for no more texts: none leave any more, and the visits stay booked. "
    "The patient may want a call, or messages by e-mail."
)
WROTE_DETAIL: Final = "A text came from the number of this patient: read it among the texts received, and answer by phone."


@dataclass(frozen=True, kw_only=True)
class NewText:
    """A text as the gateway hands it over; `phone` is in E.164."""

    gateway_id: str
    phone: str
    text: str


@transaction.atomic
def receive_text(*, given: NewText, now: datetime) -> InboundText:
    """Keep the text and do what it asks for; one that was received before does nothing."""
    row, is_new = InboundText.objects.get_or_create(
        gateway_id=given.gateway_id,
        defaults={"phone": given.phone, "text": given.text, "received_at": now, "meaning": meaning_of(given.text)},
    )
    if is_new:
        ACTS.get(row.meaning, _hand_over)(row, owners_of(given.phone, now=now), now)
    return row


def _stop(row: InboundText, owners: Sequence[Patient], now: datetime) -> None:
    """Nothing that waits leaves, one confirmation does, no visit is touched, and the desk is told of each patient."""
    phone = str(row.phone)
    stopped = stop_number(phone=phone, now=now)
    _suppress(owners)
    _tell_the_desk(WANTS_NO_TEXTS, STOPPED_DETAIL, owners, now)
    _reply("texts_stopped", stopped.pk, phone, owners, now)


def _start(row: InboundText, owners: Sequence[Patient], now: datetime) -> None:
    """A number that was not stopped has nothing to resume: somebody reads what is meant."""
    phone = str(row.phone)
    resumed = restart_number(phone=phone, now=now)
    if resumed is None:
        _hand_over(row, owners, now)
    else:
        _reply("texts_resumed", resumed.pk, phone, owners, now)


def _help(row: InboundText, owners: Sequence[Patient], now: datetime) -> None:
    """To a number that takes no texts somebody has to call."""
    if is_stopped(str(row.phone)):
        _hand_over(row, owners, now)
    else:
        _reply("help_asked", row.pk, str(row.phone), owners, now)


def _hand_over(row: InboundText, owners: Sequence[Patient], now: datetime) -> None:
    _tell_the_desk(WROTE, WROTE_DETAIL, owners, now)


def _suppress(owners: Sequence[Patient]) -> None:
    """
    What is being sent at this moment is not waited for: it has left, or is refused at its next try.

    Answers to the number itself are no messages to the patient.
    """
    waiting = Message.objects.filter(recipient__in=owners, channel=SMS, state=DUE).exclude(subject_kind=NUMBER)
    free = waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)
    Message.objects.filter(pk__in=list(free)).update(state=SUPPRESSED, reason_not_sent="the number asked for no more texts")


def _tell_the_desk(kind: str, detail: str, owners: Sequence[Patient], now: datetime) -> None:
    for owner in owners:
        open_task(kind=kind, subject=owner.pk, site=owner.registered_site, role=FRONT_DESK, due_at=now, detail=detail)


def _reply(event: str, subject: UUID, phone: str, owners: Sequence[Patient], now: datetime) -> None:
    """One text back to the number, in the language of the first of those who share it; a number of nobody gets none."""
    for owner in owners[:1]:
        cause = Cause(
            subject=subject,
            subject_kind=NUMBER,
            patient=owner,
            site=owner.registered_site,
            at=now,
            address=phone,
        )
        follow(event=event, cause=cause, now=now)


ACTS: Final[dict[str, Callable[[InboundText, Sequence[Patient], datetime], None]]] = {STOP: _stop, START: _start, HELP: _help}
