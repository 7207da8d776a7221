"""Which wordings there are, and which of them is in force."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from appointments.models import MessageText
from appointments.policies.texts import LANGUAGES, Text

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "texts.json"
WORDS = ("key", "channel", "language")


@cache
def shipped_texts() -> dict[tuple[str, str, str], Text]:
    """What the product ships, by key, channel and language."""
    rows = json.loads(SHIPPED.read_text(encoding="utf-8"))
    texts = [Text(**row | {"body": "\n".join(row["body"])}) for row in rows]
    return {(text.key, text.channel, text.language): text for text in texts}


def message_texts(*, in_force_at: datetime | None = None, **words: Any) -> QuerySet[MessageText]:
    """Every version of these keys, channels and languages, or only those in force at a moment: of those begun, the newest."""
    rows = MessageText.objects.filter(**words)
    if in_force_at is None:
        return rows
    begun = MessageText.objects.filter(in_force_from__lte=in_force_at)
    later = begun.filter(**{word: OuterRef(word) for word in WORDS}, version__gt=OuterRef("version"))
    return rows.filter(in_force_from__lte=in_force_at).exclude(Exists(later))


def text_in_force(*, key: str, channel: str, language: str, at: datetime) -> Text | None:
    """
    What a message of that key says by that channel at that moment: in the language, else in English; None without either.

    The newest version that has begun; what the product ships where none is on file.
    """
    for spoken in dict.fromkeys((language, LANGUAGES[0])):
        rows = MessageText.objects.filter(key=key, channel=channel, language=spoken, in_force_from__lte=at)
        row = rows.order_by("-version").first()
        if text := text_of(row) if row else shipped_texts().get((key, channel, spoken)):
            return text
    return None


def text_of(row: MessageText) -> Text:
    """The row as the rules read it."""
    return Text(key=row.key, channel=row.channel, language=row.language, subject=row.subject, body=row.body)
