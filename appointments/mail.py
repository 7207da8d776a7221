"""The outbox file: where messages go while no mail server is named."""

import json
import os
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from appointments.policies.protocol import kind_and_channel

KEY_HEADER = "X-Idempotency-Key"


class OutboxBackend(BaseEmailBackend):
    """Appends each message to `$DATA_DIR/outbox.jsonl` as one JSON line, in one write: several workers never mix lines."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many were written."""
        for message in email_messages:
            _append(settings.DATA_DIR / "outbox.jsonl", _line(message))
        return len(email_messages)


def _line(message: EmailMessage) -> dict[str, Any]:
    key = message.extra_headers.get(KEY_HEADER, "")
    kind, channel = kind_and_channel(key)
    date = message.extra_headers.get("Date")
    at = parsedate_to_datetime(date) if date else timezone.now()
    return {
        "key": key,
        "kind": kind,
        "channel": channel or "email",
        "to": ", ".join(message.recipients()),
        "subject": message.subject,
        "body": message.body,
        "at": at.isoformat(),
    }


def _append(path: Path, line: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps(line, ensure_ascii=False).encode() + b"\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if os.write(descriptor, data) != len(data):
            raise OSError("The outbox file took only a part of the line.")
    finally:
        os.close(descriptor)
