"""What a token opens."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from appointments.models import Link
from appointments.policies.links import VISIT, state_of

BESIDE = ("message__recipient", "message__site", "message__appointment__site", "message__appointment__patient")


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A link that somebody has, and its state: live, expired, used or revoked."""

    link: Link
    state: str


def open_link(*, token: str, now: datetime) -> Opened | None:
    """The link of the token with its message, visit and people, whatever its state; None for any other token. Nothing changes by it."""
    link = Link.objects.select_related(*BESIDE).filter(digest=digest_of(token)).first()
    if link is None:
        return None
    visit = link.message.appointment if link.message and link.purpose == VISIT else None
    state = state_of(
        expires_at=link.expires_at,
        used_at=link.used_at,
        revoked_at=link.revoked_at,
        visit_ends_at=visit.end if visit else None,
        now=now,
    )
    return Opened(link=link, state=state)


def digest_of(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
