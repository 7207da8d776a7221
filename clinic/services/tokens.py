"""Signing in and out: opaque tokens of 256 bits, of which only the SHA-256 is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.utils.crypto import salted_hmac

from clinic.errors import DomainError
from clinic.models import Attempts, StaffToken
from clinic.selectors.people import live_token

LIFETIME = timedelta(hours=12)
NOTICED_EVERY = timedelta(minutes=1)
WINDOW = timedelta(minutes=1)
TRIES = 10

COUNT = """
INSERT INTO clinic_attempts AS kept (id, bucket, window_started_at, count) VALUES (uuidv7(), %(bucket)s, %(now)s, 1)
ON CONFLICT (bucket) DO UPDATE SET
  count = CASE WHEN kept.window_started_at > %(stale)s THEN kept.count + 1 ELSE 1 END,
  window_started_at = CASE WHEN kept.window_started_at > %(stale)s THEN kept.window_started_at ELSE %(now)s END
RETURNING id, bucket, window_started_at, count
"""


class BadCredentials(DomainError):
    """The name or the password is wrong; which one is not said."""

    def __init__(self) -> None:
        super().__init__("bad_credentials", "The username or the password is wrong.")


class TooMany(DomainError):
    """Tried too often; `wait` seconds from now it may be tried again."""

    def __init__(self, *, wait: int) -> None:
        super().__init__("too_many", "Too many attempts: wait before the next one.")
        self.wait = wait


def sign_in(*, username: str, password: str, now: datetime) -> tuple[str, StaffToken]:
    """
    Give a new token for 12 hours; the secret is shown this once.

    :raises BadCredentials: alike, and in like time, for an unknown name, a wrong password and somebody who left.
    """
    user = authenticate(username=username, password=password)
    if user is None:
        raise BadCredentials
    secret = secrets.token_urlsafe(32)
    digest = digest_of(secret.encode())
    StaffToken.objects.create(user=user, digest=digest, created_at=now, last_used_at=now, expires_at=now + LIFETIME)
    token = live_token(digest=digest, now=now)
    if token is None:
        raise BadCredentials
    return secret, token


def use_token(*, secret: bytes, now: datetime) -> StaffToken | None:
    """The live token with its user and memberships, its use noted at most once a minute; None for any other secret."""
    token = live_token(digest=digest_of(secret), now=now)
    if token and token.last_used_at <= now - NOTICED_EVERY:
        StaffToken.objects.filter(id=token.id, last_used_at__lt=now).update(last_used_at=now)
    return token


def sign_out(*, token: StaffToken) -> None:
    """End the token at once."""
    StaffToken.objects.filter(id=token.id).delete()


def count_attempt(*, username: str, address: str, now: datetime) -> Attempts:
    """
    Note one more try to sign in under that name from that address.

    :raises TooMany: beyond ten within a minute.
    """
    bucket = salted_hmac("clinic.sign-in", f"{username.casefold()}\n{address}", algorithm="sha256").hexdigest()
    attempts = Attempts.objects.raw(COUNT, {"bucket": bucket, "now": now, "stale": now - WINDOW})[0]
    if attempts.count > TRIES:
        left = attempts.window_started_at + WINDOW - now
        raise TooMany(wait=max(1, -(-left // timedelta(seconds=1))))
    return attempts


def forget_attempts(*, attempts: Attempts) -> None:
    """Who signed in starts anew."""
    Attempts.objects.filter(id=attempts.id).delete()


def digest_of(secret: bytes) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(secret).digest()
