"""Signing in and out over HTTP."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.permissions import RolesByMethod, anyone
from clinic.api.render import person
from clinic.api.schema import PersonShown, describe
from clinic.api.strict import Strict, read
from clinic.models import StaffToken, User
from clinic.models.people import ROLES
from clinic.services.tokens import count_attempt, forget_attempts, sign_in, sign_out


class Credentials(Strict):
    """Who wants to sign in; `totp` is for those who enrolled a second factor."""

    username = serializers.CharField(max_length=150, trim_whitespace=False)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)
    totp = serializers.CharField(max_length=16, required=False)


class RoleShown(serializers.Serializer[Any]):
    """A role at a site."""

    site = serializers.SlugField()
    role = serializers.ChoiceField(ROLES)


class UserShown(serializers.Serializer[Any]):
    """Who signed in; `practitioner` for those who treat."""

    id = serializers.UUIDField()
    username = serializers.CharField()
    practitioner = PersonShown(allow_null=True)
    roles = RoleShown(many=True)


class TokenShown(serializers.Serializer[Any]):
    """A token: dead after 15 minutes without use, and at `expires_at` in any case."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    user = UserShown()


class Token(ApiView):
    """The caller's token."""

    roles: ClassVar[RolesByMethod] = {"POST": anyone, "DELETE": lambda request: request.user.is_authenticated}

    def get_authenticators(self) -> list[BaseAuthentication]:
        """None for who signs in: a token that died meanwhile is no hindrance."""
        signs_in = self.request is not None and self.request.method == "POST"
        return [] if signs_in else super().get_authenticators()

    @describe("Sign in", taken=Credentials, shown=TokenShown, refuses=(401,), public=True)
    def post(self, request: Request) -> Response:
        """Give a token for a name and password."""
        given = read(Credentials, request)
        now = timezone.now()
        attempts = (
            count_attempt(username=given["username"], address=address_of(request), now=now) if settings.THROTTLED else None
        )
        secret, token = sign_in(username=given["username"], password=given["password"], now=now)
        if attempts:
            forget_attempts(attempts=attempts)
        shown = {"token": secret, "expires_at": _utc(token.expires_at), "user": show_user(token)}
        return Response(shown, headers={"Cache-Control": "no-store"})

    @describe("Sign out", status=204)
    def delete(self, request: Request) -> Response:
        """End the token of this very request."""
        sign_out(token=request.auth)
        return Response(status=204)


def show_user(token: StaffToken) -> dict[str, Any]:
    """Who the token stands for."""
    user: User = token.user
    practitioner = getattr(user, "practitioner", None)
    return {
        "id": str(user.id),
        "username": user.username,
        "practitioner": practitioner and person(practitioner),
        "roles": [{"site": held.site.code, "role": held.role} for held in user.memberships.all()],
    }


def address_of(request: Request) -> str:
    """Where the request comes from: behind our proxy, what the proxy saw."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
