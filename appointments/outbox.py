"""The outbox file: where messages go while no provider is named."""

import json
import os
from datetime import datetime

from django.conf import settings

from appointments.policies.protocol import kind_and_channel


def append(*, key: str, channel: str, to: str, subject: str, body: str, at: datetime) -> None:
    """
    Add the message to `$DATA_DIR/outbox.jsonl` as one JSON line, in one write: several workers never mix lines.

    Kind and channel come from the key; `channel` is that of a message without one.
    """
    kind, keyed_channel = kind_and_channel(key)
    line = {
        "key": key,
        "kind": kind,
        "channel": keyed_channel or channel,
        "to": to,
        "subject": subject,
        "body": body,
        "at": at.isoformat(),
    }
    _write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


def _write(data: bytes) -> None:
    path = settings.DATA_DIR / "outbox.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if os.write(descriptor, data) != len(data):
            raise OSError("The outbox file took only a part of the line.")
    finally:
        os.close(descriptor)
