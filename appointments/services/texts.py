"""New wordings of messages, published by a manager."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from appointments.models import MessageText
from appointments.policies.rendering import TooLong, Values, render
from appointments.policies.texts import WORST, Text, lint, longest_of, tidied
from clinic.errors import Refusal, RuleBroken
from clinic.models import User
from clinic.policies.protocol import SMS

SAMPLE = {
    "en": Values(first_name="Alex", clinic="Pearl Clinic", phone="+1 614 555 0100"),
    "es": Values(first_name="Lucía", clinic="Clínica Pearl", phone="+1 614 555 0100"),
}
SAMPLE_LINK = "https://example.org/l/"
"""Filled up to the length that links have."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A text as somebody would get it, how long it is at its longest (text messages alone), and why it may not be sent."""

    subject: str
    body: str
    longest: int | None
    refusals: list[Refusal]


@transaction.atomic
def publish_text(*, actor: User, text: Text, in_force_from: datetime | None, now: datetime) -> MessageText:
    """
    Put the next version of a text in force, at once or from that moment; earlier versions stay on file as they were.

    :raises RuleBroken: with every reason why it may not be sent, and `in_the_past` for a moment that is over.
    """
    text = tidied(text)
    reasons = lint(text) + _too_early(in_force_from, now)
    if reasons:
        raise RuleBroken(reasons[0].code, reasons[0].detail, reasons=reasons)
    words = {"key": text.key, "channel": text.channel, "language": text.language}
    versions = MessageText.objects.filter(**words)
    list(versions.select_for_update().order_by("version").values_list("pk"))
    newest = versions.aggregate(newest=Max("version"))["newest"] or 0
    return MessageText.objects.create(
        **words,
        version=newest + 1,
        subject=text.subject,
        body=text.body,
        in_force_from=in_force_from or now,
        published_by=actor,
    )


def preview_text(*, text: Text, now: datetime) -> Preview:
    """The text with sample values, as far as its places are known, and every reason why it may not be sent; nothing is written."""
    text = tidied(text)
    refusals = lint(text)
    sample = SAMPLE[text.language]
    link = SAMPLE_LINK.ljust(WORST["link"], "x")
    values = Values(first_name=sample.first_name, clinic=sample.clinic, phone=sample.phone, link=link, starts_at=now)
    try:
        subject, body = render(text, values)
    except (KeyError, TooLong):
        subject, body = text.subject, text.body
    return Preview(subject=subject, body=body, longest=longest_of(text) if text.channel == SMS else None, refusals=refusals)


def _too_early(moment: datetime | None, now: datetime) -> list[Refusal]:
    if moment is None or moment >= now:
        return []
    return [
        Refusal(
            code="in_the_past",
            detail="A text comes into force now or later.",
            source="Clinic policy: what was sent is never said to have been something else",
            mend="Leave the moment out, or choose a later one.",
        )
    ]
