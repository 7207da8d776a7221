"""One message by mail, and what its failure means, as that of a text message."""

import smtplib
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from appointments.gateways import GatewayTrouble, gateway
from appointments.mail import KEY_HEADER
from appointments.models import Appointment, Message
from appointments.policies.rendering import TooLong
from appointments.services.invitations import METHODS, calendar_part, invitation_of
from appointments.services.writing import Written
from clinic.errors import DomainError
from clinic.policies.protocol import CHANNELS, EMAIL, SMS

NO_ANSWER = "the mail server did not answer"
OF_THE_SERVER = (
    smtplib.SMTPServerDisconnected,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPNotSupportedError,
    smtplib.SMTPSenderRefused,
)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """
    Why a message did not go, in words without an address or an answer's text.

    `final`: this recipient or message is refused for good. `of_server`: no other message would fare better now.
    """

    reason: str
    final: bool = False
    of_server: bool = False


class Post:
    """The ways by which messages leave; one that is away is given up until the next round, and the others go on."""

    def __init__(self) -> None:
        self._mail = get_connection()
        self._gateway = gateway()
        self.away: set[str] = set()

    @property
    def channels(self) -> list[str]:
        """Those that are not away."""
        return [channel for channel in CHANNELS if channel not in self.away]

    def send(self, *, message: Message, text: Written, now: datetime) -> str:
        """Hand the message over and answer the id under which its way knows it; what refuses it rises as it is."""
        key = message.idempotency_key
        if message.channel == SMS:
            return self._gateway.send(key=key, to=message.address, body=text.body, at=now)
        if message.channel == EMAIL:
            self._mail_it(email_of(message=message, visit=message.appointment, address=message.address, now=now, text=text))
        return message_id_of(key)

    def drop(self, channel: str, trouble: Trouble) -> None:
        """Forget the connection after a failure, and remember whether that way itself is away."""
        if trouble.of_server:
            self.away.add(channel)
        self.close()

    def close(self) -> None:
        """End the connection; opened again when needed."""
        try:
            self._mail.close()
        except OSError:
            self._mail = get_connection()

    def _mail_it(self, email: EmailMessage) -> None:
        email.connection = self._mail
        self._mail.open()
        email.send()


def email_of(*, message: Message, visit: Appointment | None, address: str, text: Written, now: datetime) -> EmailMessage:
    """
    The message as it was written, with its key as header and as part of its Message-ID.

    What tells of a visit has it as a calendar entry with it.
    """
    headers = {
        "Message-ID": message_id_of(message.idempotency_key),
        "Date": format_datetime(now),
        "Auto-Submitted": "auto-generated",
        KEY_HEADER: message.idempotency_key,
    }
    email = EmailMessage(text.subject, text.body, to=[address], headers=headers)
    if visit and text.key in METHODS:
        method = METHODS[text.key]
        entry = invitation_of(visit=visit, method=method, sequence=message.revision, to=address, now=now)
        email.attach(calendar_part(entry, method=method))
    return email


def message_id_of(key: str) -> str:
    """The same for every try of one message, so that a provider and a reader recognise a repetition."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{key.replace(':', '.')}@{domain}>"


def trouble_of(error: Exception) -> Trouble:
    """What a failure to send means: codes of 500 and more about the recipient or the message are final, all else passes."""
    if isinstance(error, TooLong):
        return Trouble(reason="the text message is too long, also with its names shortened")
    if isinstance(error, DomainError):
        return Trouble(reason=error.detail)
    if isinstance(error, GatewayTrouble):
        return Trouble(reason=error.reason, final=error.final, of_server=error.of_server)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max(code for code, _ in error.recipients.values())
        return Trouble(reason=f"the mail server refused the recipient ({code})", final=code >= 500)
    if isinstance(error, OF_THE_SERVER):
        code = getattr(error, "smtp_code", None)
        reason = f"the mail server turned us away ({code})" if code else NO_ANSWER
        return Trouble(reason=reason, of_server=True)
    if isinstance(error, smtplib.SMTPResponseException):
        return Trouble(reason=f"the mail server refused the message ({error.smtp_code})", final=error.smtp_code >= 500)
    if isinstance(error, OSError):
        return Trouble(reason=NO_ANSWER, of_server=True)
    return Trouble(reason=f"sending failed ({type(error).__name__})")
