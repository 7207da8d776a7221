"""Tokens for tests."""

from datetime import timedelta
from itertools import count

from django.utils import timezone
from rest_framework.test import APIClient

from clinic.models import StaffToken, User
from clinic.services.tokens import digest_of

_numbers = count(1)


def a_token(user: User) -> str:
    """The secret of a live token of the user."""
    now = timezone.now()
    secret = f"secret-{next(_numbers)}"
    StaffToken.objects.create(
        user=user, digest=digest_of(secret.encode()), created_at=now, last_used_at=now, expires_at=now + timedelta(hours=12)
    )
    return secret


def client_of(user: User) -> APIClient:
    """A client that sends the user's token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {a_token(user)}")
    return client
