"""The wordings that the product ships, put on file."""

from datetime import UTC, datetime

from django.db import transaction

from appointments.models import MessageText
from appointments.selectors.texts import WORDS, shipped_texts

SHIPPED_FROM = datetime(2020, 1, 1, tzinfo=UTC)


@transaction.atomic
def load_texts() -> int:
    """Add every shipped text that no version of is on file, in force from a moment before any message; how many came (0 when repeated)."""
    known = set(MessageText.objects.values_list(*WORDS))
    missing = [text for words, text in shipped_texts().items() if words not in known]
    MessageText.objects.bulk_create(
        MessageText(
            key=text.key,
            channel=text.channel,
            language=text.language,
            version=1,
            subject=text.subject,
            body=text.body,
            in_force_from=SHIPPED_FROM,
        )
        for text in missing
    )
    return len(missing)
