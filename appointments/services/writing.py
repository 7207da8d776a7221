"""A message in the words that are in force: its text, its language, its places and its link."""

from dataclasses import dataclass
from datetime import datetime

from appointments.models import Appointment, Message
from appointments.policies.rendering import Values, render
from appointments.policies.statuses import CANCELLED
from appointments.policies.texts import CANCELLATION, LANGUAGES, Text
from appointments.selectors.texts import text_in_force
from appointments.services.links import link_in
from clinic.errors import RuleBroken
from clinic.selectors.protocol import rule_coded


@dataclass(frozen=True, kw_only=True)
class Written:
    """A message as it leaves; `key` is that of its text, and a text message has no subject."""

    key: str
    subject: str
    body: str


def write(*, message: Message, visit: Appointment | None, now: datetime) -> Written:
    """
    The message in the words of now, about the visit as it is now, with the same link at every try.

    Without a visit, day and time are those of the message's anchor on the clock of its site.

    :raises RuleBroken: `text_missing` where the row of the protocol has no text for the channel.
    """
    key = CANCELLATION if visit and visit.status == CANCELLED else rule_coded(message.kind).text
    text = _in_force(key=key, channel=message.channel, language=_language(message), now=now)
    starts_at = visit.start if visit else message.anchor_at
    values = Values(
        first_name=_first_name(message),
        clinic=message.site.name,
        phone=message.site.phone,
        starts_at=starts_at.astimezone(message.site.zone) if starts_at else None,
        link=link_in(message=message, key=key, visit=visit, now=now) if "{link}" in text.body else "",
    )
    subject, body = render(text, values)
    return Written(key=key, subject=subject, body=body)


def _language(message: Message) -> str:
    return message.recipient.language if message.recipient else LANGUAGES[0]


def _first_name(message: Message) -> str:
    return message.recipient.given_name if message.recipient else message.staff.first_name or message.staff.username


def _in_force(*, key: str, channel: str, language: str, now: datetime) -> Text:
    text = text_in_force(key=key, channel=channel, language=language, at=now)
    if text is None:
        raise RuleBroken("text_missing", f"there is no text of {key} for {channel}: publish one")
    return text
