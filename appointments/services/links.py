"""
Links in messages: made with the message, the same at every try, ended by use, by revocation or by time.

A token of 128 bits is derived from the link's id and purpose by a key that comes from the secret of the installation, so that
nothing that opens a link is ever stored.
"""

import base64
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from appointments.models import Appointment, Link, Message
from appointments.policies.links import GUIDANCE, OFFER, PATHS, TO_DECIDE, expires_at, purpose_of
from appointments.selectors.links import digest_of
from clinic.base import uuid7

SALT = "appointments.links"
BYTES = 16


def link_in(*, message: Message, key: str, visit: Appointment | None, now: datetime) -> str:
    """The address that a message with the text of that key carries; all messages about one offer carry the same."""
    purpose = purpose_of(key)
    if purpose == OFFER:
        return link_for(purpose=purpose, owner=message.subject, until=message.expires_at or now + TO_DECIDE)
    until = expires_at(purpose=purpose, visit_ends_at=visit.end if visit else None, now=now)
    return link_for(purpose=purpose, message=message, text=key if purpose == GUIDANCE else "", until=until)


def link_for(
    *, purpose: str, until: datetime, message: Message | None = None, owner: UUID | None = None, text: str = ""
) -> str:
    """
    The address under which the message, or whatever else has that id, shows itself for that purpose.

    Asked again, it is the same address; `until` and `text` (the key of what is to be read) count when it is made.
    """
    key = uuid7()
    new = {"id": key, "text": text, "digest": digest_of(_token(key, purpose)), "expires_at": until}
    link, _ = Link.objects.get_or_create(purpose=purpose, message=message, owner=owner, defaults=new)
    return f"{settings.PUBLIC_URL}/{PATHS[purpose]}/{_renewed(link)}/"


def end_link(*, purpose: str, owner: UUID, used: bool, now: datetime) -> bool:
    """End the link of that owner, because it was used for what it is good for, or before it was; whether there was one to end."""
    ended = {"used_at": now} if used else {"revoked_at": now}
    return bool(Link.objects.filter(purpose=purpose, owner=owner, used_at=None, revoked_at=None).update(**ended))


def _token(key: UUID, purpose: str) -> str:
    secret = salted_hmac(SALT, f"{purpose}:{key}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(secret[:BYTES]).rstrip(b"=").decode()


def _renewed(link: Link) -> str:
    """Its token; under another secret of the installation the earlier token ends, and this one takes its place."""
    token = _token(link.pk, link.purpose)
    if bytes(link.digest) != digest_of(token):
        Link.objects.filter(pk=link.pk).update(digest=digest_of(token))
    return token
