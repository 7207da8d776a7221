"""
Text messages through whoever sends them: the outbox file, the console, an HTTP service, or a provider that apprise knows.

SMS_GATEWAY chooses: file (without any other word), console, http, apprise. SMS_URL is the address of the HTTP service, or
apprise's address of the provider with {to} where the number stands; SMS_TOKEN is the bearer token of the HTTP service.
"""

import json
import sys
from datetime import datetime
from importlib import import_module
from typing import Final, Protocol

import urllib3
from django.conf import settings
from django.utils import timezone
from urllib3.exceptions import HTTPError

from appointments import outbox

TIMEOUT: Final = urllib3.Timeout(connect=2, read=5)
"""Seconds: whoever sends holds the row of the message meanwhile."""
MOST: Final = 100_000
"""Bytes of an answer that are read."""
NOT_OURS: Final = frozenset({401, 403, 407})
"""The gateway turned away the clinic, not the message: another token, not another text, mends it."""
BUSY: Final = frozenset({408, 425, 429})


class GatewayTrouble(OSError):
    """
    The message may not have left; the words name no number and quote no answer.

    `final`: this number or message is refused for good. `of_server`: no other message would fare better now.
    """

    def __init__(self, reason: str, *, final: bool = False, of_server: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final
        self.of_server = of_server


class SmsGateway(Protocol):
    """Whoever sends text messages."""

    def send(self, *, key: str, to: str, body: str, at: datetime | None = None) -> str:
        """
        Hand the message over and answer the provider's id for it; `key` is the same at every try, so that a repetition is known.

        :raises GatewayTrouble: if it may not have left.
        """


class OutboxGateway:
    """Lines of the outbox file."""

    def send(self, *, key: str, to: str, body: str, at: datetime | None = None) -> str:
        """Write it, as of that moment (UTC)."""
        outbox.append(key=key, channel="sms", to=to, subject="", body=body, at=at or timezone.now())
        return key


class ConsoleGateway:
    """The terminal of whoever develops."""

    def send(self, *, key: str, to: str, body: str, at: datetime | None = None) -> str:
        """Print it."""
        sys.stdout.write(f"SMS {key} to {to}: {body}\n")
        return key


class HttpGateway:
    """A service that takes `{to, body}` with an Idempotency-Key, and answers `{id}`."""

    def __init__(self, *, url: str, token: str = "") -> None:
        self._url = url
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._pool = urllib3.PoolManager(timeout=TIMEOUT, retries=False)

    def send(self, *, key: str, to: str, body: str, at: datetime | None = None) -> str:
        """Post it: 4xx is final, but for those that say not now; what cannot be understood counts as not sent."""
        status, answer = self._post(json.dumps({"to": to, "body": body}).encode(), key)
        if status in NOT_OURS:
            raise GatewayTrouble(f"the SMS gateway turned us away ({status})", of_server=True)
        if status in BUSY or status >= 500:
            raise GatewayTrouble(f"the SMS gateway is busy ({status})", of_server=True)
        if 400 <= status < 500:
            raise GatewayTrouble(f"the SMS gateway refused the message ({status})", final=True)
        return _id_in(status, answer)

    def _post(self, data: bytes, key: str) -> tuple[int, bytes]:
        headers = self._headers | {"Idempotency-Key": key}
        try:
            response = self._pool.request("POST", self._url, body=data, headers=headers, preload_content=False)
            try:
                return response.status, response.read(MOST)
            finally:
                response.close()
        except (HTTPError, OSError) as error:
            raise GatewayTrouble("the SMS gateway did not answer", of_server=True) from error


class AppriseGateway:
    """A provider by its address in apprise, which says only whether it took the message."""

    def __init__(self, *, url: str) -> None:
        self._url = url
        self._apprise = import_module("apprise")

    def send(self, *, key: str, to: str, body: str, at: datetime | None = None) -> str:
        """Hand it over; the provider's own id is not to be had."""
        messenger = self._apprise.Apprise()
        if not messenger.add(self._url.format(to=to)):
            raise GatewayTrouble("the SMS gateway has no such address", of_server=True)
        if not messenger.notify(body=body):
            raise GatewayTrouble("the SMS provider did not take the message")
        return key


def gateway() -> SmsGateway:
    """The one that SMS_GATEWAY names."""
    if settings.SMS_GATEWAY == "http":
        return HttpGateway(url=settings.SMS_URL, token=settings.SMS_TOKEN)
    if settings.SMS_GATEWAY == "apprise":
        return AppriseGateway(url=settings.SMS_URL)
    return ConsoleGateway() if settings.SMS_GATEWAY == "console" else OutboxGateway()


def _id_in(status: int, answer: bytes) -> str:
    try:
        found = json.loads(answer)["id"] if status < 300 else None
    except (ValueError, TypeError, KeyError, RecursionError):
        found = None
    if not isinstance(found, str | int) or isinstance(found, bool) or not str(found).strip():
        raise GatewayTrouble("the SMS gateway gave an answer that says nothing")
    return str(found)
