"""Bearer tokens of the staff."""

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from clinic.models import StaffToken, User
from clinic.services.tokens import use_token


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer TOKEN`; without that header the caller is anonymous."""

    def authenticate(self, request: Request) -> tuple[User, StaffToken] | None:
        """The user and the token."""
        scheme, _, secret = get_authorization_header(request).partition(b" ")
        if not scheme:
            return None
        token = use_token(secret=secret.strip(), now=timezone.now()) if scheme.lower() == b"bearer" else None
        if token is None:
            raise AuthenticationFailed
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    """How the schema names it."""

    target_class = TokenAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """An HTTP bearer token."""
        return {"type": "http", "scheme": "bearer"}
