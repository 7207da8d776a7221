"""Mail without a mail server: into the outbox file."""

from collections.abc import Sequence
from email.utils import parsedate_to_datetime

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from appointments import outbox

KEY_HEADER = "X-Idempotency-Key"


class OutboxBackend(BaseEmailBackend):
    """Each message becomes a line of the outbox file; what is attached to it is left out."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many were written."""
        for message in email_messages:
            date = message.extra_headers.get("Date")
            outbox.append(
                key=message.extra_headers.get(KEY_HEADER, ""),
                channel="email",
                to=", ".join(message.recipients()),
                subject=message.subject,
                body=message.body,
                at=parsedate_to_datetime(date) if date else timezone.now(),
            )
        return len(email_messages)
