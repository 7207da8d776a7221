"""What the carriers of messages report about them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from appointments.models import Message
from appointments.models.messages import DELIVERED, FAILED
from appointments.policies.receipts import state_after
from clinic.models.people import FRONT_DESK
from clinic.services.tasks import open_task
from patients.services.contact import refuse_email

WANTS_NO_EMAIL: Final = "email_refused"
REFUSED_DETAIL: Final = "This patient marked an e-mail of ours as unwanted: none are sent any more, and the visits stay booked. The patient may want a call."


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What is told of a message, by the id that whoever carries it gave it; `state` is delivered or failed, `reason` says why."""

    provider_ids: tuple[str, ...]
    channel: str
    state: str
    at: datetime
    reason: str = ""


@transaction.atomic
def note_receipt(*, receipt: Receipt, now: datetime) -> bool:
    """Keep what is told, in whatever order and however often it comes; whether there is such a message."""
    rows = Message.objects.select_for_update(of=("self",)).select_related("site")
    message = rows.filter(provider_id__in=receipt.provider_ids, channel=receipt.channel).exclude(provider_id="").first()
    if message is None:
        return False
    state = state_after(channel=receipt.channel, state=message.state, receipt=receipt.state)
    if state == message.state:
        return True
    message.state = state
    message.delivered_at = min(receipt.at, now) if state == DELIVERED else message.delivered_at
    message.reason_not_sent = receipt.reason if state == FAILED else ""
    message.save(update_fields=["state", "delivered_at", "reason_not_sent"])
    if state == FAILED:
        _tell_the_desk(message, now)
    return True


@transaction.atomic
def note_complaint(*, address: str, now: datetime) -> None:
    """Somebody marked an e-mail as unwanted: no more of any class goes to that address, and the desk is told."""
    for patient in refuse_email(address=address, now=now):
        open_task(
            kind=WANTS_NO_EMAIL,
            subject=patient.pk,
            site=patient.registered_site,
            role=FRONT_DESK,
            due_at=now,
            detail=REFUSED_DETAIL,
        )


def _tell_the_desk(message: Message, now: datetime) -> None:
    detail = f"The message {message.kind} did not arrive: {message.reason_not_sent}. Tell the patient another way."
    open_task(kind="dead_letter", subject=message.subject, site=message.site, role=FRONT_DESK, due_at=now, detail=detail)
